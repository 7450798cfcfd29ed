/* SPDX-License-Identifier: Apache-2.0 */
/* Where distributions and installers put a driver. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "generate/driver/links.h"
#include "tests/unit/drivertree.h"
#include "tests/unit/tmpdir.h"

#define LIBS  "usr/lib/x86_64-linux-gnu/"
#define STORE "nix/store/abc-nvidia-x11-570.1/"

/* The libraries' directories in a container, joined with ':'. */
static const char *library_dirs(const struct tree *tree)
{
    const char *text = "";

    for (size_t i = 0; i < tree->driver.n_library_dirs; i++)
        text = arena_printf(tree->arena, "%s%s%s", text, i ? ":" : "",
                            tree->driver.library_dirs[i]);
    return text;
}

/* A library as the system sees it; "" if there is none. */
static const char *library(struct tree *tree, const char *name)
{
    struct driver_finder finder;
    const char *path;

    cr_assert_eq(driver_finder_init(&finder, &tree->search, tree->arena, NULL), 0);
    cr_assert_eq(driver_finder_library(&finder, name, &path, NULL), 0);
    return path ? path : "";
}

/* The patterns by which a library of any layout is found, all as one file. */
static void expect_patterns(struct tree *tree, const char *stem, const char *expected)
{
    static const char *const suffixes[] = {".1", ".*", ".*.*", ".999.88.77"};

    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
        cr_expect_str_eq(library(tree, arena_printf(tree->arena, "%s%s", stem, suffixes[i])),
                         expected, "%s%s", stem, suffixes[i]);
}

Test(layout, multiarch)
{
    static const struct ldcachedata cache[] = {
        {LDCACHE_X86_64, "libcuda.so.1", "/lib/x86_64-linux-gnu/libcuda.so.1"}};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "lib/x86_64-linux-gnu/libcuda.so.999.88.77");
    tree_link(&tree, "lib/x86_64-linux-gnu/libcuda.so.1", "libcuda.so.999.88.77");
    tree_file(&tree, "lib/x86_64-linux-gnu/vdpau/libvdpau_nvidia.so.999.88.77");
    tree_cache(&tree, "etc/ld.so.cache", cache, 1);
    expect_patterns(&tree, "libcuda.so", "/lib/x86_64-linux-gnu/libcuda.so.999.88.77");
    tree_must_find(&tree, NULL);
    cr_expect_str_eq(tree.driver.version, "999.88.77");
    cr_expect_str_eq(library_dirs(&tree), "/lib/x86_64-linux-gnu");
    cr_expect_not_null(
        tree_mounted(&tree, "/lib/x86_64-linux-gnu/vdpau/libvdpau_nvidia.so.999.88.77"));
    cr_expect_eq(tree.driver.n_files, 2);
}

Test(layout, only_in_the_loader_cache)
{
    static const struct ldcachedata cache[] = {
        {LDCACHE_X86_64, "libcuda.so.1", "/var/lib/nvidia/lib64/libcuda.so.1"},
        {LDCACHE_X86_64, "libnvidia-ml.so.1", "/opt/nv/libnvidia-ml.so.1"},
        {LDCACHE_X86_64, "libz.so.1", "/lib/libz.so.1"},
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "drv/var/lib/nvidia/lib64/libcuda.so.999.88.77");
    tree_link(&tree, "drv/var/lib/nvidia/lib64/libcuda.so.1", "libcuda.so.999.88.77");
    tree_file(&tree, "drv/opt/nv/libnvidia-ml.so.999.88.77");
    /* Absolute, and there is no such file but in the driver root. */
    tree_link(&tree, "drv/opt/nv/libnvidia-ml.so.1", "/opt/nv/libnvidia-ml.so.999.88.77");
    tree_file(&tree, "drv/lib/libz.so.1");
    tree_cache(&tree, "drv/etc/ld.so.cache", cache, ARRAY_SIZE(cache));
    tree_set_driver_root(&tree, "drv");
    expect_patterns(&tree, "libcuda.so", "/drv/var/lib/nvidia/lib64/libcuda.so.999.88.77");
    expect_patterns(&tree, "libnvidia-ml.so", "/drv/opt/nv/libnvidia-ml.so.999.88.77");
    cr_expect_str_eq(library(&tree, "libnvidia-sandboxutils.so.1"), "");
    tree_must_find(&tree, "999.88.77");
    cr_expect_str_eq(library_dirs(&tree), "/var/lib/nvidia/lib64:/opt/nv");
    tree_expect_mount(&tree, "/opt/nv/libnvidia-ml.so.999.88.77",
                      "/drv/opt/nv/libnvidia-ml.so.999.88.77");
    cr_expect_eq(tree.driver.n_files, 2);
}

