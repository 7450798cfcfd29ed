/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of an OCI runtime, as far as a wrapper has to understand it.
 *
 * A wrapper must edit the config.json that the low-level runtime is going to read, so it reads
 * the words as that one does: global options up to the first word that is none, which is the
 * command; then, for `create`, its options. Only what stands in its place counts: not a container
 * that is called "create", nor an option of a program that is executed.
 *
 * runc (urfave/cli, Go's flag package): -name and --name are the same; a value stands behind '='
 * or in the next word, whatever that looks like; a switch is turned off by "=false"; options of
 * create may follow the container's id. crun (argp, getopt_long): --name can be abbreviated;
 * letters stand behind one dash together, the last with its value attached or in the next word;
 * options end at the container's id.
 *
 * A --name that is not known, or only to the other runtime, may be one of a newer runtime. An
 * unknown one takes the next word for its value if that is neither an option nor the name of a
 * command.
 */
#ifndef CDIKIT_RUNTIME_ARGS_H
#define CDIKIT_RUNTIME_ARGS_H

#include <stdbool.h>

#include "base/log.h"

enum args_grammar {
    ARGS_RUNC,
    ARGS_CRUN,
};

struct args {
    const char *command;        /* NULL if there is none */
    const char *bundle;         /* --bundle of create; NULL if not given */
    const char *config;         /* crun's create --config; NULL if not given */
    const char *log;            /* --log; NULL if not given */
    enum log_format log_format; /* --log-format: JSON only for exactly "json" */
    bool debug;                 /* --debug */
    bool version;               /* --version, -v or -V as a global option */
    bool nothing; /* nothing will be created: help is asked for, or the words are wrong */
};

/* The grammar of a low-level runtime: crun's if its file is called so, else runc's. */
enum args_grammar args_grammar_of(const char *runtime) CDI_PURE;

/* Reads argv; argv[0] is not looked at. Strings are argv's. */
struct args args_parse(int argc, char *const *argv, enum args_grammar grammar);

/* True if the container's config.json is about to be used for the first time. */
bool args_is_create(const struct args *args) CDI_PURE;

#endif
