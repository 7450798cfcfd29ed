/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <locale.h>
#include <string.h>

#include "base/cleanup.h"
#include "cdi/scalar.h"

/* What a plain scalar becomes in a string field; NULL: it stays as it is. */
static const struct {
    const char *plain;
    const char *text;
} texts[] = {
    /* integers */
    {"0", "0"},
    {"+3", "3"},
    {"-3", "-3"},
    {"-0", "0"},
    {"00", "0"},
    {"007", "7"},
    {"010", "8"},
    {"0o10", "8"},
    {"0O17", "15"},
    {"0x10", "16"},
    {"0X1F", "31"},
    {"-0x10", "-16"},
    {"0b11", "3"},
    {"0B11", "3"},
    {"-0b11", "-3"},
    {"1_000", "1000"},
    {"1_", "1"},
    {"1__0", "10"},
    {"+_1", "1"},
    {"0_8", "8"},
    {"0x_1", "1"},
    {"9223372036854775807", "9223372036854775807"},
    {"9223372036854775808", "9223372036854775808"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"18446744073709551615", "18446744073709551615"},
    {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"},
    /* numbers that are no integers of 64 bits */
    {"18446744073709551616", "1.8446744e+19"},
    {"+18446744073709551615", "1.8446744e+19"},
    {"-9223372036854775809", "-9.223372e+18"},
    {"08", "8"},
    {"09", "9"},
    {"1.5", "1.5"},
    {"1.50", "1.5"},
    {"1.0", "1"},
    {"1.10", "1.1"},
    {".5", "0.5"},
    {"+.5", "0.5"},
    {"1.", "1"},
    {"-0.0", "-0"},
    {"0.1", "0.1"},
    {"1e3", "1000"},
    {"1E3", "1000"},
    {"1e+3", "1000"},
    {"1.e3", "1000"},
    {"1_0.5", "10.5"},
    {"1e5", "100000"},
    {"1e6", "1e+06"},
    {"1e30", "1e+30"},
    {"1e39", "+Inf"},
    {"1e-4", "0.0001"},
    {"1e-5", "1e-05"},
    {"1e-7", "1e-07"},
    {"1e-400", "0"},
    {"1e20", "1e+20"},
    {"3.14159265358979", "3.1415927"},
    {"1000000.5", "1.0000005e+06"},
    {"123456789.0", "1.2345679e+08"},
    {"16777217.0", "1.6777216e+07"},
    {"123456.7", "123456.7"},
    {"0.00012345", "0.00012345"},
    {"3.4028235e38", "3.4028235e+38"},
    {"1.4e-45", "1e-45"},
    {".inf", "+Inf"},
    {"+.INF", "+Inf"},
    {"-.Inf", "-Inf"},
    {".nan", "NaN"},
    {".NaN", "NaN"},
    /* booleans and null */
    {"y", "true"},
    {"Y", "true"},
    {"yes", "true"},
    {"Yes", "true"},
    {"YES", "true"},
    {"true", "true"},
    {"True", "true"},
    {"TRUE", "true"},
    {"on", "true"},
    {"On", "true"},
    {"ON", "true"},
    {"n", "false"},
    {"N", "false"},
    {"no", "false"},
    {"No", "false"},
    {"NO", "false"},
    {"false", "false"},
    {"False", "false"},
    {"FALSE", "false"},
    {"off", "false"},
    {"Off", "false"},
    {"OFF", "false"},
    {"", ""},
    {"~", ""},
    {"null", ""},
    {"Null", ""},
    {"NULL", ""},
    /* text */
    {"tRue", NULL},
    {"yEs", NULL},
    {"nuLL", NULL},
    {"_1", NULL},
    {"0x", NULL},
    {"0xG", NULL},
    {"0b12", NULL},
    {"0o8", NULL},
    {"1e", NULL},
    {"1e+", NULL},
    {"1e400", NULL},
    {"1.2.3", NULL},
    {"1:2", NULL},
    {"12:30:45", NULL},
    {"190:20:30", NULL},
    {"2001-01-01", NULL},
    {".", NULL},
    {"..", NULL},
    {"+", NULL},
    {"+.", NULL},
    {"._5", NULL},
    {".5_0", "0.5"},
    {".5_", NULL},
    {".5__0", NULL},
    {".5_e1", NULL},
    {".e3", NULL},
    {"--1", NULL},
    {"0x1.8p1", NULL},
    {"1f", NULL},
    {"infinity", NULL},
    {"nan", NULL},
    {"=", NULL},
    {"dev0", NULL},
    {" 1", NULL},
};

Test(scalar, text_in_string_fields)
{
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct scalar scalar = scalar_resolve(texts[i].plain, strlen(texts[i].plain));
        char text[SCALAR_TEXT_MAX];
        size_t len;

        if (!texts[i].text) {
            cr_expect(scalar.type == SCALAR_STRING && scalar.s == texts[i].plain, "%s",
                      texts[i].plain);
            continue;
        }
        cr_expect(scalar.type != SCALAR_STRING, "%s", texts[i].plain);
        len = scalar_format(&scalar, text);
        cr_expect_str_eq(text, texts[i].text, "%s: %s", texts[i].plain, text);
        cr_expect_eq(len, strlen(text));
    }
}

