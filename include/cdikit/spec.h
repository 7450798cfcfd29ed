/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CDI document ("CDI specification file"): the model, reading and writing.
 *
 * Source: CDI SPEC.md, "CDI JSON Specification", and the recorded behaviour of the CDI Go
 * library, which docs/differences.md compares with.
 *
 * Strings are UTF-8 and NUL-terminated. U+0000, which a CDI file can hold as an escape, is
 * kept as the two bytes C0 80 ("modified UTF-8"), which no valid UTF-8 text contains; readers
 * and writers convert. Absent strings are "", never NULL; absent lists have n == 0.
 *
 * All that is reached from a document that was read belongs to it and dies with cdi_spec_free().
 * A program that builds a document starts with cdi_spec_new() and lets the members point to
 * memory of its own: that must outlive the document, which does not free it.
 */
#ifndef CDIKIT_SPEC_H
#define CDIKIT_SPEC_H

#include <stddef.h>
#include <stdint.h>

#include <cdikit/error.h>

CDI_BEGIN_DECLS

/* Opaque: the library's own. */
struct arena;
struct yaml_node;

/*
 * A list of strings. `items` is NULL when the list was absent or null and non-NULL when it was
 * written, also as []: the version rule for intelRdt.schemata needs the difference.
 */
struct cdi_strings {
    const char **items;
    size_t n;
};

/* Annotations: string to string, in the order of the file. */
struct cdi_annotation {
    const char *key;
    const char *value;
};
struct cdi_annotations {
    struct cdi_annotation *items;
    size_t n;
};

/* A uint32 whose absence differs from 0. */
struct cdi_opt_uint32 {
    bool set;
    uint32_t value;
};

/* An int64 whose absence differs from 0. */
struct cdi_opt_int64 {
    bool set;
    int64_t value;
};

/* SPEC.md, containerEdits.deviceNodes. */
struct cdi_device_node {
    const char *path;      /* in the container */
    const char *host_path; /* "" means the same as path; CDI 0.5.0 */
    const char *type;      /* "b", "c", "u", "p", or "" for what the host has */
    int64_t major;         /* 0 means: take both numbers from the host */
    int64_t minor;
    struct cdi_opt_uint32 file_mode; /* permission bits, e.g. 0666 */
    const char *permissions;         /* cgroup access: of "rwm"; "" means rwm; "none" means none */
    struct cdi_opt_uint32 uid;
    struct cdi_opt_uint32 gid;
};

/* SPEC.md, containerEdits.netDevices; CDI 1.1.0. */
struct cdi_net_device {
    const char *host_interface_name;
    const char *name; /* in the container */
};

/* SPEC.md, containerEdits.hooks. */
struct cdi_hook {
    const char *hook_name; /* one of the OCI hook names, e.g. "createContainer" */
    const char *path;
    struct cdi_strings args; /* args[0] is the program's own name */
    struct cdi_strings env;
    struct cdi_opt_int64 timeout; /* seconds */
};

/* SPEC.md, containerEdits.mounts. */
struct cdi_mount {
    const char *host_path;
    const char *container_path;
    struct cdi_strings options;
    const char *type; /* CDI 0.4.0 */
};

/* SPEC.md, containerEdits.intelRdt; CDI 0.7.0. */
struct cdi_intel_rdt {
    const char *clos_id;
    const char *l3_cache_schema;
    const char *mem_bw_schema;
    struct cdi_strings schemata; /* CDI 1.1.0 */
    bool enable_monitoring;      /* CDI 1.1.0 */
};

/* SPEC.md, containerEdits: what is done to a container's OCI configuration. */
struct cdi_edits {
    struct cdi_strings env; /* NAME=VALUE */
    struct cdi_device_node *device_nodes;
    size_t n_device_nodes;
    struct cdi_net_device *net_devices;
    size_t n_net_devices;
    struct cdi_hook *hooks;
    size_t n_hooks;
    struct cdi_mount *mounts;
    size_t n_mounts;
    struct cdi_intel_rdt *intel_rdt; /* NULL when absent */
    uint32_t *additional_gids;       /* CDI 0.7.0 */
    size_t n_additional_gids;
};

