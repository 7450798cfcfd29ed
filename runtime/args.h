/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of an OCI runtime, as far as a wrapper has to understand it.
 *
 * It is read by the grammar of runc (Go's flag package) and crun (getopt_long) together: global
 * options up to the first word that is none, which is the command; then, for `create`, its
 * options, also after the container id, up to "--". Only what stands in its place counts: not a
 * container that is called "create", nor an option of a program that is executed.
 *
 * Options are -x, -name and --name; one that takes a value has it behind '=' or in the next
 * word, whatever that looks like; a switch can be turned off by "=false". A short option can
 * have its value attached (-bDIR), and a long one can be abbreviated, as getopt_long has it.
 * An option that is not known takes the next word for its value if that is neither an option nor
 * the name of a command: so --new-option value create ... is still a create.
 */
#ifndef CDIKIT_RUNTIME_ARGS_H
#define CDIKIT_RUNTIME_ARGS_H

#include <stdbool.h>

#include "base/log.h"

struct args {
    const char *command;        /* NULL if there is none */
    const char *bundle;         /* --bundle, of create or before it; NULL if not given */
    const char *config;         /* crun's create --config; NULL if not given */
    const char *root;           /* --root; NULL if not given */
    const char *log;            /* --log; NULL if not given */
    enum log_format log_format; /* --log-format: JSON only for exactly "json" */
    bool debug;                 /* --debug */
    bool version;               /* --version, -v or -V as a global option */
    const char *valueless; /* an option at the end of the words that lacks its value, or NULL */
};

/* Reads argv; argv[0] is not looked at. Strings are argv's. */
struct args args_parse(int argc, char *const *argv);

/* True if the container's config.json is about to be used for the first time. */
bool args_is_create(const struct args *args) CDI_PURE;

#endif
