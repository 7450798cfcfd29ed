/* SPDX-License-Identifier: Apache-2.0 */
/* The machine description as the stub libraries see it, chosen failures, and the call log. */
#include "tests/fakenode/stubs/model.h"

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTION_PATH "/run/fakenode/machine"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A chosen failure: of the record `fail`, or of FAKENODE_FAIL. */
struct failure {
    char function[64];
    int code;
    int gpu;  /* negative: of any */
    int left; /* negative: without end */
};

static struct model model;
static bool model_is_read;
static struct failure *failures;
static size_t n_failures;
static unsigned init_delay_ms, call_delay_us;
static int log_fd = -1;

static size_t count(const char *keyword)
{
    size_t n = 0;

    for (const struct record *r = desc_next(&model.desc, keyword, NULL); r;
         r = desc_next(&model.desc, keyword, r))
        n++;
    return n;
}

static void *array_of(size_t n, size_t size)
{
    void *array = calloc(n ? n : 1, size);

    if (!array)
        err(FAKENODE_FAILED, "cannot keep the machine description");
    return array;
}

static void read_gpu(const struct record *r)
{
    struct stub_gpu *gpu = &model.gpus[model.n_gpus];
    const char *pci = record_text(r, "pci", "");
    const char *mig = record_text(r, "mig", "unsupported");

    *gpu = (struct stub_gpu){
        .kind = STUB_GPU,
        .index = (unsigned)model.n_gpus++,
        .record = r,
        .uuid = record_text(r, "uuid", ""),
        .name = record_text(r, "name", ""),
        .has_pci = strcmp(pci, "unsupported") != 0,
        .mig_capable = strcmp(mig, "unsupported") != 0,
        .mig_on = strcmp(mig, "on") == 0,
    };
    if (gpu->mig_capable)
        gpu->max_migs = record_number(r, "maxmig", 7);
    for (size_t i = 0; gpu->has_pci && i < COUNT(gpu->pci); i++) {
        char *end;

        gpu->pci[i] = (unsigned)strtoul(pci, &end, 16);
        pci = end + (*end != '\0');
    }
}

static void read_mig(struct stub_gpu *gpu, const struct record *r)
{
    struct stub_mig *mig = &model.migs[model.n_migs++];

    *mig = (struct stub_mig){
        .kind = STUB_MIG,
        .gpu = gpu,
        .record = r,
        .uuid = record_text(r, "uuid", ""),
        .index = record_number(r, "index", 0),
        .gi = record_number(r, "gi", 0),
        .ci = record_number(r, "ci", 0),
        .gpu_instance = {STUB_GPU_INSTANCE, mig},
        .compute_instance = {STUB_COMPUTE_INSTANCE, mig},
    };
    gpu->n_migs++;
}

static void read_migs(struct stub_gpu *gpu)
{
    gpu->migs = model.migs + model.n_migs;
    for (const struct record *r = desc_next(&model.desc, "mig", NULL); r;
         r = desc_next(&model.desc, "mig", r)) {
        if (record_number(r, "gpu", 0) == gpu->index)
            read_mig(gpu, r);
    }
}

static void read_profiles(void)
{
    model.profiles = array_of(count("giprofile"), sizeof(*model.profiles));
    for (const struct record *r = desc_next(&model.desc, "giprofile", NULL); r;
         r = desc_next(&model.desc, "giprofile", r))
        model.profiles[model.n_profiles++] = r;
}

static void add_failure(const char *function, size_t length, int code, int gpu, int times)
{
    struct failure *failure = &failures[n_failures++];

    *failure = (struct failure){.code = code, .gpu = gpu, .left = times};
    snprintf(failure->function, sizeof(failure->function), "%.*s", (int)length, function);
}

/* func=code[@gpu][xTIMES],... */
static void read_failures_of_environment(const char *list)
{
    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        size_t length = strcspn(list, "=,");
        int gpu = -1, times = -1;
        char *end;
        long code;

        if (list[length] != '=')
            errx(FAKENODE_FAILED, "FAKENODE_FAIL: expected func=code[@gpu][xTIMES] at '%s'", list);
        code = strtol(list + length + 1, &end, 10);
        if (*end == '@')
            gpu = (int)strtol(end + 1, &end, 10);
        if (*end == 'x')
            times = (int)strtol(end + 1, &end, 10);
        if (end == list + length + 1 || (*end != ',' && *end != '\0'))
            errx(FAKENODE_FAILED, "FAKENODE_FAIL: expected func=code[@gpu][xTIMES] at '%s'", list);
        add_failure(list, length, (int)code, gpu, times);
    }
}

static void read_failures(void)
{
    const char *list = getenv("FAKENODE_FAIL");
    size_t n = count("fail") + 1;

    for (const char *c = list; c && *c; c++)
        n += *c == ',';
    failures = array_of(n, sizeof(*failures));
    if (list)
        read_failures_of_environment(list);
    for (const struct record *r = desc_next(&model.desc, "fail", NULL); r;
         r = desc_next(&model.desc, "fail", r)) {
        const char *function = record_text(r, "func", "");

        add_failure(function, strlen(function), (int)record_number(r, "code", 0),
                    record_text(r, "gpu", NULL) ? (int)record_number(r, "gpu", 0) : -1,
                    record_text(r, "times", NULL) ? (int)record_number(r, "times", 0) : -1);
    }
}