Test(scalar, values)
{
    cr_expect_eq(scalar_resolve("0666", 4).i, 0666);
    cr_expect_eq(scalar_resolve("0666", 4).type, SCALAR_INT);
    cr_expect_eq(scalar_resolve("9223372036854775808", 19).type, SCALAR_UINT);
    cr_expect_eq(scalar_resolve("9223372036854775808", 19).u, (uint64_t)1 << 63);
    cr_expect_eq(scalar_resolve("5e2", 3).type, SCALAR_FLOAT);
    cr_expect_eq(scalar_resolve("5e2", 3).f, 500.0);
    cr_expect_eq(scalar_resolve("", 0).type, SCALAR_NULL);
    cr_expect_eq(scalar_resolve("1\0", 2).type, SCALAR_STRING, "a NUL byte is no part of a number");
}

/* The text need not end where the scalar ends. */
Test(scalar, length_counts)
{
    cr_expect_eq(scalar_resolve("123", 2).i, 12);
    cr_expect_eq(scalar_resolve("trueish", 4).type, SCALAR_BOOL);
}

Test(scalar, long_numbers)
{
    char digits[2001];

    memset(digits, '1', sizeof digits);
    cr_expect_eq(scalar_resolve(digits, 300).type, SCALAR_FLOAT);
    cr_expect_eq(scalar_resolve(digits, 400).type, SCALAR_STRING, "out of range");
    cr_expect_eq(scalar_resolve(digits, 2000).type, SCALAR_STRING);
    memset(digits + 1, '_', sizeof digits - 1);
    cr_expect_eq(scalar_resolve(digits, 900).i, 1);
}

/* A program may have set a locale with a decimal comma. */
Test(scalar, locale_is_of_no_account)
{
    char text[SCALAR_TEXT_MAX];
    struct scalar scalar;

    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        cr_skip_test("no German locale here");
    scalar = scalar_resolve("1.50", 4);
    cr_expect_eq(scalar.f, 1.5);
    (void)scalar_format(&scalar, text);
    cr_expect_str_eq(text, "1.5");
}

Test(scalar, written_plain_or_quoted)
{
    static const char *const plain[] = {
        "a",   "/dev/null",   "1.1.0",        "vendor.com/class", "GPU-0",  "rwm",  "A=1",
        "a:b", "1:2:3:4:5:x", "0000:01:00.a", "20-01-1",          "--link", "tRue", "0x",
        "+",   "a_1",         "1_y",
    };
    static const char *const quoted[] = {
        "",     "0",        "1.5",      "0.6",    "yes",          "y",          "True", "~",
        "null", "1:0",      "12:30:45", "1:30.5", "0000:01:00.0", "2001-01-01", "755",  "<<",
        "=",    "0o17",     "1_000",    ".inf",   "2001-1-1 x",   "+1:2",       ".5_0", "-.1_",
        "+0b_", "1.5e+400",
    };

    for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
        cr_expect(scalar_is_string(plain[i], strlen(plain[i])), "%s", plain[i]);
    for (size_t i = 0; i < ARRAY_SIZE(quoted); i++)
        cr_expect_not(scalar_is_string(quoted[i], strlen(quoted[i])), "%s", quoted[i]);
}
