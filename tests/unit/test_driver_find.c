/* SPDX-License-Identifier: Apache-2.0 */
/* What is found of a driver, and what of it is asked for. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "generate/driver/files.h"
#include "generate/driver/links.h"
#include "tests/unit/drivertree.h"
#include "tests/unit/tmpdir.h"

#define LIBS "usr/lib/x86_64-linux-gnu/"

Test(find, version)
{
    static const struct {
        const char *library, *version, *expected; /* NULL: an error */
        const char *message;
    } cases[] = {
        {"libcuda.so.570.1", "570.1", "570.1", NULL},
        {"libnvidia-ml.so.570.1", "570.1", "570.1", NULL},
        {"libcuda.so.570.1", NULL, "570.1", NULL},
        {"libnvidia-ml.so.570.1", NULL, "570.1", NULL},
        {"libcuda.so.570.1", "580.2", NULL, "580.2"},
        {"libcuda.so.570.1", "580.2", NULL, "570.1"},
        {"libcuda.so.1", "570.1", NULL, "libcuda.so.570.1"},
        {"libz.so.1.2", NULL, NULL, "/etc/ld.so.cache"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_tree_ struct tree tree;
        char path[128];
        int r;

        tree_init(&tree);
        (void)snprintf(path, sizeof path, LIBS "%s", cases[i].library);
        tree_file(&tree, path);
        r = tree_find(&tree, cases[i].version, DRIVER_EVERYTHING, &err);
        if (cases[i].expected) {
            cr_assert_eq(r, 0, "case %zu: %s", i, err.message);
            cr_expect_str_eq(tree.driver.version, cases[i].expected);
            cr_assert_eq(tree.driver.n_library_dirs, 1);
            cr_expect_str_eq(tree.driver.library_dirs[0], "/usr/lib/x86_64-linux-gnu");
        } else {
            cr_assert_eq(r, -CDI_ERR_NOTFOUND, "case %zu", i);
            cr_expect(strstr(err.message, cases[i].message), "%s", err.message);
        }
    }
}

Test(find, what_is_no_version)
{
    static const char *const versions[] = {"", "*", "570.*", "../570.1", "570.1\n", "[5]70.1"};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, LIBS "libcuda.so.570.1");
    for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_expect_eq(tree_find(&tree, versions[i], DRIVER_EVERYTHING, &err), -CDI_ERR_INVALID, "%s",
                     versions[i]);
    }
}

/* Names in a driver root are the choice of whoever made it. */
Test(find, names_that_give_no_version_are_passed_over)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "x");
    tree_file(&tree, "of-quite-another-name");
    tree_link(&tree, LIBS "libcuda.so.0.0", "/of-quite-another-name");
    tree_link(&tree, LIBS "libcuda.so.0.1", "/x");
    tree_file(&tree, LIBS "libcuda.so.*.*");
    tree_file(&tree, LIBS "libcuda.so.1.[");
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_must_find(&tree, NULL);
    cr_expect_str_eq(tree.driver.version, "570.1");
}

