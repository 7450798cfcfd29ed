/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/driver/files.h"

#include <string.h>

#include "base/cleanup.h"

static const struct driver_rule rules[] = {
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-egl-gbm.so.*.*"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-egl-wayland.so.*.*"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-egl-wayland2.so.*.*"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-egl-xcb.so.*.*"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-egl-xlib.so.*.*"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_LINK_SOURCE, DRIVER_IN_LOADER_DIRS,
     "libnvidia-allocator.so.%V"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_LOADER_DIRS,
     "libnvidia-vulkan-producer.so.%V"},
    {DRIVER_PART_GRAPHICS, DRIVER_DISPLAY, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_XORG_DIRS,
     "nvidia_drv.so"},
    {DRIVER_PART_GRAPHICS, DRIVER_DISPLAY, DRIVER_GRAPHICS_LIBRARY, DRIVER_IN_XORG_DIRS,
     "libglxserver_nvidia.so.%V"},
    {DRIVER_PART_GRAPHICS, DRIVER_DISPLAY, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-xconfig"},

    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "glvnd/egl_vendor.d/10_nvidia.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "egl/egl_external_platform.d/15_nvidia_gbm.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "egl/egl_external_platform.d/10_nvidia_wayland.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "egl/egl_external_platform.d/09_nvidia_wayland2.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "egl/egl_external_platform.d/20_nvidia_xcb.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE,
     "egl/egl_external_platform.d/20_nvidia_xlib.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_SHARE, "nvidia/nvoptix.bin"},
    {DRIVER_PART_GRAPHICS, DRIVER_DISPLAY, DRIVER_FILE, DRIVER_IN_SHARE,
     "X11/xorg.conf.d/10-nvidia.conf"},
    {DRIVER_PART_GRAPHICS, DRIVER_DISPLAY, DRIVER_FILE, DRIVER_IN_SHARE,
     "X11/xorg.conf.d/nvidia-drm-outputclass.conf"},
    {DRIVER_PART_GRAPHICS, DRIVER_COMPUTE, DRIVER_FILE, DRIVER_IN_ETC, "OpenCL/vendors/nvidia.icd"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_ETC_OR_TOP,
     "vulkan/icd.d/nvidia_icd.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_ETC_OR_TOP,
     "vulkan/icd.d/nvidia_layers.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_ETC_OR_TOP,
     "vulkan/implicit_layer.d/nvidia_layers.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_ETC_OR_TOP,
     "vulkan/icd.d/nvidia_icd.x86_64.json"},
    {DRIVER_PART_GRAPHICS, DRIVER_GRAPHICS, DRIVER_FILE, DRIVER_IN_ETC_OR_TOP,
     "vulkan/icd.d/nvidia_icd.aarch64.json"},

    {DRIVER_PART_LIBRARIES, DRIVER_COMPUTE, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "*.so.%V"},
    {DRIVER_PART_LIBRARIES, DRIVER_VIDEO, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "vdpau/*.so.%V"},
    {DRIVER_PART_LIBRARIES, DRIVER_COMPUTE, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libnvidia-nvvm70.so.*"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libEGL.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libGL.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libGLESv1_CM.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libGLESv2.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libGLX.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libGLdispatch.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libOpenCL.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS, "libOpenGL.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libnvidia-api.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libnvidia-egl-xcb.so"},
    {DRIVER_PART_EXPLICIT, DRIVER_GRAPHICS, DRIVER_LIBRARY, DRIVER_IN_LIBRARY_DIRS,
     "libnvidia-egl-xlib.so"},
    {DRIVER_PART_COMPAT32, DRIVER_COMPAT32, DRIVER_LIBRARY, DRIVER_IN_32BIT_DIRS, "*.so.%V"},
    {DRIVER_PART_COMPAT32, DRIVER_COMPAT32, DRIVER_LIBRARY, DRIVER_IN_32BIT_DIRS, "vdpau/*.so.%V"},

    {DRIVER_PART_IPC, DRIVER_IPC, DRIVER_SOCKET, DRIVER_IN_RUN, "nvidia-persistenced/socket"},
    {DRIVER_PART_IPC, DRIVER_IPC, DRIVER_SOCKET, DRIVER_IN_RUN, "nvidia-fabricmanager/socket"},
    {DRIVER_PART_IPC, DRIVER_IPC, DRIVER_SOCKET, DRIVER_IN_TMP, "nvidia-mps"},

    {DRIVER_PART_FIRMWARE, DRIVER_FIRMWARE, DRIVER_FILE, DRIVER_IN_FIRMWARE, "nvidia/%V/gsp*.bin"},

    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-smi"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-debugdump"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-persistenced"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-cuda-mps-control"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-cuda-mps-server"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-imex"},
    {DRIVER_PART_BINARIES, DRIVER_BINARIES, DRIVER_FILE, DRIVER_IN_PATH, "nvidia-imex-ctl"},
};

