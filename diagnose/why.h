/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a device name does not lead to a device in a container: a function of facts that were
 * collected before (why_collect.h). docs/why.md lists the causes.
 */
#ifndef CDIKIT_DIAGNOSE_WHY_H
#define CDIKIT_DIAGNOSE_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cdikit/registry.h>
#include <cdikit/validate.h>

#include "diagnose/engine_config.h"

struct arena;

/* ---- Facts ---- */

/* A spec dir that is looked into. */
struct why_dir {
    const char *path;
    struct engine_place place; /* that names it; without a file if that is the default */
    int os_errno;              /* why it cannot be read, ENOENT among the reasons; 0: it can */
};

/* Why a file does not count. */
enum why_file_state {
    WHY_FILE_REFUSED,    /* it breaks a rule */
    WHY_FILE_UNREADABLE, /* os_errno says why */
    WHY_FILE_EXTENSION,  /* readers take .json and .yaml alone */
    WHY_FILE_SUBDIR,     /* readers do not descend */
};

/* A file in a spec dir, or below it, that defines nothing. */
struct why_file {
    const char *path;
    enum why_file_state state;
    size_t priority;                   /* of its spec dir */
    const struct cdi_spec *spec;       /* what it would define; NULL if that cannot be told */
    const char *text;                  /* of one without a spec that could be read; or NULL */
    int os_errno;                      /* of one that is unreadable */
    const char *message;               /* what is wrong with it; NULL: nothing that is known */
    const struct cdi_finding *finding; /* the first rule that it breaks; NULL if it is no rule */
};

/* A GPU of the node, as NVIDIA's driver tells of it. */
struct why_gpu {
    const char *uuid; /* NULL if unknown */
    int64_t minor;    /* -1 if unknown */
};

/* Devices in the order of cdi_registry_devices(). */
struct why_devices {
    const struct cdi_registry_device *items;
    size_t n;
};

struct why_facts {
    const char *user; /* who has looked: "alice (uid 1000)" */
    const struct why_dir *dirs;
    size_t n_dirs;
    struct why_devices devices;   /* of the files in these dirs that count */
    struct why_devices elsewhere; /* of dirs that are not looked into, but could be */
    const struct why_file *files;
    size_t n_files;
    const struct why_gpu *gpus; /* by PCI address, as the driver numbers them */
    size_t n_gpus;
    const struct engine_config *engine; /* NULL: no engine was named */
};

/* ---- Answers ---- */

/* The causes, the decisive ones first. */
enum why_id {
    WHY_ENGINE_CONFIG_BROKEN,
    WHY_ENGINE_WITHOUT_CDI,
    WHY_CDI_SWITCHED_OFF,
    WHY_NAME_NOT_QUALIFIED,
    WHY_DEVICE_CONFLICT,
    WHY_DEVICE_WITHOUT_EDITS,
    WHY_FILE_REJECTED,
    WHY_FILE_NOT_READABLE,
    WHY_FILE_NAME_IGNORED,
    WHY_FILE_TOO_DEEP,
    WHY_DIR_NOT_READ,
    WHY_NO_SPEC_DIR,
    WHY_DIR_NOT_READABLE,
    WHY_KIND_UNKNOWN,
    WHY_DEVICE_UNKNOWN,
    WHY_ENGINE_TOO_OLD,
    WHY_HOST,
    WHY_ENGINE_DROPS,
    WHY_DEVICE_SHADOWED,
    WHY_ENGINE_VERSION_MATTERS,
    N_WHY_IDS,
};

/* What is said of a cause anywhere: its id never changes once released. */
struct why_text {
    const char *id;
    const char *summary;
};

extern const struct why_text why_texts[N_WHY_IDS];

struct why_cause {
    enum why_id id;
    bool note;           /* worth knowing, but not what keeps the device from the container */
    const char *rule;    /* that a document breaks, of cdi_rules(); or NULL */
    const char *message; /* a sentence */
    const struct engine_place *places; /* the evidence */
    size_t n_places;
    const char *repair; /* what to do; NULL if there is nothing to do */
};

struct why_answer {
    const char *name;
    bool usable;                              /* there is no cause but notes */
    const struct cdi_registry_device *device; /* the definition that counts, or NULL */
    struct engine_place place;                /* of it */
    const struct why_cause *causes;
    size_t n_causes;
};

/* The definition of a name that counts; NULL if there is none. */
const struct cdi_registry_device *why_device(const struct why_facts *facts, const char *name);

/* What checks of the definition that counts have found; NULL where nobody looked. */
struct why_checks {
    const struct cdi_findings *live;   /* of live_check(), for the device */
    const struct cdi_findings *target; /* of target_check(), for its document and the engine */
};

/*
 * Answers for one name. What is reached from *out belongs to the arena and to the facts. Fails
 * without memory alone.
 */
int why_decide(const struct why_facts *facts, const char *name, const struct why_checks *checks,
               struct arena *arena, struct why_answer *out, struct cdi_error *err) CDI_MUST_CHECK;

/* What a container gets with a device, in one line: "2 device nodes (/dev/a, /dev/b), 1 mount". */
const char *why_effect(const struct cdi_registry_device *device, struct arena *arena);

#endif
