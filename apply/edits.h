/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Container edits, one kind a function. Each looks at all edits objects in order, as if their
 * lists were joined. Values are changed in the tree of the document; cdi_oci_apply() undoes
 * that when one of them fails.
 */
#ifndef CDIKIT_APPLY_EDITS_H
#define CDIKIT_APPLY_EDITS_H

#include "apply/oci.h"
#include "base/root.h"

struct keyed_list;

/* How many items the lists of all edits objects have. */
struct edits_total {
    size_t env, device_nodes, net_devices, mounts, additional_gids;
};

struct editor {
    struct cdi_oci *oci;
    struct json_document *doc;            /* that of oci */
    const struct cdi_edits *const *edits; /* items may be NULL */
    size_t n;
    struct edits_total total;
    struct root dev_root; /* fd -1: the host itself */
    struct cdi_error *err;
};

int edits_env(struct editor *e) CDI_MUST_CHECK;
int edits_device_nodes(struct editor *e) CDI_MUST_CHECK;
int edits_net_devices(struct editor *e) CDI_MUST_CHECK;
int edits_mounts(struct editor *e) CDI_MUST_CHECK;
int edits_hooks(struct editor *e) CDI_MUST_CHECK;
int edits_intel_rdt(struct editor *e) CDI_MUST_CHECK;
int edits_gids(struct editor *e) CDI_MUST_CHECK;

/*
 * Makes a section and lists its elements by their string member `name`, for about `more` to be
 * added. With name == NULL they are themselves strings, listed by what stands before their '='.
 * Errors as oci_section() and oci_element_text().
 */
int edits_list_section(struct editor *e, enum oci_section section, const char *name, size_t more,
                       struct json **array, struct keyed_list *list) CDI_MUST_CHECK;

/*
 * The item of a key whose value json_equal()s the given one and comes from the document; NULL if
 * there is none.
 */
struct keyed_item *edits_find_equal(struct editor *e, const struct keyed_list *list,
                                    const char *key, size_t key_len, struct json *value);

/* Makes the values of the list the elements of the array. */
int edits_store_list(struct editor *e, struct json *array,
                     const struct keyed_list *list) CDI_MUST_CHECK;

/* Adds a member unless the string is "" or NULL, or the list is empty. */
void edits_add_text(struct json_document *doc, struct json *object, const char *name,
                    const char *text);
void edits_add_texts(struct json_document *doc, struct json *object, const char *name,
                     const struct cdi_strings *texts, const char *one_more);

/* The lexical depth of a mount: the number of '/' in its cleaned destination. */
size_t edits_mount_depth(const char *destination) CDI_PURE;

/* The option that a mount needs in a user namespace, "idmap" or "ridmap", or NULL. */
const char *edits_idmap_option(const struct cdi_mount *mount) CDI_PURE;

#endif
