/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "generate/driver/cache.h"
#include "generate/driver/locate.h"
#include "tests/unit/drivertree.h"
#include "tests/unit/tmpdir.h"

static struct locate locate_new(const struct tree *tree)
{
    struct locate locate;

    locate_init(&locate, &tree->root, "", tree->arena);
    return locate;
}

static void expect_paths(const struct locate_paths *paths, const char *const *expected, size_t n)
{
    cr_expect_eq(paths->n, n, "%zu hits", paths->n);
    for (size_t i = 0; i < n && i < paths->n; i++)
        cr_expect_str_eq(paths->items[i].path, expected[i]);
}

Test(locate, a_directory_gives_files_sorted_and_resolved)
{
    static const char *const resolved[] = {"/d/.lib.1", "/d/lib.1", "/e/f", "/d/lib.10"};
    static const char *const plain[] = {"/l/.lib.1", "/l/lib.1", "/l/lib.1-x", "/l/lib.10",
                                        "/l/lib.2"};
    _cleanup_tree_ struct tree tree;
    struct locate_paths hits = {0}, as_found = {0};
    struct locate locate;

    tree_init(&tree);
    tree_file(&tree, "d/lib.10");
    tree_file(&tree, "d/lib.1");
    tree_file(&tree, "d/.lib.1");
    tree_file(&tree, "e/f");
    tree_dir(&tree, "d/lib.dir");
    tree_link(&tree, "d/lib.1-x", "/e/f");
    tree_link(&tree, "d/lib.2", "lib.10");
    tree_link(&tree, "d/lib.3", "nothing");
    tree_link(&tree, "d/lib.4", "lib.4");
    tree_link(&tree, "d/lib.5", "../e");
    tree_link(&tree, "d/lib.6", "../../../../../../etc/passwd");
    tree_link(&tree, "l", "d");
    locate = locate_new(&tree);
    cr_assert_eq(locate_in_dir(&locate, "/l", "*lib*", true, &hits, NULL), 0);
    expect_paths(&hits, resolved, ARRAY_SIZE(resolved));
    cr_assert_eq(locate_in_dir(&locate, "/l", "*lib*", false, &as_found, NULL), 0);
    expect_paths(&as_found, plain, ARRAY_SIZE(plain));
}

Test(locate, what_was_found_once_is_not_found_again)
{
    static const char *const expected[] = {"/usr/lib/libx.so.1"};
    _cleanup_tree_ struct tree tree;
    struct locate_paths hits = {0};
    struct locate locate;

    tree_init(&tree);
    tree_file(&tree, "usr/lib/libx.so.1");
    tree_link(&tree, "lib", "usr/lib");
    locate = locate_new(&tree);
    cr_assert_eq(locate_in_dir(&locate, "/usr/lib", "libx.*", true, &hits, NULL), 0);
    cr_assert_eq(locate_in_dir(&locate, "/usr/lib/", "libx.so*", true, &hits, NULL), 0);
    cr_assert_eq(locate_in_dir(&locate, "/lib", "libx.*", true, &hits, NULL), 0);
    expect_paths(&hits, expected, 1);
}

Test(locate, a_directory_is_read_once)
{
    _cleanup_tree_ struct tree tree;
    struct locate_paths hits = {0};
    struct locate locate;
    bool there;

    tree_init(&tree);
    tree_file(&tree, "usr/lib/liba");
    tree_link(&tree, "lib", "usr/lib");
    locate = locate_new(&tree);
    cr_assert_eq(locate_in_dir(&locate, "/usr/lib", "liba", true, &hits, NULL), 0);
    cr_assert_eq(locate_is(&locate, "/opt/x/y", LOCATE_FILE, &there, NULL), 0);
    tree_file(&tree, "usr/lib/libb");
    tree_file(&tree, "opt/x/z");
    cr_assert_eq(locate_in_dir(&locate, "/lib", "libb", true, &hits, NULL), 0);
    cr_assert_eq(locate_is(&locate, "/opt/x/z", LOCATE_FILE, &there, NULL), 0);
    cr_expect_eq(hits.n, 1);
    cr_expect_not(there, "what was missing was looked for again");
}

Test(locate, types_of_files)
{
    static const struct {
        const char *path;
        bool file, executable, any;
    } cases[] = {
        {"/bin/plain", true, false, true},        {"/bin/program", true, true, true},
        {"/bin/link", true, true, true},          {"/bin/dir", false, false, true},
        {"/bin/broken", false, false, false},     {"/bin/none", false, false, false},
        {"/none/none", false, false, false},      {"/bin/plain/none", false, false, false},
        {"/bin/../bin/plain", true, false, true}, {"/bin//plain", true, false, true},
        {"/to-bin/plain", true, false, true},     {"/top", true, false, true},
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "top");
    tree_file(&tree, "bin/plain");
    tree_program(&tree, "bin/program");
    tree_dir(&tree, "bin/dir");
    tree_link(&tree, "bin/link", "/bin/program");
    tree_link(&tree, "bin/broken", "/bin/none");
    tree_link(&tree, "to-bin", "/bin");
    /* With what is known from a listing, and without. */
    for (int listed = 0; listed < 2; listed++) {
        struct locate locate = locate_new(&tree);
        struct locate_paths hits = {0};

        if (listed) {
            cr_assert_eq(locate_in_dir(&locate, "/", "*", true, &hits, NULL), 0);
            cr_assert_eq(locate_in_dir(&locate, "/bin", "*", true, &hits, NULL), 0);
        }
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
            bool file, executable, any;

            cr_assert_eq(locate_is(&locate, cases[i].path, LOCATE_FILE, &file, NULL), 0);
            cr_assert_eq(locate_is(&locate, cases[i].path, LOCATE_EXECUTABLE, &executable, NULL),
                         0);
            cr_assert_eq(locate_is(&locate, cases[i].path, LOCATE_ANY, &any, NULL), 0);
            cr_expect_eq(file, cases[i].file, "%s", cases[i].path);
            cr_expect_eq(executable, cases[i].executable, "%s", cases[i].path);
            cr_expect_eq(any, cases[i].any, "%s", cases[i].path);
        }
    }
}

