/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an OCI configuration asks for, in every mode: each name once, within the limit, of the form
 * that the mode wants; the configuration stays as it is.
 */
#include <stdint.h>
#include <string.h>

#include "apply/request.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const swarm[] = {"DOCKER_RESOURCE_GPU", "A"};
static const char *const prefixes[] = {"cdi.k8s.io/", "a", ""};
static const char *const capabilities[] = {"video", "compute", "utility", "all"};

static void require(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static void check_names(const struct request_strings *names)
{
    require(names->n <= CDI_OCI_MAX_REQUESTED);
    for (size_t i = 0; i < names->n && names->n < 100; i++)
        for (size_t k = 0; k < i; k++)
            require(strcmp(names->items[i], names->items[k]) != 0);
}

static void check(struct cdi_oci *oci, const struct request_rules *rules, enum request_mode mode,
                  enum request_platform platform)
{
    struct arena *arena = arena_new();
    struct cdi_error err = CDI_ERROR_INIT;
    struct request request;

    if (request_read(oci, rules, mode, platform, arena, &request, &err) == 0) {
        require(request.mode != REQUEST_AUTO && (mode == REQUEST_AUTO || request.mode == mode));
        require((request.devices.n == 0) == (request.source == REQUEST_NOWHERE));
        require(request.devices.n || !request.imex_channels.n);
        check_names(&request.devices);
        check_names(&request.imex_channels);
        for (size_t i = 0; i < request.devices.n; i++)
            require((request.mode != REQUEST_CDI && request.mode != REQUEST_JIT_CDI) ||
                    strchr(request.devices.items[i], '='));
        for (size_t i = 0; i < request.n_notes; i++)
            for (const char *p = request.notes[i].text; *p; p++)
                require((unsigned char)*p >= ' ' || rules->swarm_resources.n);
    } else {
        require(err.code == CDI_ERR_INVALID || err.code == CDI_ERR_LIMIT);
    }
    cdi_error_clear(&err);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct request_rules all[] = {
        {.annotation_prefixes = {prefixes, 1},
         .env_when_unprivileged = true,
         .default_kind = "v/c"},
        {.swarm_resources = {swarm, 2},
         .annotation_prefixes = {prefixes, 3},
         .volume_mounts = true,
         .no_imex = true,
         .default_kind = "v/c"},
        {.volume_mounts = true, .env_when_unprivileged = true, .default_kind = "v/c"},
    };
    const struct request_strings supported = {capabilities, 4};
    struct request_strings found;
    struct arena *arena = arena_new();
    struct cdi_oci *oci;

    if (cdi_oci_parse((const char *)data, size, "fuzz", &oci, NULL) == 0) {
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            for (enum request_mode mode = 0; mode < REQUEST_N_MODES; mode++)
                check(oci, &all[i], mode, (i + mode) % 2);
        if (request_capabilities(oci, &supported, arena, &found, NULL) == 0)
            check_names(&found);
        require(!cdi_oci_changed(oci));
        cdi_oci_free(oci);
    }
    arena_free(arena);
    return 0;
}
