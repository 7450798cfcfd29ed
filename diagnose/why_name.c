/* SPDX-License-Identifier: Apache-2.0 */
/* What was meant by a name that no device has. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "base/strbuf.h"
#include "diagnose/why_deciding.h"

#define MOST_SHOWN 6

/* Names that may have been meant. */
struct guesses {
    const char *items[MOST_SHOWN];
    size_t n; /* also those that have no room */
};

/* Does a device fit what was typed? */
typedef bool guess_rule(const struct cdi_registry_device *device, const char *typed, size_t len);

static bool same_text(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (ascii_tolower(a[i]) != ascii_tolower(b[i]) || !a[i])
            return false;
    return true;
}

static bool is_name(const struct cdi_registry_device *device, const char *typed, size_t len)
{
    return strlen(device->name) == len && same_text(device->name, typed, len);
}

/* As is_name(), with ':', '/' or '@' where the '=' belongs. */
static bool is_other_separator(const struct cdi_registry_device *device, const char *typed,
                               size_t len)
{
    const char *equals = strchr(device->name, '=');
    size_t at = (size_t)(equals - device->name);

    return strlen(device->name) == len && strchr(":/@", typed[at]) &&
           same_text(device->name, typed, at) &&
           same_text(equals + 1, typed + at + 1, len - at - 1);
}

static bool is_device_part(const struct cdi_registry_device *device, const char *typed, size_t len)
{
    return strlen(device->device->name) == len && same_text(device->device->name, typed, len);
}

/* "al" for "all"; of one letter too much begins with it. */
static bool is_begun_device_part(const struct cdi_registry_device *device, const char *typed,
                                 size_t len)
{
    return len > 1 && !ascii_isdigit(*typed) && strlen(device->device->name) > len &&
           same_text(device->device->name, typed, len);
}

/* "gpu=0" */
static bool is_class_and_device(const struct cdi_registry_device *device, const char *typed,
                                size_t len)
{
    size_t all = strlen(device->name);

    return memchr(typed, '=', len) && all > len && device->name[all - len - 1] == '/' &&
           same_text(device->name + all - len, typed, len);
}

/* "nvidia.com/gpu", "nvidia.com/gpu=" */
static bool is_kind(const struct cdi_registry_device *device, const char *typed, size_t len)
{
    len -= typed[len - 1] == '=';
    return strlen(device->spec->kind) == len && same_text(device->spec->kind, typed, len);
}

static void add_guess(struct guesses *guesses, const char *name)
{
    if (guesses->n < MOST_SHOWN)
        guesses->items[guesses->n] = name;
    guesses->n++;
}

static void guess(const struct why_facts *facts, const char *typed, size_t len,
                  struct guesses *guesses)
{
    static guess_rule *const rules[] = {is_name,        is_other_separator,
                                        is_device_part, is_class_and_device,
                                        is_kind,        is_begun_device_part};

    for (size_t i = 0; len && !guesses->n && i < ARRAY_SIZE(rules); i++)
        for (size_t j = 0; j < facts->devices.n; j++) {
            const struct cdi_registry_device *device = &facts->devices.items[j];

            if (device->state == CDI_DEVICE_ACTIVE && rules[i](device, typed, len))
                add_guess(guesses, device->name);
        }
}

/* The name that comes nearest of those that begin with `kind` and '=', or of all. */
static const struct cdi_registry_device *nearest_device(const struct why_facts *facts,
                                                        const char *name, const char *kind)
{
    struct nearest near = nearest_init(name, strlen(name));
    const struct cdi_registry_device *best = NULL;

    for (size_t i = 0; i < facts->devices.n; i++) {
        const struct cdi_registry_device *device = &facts->devices.items[i];

        if (device->state != CDI_DEVICE_ACTIVE || (kind && strcmp(device->spec->kind, kind) != 0))
            continue;
        nearest_offer(&near, kind ? device->device->name : device->name);
        if (near.best == device->device->name || near.best == device->name)
            best = device;
    }
    return best;
}

