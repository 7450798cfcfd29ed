/* SPDX-License-Identifier: Apache-2.0 */
/* The user space of NVIDIA's driver, in the places of its installer or of a distribution. */
#include "tests/fakenode/build.h"

#include <string.h>

#define LIBDIR "/usr/lib/x86_64-linux-gnu"

/* `version` NULL: the driver's. `soname` is what follows STEM. in it; NULL: it is the file's name.
 */
static const struct library {
    const char *group;
    const char *stem;
    const char *version;
    const char *soname;
    bool dev_link;
} libraries[] = {
    {"compute", "libcuda.so", NULL, "1", true},
    {"compute", "libcudadebugger.so", NULL, "1", false},
    {"compute", "libnvidia-allocator.so", NULL, "1", true},
    {"compute", "libnvidia-gpucomp.so", NULL, NULL, false},
    {"compute", "libnvidia-nvvm.so", NULL, "4", true},
    {"compute", "libnvidia-opencl.so", NULL, "1", false},
    {"compute", "libnvidia-pkcs11-openssl3.so", NULL, NULL, false},
    {"compute", "libnvidia-pkcs11.so", NULL, NULL, false},
    {"compute", "libnvidia-ptxjitcompiler.so", NULL, "1", true},
    {"utility", "libnvidia-cfg.so", NULL, "1", true},
    {"utility", "libnvidia-ml.so", NULL, "1", true},
    {"sandboxutils", "libnvidia-sandboxutils.so", NULL, "1", true},
    {"video", "libnvcuvid.so", NULL, "1", true},
    {"video", "libnvidia-encode.so", NULL, "1", true},
    {"video", "libnvidia-opticalflow.so", NULL, "1", true},
    {"video", "vdpau/libvdpau_nvidia.so", NULL, "1", true},
    {"graphics", "libEGL_nvidia.so", NULL, "0", false},
    {"graphics", "libGLESv1_CM_nvidia.so", NULL, "1", false},
    {"graphics", "libGLESv2_nvidia.so", NULL, "2", false},
    {"graphics", "libGLX_nvidia.so", NULL, "0", false},
    {"graphics", "libnvidia-api.so", "1", "1", false},
    {"graphics", "libnvidia-egl-gbm.so", "1.1.2", "1", false},
    {"graphics", "libnvidia-egl-wayland.so", "1.1.18", "1", false},
    {"graphics", "libnvidia-egl-xcb.so", "1.0.1", "1", false},
    {"graphics", "libnvidia-egl-xlib.so", "1.0.1", "1", false},
    {"graphics", "libnvidia-eglcore.so", NULL, NULL, false},
    {"graphics", "libnvidia-fbc.so", NULL, "1", true},
    {"graphics", "libnvidia-glcore.so", NULL, NULL, false},
    {"graphics", "libnvidia-glsi.so", NULL, NULL, false},
    {"graphics", "libnvidia-glvkspirv.so", NULL, NULL, false},
    {"graphics", "libnvidia-ngx.so", NULL, "1", false},
    {"graphics", "libnvidia-rtcore.so", NULL, NULL, false},
    {"graphics", "libnvidia-tls.so", NULL, NULL, false},
    {"graphics", "libnvoptix.so", NULL, "1", false},
    {"desktop", "libnvidia-egl-wayland2.so", "1.0.0", "1", false},
    {"desktop", "libnvidia-gtk3.so", NULL, NULL, false},
    {"desktop", "libnvidia-vksc-core.so", NULL, "1", false},
    {"desktop", "libnvidia-wayland-client.so", NULL, NULL, false},
    {"glvnd", "libEGL.so", "1.1.0", "1", true},
    {"glvnd", "libGL.so", "1.7.0", "1", true},
    {"glvnd", "libGLESv1_CM.so", "1.2.0", "1", true},
    {"glvnd", "libGLESv2.so", "2.1.0", "2", true},
    {"glvnd", "libGLX.so", "0.0.0", "0", true},
    {"glvnd", "libGLdispatch.so", "0.0.0", "0", false},
    {"glvnd", "libOpenCL.so", "1.0.0", "1", true},
    {"glvnd", "libOpenGL.so", "0.0.0", "0", true},
};

/* Links below the library directory whose target holds the driver's version, or does not. */
static const struct library_link {
    const char *group;
    const char *path;
    const char *target;
    bool versioned;
} library_links[] = {
    {"compute", "gbm/nvidia-drm_gbm.so", "../libnvidia-allocator.so.1", false},
    {"graphics", "libGLX_indirect.so.0", "libGLX_nvidia.so.", true},
};

