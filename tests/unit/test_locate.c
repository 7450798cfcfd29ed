/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "generate/driver/find.h"
#include "generate/driver/links.h"
#include "generate/driver/locate.h"
#include "tests/unit/ldcachedata.h"
#include "tests/unit/tmpdir.h"

#define LIBS "usr/lib/x86_64-linux-gnu/"

/* A directory and what finds in it: one of each for a test. */
struct fixture {
    const char *dir;
    struct arena *arena;
    struct root root;
};

static void fixture_close(struct fixture *f)
{
    arena_free(f->arena);
    root_close(&f->root);
}
#define _cleanup_fixture_ __attribute__((cleanup(fixture_close)))

static struct fixture fixture_new(void)
{
    struct fixture f = {.dir = tmpdir_new(), .arena = arena_new(), .root = ROOT_INIT};

    cr_assert_not_null(f.arena);
    cr_assert_eq(root_open(&f.root, f.dir, NULL), 0);
    return f;
}

static void add(const struct fixture *f, const char *name)
{
    tmpdir_write(f->dir, name, "");
}

static void add_link(const struct fixture *f, const char *name, const char *target)
{
    cr_assert_eq(symlink(target, tmpdir_path(f->dir, name)), 0, "%s", name);
}

static void add_program(const struct fixture *f, const char *name)
{
    add(f, name);
    cr_assert_eq(chmod(tmpdir_path(f->dir, name), 0755), 0);
}

static void add_cache(const struct fixture *f, const char *name, const struct ldcachedata *entries,
                      size_t n)
{
    size_t len;
    _cleanup_free_ void *data = ldcachedata_new(entries, n, -1, &len);
    _cleanup_file_ FILE *file = NULL;

    add(f, name);
    file = fopen(tmpdir_path(f->dir, name), "w");
    cr_assert(file && fwrite(data, 1, len, file) == len);
}