Test(find, files_and_where_they_are_mounted)
{
    static const struct {
        const char *name;     /* in the tree */
        const char *expected; /* in the container, NULL: not at all */
    } cases[] = {
        {LIBS "libcuda.so.570.1", "/" LIBS "libcuda.so.570.1"},
        {LIBS "vdpau/libvdpau_nvidia.so.570.1", "/" LIBS "vdpau/libvdpau_nvidia.so.570.1"},
        {LIBS "libnvidia-nvvm70.so.4", "/" LIBS "libnvidia-nvvm70.so.4"},
        {LIBS "libnvidia-egl-gbm.so.1.1.2", "/" LIBS "libnvidia-egl-gbm.so.1.1.2"},
        {LIBS "libnvidia-egl-wayland.so.1.1.9", "/" LIBS "libnvidia-egl-wayland.so.1.1.9"},
        {LIBS "libnvidia-egl-wayland2.so.1.0.0", "/" LIBS "libnvidia-egl-wayland2.so.1.0.0"},
        {LIBS "libnvidia-egl-xcb.so.1.0.1", "/" LIBS "libnvidia-egl-xcb.so.1.0.1"},
        {LIBS "libnvidia-egl-xlib.so.1.0.1", "/" LIBS "libnvidia-egl-xlib.so.1.0.1"},
        {LIBS "libnvidia-egl-xlib.so.1", NULL},
        {LIBS "libnvidia-ml.so.569.1", NULL},
        {LIBS "libEGL.so.1.1.0", NULL},
        {"usr/lib/i386-linux-gnu/libcuda.so.570.1", NULL},
        {"usr/lib/xorg/modules/drivers/nvidia_drv.so",
         "/usr/lib/xorg/modules/drivers/nvidia_drv.so"},
        {LIBS "nvidia/xorg/libglxserver_nvidia.so.570.1",
         "/" LIBS "nvidia/xorg/libglxserver_nvidia.so.570.1"},
        {"usr/local/share/nvidia/nvoptix.bin", "/usr/share/nvidia/nvoptix.bin"},
        {"usr/share/nvidia/nvoptix.bin", NULL}, /* not the first */
        {"etc/glvnd/egl_vendor.d/10_nvidia.json", "/usr/share/glvnd/egl_vendor.d/10_nvidia.json"},
        {"usr/share/X11/xorg.conf.d/10-nvidia.conf", "/usr/share/X11/xorg.conf.d/10-nvidia.conf"},
        {"usr/share/OpenCL/vendors/nvidia.icd", "/etc/OpenCL/vendors/nvidia.icd"},
        {"vulkan/icd.d/nvidia_icd.json", "/etc/vulkan/icd.d/nvidia_icd.json"},
        {"var/run/nvidia-persistenced/socket", "/var/run/nvidia-persistenced/socket"},
        {"run/nvidia-fabricmanager/socket", "/run/nvidia-fabricmanager/socket"},
        {"tmp/nvidia-mps/control", "/tmp/nvidia-mps"},
        {"lib/firmware/nvidia/570.1/gsp_tu10x.bin", "/lib/firmware/nvidia/570.1/gsp_tu10x.bin"},
        {"lib/firmware/updates/6.1.0/nvidia/570.1/gsp_x.bin",
         "/lib/firmware/updates/6.1.0/nvidia/570.1/gsp_x.bin"},
        {"opt/fw/nvidia/570.1/gsp.bin", "/opt/fw/nvidia/570.1/gsp.bin"},
        {"lib/firmware/nvidia/569.1/gsp_tu10x.bin", NULL},
        {"usr/bin/nvidia-smi", NULL}, /* not executable */
    };
    _cleanup_tree_ struct tree tree;
    size_t n_expected = 0;

    tree_init(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        tree_file(&tree, cases[i].name);
        n_expected += cases[i].expected != NULL;
    }
    tmpdir_write(tree.dir, "proc/sys/kernel/osrelease", "6.1.0\n");
    tmpdir_write(tree.dir, "sys/module/firmware_class/parameters/path", " /opt/fw\t \n");
    tree_must_find(&tree, "570.1");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct driver_file *file;

        if (!cases[i].expected)
            continue;
        file = tree_mounted(&tree, cases[i].expected);
        cr_expect_not_null(file, "%s", cases[i].expected);
        if (file && file->kind != DRIVER_SOCKET)
            cr_expect_str_eq(file->host_path + 1, cases[i].name);
    }
    cr_expect_eq(tree.driver.n_files, n_expected);
}

