/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/report.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/driver/files.h"

static int add_note(struct arena *arena, struct generate_note **notes, size_t *n,
                    const char *subject, const char *text, struct cdi_error *err)
{
    struct generate_note note = {arena_strdup(arena, subject), arena_strdup(arena, text)};
    struct generate_note *grown = arena_grow(arena, *notes, *n, sizeof note);

    if (!note.subject || !note.text || !grown)
        return cdi_error_nomem(err);
    *notes = grown;
    grown[(*n)++] = note;
    return 0;
}

/* The place among the others, and what else tells the device from them, as far as it is known. */
static const char *device_subject(const struct machine_device *device, struct arena *arena)
{
    const char *more = device->pci_name ? device->pci_name : device->uuid, *place;

    if (device->kind == MACHINE_OTHER)
        return device->names[0];
    if (device->kind == MACHINE_MIG && device->mig_index == MACHINE_NO_INDEX)
        place = arena_printf(arena, "each MIG device of GPU %zu", device->index);
    else if (device->kind == MACHINE_MIG)
        place = arena_printf(arena, "MIG device %zu:%zu", device->index, device->mig_index);
    else if (device->index == MACHINE_NO_INDEX)
        return arena_printf(arena, "GPU %s", more);
    else
        place = arena_printf(arena, "GPU %zu", device->index);
    return place && more ? arena_printf(arena, "%s (%s)", place, more) : place;
}

/* Devices that should be in the document, were it not for a problem, and those that are. */
static void count_devices(const struct machine *machine, size_t *wanted, size_t *usable)
{
    *wanted = *usable = 0;
    for (size_t i = 0; i < machine->n_devices; i++) {
        *wanted += machine->devices[i].selected;
        *usable += machine->devices[i].selected && !machine->devices[i].unusable;
    }
}

/* "7 MIG devices", as a part of the summary; nothing is said of a kind that there is not. */
static void count_kind(const struct machine *machine, enum machine_kind kind, const char *what,
                       struct strbuf *text)
{
    size_t wanted = 0, usable = 0;

    for (size_t i = 0; i < machine->n_devices; i++) {
        const struct machine_device *device = &machine->devices[i];

        wanted += device->kind == kind && device->selected;
        usable += device->kind == kind && device->selected && !device->unusable;
    }
    if (!wanted)
        return;
    strbuf_addstr(text, text->len ? ", " : "");
    if (usable < wanted)
        strbuf_printf(text, "%zu of ", usable);
    strbuf_printf(text, "%zu %s%s", wanted, what, wanted == 1 ? "" : "s");
}

const char *report_summary(const struct machine *machine, struct arena *arena)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    size_t counts[DRIVER_N_CAPABILITIES] = {0}, n_files = 0;
    const char *separator = " (";

    count_kind(machine, MACHINE_GPU, "GPU", &text);
    count_kind(machine, MACHINE_MIG, "MIG device", &text);
    count_kind(machine, MACHINE_OTHER, "device", &text);
    if (!text.len)
        strbuf_addstr(&text, "no device");
    for (size_t i = 0; i < machine->driver.n_files; i++) {
        if (machine->driver.files[i].kind == DRIVER_LINK_SOURCE)
            continue;
        counts[machine->driver.files[i].capability]++;
        n_files++;
    }
    if (machine->driver.version)
        strbuf_printf(&text, ", driver %s", machine->driver.version);
    if (n_files)
        strbuf_printf(&text, ", %zu driver file%s", n_files, n_files == 1 ? "" : "s");
    for (size_t i = 0; i < DRIVER_N_CAPABILITIES; i++) {
        if (!counts[i])
            continue;
        strbuf_printf(&text, "%s%zu %s", separator, counts[i],
                      driver_capability_name((enum driver_capability)i));
        separator = ", ";
    }
    if (n_files)
        strbuf_addch(&text, ')');
    return text.failed ? NULL : arena_strdup(arena, text.s);
}

int report_fill(const struct machine *machine, struct generate_report *report,
                struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < machine->n_devices; i++) {
        const struct machine_device *device = &machine->devices[i];
        const char *subject;

        if (!device->selected || !device->problem)
            continue;
        if (!(subject = device_subject(device, report->arena)))
            return cdi_error_nomem(err);
        r = device->unusable ? add_note(report->arena, &report->left_out, &report->n_left_out,
                                        subject, device->problem, err)
                             : add_note(report->arena, &report->unnamed, &report->n_unnamed,
                                        subject, device->problem, err);
    }
    for (size_t i = 0; r == 0 && i < machine->n_notes; i++) {
        const struct machine_note *note = &machine->notes[i];

        r = note->warning ? add_note(report->arena, &report->warnings, &report->n_warnings,
                                     note->subject, note->text, err)
                          : add_note(report->arena, &report->notes, &report->n_notes, note->subject,
                                     note->text, err);
    }
    return r;
}

/* "GPU 0 (0000:01:00.0), GPU 1 (0000:02:00.0): why; GPU 2 (0000:03:00.0): why" */
static void join_left_out(const struct generate_report *report, struct strbuf *out)
{
    const struct generate_note *notes = report->left_out;

    for (size_t i = 0; i < report->n_left_out; i++) {
        size_t first = 0;

        while (strcmp(notes[first].text, notes[i].text) != 0)
            first++;
        if (first < i)
            continue;
        strbuf_printf(out, "%s%s", i ? "; " : "", notes[i].subject);
        for (size_t k = i + 1; k < report->n_left_out; k++)
            if (strcmp(notes[k].text, notes[i].text) == 0)
                strbuf_printf(out, ", %s", notes[k].subject);
        strbuf_printf(out, ": %s", notes[i].text);
    }
}

int report_check(const struct machine *machine, const struct generate_report *report,
                 struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    size_t wanted, usable;

    count_devices(machine, &wanted, &usable);
    if (machine->empty_device || (usable && (usable == wanted || !machine->by_id)))
        return 0;
    if (!wanted)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "there is nothing to describe: MIG is enabled on every GPU, and there "
                             "is no MIG device");
    join_left_out(report, &text);
    if (text.failed)
        return cdi_error_nomem(err);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "cannot describe %s", text.s);
}
