/* SPDX-License-Identifier: Apache-2.0 */
#include <cdikit/spec.h>

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "cdi/fields.h"
#include "cdi/write.h"

static int compare_keys(const void *a, const void *b)
{
    const struct cdi_annotation *const *x = a, *const *y = b;

    return strcmp((*x)->key, (*y)->key);
}

const struct cdi_annotation **write_sorted(const struct cdi_annotations *annotations)
{
    const struct cdi_annotation **sorted = calloc(annotations->n + 1, sizeof *sorted);

    if (!sorted)
        return NULL;
    for (size_t i = 0; i < annotations->n; i++)
        sorted[i] = &annotations->items[i];
    qsort(sorted, annotations->n, sizeof(*sorted), compare_keys);
    return sorted;
}

static int format_object(const struct object *object, const void *base, enum cdi_format format,
                         char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    if (format == CDI_FORMAT_JSON)
        write_json(&b, object, base);
    else
        write_yaml(&b, object, base);
    *text = strbuf_take(&b, len);
    return *text ? 0 : cdi_error_nomem(err);
}

int cdi_spec_format(const struct cdi_spec *spec, enum cdi_format format, char **text, size_t *len,
                    struct cdi_error *err)
{
    return format_object(&object_spec, spec, format, text, len, err);
}

int cdi_device_format(const struct cdi_device *device, enum cdi_format format, char **text,
                      size_t *len, struct cdi_error *err)
{
    return format_object(&object_device, device, format, text, len, err);
}

int cdi_edits_format(const struct cdi_edits *edits, enum cdi_format format, char **text,
                     size_t *len, struct cdi_error *err)
{
    return format_object(&object_edits, edits, format, text, len, err);
}

/* Makes the directory of a file. */
static int make_parent(const char *path, struct cdi_error *err)
{
    const char *slash = strrchr(path, '/');
    _cleanup_free_ char *directory = NULL;

    if (!slash || slash == path)
        return 0;
    directory = strndup(path, (size_t)(slash - path));
    return directory ? file_mkdirs(directory, err) : cdi_error_nomem(err);
}

int cdi_spec_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                   unsigned mode, bool overwrite, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_spec_format(spec, format, &text, &len, err);

    if (r == 0)
        r = make_parent(path, err);
    if (r == 0)
        r = file_replace(path, text, len, mode, overwrite ? 0 : FILE_REPLACE_EXCLUSIVE, err);
    return r;
}