/* What the system has is not the driver root's. */
Test(layout, the_systems_own_cache_and_directories_do_not_count)
{
    static const struct ldcachedata cache[] = {
        {LDCACHE_X86_64, "libcuda.so.1", "/opt/libcuda.so.570.1"}};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "opt/libcuda.so.570.1");
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_cache(&tree, "etc/ld.so.cache", cache, 1);
    tree_dir(&tree, "drv/usr");
    tree_set_driver_root(&tree, "drv");
    cr_expect_str_eq(library(&tree, "libcuda.so.570.1"), "");
    cr_expect_eq(tree_find(&tree, NULL, DRIVER_EVERYTHING, &err), -CDI_ERR_NOTFOUND);
    cr_expect(strstr(err.message, "/drv"), "%s", err.message);
}

Test(layout, lib64_without_a_cache)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "usr/lib64/libcuda.so.999.88.77");
    tree_link(&tree, "usr/lib64/libcuda.so.1", "libcuda.so.999.88.77");
    tree_link(&tree, "lib64", "usr/lib64");
    tree_link(&tree, "lib", "usr/lib");
    expect_patterns(&tree, "libcuda.so", "/usr/lib64/libcuda.so.999.88.77");
    tree_must_find(&tree, "999.88.77");
    cr_expect_str_eq(library_dirs(&tree), "/usr/lib64");
    cr_expect_eq(tree.driver.n_files, 1);
}

/* Two directories that both have libraries of the driver, in the order of the search. */
Test(layout, several_directories)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_file(&tree, "usr/lib64/libnvidia-ml.so.570.1");
    tree_file(&tree, "usr/lib64/vdpau/libvdpau_nvidia.so.570.1");
    tree_must_find(&tree, NULL);
    cr_expect_str_eq(library_dirs(&tree), "/usr/lib64:/usr/lib/x86_64-linux-gnu");
    cr_expect_eq(tree.driver.n_files, 3);
}

Test(layout, debian_alternatives)
{
    _cleanup_tree_ struct tree tree;
    struct driver_links links;

    tree_init(&tree);
    tree_library(&tree, LIBS "nvidia/current/libcuda.so.570.1", 64, "libcuda.so.1");
    tree_link(&tree, LIBS "nvidia/current/libcuda.so.1", "libcuda.so.570.1");
    tree_link(&tree, LIBS "nvidia/current/libcuda.so", "libcuda.so.1");
    tree_link(&tree, "etc/alternatives/nvidia--libcuda.so.1",
              "/" LIBS "nvidia/current/libcuda.so.1");
    tree_link(&tree, LIBS "libcuda.so.1", "/etc/alternatives/nvidia--libcuda.so.1");
    tree_link(&tree, "lib", "usr/lib");
    cr_expect_str_eq(library(&tree, "libcuda.so.1"), "/" LIBS "nvidia/current/libcuda.so.570.1");
    tree_must_find(&tree, "570.1");
    cr_expect_str_eq(library_dirs(&tree), "/" LIBS "nvidia/current");
    cr_expect_eq(tree.driver.n_files, 1);
    cr_assert(driver_library_links(&tree.driver, tree.arena, &links));
    cr_assert_eq(links.n, 2);
    cr_expect_str_eq(links.items[0], "libcuda.so.1::/" LIBS "nvidia/current/libcuda.so");
    cr_expect_str_eq(links.items[1], "libcuda.so.570.1::/" LIBS "nvidia/current/libcuda.so.1");
}

