/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that a document asks for. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/name.h>
#include <cdikit/oci.h>

#include "base/cleanup.h"

#define VISIBLE_DEVICES "NVIDIA_VISIBLE_DEVICES"

static const char blanks[] = " \t\n\v\f\r";

/*
 * Splits at commas, in place; blanks around an entry and empty entries do not count. `out` has
 * room for an entry more than there are commas.
 */
static size_t split_list(char *list, const char **out)
{
    size_t n = 0;
    char *rest = list, *entry;

    while ((entry = strsep(&rest, ","))) {
        size_t len;

        entry += strspn(entry, blanks);
        len = strlen(entry);
        while (len && strchr(blanks, entry[len - 1]))
            entry[--len] = '\0';
        if (len)
            out[n++] = entry;
    }
    return n;
}

static size_t count_commas(const char *s)
{
    size_t n = 0;

    while ((s = strchr(s, ',')))
        n++, s++;
    return n;
}

/* Of equal names the first stays. */
static size_t drop_repeated(const char **names, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        size_t j = 0;

        while (j < kept && strcmp(names[j], names[i]) != 0)
            j++;
        if (j == kept)
            names[kept++] = names[i];
    }
    return kept;
}

/*
 * Entries that are all names of another kind ("all", "none", an index, a UUID) are left to
 * whoever knows what they stand for.
 */
static int check_entries(const char *const *entries, size_t *n, struct cdi_error *err)
{
    const char *other = NULL;
    size_t qualified = 0;

    for (size_t i = 0; i < *n; i++) {
        if (strcmp(entries[i], "void") == 0) {
            *n = 0;
            return 0;
        }
        if (cdi_name_is_qualified(entries[i]))
            qualified++;
        else if (!other)
            other = entries[i];
    }
    if (qualified == 0)
        *n = 0;
    else if (other)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             VISIBLE_DEVICES " mixes qualified CDI device names with \"%s\", "
                                             "which is not one",
                             other);
    return 0;
}

static int request_from_env(const struct cdi_oci *oci, const char ***devices, size_t *n,
                            struct cdi_error *err)
{
    const char *value = cdi_oci_getenv(oci, VISIBLE_DEVICES);
    size_t room = value ? (count_commas(value) + 1) * sizeof(char *) : 0;
    _cleanup_free_ char *block = NULL;
    const char **entries;
    int r;

    if (!value)
        return 0;
    block = malloc(room + strlen(value) + 1);
    if (!block)
        return cdi_error_nomem(err);
    entries = (const char **)(void *)block;
    memcpy(block + room, value, strlen(value) + 1);
    *n = split_list(block + room, entries);
    r = check_entries(entries, n, err);
    if (r < 0 || *n == 0)
        return r;
    block = NULL;
    *devices = entries;
    return 0;
}

int cdi_oci_requested_devices(struct cdi_oci *oci, const char ***devices, size_t *n,
                              struct cdi_error *err)
{
    struct cdi_annotations annotations;
    const char **found = NULL;
    size_t n_found = 0;
    int r = cdi_oci_annotations(oci, CDI_ANNOTATION_PREFIX, &annotations, err);

    if (r == 0)
        r = cdi_annotations_devices(&annotations, &found, &n_found, err);
    if (r == 0 && n_found == 0)
        r = request_from_env(oci, &found, &n_found, err);
    if (r < 0)
        return r;
    *n = drop_repeated(found, n_found);
    *devices = found;
    return 0;
}
