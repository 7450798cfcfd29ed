/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/ldconf.h"
#include "tests/unit/ldfake.h"

#define CONF(name, content)                                      \
    {                                                            \
        .path = "/etc/" name, .type = FAKE_FILE, .text = content \
    }

/* The directories, a blank between them. */
static const char *directories_of(const struct ldfake_file *files, struct arena *arena,
                                  struct ldconf *conf)
{
    struct ldfake *fake = malloc(sizeof *fake);
    const char *all = "";

    cr_assert_not_null(fake);
    ldfake_init(fake, files);
    cr_assert_eq(ldconf_read(&fake->view, LDCONF_PATH, arena, conf, NULL), 0);
    for (size_t i = 0; i < conf->n; i++)
        all = arena_printf(arena, "%s%s%s", all, *all ? " " : "", conf->directories[i].path);
    free(fake);
    return all;
}

static void expect(const struct ldfake_file *files, const char *directories, const char *what)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldconf conf;

    cr_expect_str_eq(directories_of(files, arena, &conf), directories, "%s", what);
    cr_expect_not(conf.cut, "%s", what);
}

/* ld.so.conf alone. */
Test(ldconf, lines)
{
    static const struct {
        const char *text, *directories;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {"/a\n/b\n", "/a /b"},
        {"/a", "/a"},
        {"/b\n/a\n/b\n", "/b /a /b"},
        {"  \t/a \t\n", "/a"},
        {"/a/\n/b///\n", "/a /b"},
        {"/a//b/./c/.\n/./d\n", "/a/b/c /d"},
        {"/a/../b\n/c/..d/.e\n/f.\n", "/a/../b /c/..d/.e /f."},
        {"/.\n/./.\n/a\n", "/a"},
        {"/a # a comment\n#/b\n/c#/d\n", "/a /c"},
        {"/with a blank\n", "/with a blank"},
        {"/a\r\n", "/a"},
        {"hwcap 1 nosegneg\nHWCAP\t2 x\n/a\n", "/a"},
        {"/a=libc6\n/b=libc5\n/c =glibc2\n/d=libc4\n", "/a /b /c /d"},
        {"/a=b\n", "/a=b"},
        {"relative/folder\n./x\n/a\n", "/a"},
        {"/\n//\n/a\n", "/a"},
        {"includes\nincluded /b\n/a\n", "/a"},
        {"include\n/a\n", "/a"},
        {"Include /etc/more.conf\n/a\n", "/a"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct ldfake_file files[] = {
            CONF("ld.so.conf", cases[i].text), CONF("more.conf", "/more\n"), {.path = NULL}};

        expect(files, cases[i].directories, cases[i].text);
    }
}

Test(ldconf, includes)
{
    static const struct {
        const char *text, *directories;
    } cases[] = {
        {"/1\ninclude /etc/more.conf\n/2\n", "/1 /more /2"},
        {"include /etc/d/*.conf\n", "/b /a /z"},
        {"include\t/etc/d/*.conf\n", "/b /a /z"},
        {"include d/*.conf\n", "/b /a /z"},
        {"include more.conf /etc/d/z.conf\n", "/more /z"},
        {"include \t more.conf \t d/z.conf \t \n", "/more /z"},
        {"include /etc/d/[0-9]*.conf\n", "/b /a"},
        {"include /etc/d/?0.conf\n", "/b /a"},
        {"include /etc/*/z.conf\n", "/z"},
        {"include /*/d/z.conf\n", "/z"},
        {"include /etc/d/.*.conf\n", "/hidden"},
        {"include /etc/d/none*\ninclude /none/*\n", ""},
        {"include /etc/d\ninclude /etc/fifo\n", ""},
        {"include /etc/link.conf\n", "/more"},
        {"include /etc/more.conf # and so on\n", "/more"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct ldfake_file files[] = {
            CONF("ld.so.conf", cases[i].text),
            CONF("more.conf", "/more\n"),
            CONF("d/z.conf", "/z\n"),
            CONF("d/20.conf", "/a\n"),
            CONF("d/10.conf", "/b\n"),
            CONF("d/.hidden.conf", "/hidden\n"),
            CONF("d/other", "/other\n"),
            {.path = "/etc/link.conf", .type = FAKE_LINK, .text = "more.conf"},
            {.path = "/etc/fifo", .type = FAKE_FIFO},
            {.path = NULL},
        };

        expect(files, cases[i].directories, cases[i].text);
    }
}

/* A file is read where it is included first, and once. */
Test(ldconf, inclusion_in_circles_ends)
{
    static const struct ldfake_file files[] = {
        CONF("ld.so.conf", "/1\ninclude a.conf ld.so.conf\n/4\n"),
        CONF("a.conf", "/2\ninclude b.conf\n/3\n"),
        CONF("b.conf", "include a.conf\ninclude *.conf\n/b\n"),
        {.path = NULL},
    };

    expect(files, "/1 /2 /b /3 /4", "a circle");
}

Test(ldconf, says_which_file_names_a_directory)
{
    static const struct ldfake_file files[] = {
        CONF("ld.so.conf", "include a.conf b.conf\n/1\n"), CONF("a.conf", "/a\n"), {.path = NULL}};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldconf conf;

    cr_assert_str_eq(directories_of(files, arena, &conf), "/a /1");
    cr_expect_str_eq(conf.directories[0].file, "/etc/a.conf");
    cr_expect_str_eq(conf.directories[1].file, "/etc/ld.so.conf");
    cr_expect(ldconf_has_file(&conf, "/etc/a.conf"));
    cr_expect_not(ldconf_has_file(&conf, "/etc/b.conf"));
}

Test(ldconf, no_file_is_an_empty_one)
{
    static const struct ldfake_file files[] = {
        {.path = "/etc/passwd", .type = FAKE_FILE, .text = ""}, {.path = NULL}};

    expect(files, "", "none");
}

/* ---- Limits ---- */

static char *repeat(const char *text, size_t n)
{
    size_t len = strlen(text);
    char *all = malloc(len * n + 1);

    cr_assert_not_null(all);
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * len, text, len);
    all[len * n] = '\0';
    return all;
}

static void expect_cut(const struct ldfake_file *files, size_t n, const char *what)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldconf conf;

    (void)directories_of(files, arena, &conf);
    cr_expect(conf.cut, "%s", what);
    cr_expect_eq(conf.n, n, "%s: %zu", what, conf.n);
}

