/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/names.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/pci.h"

static const struct {
    const char *text;
    enum generate_naming naming;
} namings[] = {
    {"index", GENERATE_NAME_INDEX},
    {"uuid", GENERATE_NAME_UUID},
    {"type-index", GENERATE_NAME_TYPE_INDEX},
    {"pci", GENERATE_NAME_PCI},
};

bool generate_naming_parse(const char *text, enum generate_naming *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(namings); i++) {
        if (strcmp(text, namings[i].text) != 0)
            continue;
        *out = namings[i].naming;
        return true;
    }
    return false;
}

/* An unsigned decimal number; one too large becomes a large one, never MACHINE_NO_INDEX. */
static bool parse_index(const char *text, size_t *out)
{
    *out = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *out = *out > SIZE_MAX / 16 ? SIZE_MAX / 8 : *out * 10 + (size_t)(*text - '0');
    }
    return true;
}

static bool looks_like_uuid(const char *id)
{
    return strncasecmp(id, "GPU-", 4) == 0 || strlen(id) == 36;
}

/* True if the id means the GPU: by index, PCI address, or UUID with or without "GPU-". */
static bool id_fits(const char *id, const struct machine_gpu *gpu)
{
    struct pci_address address;
    size_t index;

    if (parse_index(id, &index))
        return gpu->index == index;
    if (pci_address_parse(id, &address))
        return pci_address_compare(address, gpu->address) == 0;
    if (!gpu->uuid)
        return false;
    return strcasecmp(id, gpu->uuid) == 0 ||
           (strncmp(gpu->uuid, "GPU-", 4) == 0 && strcasecmp(id, gpu->uuid + 4) == 0);
}

static int select_one(struct machine *machine, const char *id, struct cdi_error *err)
{
    struct pci_address address;
    size_t index;

    for (size_t i = 0; i < machine->n_gpus; i++) {
        if (!id_fits(id, &machine->gpus[i]))
            continue;
        machine->gpus[i].selected = true;
        return 0;
    }
    if (!parse_index(id, &index) && !pci_address_parse(id, &address) && !looks_like_uuid(id))
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "\"%s\" is no device id: neither an index, a UUID, a PCI address, "
                             "\"all\" nor \"none\"",
                             id);
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "this machine has no GPU %s", id);
}

static void select_all(struct machine *machine, bool selected)
{
    for (size_t i = 0; i < machine->n_gpus; i++)
        machine->gpus[i].selected = selected;
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

/* The name by one strategy in *out; NULL if there is none. */
static int make_name(const struct machine_gpu *gpu, enum generate_naming naming,
                     struct arena *arena, const char **out, struct cdi_error *err)
{
    switch (naming) {
    case GENERATE_NAME_INDEX:
        *out = arena_printf(arena, "%zu", gpu->index);
        break;
    case GENERATE_NAME_TYPE_INDEX:
        *out = arena_printf(arena, "gpu%zu", gpu->index);
        break;
    case GENERATE_NAME_PCI:
        *out = gpu->pci_name;
        break;
    case GENERATE_NAME_UUID:
        *out = gpu->uuid;
        return 0;
    }
    return *out ? 0 : cdi_error_nomem(err);
}

static bool has_name(const struct machine_gpu *gpu, const char *name)
{
    for (size_t i = 0; i < gpu->n_names; i++)
        if (strcmp(gpu->names[i], name) == 0)
            return true;
    return false;
}

static int assign(struct machine_gpu *gpu, const enum generate_naming *naming, size_t n,
                  struct arena *arena, struct cdi_error *err)
{
    bool unnamed = false;

    gpu->n_names = 0;
    if (!(gpu->names = arena_calloc(arena, n, sizeof *gpu->names)))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const char *name = NULL;
        int r = make_name(gpu, naming[i], arena, &name, err);

        if (r < 0)
            return r;
        if (!name)
            unnamed = true;
        else if (!has_name(gpu, name))
            gpu->names[gpu->n_names++] = name;
    }
    if (!unnamed)
        return 0;
    gpu->unusable = gpu->n_names == 0;
    gpu->problem = gpu->unusable ? "its UUID is not known yet, so that it has no name: the driver "
                                   "tells it once the GPU was used"
                                 : "its UUID is not known yet, so that it has no name by UUID: the "
                                   "driver tells it once the GPU was used";
    return 0;
}

int names_assign(struct machine *machine, const enum generate_naming *naming, size_t n,
                 struct cdi_error *err)
{
    static const enum generate_naming usual[] = {GENERATE_NAME_INDEX, GENERATE_NAME_UUID};

    if (n == 0) {
        naming = usual;
        n = ARRAY_SIZE(usual);
    }
    for (size_t i = 0; i < machine->n_gpus; i++) {
        struct machine_gpu *gpu = &machine->gpus[i];
        int r = gpu->selected && !gpu->unusable ? assign(gpu, naming, n, machine->arena, err) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}
