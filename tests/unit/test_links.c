/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/driver/links.h"

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