Test(ldconf, a_file_is_not_too_large)
{
    _cleanup_free_ char *large = repeat("#234567\n", LDCONF_MOST_SIZE / 8 + 1);
    const struct ldfake_file files[] = {
        CONF("ld.so.conf", "/1\ninclude a.conf\n/2\n"), CONF("a.conf", large), {.path = NULL}};

    expect_cut(files, 2, "one file");
}

Test(ldconf, files_are_not_too_large_together)
{
    _cleanup_free_ char *large = repeat("#234567\n", LDCONF_MOST_SIZE / 8);
    const struct ldfake_file files[] = {
        CONF("ld.so.conf", "/1\ninclude ?.conf\n/2\n"),
        CONF("a.conf", large),
        CONF("b.conf", large),
        CONF("c.conf", large),
        CONF("d.conf", large),
        CONF("e.conf", large),
        CONF("f.conf", large),
        CONF("g.conf", large),
        CONF("h.conf", large),
        CONF("i.conf", "/i\n"),
        {.path = NULL},
    };

    expect_cut(files, 2, "all files");
}

/* A file that is far down names many beside it: each takes its whole path. */
Test(ldconf, paths_are_not_too_large_together)
{
    _cleanup_free_ char *many = repeat("include x\n", 4000);
    _cleanup_free_ char *name = repeat("x", 3000);
    char path[4096], text[4200];

    (void)snprintf(path, sizeof path, "/%s/more.conf", name);
    (void)snprintf(text, sizeof text, "include %s\n/1\n", path);
    const struct ldfake_file files[] = {
        CONF("ld.so.conf", text), {.path = path, .type = FAKE_FILE, .text = many}, {.path = NULL}};

    expect_cut(files, 1, "paths");
}

Test(ldconf, includes_are_not_too_deep)
{
    struct ldfake_file files[LDCONF_MOST_DEPTH + 2] = {CONF("ld.so.conf", "/0\ninclude 1.conf\n")};
    char names[LDCONF_MOST_DEPTH + 1][32], texts[LDCONF_MOST_DEPTH + 1][32];

    for (unsigned i = 1; i <= LDCONF_MOST_DEPTH; i++) {
        (void)snprintf(names[i], sizeof names[i], "/etc/%u.conf", i);
        (void)snprintf(texts[i], sizeof texts[i], "/%u\ninclude %u.conf\n", i, i + 1);
        files[i] = (struct ldfake_file){.path = names[i], .type = FAKE_FILE, .text = texts[i]};
    }
    expect_cut(files, LDCONF_MOST_DEPTH, "a chain");
}

Test(ldconf, directories_are_not_too_many)
{
    _cleanup_free_ char *many = repeat("/a\n", LDCONF_MOST_DIRECTORIES + 1);
    const struct ldfake_file files[] = {CONF("ld.so.conf", many), {.path = NULL}};

    expect_cut(files, LDCONF_MOST_DIRECTORIES, "directories");
}

Test(ldconf, patterns_are_not_too_many)
{
    _cleanup_free_ char *many = repeat("include x y z\n", 10000);
    _cleanup_free_ char *stars = repeat("include *\n", 10000);
    const struct ldfake_file words[] = {CONF("ld.so.conf", many), {.path = NULL}};
    const struct ldfake_file lists[] = {CONF("ld.so.conf", stars), {.path = NULL}};

    expect_cut(words, 0, "words");
    expect_cut(lists, 0, "listings");
}

/* Components that are patterns, one in another. */
Test(ldconf, a_pattern_is_not_too_deep)
{
    _cleanup_free_ char *stars = repeat("/*", 100);
    char text[512];

    (void)snprintf(text, sizeof text, "include %s\n", stars);
    const struct ldfake_file files[] = {CONF("ld.so.conf", text),
                                        {.path = "/loop", .type = FAKE_FOLDER},
                                        {.path = "/loop/loop", .type = FAKE_LINK, .text = "/loop"},
                                        {.path = NULL}};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ldconf conf;

    cr_expect_str_eq(directories_of(files, arena, &conf), "");
}
