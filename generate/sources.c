/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "generate/facts.h"
#include "generate/machine/migcaps.h"
#include "generate/machine/procfs.h"
#include "generate/roots.h"

#define PCI_DEVICES "/sys/bus/pci/devices"
#define PCI_BOUND   "/sys/bus/pci/drivers/nvidia"

static void looks(struct root_watch *watch, const struct root *root, const char *path, int flags);

void sources_init(struct sources *sources, struct arena *arena)
{
    *sources = (struct sources){
        .arena = arena,
        .system = {{looks}, sources, FINGERPRINT_SYSTEM},
        .driver = {{looks}, sources, FINGERPRINT_DRIVER},
        .dev = {{looks}, sources, FINGERPRINT_DEV},
    };
}

void sources_attach(struct sources *sources, struct roots *roots)
{
    roots->system.watch = &sources->system.watch;
    /* What is one directory is looked at once. */
    roots->driver.watch = *roots->driver_prefix ? &sources->driver.watch : roots->system.watch;
    roots->dev.watch = *roots->dev_prefix ? &sources->dev.watch : roots->system.watch;
}

static uint32_t hash_fact(enum fingerprint_where where, enum fingerprint_how how, const char *path)
{
    return hash_bytes((uint64_t)where << 8 | (uint64_t)how, path, strlen(path));
}

/* The slot of a path: that which holds it, or an empty one. */
static uint32_t *find_slot(const struct sources *s, enum fingerprint_where where,
                           enum fingerprint_how how, const char *path)
{
    size_t i = hash_fact(where, how, path) & (s->n_slots - 1);

    for (; s->slots[i]; i = (i + 1) & (s->n_slots - 1)) {
        const struct fingerprint_fact *fact = &s->facts[s->slots[i] - 1];

        if (fact->where == where && fact->how == how && strcmp(fact->path, path) == 0)
            break;
    }
    return &s->slots[i];
}

/* Doubles the table before it is three quarters full. */
static bool make_room(struct sources *s)
{
    if (4 * (s->n + 1) < 3 * s->n_slots)
        return true;
    s->n_slots = s->n_slots ? 2 * s->n_slots : 512;
    s->slots = arena_calloc(s->arena, s->n_slots, sizeof *s->slots);
    for (size_t i = 0; s->slots && i < s->n; i++)
        *find_slot(s, s->facts[i].where, s->facts[i].how, s->facts[i].path) = (uint32_t)i + 1;
    return s->slots;
}

/* Adds a fact; false without memory. */
static bool add(struct sources *s, const struct fingerprint_fact *seen)
{
    struct fingerprint_fact fact = *seen;

    fact.path = arena_strdup(s->arena, seen->path);
    fact.fact = arena_strdup(s->arena, seen->fact);
    s->facts = arena_grow(s->arena, s->facts, s->n, sizeof *s->facts);
    if (!s->facts || !fact.path || !fact.fact)
        return false;
    s->facts[s->n++] = fact;
    return true;
}

static enum fingerprint_how how_of(int flags)
{
    if (flags & O_PATH)
        return (flags & O_NOFOLLOW) ? FINGERPRINT_LSTAT : FINGERPRINT_STAT;
    return (flags & O_DIRECTORY) ? FINGERPRINT_LIST : FINGERPRINT_READ;
}

static void looks(struct root_watch *watch, const struct root *root, const char *path, int flags)
{
    const struct sources_watch *w = (const struct sources_watch *)watch;
    struct sources *s = w->sources;
    enum fingerprint_how how = how_of(flags);
    char fact[FACT_SIZE];
    uint32_t *slot;

    if (s->failed || !make_room(s)) {
        s->failed = true;
        return;
    }
    slot = find_slot(s, w->where, how, path);
    if (*slot)
        return;
    fact_see(root, false, path, how, fact);
    s->failed = !add(s, &(struct fingerprint_fact){w->where, how, path, fact});
    *slot = s->failed ? 0 : (uint32_t)s->n;
}

int sources_add_output(struct sources *sources, const char *path, struct cdi_error *err)
{
    char fact[FACT_SIZE];

    fact_see_file(path, fact);
    return add(sources,
               &(struct fingerprint_fact){FINGERPRINT_OUTPUT, FINGERPRINT_STAT, path, fact})
               ? 0
               : cdi_error_nomem(err);
}

int sources_look_around(const struct roots *roots, struct arena *arena, struct cdi_error *err)
{
    const struct root *system = &roots->system;
    _cleanup_error_ struct cdi_error ignored = CDI_ERROR_INIT;
    struct procfs_gpu *gpus = NULL;
    struct mig_instance *instances;
    const char *version, **names;
    size_t n_gpus = 0, n;
    int r = procfs_driver_version(system, arena, &version, &ignored);

    if (r != -CDI_ERR_NOMEM)
        r = procfs_gpus(system, arena, &gpus, &n_gpus, &ignored);
    for (size_t i = 0; r != -CDI_ERR_NOMEM && i < n_gpus; i++)
        r = mig_instances(system, gpus[i].minor, arena, &instances, &n, &ignored);
    if (r == -CDI_ERR_NOMEM || root_list(system, PCI_DEVICES, arena, &names, &n) == -ENOMEM ||
        root_list(system, PCI_BOUND, arena, &names, &n) == -ENOMEM)
        return cdi_error_nomem(err);
    return 0;
}

/* The root of a fact, and what stands before its path on the system; NULL: none. */
static const struct root *root_of(const struct roots *roots, enum fingerprint_where where,
                                  const char **prefix)
{
    *prefix = "";
    switch (where) {
    case FINGERPRINT_SYSTEM:
        return &roots->system;
    case FINGERPRINT_DRIVER:
        *prefix = roots->driver_prefix;
        return &roots->driver;
    case FINGERPRINT_DEV:
        *prefix = roots->dev_prefix;
        return &roots->dev;
    case FINGERPRINT_OUTPUT:
        break;
    }
    return NULL;
}

/* Opens the roots; that one of them is gone is a change, and no error. */
static int open_roots(struct roots *roots, const struct generate_options *options,
                      struct arena *arena, const char **change, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    int r = roots_open(roots, options, arena, &problem);

    if (r == 0)
        return 0;
    if (problem.os_errno == ENOENT) {
        *change = arena_printf(arena, "%s vanished", roots_missing(roots, options));
        return *change ? 0 : cdi_error_nomem(err);
    }
    if (err) {
        *err = problem;
        problem = (struct cdi_error)CDI_ERROR_INIT;
    }
    return r;
}

int sources_compare(const struct fingerprint *before, const struct generate_options *options,
                    struct arena *arena, const char **change, struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    int r;

    *change = NULL;
    r = open_roots(&roots, options, arena, change, err);
    for (size_t i = 0; r == 0 && !*change && i < before->n; i++) {
        const struct fingerprint_fact *fact = &before->facts[i];
        const char *prefix, *what;
        const struct root *root = root_of(&roots, fact->where, &prefix);
        char now[FACT_SIZE];

        if (root)
            fact_see(root, !roots.foreign && fact->where == FINGERPRINT_SYSTEM, fact->path,
                     fact->how, now);
        else
            fact_see_file(fact->path, now);
        if ((what = fingerprint_change(fact->fact, now)) &&
            !(*change = arena_printf(arena, "%s%s %s", prefix, fact->path, what)))
            r = cdi_error_nomem(err);
    }
    return r;
}
