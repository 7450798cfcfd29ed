/* SPDX-License-Identifier: Apache-2.0 */
/* Device nodes. */
#include "tests/fakenode/build.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GID_VIDEO 44

/* Makes a node of the machine, changed by those records `nodes` whose pattern its path matches. */
static void put_node(const struct tree *t, const struct machine *m, const char *path,
                     struct node_attr attr)
{
    for (const struct record *r = desc_next(&m->desc, "nodes", NULL); r;
         r = desc_next(&m->desc, "nodes", r)) {
        if (fnmatch(record_text(r, "match", ""), path, FNM_PATHNAME) != 0)
            continue;
        attr.major = record_number(r, "major", attr.major);
        attr.minor = record_number(r, "minor", attr.minor);
        attr.mode = record_mode(r, "mode", attr.mode);
        attr.uid = record_number(r, "uid", attr.uid);
        attr.gid = record_number(r, "gid", attr.gid);
    }
    tree_node(t, path, attr);
}

static void put_char(const struct tree *t, const struct machine *m, const char *path,
                     unsigned major, unsigned minor, mode_t mode)
{
    struct node_attr attr = {.type = S_IFCHR, .major = major, .minor = minor, .mode = mode};

    put_node(t, m, path, attr);
}

static void put_cap(const struct tree *t, const struct machine *m, unsigned minor, mode_t mode)
{
    put_char(t, m, tree_path("/dev/nvidia-caps/nvidia-cap%u", minor).text, MAJOR_NVIDIA_CAPS, minor,
             mode);
}

static void put_nvidia(const struct tree *t, const struct machine *m)
{
    static const struct {
        const char *path;
        unsigned major;
        unsigned minor;
    } controls[] = {
        {"/dev/nvidiactl", MAJOR_NVIDIA, 255},
        {"/dev/nvidia-modeset", MAJOR_NVIDIA, 254},
        {"/dev/nvidia-uvm", MAJOR_NVIDIA_UVM, 0},
        {"/dev/nvidia-uvm-tools", MAJOR_NVIDIA_UVM, 1},
    };

    for (size_t i = 0; i < m->n_gpus; i++)
        put_char(t, m, tree_path("/dev/nvidia%u", m->gpus[i].minor).text, MAJOR_NVIDIA,
                 m->gpus[i].minor, 0666);
    for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
        put_char(t, m, controls[i].path, controls[i].major, controls[i].minor, 0666);
    if (!m->mig_capable)
        return;
    put_cap(t, m, 1, 0400);
    put_cap(t, m, 2, 0444);
    for (size_t i = 0; i < m->n_migs; i++) {
        const struct mig_device *mig = &m->migs[i];

        put_cap(t, m, mig_gi_minor(mig->gpu->minor, mig->gi), 0444);
        put_cap(t, m, mig_ci_minor(mig->gpu->minor, mig->gi, mig->ci), 0444);
    }
}

static void put_dri(const struct tree *t, const struct machine *m, const struct pci_device *d)
{
    const char *list = d->drm;
    char name[32];

    while (list_next(&list, name, sizeof(name))) {
        struct node_attr attr = {
            .type = S_IFCHR,
            .major = MAJOR_DRM,
            .minor = drm_minor(name),
            .mode = 0660,
            .gid = GID_VIDEO,
        };
        const char *what = strncmp(name, "render", 6) == 0 ? "render" : "card";

        put_node(t, m, tree_path("/dev/dri/%s", name).text, attr);
        tree_link(t, tree_path("/dev/dri/by-path/pci-%s-%s", d->bdf, what).text,
                  tree_path("../%s", name).text);
    }
}

/* `count` nodes, the number at the end of the path and the minor counting up. */
static void put_nodes(const struct tree *t, const struct machine *m, const struct record *r,
                      struct node_attr attr)
{
    const char *path = record_text(r, "path", "");
    unsigned n = record_number(r, "count", 0);
    size_t length = strlen(path);
    unsigned first;

    if (n == 0) {
        put_node(t, m, path, attr);
        return;
    }
    while (length > 0 && isdigit((unsigned char)path[length - 1]))
        length--;
    if (path[length] == '\0')
        desc_fail(&m->desc, r->line, "'count' needs a path that ends in a number");
    first = (unsigned)strtoul(path + length, NULL, 10);
    for (unsigned i = 0; i < n; i++, attr.minor++)
        put_node(t, m, tree_path("%.*s%u", (int)length, path, first + i).text, attr);
}

void build_dev(const struct tree *t, const struct machine *m)
{
    if (m->loaded)
        put_nvidia(t, m);
    for (size_t i = 0; i < m->n_pci; i++)
        put_dri(t, m, &m->pci[i]);
    for (const struct record *r = desc_next(&m->desc, "node", NULL); r;
         r = desc_next(&m->desc, "node", r)) {
        struct node_attr attr = {
            .type = *record_text(r, "type", "c") == 'b' ? S_IFBLK : S_IFCHR,
            .major = record_number(r, "major", 0),
            .minor = record_number(r, "minor", 0),
            .mode = record_mode(r, "mode", 0666),
            .uid = record_number(r, "uid", 0),
            .gid = record_number(r, "gid", 0),
        };

        put_nodes(t, m, r, attr);
    }
}

void build_dev_base(const struct tree *t)
{
    static const struct {
        const char *path;
        unsigned major;
        unsigned minor;
        mode_t mode;
    } nodes[] = {
        {"/dev/null", 1, 3, 0666},    {"/dev/zero", 1, 5, 0666},    {"/dev/full", 1, 7, 0666},
        {"/dev/random", 1, 8, 0666},  {"/dev/urandom", 1, 9, 0666}, {"/dev/kmsg", 1, 11, 0644},
        {"/dev/console", 5, 1, 0620}, {"/dev/tty", 5, 0, 0666},
    };
    static const struct {
        const char *path;
        const char *target;
    } links[] = {
        {"/dev/fd", "/proc/self/fd"},       {"/dev/stdin", "/proc/self/fd/0"},
        {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
        {"/dev/ptmx", "pts/ptmx"},
    };

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
        tree_node(t, nodes[i].path,
                  (struct node_attr){.type = S_IFCHR,
                                     .major = nodes[i].major,
                                     .minor = nodes[i].minor,
                                     .mode = nodes[i].mode});
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        tree_link(t, links[i].path, links[i].target);
}
