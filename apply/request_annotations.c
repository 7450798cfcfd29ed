/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that annotations ask for. They are the engine's word and need no privilege. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/name.h>

#include "apply/request_internal.h"
#include "base/arena.h"
#include "base/quote.h"

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct cdi_annotation *)a)->key, ((const struct cdi_annotation *)b)->key);
}

/* The annotations with any of the prefixes, sorted by key; a key with two of them counts once. */
static int select_annotations(struct request_job *job, struct cdi_annotations *out,
                              struct cdi_error *err)
{
    const struct request_strings *prefixes = &job->rules->annotation_prefixes;
    size_t kept = 0;

    *out = (struct cdi_annotations){NULL, 0};
    for (size_t i = 0; i < prefixes->n; i++) {
        struct cdi_annotations found;
        int r = cdi_oci_annotations(job->oci, prefixes->items[i], &found, err);

        if (r < 0)
            return r;
        for (size_t k = 0; k < found.n; k++) {
            out->items = arena_grow(job->arena, out->items, out->n, sizeof *out->items);
            if (!out->items)
                return cdi_error_nomem(err);
            out->items[out->n++] = found.items[k];
        }
    }
    if (out->n)
        qsort(out->items, out->n, sizeof *out->items, compare_keys);
    for (size_t i = 0; i < out->n; i++)
        if (i == 0 || strcmp(out->items[kept - 1].key, out->items[i].key) != 0)
            out->items[kept++] = out->items[i];
    out->n = kept;
    return 0;
}

static int add_annotation(struct request_job *job, const struct cdi_annotation *annotation,
                          struct cdi_error *err)
{
    size_t before = job->devices.n;
    int r = request_add_list(job, &job->devices, annotation->value, false, err);

    for (size_t i = before; r == 0 && i < job->devices.n; i++)
        if (!*job->devices.items[i] && job->out->mode == REQUEST_CDI)
            r = cdi_error_set(
                err, CDI_ERR_INVALID, "the annotation %s has an empty device name in its value %s",
                quote_string(annotation->key).text, quote_string(annotation->value).text);
    if (r == 0)
        request_note(job, false, "the annotation %s asks for %s",
                     quote_string(annotation->key).text, quote_string(annotation->value).text);
    return r;
}

/* In mode auto annotations count if they are in the style of mode cdi. */
static void drop_unqualified(struct request_job *job)
{
    const struct request_strings devices = {job->devices.items, job->devices.n};

    if (job->out->mode == REQUEST_CDI || request_all_qualified(&devices))
        return;
    for (size_t i = 0; i < job->devices.n; i++)
        if (!cdi_name_is_qualified(job->devices.items[i])) {
            request_note(job, true,
                         "annotations do not count in mode auto, since they ask for %s, which is "
                         "not a qualified device name",
                         quote_string(job->devices.items[i]).text);
            break;
        }
    job->devices.n = 0;
}

int request_from_annotations(struct request_job *job, struct cdi_error *err)
{
    struct cdi_annotations annotations;
    int r = 0;

    if (job->out->mode != REQUEST_CDI && job->out->mode != REQUEST_AUTO) {
        request_note(job, false, "annotations do not count in mode %s",
                     request_mode_name(job->out->mode));
        return 0;
    }
    r = select_annotations(job, &annotations, err);
    for (size_t i = 0; r == 0 && i < annotations.n; i++)
        r = add_annotation(job, &annotations.items[i], err);
    if (r == 0 && annotations.n == 0)
        request_note(job, false, "no annotation asks for devices");
    if (r == 0 && job->devices.n)
        drop_unqualified(job);
    return r;
}