/* A directory of links into the store, which is all that NixOS has at a known place. */
static void add_nixos(const struct tree *tree, const char *root)
{
    static const char *const files[] = {
        "lib/libcuda.so.570.1",
        "lib/libnvidia-ml.so.570.1",
        "share/glvnd/egl_vendor.d/10_nvidia.json",
        "share/egl/egl_external_platform.d/15_nvidia_gbm.json",
        "share/vulkan/icd.d/nvidia_icd.x86_64.json",
        "share/vulkan/implicit_layer.d/nvidia_layers.json",
        "share/X11/xorg.conf.d/10-nvidia.conf",
        "etc/OpenCL/vendors/nvidia.icd",
    };

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        tree_file(tree, arena_printf(tree->arena, "%s" STORE "%s", root, files[i]));
        tree_link(tree, arena_printf(tree->arena, "%snix/store/def-graphics/%s", root, files[i]),
                  arena_printf(tree->arena, "/" STORE "%s", files[i]));
    }
    tree_link(tree, arena_printf(tree->arena, "%s" STORE "lib/libnvidia-ml.so.1", root),
              "libnvidia-ml.so.570.1");
    tree_link(tree,
              arena_printf(tree->arena, "%snix/store/def-graphics/lib/libnvidia-ml.so.1", root),
              "/" STORE "lib/libnvidia-ml.so.1");
    tree_file(tree, arena_printf(tree->arena, "%snix/store/ghi-gbm/lib/libnvidia-egl-gbm.so.1.1.2",
                                 root));
    tree_link(
        tree,
        arena_printf(tree->arena, "%snix/store/def-graphics/lib/libnvidia-egl-gbm.so.1.1.2", root),
        "/nix/store/ghi-gbm/lib/libnvidia-egl-gbm.so.1.1.2");
    tree_link(tree, arena_printf(tree->arena, "%srun/opengl-driver", root),
              "/nix/store/def-graphics");
}

Test(layout, nixos)
{
    static const struct {
        const char *path, *host_path;
    } cases[] = {
        {"/" STORE "lib/libcuda.so.570.1", "/" STORE "lib/libcuda.so.570.1"},
        {"/" STORE "lib/libnvidia-ml.so.570.1", "/" STORE "lib/libnvidia-ml.so.570.1"},
        {"/nix/store/ghi-gbm/lib/libnvidia-egl-gbm.so.1.1.2",
         "/nix/store/ghi-gbm/lib/libnvidia-egl-gbm.so.1.1.2"},
        {"/usr/share/glvnd/egl_vendor.d/10_nvidia.json",
         "/run/opengl-driver/share/glvnd/egl_vendor.d/10_nvidia.json"},
        {"/usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json",
         "/run/opengl-driver/share/egl/egl_external_platform.d/15_nvidia_gbm.json"},
        {"/etc/vulkan/icd.d/nvidia_icd.x86_64.json",
         "/run/opengl-driver/share/vulkan/icd.d/nvidia_icd.x86_64.json"},
        {"/etc/vulkan/implicit_layer.d/nvidia_layers.json",
         "/run/opengl-driver/share/vulkan/implicit_layer.d/nvidia_layers.json"},
        {"/usr/share/X11/xorg.conf.d/10-nvidia.conf",
         "/run/opengl-driver/share/X11/xorg.conf.d/10-nvidia.conf"},
        {"/etc/OpenCL/vendors/nvidia.icd", "/run/opengl-driver/etc/OpenCL/vendors/nvidia.icd"},
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    add_nixos(&tree, "");
    cr_expect_str_eq(library(&tree, "libnvidia-ml.so.1"), "/" STORE "lib/libnvidia-ml.so.570.1");
    tree_must_find(&tree, "570.1");
    cr_expect_str_eq(library_dirs(&tree), "/" STORE "lib");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        tree_expect_mount(&tree, cases[i].path, cases[i].host_path);
    cr_expect_eq(tree.driver.n_files, ARRAY_SIZE(cases));
}

Test(layout, nixos_beneath_a_driver_root)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    add_nixos(&tree, "drv/");
    tree_set_driver_root(&tree, "drv");
    tree_must_find(&tree, NULL);
    tree_expect_mount(&tree, "/" STORE "lib/libcuda.so.570.1",
                      "/drv/" STORE "lib/libcuda.so.570.1");
    /* The system could not follow the links of the driver root. */
    tree_expect_mount(&tree, "/etc/OpenCL/vendors/nvidia.icd",
                      "/drv/" STORE "etc/OpenCL/vendors/nvidia.icd");
}