static const struct program {
    const char *group;
    const char *name;
} programs[] = {
    {"utility", "nvidia-bug-report.sh"},
    {"utility", "nvidia-debugdump"},
    {"utility", "nvidia-modprobe"},
    {"utility", "nvidia-persistenced"},
    {"utility", "nvidia-smi"},
    {"compute", "nvidia-cuda-mps-control"},
    {"compute", "nvidia-cuda-mps-server"},
    {"desktop", "nvidia-settings"},
    {"desktop", "nvidia-xconfig"},
    {"imex", "nvidia-imex"},
    {"imex", "nvidia-imex-ctl"},
    {"fabric", "nv-fabricmanager"},
};

#define ICD(library) \
    "{\"file_format_version\":\"1.0.0\",\"ICD\":{\"library_path\":\"" library "\"}}\n"

/* `prefix` and `suffix` stand around the driver's version when there is a suffix. */
static const struct config {
    const char *group;
    const char *prefix;
    const char *suffix;
    const char *content;
} configs[] = {
    {"compute", "/etc/OpenCL/vendors/nvidia.icd", NULL, "libnvidia-opencl.so.1\n"},
    {"graphics", "/etc/vulkan/icd.d/nvidia_icd.json", NULL, ICD("libGLX_nvidia.so.0")},
    {"graphics", "/etc/vulkan/implicit_layer.d/nvidia_layers.json", NULL,
     "{\"file_format_version\":\"1.0.0\",\"layers\":[]}\n"},
    {"graphics", "/usr/share/egl/egl_external_platform.d/10_nvidia_wayland.json", NULL,
     ICD("libnvidia-egl-wayland.so.1")},
    {"graphics", "/usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json", NULL,
     ICD("libnvidia-egl-gbm.so.1")},
    {"graphics", "/usr/share/glvnd/egl_vendor.d/10_nvidia.json", NULL, ICD("libEGL_nvidia.so.0")},
    {"graphics", "/usr/share/nvidia/nvoptix.bin", NULL, "optix\n"},
    {"desktop", "/usr/share/X11/xorg.conf.d/10-nvidia.conf", NULL,
     "Section \"OutputClass\"\nEndSection\n"},
    {"desktop", "/usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf", NULL,
     "Section \"OutputClass\"\nEndSection\n"},
    {"desktop", "/usr/share/egl/egl_external_platform.d/20_nvidia_xcb.json", NULL,
     ICD("libnvidia-egl-xcb.so.1")},
    {"desktop", "/usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json", NULL,
     ICD("libnvidia-egl-xlib.so.1")},
    {"desktop", "/usr/share/nvidia/nvidia-application-profiles-", "-rc", "{}\n"},
};