Test(find, modules_of_the_x_server_beside_the_libraries_first)
{
    static const char *const places[] = {
        LIBS "nvidia/xorg",
        LIBS "xorg/modules/drivers",
        LIBS "xorg/modules/extensions",
        LIBS "xorg/modules/updates/drivers",
        LIBS "xorg/modules/updates/extensions",
        "usr/lib/xorg/modules/drivers",
        "usr/lib/xorg/modules/updates/extensions",
        "usr/lib64/xorg/modules/extensions",
        "usr/X11R6/lib/modules/drivers",
        "usr/X11R6/lib64/modules/updates/drivers",
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, LIBS "libcuda.so.570.1");
    /* From the last place to the first: each takes precedence over those before it. */
    for (size_t i = ARRAY_SIZE(places); i-- > 0;) {
        const char *path = arena_printf(tree.arena, "/%s/nvidia_drv.so", places[i]);

        tree_file(&tree, path + 1);
        tree_must_find(&tree, "570.1");
        tree_expect_mount(&tree, path, path);
        cr_expect_eq(tree.driver.n_files, 2);
    }
}

Test(find, programs_in_the_search_path_first)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree.search.search_path = "relative:/opt/bin/:/x";
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_program(&tree, "usr/bin/nvidia-smi");
    tree_program(&tree, "opt/bin/nvidia-smi");
    tree_program(&tree, "relative/nvidia-smi");
    tree_program(&tree, "sbin/nvidia-persistenced");
    tree_dir(&tree, "opt/bin/nvidia-persistenced");
    tree_must_find(&tree, NULL);
    tree_expect_mount(&tree, "/opt/bin/nvidia-smi", "/opt/bin/nvidia-smi");
    tree_expect_mount(&tree, "/sbin/nvidia-persistenced", "/sbin/nvidia-persistenced");
    cr_expect_eq(tree.driver.n_files, 3);
    tree.search.search_path = NULL;
    tree_must_find(&tree, NULL);
    tree_expect_mount(&tree, "/usr/bin/nvidia-smi", "/usr/bin/nvidia-smi");
}

Test(find, data_dirs_are_in_the_driver_root)
{
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "drv/" LIBS "libcuda.so.570.1");
    tree_file(&tree, "drv/opt/share/nvidia/nvoptix.bin");
    tree_file(&tree, "opt/share/glvnd/egl_vendor.d/10_nvidia.json");
    tree_file(&tree, "drv/usr/share/vulkan/icd.d/nvidia_icd.json");
    tree_set_driver_root(&tree, "drv");
    tree.search.data_dirs = "relative:/opt/share";
    tree_must_find(&tree, NULL);
    tree_expect_mount(&tree, "/usr/share/nvidia/nvoptix.bin", "/drv/opt/share/nvidia/nvoptix.bin");
    cr_expect_eq(tree.driver.n_files, 2);
}

Test(find, config_paths_replace_the_usual_ones_and_are_of_the_system)
{
    static const char *const paths[] = {"/opt/a:relative", "/opt/b/:/drv/opt/c"};
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    tree_file(&tree, "drv/" LIBS "libcuda.so.570.1");
    tree_file(&tree, "drv/etc/OpenCL/vendors/nvidia.icd");
    tree_file(&tree, "drv/usr/share/glvnd/egl_vendor.d/10_nvidia.json");
    tree_file(&tree, "drv/vulkan/icd.d/nvidia_icd.json");
    tree_file(&tree, "opt/a/nvidia/nvoptix.bin");
    tree_file(&tree, "opt/b/nvidia/nvoptix.bin");
    tree_file(&tree, "opt/b/OpenCL/vendors/nvidia.icd");
    tree_file(&tree, "drv/opt/c/vulkan/icd.d/nvidia_layers.json");
    tree_set_driver_root(&tree, "drv");
    tree.search.config_paths = (struct driver_strings){paths, ARRAY_SIZE(paths)};
    tree_must_find(&tree, NULL);
    tree_expect_mount(&tree, "/usr/share/nvidia/nvoptix.bin", "/opt/a/nvidia/nvoptix.bin");
    tree_expect_mount(&tree, "/etc/OpenCL/vendors/nvidia.icd", "/opt/b/OpenCL/vendors/nvidia.icd");
    tree_expect_mount(&tree, "/etc/vulkan/icd.d/nvidia_layers.json",
                      "/drv/opt/c/vulkan/icd.d/nvidia_layers.json");
    /* The Vulkan files alone are also looked for at the top of the driver root. */
    tree_expect_mount(&tree, "/etc/vulkan/icd.d/nvidia_icd.json",
                      "/drv/vulkan/icd.d/nvidia_icd.json");
    cr_expect_eq(tree.driver.n_files, 5);
}

