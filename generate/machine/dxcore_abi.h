/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of libdxcore's binary interface that is used, on 64-bit Linux. Source: Microsoft's
 * d3dkmthk.h and d3dukmdt.h (Windows Driver Kit).
 */
#ifndef CDIKIT_GENERATE_MACHINE_DXCORE_ABI_H
#define CDIKIT_GENERATE_MACHINE_DXCORE_ABI_H

#include <stddef.h>
#include <stdint.h>

enum {
    DXCORE_SUCCESS = 0,

    DXCORE_FILTER_COMPUTE = 1, /* adapters that can compute, with or without display */

    /* What is asked of an adapter, KMTQUERYADAPTERINFOTYPE. */
    DXCORE_QUERY_DRIVER_VERSION = 13,
    DXCORE_QUERY_REGISTRY = 48,

    DXCORE_REGISTRY_DRIVER_STORE = 2, /* D3DDDI_QUERYREGISTRY_DRIVERSTOREPATH */
    DXCORE_REGISTRY_SUCCESS = 0,

    DXCORE_WDDM_2_7 = 2700,
    DXCORE_MAX_PATH = 260, /* Windows' */
};

struct dxcore_adapter {
    uint32_t handle;
    uint32_t luid_low;
    int32_t luid_high;
    uint32_t sources;
    uint32_t move_regions;
};
_Static_assert(sizeof(struct dxcore_adapter) == 20, "D3DKMT_ADAPTERINFO");

struct dxcore_enum3 {
    uint64_t filter;
    uint32_t n;
    struct dxcore_adapter *adapters;
};
_Static_assert(sizeof(struct dxcore_enum3) == 24, "D3DKMT_ENUMADAPTERS3");

struct dxcore_enum2 {
    uint32_t n;
    struct dxcore_adapter *adapters;
};
_Static_assert(sizeof(struct dxcore_enum2) == 16, "D3DKMT_ENUMADAPTERS2");

struct dxcore_query {
    uint32_t handle;
    int32_t type;
    void *data;
    uint32_t size;
};
_Static_assert(sizeof(struct dxcore_query) == 24, "D3DKMT_QUERYADAPTERINFO");

/* A question to the registry; the answer begins at `output` and may go on behind the struct. */
struct dxcore_registry {
    int32_t type;
    uint32_t flags;
    wchar_t name[DXCORE_MAX_PATH];
    uint32_t value_type;
    uint32_t physical_adapter;
    uint32_t output_size; /* in bytes */
    int32_t status;
    uint64_t output;
};
_Static_assert(sizeof(struct dxcore_registry) == 1072, "D3DDDI_QUERYREGISTRY_INFO");
_Static_assert(offsetof(struct dxcore_registry, output_size) == 1056, "D3DDDI_QUERYREGISTRY_INFO");
_Static_assert(offsetof(struct dxcore_registry, output) == 1064, "D3DDDI_QUERYREGISTRY_INFO");

struct dxcore_close {
    uint32_t handle;
};

struct dxcore_functions {
    int (*enum3)(struct dxcore_enum3 *adapters);
    int (*enum2)(struct dxcore_enum2 *adapters);
    int (*query)(struct dxcore_query *query);
    int (*close)(const struct dxcore_close *adapter);
};

#endif
