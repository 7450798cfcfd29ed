/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/names.h"

#include <string.h>
#include <strings.h>

#include <cdikit/name.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/pci.h"

static const char *const namings[] = {
    [GENERATE_NAME_INDEX] = "index",
    [GENERATE_NAME_UUID] = "uuid",
    [GENERATE_NAME_TYPE_INDEX] = "type-index",
    [GENERATE_NAME_PCI] = "pci",
};

bool generate_naming_parse(const char *text, enum generate_naming *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(namings); i++) {
        if (strcmp(text, namings[i]) != 0)
            continue;
        *out = (enum generate_naming)i;
        return true;
    }
    return false;
}

/*
 * Digits up to `end`, as an unsigned decimal number; one too large becomes a large one, never
 * MACHINE_NO_INDEX.
 */
static bool parse_number(const char *text, const char *end, size_t *out)
{
    *out = 0;
    if (text == end)
        return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *out = *out > SIZE_MAX / 16 ? SIZE_MAX / 8 : *out * 10 + (size_t)(*text - '0');
    }
    return true;
}

/* An id of a device, taken apart. */
struct id {
    const char *text;
    enum { ID_INDEX, ID_MIG_INDEX, ID_ADDRESS, ID_UUID } type;
    size_t index, mig_index;
    struct pci_address address;
};

static struct id parse_id(const char *text)
{
    struct id id = {.text = text, .type = ID_UUID};
    const char *colon = strchr(text, ':'), *end = text + strlen(text);

    if (parse_number(text, end, &id.index))
        id.type = ID_INDEX;
    else if (colon && parse_number(text, colon, &id.index) &&
             parse_number(colon + 1, end, &id.mig_index))
        id.type = ID_MIG_INDEX;
    else if (pci_address_parse(text, &id.address))
        id.type = ID_ADDRESS;
    return id;
}

/* What may be a UUID, so that the answer is "no such device", not "no id". */
static bool looks_like_uuid(const char *text)
{
    return strncasecmp(text, "GPU-", 4) == 0 || strncasecmp(text, "MIG-", 4) == 0 ||
           strlen(text) == 36;
}

static bool is_uuid(const char *text, const char *uuid)
{
    return uuid && (strcasecmp(text, uuid) == 0 ||
                    (strncmp(uuid, "GPU-", 4) == 0 && strcasecmp(text, uuid + 4) == 0));
}

static bool id_fits(const struct id *id, const struct machine_device *device)
{
    bool gpu = device->kind == MACHINE_GPU;

    switch (id->type) {
    case ID_INDEX:
        return gpu && device->index == id->index;
    case ID_MIG_INDEX:
        return !gpu && device->index == id->index && device->mig_index == id->mig_index;
    case ID_ADDRESS:
        return gpu && device->pci_name && pci_address_compare(id->address, device->address) == 0;
    case ID_UUID:
        return is_uuid(id->text, device->uuid);
    }
    return false;
}

static int select_one(struct machine *machine, const char *text, struct cdi_error *err)
{
    struct id id = parse_id(text);

    for (size_t i = 0; i < machine->n_devices; i++) {
        if (!id_fits(&id, &machine->devices[i]))
            continue;
        if (machine->devices[i].selected)
            return cdi_error_set(err, CDI_ERR_USAGE, "the device %s is asked for twice", text);
        machine->devices[i].selected = true;
        return 0;
    }
    if (id.type == ID_UUID && !looks_like_uuid(text))
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "\"%s\" is no device id: neither an index, a UUID, a PCI address, "
                             "\"all\" nor \"none\"",
                             text);
    return cdi_error_set(
        err, CDI_ERR_NOTFOUND, "this machine has no %s %s",
        id.type == ID_MIG_INDEX || strncasecmp(text, "MIG-", 4) == 0 ? "MIG device" : "GPU", text);
}

static void select_all(struct machine *machine, bool selected)
{
    for (size_t i = 0; i < machine->n_devices; i++)
        machine->devices[i].selected = selected && !machine->devices[i].unlisted;
}

