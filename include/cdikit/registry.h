/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: all documents of the spec dirs, and their devices by qualified name.
 * Source: the recorded behaviour of the CDI Go library's cache ("registry").
 *
 * Directories are given from the lowest to the highest priority. A device of a higher
 * directory hides one of the same name in a lower directory; two of the same name in the same
 * directory are a conflict: neither of the two is used, and what they hide stays hidden. A file
 * that cannot be loaded is remembered with its error and hides nothing else.
 */
#ifndef CDIKIT_REGISTRY_H
#define CDIKIT_REGISTRY_H

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

#define CDI_DEFAULT_STATIC_DIR  "/etc/cdi"
#define CDI_DEFAULT_DYNAMIC_DIR "/var/run/cdi"

struct cdi_registry;

/* What became of a device definition. */
enum cdi_device_state {
    CDI_DEVICE_ACTIVE,      /* can be requested */
    CDI_DEVICE_SHADOWED,    /* hidden by a directory of higher priority */
    CDI_DEVICE_CONFLICTING, /* defined more than once at one priority: not used */
};

/* One definition of a device in one file; belongs to the registry. */
struct cdi_registry_device {
    const char *name; /* qualified */
    const struct cdi_device *device;
    const struct cdi_spec *spec;
    size_t priority; /* index of the spec dir */
    enum cdi_device_state state;
};

/* A file that could not be loaded, or takes part in a conflict, or a dir that is unreadable. */
struct cdi_registry_error {
    const char *path;
    struct cdi_error error;
};

/*
 * Makes a registry of the given directories (n == 0: the two default ones) and scans them.
 * `root` is put before each directory ("" or "/" or NULL: none); paths in the registry are
 * without it. Directories that do not exist are empty; unreadable directories and files are in
 * the registry's list of errors. Errors: IO when the root cannot be opened, USAGE for a directory
 * that is NULL, NOMEM.
 */
CDI_EXPORT int cdi_registry_new(const char *root, const char *const *dirs, size_t n,
                                struct cdi_registry **out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As cdi_registry_new(), for somebody who wants no more than the devices of the given qualified
 * names: files that cannot define any of them are read but not parsed, and are neither in
 * cdi_registry_specs() nor in the list of errors. What cdi_registry_find() says of these names
 * is what it says in a full registry. `names` is not kept.
 */
CDI_EXPORT int cdi_registry_new_for(const char *root, const char *const *dirs, size_t n_dirs,
                                    const char *const *names, size_t n_names,
                                    struct cdi_registry **out,
                                    struct cdi_error *err) CDI_MUST_CHECK;

/* Frees the registry and every document in it. NULL is allowed. */
CDI_EXPORT void cdi_registry_free(struct cdi_registry *registry);

/*
 * Scans again if a directory or file has changed since the last scan (by stat: device, inode,
 * size, times). *changed says whether it did. Pointers into the registry are void after a
 * change. After a failure, with an error of cdi_registry_new(), it is what it was.
 */
CDI_EXPORT int cdi_registry_refresh(struct cdi_registry *registry, bool *changed,
                                    struct cdi_error *err) CDI_MUST_CHECK;

/* The directories, lowest priority first. */
CDI_EXPORT const char *const *cdi_registry_dirs(const struct cdi_registry *registry, size_t *n);

/* The loaded documents in scan order: directory by directory, by file name. */
CDI_EXPORT const struct cdi_spec *const *cdi_registry_specs(const struct cdi_registry *registry,
                                                            size_t *n);

/* The priority of a document of cdi_registry_specs(). */
CDI_EXPORT size_t cdi_registry_spec_priority(const struct cdi_registry *registry,
                                             const struct cdi_spec *spec);

/*
 * Every device definition, by qualified name (bytewise), then from the highest to the lowest
 * priority. Those in state CDI_DEVICE_ACTIVE are the ones that can be requested.
 */
CDI_EXPORT const struct cdi_registry_device *
cdi_registry_devices(const struct cdi_registry *registry, size_t *n);

/* The active definition of a qualified name, or NULL. */
CDI_EXPORT const struct cdi_registry_device *cdi_registry_find(const struct cdi_registry *registry,
                                                               const char *name);

/* The errors, by path in scan order; a path can have several. */
CDI_EXPORT const struct cdi_registry_error *cdi_registry_errors(const struct cdi_registry *registry,
                                                                size_t *n);

/* Vendors, or classes, of all loaded documents: unique, bytewise ascending, NULL-terminated. */
CDI_EXPORT const char *const *cdi_registry_vendors(const struct cdi_registry *registry, size_t *n);
CDI_EXPORT const char *const *cdi_registry_classes(const struct cdi_registry *registry, size_t *n);

/*
 * The name of a file for a document, without extension: "VENDOR-CLASS", or with a transient
 * id "VENDOR-CLASS_ID", '/' in id replaced by '_'. malloc'ed, in *name. Errors: INVALID for a
 * kind that is not VENDOR/CLASS, NOMEM.
 */
CDI_EXPORT int cdi_spec_file_name(const char *kind, const char *transient_id, char **name,
                                  struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Validates a document and writes it as NAME into the directory of highest priority, replacing
 * what is there. ".yaml" is added unless NAME ends in .yaml or .json. NAME must be a plain
 * file name. The file gets mode 0644. The registry sees it after a refresh. Errors: USAGE (NAME),
 * INVALID (the document, as cdi_spec_check() says it), IO, NOMEM; nothing is written then.
 */
CDI_EXPORT int cdi_registry_write(struct cdi_registry *registry, const struct cdi_spec *spec,
                                  const char *name, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Removes what cdi_registry_write() wrote under the same name; a missing file is success. Errors:
 * USAGE (NAME), IO, NOMEM.
 */
CDI_EXPORT int cdi_registry_remove(struct cdi_registry *registry, const char *name,
                                   struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
