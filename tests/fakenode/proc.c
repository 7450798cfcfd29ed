/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/driver and /proc/devices as NVIDIA's kernel modules write them. */
#include "tests/fakenode/build.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define NVIDIA "/proc/driver/nvidia"

static void put_version(const struct tree *t, const struct machine *m)
{
    tree_printf(t, NVIDIA "/version", 0444,
                "NVRM version: NVIDIA UNIX %s  %s  Release Build  (dvs-builder@U16)  "
                "Tue Jan  1 00:00:00 UTC 2025\n"
                "GCC version:  gcc version 12.3.0 (Ubuntu 12.3.0-1ubuntu1~22.04)\n",
                m->open_modules ? "Open Kernel Module for x86_64" : "x86_64 Kernel Module",
                m->driver_version);
}

static void put_params(const struct tree *t, const struct machine *m)
{
    tree_printf(t, NVIDIA "/params", 0444,
                "ResmanDebugLevel: 4294967295\nRmLogonRC: 1\nModifyDeviceFiles: %u\n"
                "DeviceFileUID: 0\nDeviceFileGID: 0\nDeviceFileMode: 438\n"
                "InitializeSystemMemoryAllocations: 1\nUsePageAttributeTable: 4294967295\n"
                "EnableMSI: 1\nEnablePCIeGen3: 0\nMemoryPoolSize: 0\nEnableStreamMemOPs: 0\n"
                "EnableUserNUMAManagement: 1\nNvLinkDisable: 0\nEnableS0ixPowerManagement: 0\n"
                "PreserveVideoMemoryAllocations: 0\nEnableResizableBar: 0\n"
                "EnableGpuFirmware: 18\nGpuBlacklist: \"\"\nExcludedGpus: \"\"\n"
                "RegistryDwords: \"\"\nRegistryDwordsPerDevice: \"\"\nRmMsg: \"\"\n"
                "TemporaryFilePath: \"\"\n",
                m->modify_device_files);
}

static void put_gpu(const struct tree *t, const struct machine *m, const struct gpu *gpu)
{
    tree_printf(t, tree_path(NVIDIA "/gpus/%s/information", gpu->bdf).text, 0444,
                "Model: \t\t %s\nIRQ:   \t\t %u\nGPU UUID: \t %s\n"
                "Video BIOS: \t 92.00.45.00.06\nBus Type: \t PCIe\nDMA Size: \t 47 bits\n"
                "DMA Mask: \t 0x7fffffffffff\nBus Location: \t %s\nDevice Minor: \t %u\n"
                "GPU Firmware: \t %s\nGPU Excluded:\t No\n",
                gpu->name, gpu->irq, gpu->uuid, gpu->bdf, gpu->minor,
                m->open_modules ? m->driver_version : "N/A");
    tree_printf(t, tree_path(NVIDIA "/gpus/%s/registry", gpu->bdf).text, 0644, "Binary: \"\"\n");
    tree_printf(t, tree_path(NVIDIA "/gpus/%s/power", gpu->bdf).text, 0444,
                "Runtime D3 status:          Disabled by default\n"
                "Video Memory:               Active\n");
}

static void put_capability(const struct tree *t, const char *path, unsigned minor, mode_t mode)
{
    tree_printf(t, path, mode, "DeviceFileMinor: %u\nDeviceFileMode: %u\nDeviceFileModify: 1\n",
                minor, (unsigned)mode);
}

static void put_capabilities(const struct tree *t, const struct machine *m)
{
    put_capability(t, NVIDIA "/capabilities/mig/config", 1, 0400);
    put_capability(t, NVIDIA "/capabilities/mig/monitor", 2, 0444);
    for (size_t i = 0; i < m->n_migs; i++) {
        const struct mig_device *mig = &m->migs[i];
        unsigned gpu = mig->gpu->minor;
        struct tree_path gi = tree_path(NVIDIA "/capabilities/gpu%u/mig/gi%u", gpu, mig->gi);

        put_capability(t, tree_path("%s/access", gi.text).text, mig_gi_minor(gpu, mig->gi), 0444);
        put_capability(t, tree_path("%s/ci%u/access", gi.text, mig->ci).text,
                       mig_ci_minor(gpu, mig->gi, mig->ci), 0444);
    }
}

/* The driver lists the minors of all instances that could ever be, 4322 lines. */
static void put_mig_minors(const struct tree *t)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        err(FAKENODE_FAILED, "cannot write mig-minors");
    fputs("config 1\nmonitor 2\n", out);
    for (unsigned gpu = 0; gpu < MIG_MAX_GPUS; gpu++) {
        for (unsigned gi = 0; gi < MIG_MAX_GIS; gi++) {
            fprintf(out, "gpu%u/gi%u/access %u\n", gpu, gi, mig_gi_minor(gpu, gi));
            for (unsigned ci = 0; ci < MIG_MAX_CIS; ci++)
                fprintf(out, "gpu%u/gi%u/ci%u/access %u\n", gpu, gi, ci, mig_ci_minor(gpu, gi, ci));
        }
    }
    if (fclose(out) != 0)
        err(FAKENODE_FAILED, "cannot write mig-minors");
    tree_file(t, "/proc/driver/nvidia-caps/mig-minors", 0444, text, size);
    free(text);
}

void build_proc_driver(const struct tree *t, const struct machine *m)
{
    if (!m->loaded)
        return;
    put_version(t, m);
    put_params(t, m);
    tree_printf(t, NVIDIA "/registry", 0644, "Binary: \"\"\n");
    tree_printf(t, NVIDIA "/suspend", 0644, "%s", "");
    for (size_t i = 0; i < m->n_gpus; i++) {
        if (m->gpus[i].has_proc)
            put_gpu(t, m, &m->gpus[i]);
    }
    if (m->mig_capable) {
        put_capabilities(t, m);
        put_mig_minors(t);
    }
}

void build_proc_devices(const struct tree *t, const struct machine *m, const char *path)
{
    static const struct {
        const char *name;
        unsigned major;
        bool of_driver; /* there when the kernel driver is loaded */
    } devices[] = {
        {"mem", 1, false},
        {"tty", 4, false},
        {"/dev/tty", 5, false},
        {"misc", 10, false},
        {"input", 13, false},
        {"ptm", 128, false},
        {"pts", 136, false},
        {"nvidia", MAJOR_NVIDIA, true},
        {"nvidiactl", MAJOR_NVIDIA, true},
        {"nvidia-modeset", MAJOR_NVIDIA, true},
        {"drm", MAJOR_DRM, false},
        {"nvidia-caps", MAJOR_NVIDIA_CAPS, true},
        {"nvidia-uvm", MAJOR_NVIDIA_UVM, true},
    };
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        err(FAKENODE_FAILED, "cannot write %s", path);
    fputs("Character devices:\n", out);
    for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
        if (m->loaded || !devices[i].of_driver)
            fprintf(out, "%3u %s\n", devices[i].major, devices[i].name);
    }
    for (const struct record *r = desc_next(&m->desc, "chardev", NULL); r;
         r = desc_next(&m->desc, "chardev", r))
        fprintf(out, "%3u %s\n", record_number(r, "major", 0), record_text(r, "name", ""));
    fputs("\nBlock devices:\n  7 loop\n  8 sd\n259 blkext\n", out);
    if (fclose(out) != 0)
        err(FAKENODE_FAILED, "cannot write %s", path);
    tree_file(t, path, 0444, text, size);
    free(text);
}
