/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/why.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "diagnose/why_deciding.h"

const struct why_text why_texts[N_WHY_IDS] = {
    [WHY_ENGINE_CONFIG_BROKEN] = {"engine-config", "the engine refuses a configuration file, or a "
                                                   "setting in it has no effect"},
    [WHY_ENGINE_WITHOUT_CDI] = {"engine-without-cdi", "this version of the engine knows no CDI"},
    [WHY_CDI_SWITCHED_OFF] = {"cdi-switched-off", "CDI is off in the engine's configuration"},
    [WHY_NAME_NOT_QUALIFIED] = {"name-not-qualified", "the name is not VENDOR/CLASS=DEVICE"},
    [WHY_DEVICE_CONFLICT] = {"device-conflict", "two files of one directory define the device"},
    [WHY_DEVICE_WITHOUT_EDITS] = {"device-without-edits",
                                  "the device changes nothing, so that its file is refused"},
    [WHY_FILE_REJECTED] = {"file-rejected",
                           "the file that has the device, or its kind, breaks a rule"},
    [WHY_FILE_NOT_READABLE] = {"file-not-readable", "a file cannot be read"},
    [WHY_FILE_NAME_IGNORED] = {"file-name", "the file that has the device has a name that no "
                                            "engine looks at"},
    [WHY_FILE_TOO_DEEP] = {"file-in-subdirectory", "the file that has the device is in a directory "
                                                   "below a spec dir"},
    [WHY_DIR_NOT_READ] = {"dir-not-read", "the file that has the device is in a directory that is "
                                          "not looked into"},
    [WHY_NO_SPEC_DIR] = {"no-spec-dir", "there is no spec dir"},
    [WHY_DIR_NOT_READABLE] = {"dir-not-readable", "a spec dir cannot be read"},
    [WHY_KIND_UNKNOWN] = {"kind-unknown", "no file is of the kind VENDOR/CLASS"},
    [WHY_DEVICE_UNKNOWN] = {"device-unknown", "the files of its kind do not have the device"},
    [WHY_ENGINE_TOO_OLD] = {"engine-too-old", "this version of the engine refuses the file, which "
                                              "is too new for it"},
    [WHY_ENGINE_DROPS] = {"engine-drops", "the engine leaves something of the device out"},
    [WHY_HOST] = {"host", "what the device names does not exist on this node, or is not what the "
                          "file says"},
    [WHY_DEVICE_SHADOWED] = {"device-shadowed",
                             "a directory of higher priority defines the device, too"},
    [WHY_ENGINE_VERSION_MATTERS] = {"engine-version", "whether the engine takes it depends on its "
                                                      "version, which is not known"},
};

/* ---- An answer in the making ---- */

static void add(struct deciding *d, enum why_id id, bool note, const char *message)
{
    struct why_cause *all = arena_grow(d->arena, d->causes, d->n, sizeof *all);

    d->failed |= !all || !message;
    if (d->failed)
        return;
    all[d->n++] = (struct why_cause){.id = id, .note = note, .message = message};
    d->causes = all;
    d->places = NULL;
}

void why_add(struct deciding *d, enum why_id id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add(d, id, false, arena_vprintf(d->arena, fmt, ap));
    va_end(ap);
}

void why_note(struct deciding *d, enum why_id id, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add(d, id, true, arena_vprintf(d->arena, fmt, ap));
    va_end(ap);
}

void why_place(struct deciding *d, const char *file, struct cdi_position pos)
{
    struct why_cause *cause;

    if (d->failed || !file)
        return;
    cause = &d->causes[d->n - 1];
    d->places = arena_grow(d->arena, d->places, cause->n_places, sizeof *d->places);
    d->failed |= !d->places;
    if (d->failed)
        return;
    d->places[cause->n_places++] = (struct engine_place){file, pos};
    cause->places = d->places;
}

void why_repair(struct deciding *d, const char *fmt, ...)
{
    const char *text;
    va_list ap;

    va_start(ap, fmt);
    text = arena_vprintf(d->arena, fmt, ap);
    va_end(ap);
    d->failed |= !text;
    if (!d->failed)
        d->causes[d->n - 1].repair = text;
}

struct engine_place why_place_of(const struct cdi_registry_device *device)
{
    char path[64];

