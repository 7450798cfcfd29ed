/* SPDX-License-Identifier: Apache-2.0 */
/* Stub libdxcore of WSL: adapters and their driver stores. Source: Microsoft's d3dkmthk.h. */
#include "tests/fakenode/stubs/model.h"

#include <string.h>
#include <wchar.h>

#define STATUS_SUCCESS           0
#define STATUS_INVALID_PARAMETER ((int)0xc000000d)

#define FIRST_HANDLE 0x40000000U

enum { INFO_DRIVER_VERSION = 13, INFO_REGISTRY = 48 };
enum { REGISTRY_DRIVER_STORE_PATH = 2 };
enum { REGISTRY_SUCCESS, REGISTRY_BUFFER_OVERFLOW };

#define WDDM_DEFAULT 3000

struct adapter {
    unsigned handle;
    unsigned luid_low;
    int luid_high;
    unsigned sources;
    unsigned present;
};

struct enumeration2 {
    unsigned n;
    struct adapter *adapters;
};

struct enumeration3 {
    unsigned long long filter;
    unsigned n;
    struct adapter *adapters;
};

struct query {
    unsigned handle;
    int type;
    void *data;
    unsigned size;
};

struct registry_query {
    int type;
    unsigned flags;
    wchar_t name[260];
    unsigned value_type;
    unsigned physical_adapter;
    unsigned output_size; /* in bytes */
    int status;
    wchar_t output[2]; /* goes on as far as the caller's buffer */
};

static const struct record *adapter_at(size_t index)
{
    const struct model *model = model_get();
    const struct record *r = model ? desc_next(&model->desc, "adapter", NULL) : NULL;

    while (r && index-- > 0)
        r = desc_next(&model->desc, "adapter", r);
    return r;
}

static int enumerate(const char *function, unsigned *n, struct adapter *adapters)
{
    int code = model_call(function, -1);
    unsigned i;

    if (code >= 0)
        return code;
    for (i = 0; adapter_at(i) && (!adapters || i < *n); i++) {
        if (adapters)
            adapters[i] = (struct adapter){.handle = FIRST_HANDLE + i, .luid_low = 0x1000 + i};
    }
    *n = i;
    return STATUS_SUCCESS;
}

STUB_API int D3DKMTEnumAdapters2(struct enumeration2 *e)
{
    return enumerate(__func__, &e->n, e->adapters);
}

STUB_API int D3DKMTEnumAdapters3(struct enumeration3 *e)
{
    return enumerate(__func__, &e->n, e->adapters);
}

static int answer_registry(const struct record *adapter, const struct query *query)
{
    struct registry_query *registry = query->data;
    const char *store = record_text(adapter, "store", "");
    size_t length = strlen(store);

    if (query->size < sizeof(*registry) || registry->type != REGISTRY_DRIVER_STORE_PATH)
        return STATUS_INVALID_PARAMETER;
    registry->output_size = (unsigned)(length * sizeof(wchar_t));
    if (query->size < sizeof(*registry) + registry->output_size) {
        registry->status = REGISTRY_BUFFER_OVERFLOW;
        return STATUS_SUCCESS;
    }
    for (size_t i = 0; i < length; i++) {
        wchar_t character = (unsigned char)store[i];

        memcpy((char *)query->data + offsetof(struct registry_query, output) +
                   i * sizeof(character),
               &character, sizeof(character));
    }
    registry->status = REGISTRY_SUCCESS;
    return STATUS_SUCCESS;
}

STUB_API int D3DKMTQueryAdapterInfo(struct query *query)
{
    unsigned index = query->handle - FIRST_HANDLE;
    const struct record *adapter = adapter_at(index);
    int code = model_call(__func__, (int)index);
    unsigned version;

    if (code >= 0)
        return code;
    if (!adapter)
        return STATUS_INVALID_PARAMETER;
    if (query->type == INFO_REGISTRY)
        return answer_registry(adapter, query);
    if (query->type != INFO_DRIVER_VERSION || query->size < sizeof(version))
        return STATUS_INVALID_PARAMETER;
    version = record_number(adapter, "wddm", WDDM_DEFAULT);
    memcpy(query->data, &version, sizeof(version));
    return STATUS_SUCCESS;
}
