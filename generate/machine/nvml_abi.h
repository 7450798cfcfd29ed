/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of NVML's binary interface that is used, on 64-bit Linux. Source: NVIDIA's NVML API
 * Reference ("nvmlReturn_t", "Device Structs", "Multi Instance GPU Management").
 */
#ifndef CDIKIT_GENERATE_MACHINE_NVML_ABI_H
#define CDIKIT_GENERATE_MACHINE_NVML_ABI_H

#include <stddef.h>
#include <stdint.h>

/* Return codes. */
enum nvml_code {
    NVML_CODE_SUCCESS = 0,
    NVML_CODE_INVALID_ARGUMENT = 2,
    NVML_CODE_NOT_SUPPORTED = 3,
    NVML_CODE_NO_PERMISSION = 4,
    NVML_CODE_NOT_FOUND = 6,
    NVML_CODE_DRIVER_NOT_LOADED = 9,
    NVML_CODE_TIMEOUT = 10,
    NVML_CODE_LIBRARY_NOT_FOUND = 12,
    NVML_CODE_FUNCTION_NOT_FOUND = 13,
    NVML_CODE_GPU_IS_LOST = 15,
    NVML_CODE_RESET_REQUIRED = 16,
    NVML_CODE_OPERATING_SYSTEM = 17,
    NVML_CODE_LIB_RM_VERSION_MISMATCH = 18,
    NVML_CODE_UNKNOWN = 999,
};

/* Sizes of the buffers for texts. */
enum {
    NVML_DRIVER_VERSION_SIZE = 80,
    NVML_DEVICE_TEXT_SIZE = 96, /* of names and UUIDs */
};

/* Handles, which only the library looks into. */
typedef struct nvml_device *nvml_device;
typedef struct nvml_gpu_instance *nvml_gpu_instance;

/* The third layout; the two before have a shorter id, and it alone, in front. */
struct nvml_pci_info {
    char bus_id_legacy[16];
    uint32_t domain, bus, device;
    uint32_t device_id, subsystem_id;
    char bus_id[32];
};
_Static_assert(sizeof(struct nvml_pci_info) == 68, "nvmlPciInfo_t");
_Static_assert(offsetof(struct nvml_pci_info, domain) == 16, "nvmlPciInfo_t");
_Static_assert(offsetof(struct nvml_pci_info, bus_id) == 36, "nvmlPciInfo_t");

struct nvml_gpu_instance_info {
    nvml_device device;
    uint32_t id;
    uint32_t profile_id;
    uint32_t start, size; /* of its placement */
};
_Static_assert(sizeof(struct nvml_gpu_instance_info) == 24, "nvmlGpuInstanceInfo_t");
_Static_assert(offsetof(struct nvml_gpu_instance_info, profile_id) == 12, "nvmlGpuInstanceInfo_t");

struct nvml_gpu_instance_profile {
    uint32_t id;
    uint32_t counts[9]; /* of slices, instances, engines */
    uint64_t memory_mb;
};
_Static_assert(sizeof(struct nvml_gpu_instance_profile) == 48, "nvmlGpuInstanceProfileInfo_t");
_Static_assert(offsetof(struct nvml_gpu_instance_profile, memory_mb) == 40,
               "nvmlGpuInstanceProfileInfo_t");

/* The numbers by which profiles of GPU instances are asked for: those with graphics, the count. */
enum {
    NVML_PROFILE_1_SLICE_GFX = 10,
    NVML_PROFILE_2_SLICE_GFX = 11,
    NVML_PROFILE_4_SLICE_GFX = 12,
    NVML_PROFILE_3_SLICE_GFX = 17,
    NVML_PROFILES = 18,
};

struct nvml_addressing_mode {
    uint32_t version; /* NVML_ADDRESSING_MODE_V1 */
    uint32_t value;
};
_Static_assert(sizeof(struct nvml_addressing_mode) == 8, "nvmlDeviceAddressingMode_v1_t");

/* The size of a versioned struct, and above it the number of its version. */
#define NVML_ADDRESSING_MODE_V1  ((uint32_t)sizeof(struct nvml_addressing_mode) | 1U << 24)
#define NVML_ADDRESSING_MODE_ATS 2
_Static_assert(NVML_ADDRESSING_MODE_V1 == 0x01000008, "nvmlDeviceAddressingMode_v1");

/* What is called; NULL where the library has no such function. */
struct nvml_functions {
    int (*init)(void);
    int (*shutdown)(void);
    const char *(*error_string)(int code);
    int (*driver_version)(char *text, unsigned size);
    int (*cuda_version)(int *version);
    int (*count)(unsigned *n);
    int (*handle)(unsigned index, nvml_device *device);
    int (*name)(nvml_device device, char *text, unsigned size);
    int (*uuid)(nvml_device device, char *text, unsigned size);
    int (*minor)(nvml_device device, unsigned *minor);
    int (*pci_info)(nvml_device device, struct nvml_pci_info *info);
    int (*pci_info_legacy)(nvml_device device, struct nvml_pci_info *info);
    int (*addressing_mode)(nvml_device device, struct nvml_addressing_mode *mode);
    int (*mig_mode)(nvml_device device, unsigned *current, unsigned *pending);
    int (*max_migs)(nvml_device device, unsigned *n);
    int (*mig_handle)(nvml_device device, unsigned index, nvml_device *mig);
    int (*gpu_instance_id)(nvml_device mig, unsigned *id);
    int (*compute_instance_id)(nvml_device mig, unsigned *id);
    int (*gpu_instance)(nvml_device device, unsigned id, nvml_gpu_instance *instance);
    int (*gpu_instance_info)(nvml_gpu_instance instance, struct nvml_gpu_instance_info *info);
    int (*gpu_instance_profile)(nvml_device device, unsigned profile,
                                struct nvml_gpu_instance_profile *info);
};

#endif