/* A tree with something of every part, in which only its name tells what it is. */
static void init_with_all_parts(struct tree *tree)
{
    tree_init(tree);
    tree_library(tree, LIBS "libcuda.so.570.1", 64, "libcuda.so.1");
    tree_library(tree, LIBS "libOpenCL.so.1.0.0", 64, "libOpenCL.so.1");
    tree_link(tree, LIBS "libOpenCL.so.1", "libOpenCL.so.1.0.0");
    tree_link(tree, LIBS "libOpenCL.so", "libOpenCL.so.1");
    tree_library(tree, LIBS "libnvidia-egl-gbm.so.1.1.2", 64, "libnvidia-egl-gbm.so.1");
    tree_library(tree, "usr/lib/i386-linux-gnu/libcuda.so.570.1", 32, "libcuda.so.1");
    tree_file(tree, "usr/share/nvidia/nvoptix.bin");
    tree_file(tree, "etc/OpenCL/vendors/nvidia.icd");
    tree_file(tree, "run/nvidia-persistenced/socket");
    tree_file(tree, "lib/firmware/nvidia/570.1/gsp_tu10x.bin");
    tree_program(tree, "usr/bin/nvidia-smi");
    tree_program(tree, "usr/bin/nvidia-xconfig");
}

Test(find, parts)
{
    static const struct {
        enum driver_scope scope;
        bool explicit_libraries, compat32, no_ipc;
        const char *expected[10]; /* NULL ends it */
    } cases[] = {
        {DRIVER_EVERYTHING,
         false,
         false,
         false,
         {"/" LIBS "libnvidia-egl-gbm.so.1.1.2", "/usr/bin/nvidia-xconfig",
          "/usr/share/nvidia/nvoptix.bin", "/etc/OpenCL/vendors/nvidia.icd",
          "/" LIBS "libcuda.so.570.1", "/run/nvidia-persistenced/socket",
          "/lib/firmware/nvidia/570.1/gsp_tu10x.bin", "/usr/bin/nvidia-smi"}},
        {DRIVER_MANAGEMENT,
         false,
         false,
         false,
         {"/" LIBS "libcuda.so.570.1", "/run/nvidia-persistenced/socket",
          "/lib/firmware/nvidia/570.1/gsp_tu10x.bin", "/usr/bin/nvidia-smi"}},
        {DRIVER_MANAGEMENT,
         false,
         false,
         true,
         {"/" LIBS "libcuda.so.570.1", "/lib/firmware/nvidia/570.1/gsp_tu10x.bin",
          "/usr/bin/nvidia-smi"}},
        {DRIVER_MANAGEMENT,
         true,
         true,
         true,
         {"/" LIBS "libcuda.so.570.1", "/" LIBS "libOpenCL.so.1.0.0",
          "/usr/lib/i386-linux-gnu/libcuda.so.570.1", "/lib/firmware/nvidia/570.1/gsp_tu10x.bin",
          "/usr/bin/nvidia-smi"}},
    };
    _cleanup_tree_ struct tree tree;

    init_with_all_parts(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t n = 0;

        tree.search.explicit_libraries = cases[i].explicit_libraries;
        tree.search.compat32 = cases[i].compat32;
        tree.search.no_ipc = cases[i].no_ipc;
        cr_assert_eq(tree_find(&tree, "570.1", cases[i].scope, NULL), 0);
        for (; n < tree.driver.n_files && cases[i].expected[n]; n++)
            cr_expect_str_eq(tree.driver.files[n].path, cases[i].expected[n]);
        cr_expect_null(cases[i].expected[n], "case %zu: %s", i, cases[i].expected[n]);
        cr_expect_eq(tree.driver.n_files, n, "case %zu", i);
    }
}