Test(locate, a_path_of_any_length_is_an_ordinary_one)
{
    _cleanup_tree_ struct tree tree;
    _cleanup_free_ char *path = malloc(1 << 20);
    struct locate locate;
    bool there = true;

    tree_init(&tree);
    locate = locate_new(&tree);
    for (size_t i = 0; i < (1 << 20) - 1; i++)
        path[i] = i % 2 ? 'a' : '/';
    path[(1 << 20) - 1] = '\0';
    cr_assert_eq(locate_is(&locate, path, LOCATE_ANY, &there, NULL), 0);
    cr_expect_not(there);
}

Test(locate, links_are_told_from_files)
{
    static const struct {
        const char *name;
        bool expected;
    } cases[] = {{"file", false}, {"link", true}, {"broken", true}, {"dir", false}, {"no", false}};
    _cleanup_tree_ struct tree tree;
    struct locate locate;

    tree_init(&tree);
    tree_file(&tree, "d/file");
    tree_dir(&tree, "d/dir");
    tree_link(&tree, "d/link", "file");
    tree_link(&tree, "d/broken", "nothing");
    locate = locate_new(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool link;

        cr_assert_eq(locate_is_link(&locate, "/d", cases[i].name, &link, NULL), 0);
        cr_expect_eq(link, cases[i].expected, "%s", cases[i].name);
    }
}

/* The names of a library that the loader's cache has as libcuda.so.1, and what it resolves to. */
Test(cache, names_of_the_whole_chain_count)
{
    static const struct ldcachedata entries[] = {
        {LDCACHE_I386, "libcuda.so.1", "/opt/lib32/libcuda.so.1"},
        {LDCACHE_X86_64, "libcuda.so.1", "/opt/lib/libcuda.so.1"},
        {LDCACHE_X86_64, "libcuda.so", "/opt/lib/libcuda.so"},
        {LDCACHE_X86_64, "libgone.so.1", "/opt/lib/libgone.so.1"},
        {LDCACHE_X86_64, "libround.so.1", "/opt/lib/libround.so.1"},
    };
    static const struct {
        const char *pattern, *expected;
    } cases[] = {
        {"libcuda.so", "/store/libcuda.so.570.1"},
        {"libcuda.so.1", "/store/libcuda.so.570.1"},
        {"libcuda.so.*", "/store/libcuda.so.570.1"},
        {"libcuda.so.*.*", "/store/libcuda.so.570.1"},
        {"libcuda.so.570.1", "/store/libcuda.so.570.1"},
        {"libcuda.so.alt-1", "/store/libcuda.so.570.1"},
        {"libcuda.so.570", NULL},
        {"libcuda.so.2", NULL},
        {"libgone.so.1", NULL},
        {"libround.so.1", NULL},
        {"libnvidia-ml.so.1", NULL},
    };
    _cleanup_tree_ struct tree tree;
    struct locate locate;
    struct cache cache = {0};

    tree_init(&tree);
    tree_file(&tree, "store/libcuda.so.570.1");
    tree_file(&tree, "opt/lib32/libcuda.so.1");
    tree_link(&tree, "opt/lib/libcuda.so", "/opt/lib/libcuda.so.1");
    tree_link(&tree, "opt/lib/libcuda.so.1", "/etc/alternatives/libcuda.so.alt-1");
    tree_link(&tree, "etc/alternatives/libcuda.so.alt-1", "../../store/libcuda.so.570.1");
    tree_link(&tree, "opt/lib/libgone.so.1", "libgone.so.1.2");
    tree_link(&tree, "opt/lib/libround.so.1", "libround.so.1");
    tree_cache(&tree, "etc/ld.so.cache", entries, ARRAY_SIZE(entries));
    locate = locate_new(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct locate_paths hits = {0};

        cr_assert_eq(cache_search(&cache, &locate, cases[i].pattern, &hits, NULL), 0);
        cr_expect_eq(hits.n, cases[i].expected != NULL, "%s", cases[i].pattern);
        if (hits.n)
            cr_expect_str_eq(hits.items[0].path, cases[i].expected);
    }
}

Test(cache, an_absent_or_broken_one_is_empty_and_says_why)
{
    _cleanup_tree_ struct tree tree;
    struct locate_paths hits = {0};
    struct locate locate;

    tree_init(&tree);
    locate = locate_new(&tree);
    for (int broken = 0; broken < 2; broken++) {
        struct cache cache = {0};

        if (broken)
            tmpdir_write(tree.dir, "etc/ld.so.cache", "nonsense");
        cr_assert_eq(cache_search(&cache, &locate, "libcuda.so.1", &hits, NULL), 0);
        cr_expect_eq(hits.n, 0);
        cr_expect_not_null(cache.problem);
    }
}
