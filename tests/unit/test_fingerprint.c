/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/fingerprint.h"
#include "generate/generate.h"

#define HASH "0123456789abcdef"

static struct fingerprint_fact facts[] = {
    {FINGERPRINT_SYSTEM, FINGERPRINT_READ, "/proc/driver/nvidia/version", "h:00"},
    {FINGERPRINT_DRIVER, FINGERPRINT_LIST, "/usr/lib", "d:1:2"},
    {FINGERPRINT_DEV, FINGERPRINT_LSTAT, "/dev/nvidia0", FINGERPRINT_ABSENT},
    {FINGERPRINT_OUTPUT, FINGERPRINT_STAT, "a b%\n\xc3\xa9\x7f", "f:1"},
};
static const struct fingerprint all = {HASH, facts, ARRAY_SIZE(facts)};

static char *text_of(const struct fingerprint *fingerprint)
{
    struct strbuf b = STRBUF_INIT;
    char *text;

    fingerprint_format(fingerprint, &b);
    text = strbuf_take(&b, NULL);
    cr_assert_not_null(text);
    return text;
}

Test(fingerprint, text)
{
    _cleanup_free_ char *text = text_of(&all);
    const char *expected = "cdikit fingerprint 1 " CDIKIT_VERSION "\n"
                           "asked " HASH "\n"
                           "sr h:00 /proc/driver/nvidia/version\n"
                           "dd d:1:2 /usr/lib\n"
                           "nl - /dev/nvidia0\n"
                           "os f:1 a%20b%25%0A%C3%A9%7F\n"
                           "end ";

    cr_expect_eq(strncmp(text, expected, strlen(expected)), 0, "%s", text);
    cr_expect_eq(strlen(text), strlen(expected) + 17);
}

Test(fingerprint, comes_back)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_free_ char *text = text_of(&all);
    struct fingerprint got;

    cr_assert_eq(fingerprint_parse(text, strlen(text), arena, &got, NULL), 0);
    cr_expect_str_eq(got.asked, HASH);
    cr_assert_eq(got.n, all.n);
    for (size_t i = 0; i < got.n; i++) {
        cr_expect_eq(got.facts[i].where, facts[i].where);
        cr_expect_eq(got.facts[i].how, facts[i].how);
        cr_expect_str_eq(got.facts[i].path, facts[i].path);
        cr_expect_str_eq(got.facts[i].fact, facts[i].fact);
    }
}

/* Of what is not worth to be remembered only the documents are. */
Test(fingerprint, nothing_asked)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_free_ char *text = text_of(&(struct fingerprint){NULL, &facts[3], 1});
    struct fingerprint got;

    cr_expect_not_null(strstr(text, "\nasked -\nos "), "%s", text);
    cr_assert_eq(fingerprint_parse(text, strlen(text), arena, &got, NULL), 0);
    cr_expect_null(got.asked);
    cr_assert_eq(got.n, 1);
    cr_expect_str_eq(got.facts[0].path, facts[3].path);
}

/* A file that was not written to its end, or not by us, holds nothing. */
Test(fingerprint, damage)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_free_ char *text = text_of(&all);
    size_t len = strlen(text);
    struct fingerprint got;

    for (size_t i = 0; i < len; i++)
        cr_expect_eq(fingerprint_parse(text, i, arena, &got, NULL), -CDI_ERR_INVALID, "%zu", i);
    for (size_t i = 0; i < len; i++) {
        text[i] ^= 1;
        cr_expect_eq(fingerprint_parse(text, len, arena, &got, NULL), -CDI_ERR_INVALID, "%zu", i);
        text[i] ^= 1;
    }
    cr_expect_eq(fingerprint_parse(text, len, arena, &got, NULL), 0);
}

