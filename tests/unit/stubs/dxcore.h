/* SPDX-License-Identifier: Apache-2.0 */
/* A libdxcore whose answers a test sets, in the variable `fake_dxcore`. */
#ifndef CDIKIT_TESTS_STUBS_DXCORE_H
#define CDIKIT_TESTS_STUBS_DXCORE_H

#include <stdint.h>
#include <wchar.h>

struct fake_adapter {
    uint32_t wddm;
    const wchar_t *store; /* NULL: the question about it fails */
    uint32_t size;        /* said to be of the store's path in bytes; 0: the true one */
    int32_t status;
};

struct fake_dxcore {
    uint32_t n, n_then; /* adapters: when counted, and when listed (0: the same) */
    struct fake_adapter adapters[6];
    int count_code, list_code;
    uint64_t filter; /* what it was told */
    int thirds, seconds, closed;
};

#endif