Test(find, explicit_libraries_have_their_links)
{
    _cleanup_tree_ struct tree tree;
    struct driver_links links;

    init_with_all_parts(&tree);
    tree.search.explicit_libraries = true;
    tree_must_find(&tree, "570.1");
    cr_assert(driver_library_links(&tree.driver, tree.arena, &links));
    cr_assert_eq(links.n, 3);
    cr_expect_str_eq(links.items[0], "libcuda.so.1::/" LIBS "libcuda.so");
    cr_expect_str_eq(links.items[1], "libOpenCL.so.1.0.0::/" LIBS "libOpenCL.so.1");
    cr_expect_str_eq(links.items[2], "libOpenCL.so.1::/" LIBS "libOpenCL.so");
}

Test(find, only_32bit_libraries_are_for_32bit_programs)
{
    _cleanup_tree_ struct tree tree;
    const struct driver_file *file;

    tree_init(&tree);
    tree.search.compat32 = true;
    tree_library(&tree, "usr/lib64/libcuda.so.570.1", 64, "libcuda.so.1");
    tree_library(&tree, "usr/lib/libcuda.so.570.1", 32, "libcuda.so.1");
    tree_link(&tree, "usr/lib/libcuda.so.1", "libcuda.so.570.1");
    tree_library(&tree, "usr/lib/libnvidia-ml.so.570.1", 64, "libnvidia-ml.so.1");
    tree_file(&tree, "usr/lib/libnvidia-tls.so.570.1");
    tree_library(&tree, "usr/lib/vdpau/libvdpau_nvidia.so.570.1", 32, NULL);
    tree_library(&tree, "usr/lib32/libnvidia-ml.so.569.1", 32, "libnvidia-ml.so.1");
    tree_link(&tree, "lib", "usr/lib");
    tree_must_find(&tree, "570.1");
    cr_expect_eq(tree.driver.n_files, 3);
    cr_assert_not_null(file = tree_mounted(&tree, "/usr/lib/libcuda.so.570.1"));
    cr_expect_eq(file->capability, DRIVER_COMPAT32);
    cr_expect_str_eq(file->soname, "libcuda.so.1");
    cr_expect(file->soname_is_link);
    cr_assert_not_null(file = tree_mounted(&tree, "/usr/lib/vdpau/libvdpau_nvidia.so.570.1"));
    cr_expect_eq(file->capability, DRIVER_COMPAT32);
    /* They are none of the directories in which 64-bit programs find their libraries. */
    cr_expect_eq(tree.driver.n_library_dirs, 1);
}

Test(find, a_library_that_is_no_elf_file_has_a_problem)
{
    _cleanup_tree_ struct tree tree;
    const struct driver_file *file;

    tree_init(&tree);
    tree_file(&tree, LIBS "libcuda.so.570.1");
    tree_must_find(&tree, "570.1");
    cr_assert_not_null(file = tree_mounted(&tree, "/" LIBS "libcuda.so.570.1"));
    cr_expect_null(file->soname);
    cr_expect(file->problem && strstr(file->problem, "ELF"), "%s", file->problem);
}

