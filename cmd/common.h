/* SPDX-License-Identifier: Apache-2.0 */
/* What several commands do: messages, reading their input, opening the spec dirs. */
#ifndef CDIKIT_CMD_COMMON_H
#define CDIKIT_CMD_COMMON_H

#include <stddef.h>

#include <cdikit/oci.h>
#include <cdikit/registry.h>
#include <cdikit/spec.h>

#include "base/cleanup.h"
#include "base/root.h"
#include "cmd/command.h"

static inline void cleanup_registry_(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}
static inline void cleanup_spec_(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
static inline void cleanup_oci_(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}
#define _cleanup_registry_ _cleanup_(cleanup_registry_)
#define _cleanup_spec_     _cleanup_(cleanup_spec_)
#define _cleanup_oci_      _cleanup_(cleanup_oci_)

/* Where the CDI documents are: part of the options of each command that looks there. */
struct spec_dirs {
    struct option_list dirs; /* lowest priority first */
    const char *root;
};

/* What --root is for, where nothing but the spec dirs is read. */
#define SPEC_DIR_ROOT_HELP \
    "read the spec dirs beneath this directory; the paths that are printed are without it"

#define SPEC_DIR_OPTIONS(options, member, root_text)                                     \
    {.name = "spec-dir",                                                                 \
     .type = OPTION_LIST,                                                                \
     .offset = offsetof(options, member.dirs),                                           \
     .value = "DIR",                                                                     \
     .help = "directory of CDI documents, in place of " CDI_DEFAULT_STATIC_DIR           \
             " and " CDI_DEFAULT_DYNAMIC_DIR                                             \
             "; can be repeated, from the lowest priority to the highest"},              \
    {                                                                                    \
        .name = "root", .type = OPTION_STRING, .offset = offsetof(options, member.root), \
        .value = "DIR", .help = root_text                                                \
    }

/* The choices of --format; value 1 + enum cdi_format. */
extern const char *const format_choices[];

/* cdi_error_format() in malloc'ed memory; NULL without memory. */
char *error_text(const struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Says what failed, and where help is against wrong use. Returns the exit status for it, which
 * is 1 for all where nvidia-ctk is asked.
 */
int call_fail(const struct call *call, const struct cdi_error *err);

/* A line "cdikit COMMAND: file:line:column: message" on standard error. */
void message_error(const struct call *call, const struct cdi_error *err);

/* A line "cdikit COMMAND: warning: ..." on standard error, unless --quiet. */
void message_warn(const struct call *call, const char *fmt, ...) CDI_PRINTF(2, 3);

/* A line "cdikit COMMAND: ..." on standard error: always, unless --quiet, only with --verbose. */
void message_say(const struct call *call, const char *fmt, ...) CDI_PRINTF(2, 3);
void message_info(const struct call *call, const char *fmt, ...) CDI_PRINTF(2, 3);
void message_detail(const struct call *call, const char *fmt, ...) CDI_PRINTF(2, 3);

/* The name of an input in messages: "standard input" for "-". */
const char *input_name(const char *path);

/* Reads an input of a command: "-" is standard input; else a file, which may be a pipe. */
int input_read(const char *path, size_t limit, char **data, size_t *len,
               struct cdi_error *err) CDI_MUST_CHECK;

/* Reads a container configuration. */
int input_oci(const char *path, struct cdi_oci **out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * True if the spec dirs are beneath a root: relative ones, too. Else those are relative to the
 * working directory.
 */
bool spec_dirs_rooted(const struct spec_dirs *where);

/* True if there is no such spec dir; root is NULL when they are beneath none. */
bool spec_dir_missing(const struct root *root, const char *dir);

/* Opens the registry of the spec dirs. Warns of those that were named and do not exist. */
int spec_dirs_open(const struct call *call, const struct spec_dirs *where,
                   struct cdi_registry **out, struct cdi_error *err) CDI_MUST_CHECK;

/* Warns about each file and directory that could not be loaded. */
void spec_dirs_warn(const struct call *call, const struct cdi_registry *registry);

/* "active", "shadowed", "conflicting" */
const char *device_state(enum cdi_device_state state);

/* All n definitions of a qualified name, the highest priority first; NULL if there are none. */
const struct cdi_registry_device *device_definitions(const struct cdi_registry *registry,
                                                     const char *name, size_t *n);

/* The different ones of n names, in their order, in the arena; the names stay where they are. */
int names_unique(struct arena *arena, const char *const *names, size_t n, const char *const **out,
                 size_t *n_out, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Fails unless all of the names can be requested. The error (CDI_ERR_NOTFOUND) names those that
 * cannot, each once, with why or with what may have been meant; before it come warnings about
 * files that could not be loaded.
 */
int devices_check(const struct call *call, const struct cdi_registry *registry,
                  const char *const *names, size_t n, struct cdi_error *err) CDI_MUST_CHECK;

#endif