int names_select(struct machine *machine, const struct generate_strings *ids, struct cdi_error *err)
{
    select_all(machine, ids->n == 0);
    machine->by_id = ids->n > 0;
    for (size_t i = 0; i < ids->n; i++) {
        bool all = strcmp(ids->items[i], "all") == 0;
        int r;

        if (all || strcmp(ids->items[i], "none") == 0) {
            select_all(machine, all);
            machine->empty_device = !all;
            machine->by_id = false;
            return 0;
        }
        if ((r = select_one(machine, ids->items[i], err)) < 0)
            return r;
    }
    return 0;
}

bool names_have_none(const struct generate_strings *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        if (strcmp(ids->items[i], "none") == 0)
            return true;
    return false;
}

/* The name by one strategy in *out; NULL if there is none. */
static int make_name(const struct machine_device *device, enum generate_naming naming,
                     struct arena *arena, const char **out, struct cdi_error *err)
{
    bool mig = device->kind == MACHINE_MIG, typed = naming == GENERATE_NAME_TYPE_INDEX;

    switch (naming) {
    case GENERATE_NAME_INDEX:
    case GENERATE_NAME_TYPE_INDEX:
        *out = mig ? arena_printf(arena, "%s%zu:%zu", typed ? "mig" : "", device->index,
                                  device->mig_index)
                   : arena_printf(arena, "%s%zu", typed ? "gpu" : "", device->index);
        break;
    case GENERATE_NAME_PCI:
        *out = device->pci_name;
        if (mig && device->pci_name)
            *out = arena_printf(arena, "%s-gi%u-ci%u", device->pci_name, device->gi, device->ci);
        else
            return 0;
        break;
    case GENERATE_NAME_UUID:
        *out = device->uuid;
        return 0;
    }
    return *out ? 0 : cdi_error_nomem(err);
}

/* Why a strategy gives no name that engines could ask for; NULL if it does. */
static const char *name_problem(const struct machine_device *device, enum generate_naming naming,
                                const char *name)
{
    if (name && cdi_device_name_check((struct cdi_slice){name, strlen(name)}, NULL) == 0)
        return NULL;
    if (name)
        return "its UUID, as drivers before R470 wrote it, cannot be the name of a CDI device";
    if (device->nameless)
        return "it has neither a UUID nor a PCI address, and only index and type-index name it";
    if (naming == GENERATE_NAME_PCI)
        return "it has no PCI address that is known, and so no name by that";
    if (device->kind == MACHINE_MIG)
        return "the UUID of a MIG device is known to NVML alone, so that it has no name by UUID";
    return "its UUID is not known yet, so that it has no name by UUID: the driver tells it once "
           "the GPU was used";
}

static int assign(struct machine_device *device, const enum generate_naming *naming, size_t n,
                  struct arena *arena, struct cdi_error *err)
{
    const char *problem = NULL;

    device->n_names = 0;
    if (!(device->names = arena_calloc(arena, n, sizeof *device->names)))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const char *name = NULL, *why;
        int r = make_name(device, naming[i], arena, &name, err);

        if (r < 0)
            return r;
        if (!(why = name_problem(device, naming[i], name)))
            device->names[device->n_names++] = name;
        else
            problem = why;
    }
    if (!problem || (device->nameless && device->n_names))
        return 0;
    device->unusable = device->n_names == 0;
    device->problem = problem;
    return 0;
}

static int check_twice(const enum generate_naming *naming, size_t n, struct cdi_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (naming[i] == naming[k])
                return cdi_error_set(err, CDI_ERR_USAGE,
                                     "the naming strategy %s is asked for twice",
                                     namings[naming[i]]);
    return 0;
}

int names_assign(struct machine *machine, const enum generate_naming *naming, size_t n,
                 struct cdi_error *err)
{
    static const enum generate_naming usual[] = {GENERATE_NAME_INDEX, GENERATE_NAME_UUID};
    int r = check_twice(naming, n, err);

    if (n == 0) {
        naming = usual;
        n = ARRAY_SIZE(usual);
    }
    for (size_t i = 0; r == 0 && i < machine->n_devices; i++) {
        struct machine_device *device = &machine->devices[i];

        if (device->kind != MACHINE_OTHER && device->selected && !device->unusable)
            r = assign(device, naming, n, machine->arena, err);
    }
    return r;
}