Test(find, sonames)
{
    _cleanup_tree_ struct tree tree;
    const struct driver_file *file;

    tree_init(&tree);
    tree_library(&tree, LIBS "libcuda.so.570.1", 64, "libcuda.so.1");
    tree_link(&tree, LIBS "libcuda.so.1", "libcuda.so.570.1");
    tree_file(&tree, LIBS "libcuda.so");
    tree_library(&tree, LIBS "libnvidia-tls.so.570.1", 64, NULL);
    tree_link(&tree, LIBS "libnvidia-tls.so", "libnvidia-tls.so.570.1");
    tree_library(&tree, LIBS "libnvidia-evil.so.570.1", 64, "../libevil.so.1");
    tree_must_find(&tree, "570.1");
    cr_assert_not_null(file = tree_mounted(&tree, "/" LIBS "libcuda.so.570.1"));
    cr_expect_str_eq(file->soname, "libcuda.so.1");
    cr_expect(file->soname_is_link);
    cr_expect_str_eq(file->dev_name, "libcuda.so");
    cr_expect_not(file->dev_name_is_link);
    /* Without a SONAME, the file's name is it. */
    cr_assert_not_null(file = tree_mounted(&tree, "/" LIBS "libnvidia-tls.so.570.1"));
    cr_expect_str_eq(file->soname, "libnvidia-tls.so.570.1");
    cr_expect_str_eq(file->dev_name, "libnvidia-tls.so");
    cr_expect(file->dev_name_is_link);
    /* What is a path is no SONAME. */
    cr_assert_not_null(file = tree_mounted(&tree, "/" LIBS "libnvidia-evil.so.570.1"));
    cr_expect_str_eq(file->soname, "libnvidia-evil.so.570.1");
}

/* What stands before the ".so" of a SONAME. */
Test(find, names_for_the_linker)
{
    static const struct {
        const char *soname, *expected;
    } cases[] = {
        {"libcuda.so.999.88.77", "libcuda.so"},
        {"libcuda.so.999.88", "libcuda.so"},
        {"foo.bar.baz", NULL},
        {"foo.so.so.566", "foo.so.so"},
        {"foo.so", "foo.so"},
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct driver_file *file;

        tree_library(&tree, LIBS "libcuda.so.570.1", 64, cases[i].soname);
        tree_must_find(&tree, "570.1");
        cr_assert_not_null(file = tree_mounted(&tree, "/" LIBS "libcuda.so.570.1"));
        cr_expect_str_eq(file->soname, cases[i].soname);
        cr_expect_eq(file->dev_name == NULL, cases[i].expected == NULL, "%s", cases[i].soname);
        if (file->dev_name && cases[i].expected)
            cr_expect_str_eq(file->dev_name, cases[i].expected);
    }
}

Test(find, capabilities)
{
    static const struct {
        const char *name;
        enum driver_capability expected;
    } cases[] = {
        {"libcuda.so.570.1", DRIVER_COMPUTE},
        {"libnvidia-opencl.so.570.1", DRIVER_COMPUTE},
        {"libnvidia-ptxjitcompiler.so.570.1", DRIVER_COMPUTE},
        {"libnvidia-ml.so.570.1", DRIVER_UTILITY},
        {"libnvidia-cfg.so.570.1", DRIVER_UTILITY},
        {"libGLX_nvidia.so.570.1", DRIVER_GRAPHICS},
        {"libnvidia-eglcore.so.570.1", DRIVER_GRAPHICS},
        {"libnvidia-encode.so.570.1", DRIVER_VIDEO},
        {"libnvcuvid.so.570.1", DRIVER_VIDEO},
        {"libnvidia-fbc.so.570.1", DRIVER_DISPLAY},
        {"libnvidia-ngx.so.570.1", DRIVER_NGX},
        {"libnvidia-new-thing.so.570.1", DRIVER_COMPUTE}, /* unknown: of the rule */
    };
    _cleanup_tree_ struct tree tree;

    tree_init(&tree);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        tree_file(&tree, arena_printf(tree.arena, LIBS "%s", cases[i].name));
    tree_must_find(&tree, "570.1");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct driver_file *file = tree_mounted(
            &tree, arena_printf(tree.arena, "/" LIBS "%s", cases[i].name));

        cr_assert_not_null(file, "%s", cases[i].name);
        cr_expect_eq(file->capability, cases[i].expected, "%s", cases[i].name);
    }
    for (int i = 0; i < DRIVER_N_CAPABILITIES; i++)
        cr_expect_not_null(driver_capability_name((enum driver_capability)i));
}

