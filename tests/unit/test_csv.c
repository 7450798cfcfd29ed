/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/csv.h"

Test(csv, lines)
{
    static const struct {
        const char *line;
        enum csv_type type;
        const char *path; /* NULL: no entry */
    } cases[] = {
        {"dev,/dev/nvmap", CSV_DEV, "/dev/nvmap"},
        {"dir, /lib/firmware/tegra23x", CSV_DIR, "/lib/firmware/tegra23x"},
        {"lib, /usr/lib/libnvos.so", CSV_LIB, "/usr/lib/libnvos.so"},
        {"sym, /usr/lib/libcuda.so", CSV_SYM, "/usr/lib/libcuda.so"},
        {" \tdev ,\t/a/path \r", CSV_DEV, "/a/path"},
        {"dev, /a,b, c", CSV_DEV, "/a,b, c"},
        {"lib, libfoo.so.2", CSV_LIB, "libfoo.so.2"},
        {"dev, /dev/nvhost-*", CSV_DEV, "/dev/nvhost-*"},
        {"dev, //dev/./x/../nvmap/", CSV_DEV, "/dev/nvmap"},
        {"lib, ../../etc/shadow", CSV_LIB, "etc/shadow"},
        {"", CSV_DEV, NULL},
        {"\t", CSV_DEV, NULL},
        {",", CSV_DEV, NULL},
        {"dev", CSV_DEV, NULL},
        {"dev,", CSV_DEV, NULL},
        {"dev, \t ", CSV_DEV, NULL},
        {", /dev/nvmap", CSV_DEV, NULL},
        {"not-dev, /dev/nvmap", CSV_DEV, NULL},
        {"DEV, /dev/nvmap", CSV_DEV, NULL},
        {"de, /dev/nvmap", CSV_DEV, NULL},
        {"bin, /usr/bin/tegrastats", CSV_DEV, NULL},
        {"# dev, /dev/nvmap", CSV_DEV, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct csv_list list = {0};
        size_t bad_line;
        int r = csv_parse(cases[i].line, strlen(cases[i].line), arena, &list, &bad_line, NULL);

        cr_assert_eq(r, 0);
        cr_assert_eq(list.n, cases[i].path != NULL, "\"%s\"", cases[i].line);
        if (!cases[i].path)
            continue;
        cr_expect_eq(list.items[0].type, cases[i].type);
        cr_expect_str_eq(list.items[0].path, cases[i].path);
    }
}

Test(csv, files_follow_each_other)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    static const char first[] = "dev, /a\r\n\r\n# dev, /no\ndev, /b", second[] = "sym, /c\n";
    struct csv_list list = {0};
    size_t bad_line;

    cr_assert_eq(csv_parse(first, strlen(first), arena, &list, &bad_line, NULL), 0);
    cr_expect_eq(bad_line, 0, "an empty line and a comment are as they should be");
    cr_assert_eq(csv_parse(second, strlen(second), arena, &list, &bad_line, NULL), 0);
    cr_assert_eq(list.n, 3);
    cr_expect_str_eq(list.items[0].path, "/a");
    cr_expect_str_eq(list.items[1].path, "/b");
    cr_expect_str_eq(list.items[2].path, "/c");
}

Test(csv, the_first_line_that_means_nothing)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    static const char text[] = "\ndev, /a\nbin, /b\nlib,\n";
    static const char nul[] = "dev, /a\0b\n";
    struct csv_list list = {0};
    size_t bad_line;

    cr_assert_eq(csv_parse(text, strlen(text), arena, &list, &bad_line, NULL), 0);
    cr_expect_eq(bad_line, 3);
    cr_assert_eq(csv_parse(nul, sizeof nul - 1, arena, &list, &bad_line, NULL), 0);
    cr_expect_eq(bad_line, 1);
    cr_expect_eq(list.n, 1, "a path with a NUL is none");
}

Test(csv, ignore_patterns)
{
    static const struct {
        const char *pattern;
        bool expected; /* for /usr/lib/nvidia/libcuda.so */
    } cases[] = {
        {"/usr/lib/nvidia/libcuda.so", true},
        {"/usr/lib/nvidia/*.so", true},
        {"/usr/lib/*/libcuda.so", true},
        {"**/libcuda.so", true},
        {"**/*.so", true},
        {"**/libcuda.s?", true},
        {"*.so", false},
        {"libcuda.so", false},
        {"/usr/lib/*", false},
        {"**/libcuda", false},
        {"**/nvidia/libcuda.so", false},
        {"*", false},
        {"", false},
        {"**/[", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(csv_ignored(&cases[i].pattern, 1, "/usr/lib/nvidia/libcuda.so"),
                     cases[i].expected, "%s", cases[i].pattern);
    cr_expect(csv_ignored((const char *const[]){"/no", "**/a"}, 2, "a"));
    cr_expect_not(csv_ignored(NULL, 0, "/a"));
}
