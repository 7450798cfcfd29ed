/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/diff.h"
#include "cmd/document.h"
#include "cmd/generate_result.h"

int generate_check_usage(const struct generate_command_options *o, struct cdi_error *err)
{
    if (!generate_has_file(o))
        return cdi_error_set(err, CDI_ERR_USAGE, "--check needs the file to check: --output FILE");
    if (o->explain)
        return cdi_error_set(err, CDI_ERR_USAGE, "--check and --explain exclude each other");
    return 0;
}

static int compare_devices(const void *a, const void *b)
{
    return strcmp(((const struct cdi_device *)a)->name, ((const struct cdi_device *)b)->name);
}

/* The order of devices has no meaning, that of all that is in them has. */
static void sort_devices(struct cdi_spec *spec)
{
    if (spec->n_devices)
        qsort(spec->devices, spec->n_devices, sizeof *spec->devices, compare_devices);
}

/* One thing that both documents may have, as text; NULL where it has not. */
struct part {
    const char *name;
    char *before, *after;
};

static void part_clear(struct part *part)
{
    free(part->before);
    free(part->after);
}

/* Adds to a list "missing: a, b" of one line. */
static void add_name(struct strbuf *list, const char *name)
{
    strbuf_printf(list, "%s%s", list->len ? ", " : "", name);
}

/* What becomes of the devices, by name, in three lists. */
struct changes {
    struct strbuf lacking, surplus, other;
};

static void changes_clear(struct changes *changes)
{
    strbuf_free(&changes->lacking);
    strbuf_free(&changes->surplus);
    strbuf_free(&changes->other);
}

static int format_device(const struct cdi_device *device, char **text, struct cdi_error *err)
{
    size_t len;

    return cdi_device_format(device, CDI_FORMAT_JSON, text, &len, err);
}

static int add_if_other(const struct cdi_device *before, const struct cdi_device *after,
                        struct changes *out, struct cdi_error *err)
{
    _cleanup_(part_clear) struct part part = {.name = after->name};
    int r = format_device(before, &part.before, err);

    if (r == 0)
        r = format_device(after, &part.after, err);
    if (r == 0 && strcmp(part.before, part.after) != 0)
        add_name(&out->other, part.name);
    return r;
}

/* Both are sorted by the names of their devices. */
static int compare_by_name(const struct cdi_spec *before, const struct cdi_spec *after,
                           struct changes *out, struct cdi_error *err)
{
    size_t i = 0, j = 0;

    while (i < before->n_devices || j < after->n_devices) {
        const struct cdi_device *a = i < before->n_devices ? &before->devices[i] : NULL;
        const struct cdi_device *b = j < after->n_devices ? &after->devices[j] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->name, b->name), r;

        if (order < 0) {
            add_name(&out->surplus, a->name);
        } else if (order > 0) {
            add_name(&out->lacking, b->name);
        } else if ((r = add_if_other(a, b, out, err)) < 0) {
            return r;
        }
        i += order <= 0;
        j += order >= 0;
    }
    return 0;
}

static int edits_differ(const struct cdi_spec *before, const struct cdi_spec *after, bool *differ,
                        struct cdi_error *err)
{
    _cleanup_(part_clear) struct part part = {.name = NULL};
    size_t len;
    int r = cdi_edits_format(&before->edits, CDI_FORMAT_JSON, &part.before, &len, err);

    if (r == 0)
        r = cdi_edits_format(&after->edits, CDI_FORMAT_JSON, &part.after, &len, err);
    if (r == 0)
        *differ = strcmp(part.before, part.after) != 0;
    return r;
}

static void add_list(struct strbuf *line, const char *what, const struct strbuf *names)
{
    if (names->len)
        strbuf_printf(line, "%s%s %s", line->len ? "; " : "", what, names->s);
}

