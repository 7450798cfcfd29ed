/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of libnvidia-sandboxutils' binary interface that is used, on 64-bit Linux. Source:
 * the interface that NVIDIA's container toolkit declares (its internal/nvsandboxutils).
 */
#ifndef CDIKIT_GENERATE_MACHINE_SANDBOXUTILS_ABI_H
#define CDIKIT_GENERATE_MACHINE_SANDBOXUTILS_ABI_H

#include <stddef.h>
#include <stdint.h>

enum {
    SANDBOXUTILS_SUCCESS = 0,

    SANDBOXUTILS_INIT_VERSION = 1,
    SANDBOXUTILS_INIT_ROOT = 1, /* the input is the driver root */

    SANDBOXUTILS_QUERY_VERSION = 1,
    SANDBOXUTILS_QUERY_GPU = 0, /* the input is a GPU's UUID, or a MIG device's */
    SANDBOXUTILS_QUERY_MIG = 1,

    SANDBOXUTILS_INPUT_SIZE = 256,
    SANDBOXUTILS_CONTENT_SIZE = 256,
    SANDBOXUTILS_VERSION_SIZE = 100,

    SANDBOXUTILS_FLAG_CONTENT = 4, /* the file is to be made with a content that is asked for */
};

/* Kinds of files. */
enum {
    SANDBOXUTILS_GPU_NODE = 0,
    SANDBOXUTILS_CARD_NODE = 1,
    SANDBOXUTILS_RENDER_NODE = 2,
    SANDBOXUTILS_CARD_LINK = 3,
    SANDBOXUTILS_RENDER_LINK = 4,
    SANDBOXUTILS_CAP_NODE = 10,
};

struct sandboxutils_init {
    uint32_t version;
    int32_t type;
    char value[SANDBOXUTILS_INPUT_SIZE];
};
_Static_assert(sizeof(struct sandboxutils_init) == 264, "nvSandboxUtilsInitInput_t");

struct sandboxutils_file {
    struct sandboxutils_file *next;
    int32_t type, kind, module, flags;
    char *path;
};
_Static_assert(sizeof(struct sandboxutils_file) == 32, "nvSandboxUtilsGpuFileInfo_v1_t");
_Static_assert(offsetof(struct sandboxutils_file, kind) == 12, "nvSandboxUtilsGpuFileInfo_v1_t");
_Static_assert(offsetof(struct sandboxutils_file, path) == 24, "nvSandboxUtilsGpuFileInfo_v1_t");

struct sandboxutils_query {
    uint32_t version;
    int32_t type;
    char input[SANDBOXUTILS_INPUT_SIZE];
    struct sandboxutils_file *files; /* the library's */
};
_Static_assert(sizeof(struct sandboxutils_query) == 272, "nvSandboxUtilsGpuRes_t");
_Static_assert(offsetof(struct sandboxutils_query, files) == 264, "nvSandboxUtilsGpuRes_t");

struct sandboxutils_functions {
    int (*init)(struct sandboxutils_init *init);
    int (*shutdown)(void);
    int (*driver_version)(char *version, unsigned size);
    int (*query)(struct sandboxutils_query *query);
    int (*content)(char *path, char *content, unsigned *size);
};

#endif