const struct driver_rule *driver_rules(size_t *n)
{
    *n = ARRAY_SIZE(rules);
    return rules;
}

/* Libraries by what they are good for, named up to the ".so". */
static const struct {
    const char *name;
    enum driver_capability capability;
} library_capabilities[] = {
    {"libcuda", DRIVER_COMPUTE},
    {"libcudadebugger", DRIVER_COMPUTE},
    {"libnvidia-compiler", DRIVER_COMPUTE},
    {"libnvidia-fatbinaryloader", DRIVER_COMPUTE},
    {"libnvidia-nvvm", DRIVER_COMPUTE},
    {"libnvidia-nvvm70", DRIVER_COMPUTE},
    {"libnvidia-opencl", DRIVER_COMPUTE},
    {"libnvidia-pkcs11", DRIVER_COMPUTE},
    {"libnvidia-pkcs11-openssl3", DRIVER_COMPUTE},
    {"libnvidia-ptxjitcompiler", DRIVER_COMPUTE},
    {"libOpenCL", DRIVER_COMPUTE},
    {"libnvidia-cfg", DRIVER_UTILITY},
    {"libnvidia-gpucomp", DRIVER_UTILITY},
    {"libnvidia-ml", DRIVER_UTILITY},
    {"libnvidia-nscq", DRIVER_UTILITY},
    {"libnvidia-sandboxutils", DRIVER_UTILITY},
    {"libEGL_nvidia", DRIVER_GRAPHICS},
    {"libGLESv1_CM_nvidia", DRIVER_GRAPHICS},
    {"libGLESv2_nvidia", DRIVER_GRAPHICS},
    {"libGLX_nvidia", DRIVER_GRAPHICS},
    {"libnvidia-allocator", DRIVER_GRAPHICS},
    {"libnvidia-cbl", DRIVER_GRAPHICS},
    {"libnvidia-eglcore", DRIVER_GRAPHICS},
    {"libnvidia-glcore", DRIVER_GRAPHICS},
    {"libnvidia-glsi", DRIVER_GRAPHICS},
    {"libnvidia-glvkspirv", DRIVER_GRAPHICS},
    {"libnvidia-ifr", DRIVER_GRAPHICS},
    {"libnvidia-rtcore", DRIVER_GRAPHICS},
    {"libnvidia-tls", DRIVER_GRAPHICS},
    {"libnvidia-vksc-core", DRIVER_GRAPHICS},
    {"libnvidia-vulkan-producer", DRIVER_GRAPHICS},
    {"libnvoptix", DRIVER_GRAPHICS},
    {"libnvcuvid", DRIVER_VIDEO},
    {"libnvidia-encode", DRIVER_VIDEO},
    {"libnvidia-opticalflow", DRIVER_VIDEO},
    {"libvdpau_nvidia", DRIVER_VIDEO},
    {"libnvidia-fbc", DRIVER_DISPLAY},
    {"libnvidia-gtk2", DRIVER_DISPLAY},
    {"libnvidia-gtk3", DRIVER_DISPLAY},
    {"libnvidia-wayland-client", DRIVER_DISPLAY},
    {"libnvidia-ngx", DRIVER_NGX},
};

enum driver_capability driver_library_capability(const char *file_name,
                                                 enum driver_capability otherwise)
{
    const char *end = strstr(file_name, ".so");

    for (size_t i = 0; end && i < ARRAY_SIZE(library_capabilities); i++) {
        size_t len = strlen(library_capabilities[i].name);

        if (len == (size_t)(end - file_name) &&
            memcmp(file_name, library_capabilities[i].name, len) == 0)
            return library_capabilities[i].capability;
    }
    return otherwise;
}

const char *driver_capability_name(enum driver_capability capability)
{
    static const char *const names[DRIVER_N_CAPABILITIES] = {
        [DRIVER_COMPUTE] = "compute",   [DRIVER_UTILITY] = "utility",
        [DRIVER_GRAPHICS] = "graphics", [DRIVER_VIDEO] = "video",
        [DRIVER_DISPLAY] = "display",   [DRIVER_NGX] = "ngx",
        [DRIVER_COMPAT32] = "compat32", [DRIVER_FIRMWARE] = "firmware",
        [DRIVER_IPC] = "ipc",           [DRIVER_BINARIES] = "binaries",
    };

    return names[capability];
}
