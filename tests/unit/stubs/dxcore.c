/* SPDX-License-Identifier: Apache-2.0 */
/* See dxcore.h. With OLD_DXCORE: D3DKMTEnumAdapters3() is missing. */
#include "tests/unit/stubs/dxcore.h"

#include <string.h>

#include "generate/machine/dxcore_abi.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define API __attribute__((visibility("default")))

#define FIRST_HANDLE 0x40000000U

API struct fake_dxcore fake_dxcore;

static int list(struct dxcore_adapter *adapters, uint32_t *n)
{
    uint32_t room = *n;

    *n = adapters && fake_dxcore.n_then ? fake_dxcore.n_then : fake_dxcore.n;
    if (!adapters)
        return fake_dxcore.count_code;
    for (uint32_t i = 0; i < *n && i < room; i++)
        adapters[i] = (struct dxcore_adapter){.handle = FIRST_HANDLE + i};
    return fake_dxcore.list_code;
}

#ifndef OLD_DXCORE
API int D3DKMTEnumAdapters3(struct dxcore_enum3 *adapters)
{
    fake_dxcore.thirds++;
    fake_dxcore.filter = adapters->filter;
    return list(adapters->adapters, &adapters->n);
}
#endif

API int D3DKMTEnumAdapters2(struct dxcore_enum2 *adapters)
{
    fake_dxcore.seconds++;
    return list(adapters->adapters, &adapters->n);
}

API int D3DKMTCloseAdapter(const struct dxcore_close *adapter)
{
    fake_dxcore.closed += adapter->handle >= FIRST_HANDLE;
    return 0;
}

static int answer_store(const struct fake_adapter *adapter, struct dxcore_query *query)
{
    struct dxcore_registry *registry = query->data;
    uint32_t bytes;

    if (!adapter->store || registry->type != 2)
        return -1;
    bytes = (uint32_t)(wcslen(adapter->store) * sizeof(wchar_t));
    if (query->size == sizeof *registry) {
        registry->output_size = adapter->size ? adapter->size : bytes;
        registry->status = 1; /* the buffer is too small */
        return 0;
    }
    if (query->size != sizeof *registry + registry->output_size)
        return -1;
    if (bytes > registry->output_size)
        bytes = registry->output_size;
    memcpy((char *)registry + 1064, adapter->store, bytes);
    registry->status = adapter->status;
    return 0;
}

API int D3DKMTQueryAdapterInfo(struct dxcore_query *query)
{
    uint32_t i = query->handle - FIRST_HANDLE;

    if (i >= 6)
        return -1;
    if (query->type == 48)
        return answer_store(&fake_dxcore.adapters[i], query);
    if (query->type != 13 || query->size != 4 || !fake_dxcore.adapters[i].wddm)
        return -1;
    memcpy(query->data, &fake_dxcore.adapters[i].wddm, 4);
    return 0;
}
