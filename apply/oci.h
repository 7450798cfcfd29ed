/* SPDX-License-Identifier: Apache-2.0 */
/* The OCI document from inside: its sections, as edits and questions need them. */
#ifndef CDIKIT_APPLY_OCI_H
#define CDIKIT_APPLY_OCI_H

#include <cdikit/oci.h>

#include "base/json.h"

/* The parts of a document that are read or edited; section.c knows where they are. */
enum oci_section {
    OCI_ROOT,
    OCI_ANNOTATIONS,
    OCI_PROCESS,
    OCI_ENV,
    OCI_USER,
    OCI_GIDS,
    OCI_MOUNTS,
    OCI_HOOKS,
    OCI_HOOKS_PRESTART,
    OCI_HOOKS_CREATE_RUNTIME,
    OCI_HOOKS_CREATE_CONTAINER,
    OCI_HOOKS_START_CONTAINER,
    OCI_HOOKS_POSTSTART,
    OCI_HOOKS_POSTSTOP,
    OCI_LINUX,
    OCI_DEVICES,
    OCI_RESOURCES,
    OCI_DEVICE_RULES,
    OCI_NAMESPACES,
    OCI_NET_DEVICES,
    OCI_INTEL_RDT,
    OCI_N_SECTIONS,
};

struct cdi_oci {
    struct arena *arena;
    const char *name; /* for messages, may be NULL */
    char *text;       /* what the document is now */
    size_t len;
    struct json_document doc; /* nodes of text */
    char *first;              /* what it was before the first edit; NULL: not edited */
    size_t first_len;
    /*
     * Edits leave variables that are there as they are, and put new values behind them: what was
     * asked for stays to be seen. Mounts and device nodes that are there, equal to new ones, stay
     * where they are: edits that are made again change nothing.
     */
    bool as_wrapper;
    /*
     * How many elements variables, hooks and device rules had before the first edit, plus 1; 0:
     * not edited
     */
    size_t old_elements[OCI_N_SECTIONS];
};

/*
 * Finds a section. One that is absent or null is NULL in *out, or with `create` made, as are
 * those around it. Errors: INVALID for a section of a wrong type, NOMEM.
 */
int oci_section(struct cdi_oci *oci, enum oci_section section, bool create, struct json **out,
                struct cdi_error *err) CDI_MUST_CHECK;

/* Checks the types of all sections, and of the elements of process.env. */
int oci_check_sections(struct cdi_oci *oci, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The text of a string member of an element of a list section; "" when the element is null or
 * lacks the member, or the member is null.
 */
int oci_element_text(struct cdi_oci *oci, enum oci_section list, struct json *element,
                     const char *name, const char **out, struct cdi_error *err) CDI_MUST_CHECK;

/* A number of process.user, 0 when it is absent. */
int oci_user_id(struct cdi_oci *oci, const char *name, uint32_t *out,
                struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The value of a variable of process.env, the last one of the name, from the arena; NULL in *out
 * when there is none.
 */
int oci_getenv(struct cdi_oci *oci, const char *name, const char **out,
               struct cdi_error *err) CDI_MUST_CHECK;

/*
 * How many elements the list of a section had before it was first edited. Applying edits again,
 * to a document that has them already, must not add them once more.
 */
size_t oci_old_elements(struct cdi_oci *oci, enum oci_section section, struct json *array);

/*
 * The edited tree becomes the text of the document, unless it says the same to the byte: edits
 * can undo each other. Errors: NOMEM.
 */
int oci_commit(struct cdi_oci *oci, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * After a failure: the document is what it was before, can be edited and asked again, and is
 * named by an error that has a place in it.
 */
void oci_undo(struct cdi_oci *oci, struct cdi_error *err);

/* INVALID: `value`, which is `what`, is not what it must be. */
int oci_type_error(const struct cdi_oci *oci, const struct json *value, const char *what,
                   const char *must_be, struct cdi_error *err);

#endif
