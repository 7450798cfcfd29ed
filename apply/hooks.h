/* SPDX-License-Identifier: Apache-2.0 */
/* OCI hooks that are there already. */
#ifndef CDIKIT_APPLY_HOOKS_H
#define CDIKIT_APPLY_HOOKS_H

#include "apply/oci.h"

/*
 * True in *out if a prestart hook's program has one of n file names. Errors: INVALID, NOMEM.
 */
int oci_has_prestart(struct cdi_oci *oci, const char *const *names, size_t n, bool *out,
                     struct cdi_error *err) CDI_MUST_CHECK;

/* Removes those hooks. On failure the document is unchanged. */
int oci_remove_prestart(struct cdi_oci *oci, const char *const *names, size_t n,
                        struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Asks about a createContainer hook: positive to take it out, 0 to leave it, negative with *err
 * set. The strings live as long as the document is not edited.
 */
typedef int oci_hook_taker(void *context, const char *path, const char *const *args, size_t n,
                           struct cdi_error *err);

/*
 * Asks about each createContainer hook, in order, and takes out what shall be; a list, and an
 * object "hooks", that is empty then goes, too. On failure the document is unchanged. Errors:
 * INVALID, NOMEM, and those of the taker.
 */
int oci_take_hooks(struct cdi_oci *oci, oci_hook_taker *take, void *context,
                   struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Gives a variable, "NAME=VALUE", to each createContainer hook that has no variables and whose
 * program has one of n file names: runtimes start such a hook with those of the container (runc
 * before 1.3), and a program that is linked dynamically obeys the image's LD_PRELOAD then. On
 * failure the document is unchanged. Errors: INVALID, NOMEM.
 */
int oci_fill_hook_env(struct cdi_oci *oci, const char *const *names, size_t n, const char *variable,
                      struct cdi_error *err) CDI_MUST_CHECK;

#endif
