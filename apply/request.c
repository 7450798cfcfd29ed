/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that a document asks for. */
#include <stdlib.h>
#include <string.h>

#include "apply/keyed_list.h"
#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include <cdikit/annotations.h>
#include <cdikit/name.h>

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
static int drop_repeated(const char **names, size_t *n, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = NULL;
    struct keyed_list known;
    size_t kept = 0;

    if (*n < 2)
        return 0;
    arena = arena_new();
    if (!arena || !keyed_list_init(&known, arena, *n))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < *n; i++)
        if (keyed_list_add_key(&known, names[i], strlen(names[i])))
            names[kept++] = names[i];
    if (known.failed)
        return cdi_error_nomem(err);
    *n = kept;
    return 0;
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
                             VISIBLE_DEVICES " mixes qualified CDI device names with %s, "
                                             "which is not one",
                             quote_string(other).text);
    return 0;
}

static int request_from_env(struct cdi_oci *oci, const char ***devices, size_t *n,
                            struct cdi_error *err)
{
    _cleanup_free_ char *block = NULL;
    const char **entries;
    const char *value;
    size_t room;
    int r = oci_getenv(oci, VISIBLE_DEVICES, &value, err);

    if (r < 0 || !value)
        return r;
    room = (count_commas(value) + 1) * sizeof(char *);
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
    _cleanup_free_ const char **found = NULL;
    size_t n_found = 0;
    int r = cdi_oci_annotations(oci, CDI_ANNOTATION_PREFIX, &annotations, err);

    if (r == 0)
        r = cdi_annotations_devices(&annotations, &found, &n_found, err);
    if (r == 0 && n_found == 0)
        r = request_from_env(oci, &found, &n_found, err);
    if (r == 0 && n_found > CDI_OCI_MAX_REQUESTED)
        r = cdi_error_set(err, CDI_ERR_LIMIT,
                          "the configuration asks for %zu CDI devices, more than %d", n_found,
                          CDI_OCI_MAX_REQUESTED);
    if (r == 0)
        r = drop_repeated(found, &n_found, err);
    if (r < 0)
        return r;
    *devices = TAKE_PTR(found);
    *n = n_found;
    return 0;
}
