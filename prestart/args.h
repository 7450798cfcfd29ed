/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of nvidia-container-runtime-hook, whose grammar is that of Go's flag package:
 * one dash or two, "-name=value" or "-name value", options end at the first word that is none.
 */
#ifndef CDIKIT_PRESTART_ARGS_H
#define CDIKIT_PRESTART_ARGS_H

#include <stdbool.h>

#include <cdikit/error.h>

struct prestart_args {
    const char *config;  /* -config; NULL if not given */
    bool debug;          /* -debug */
    bool version;        /* -version */
    bool help;           /* -h, -help */
    const char *command; /* the first word behind the options, or NULL */
};

/* Reads what follows argv[0]. Strings are argv's. A wrong option is CDI_ERR_USAGE. */
int prestart_args_parse(int argc, char *const *argv, struct prestart_args *args,
                        struct cdi_error *err) CDI_MUST_CHECK;

#endif
