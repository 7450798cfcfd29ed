/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI runtime configuration (config.json) and the injection of CDI devices into it.
 * Sources: OCI runtime-spec, config.md and config-linux.md; CDI SPEC.md, "CDI container
 * runtime handling".
 *
 * The document is edited, not re-typed: what no edit touches comes back as the same bytes,
 * with its order of members, its spelling of numbers and strings, and members unknown to any
 * specification.
 */
#ifndef CDIKIT_OCI_H
#define CDIKIT_OCI_H

#include <cdikit/registry.h>
#include <cdikit/spec.h>

CDI_BEGIN_DECLS

/* Limits of the reader: a text beyond them is CDI_ERR_LIMIT. */
#define CDI_OCI_MAX_SIZE  (256U << 20) /* bytes */
#define CDI_OCI_MAX_DEPTH 10000        /* nested arrays and objects */

/*
 * The most elements of an array or object that is edited or looked into. Beyond it reading,
 * asking or editing is CDI_ERR_LIMIT; what nobody needs may be larger. process.env is asked for
 * a variable however long it is.
 */
#define CDI_OCI_MAX_ELEMENTS 65536

/* The most devices that a document can ask for, repeated ones counted. */
#define CDI_OCI_MAX_REQUESTED 4096

struct cdi_oci;

/*
 * Reads a document: RFC 8259 to the letter, in UTF-8. The text is copied. `name` stands in
 * messages and may be NULL. Errors: SYNTAX; INVALID for a member that is repeated in its
 * object, and for a section of a wrong type among those that edits could touch; LIMIT; NOMEM.
 * SYNTAX and INVALID have line and column. A null, of a section or as the whole text, counts as
 * absent.
 */
CDI_EXPORT int cdi_oci_parse(const char *text, size_t len, const char *name, struct cdi_oci **out,
                             struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As cdi_oci_parse(), for a malloc'ed text, which it takes, on failure too. text[len] must be
 * NUL.
 */
CDI_EXPORT int cdi_oci_take(char *text, size_t len, const char *name, struct cdi_oci **out,
                            struct cdi_error *err) CDI_MUST_CHECK;

/* Frees the document. NULL is allowed. */
CDI_EXPORT void cdi_oci_free(struct cdi_oci *oci);

/*
 * True if edits have changed the text. Where they put a value that is there already (strings
 * equal as decoded text, objects without regard to the order of members), the old one stays as
 * it was written, so that applying env, net devices, intelRdt and gids again changes nothing.
 * Nor does applying mounts again, when the document had no destination of theirs twice: each
 * application of a mount removes one of its destination and adds one. Hooks, and cgroup rules of
 * device nodes, that were there before the first edit are not added once more; a rule is, if one
 * behind it forbids something.
 */
CDI_EXPORT bool cdi_oci_changed(const struct cdi_oci *oci) CDI_PURE;

/*
 * The document as text, in *text (malloc'ed, NUL-terminated, the caller frees it) and *len.
 * An unchanged document is its input, byte for byte.
 */
CDI_EXPORT int cdi_oci_format(const struct cdi_oci *oci, char **text, size_t *len,
                              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The value of a variable of process.env (the last entry that has the name), or NULL, also
 * without memory. It belongs to the document, also after edits.
 */
CDI_EXPORT const char *cdi_oci_getenv(struct cdi_oci *oci, const char *name);

/*
 * True if process.capabilities.bounding has the capability, e.g. "CAP_SYS_ADMIN". False also
 * where that is not well-formed, and without memory: who asks wants to grant something.
 */
CDI_EXPORT bool cdi_oci_has_capability(struct cdi_oci *oci, const char *name);

/*
 * The annotations whose key begins with `prefix`, in *out, whose items belong to the document.
 * A value that is not a string is CDI_ERR_INVALID.
 */
CDI_EXPORT int cdi_oci_annotations(struct cdi_oci *oci, const char *prefix,
                                   struct cdi_annotations *out,
                                   struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Applies one list of edits: env, device nodes, net devices, mounts, hooks, intelRdt,
 * additional gids, in this order. Of several edits objects (NULL ones are left out) the lists
 * are joined, and the last intelRdt counts. The rules are those of the CDI Go library after
 * v1.1.0: a variable is replaced in place, and a bind mount into a user namespace gets the
 * option idmap or ridmap. A member that is spelt in another letter case, which runtimes in Go
 * read too, is edited and gets its proper name. Device nodes are completed from the host's, read
 * beneath the directory `dev_root` (NULL or "/": the host itself). On failure the document is
 * unchanged.
 */
CDI_EXPORT int cdi_oci_apply(struct cdi_oci *oci, const struct cdi_edits *const *edits, size_t n,
                             const char *dev_root, struct cdi_error *err) CDI_MUST_CHECK;

#define CDI_OCI_MAX_NAMED 8

/*
 * Resolves qualified device names and applies their edits: for each name in order the edits of
 * its document, once a document, then those of the device. When names cannot be resolved the
 * error (CDI_ERR_NOTFOUND) names them, each once and at most CDI_OCI_MAX_NAMED, and the document
 * is unchanged.
 */
CDI_EXPORT int cdi_oci_inject(struct cdi_oci *oci, const struct cdi_registry *registry,
                              const char *const *names, size_t n, const char *dev_root,
                              struct cdi_error *err) CDI_MUST_CHECK;

/*
 * The devices that a document asks for, each once, in *devices: one malloc'ed block (NULL when
 * there are none) that the caller frees. It asks as NVIDIA's container runtime understands it in
 * mode cdi: by annotations with CDI_ANNOTATION_PREFIX, in bytewise order of their keys; only
 * when there are none, by NVIDIA_VISIBLE_DEVICES, names joined with commas, in which "void" asks
 * for nothing, "all" and "none" stand for the whole list, and which is "all" where an image of
 * before NVIDIA_REQUIRE_CUDA leaves it unset. A name that is not qualified is one of the kind
 * nvidia.com/gpu, so not every name needs to be valid; "none" is nvidia.com/gpu=none. Errors:
 * INVALID (an annotation that is no string or has an empty name), LIMIT (more than
 * CDI_OCI_MAX_REQUESTED), NOMEM.
 */
CDI_EXPORT int cdi_oci_requested_devices(struct cdi_oci *oci, const char ***devices, size_t *n,
                                         struct cdi_error *err) CDI_MUST_CHECK;

CDI_END_DECLS

#endif
