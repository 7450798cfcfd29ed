/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: the CDI Go library's parser package, its tests and its recorded behaviour. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <cdikit/name.h>

#include "base/cleanup.h"

static struct cdi_slice slice(const char *s)
{
    return (struct cdi_slice){s, strlen(s)};
}

static bool is(struct cdi_slice got, const char *expected)
{
    return got.len == strlen(expected) && memcmp(got.s, expected, got.len) == 0;
}

Test(name, qualified_names)
{
    static const struct {
        const char *name, *vendor, *class_, *device;
    } cases[] = {
        {"vendor.com/class=dev", "vendor.com", "class", "dev"},
        {"a/b=c", "a", "b", "c"},
        {"aa/b=cc", "aa", "b", "cc"},
        {"a/bb=cc", "a", "bb", "cc"},
        {"vendor.com/class=0", "vendor.com", "class", "0"},
        {"vendor1.com/class1=dev1", "vendor1.com", "class1", "dev1"},
        {"vendor1.com/class.subclass=dev1", "vendor1.com", "class.subclass", "dev1"},
        {"other-vendor1.com/class_1=dev_1", "other-vendor1.com", "class_1", "dev_1"},
        {"yet_another-vendor2.com/c-lass_2=dev_1:2.3", "yet_another-vendor2.com", "c-lass_2",
         "dev_1:2.3"},
        {"nvidia.com/gpu=all", "nvidia.com", "gpu", "all"},
        {"VENDOR/Class=GPU-aaaa", "VENDOR", "Class", "GPU-aaaa"},
        {"v..x/c..d=a..b", "v..x", "c..d", "a..b"},
        {"v--r/c__s=a--b", "v--r", "c__s", "a--b"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *name = cases[i].name;
        struct cdi_name parts;
        char again[128];

        cr_expect(cdi_name_split(name, &parts), "%s", name);
        cr_expect_eq(cdi_name_parse(name, &parts, NULL), 0, "%s", name);
        cr_expect(cdi_name_is_qualified(name), "%s", name);
        cr_expect(is(parts.vendor, cases[i].vendor), "%s", name);
        cr_expect(is(parts.class_, cases[i].class_), "%s", name);
        cr_expect(is(parts.device, cases[i].device), "%s", name);
        (void)snprintf(again, sizeof again, "%.*s/%.*s=%.*s", (int)parts.vendor.len, parts.vendor.s,
                       (int)parts.class_.len, parts.class_.s, (int)parts.device.len,
                       parts.device.s);
        cr_expect_str_eq(again, name);
    }
}

/* These can be cut into three parts, one of which is against its rule. */
Test(name, split_but_not_qualified)
{
    static const struct {
        const char *name, *vendor, *class_, *device;
    } cases[] = {
        {"_invalid.com/class=dev", "_invalid.com", "class", "dev"},
        {"invalid2.com-/class=dev", "invalid2.com-", "class", "dev"},
        {"invalid3.com/_class=dev", "invalid3.com", "_class", "dev"},
        {"invalid4.com/class_=dev", "invalid4.com", "class_", "dev"},
        {"invalid5.com/class=-dev", "invalid5.com", "class", "-dev"},
        {"invalid6.com/class=dev:", "invalid6.com", "class", "dev:"},
        {"*.com/*dev=*gpu*", "*.com", "*dev", "*gpu*"},
        {"a/b=c=d", "a", "b", "c=d"},
        {"a//c=d", "a", "/c", "d"},
        {"a/b/c=d", "a", "b/c", "d"},
        {" a/b=c", " a", "b", "c"},
        {"a/b=c ", "a", "b", "c "},
        {"v.com/c= x", "v.com", "c", " x"},
        {"a/b=c,d/e=f", "a", "b", "c,d/e=f"},
        {"vendor.com/class=a/b", "vendor.com", "class", "a/b"},
        {"x/y=\xC3\xA9", "x", "y", "\xC3\xA9"},
        {"a/b=c\n", "a", "b", "c\n"},
        {"a/b=c\xC0\x80", "a", "b", "c\xC0\x80"},
        {"1vendor/class=dev", "1vendor", "class", "dev"},
        {"vendor/1class=dev", "vendor", "1class", "dev"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const char *name = cases[i].name;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_name parts;

        cr_expect(cdi_name_split(name, &parts), "%s", name);
        cr_expect(is(parts.vendor, cases[i].vendor), "%s", name);
        cr_expect(is(parts.class_, cases[i].class_), "%s", name);
        cr_expect(is(parts.device, cases[i].device), "%s", name);
        cr_expect_eq(cdi_name_parse(name, &parts, &err), -CDI_ERR_INVALID, "%s", name);
        cr_expect_not_null(err.message);
        cr_expect(is(parts.vendor, "") && is(parts.class_, "") && is(parts.device, name));
        cr_expect(!cdi_name_is_qualified(name), "%s", name);
    }
}

Test(name, unqualified)
{
    static const char *const cases[] = {
        "",       "/",     "/dev/null",      "=x",      "a=", "a/b", "a/b=", "a/=c", "/b=c",
        "/a/b=c", "gpu=0", "vendor.com=dev", "a=b/c=d", "==", "//",  "-",
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_name parts;

        cr_expect(!cdi_name_split(cases[i], &parts), "%s", cases[i]);
        cr_expect(is(parts.vendor, "") && is(parts.class_, "") && is(parts.device, cases[i]));
        cr_expect_eq(cdi_name_parse(cases[i], &parts, &err), -CDI_ERR_INVALID, "%s", cases[i]);
    }
}

Test(name, kinds)
{
    static const struct {
        const char *kind;
        bool split, vendor, class_;
    } cases[] = {
        {"vendor.com/class", true, true, true},
        {"vendor/class", true, true, true},
        {"a/b", true, true, true},
        {"v_a/c_d", true, true, true},
        {"VENDOR/Class", true, true, true},
        {"v..x/c", true, true, true},
        {"v/c..d", true, true, true},
        {"", false, false, false},
        {"vendor.com", false, false, false},
        {"/class", false, false, false},
        {"vendor.com/", false, false, false},
        {"vendor.com/class/", true, true, false},
        {"vendor.com/a/b", true, true, false},
        {"1vendor/class", true, false, true},
        {"vendor.com/1class", true, true, false},
        {"vendor.com./c", true, false, true},
        {"-v/c", true, false, true},
        {"v_/c", true, false, true},
        {"v/c=d", true, true, false},
        {"v/c:d", true, true, false},
        {"v c/d", true, false, true},
        {"v/ c", true, true, false},
        {"v\xC3\xA9/c", true, false, true},
        {"v/c\n", true, true, false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cdi_slice vendor, class_;

        cr_expect_eq(cdi_kind_split(cases[i].kind, &vendor, &class_), cases[i].split, "%s",
                     cases[i].kind);
        cr_expect_eq(cdi_vendor_check(vendor, NULL) == 0, cases[i].vendor, "%s", cases[i].kind);
        cr_expect_eq(cdi_class_check(class_, NULL) == 0, cases[i].class_, "%s", cases[i].kind);
    }
}

Test(name, device_names)
{
    static const char *const good[] = {"dev",  "0",    "a",         "A",   "a:b",     "a.b",
                                       "a--b", "a..b", "dev_1:2.3", "all", "GPU-aaaa"};
    static const char *const bad[] = {"",    "_a",  "a_",  ":a",  "a:",  "-",        "*",   "a/b",
                                      "a b", "a=b", "a,b", "a@b", "a+b", "\xC3\xA9", "a\n", " a"};
    char long_name[301];

    memset(long_name, 'x', 300);
    long_name[300] = '\0';
    cr_expect_eq(cdi_device_name_check(slice(long_name), NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        cr_expect_eq(cdi_device_name_check(slice(good[i]), NULL), 0, "%s", good[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        cr_expect_eq(cdi_device_name_check(slice(bad[i]), NULL), -CDI_ERR_INVALID, "%s", bad[i]);
}

/* Only the slice counts, not what stands behind it. */
Test(name, slices_end_where_they_say)
{
    cr_expect_eq(cdi_vendor_check((struct cdi_slice){"vendor.com/x", 10}, NULL), 0);
    cr_expect_eq(cdi_vendor_check((struct cdi_slice){"vendor.com/x", 7}, NULL), -CDI_ERR_INVALID);
    cr_expect_eq(cdi_vendor_check((struct cdi_slice){"a\0b", 3}, NULL), -CDI_ERR_INVALID);
}

Test(name, errors_say_which_character_is_wrong)
{
    static const struct {
        const char *name;
        const char *parts[3];
    } cases[] = {
        {"ve ndor/c=d", {"vendor \"ve ndor\"", "' '", "character 3"}},
        {"v/cl\xC3\xA9=d", {"class", "'\xC3\xA9'", "character 3"}},
        {"v/c=d\n", {"device name \"d\\n\"", "'\\n'", "character 2"}},
        {"v/c=\x1b[31m", {"'\\x1b'", "character 1", "\"v/c=\\x1b[31m\""}},
        {"v/c=d-", {"device name \"d-\"", "ends with '-'", "a letter or a digit"}},
        {"1v/c=d", {"vendor \"1v\"", "begins with '1'", "begin with a letter"}},
        {"gpu0", {"\"gpu0\"", "VENDOR/CLASS=NAME", ""}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_name parts;

        cr_assert_eq(cdi_name_parse(cases[i].name, &parts, &err), -CDI_ERR_INVALID);
        for (size_t k = 0; k < ARRAY_SIZE(cases[i].parts); k++)
            cr_expect(strstr(err.message, cases[i].parts[k]), "%s: %s", cases[i].parts[k],
                      err.message);
    }
}