/* "a, b or c", "a, b, c and 9 more" */
static void repair_with(struct deciding *d, const struct guesses *guesses)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    size_t shown = guesses->n < MOST_SHOWN ? guesses->n : MOST_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        bool last = i + 1 == guesses->n;

        strbuf_printf(&b, "%s%s", !i ? "" : last ? " or " : ", ", guesses->items[i]);
    }
    if (shown < guesses->n)
        strbuf_printf(&b, ", or one of %zu more", guesses->n - shown);
    d->failed |= b.failed;
    if (!d->failed)
        why_repair(d, "did you mean %s?", b.s);
}

void why_name_not_qualified(struct deciding *d, const struct cdi_error *wrong)
{
    static const char blanks[] = " \t\r\n";
    const char *typed = d->name + strspn(d->name, blanks);
    size_t len = strlen(typed);
    const struct cdi_registry_device *near;
    struct guesses guesses = {.n = 0};

    while (len && strchr(blanks, typed[len - 1]))
        len--;
    why_add(d, WHY_NAME_NOT_QUALIFIED, "%s", wrong->message);
    if (d->failed)
        return;
    if (*typed == '/') {
        why_repair(d,
                   "this is a path: engines take the node itself, with --device %s; a CDI "
                   "device is VENDOR/CLASS=DEVICE",
                   quote(typed, len).text);
        return;
    }
    if (memchr(typed, ',', len)) {
        why_repair(d, "ask for each name by itself, without commas");
        return;
    }
    guess(d->facts, typed, len, &guesses);
    near = guesses.n ? NULL : nearest_device(d->facts, d->name, NULL);
    if (near)
        add_guess(&guesses, near->name);
    if (guesses.n)
        repair_with(d, &guesses);
    else
        why_repair(d, "`cdikit list` shows the names that there are");
}

/* ---- A name that no file has ---- */

/* "0", "0:1" */
static bool is_index(const char *name)
{
    static const char digits[] = "0123456789";
    size_t n = strspn(name, digits), part;

    if (!n || !name[n])
        return n != 0;
    part = strspn(name + n + 1, digits);
    return name[n] == ':' && part && !name[n + 1 + part];
}

static bool is_uuid(const char *name)
{
    return strncmp(name, "GPU-", 4) == 0 || strncmp(name, "MIG-", 4) == 0;
}

static bool is_of_kind(const struct deciding *d, const struct cdi_registry_device *device)
{
    return device->state == CDI_DEVICE_ACTIVE && strcmp(device->spec->kind, d->kind) == 0;
}

static bool kind_has(const struct deciding *d, bool (*is)(const char *name))
{
    for (size_t i = 0; i < d->facts->devices.n; i++)
        if (is_of_kind(d, &d->facts->devices.items[i]) &&
            is(d->facts->devices.items[i].device->name))
            return true;
    return false;
}

/* True if /dev/nvidia<minor> is the only node of a GPU in the edits of a device. */
static bool has_only_gpu(const struct cdi_device *device, int64_t minor)
{
    bool has = false;

    for (size_t i = 0; i < device->edits.n_device_nodes; i++) {
        const struct cdi_device_node *node = &device->edits.device_nodes[i];
        const char *path = *node->host_path ? node->host_path : node->path;
        char digits[32];

        if (strncmp(path, "/dev/nvidia", 11) != 0 || !ascii_isdigit(path[11]))
            continue;
        (void)snprintf(digits, sizeof digits, "%lld", (long long)minor);
        if (strcmp(path + 11, digits) != 0)
            return false;
        has = true;
    }
    return has;
}

