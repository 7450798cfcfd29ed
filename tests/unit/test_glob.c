/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "generate/glob.h"
#include "tests/unit/drivertree.h"
#include "tests/unit/tmpdir.h"

/* As the documentation of Go's path/filepath.Match has it. */
Test(glob, patterns)
{
    static const struct {
        const char *pattern, *name;
        bool expected;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"abc", "abc", true},
        {"abc", "abd", false},
        {"abc", "abcd", false},

        {"*", "", true},
        {"*", "abc", true},
        {"*", ".hidden", true},
        {"*c", "abc", true},
        {"a*", "a", true},
        {"a*", "abc", true},
        {"a*", "ab/c", false},
        {"*", "/", false},
        {"a*/b", "abc/b", true},
        {"a*/b", "a/c/b", false},
        {"/dev/nvidia*", "/dev/nvidia0", true},
        {"/dev/nvidia*", "/dev/nvidia-caps/nvidia-cap1", false},
        {"a*b*c*d*e*/f", "axbxcxdxexxx/f", true},
        {"a*b*c*d*e*/f", "axbxcxdxexxx/fff", false},
        {"a*b?c*x", "abxbbxdbxebxczzx", true},
        {"a*b?c*x", "abxbbxdbxebxczzy", false},
        {"a**c", "abc", true},
        {"**", "", true},
        {"*a*b", "a/ab", false},
        {"libcuda.so.*.*", "libcuda.so.570.133.20", true},
        {"libcuda.so.*.*", "libcuda.so.1.1", true},
        {"libcuda.so.*.*", "libcuda.so.1", false},
        {"*.so.570.1", "libnvidia-ml.so.570.1", true},
        {"*.so.570.1", "libnvidia-ml.so.570.10", false},
        {"gsp*.bin", "gsp.bin", true},
        {"gsp*.bin", "gsp_ga10x.bin.zst", false},

        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"a?c", "a/c", false},
        {"a?c",
         "a\xe2\x98\xba"
         "c",
         true}, /* one character of three bytes */
        {"a???c",
         "a\xe2\x98\xba"
         "c",
         false},
        {"a?", "a\xff", true}, /* not UTF-8: a byte is a character */

        {"ab[c]", "abc", true},
        {"ab[b-d]", "abc", true},
        {"ab[e-g]", "abc", false},
        {"ab[^c]", "abc", false},
        {"ab[^b-d]", "abc", false},
        {"ab[^e-g]", "abc", true},
        {"card[0-9a]", "card7", true},
        {"card[0-9a]", "carda", true},
        {"card[0-9a]", "card", false},
        {"[^a][^a]", "bc", true},
        {"[\xce\xb1-\xcf\x89]", "\xce\xb2", true}, /* alpha to omega, beta */
        {"[\\]]", "]", true},
        {"[\\-x]", "-", true},
        {"[\\-x]", "z", false},
        {"[x\\-]", "-", true},
        {"[\\a-\\c]", "b", true},
        {"[*]", "*", true},
        {"[?/]", "?", true},

        {"a\\*b", "a*b", true},
        {"a\\*b", "axb", false},
        {"a\\?b", "a?b", true},
        {"a\\[b", "a[b", true},
        {"a\\\\b", "a\\b", true},
        {"a\\bc", "abc", true},

        /* Malformed. */
        {"a[", "a[", false},
        {"a[", "a", false},
        {"[]a]", "]", false},
        {"[]", "", false},
        {"[-]", "-", false},
        {"[x-]", "x", false},
        {"[x-]", "-", false},
        {"[-x]", "x", false},
        {"[a-b-c]", "a", false},
        {"[a", "a", false},
        {"[^", "a", false},
        {"[^bc", "a", false},
        {"a\\", "a\\", false},
        {"a\\", "a", false},
        {"*\\", "a\\", false},
        {"[a\\", "a", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(glob_match(cases[i].pattern, cases[i].name), cases[i].expected, "%s %s",
                     cases[i].pattern, cases[i].name);
}