static const char *const firmware_files[] = {"gsp_ga10x.bin", "gsp_tu10x.bin"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What a record `driver` says, and where it says it. */
struct driver {
    const struct machine *machine;
    const struct record *record;
    const char *version;
    const char *groups;
    const char *root;
    unsigned bits;
};

static void put_library(const struct tree *t, const struct driver *d, const char *dir,
                        const struct library *lib)
{
    struct tree_path stem = tree_path("%s/%s", dir, lib->stem);
    struct tree_path file = tree_path("%s.%s", stem.text, lib->version ? lib->version : d->version);
    struct tree_path soname = lib->soname ? tree_path("%s.%s", stem.text, lib->soname) : file;

    build_library(t, d->machine, file.text, base_name(soname.text), d->bits);
    if (strcmp(file.text, soname.text) != 0)
        tree_link(t, soname.text, base_name(file.text));
    if (lib->dev_link)
        tree_link(t, stem.text, base_name(soname.text));
}

static void put_libraries(const struct tree *t, const struct driver *d, const char *dir)
{
    for (size_t i = 0; i < COUNT(libraries); i++) {
        if (list_has(d->groups, libraries[i].group))
            put_library(t, d, dir, &libraries[i]);
    }
    for (size_t i = 0; i < COUNT(library_links); i++) {
        const struct library_link *link = &library_links[i];

        if (list_has(d->groups, link->group))
            tree_link(t, tree_path("%s/%s", dir, link->path).text,
                      tree_path("%s%s", link->target, link->versioned ? d->version : "").text);
    }
}

static void put_xorg(const struct tree *t, const struct driver *d, const char *modules)
{
    struct tree_path glx = tree_path("%s/extensions/libglxserver_nvidia.so", modules);
    struct tree_path file = tree_path("%s.%s", glx.text, d->version);

    build_library(t, d->machine, tree_path("%s/drivers/nvidia_drv.so", modules).text,
                  "nvidia_drv.so", d->bits);
    build_library(t, d->machine, file.text, base_name(file.text), d->bits);
    tree_link(t, glx.text, base_name(file.text));
}

static void put_programs(const struct tree *t, const struct driver *d, const char *dir)
{
    for (size_t i = 0; i < COUNT(programs); i++) {
        if (list_has(d->groups, programs[i].group))
            tree_printf(t, tree_path("%s/%s", dir, programs[i].name).text, 0755,
                        "#!/bin/sh\necho '%s %s (simulated)'\n", programs[i].name, d->version);
    }
}

static void put_configs(const struct tree *t, const struct driver *d)
{
    for (size_t i = 0; i < COUNT(configs); i++) {
        const struct config *c = &configs[i];

        if (list_has(d->groups, c->group))
            tree_printf(t,
                        tree_path("%s%s%s%s", d->root, c->prefix, c->suffix ? d->version : "",
                                  c->suffix ? c->suffix : "")
                            .text,
                        0644, "%s", c->content);
    }
}

static void check_groups(const struct driver *d)
{
    const char *groups = d->groups;
    char group[64];

    while (list_next(&groups, group, sizeof(group))) {
        bool known = false;

        for (size_t i = 0; i < COUNT(libraries) && !known; i++)
            known = strcmp(libraries[i].group, group) == 0;
        for (size_t i = 0; i < COUNT(programs) && !known; i++)
            known = strcmp(programs[i].group, group) == 0;
        if (!known)
            desc_fail(&d->machine->desc, d->record->line, "unknown group '%s'", group);
    }
}

/* What makes a directory the root of a driver container. */
static void put_driver_root(const struct tree *t, const struct driver *d)
{
    tree_printf(t, tree_path("%s/etc/ld.so.conf", d->root).text, 0644,
                "include /etc/ld.so.conf.d/*.conf\n");
    if (record_switch(d->record, "nodes", false)) {
        struct tree root _cleanup_tree_;

        tree_open_beneath(&root, t, d->root);
        build_dev(&root, d->machine);
    }
}

static void put_ld_conf(const struct tree *t, const char *root, const char *libdir)
{
    struct tree_path path = tree_path("%s/etc/ld.so.conf.d/fakenode-%s.conf", root,
                                      base_name(libdir));

    tree_printf(t, path.text, 0644, "%s\n", libdir);
}

static void put_driver(const struct tree *t, const struct machine *m, const struct record *r)
{
    const struct driver d = {
        .machine = m,
        .record = r,
        .version = record_text(r, "version", m->driver_version),
        .groups = record_text(r, "groups", ""),
        .root = record_text(r, "root", ""),
        .bits = record_number(r, "bits", 64),
    };
    const char *firmware = record_text(r, "firmware", NULL);
    const char *xorg = record_text(r, "xorg", NULL);
    const char *libdir = record_text(r, "libdir", LIBDIR);

    check_groups(&d);
    if (*d.version == '\0')
        desc_fail(&m->desc, r->line, "neither 'driver' nor 'system' says the driver's version");
    put_libraries(t, &d, tree_path("%s%s", d.root, libdir).text);
    put_programs(t, &d, tree_path("%s%s", d.root, record_text(r, "bindir", "/usr/bin")).text);
    put_configs(t, &d);
    if (xorg)
        put_xorg(t, &d, tree_path("%s%s", d.root, xorg).text);
    for (size_t i = 0; firmware && i < COUNT(firmware_files); i++)
        tree_printf(
            t, tree_path("%s%s/nvidia/%s/%s", d.root, firmware, d.version, firmware_files[i]).text,
            0644, "gsp\n");
    if (record_switch(r, "ld_conf", true))
        put_ld_conf(t, d.root, libdir);
    if (*d.root)
        put_driver_root(t, &d);
}

static void put_lib(const struct tree *t, const struct machine *m, const struct record *r)
{
    const char *path = record_text(r, "path", "");
    const char *links = record_text(r, "links", "");
    char name[256];

    build_library(t, m, path, record_text(r, "soname", ""), record_number(r, "bits", 64));
    while (list_next(&links, name, sizeof(name)))
        tree_link(t, tree_path("%.*s%s", (int)(base_name(path) - path), path, name).text,
                  base_name(path));
}

/* Those that are not to be cached are named like plugins, which ldconfig passes over. */
static void put_filler(const struct tree *t, const struct machine *m, const struct record *r)
{
    const char *dir = record_text(r, "libdir", LIBDIR);
    unsigned n = record_number(r, "libs", 0), cached = record_number(r, "cached", 0);

    for (unsigned i = 0; i < n; i++) {
        struct tree_path soname = tree_path("%s/%sfiller%04u.so.1", dir, i < cached ? "lib" : "",
                                            i);
        struct tree_path file = tree_path("%s.0.0", soname.text);

        build_library(t, m, file.text, base_name(soname.text), 64);
        if (i < cached)
            tree_link(t, soname.text, base_name(file.text));
    }
}

void build_driver(const struct tree *t, const struct machine *m)
{
    const struct record *r;

    for (r = desc_next(&m->desc, "driver", NULL); r; r = desc_next(&m->desc, "driver", r))
        put_driver(t, m, r);
    for (r = desc_next(&m->desc, "lib", NULL); r; r = desc_next(&m->desc, "lib", r))
        put_lib(t, m, r);
    for (r = desc_next(&m->desc, "filler", NULL); r; r = desc_next(&m->desc, "filler", r))
        put_filler(t, m, r);
}