    (void)snprintf(path, sizeof path, "devices[%zu].name",
                   (size_t)(device->device - device->spec->devices));
    return (struct engine_place){device->spec->path, cdi_spec_position(device->spec, path)};
}

void why_place_device(struct deciding *d, const struct cdi_registry_device *device)
{
    struct engine_place place = why_place_of(device);

    why_place(d, place.file, place.pos);
}

/* ---- Definitions ---- */

const struct cdi_registry_device *why_device(const struct why_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->devices.n; i++)
        if (facts->devices.items[i].state == CDI_DEVICE_ACTIVE &&
            strcmp(facts->devices.items[i].name, name) == 0)
            return &facts->devices.items[i];
    return NULL;
}

bool why_defines(const struct deciding *d, const struct cdi_spec *spec)
{
    if (!spec || !d->kind || strcmp(spec->kind, d->kind) != 0)
        return false;
    for (size_t i = 0; i < spec->n_devices; i++)
        if (strcmp(spec->devices[i].name, d->parts.device.s) == 0)
            return true;
    return false;
}

/* The definitions of the name in one state. */
static size_t place_definitions(struct deciding *d, enum cdi_device_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < d->facts->devices.n; i++) {
        const struct cdi_registry_device *device = &d->facts->devices.items[i];

        if (device->state != state || strcmp(device->name, d->name) != 0)
            continue;
        if (!n++ && state == CDI_DEVICE_CONFLICTING)
            why_add(d, WHY_DEVICE_CONFLICT,
                    "%s is defined more than once in the directory %s: none of the definitions "
                    "counts",
                    d->name, d->facts->dirs[device->priority].path);
        why_place_device(d, device);
    }
    return n;
}

/* Engines drop a device for a conflict in a lower directory, too. */
static void check_conflict(struct deciding *d, const struct cdi_registry_device *active)
{
    if (!place_definitions(d, CDI_DEVICE_CONFLICTING) || d->failed)
        return;
    why_repair(d, "remove or rename all of them but one");
    if (!active)
        return;
    why_place_device(d, active);
    d->causes[d->n - 1].note = !d->facts->engine;
    d->causes[d->n - 1].message = arena_printf(
        d->arena, "%s; engines drop the device then, although %s defines it with a higher priority",
        d->causes[d->n - 1].message, active->spec->path);
    d->failed |= !d->causes[d->n - 1].message;
}

static void check_shadowed(struct deciding *d, const struct cdi_registry_device *active)
{
    for (size_t i = 0; i < d->facts->devices.n; i++) {
        const struct cdi_registry_device *device = &d->facts->devices.items[i];

        if (device->state != CDI_DEVICE_SHADOWED || strcmp(device->name, d->name) != 0)
            continue;
        if (active)
            why_note(d, WHY_DEVICE_SHADOWED,
                     "%s defines the device, too, and has no effect: %s wins, because %s has a "
                     "higher priority than %s",
                     device->spec->path, active->spec->path, d->facts->dirs[active->priority].path,
                     d->facts->dirs[device->priority].path);
        else
            why_note(d, WHY_DEVICE_SHADOWED,
                     "the definition in %s does not step in: what is defined in a directory of "
                     "higher priority hides it, also when that does not count",
                     device->spec->path);
        why_place_device(d, device);
    }
}

/* ---- The answer ---- */

void why_add_finding(struct deciding *d, enum why_id id, const char *file,
                     const struct cdi_finding *finding)
{
    why_add(d, id, "%s", finding->message);
    if (d->failed)
        return;
    d->causes[d->n - 1].note = finding->rule->severity != CDI_SEVERITY_ERROR;
    d->causes[d->n - 1].rule = finding->rule->id;
    why_place(d, file, finding->pos);
    if (finding->hint)
        why_repair(d, "%s", finding->hint);
}

static bool says_the_same(const struct cdi_finding *a, const struct cdi_finding *b)
{
    return a->rule == b->rule && strcmp(a->message, b->message) == 0;
}

/* True if one before finding i says the same. */
static bool is_told(const struct cdi_findings *findings, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (says_the_same(&findings->items[j], &findings->items[i]))
            return true;
    return false;
}