/* The device that a document with the other kind of names has for the GPU that was asked for. */
static const struct cdi_registry_device *other_name(const struct deciding *d, bool by_uuid)
{
    const char *asked = d->parts.device.s;

    for (size_t i = 0; i < d->facts->devices.n; i++) {
        const struct cdi_registry_device *device = &d->facts->devices.items[i];
        const char *name = device->device->name;

        if (!is_of_kind(d, device) || (by_uuid ? !is_index(name) : !is_uuid(name)))
            continue;
        for (size_t j = 0; j < d->facts->n_gpus; j++) {
            const struct why_gpu *gpu = &d->facts->gpus[j];
            char index[32];

            (void)snprintf(index, sizeof index, "%zu", j);
            if (!gpu->uuid || strcmp(asked, by_uuid ? gpu->uuid : index) != 0)
                continue;
            if (by_uuid ? has_only_gpu(device->device, gpu->minor) : strcmp(name, gpu->uuid) == 0)
                return device;
        }
    }
    return NULL;
}

/* The files of the kind: what there is in place of the device. */
static void place_kind(struct deciding *d)
{
    const struct cdi_spec *last[MOST_SHOWN];
    size_t n = 0;

    for (size_t i = 0; i < d->facts->devices.n && n < MOST_SHOWN; i++) {
        const struct cdi_spec *spec = d->facts->devices.items[i].spec;
        bool again = false;

        if (!is_of_kind(d, &d->facts->devices.items[i]))
            continue;
        for (size_t j = 0; j < n; j++)
            again |= last[j] == spec;
        if (again)
            continue;
        last[n++] = spec;
        why_place(d, spec->path, cdi_spec_position(spec, "devices"));
    }
}

static void tell_other_naming(struct deciding *d, bool by_uuid)
{
    const struct cdi_registry_device *device = other_name(d, by_uuid);

    why_add(d, WHY_DEVICE_UNKNOWN, "the documents of kind %s name devices by %s, not by %s",
            d->kind, by_uuid ? "index" : "UUID", by_uuid ? "UUID" : "index");
    place_kind(d);
    if (device)
        why_repair(d, "on this node that is %s; `cdikit generate` names devices both ways",
                   device->name);
    else
        why_repair(d, "`nvidia-smi -L` shows which index has which UUID; `cdikit generate` names "
                      "devices both ways");
}

/* The vendor that NVIDIA's runtime, and ours, has for devices that no file has. */
static bool is_generated_at_start(const char *kind)
{
    return strncmp(kind, "runtime.nvidia.com/", 19) == 0;
}

/* The devices of the kind that comes nearest: the one of the name that was asked for, or all. */
static void guess_of_kind(const struct deciding *d, const char *kind, struct guesses *guesses)
{
    const char *asked = d->parts.device.s;

    for (int exact = 1; exact >= 0 && !guesses->n; exact--)
        for (size_t i = 0; i < d->facts->devices.n; i++) {
            const struct cdi_registry_device *device = &d->facts->devices.items[i];

            if (device->state == CDI_DEVICE_ACTIVE && strcmp(device->spec->kind, kind) == 0 &&
                (!exact || strcmp(device->device->name, asked) == 0))
                add_guess(guesses, device->name);
        }
}

static void tell_unknown_kind(struct deciding *d)
{
    struct guesses guesses = {.n = 0};
    struct nearest near = nearest_init(d->kind, strlen(d->kind));

    for (size_t i = 0; i < d->facts->devices.n; i++)
        if (d->facts->devices.items[i].state == CDI_DEVICE_ACTIVE)
            nearest_offer(&near, d->facts->devices.items[i].spec->kind);
    if (!d->facts->devices.n)
        why_add(d, WHY_KIND_UNKNOWN, "no document in the spec dirs defines any device: %s",
                why_dirs(d));
    else
        why_add(d, WHY_KIND_UNKNOWN, "no document in the spec dirs is of kind %s: %s", d->kind,
                why_dirs(d));
    if (near.best)
        guess_of_kind(d, near.best, &guesses);
    if (is_generated_at_start(d->kind))
        why_repair(d, "devices of this kind are generated while a container starts, by "
                      "cdikit-runtime or nvidia-container-runtime: ask for them with "
                      "NVIDIA_VISIBLE_DEVICES, not with an option of the engine");
    else if (guesses.n)
        repair_with(d, &guesses);
    else
        why_repair(d,
                   "install the vendor's document, or for GPUs: cdikit generate --output "
                   "%s/NAME.yaml; `cdikit list` shows the names that there are",
                   d->facts->dirs[0].path);
}