/* SPEC.md, devices. */
struct cdi_device {
    const char *name;
    struct cdi_annotations annotations; /* CDI 0.6.0 */
    struct cdi_edits edits;             /* containerEdits */
};

/* A CDI document. */
struct cdi_spec {
    const char *version; /* cdiVersion, as written: "1.1.0", "v1.1.0" */
    const char *kind;    /* vendor/class */
    struct cdi_annotations annotations;
    struct cdi_device *devices;
    size_t n_devices;
    struct cdi_edits edits; /* containerEdits: applied once if any device of the file is used */

    const char *path;             /* file it was read from, NULL if none */
    const struct yaml_node *root; /* positions of what was read; NULL for a built document */
    struct arena *arena;
};

/* How a document is written. */
enum cdi_format {
    CDI_FORMAT_YAML,
    CDI_FORMAT_JSON,
};

/* Limits of the reader, far above any real document; a text beyond them is CDI_ERR_LIMIT. */
#define CDI_SPEC_MAX_SIZE  (64U << 20) /* bytes of a file */
#define CDI_SPEC_MAX_DEPTH 64          /* nested collections */
#define CDI_SPEC_MAX_NODES 4000000     /* nodes after expanding aliases and merges */

/* A new, empty document with its own arena, or NULL without memory. */
CDI_EXPORT struct cdi_spec *cdi_spec_new(void) CDI_MUST_CHECK;

/* Frees the document and all that is reached from it. NULL is allowed. */
CDI_EXPORT void cdi_spec_free(struct cdi_spec *spec);

/*
 * Reads a document from text: one YAML 1.1 document, of which JSON is a part, with unknown
 * and duplicate keys refused and scalars coerced as docs/cdi-reading.md says. The text is
 * only read and checked against its types, not validated: see validate.h. `name` stands in
 * messages and becomes spec->path (may be NULL); both are copied. Errors: SYNTAX, INVALID
 * (type or unknown key), LIMIT, NOMEM, each with line and column.
 */
CDI_EXPORT int cdi_spec_parse(const char *text, size_t len, const char *name, struct cdi_spec **out,
                              struct cdi_error *err) CDI_MUST_CHECK;

/* Reads a document from a file, which must be a regular file (a FIFO does not block). */
CDI_EXPORT int cdi_spec_read(const char *path, struct cdi_spec **out,
                             struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The document as text, in *text (malloc'ed, NUL-terminated, the caller frees it) and *len.
 * YAML begins with "---" and ends with a newline; strings that YAML 1.1 would read as
 * something else are quoted. JSON is one line without final newline, as the CDI Go library
 * writes it. Optional members that are empty are left out. Nothing is validated.
 */
CDI_EXPORT int cdi_spec_format(const struct cdi_spec *spec, enum cdi_format format, char **text,
                               size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/* As cdi_spec_format(), for one device's object or one edits object, e.g. for display. */
CDI_EXPORT int cdi_device_format(const struct cdi_device *device, enum cdi_format format,
                                 char **text, size_t *len, struct cdi_error *err) CDI_MUST_CHECK;
CDI_EXPORT int cdi_edits_format(const struct cdi_edits *edits, enum cdi_format format, char **text,
                                size_t *len, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Writes a document to a file: atomically (temporary file in the same directory, then
 * rename), missing directories made with mode 0755 less the umask, the file with `mode`.
 * With overwrite == false an existing file is CDI_ERR_EXISTS. Nothing is validated.
 */
CDI_EXPORT int cdi_spec_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                              unsigned mode, bool overwrite, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The position of a member of a document that was read. `path` is as in diagnostics,
 * "devices[0].containerEdits.env[2]"; "" is the document itself. Where the member is absent,
 * the position of the nearest enclosing object; {0, 0} for a document that was not read.
 */
CDI_EXPORT struct cdi_position cdi_spec_position(const struct cdi_spec *spec, const char *path);

/* True when the edits change nothing: all lists empty and no intelRdt. */
CDI_EXPORT bool cdi_edits_empty(const struct cdi_edits *edits) CDI_PURE;

CDI_END_DECLS

#endif
