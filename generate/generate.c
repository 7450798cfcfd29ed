/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/generate.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "generate/build.h"
#include "generate/driver/files.h"
#include "generate/hooks.h"
#include "generate/mode_pci.h"
#include "generate/names.h"
#include "generate/nvidia.h"
#include "generate/roots.h"

/* Whose devices each mode describes, and how it fills the machine. */
static const struct {
    const struct vendor *vendor;
    int (*probe)(const struct generate_options *options, const struct roots *roots,
                 struct machine *machine, struct cdi_error *err);
} modes[] = {
    [GENERATE_MODE_PCI] = {&vendor_nvidia, mode_pci_probe},
};

bool generate_hook_known(enum generate_mode mode, const char *name, const char **nearest)
{
    return hook_known(modes[mode].vendor, name, nearest);
}

void generate_report_clear(struct generate_report *report)
{
    arena_free(report->arena);
    *report = (struct generate_report)GENERATE_REPORT_INIT;
}

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

static const char *gpu_subject(const struct machine_gpu *gpu, struct arena *arena)
{
    if (gpu->index == MACHINE_NO_INDEX)
        return arena_printf(arena, "GPU %s", gpu->pci_name);
    return arena_printf(arena, "GPU %zu (%s)", gpu->index, gpu->pci_name);
}

/* GPUs that should be in the document, were it not for a problem, and those that are. */
static void count_gpus(const struct machine *machine, size_t *wanted, size_t *usable)
{
    *wanted = *usable = 0;
    for (size_t i = 0; i < machine->n_gpus; i++) {
        *wanted += machine->gpus[i].selected;
        *usable += machine->gpus[i].selected && !machine->gpus[i].unusable;
    }
}

/* "1 of 2 GPUs, driver 580.65.06, 45 driver files (20 compute, ...)" */
static const char *make_summary(const struct machine *machine, struct arena *arena)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    size_t counts[DRIVER_N_CAPABILITIES] = {0}, n_files = 0, wanted, usable;
    const char *separator = " (";

    count_gpus(machine, &wanted, &usable);
    if (usable < wanted)
        strbuf_printf(&text, "%zu of ", usable);
    strbuf_printf(&text, "%zu GPU%s", wanted, wanted == 1 ? "" : "s");
    for (size_t i = 0; i < machine->driver.n_files; i++) {
        if (machine->driver.files[i].kind == DRIVER_LINK_SOURCE)
            continue;
        counts[machine->driver.files[i].capability]++;
        n_files++;
    }
    if (machine->driver.version)
        strbuf_printf(&text, ", driver %s, %zu driver files", machine->driver.version, n_files);
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

static int fill_report(const struct machine *machine, struct generate_report *report,
                       struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < machine->n_gpus; i++) {
        const struct machine_gpu *gpu = &machine->gpus[i];
        const char *subject;

        if (!gpu->selected || !gpu->problem)
            continue;
        if (!(subject = gpu_subject(gpu, report->arena)))
            return cdi_error_nomem(err);
        r = gpu->unusable ? add_note(report->arena, &report->left_out, &report->n_left_out, subject,
                                     gpu->problem, err)
                          : add_note(report->arena, &report->unnamed, &report->n_unnamed, subject,
                                     gpu->problem, err);
    }
    for (size_t i = 0; r == 0 && i < machine->n_notes; i++)
        r = add_note(report->arena, &report->notes, &report->n_notes, machine->notes[i].subject,
                     machine->notes[i].text, err);
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

/* Something must be left to write about, and nothing be missing that was asked for by name. */
static int check_usable(const struct machine *machine, const struct generate_report *report,
                        struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    size_t wanted, usable;

    count_gpus(machine, &wanted, &usable);
    if (machine->empty_device || (usable && (usable == wanted || !machine->by_id)))
        return 0;
    join_left_out(report, &text);
    if (text.failed)
        return cdi_error_nomem(err);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "cannot describe %s", text.s);
}

static bool has_hooks(const struct cdi_spec *spec)
{
    size_t n = spec->edits.n_hooks;

    for (size_t i = 0; i < spec->n_devices; i++)
        n += spec->devices[i].edits.n_hooks;
    return n > 0;
}

/* Fills the machine as it is asked for; what stands in the way of that is in the report. */
static int probe(const struct generate_options *options, const struct roots *roots,
                 struct machine *machine, struct generate_report *report, struct cdi_error *err)
{
    int r = modes[options->mode].probe(options, roots, machine, err), reported;

    if (r == 0)
        r = names_select(machine, &options->device_ids, err);
    if (r == 0)
        r = names_assign(machine, options->naming, options->n_naming, err);
    reported = fill_report(machine, report, r == 0 ? err : NULL);
    if (r == 0)
        r = reported;
    return r == 0 ? check_usable(machine, report, err) : r;
}

static int probe_and_build(const struct generate_options *options, struct machine *machine,
                           struct cdi_spec **out, struct generate_report *report,
                           struct cdi_error *err)
{
    _cleanup_roots_ struct roots roots = ROOTS_INIT;
    const struct vendor *vendor = modes[options->mode].vendor;
    struct build_options build = {
        .vendor = vendor,
        .kind_vendor = options->vendor ? options->vendor : vendor->vendor,
        .kind_class = options->class_ ? options->class_ : vendor->class_,
        .hooks = {options->disabled_hooks, options->enabled_hooks},
        .no_all = options->no_all,
    };
    const char *program = options->hook_path && *options->hook_path ? options->hook_path
                                                                    : vendor->hook_program;
    bool found;
    int r = roots_open(&roots, options, machine->arena, err);

    if (r == 0)
        r = probe(options, &roots, machine, report, err);
    if (r == 0)
        r = hook_program(&roots.system, program, options->search_path, machine->arena,
                         &build.hook_path, &found, err);
    if (r == 0 && !(report->summary = make_summary(machine, report->arena)))
        r = cdi_error_nomem(err);
    if (r < 0 || (r = build_spec(machine, &build, out, err)) < 0)
        return r;
    if (!found && has_hooks(*out) &&
        !(report->missing_hook = arena_strdup(report->arena, build.hook_path))) {
        cdi_spec_free(TAKE_PTR(*out));
        return cdi_error_nomem(err);
    }
    return 0;
}

int generate_spec(const struct generate_options *options, struct cdi_spec **out,
                  struct generate_report *report, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct machine machine = {.arena = arena};

    report->arena = arena_new();
    if (!arena || !report->arena)
        return cdi_error_nomem(err);
    if ((size_t)options->mode >= ARRAY_SIZE(modes))
        return cdi_error_set(err, CDI_ERR_USAGE, "unknown mode");
    return probe_and_build(options, &machine, out, report, err);
}