/* Lines that have no meaning, whatever the end says. */
Test(fingerprint, lines)
{
    static const char *const lines[] = {
        "",           "x",          "ss",          "ss ",         "ss f:1",     "ss f:1 ",
        "xs f:1 /a",  "sx f:1 /a",  "ssf:1 /a",    "ss  /a",      "ss f:1 %",   "ss f:1 %4",
        "ss f:1 %4g", "ss f:1 %00", "ss f:1 /a b", "ss f\x80 /a", "ss f:1 %4a", "ss f:1 %4A",
        "end",
    };
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        const char *body = arena_printf(
            arena, "cdikit fingerprint 1 " CDIKIT_VERSION "\nasked " HASH "\n%s\n", lines[i]);
        char hash[FINGERPRINT_HASH_SIZE], *text;
        struct fingerprint got;

        fingerprint_hash(body, strlen(body), hash);
        text = arena_printf(arena, "%send %s\n", body, hash);
        cr_expect_eq(fingerprint_parse(text, strlen(text), arena, &got, NULL), -CDI_ERR_INVALID,
                     "'%s'", lines[i]);
    }
}

/* A NUL is no letter of how or where it was looked, and no end of a path. */
Test(fingerprint, a_nul)
{
    static const char line[] = "ss f:1 /a\n";
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t i = 0; i < sizeof line - 1; i++) {
        _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
        char hash[FINGERPRINT_HASH_SIZE];
        struct fingerprint got;

        strbuf_printf(&b, "cdikit fingerprint 1 " CDIKIT_VERSION "\nasked " HASH "\n%s", line);
        b.s[b.len - (sizeof line - 1) + i] = '\0';
        fingerprint_hash(b.s, b.len, hash);
        strbuf_printf(&b, "end %s\n", hash);
        cr_expect_eq(fingerprint_parse(b.s, b.len, arena, &got, NULL), -CDI_ERR_INVALID, "%zu", i);
    }
}

Test(fingerprint, nothing_follows_the_end)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_free_ char *text = text_of(&all);
    char *more = arena_printf(arena, "%s\n", text);
    struct fingerprint got;

    cr_expect_eq(fingerprint_parse(more, strlen(more), arena, &got, NULL), -CDI_ERR_INVALID);
}

Test(fingerprint, change)
{
    cr_expect_null(fingerprint_change("f:1", "f:1"));
    cr_expect_null(fingerprint_change("-", "-"));
    cr_expect_str_eq(fingerprint_change("-", "f:1"), "appeared");
    cr_expect_str_eq(fingerprint_change("f:1", "-"), "vanished");
    cr_expect_str_eq(fingerprint_change("f:1", "f:2"), "changed");
    cr_expect_str_eq(fingerprint_change("f:1", "e:13"), "changed");
    /* It could have changed and look the same. */
    cr_expect_str_eq(fingerprint_change("f:1?", "f:1?"), "changed");
    cr_expect_str_eq(fingerprint_change("f:1?", "f:1"), "changed");
}

/* Whatever is asked differently is another text; the same is the same. */
Test(fingerprint, asked)
{
    static const char *const ab[] = {"a", "b"}, *const a_b[] = {"a1:b"};
    static const enum generate_naming naming[] = {GENERATE_NAME_UUID};
    static const struct generate_options cases[] = {
        {.mode = GENERATE_MODE_AUTO},
        {.mode = GENERATE_MODE_PCI},
        {.root = "x"},
        {.driver_root = "x"},
        {.driver_root = ""},
        {.dev_root = "x"},
        {.vendor = "x"},
        {.class_ = "x"},
        {.naming = naming, .n_naming = 1},
        {.device_ids = {ab, 1}},
        {.device_ids = {ab, 2}},
        {.device_ids = {a_b, 1}},
        {.no_all = true},
        {.features = {[GENERATE_COHERENCE] = true}},
        {.features = {[GENERATE_NO_IPC] = true}},
        {.hook_path = "x"},
        {.ldconfig_path = "x"},
        {.disabled_hooks = {ab, 1}},
        {.enabled_hooks = {ab, 1}},
        {.search_path = "x"},
        {.data_dirs = "x"},
        {.library_paths = {ab, 1}},
        {.config_paths = {ab, 1}},
        {.csv_files = {ab, 1}},
        {.csv_ignore = {ab, 1}},
        {.csv_compat_root = "x"},
    };
    char got[ARRAY_SIZE(cases) + 2][FINGERPRINT_HASH_SIZE], again[FINGERPRINT_HASH_SIZE];
    size_t n = ARRAY_SIZE(cases);

    for (size_t i = 0; i < n; i++)
        cr_assert_eq(fingerprint_asked(&cases[i], "out", 0, NULL, got[i], NULL), 0);
    cr_assert_eq(fingerprint_asked(&cases[0], "other", 0, NULL, got[n++], NULL), 0);
    cr_assert_eq(fingerprint_asked(&cases[0], "out", 1, NULL, got[n++], NULL), 0);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            cr_expect_str_neq(got[i], got[j], "%zu and %zu", i, j);
    cr_assert_eq(fingerprint_asked(&cases[0], "out", 0, NULL, again, NULL), 0);
    cr_expect_str_eq(again, got[0]);
}