static unsigned number_of_environment(const char *name, unsigned fallback)
{
    const char *text = getenv(name);

    return text && *text ? (unsigned)strtoul(text, NULL, 10) : fallback;
}

static void read_delays(void)
{
    static const struct record none;
    const struct record *r = desc_next(&model.desc, "delay", NULL);

    if (!r)
        r = &none;
    init_delay_ms = number_of_environment("FAKENODE_INIT_DELAY_MS", record_number(r, "init_ms", 0));
    call_delay_us = number_of_environment("FAKENODE_CALL_DELAY_US", record_number(r, "call_us", 0));
}

const struct model *model_get(void)
{
    static const struct record no_system;
    const char *path = getenv("FAKENODE_MACHINE");

    if (model_is_read)
        return &model;
    if (!path || !*path)
        path = DESCRIPTION_PATH;
    if (access(path, R_OK) < 0)
        return NULL;
    desc_read(&model.desc, path);
    model.system = desc_next(&model.desc, "system", NULL);
    if (!model.system)
        model.system = &no_system;
    model.gpus = array_of(count("gpu"), sizeof(*model.gpus));
    model.migs = array_of(count("mig"), sizeof(*model.migs));
    for (const struct record *r = desc_next(&model.desc, "gpu", NULL); r;
         r = desc_next(&model.desc, "gpu", r))
        read_gpu(r);
    for (size_t i = 0; i < model.n_gpus; i++)
        read_migs(&model.gpus[i]);
    read_profiles();
    read_failures();
    read_delays();
    model_is_read = true;
    return &model;
}

/* So that a leak checker does not see what an unloaded library has left. */
__attribute__((destructor)) static void forget(void)
{
    if (log_fd >= 0)
        close(log_fd);
    if (!model_is_read)
        return;
    free(failures);
    free(model.gpus);
    free(model.migs);
    free(model.profiles);
    desc_free(&model.desc);
}

static void write_log(const char *function, int gpu)
{
    const char *path = getenv("FAKENODE_LOG");

    if (!path || !*path)
        return;
    if (log_fd < 0)
        log_fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log_fd < 0)
        err(FAKENODE_FAILED, "FAKENODE_LOG: cannot open %s", path);
    if ((gpu < 0 ? dprintf(log_fd, "%s\n", function) : dprintf(log_fd, "%s %d\n", function, gpu)) <
        0)
        err(FAKENODE_FAILED, "FAKENODE_LOG: cannot write to %s", path);
}

static void wait_us(unsigned long us)
{
    struct timespec rest = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};

    while (us > 0 && nanosleep(&rest, &rest) < 0)
        continue;
}

/* A failure of nvmlInit is one of nvmlInit_v2, too. */
static bool is_of_function(const struct failure *failure, const char *function)
{
    size_t length = strlen(failure->function);

    if (strncmp(failure->function, function, length) != 0)
        return false;
    function += length;
    return *function == '\0' ||
           (strncmp(function, "_v", 2) == 0 && isdigit((unsigned char)function[2]));
}

int model_call(const char *function, int gpu)
{
    write_log(function, gpu);
    if (!model_get())
        return -1;
    wait_us(call_delay_us);
    for (size_t i = 0; i < n_failures; i++) {
        struct failure *failure = &failures[i];

        if (failure->left == 0 || (failure->gpu >= 0 && failure->gpu != gpu) ||
            !is_of_function(failure, function))
            continue;
        failure->left -= failure->left > 0;
        return failure->code;
    }
    return -1;
}

void model_start_delay(void)
{
    wait_us(1000UL * init_delay_ms);
}

void model_find(const char *uuid, struct stub_gpu **gpu, struct stub_mig **mig)
{
    *gpu = NULL;
    *mig = NULL;
    for (size_t i = 0; i < model.n_gpus; i++) {
        if (strcmp(model.gpus[i].uuid, uuid) == 0)
            *gpu = &model.gpus[i];
    }
    for (size_t i = 0; i < model.n_migs; i++) {
        if (strcmp(model.migs[i].uuid, uuid) == 0)
            *mig = &model.migs[i];
    }
}

const struct record *model_profile(const struct stub_gpu *gpu, unsigned profile)
{
    for (size_t i = 0; i < model.n_profiles; i++) {
        const struct record *r = model.profiles[i];
        const char *of = record_text(r, "gpu", "*");

        if (record_number(r, "prof", 0) == profile &&
            (strcmp(of, "*") == 0 || strtoul(of, NULL, 10) == gpu->index))
            return r;
    }
    return NULL;
}

unsigned model_gi_slices(unsigned profile)
{
    /* By NVML_GPU_INSTANCE_PROFILE_*; from 7 on they are variants: media, graphics. */
    static const unsigned char slices[STUB_MAX_PROFILE] = {1, 2, 3, 4, 7, 8, 6, 1, 2,
                                                           1, 1, 2, 4, 1, 2, 1, 2, 3};

    return profile < COUNT(slices) ? slices[profile] : 0;
}

unsigned model_ci_slices(unsigned profile)
{
    /* By NVML_COMPUTE_INSTANCE_PROFILE_*; the last is a variant. */
    static const unsigned char slices[] = {1, 2, 3, 4, 7, 8, 6, 1};

    return profile < COUNT(slices) ? slices[profile] : 0;
}