/* Takes those of the kind's devices that begin as the name does, if there are such. */
static void guess_begun(const struct deciding *d, struct guesses *guesses)
{
    const char *asked = d->parts.device.s;
    struct guesses begun = {.n = 0};

    for (size_t i = 0; i < d->facts->devices.n; i++)
        if (is_of_kind(d, &d->facts->devices.items[i]) &&
            is_begun_device_part(&d->facts->devices.items[i], asked, strlen(asked)))
            add_guess(&begun, d->facts->devices.items[i].name);
    if (begun.n)
        *guesses = begun;
}

/* The files of the kind do not count; what could be meant once they do. */
static void tell_not_in_files(struct deciding *d)
{
    const char *asked = d->parts.device.s;
    struct nearest near = nearest_init(asked, strlen(asked));
    struct guesses guesses = {.n = 0};

    why_add(d, WHY_DEVICE_UNKNOWN,
            "no document of kind %s has a device %s, the files that do not "
            "count included",
            d->kind, quote_string(asked).text);
    for (size_t i = 0; i < d->facts->n_files && !d->failed; i++) {
        const struct why_file *file = &d->facts->files[i];

        if (!why_is_of_kind(d, file))
            continue;
        why_place(d, file->path, cdi_spec_position(file->spec, "devices"));
        for (size_t j = 0; j < file->spec->n_devices && !d->failed; j++) {
            const char *name = file->spec->devices[j].name;

            if (guesses.n < MOST_SHOWN)
                name = arena_printf(d->arena, "%s=%s", d->kind, name);
            d->failed |= !name;
            add_guess(&guesses, name);
            nearest_offer(&near, file->spec->devices[j].name);
        }
    }
    if (near.best && !is_index(asked)) {
        guesses = (struct guesses){.n = 0};
        add_guess(&guesses, arena_printf(d->arena, "%s=%s", d->kind, near.best));
        d->failed |= !guesses.items[0];
    }
    if (guesses.n && !d->failed)
        repair_with(d, &guesses);
}

void why_unknown(struct deciding *d)
{
    const struct cdi_registry_device *near;
    struct guesses guesses = {.n = 0};
    const char *asked = d->parts.device.s;

    if (d->failed)
        return;
    for (size_t i = 0; i < d->facts->devices.n; i++)
        if (is_of_kind(d, &d->facts->devices.items[i]))
            add_guess(&guesses, d->facts->devices.items[i].name);
    if (!guesses.n) {
        if (why_check_kind(d))
            tell_not_in_files(d);
        else
            tell_unknown_kind(d);
        return;
    }
    if (is_uuid(asked) && !kind_has(d, is_uuid) && kind_has(d, is_index)) {
        tell_other_naming(d, true);
        return;
    }
    if (is_index(asked) && !kind_has(d, is_index) && kind_has(d, is_uuid)) {
        tell_other_naming(d, false);
        return;
    }
    why_add(d, WHY_DEVICE_UNKNOWN, "no document of kind %s has a device %s", d->kind,
            quote_string(asked).text);
    place_kind(d);
    /* Of numbers, and what is as short, none comes nearer than another, but by how it begins. */
    near = is_index(asked) || strlen(asked) < 3 ? NULL : nearest_device(d->facts, asked, d->kind);
    if (near)
        guesses = (struct guesses){.items = {near->name}, .n = 1};
    else
        guess_begun(d, &guesses);
    repair_with(d, &guesses);
}
