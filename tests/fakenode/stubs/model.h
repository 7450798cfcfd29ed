/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stub libraries answer from: the machine description, as structs that their handles
 * point to. It is read at the first call and lasts until the library is unloaded.
 */
#ifndef FAKENODE_STUBS_MODEL_H
#define FAKENODE_STUBS_MODEL_H

#include "tests/fakenode/desc.h"

#define STUB_API __attribute__((visibility("default")))

#define STUB_MAX_PROFILE 18 /* profile numbers of GPU instances are below it */

/* What a handle is of; the first member of everything that a handle points to. */
enum stub_kind {
    STUB_GPU = 0x0475,
    STUB_MIG,
    STUB_GPU_INSTANCE,
    STUB_COMPUTE_INSTANCE,
};

struct stub_mig;

struct stub_instance {
    enum stub_kind kind;
    struct stub_mig *mig; /* for a GPU instance: the first MIG device in it */
};

/* A MIG device, with its two instances. */
struct stub_mig {
    enum stub_kind kind;
    struct stub_gpu *gpu;
    const struct record *record;
    const char *uuid;
    unsigned index;
    unsigned gi;
    unsigned ci;
    struct stub_instance gpu_instance;
    struct stub_instance compute_instance;
};

struct stub_gpu {
    enum stub_kind kind;
    unsigned index;
    const struct record *record;
    const char *uuid;
    const char *name;
    bool has_pci;
    unsigned pci[4]; /* domain, bus, device, function */
    bool mig_capable;
    bool mig_on;
    unsigned max_migs;
    struct stub_mig *migs;
    size_t n_migs;
};

struct model {
    struct desc desc;
    const struct record *system;
    struct stub_gpu *gpus;
    size_t n_gpus;
    struct stub_mig *migs; /* of all GPUs, those of one GPU together */
    size_t n_migs;
    const struct record **profiles; /* records `giprofile` */
    size_t n_profiles;
};

/*
 * The machine described by $FAKENODE_MACHINE, else by /run/fakenode/machine; NULL when there is
 * no such file. A wrong description ends the program, as it would have ended fakenode.
 */
const struct model *model_get(void);

/*
 * What each call begins with: a line in the log, the delay that was asked for, and a failure if
 * one was chosen for this function and GPU. `gpu` is negative when the call is about none.
 * Returns the code to fail with, or a negative number.
 */
int model_call(const char *function, int gpu);

/* Waits as long as the start of a library is to take. */
void model_start_delay(void);

/* The GPU's or MIG device's description by UUID; the other pointer is NULL. */
void model_find(const char *uuid, struct stub_gpu **gpu, struct stub_mig **mig);

/* The record `giprofile` of a profile number, or NULL. */
const struct record *model_profile(const struct stub_gpu *gpu, unsigned profile);

/* Slices of a profile number, 0 for one that is not known. */
unsigned model_gi_slices(unsigned profile);
unsigned model_ci_slices(unsigned profile);

#endif