Test(layout, nixos_changes_nothing_elsewhere)
{
    static const struct ldcachedata cache[] = {
        {LDCACHE_X86_64, "libnvidia-ml.so.1", "/opt/libnvidia-ml.so.570.1"}};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    add_nixos(&tree, "");
    tree_file(&tree, "usr/lib64/libcuda.so.570.1");
    tree_file(&tree, "opt/libnvidia-ml.so.570.1");
    tree_cache(&tree, "etc/ld.so.cache", cache, 1);
    tree_file(&tree, "usr/share/glvnd/egl_vendor.d/10_nvidia.json");
    tree_must_find(&tree, "570.1");
    cr_expect_str_eq(library_dirs(&tree), "/usr/lib64");
    cr_expect_null(tree_mounted(&tree, "/" STORE "lib/libcuda.so.570.1"));
    tree_expect_mount(&tree, "/usr/share/glvnd/egl_vendor.d/10_nvidia.json",
                      "/usr/share/glvnd/egl_vendor.d/10_nvidia.json");
    cr_expect_str_eq(library(&tree, "libnvidia-ml.so.*"), "/opt/libnvidia-ml.so.570.1");
}

Test(layout, driver_root)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "drv/" LIBS "libcuda.so.570.1");
    tree_program(&tree, "drv/opt/nvidia-smi");
    tree_program(&tree, "drv/bin/nvidia-imex");
    tree_file(&tree, "drv/usr/bin/empty");
    /* Inside the driver root the link leads to its own /opt, in the system to nothing. */
    tree_link(&tree, "drv/usr/bin/nvidia-smi", "/opt/nvidia-smi");
    tree_link(&tree, "drv/usr/bin/nvidia-imex", "../../bin/nvidia-imex");
    tree_set_driver_root(&tree, "drv");
    tree_must_find(&tree, "570.1");
    tree_expect_mount(&tree, "/" LIBS "libcuda.so.570.1", "/drv/" LIBS "libcuda.so.570.1");
    tree_expect_mount(&tree, "/usr/bin/nvidia-smi", "/drv/opt/nvidia-smi");
    tree_expect_mount(&tree, "/usr/bin/nvidia-imex", "/drv/usr/bin/nvidia-imex");
}

/* A driver container's root, where everything is a link to elsewhere in it. */
Test(layout, driver_root_of_absolute_links)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_library(&tree, "drv/store/libcuda.so.570.1", 64, "libcuda.so.1");
    tree_link(&tree, "drv/store/libcuda.so.1", "/store/libcuda.so.570.1");
    tree_link(&tree, "drv/usr/lib64/libcuda.so.1", "/store/libcuda.so.1");
    tree_link(&tree, "drv/usr/lib64/libcuda.so.570.1", "/store/libcuda.so.570.1");
    tree_link(&tree, "drv/lib64", "/usr/lib64");
    tree_set_driver_root(&tree, "drv");
    cr_expect_str_eq(library(&tree, "libcuda.so.1"), "/drv/store/libcuda.so.570.1");
    tree_must_find(&tree, NULL);
    cr_expect_str_eq(library_dirs(&tree), "/store");
    tree_expect_mount(&tree, "/store/libcuda.so.570.1", "/drv/store/libcuda.so.570.1");
    cr_expect_eq(tree.driver.n_files, 1);
}

