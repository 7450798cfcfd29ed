/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of the commands that generate documents. */
#ifndef CDIKIT_CMD_GENERATE_OPTIONS_H
#define CDIKIT_CMD_GENERATE_OPTIONS_H

#include "cmd/command.h"
#include "cmd/lower.h"
#include "generate/generate.h"

struct generate_command_options {
    int mode, format;
    const char *output, *root, *driver_root, *dev_root, *vendor, *class_;
    const char *hook_path, *ldconfig_path, *csv_compat_root;
    struct option_list naming, device_ids, disabled_hooks, enabled_hooks, features;
    struct option_list library_paths, config_paths, csv_files, csv_ignore;
    struct lower_options lower;
    bool no_all, single_hook, strict, explain, check;
};

/* Those that all of these commands have. */
extern const struct option generate_command_table[];

/* True if there is a file to write, not only standard output. */
bool generate_has_file(const struct generate_command_options *options);

/*
 * What the command line, the environment and the container runtime's configuration ask for. The
 * strings live as long as the call. Names that upstream's tool passes over silently are warned
 * about. Errors: USAGE, NOMEM.
 */
int generate_set_options(const struct call *call, struct generate_options *out,
                         struct cdi_error *err) CDI_MUST_CHECK;

/*
 * What `cdikit refresh` generates when it is given no option but --root, and no environment.
 * Errors: as generate_set_options().
 */
int generate_plain_options(const struct call *call, const char *root, struct generate_options *out,
                           struct cdi_error *err) CDI_MUST_CHECK;

#endif