/* Backtracking of this would take longer than the universe has. */
Test(glob, many_stars_take_little_time, .timeout = 10)
{
    char pattern[401], name[4001];

    for (size_t i = 0; i < 400; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    memcpy(pattern + 399, "b", 2);
    memset(name, 'a', 4000);
    name[4000] = '\0';
    cr_expect_not(glob_match(pattern, name));
}

/* All paths, each with a blank behind it. */
static const char *join(const struct tree *tree, const struct glob_hits *hits)
{
    const char *text = "";

    for (size_t i = 0; i < hits->n; i++)
        text = arena_printf(tree->arena, "%s%s ", text, hits->items[i]);
    return text;
}

Test(glob, paths)
{
    static const struct {
        const char *pattern, *expected;
    } cases[] = {
        {"/dev/nvidia*", "/dev/nvidia-caps /dev/nvidia0 /dev/nvidia1 /dev/nvidia10 "},
        {"/dev/nvidia[0-9]", "/dev/nvidia0 /dev/nvidia1 "},
        {"/dev/nvidia0", "/dev/nvidia0 "},
        {"dev/nvidia0", "/dev/nvidia0 "},
        {"//dev//nvidia0", "/dev/nvidia0 "},
        {"/dev/nvidia9", ""},
        {"/*/nvidia0", "/dev/nvidia0 "},
        {"/d*/nvidia-c*/nvidia-cap?", "/dev/nvidia-caps/nvidia-cap1 /dev/nvidia-caps/nvidia-cap2 "},
        {"/dev/nvidia0/*", ""},
        {"/dev/nvidia*/nvidia-cap2", "/dev/nvidia-caps/nvidia-cap2 "},
        {"/none/*", ""},
        {"/dev/*[", ""},
        {"/dev/nvidia\\0", "/dev/nvidia0 "},
        {"/odd/a\\*", "/odd/a* "},
        {"/odd/a*", "/odd/a* /odd/ab "},
        {"/odd/.*", "/odd/.c "},
        /* A link on the way is followed inside the root; what it ends at is as it is. */
        {"/links/in/*0", "/links/in/nvidia0 /links/in/nvidia10 "},
        {"/links/out/*", ""},
        {"/links/*", "/links/broken /links/in /links/out "},
        {"/links/broken", "/links/broken "},
        {"/links/broken/*", ""},
        {"/links/../dev/nvidia1*", "/links/../dev/nvidia1 /links/../dev/nvidia10 "},
        {"", ""},
        {"/", ""},
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "dev/nvidia10");
    tree_file(&tree, "dev/nvidia1");
    tree_file(&tree, "dev/nvidia0");
    tree_file(&tree, "dev/nvidia-caps/nvidia-cap1");
    tree_file(&tree, "dev/nvidia-caps/nvidia-cap2");
    tree_file(&tree, "odd/ab");
    tree_file(&tree, "odd/a*");
    tree_file(&tree, "odd/.c");
    tree_link(&tree, "links/in", "/dev");
    tree_link(&tree, "links/out", "../../../../../../proc/self");
    tree_link(&tree, "links/broken", "nothing");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct glob_hits hits;

        cr_assert_eq(glob_paths(&tree.root, cases[i].pattern, tree.arena, &hits, NULL), 0);
        cr_expect_str_eq(join(&tree, &hits), cases[i].expected, "%s: %s", cases[i].pattern,
                         join(&tree, &hits));
    }
}

/* Four links to the directory that they are in: 4^8 ways and one file lead to 4^8 hits. */
Test(glob, paths_of_a_hostile_tree_are_an_error, .timeout = 60)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_tree_ struct tree tree;
    struct glob_hits hits;

    tree_init(&tree);
    tree_link(&tree, "a", ".");
    tree_link(&tree, "b", ".");
    tree_link(&tree, "c", ".");
    tree_link(&tree, "d", ".");
    tree_file(&tree, "f");
    cr_assert_eq(glob_paths(&tree.root, "/*/*/*/f", tree.arena, &hits, NULL), 0);
    cr_expect_eq(hits.n, 64);
    cr_assert_eq(glob_paths(&tree.root, "/*/*/*/*/*/*/*/*/*", tree.arena, &hits, &err),
                 -CDI_ERR_LIMIT);
    cr_expect(strstr(err.message, "/*/*/*/*/*/*/*/*/*"), "%s", err.message);
}
