/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry in three steps: list the spec dirs, load the files, index the devices. Each
 * scan is one struct that a refresh replaces whole; what lasts is in struct cdi_registry.
 */
#ifndef CDIKIT_CDI_REGISTRY_INTERNAL_H
#define CDIKIT_CDI_REGISTRY_INTERNAL_H

#include <sys/stat.h>

#include <cdikit/registry.h>

#include "base/arena.h"
#include "base/root.h"

/* What tells one state of a file from another. */
struct stamp {
    int error; /* errno of stat(2), or of opening a directory */
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec mtime;
    struct timespec ctime;
};

/* A spec dir, or a file in one, in scan order. */
struct registry_entry {
    const char *path;
    size_t priority;
    bool is_dir;
    bool retry; /* could not be read for want of descriptors: no stamp shows when it can */
    struct stamp stamp;
    struct cdi_spec *spec; /* NULL if it was not, or could not be, loaded; owned */
};

/* An error in the making, with the entry that it is sorted by. */
struct registry_failure {
    size_t entry;
    size_t number;
    struct cdi_registry_error what; /* owned */
};

struct registry_scan {
    struct arena *arena;
    struct registry_entry *entries;
    size_t n_entries;
    struct registry_failure *failures;
    size_t n_failures;

    /* What the queries give out. */
    const struct cdi_spec **specs;
    size_t n_specs;
    size_t *priorities; /* of the specs */
    struct cdi_registry_device *devices;
    size_t n_devices;
    struct cdi_registry_error *errors; /* shallow copies of the failures */
    const char **vendors;
    size_t n_vendors;
    const char **classes;
    size_t n_classes;
};

struct cdi_registry {
    struct arena *arena;
    const char *root; /* NULL: none */
    const char **dirs;
    size_t n_dirs;
    bool filtered;      /* only files that can define devices of these kinds are loaded */
    const char **kinds; /* VENDOR/CLASS */
    size_t n_kinds;
    struct registry_scan *scan;
};

struct registry_scan *registry_scan_new(void);
void registry_scan_free(struct registry_scan *scan);

/* Fills the entries. Fails only without memory, or without the registry's root. */
int registry_scan_list(const struct cdi_registry *registry, struct registry_scan *scan,
                       struct cdi_error *err);

/* True when two lists show the same directories and files in the same state. */
bool registry_scan_same(const struct registry_scan *a, const struct registry_scan *b);

/* Reads the listed files. Fails as registry_scan_list() does. */
int registry_scan_load(const struct cdi_registry *registry, struct registry_scan *scan,
                       struct cdi_error *err);

/* Records an error of an entry and takes over what it holds. Fails only without memory. */
int registry_scan_fail(struct registry_scan *scan, size_t entry, struct cdi_error *error);

/* Makes everything that queries give out. Fails only without memory. */
int registry_scan_index(struct registry_scan *scan);

/* True, with the format, for a file name with an extension of a CDI document. */
bool spec_file_format(const char *name, enum cdi_format *format);

/* The path of a name in a cleaned directory. */
const char *spec_file_join(struct arena *arena, const char *dir, const char *name);

#endif
