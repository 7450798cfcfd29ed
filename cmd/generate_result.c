/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/generate_result.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <cdikit/validate.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/generate_options.h"
#include "cmd/lower.h"
#include "cmd/output.h"

#define MOST_SUBJECTS 4

/* A warning for each reason, which names the first of those that have it. */
static void warn_of_each_reason(const struct call *call, const struct generate_note *notes,
                                size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        _cleanup_strbuf_ struct strbuf subjects = STRBUF_INIT;
        size_t first = 0, same = 0;

        while (strcmp(notes[first].text, notes[i].text) != 0)
            first++;
        if (first < i)
            continue;
        for (size_t k = i; k < n; k++)
            if (strcmp(notes[k].text, notes[i].text) == 0 && same++ < MOST_SUBJECTS)
                strbuf_printf(&subjects, "%s%s", same > 1 ? ", " : "", notes[k].subject);
        if (same > MOST_SUBJECTS)
            strbuf_printf(&subjects, " and %zu more", same - MOST_SUBJECTS);
        if (!subjects.failed)
            message_warn(call, "%s%s%s: %s", subjects.s, *what ? same > 1 ? " are" : " is" : "",
                         what, notes[i].text);
    }
}

void generate_tell(const struct call *call, const struct generate_report *report, bool generated)
{
    for (size_t i = 0; i < report->n_notes; i++)
        message_detail(call, "%s: %s", report->notes[i].subject, report->notes[i].text);
    for (size_t i = 0; i < report->n_warnings; i++)
        message_warn(call, "%s: %s", report->warnings[i].subject, report->warnings[i].text);
    /* An error tells what matters of these. */
    if (!generated)
        return;
    if (report->fallback)
        message_warn(call, "NVML is not used (%s): the GPUs are described by %s", report->fallback,
                     report->mode == GENERATE_MODE_CSV ? "CSV files" : "the PCI bus and /proc");
    warn_of_each_reason(call, report->left_out, report->n_left_out, " left out");
    warn_of_each_reason(call, report->unnamed, report->n_unnamed, "");
    if (report->missing_hook)
        message_warn(call,
                     "%s is not on this machine, and containers that get a device will not start "
                     "without it: install it (nvidia-cdi-hook comes with the NVIDIA Container "
                     "Toolkit, cdikit-hook with cdikit), name another with --nvidia-cdi-hook-path, "
                     "or go without with --disable-hook all",
                     report->missing_hook);
}

const struct status_text generate_statuses[] = {
    {STATUS_PARTIAL, "written, but devices or names of devices are left out"},
    {0, NULL},
};

bool generate_is_partial(const struct generate_report *report)
{
    return report->n_left_out || report->n_unnamed;
}

int generate_check_strict(const struct generate_report *report, struct cdi_error *err)
{
    const struct generate_note *note = report->n_left_out ? report->left_out : report->unnamed;

    if (!generate_is_partial(report))
        return 0;
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "nothing is written, as --strict asks for: %s: %s",
                         note->subject, note->text);
}

const char *generate_output_name(struct arena *arena, const char *output, const char *suffix)
{
    const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
    size_t len = dot ? (size_t)(dot - output) : strlen(output);

    return arena_printf(arena, "%.*s%s%s", (int)len, output, suffix, output + len);
}

int generate_prepare(const struct call *call, const struct generate_documents *documents,
                     struct cdi_error *err)
{
    const struct generate_command_options *o = call->options;
    struct lower_limit limit;
    int r = lower_limit(call, &o->lower, &limit, err);

    for (size_t i = 0; r == 0 && i < documents->n; i++) {
        r = cdi_spec_check(documents->items[i].spec, err);
        if (r == 0)
            r = lower_document(call, &limit, documents->items[i].spec, err);
    }
    return r;
}

/* True if the file holds this text, for all to read: then there is no reason to write it again. */
static bool holds(const char *path, const struct strbuf *text)
{
    _cleanup_free_ char *old = NULL;
    struct stat st;
    size_t len;

    return stat(path, &st) == 0 && (st.st_mode & 07777) == 0644 &&
           file_read(AT_FDCWD, path, CDI_SPEC_MAX_SIZE, &old, &len, NULL) == 0 &&
           len == text->len && memcmp(old, text->s, len) == 0;
}

static int write_file(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                      bool always, bool *changed, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    int r = document_text(spec, format, true, &text, err);

    if (r < 0 || (!always && holds(path, &text)))
        return r;
    r = output_file(path, text.s, text.len, OUTPUT_PUBLISH | OUTPUT_SYNC, err);
    if (r == 0 && changed)
        *changed = true;
    return r;
}

static int write_document(const struct call *call, const struct generate_document *document,
                          const struct document_output *output, bool always, bool *changed,
                          struct cdi_error *err)
{
    const char *path = output->path;

    if (!path)
        return document_write(document->spec, NULL, output->format, 0, err);
    if (!output->special)
        path = generate_output_name(call->arena, path, document->suffix);
    return path ? write_file(document->spec, path, output->format, always, changed, err)
                : cdi_error_nomem(err);
}

int generate_write(const struct call *call, const struct generate_documents *documents,
                   const struct document_output *output, bool always, bool *changed,
                   struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; i < documents->n; i++) {
        struct cdi_error problem = CDI_ERROR_INIT;
        int failed = write_document(call, &documents->items[i], output, always, changed, &problem);

        if (failed == 0)
            continue;
        if (r < 0)
            message_error(call, err);
        cdi_error_clear(err);
        *err = problem;
        r = failed;
    }
    return r;
}

int generate_is_written(const struct call *call, const struct generate_documents *documents,
                        const struct document_output *output, bool *written, struct cdi_error *err)
{
    *written = true;
    for (size_t i = 0; *written && i < documents->n; i++) {
        const struct generate_document *document = &documents->items[i];
        const char *path = generate_output_name(call->arena, output->path, document->suffix);
        _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
        int r;

        if (!path)
            return cdi_error_nomem(err);
        r = document_text(document->spec, output->format, true, &text, err);
        if (r < 0)
            return r;
        *written = holds(path, &text);
    }
    return 0;
}