/* A program that several hooks run, and is not there, is one cause in several places. */
static void check_host(struct deciding *d, const struct cdi_registry_device *device,
                       const struct cdi_findings *live)
{
    for (size_t i = 0; live && i < live->n && !d->failed; i++) {
        if (is_told(live, i))
            continue;
        why_add_finding(d, WHY_HOST, device->spec->path, &live->items[i]);
        for (size_t j = i + 1; j < live->n; j++)
            if (says_the_same(&live->items[i], &live->items[j]))
                why_place(d, device->spec->path, live->items[j].pos);
    }
}

/* Everything about a name that is well-formed. */
static void check_name(struct deciding *d, const struct cdi_registry_device *device,
                       const struct why_checks *checks)
{
    bool found;

    check_conflict(d, device);
    found = d->n && d->causes[d->n - 1].id == WHY_DEVICE_CONFLICT;
    check_shadowed(d, device);
    found |= why_check_files(d, device);
    why_check_dirs(d, device);
    if (device) {
        why_check_version(d, device, checks->target);
        check_host(d, device, checks->live);
        return;
    }
    if (!found && !why_check_elsewhere(d) && !why_check_no_dir(d))
        why_unknown(d);
}

/* Problems before notes, each by number; equal ones stay in their order. */
static void sort_causes(struct why_cause *causes, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct why_cause cause = causes[i];
        size_t at = i;

        while (at && (causes[at - 1].note != cause.note ? causes[at - 1].note
                                                        : causes[at - 1].id > cause.id)) {
            causes[at] = causes[at - 1];
            at--;
        }
        causes[at] = cause;
    }
}

int why_decide(const struct why_facts *facts, const char *name, const struct why_checks *checks,
               struct arena *arena, struct why_answer *out, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error wrong = CDI_ERROR_INIT;
    struct deciding d = {.facts = facts, .name = name, .arena = arena};
    const struct cdi_registry_device *device = NULL;

    if (facts->engine)
        why_check_engine(&d);
    if (cdi_name_parse(name, &d.parts, &wrong) < 0) {
        why_name_not_qualified(&d, &wrong);
    } else {
        d.kind = arena_strndup(arena, name, (size_t)(d.parts.device.s - 1 - name));
        d.failed |= !d.kind;
        device = why_device(facts, name);
        check_name(&d, device, checks);
    }
    if (d.failed)
        return cdi_error_nomem(err);
    sort_causes(d.causes, d.n);
    *out = (struct why_answer){
        .name = name,
        .usable = !d.n || d.causes[0].note,
        .device = device,
        .causes = d.causes,
        .n_causes = d.n,
    };
    if (device)
        out->place = why_place_of(device);
    return 0;
}

/* ---- What a container gets ---- */

/* How many of one kind of edits there are, of the device and of its document. */
static void add_count(struct strbuf *b, size_t own, size_t common, const char *one,
                      const char *many)
{
    size_t n = own + common;

    if (n)
        strbuf_printf(b, "%s%zu %s", b->len ? ", " : "", n, n == 1 ? one : many);
}

static void add_nodes(struct strbuf *b, const struct cdi_edits *own, const struct cdi_edits *common)
{
    const struct cdi_edits *const both[] = {own, common};
    const char *before = " (";
    size_t n = 0;

    add_count(b, own->n_device_nodes, common->n_device_nodes, "device node", "device nodes");
    for (size_t i = 0; i < ARRAY_SIZE(both); i++)
        for (size_t j = 0; j < both[i]->n_device_nodes && n < 4; j++, n++) {
            strbuf_printf(b, "%s%s", before, n == 3 ? "..." : both[i]->device_nodes[j].path);
            before = ", ";
        }
    if (n)
        strbuf_addch(b, ')');
}

const char *why_effect(const struct cdi_registry_device *device, struct arena *arena)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const struct cdi_edits *own = &device->device->edits, *common = &device->spec->edits;

    add_nodes(&b, own, common);
    add_count(&b, own->n_mounts, common->n_mounts, "mount", "mounts");
    add_count(&b, own->env.n, common->env.n, "environment variable", "environment variables");
    add_count(&b, own->n_hooks, common->n_hooks, "hook", "hooks");
    add_count(&b, own->n_net_devices, common->n_net_devices, "network device", "network devices");
    add_count(&b, own->n_additional_gids, common->n_additional_gids, "group", "groups");
    add_count(&b, own->intel_rdt != NULL, common->intel_rdt != NULL, "class of service",
              "classes of service");
    return b.failed ? NULL : arena_strdup(arena, b.s ? b.s : "nothing");
}