static void give_libraries(struct tree *tree, const char *const *paths, size_t n)
{
    tree->search.library_paths = (struct driver_strings){paths, n};
}

Test(layout, library_paths_are_of_the_system_and_exclusive)
{
    static const char *const paths[] = {"relative:/opt/b/:/none", "/opt/a"};
    static const struct ldcachedata cache[] = {
        {LDCACHE_X86_64, "libnvidia-ml.so.1", "/opt/ml/libnvidia-ml.so.570.1"}};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "opt/a/libcuda.so.570.1");
    tree_file(&tree, "opt/b/libnvidia-tls.so.570.1");
    tree_file(&tree, "opt/b/vdpau/libvdpau_nvidia.so.570.1");
    tree_file(&tree, "opt/b/nvidia/xorg/nvidia_drv.so");
    tree_file(&tree, "relative/libcuda.so.560.1");
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_file(&tree, "opt/ml/libnvidia-ml.so.570.1");
    tree_cache(&tree, "etc/ld.so.cache", cache, 1);
    give_libraries(&tree, paths, ARRAY_SIZE(paths));
    cr_expect_str_eq(library(&tree, "libcuda.so.*"), "/opt/a/libcuda.so.570.1");
    cr_expect_str_eq(library(&tree, "libnvidia-ml.so.*"), "");
    tree_must_find(&tree, "570.1");
    cr_expect_str_eq(library_dirs(&tree), "/opt/b:/opt/a");
    tree_expect_mount(&tree, "/opt/a/libcuda.so.570.1", "/opt/a/libcuda.so.570.1");
    tree_expect_mount(&tree, "/opt/b/vdpau/libvdpau_nvidia.so.570.1",
                      "/opt/b/vdpau/libvdpau_nvidia.so.570.1");
    tree_expect_mount(&tree, "/opt/b/nvidia/xorg/nvidia_drv.so",
                      "/opt/b/nvidia/xorg/nvidia_drv.so");
    cr_expect_eq(tree.driver.n_files, 4);
}

Test(layout, library_paths_outside_a_driver_root_are_mounted_as_they_are)
{
    static const char *const outside[] = {"/opt/lib"};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "opt/lib/libcuda.so.570.1");
    tree_file(&tree, "drv/opt/lib/libcuda.so.560.1");
    tree_program(&tree, "drv/usr/bin/nvidia-smi");
    tree_set_driver_root(&tree, "drv");
    give_libraries(&tree, outside, 1);
    tree_must_find(&tree, NULL);
    cr_expect_str_eq(tree.driver.version, "570.1");
    cr_expect_str_eq(library_dirs(&tree), "/opt/lib");
    tree_expect_mount(&tree, "/opt/lib/libcuda.so.570.1", "/opt/lib/libcuda.so.570.1");
    tree_expect_mount(&tree, "/usr/bin/nvidia-smi", "/drv/usr/bin/nvidia-smi");
}

Test(layout, library_paths_inside_a_driver_root_are_a_part_of_it)
{
    /* By its name, by a link to it, and by a link in a directory that is not in it. */
    static const char *const inside[] = {"/drv/opt/lib", "/to-drv/opt/lib", "/links"};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "drv/opt/lib/libcuda.so.570.1");
    tree_link(&tree, "to-drv", "drv");
    tree_link(&tree, "links/libcuda.so.570.1", "/drv/opt/lib/libcuda.so.570.1");
    tree_set_driver_root(&tree, "drv");
    for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
        give_libraries(&tree, &inside[i], 1);
        cr_expect_str_eq(library(&tree, "libcuda.so.*"), "/drv/opt/lib/libcuda.so.570.1");
        tree_must_find(&tree, NULL);
        cr_expect_str_eq(library_dirs(&tree), "/opt/lib");
        tree_expect_mount(&tree, "/opt/lib/libcuda.so.570.1", "/drv/opt/lib/libcuda.so.570.1");
        cr_expect_eq(tree.driver.n_files, 1);
    }
}