static const char *const some[] = {"a"};
static const enum generate_naming by_uuid[] = {GENERATE_NAME_UUID};

/* Every member is set, in order: of one that is new the compiler says that it is missing here. */
static const struct generate_options full = {
    GENERATE_MODE_PCI,
    "root",
    "driver",
    "dev",
    "vendor",
    "class",
    by_uuid,
    1,
    {some, 1},
    true,
    {true, true, true, true, true, true, true},
    true,
    (struct sources *)(uintptr_t)some,
    "hook",
    "ldconfig",
    {some, 1},
    {some, 1},
    "path",
    "data",
    {some, 1},
    {some, 1},
    {some, 1},
    {some, 1},
    "compat",
};

#define MEMBER(name)                                                           \
    {                                                                          \
#        name, offsetof(struct generate_options, name), sizeof full.name, true \
    }
#define UNASKED(name)                                                           \
    {                                                                           \
#        name, offsetof(struct generate_options, name), sizeof full.name, false \
    }

/* What is asked for, and what makes no other document of it. */
static const struct {
    const char *name;
    size_t offset, size;
    bool asked;
} members[] = {
    MEMBER(mode),          MEMBER(root),        MEMBER(driver_root),   MEMBER(dev_root),
    MEMBER(vendor),        MEMBER(class_),      MEMBER(naming),        MEMBER(n_naming),
    MEMBER(device_ids),    MEMBER(no_all),      MEMBER(features),      UNASKED(explain),
    UNASKED(sources),      MEMBER(hook_path),   MEMBER(ldconfig_path), MEMBER(disabled_hooks),
    MEMBER(enabled_hooks), MEMBER(search_path), MEMBER(data_dirs),     MEMBER(library_paths),
    MEMBER(config_paths),  MEMBER(csv_files),   MEMBER(csv_ignore),    MEMBER(csv_compat_root),
};

static const char *member_at(size_t offset)
{
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (offset >= members[i].offset && offset < members[i].offset + members[i].size)
            return members[i].name;
    return NULL;
}

Test(fingerprint, no_member_is_forgotten)
{
    char whole[FINGERPRINT_HASH_SIZE], got[FINGERPRINT_HASH_SIZE];
    const unsigned char *bytes = (const unsigned char *)&full;

    for (size_t i = 0; i < sizeof full; i++)
        cr_expect(!bytes[i] || member_at(i), "byte %zu is of no member in the table", i);
    cr_assert_eq(fingerprint_asked(&full, "out", 0, NULL, whole, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        struct generate_options less = full;

        if (strcmp(members[i].name, "naming") == 0)
            continue; /* goes with its number */
        memset((char *)&less + members[i].offset, 0, members[i].size);
        cr_assert_eq(fingerprint_asked(&less, "out", 0, NULL, got, NULL), 0);
        cr_expect_eq(strcmp(got, whole) != 0, members[i].asked, "%s", members[i].name);
    }
}