Test(locate, patterns)
{
    static const struct {
        const char *pattern, *name;
        bool expected;
    } cases[] = {
        {"libcuda.so.*.*", "libcuda.so.570.133.20", true},
        {"libcuda.so.*.*", "libcuda.so.1.1", true},
        {"libcuda.so.*.*", "libcuda.so.1", false},
        {"*.so.570.1", "libnvidia-ml.so.570.1", true},
        {"*.so.570.1", "libnvidia-ml.so.570.10", false},
        {"*.so.570.1", ".so.570.1", true},
        {"gsp*.bin", "gsp_ga10x.bin", true},
        {"gsp*.bin", "gsp.bin", true},
        {"gsp*.bin", "gsp_ga10x.bin.zst", false},
        {"a*b*c", "abbbc", true},
        {"a*b*c", "abbb", false},
        {"", "", true},
        {"*", "", true},
        {"a", "", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(locate_match(cases[i].pattern, cases[i].name), cases[i].expected, "%s %s",
                     cases[i].pattern, cases[i].name);
}

static void expect_library(struct fixture *f, const char *pattern, const char *const *expected,
                           size_t n)
{
    struct locate locate;
    struct locate_paths hits = {0};

    locate_init(&locate, &f->root, f->arena);
    cr_assert_eq(locate_library(&locate, pattern, &hits, NULL), 0);
    cr_assert_eq(hits.n, n, "%s: %zu hits", pattern, hits.n);
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(hits.items[i], expected[i]);
}

Test(locate, library_directories)
{
    static const char *const expected[] = {
        "/usr/lib64/libcuda.so.570.1",
        "/usr/lib/x86_64-linux-gnu/nvidia/current/libcuda.so.570.1",
    };
    static const struct ldcachedata unused[] = {
        {LDCACHE_X86_64, "libcuda.so.1", "/opt/libcuda.so.570.1"},
    };
    _cleanup_fixture_ struct fixture f = fixture_new();

    add(&f, "opt/libcuda.so.570.1");
    add(&f, "usr/lib64/libcuda.so.570.1");
    add(&f, LIBS "nvidia/current/libcuda.so.570.1");
    add(&f, "usr/lib/i386-linux-gnu/libcuda.so.570.1");
    add(&f, "etc/alternatives/none");
    /* A merged /usr, an alternative with an absolute link, links to nothing and to directories. */
    add_link(&f, "lib", "usr/lib");
    add_link(&f, "lib64", "/usr/lib64");
    add_link(&f, "etc/alternatives/cuda", "/" LIBS "nvidia/current/libcuda.so.570.1");
    add_link(&f, LIBS "libcuda.so.570.1", "/etc/alternatives/cuda");
    add_link(&f, LIBS "libcuda.so.570.1.broken", "nothing");
    cr_assert_eq(mkdir(tmpdir_path(f.dir, "usr/lib64/libcuda.so.570.1.d"), 0755), 0);
    add_cache(&f, "etc/ld.so.cache", unused, 1);
    expect_library(&f, "libcuda.so.570.1*", expected, ARRAY_SIZE(expected));
}

Test(locate, loader_cache_where_directories_have_nothing)
{
    static const struct ldcachedata cache[] = {
        {LDCACHE_I386, "libcuda.so.1", "/opt/lib32/libcuda.so.1"},
        {LDCACHE_X86_64, "libcuda.so.1", "/opt/lib/libcuda.so.1"},
        {LDCACHE_X86_64, "libcuda.so", "/opt/lib/libcuda.so"},
        {LDCACHE_X86_64, "libgone.so.1", "/opt/lib/libgone.so.1"},
    };
    static const char *const expected[] = {"/opt/lib/libcuda.so.570.1"};
    _cleanup_fixture_ struct fixture f = fixture_new();

    add(&f, "opt/lib/libcuda.so.570.1");
    add_link(&f, "opt/lib/libcuda.so.1", "libcuda.so.570.1");
    add_link(&f, "opt/lib/libcuda.so", "/opt/lib/libcuda.so.1");
    add_cache(&f, "etc/ld.so.cache", cache, ARRAY_SIZE(cache));
    expect_library(&f, "libcuda.so.*.*", expected, 1);
    expect_library(&f, "libnvidia-ml.so.*", NULL, 0);

    tmpdir_write(f.dir, "etc/ld.so.cache", "nonsense");
    expect_library(&f, "libcuda.so.*.*", NULL, 0);
}

/* Finds the driver of a fixture. */
static int find(struct fixture *f, const char *kernel_version, struct driver *driver,
                struct cdi_error *err)
{
    const struct driver_search search = {
        .system = &f->root, .root = &f->root, .prefix = "", .kernel_version = kernel_version};

    return driver_find(&search, f->arena, driver, err);
}

static const struct driver_file *file_at(const struct driver *driver, const char *path)
{
    for (size_t i = 0; i < driver->n_files; i++)
        if (strcmp(driver->files[i].path, path) == 0 && driver->files[i].kind != DRIVER_LINK_SOURCE)
            return &driver->files[i];
    return NULL;
}

Test(find, version)
{
    static const struct {
        const char *library, *kernel, *expected; /* NULL: an error */
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
        _cleanup_fixture_ struct fixture f = fixture_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        char path[128];
        struct driver driver;
        int r;

        (void)snprintf(path, sizeof path, LIBS "%s", cases[i].library);
        add(&f, path);
        r = find(&f, cases[i].kernel, &driver, &err);
        if (cases[i].expected) {
            cr_assert_eq(r, 0, "case %zu: %s", i, err.message);
            cr_expect_str_eq(driver.version, cases[i].expected);
            cr_assert_eq(driver.n_library_dirs, 1);
            cr_expect_str_eq(driver.library_dirs[0], "/usr/lib/x86_64-linux-gnu");
        } else {
            cr_assert_eq(r, -CDI_ERR_NOTFOUND, "case %zu", i);
            cr_expect(strstr(err.message, cases[i].message), "%s", err.message);
        }
    }
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
        {LIBS "libnvidia-ml.so.569.1", NULL},
        {LIBS "libEGL.so.1.1.0", NULL},
        {"usr/lib/xorg/modules/drivers/nvidia_drv.so",
         "/usr/lib/xorg/modules/drivers/nvidia_drv.so"},
        {LIBS "nvidia/xorg/libglxserver_nvidia.so.570.1",
         "/" LIBS "nvidia/xorg/libglxserver_nvidia.so.570.1"},
        {"usr/local/share/nvidia/nvoptix.bin", "/usr/share/nvidia/nvoptix.bin"},
        {"etc/glvnd/egl_vendor.d/10_nvidia.json", "/usr/share/glvnd/egl_vendor.d/10_nvidia.json"},
        {"usr/share/OpenCL/vendors/nvidia.icd", "/etc/OpenCL/vendors/nvidia.icd"},
        {"vulkan/icd.d/nvidia_icd.json", "/etc/vulkan/icd.d/nvidia_icd.json"},
        {"var/run/nvidia-persistenced/socket", "/var/run/nvidia-persistenced/socket"},
        {"tmp/nvidia-mps/control", "/tmp/nvidia-mps"},
        {"lib/firmware/nvidia/570.1/gsp_tu10x.bin", "/lib/firmware/nvidia/570.1/gsp_tu10x.bin"},
        {"lib/firmware/updates/6.1.0/nvidia/570.1/gsp_x.bin",
         "/lib/firmware/updates/6.1.0/nvidia/570.1/gsp_x.bin"},
        {"opt/fw/nvidia/570.1/gsp.bin", "/opt/fw/nvidia/570.1/gsp.bin"},
        {"lib/firmware/nvidia/569.1/gsp_tu10x.bin", NULL},
        {"usr/bin/nvidia-smi", NULL}, /* not executable */
    };
    _cleanup_fixture_ struct fixture f = fixture_new();
    struct driver driver;
    size_t n_expected = 0;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        add(&f, cases[i].name);
        n_expected += cases[i].expected != NULL;
    }
    tmpdir_write(f.dir, "proc/sys/kernel/osrelease", "6.1.0\n");
    tmpdir_write(f.dir, "sys/module/firmware_class/parameters/path", "/opt/fw\n");
    cr_assert_eq(find(&f, "570.1", &driver, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const struct driver_file *file = cases[i].expected ? file_at(&driver, cases[i].expected)
                                                           : NULL;
        size_t len = strlen(cases[i].name);

        cr_expect_eq(file != NULL, cases[i].expected != NULL, "%s", cases[i].name);
        if (file && len && file->kind != DRIVER_SOCKET)
            cr_expect_str_eq(file->host_path + 1, cases[i].name);
    }
    cr_expect_eq(driver.n_files, n_expected);
}

Test(find, programs_in_the_search_path_first)
{
    _cleanup_fixture_ struct fixture f = fixture_new();
    struct driver_search search = {
        .system = &f.root, .root = &f.root, .prefix = "", .search_path = "relative:/opt/bin/:/x"};
    struct driver driver;

    add(&f, LIBS "libcuda.so.570.1");
    add_program(&f, "usr/bin/nvidia-smi");
    add_program(&f, "opt/bin/nvidia-smi");
    add_program(&f, "relative/nvidia-smi");
    add_program(&f, "sbin/nvidia-persistenced");
    cr_assert_eq(driver_find(&search, f.arena, &driver, NULL), 0);
    cr_expect_not_null(file_at(&driver, "/opt/bin/nvidia-smi"));
    cr_expect_not_null(file_at(&driver, "/sbin/nvidia-persistenced"));
    cr_expect_eq(driver.n_files, 3);
    search.search_path = NULL;
    cr_assert_eq(driver_find(&search, f.arena, &driver, NULL), 0);
    cr_expect_not_null(file_at(&driver, "/usr/bin/nvidia-smi"));
}

Test(find, driver_root)
{
    _cleanup_fixture_ struct fixture f = fixture_new();
    _cleanup_root_ struct root inside = ROOT_INIT;
    struct driver_search search = {
        .system = &f.root, .root = &inside, .prefix = "/drv", .kernel_version = "570.1"};
    const struct driver_file *file;
    struct driver driver;

    add(&f, "drv/" LIBS "libcuda.so.570.1");
    add_program(&f, "drv/opt/nvidia-smi");
    add_program(&f, "drv/bin/nvidia-imex");
    add(&f, "drv/usr/bin/empty");
    /* Inside the driver root the link leads to its own /opt, on the host to nothing. */
    add_link(&f, "drv/usr/bin/nvidia-smi", "/opt/nvidia-smi");
    add_link(&f, "drv/usr/bin/nvidia-imex", "../../bin/nvidia-imex");
    cr_assert_eq(root_open(&inside, tmpdir_path(f.dir, "drv"), NULL), 0);
    cr_assert_eq(driver_find(&search, f.arena, &driver, NULL), 0);

    cr_assert_not_null(file = file_at(&driver, "/" LIBS "libcuda.so.570.1"));
    cr_expect_str_eq(file->host_path, "/drv/" LIBS "libcuda.so.570.1");
    cr_assert_not_null(file = file_at(&driver, "/usr/bin/nvidia-smi"));
    cr_expect_str_eq(file->host_path, "/drv/opt/nvidia-smi");
    cr_assert_not_null(file = file_at(&driver, "/usr/bin/nvidia-imex"));
    cr_expect_str_eq(file->host_path, "/drv/usr/bin/nvidia-imex");
}

/* Facts of a library, and the links that follow: all of "TARGET::LINK", joined with ' '. */
Test(links, libraries)
{
#define L "/l/"
    static const struct {
        struct driver_file file;
        const char *expected;
    } cases[] = {
        {{.path = L "libcuda.so.570.1",
          .soname = "libcuda.so.1",
          .soname_is_link = true,
          .dev_name = "libcuda.so",
          .dev_name_is_link = true},
         "libcuda.so.1::/l/libcuda.so libcuda.so.570.1::/l/libcuda.so.1 "},
        {{.path = L "libcuda.so.570.1"}, "libcuda.so.1::/l/libcuda.so "},
        {{.path = L "libcuda.so.1", .soname = "libcuda.so.1"}, ""},
        {{.path = L "libGLX_nvidia.so.570.1",
          .soname = "libGLX_nvidia.so.0",
          .soname_is_link = true},
         "libGLX_nvidia.so.570.1::/l/libGLX_indirect.so.0 "
         "libGLX_nvidia.so.570.1::/l/libGLX_nvidia.so.0 "},
        {{.path = L "libnvidia-opticalflow.so.570.1"},
         "libnvidia-opticalflow.so.1::/l/libnvidia-opticalflow.so "},
        /* The file's own name is its SONAME. */
        {{.path = L "libnvidia-tls.so.570.1",
          .soname = "libnvidia-tls.so.570.1",
          .soname_is_link = true,
          .dev_name = "libnvidia-tls.so",
          .dev_name_is_link = true},
         "libnvidia-tls.so.570.1::/l/libnvidia-tls.so "},
        /* Links that are not there are not made. */
        {{.path = L "libnvidia-ml.so.570.1",
          .soname = "libnvidia-ml.so.1",
          .dev_name = "libnvidia-ml.so"},
         ""},
        {{.path = L "libx.so",
          .soname = "libx.so",
          .dev_name = "libx.so",
          .dev_name_is_link = true},
         ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct driver_file file = cases[i].file;
        struct driver driver = {.version = "570.1", .files = &file, .n_files = 1};
        struct driver_links links;
        char text[512] = "";

        cr_assert(driver_library_links(&driver, arena, &links));
        for (size_t k = 0; k < links.n; k++)
            strcat(strcat(text, links.items[k]), " ");
        cr_expect_str_eq(text, cases[i].expected);
    }
}

Test(links, graphics)
{
    static struct driver_file files[] = {
        {.kind = DRIVER_GRAPHICS_LIBRARY, .path = "/l/libnvidia-egl-gbm.so.1.1.2"},
        {.kind = DRIVER_LINK_SOURCE, .path = "/l/libnvidia-allocator.so.570.1"},
        {.kind = DRIVER_GRAPHICS_LIBRARY, .path = "/l/libnvidia-vulkan-producer.so.570.1"},
        {.kind = DRIVER_GRAPHICS_LIBRARY, .path = "/l/libnvidia-vulkan-producer.so.569.1"},
        {.kind = DRIVER_GRAPHICS_LIBRARY, .path = "/x/libglxserver_nvidia.so.570.1"},
        {.kind = DRIVER_LIBRARY, .path = "/y/libnvidia-allocator.so.570.1"},
    };
    static const char *const expected[] = {
        "../libnvidia-allocator.so.1::/l/gbm/nvidia-drm_gbm.so",
        "libnvidia-vulkan-producer.so.570.1::/l/libnvidia-vulkan-producer.so",
        "libglxserver_nvidia.so.570.1::/x/libglxserver_nvidia.so",
    };
    _cleanup_arena_ struct arena *arena = arena_new();
    struct driver driver = {.version = "570.1", .files = files, .n_files = ARRAY_SIZE(files)};
    struct driver_links links;

    cr_assert(driver_graphics_links(&driver, arena, &links));
    cr_assert_eq(links.n, ARRAY_SIZE(expected));
    for (size_t i = 0; i < links.n; i++)
        cr_expect_str_eq(links.items[i], expected[i]);
}

Test(find, a_library_that_is_no_elf_file_has_a_problem)
{
    _cleanup_fixture_ struct fixture f = fixture_new();
    const struct driver_file *file;
    struct driver driver;

    add(&f, LIBS "libcuda.so.570.1");
    cr_assert_eq(find(&f, "570.1", &driver, NULL), 0);
    cr_assert_not_null(file = file_at(&driver, "/" LIBS "libcuda.so.570.1"));
    cr_expect_null(file->soname);
    cr_expect(file->problem && strstr(file->problem, "ELF"), "%s", file->problem);
}
