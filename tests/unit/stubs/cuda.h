/* SPDX-License-Identifier: Apache-2.0 */
/* A libcuda whose answers a test sets, in the variable `fake_cuda`. */
#ifndef CDIKIT_TESTS_STUBS_CUDA_H
#define CDIKIT_TESTS_STUBS_CUDA_H

struct fake_cuda {
    int version_code, version;
    int init_code;
    int device_code;
    int attribute_code, major, minor;
};

#endif