/* What only begins as the driver root does is not in it. */
Test(layout, library_paths_beside_a_driver_root)
{
    static const char *const beside[] = {"/drv-not/opt", "/links"};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_dir(&tree, "drv");
    tree_file(&tree, "drv-not/opt/libcuda.so.570.1");
    tree_link(&tree, "links/libcuda.so.570.1", "/drv-not/opt/libcuda.so.570.1");
    tree_set_driver_root(&tree, "drv");
    for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
        give_libraries(&tree, &beside[i], 1);
        tree_must_find(&tree, NULL);
        cr_expect_str_eq(library_dirs(&tree), "/drv-not/opt");
        tree_expect_mount(&tree, "/drv-not/opt/libcuda.so.570.1", "/drv-not/opt/libcuda.so.570.1");
    }
}

Test(layout, library_paths_without_a_driver_are_named)
{
    static const char *const paths[] = {"/opt/a:/opt/b"};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, LIBS "libcuda.so.570.1");
    give_libraries(&tree, paths, 1);
    cr_expect_eq(tree_find(&tree, NULL, DRIVER_EVERYTHING, &err), -CDI_ERR_NOTFOUND);
    cr_expect(strstr(err.message, "/opt/a, /opt/b"), "%s", err.message);
    cr_expect_null(strstr(err.message, "ld.so.cache"), "%s", err.message);
}

/* One finder answers all questions from what it read when the first was asked. */
Test(layout, a_finder_asked_more_than_once)
{
    _cleanup_tree_ struct tree tree;
    struct driver_finder finder;
    struct driver everything, management, other;
    const char *path;

    tree_init(&tree);
    tree_file(&tree, "usr/lib64/libcuda.so.570.1");
    tree_file(&tree, "usr/lib64/nvidia/xorg/nvidia_drv.so");
    tree_file(&tree, LIBS "libcuda.so.580.1");
    tree_file(&tree, "usr/lib64/libnvidia-ml.so.1");
    cr_assert_eq(driver_finder_init(&finder, &tree.search, tree.arena, NULL), 0);
    cr_assert_eq(driver_finder_library(&finder, "libnvidia-ml.so.1", &path, NULL), 0);
    cr_expect_str_eq(path, "/usr/lib64/libnvidia-ml.so.1");
    tree_file(&tree, "usr/lib64/libnvidia-late.so.570.1");
    cr_assert_eq(driver_find(&finder, "570.1", DRIVER_EVERYTHING, &everything, NULL), 0);
    cr_assert_eq(driver_find(&finder, "580.1", DRIVER_MANAGEMENT, &management, NULL), 0);
    cr_assert_eq(driver_find(&finder, "580.1", DRIVER_EVERYTHING, &other, NULL), 0);
    cr_assert_eq(everything.n_files, 2);
    cr_expect_str_eq(everything.files[0].path, "/usr/lib64/nvidia/xorg/nvidia_drv.so");
    cr_expect_str_eq(everything.files[1].path, "/usr/lib64/libcuda.so.570.1");
    cr_assert_eq(management.n_files, 1);
    cr_expect_str_eq(management.files[0].path, "/" LIBS "libcuda.so.580.1");
    cr_expect_eq(management.n_library_dirs, 1);
    /* The directories of the other version count no more. */
    cr_expect_eq(other.n_files, 1);
}

Test(layout, a_large_directory, .timeout = 60)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    for (int i = 0; i < 5000; i++)
        tree_file(&tree, arena_printf(tree.arena, "usr/lib64/lib%d.so.%d", i, i % 7));
    for (int i = 0; i < 500; i++)
        tree_file(&tree, arena_printf(tree.arena, "usr/lib64/lib%d.so.570.1", i));
    tree_file(&tree, "usr/lib64/libcuda.so.570.1");
    cr_assert_eq(chmod(tmpdir_path(tree.dir, "usr/lib64"), 0555), 0);
    tree_must_find(&tree, NULL);
    cr_expect_eq(tree.driver.n_files, 501);
    cr_assert_eq(chmod(tmpdir_path(tree.dir, "usr/lib64"), 0755), 0);
}
