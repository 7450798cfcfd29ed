/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a machine to CDI documents.
 *
 * generate() probes a machine (/proc, /sys, /dev, the driver's files and, where that is wanted,
 * the driver's own management library), and builds the documents that describe its devices. What
 * a device's failure to be described costs is that device alone, unless it was asked for by its
 * id: the report says which were left out and why.
 */
#ifndef CDIKIT_GENERATE_GENERATE_H
#define CDIKIT_GENERATE_GENERATE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/spec.h>

#include "generate/driver/driver.h"
#include "generate/machine/account.h"

struct sources;

/* What is described, and where the facts come from. */
enum generate_mode {
    GENERATE_MODE_AUTO,       /* wsl, csv, nvml or pci, as the machine is */
    GENERATE_MODE_NVML,       /* GPUs and MIG devices, by the driver's management library */
    GENERATE_MODE_PCI,        /* the same by the PCI bus and /proc; no vendor library is loaded */
    GENERATE_MODE_CSV,        /* Tegra: what the CSV files of the system list */
    GENERATE_MODE_WSL,        /* the GPUs that Windows lends to WSL */
    GENERATE_MODE_MANAGEMENT, /* all of the driver's nodes, for who manages GPUs */
    GENERATE_MODE_IMEX,       /* IMEX channels */
    GENERATE_MODE_GDS,        /* GPUDirect Storage */
    GENERATE_MODE_MOFED,      /* InfiniBand */
    GENERATE_MODE_GDRCOPY,
    GENERATE_MODE_NVSWITCH,
    GENERATE_MODE_GRAPHICS,    /* beside nvidia-container-cli: DRM devices, files for graphics */
    GENERATE_MODE_CUDA_COMPAT, /* beside nvidia-container-cli: the enable-cuda-compat hook */
    GENERATE_N_MODES,
};

/* How devices are named; each strategy in the list gives every device one name. */
enum generate_naming {
    GENERATE_NAME_INDEX,      /* "0", MIG "0:1": the place in the order of NVML */
    GENERATE_NAME_UUID,       /* "GPU-f1f6f5a9-...", "MIG-..." */
    GENERATE_NAME_TYPE_INDEX, /* "gpu0", "mig0:1" */
    GENERATE_NAME_PCI,        /* "0000:3b:00.0", MIG "0000:3b:00.0-gi1-ci0" */
};

/* A list of strings that the caller owns. */
struct generate_strings {
    const char *const *items;
    size_t n;
};

/* What can be turned on and off by name; the names are those of nvidia-ctk's --feature-flag. */
enum generate_feature {
    GENERATE_EXPLICIT_LIBRARIES, /* "enable-explicit-driver-libraries": libGL.so and such, too */
    GENERATE_COHERENCE,          /* "enable-coherent-annotations": documents by coherence, too */
    GENERATE_COMPAT32,           /* "enable-compat32-libraries": libraries of 32-bit programs */
    GENERATE_NO_SANDBOXUTILS,    /* "disable-nvsandboxutils": do not ask that library */
    GENERATE_NO_MIXED_CSV,       /* "disable-multiple-csv-devices": only the integrated GPU */
    GENERATE_NO_GIDS,            /* "no-additional-gids-for-device-nodes" */
    GENERATE_NO_IPC,             /* "disable-ipc-discoverer": no sockets of the driver's services */
    GENERATE_SINGLE_HOOK,        /* "single-hook": see single_hook.h; cdikit's own */
    GENERATE_N_FEATURES,
};

/* Reads the name of a feature, in *out. False if there is none of that name. */
bool generate_feature_parse(const char *name, enum generate_feature *out);

/*
 * What to generate. All strings belong to the caller and must live until generate() returns.
 * Zeroed fields mean the default; nothing is taken from the environment.
 */
struct generate_options {
    enum generate_mode mode;
    const char *root;        /* directory that stands for "/"; NULL: the host. Beneath another
                                one than the host's no library is ever loaded */
    const char *driver_root; /* inside root: where the driver is installed; NULL: "/" */
    const char *dev_root;    /* inside root: whose /dev is used; NULL: the driver root */
    const char *vendor;      /* NULL: "nvidia.com" */
    const char *class_;      /* NULL: "gpu" */

    const enum generate_naming *naming; /* n_naming == 0: index, uuid */
    size_t n_naming;
    struct generate_strings device_ids; /* n == 0 or "all" in it: every device; else indices,
                                           UUIDs and PCI addresses; "none": the empty device */
    bool no_all;                        /* no merged device "all" */
    bool features[GENERATE_N_FEATURES];
    bool explain;            /* fill the report's `account` and `driver` */
    struct sources *sources; /* told of all that is looked at, see sources.h; NULL: nobody is */

    const char *hook_path;     /* NULL: the vendor's where found beneath root, see hooks.h */
    const char *ldconfig_path; /* passed on to the update-ldcache hook; NULL: not passed */
    struct generate_strings disabled_hooks; /* names, or "all" */
    struct generate_strings enabled_hooks;  /* wins over disabled_hooks */

    const char *search_path; /* $PATH: searched before the usual directories; NULL: not */
    const char *data_dirs;   /* $XDG_DATA_DIRS; NULL: /usr/local/share:/usr/share */
    struct generate_strings library_paths; /* directories joined with ':'; n == 0: the usual */
    struct generate_strings config_paths;  /* the same for configuration files */

    struct generate_strings csv_files;  /* beneath root; n == 0: those of Tegra systems */
    struct generate_strings csv_ignore; /* patterns of symlinks that are left out */
    const char *csv_compat_root;        /* NULL: /usr/local/cuda/compat_orin */
};

/* Reads a naming strategy: "index", "uuid", "type-index" or "pci". False if it is none. */
bool generate_naming_parse(const char *text, enum generate_naming *out);

/*
 * True if documents of this mode may have a hook of that name; else *nearest is the name that
 * may have been meant, or NULL.
 */
bool generate_hook_known(enum generate_mode mode, const char *name, const char **nearest);

/* Something the report tells of. */
struct generate_note {
    const char *subject; /* "GPU 3 (0000:3b:00.0)", "/dev/nvidia-modeset" */
    const char *text;    /* "/dev/nvidia3 does not exist" */
};

/* What happened, beside the documents. */
struct generate_report {
    enum generate_mode mode;        /* that of the document: auto's choice */
    const char *fallback;           /* why that is not what the machine should have; or NULL */
    struct generate_note *left_out; /* devices that should be in the document and are not */
    size_t n_left_out;
    struct generate_note *unnamed; /* devices that lack one of their names */
    size_t n_unnamed;
    struct generate_note *warnings; /* of what was asked for and is of no use */
    size_t n_warnings;
    struct generate_note *notes; /* worth knowing; nothing asked for is missing */
    size_t n_notes;
    const char *missing_hook; /* the program of the documents' hooks, if it is not there */
    const char *summary;      /* one line: "2 GPUs, driver 580.65.06, ..." */
    struct account account;   /* with options.explain: what was looked for and found */
    struct driver driver;     /* the same, of the driver's files */
    struct arena *arena;
};

#define GENERATE_REPORT_INIT \
    {                        \
        .arena = NULL        \
    }

void generate_report_clear(struct generate_report *report);

/* A document, and what its file's name has before the ending: "", ".coherent", ... */
struct generate_document {
    struct cdi_spec *spec;
    const char *suffix;
};

#define GENERATE_MAX_DOCUMENTS 3

/* What the suffixes can be. */
extern const char *const generate_suffixes[GENERATE_MAX_DOCUMENTS];

struct generate_documents {
    struct generate_document items[GENERATE_MAX_DOCUMENTS];
    size_t n;
};

void generate_documents_clear(struct generate_documents *documents);

/*
 * Generates the documents, in *out (ended by generate_documents_clear()), each with the lowest
 * version that holds it: one, and with GENERATE_COHERENCE up to two more, of the GPUs whose
 * memory is coherent and of those whose is not. *report starts as GENERATE_REPORT_INIT and is
 * filled in any case, also on failure, with what is known by then; end with
 * generate_report_clear(). The documents are not validated.
 *
 * Errors: NOTFOUND (no driver, no device of the mode, no driver libraries, or none that fit the
 * loaded driver; an id that is no device of this machine; none of the devices, or not each of
 * those asked for by id, can be described and named), USAGE (an id that is no id, a mode that is
 * none or cannot be with this root, a hook program that is neither an absolute path nor a name),
 * UNSUPPORTED (a sysfs that libpci cannot read; a driver library that does not answer), IO, NOMEM.
 */
int generate(const struct generate_options *options, struct generate_documents *out,
             struct generate_report *report, struct cdi_error *err) CDI_MUST_CHECK;

#endif