/* The account of the rule with a pattern. */
static const struct driver_looked *looked_for(const struct driver *driver, const char *pattern)
{
    for (size_t i = 0; i < driver->n_looked; i++)
        if (strcmp(driver->looked[i].pattern, pattern) == 0)
            return &driver->looked[i];
    cr_assert_fail("nothing was looked for as %s", pattern);
    return NULL;
}

static void expect_places(const struct driver_looked *looked, const char *const *expected, size_t n)
{
    cr_expect_eq(looked->n_places, n, "%s: %zu", looked->pattern, looked->n_places);
    for (size_t i = 0; i < n && i < looked->n_places; i++)
        cr_expect_str_eq(looked->places[i], expected[i]);
}

Test(find, tells_where_it_looked)
{
    static const char *const libraries[] = {"/drv/usr/lib64"};
    static const char *const config[] = {"/drv/etc", "/drv/usr/local/share", "/drv/usr/share"};
    static const char *const ipc[] = {"/drv/run", "/drv/var/run"};
    _cleanup_tree_ struct tree tree;
    const struct driver_looked *looked;
    const struct driver_file *file;

    tree_init(&tree);
    tree_file(&tree, "drv/usr/lib64/libcuda.so.570.1");
    tree_file(&tree, "drv/usr/lib64/libnvidia-ml.so.570.1");
    tree_file(&tree, "drv/usr/share/nvidia/nvoptix.bin");
    tree_set_driver_root(&tree, "drv");
    tree_must_find(&tree, "570.1");
    cr_expect_eq(tree.driver.n_looked, 0, "nobody asked");

    tree.search.explain = true;
    tree_must_find(&tree, "570.1");
    looked = looked_for(&tree.driver, "*.so.570.1");
    cr_expect_eq(looked->capability, DRIVER_COMPUTE);
    expect_places(looked, libraries, 1);
    cr_assert_eq(looked->n_files, 2);
    file = &tree.driver.files[looked->first_file];
    cr_expect_str_eq(file[0].host_path, "/drv/usr/lib64/libcuda.so.570.1");
    cr_expect_str_eq(file[1].path, "/usr/lib64/libnvidia-ml.so.570.1");

    /* Up to the first hit. */
    looked = looked_for(&tree.driver, "nvidia/nvoptix.bin");
    cr_expect_eq(looked->capability, DRIVER_GRAPHICS);
    expect_places(looked, config, ARRAY_SIZE(config));
    cr_expect_eq(looked->n_files, 1);

    looked = looked_for(&tree.driver, "nvidia-persistenced/socket");
    expect_places(looked, ipc, ARRAY_SIZE(ipc));
    cr_expect_eq(looked->n_files, 0);

    /* At last in the cache, and where NixOS has its driver. */
    looked = looked_for(&tree.driver, "libnvidia-egl-gbm.so.*.*");
    cr_assert_gt(looked->n_places, 3);
    cr_expect_str_eq(looked->places[0], "/drv");
    cr_expect_str_eq(looked->places[1], "/drv/usr/lib64");
    cr_expect_str_eq(looked->places[looked->n_places - 2], "/drv/etc/ld.so.cache");
    cr_expect_str_eq(looked->places[looked->n_places - 1], "/drv/run/opengl-driver/lib");

    /* What is not asked for is not looked for. */
    cr_assert_eq(tree_find(&tree, "570.1", DRIVER_MANAGEMENT, NULL), 0);
    cr_expect_str_eq(tree.driver.looked[0].pattern, "*.so.570.1");
}
