/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a machine to a CDI document.
 *
 * generate_spec() probes a machine (/proc, /sys, /dev and the driver's files, all beneath one
 * root directory), and builds the document that describes its GPUs. What a GPU's failure to be
 * described costs is that GPU alone, unless it was asked for by its id: the report says which
 * were left out and why.
 */
#ifndef CDIKIT_GENERATE_GENERATE_H
#define CDIKIT_GENERATE_GENERATE_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/spec.h>

/* Where the facts come from. */
enum generate_mode {
    GENERATE_MODE_PCI, /* libpci and /proc/driver/nvidia; no vendor library is loaded */
};

/* How devices are named; each strategy in the list gives every GPU one name. */
enum generate_naming {
    GENERATE_NAME_INDEX,      /* "0": the place in the order of PCI addresses, as in NVML */
    GENERATE_NAME_UUID,       /* "GPU-f1f6f5a9-..." */
    GENERATE_NAME_TYPE_INDEX, /* "gpu0" */
    GENERATE_NAME_PCI,        /* "0000:3b:00.0" */
};

/* A list of strings that the caller owns. */
struct generate_strings {
    const char *const *items;
    size_t n;
};

/*
 * What to generate. All strings belong to the caller and must live until generate_spec()
 * returns. Zeroed fields mean the default; nothing is taken from the environment.
 */
struct generate_options {
    enum generate_mode mode;
    const char *root;        /* directory that stands for "/"; NULL: the host */
    const char *driver_root; /* inside root: where the driver is installed; NULL: "/" */
    const char *dev_root;    /* inside root: whose /dev is used; NULL: the driver root */
    const char *vendor;      /* NULL: the mode's own, "nvidia.com" */
    const char *class_;      /* NULL: the mode's own, "gpu" */

    const enum generate_naming *naming; /* n_naming == 0: index, uuid */
    size_t n_naming;
    struct generate_strings device_ids; /* n == 0 or "all" in it: every GPU; else indices,
                                           UUIDs and PCI addresses; "none": the empty device */
    bool no_all;                        /* no merged device "all" */

    const char *hook_path;     /* NULL: the vendor's where found beneath root, see hooks.h */
    const char *ldconfig_path; /* passed on to the update-ldcache hook; NULL: not passed */
    struct generate_strings disabled_hooks; /* names, or "all" */
    struct generate_strings enabled_hooks;  /* wins over disabled_hooks */

    const char *search_path; /* $PATH: searched before the usual directories; NULL: not */
    const char *data_dirs;   /* $XDG_DATA_DIRS; NULL: /usr/local/share:/usr/share */
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

/* What happened, beside the document. */
struct generate_report {
    struct generate_note *left_out; /* GPUs that should be in the document and are not */
    size_t n_left_out;
    struct generate_note *unnamed; /* GPUs that lack one of their names */
    size_t n_unnamed;
    struct generate_note *notes; /* worth knowing; nothing asked for is missing */
    size_t n_notes;
    const char *missing_hook; /* the program of the document's hooks, if it is not there */
    const char *summary;      /* one line: "2 GPUs, driver 580.65.06, ..." */
    struct arena *arena;
};

#define GENERATE_REPORT_INIT                        \
    {                                               \
        NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL \
    }

void generate_report_clear(struct generate_report *report);

/*
 * Generates the document, in *out (freed with cdi_spec_free()), its version the lowest that
 * holds it. *report starts as GENERATE_REPORT_INIT and is filled in any case, also on failure,
 * with what is known by then; end with generate_report_clear(). The document is not validated.
 *
 * Errors: NOTFOUND (no driver loaded, no GPU, no driver libraries, or none that fit the loaded
 * driver; an id that is no GPU of this machine; none of the GPUs, or not each of those asked for
 * by id, can be described and named), USAGE (an id that is no id, a mode that is none, a hook
 * program that is neither an absolute path nor a name), UNSUPPORTED (a sysfs that libpci cannot
 * read), IO, NOMEM.
 */
int generate_spec(const struct generate_options *options, struct cdi_spec **out,
                  struct generate_report *report, struct cdi_error *err) CDI_MUST_CHECK;

#endif
