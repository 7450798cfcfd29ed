/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of config.toml: what each holds, where struct config has it, what it is without one. */
#ifndef CDIKIT_RUNTIME_CONFIG_KEYS_H
#define CDIKIT_RUNTIME_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/config.h"

enum config_type {
    CONFIG_TABLE,
    CONFIG_BOOL,
    CONFIG_FEATURE, /* a bool that can be unset, which is false */
    CONFIG_STRING,
    CONFIG_LIST,     /* of strings */
    CONFIG_OBSOLETE, /* of older toolkits: ignored */
};

/* How a key stands in the document that holds all defaults. */
enum config_standing {
    CONFIG_SET,
    CONFIG_COMMENTED, /* "#key = value", with the value that is shown, else the default */
    CONFIG_ABSENT,
};

struct config_key {
    const char *name; /* with its tables: "nvidia-container-runtime.modes.cdi.spec-dirs" */
    enum config_type type;
    enum config_standing standing;
    size_t offset; /* in struct config; none for a table and an obsolete key */
    union {
        bool boolean;
        const char *string;
        struct config_list list;
    } value;           /* the default */
    const char *shown; /* of a commented string */
};

/* All keys, in the order of that document; a table is in front of its keys. */
extern const struct config_key config_keys[];
extern const size_t config_n_keys;

#define CONFIG_NAME_SIZE 96 /* a name fits this */

/* The key, or table, of this name; NULL if there is none. */
const struct config_key *config_key_find(const char *name) CDI_PURE;

#endif
