/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/dxcore.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "generate/machine/dxcore_abi.h"
#include "generate/machine/guest.h"

#define LIBRARY "libdxcore.so"

/* More than a machine can have; a larger count is not believed. */
#define MAX_ADAPTERS 1024U

#define SYMBOL(member, name)                       \
    {                                              \
        offsetof(struct dxcore_functions, member), \
        {                                          \
            name                                   \
        }                                          \
    }

static const struct guest_symbol symbols[] = {
    SYMBOL(enum3, "D3DKMTEnumAdapters3"),
    SYMBOL(enum2, "D3DKMTEnumAdapters2"),
    SYMBOL(query, "D3DKMTQueryAdapterInfo"),
    SYMBOL(close, "D3DKMTCloseAdapter"),
};

/* The answer of the registry with room for a path. */
struct store_answer {
    struct dxcore_registry registry;
    uint32_t more[DXCORE_MAX_PATH];
};

/* Counts the adapters if `adapters` is NULL, else fills *n of them. False if that fails. */
static bool enumerate(const struct dxcore_functions *fn, struct dxcore_adapter *adapters,
                      uint32_t *n)
{
    struct dxcore_enum3 third = {.filter = DXCORE_FILTER_COMPUTE, .n = *n, .adapters = adapters};
    struct dxcore_enum2 second = {.n = *n, .adapters = adapters};
    int code = fn->enum3 ? fn->enum3(&third) : fn->enum2(&second);

    *n = fn->enum3 ? third.n : second.n;
    return code == DXCORE_SUCCESS;
}

static bool can_compute(const struct dxcore_functions *fn, uint32_t handle)
{
    uint32_t wddm = 0;
    struct dxcore_query query = {
        .handle = handle,
        .type = DXCORE_QUERY_DRIVER_VERSION,
        .data = &wddm,
        .size = sizeof wddm,
    };

    return fn->query(&query) == DXCORE_SUCCESS && wddm >= DXCORE_WDDM_2_7;
}

/* Asks for the path of the driver store with room for `size` bytes of it. */
static bool ask_store(const struct dxcore_functions *fn, uint32_t handle, uint32_t size,
                      struct store_answer *answer)
{
    struct dxcore_query query = {
        .handle = handle,
        .type = DXCORE_QUERY_REGISTRY,
        .data = answer,
        .size = (uint32_t)sizeof answer->registry + size,
    };

    memset(answer, 0, sizeof *answer);
    answer->registry.type = DXCORE_REGISTRY_DRIVER_STORE;
    answer->registry.output_size = size;
    return fn->query(&query) == DXCORE_SUCCESS;
}

/* The length in bytes of a text of `n` wide characters as UTF-8, in `path`; 0 if it is none. */
static size_t to_utf8(const unsigned char *text, size_t n, char *path)
{
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t point;

        memcpy(&point, text + i * sizeof point, sizeof point);
        if (point == 0)
            break;
        if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
            return 0;
        len += utf8_encode(point, path + len);
    }
    return len;
}

/* The driver store of an adapter in *store, NULL if it has none. Returns false without memory. */
static bool read_store(const struct dxcore_functions *fn, uint32_t handle, struct arena *arena,
                       const char **store)
{
    char path[4 * DXCORE_MAX_PATH];
    struct store_answer answer;
    uint32_t size;
    size_t len;

    *store = NULL;
    if (!can_compute(fn, handle) || !ask_store(fn, handle, 0, &answer))
        return true;
    size = answer.registry.output_size;
    if (size > sizeof answer.more || !ask_store(fn, handle, size, &answer) ||
        answer.registry.status != DXCORE_REGISTRY_SUCCESS)
        return true;
    len = to_utf8((const unsigned char *)&answer + offsetof(struct dxcore_registry, output),
                  size / sizeof(uint32_t), path);
    if (len == 0)
        return true;
    *store = arena_strndup(arena, path, len);
    return *store != NULL;
}

static bool is_among(const char *const *stores, size_t n, const char *store)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(stores[i], store) == 0)
            return true;
    return false;
}

static int add_stores(const struct dxcore_functions *fn, const struct dxcore_adapter *adapters,
                      uint32_t n_adapters, struct arena *arena, const char ***stores, size_t *n,
                      struct cdi_error *err)
{
    for (uint32_t i = 0; i < n_adapters; i++) {
        const char *store;

        if (!read_store(fn, adapters[i].handle, arena, &store))
            return cdi_error_nomem(err);
        if (!store || is_among(*stores, *n, store))
            continue;
        *stores = arena_grow(arena, *stores, *n, sizeof **stores);
        if (!*stores)
            return cdi_error_nomem(err);
        (*stores)[(*n)++] = store;
    }
    return 0;
}

/* The enumeration opened the adapters. */
static void close_adapters(const struct dxcore_functions *fn, const struct dxcore_adapter *adapters,
                           uint32_t n)
{
    for (uint32_t i = 0; fn->close && i < n; i++)
        (void)fn->close(&(struct dxcore_close){adapters[i].handle});
}

int dxcore_driver_stores(struct arena *arena, const char ***stores, size_t *n,
                         struct cdi_error *err)
{
    struct dxcore_functions fn = {0};
    _cleanup_guest_ void *handle = NULL;
    struct dxcore_adapter *adapters;
    uint32_t room = 0, found;
    int r = guest_open(LIBRARY, &handle, err);

    *stores = NULL;
    *n = 0;
    if (r < 0)
        return r;
    (void)guest_resolve(handle, symbols, ARRAY_SIZE(symbols), &fn);
    if (!fn.query || (!fn.enum3 && !fn.enum2))
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED, LIBRARY " has no function %s",
                             fn.query ? "D3DKMTEnumAdapters2" : "D3DKMTQueryAdapterInfo");
    if (!enumerate(&fn, NULL, &room) || room > MAX_ADAPTERS)
        return 0;
    adapters = arena_calloc(arena, room, sizeof *adapters);
    if (!adapters)
        return cdi_error_nomem(err);
    found = room;
    if (!enumerate(&fn, adapters, &found))
        return 0;
    found = found < room ? found : room;
    r = add_stores(&fn, adapters, found, arena, stores, n, err);
    close_adapters(&fn, adapters, found);
    return r;
}