static int summarize(const struct call *call, const char *path, const struct cdi_spec *before,
                     const struct cdi_spec *after, struct cdi_error *err)
{
    _cleanup_(changes_clear) struct changes changes = {STRBUF_INIT, STRBUF_INIT, STRBUF_INIT};
    _cleanup_strbuf_ struct strbuf line = STRBUF_INIT;
    bool edits = false;
    int r = compare_by_name(before, after, &changes, err);

    if (r == 0)
        r = edits_differ(before, after, &edits, err);
    if (r < 0)
        return r;
    if (strcmp(before->kind, after->kind) != 0)
        strbuf_printf(&line, "its kind is %s, not %s", before->kind, after->kind);
    add_list(&line, "missing:", &changes.lacking);
    add_list(&line, "not on this machine:", &changes.surplus);
    add_list(&line, "different:", &changes.other);
    if (edits)
        strbuf_printf(&line, "%s%s", line.len ? "; " : "", "different for every device");
    if (line.failed || changes.lacking.failed || changes.surplus.failed || changes.other.failed)
        return cdi_error_nomem(err);
    if (!call->quiet)
        message_say(call, "%s is not what would be written now%s%s", path, line.len ? ": " : "",
                    line.len ? line.s : "");
    return 0;
}

/* Prints how a file's document differs from what it should be. */
static int compare(const struct call *call, const char *path, struct cdi_spec *before,
                   struct cdi_spec *after, bool *same, struct cdi_error *err)
{
    _cleanup_(part_clear) struct part part = {.name = path};
    size_t len;
    int r;

    sort_devices(before);
    sort_devices(after);
    r = cdi_spec_format(before, CDI_FORMAT_YAML, &part.before, &len, err);
    if (r == 0)
        r = cdi_spec_format(after, CDI_FORMAT_YAML, &part.after, &len, err);
    if (r < 0 || strcmp(part.before, part.after) == 0)
        return r;
    *same = false;
    r = summarize(call, path, before, after, err);
    return r < 0 ? r : diff_print(part.before, part.after, path, "as it would be written now", err);
}

static int check_one(const struct call *call, const char *output,
                     const struct generate_document *document, bool *same, struct cdi_error *err)
{
    const char *path = generate_output_name(call->arena, output, document->suffix);
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_spec_ struct cdi_spec *found = NULL;
    int r;

    if (!path)
        return cdi_error_nomem(err);
    r = cdi_spec_read(path, &found, &problem);
    if (r == 0)
        return compare(call, path, found, document->spec, same, err);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    *same = false;
    message_error(call, &problem);
    return 0;
}

static bool is_written(const struct generate_documents *documents, const char *suffix)
{
    for (size_t i = 0; i < documents->n; i++)
        if (strcmp(documents->items[i].suffix, suffix) == 0)
            return true;
    return false;
}

/* A file that has the name and the kind of a document that would not be written now. */
static int check_surplus(const struct call *call, const char *output,
                         const struct generate_documents *documents, const char *suffix, bool *same,
                         struct cdi_error *err)
{
    const char *path = generate_output_name(call->arena, output, suffix);
    const char *kind = arena_printf(call->arena, "%s%s", documents->items[0].spec->kind, suffix);
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_spec_ struct cdi_spec *found = NULL;
    int r;

    if (!path || !kind)
        return cdi_error_nomem(err);
    r = cdi_spec_read(path, &found, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0 || strcmp(found->kind, kind) != 0)
        return 0;
    *same = false;
    if (!call->quiet)
        message_say(call, "%s is surplus: it would not be written now", path);
    return 0;
}

int generate_check(const struct call *call, const struct generate_documents *documents, bool *same,
                   struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    struct document_output output;
    int r = document_output_open(call, o->format, o->output, &output, err);

    *same = true;
    for (size_t i = 0; r == 0 && i < documents->n; i++)
        r = check_one(call, output.path, &documents->items[i], same, err);
    for (size_t i = 0; r == 0 && i < GENERATE_MAX_DOCUMENTS; i++)
        if (!is_written(documents, generate_suffixes[i]))
            r = check_surplus(call, output.path, documents, generate_suffixes[i], same, err);
    return r;
}
