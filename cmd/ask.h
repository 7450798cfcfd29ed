/* SPDX-License-Identifier: Apache-2.0 */
/* What a container's configuration asks for, as the runtime wrapper understands it. */
#ifndef CDIKIT_CMD_ASK_H
#define CDIKIT_CMD_ASK_H

#include "apply/request.h"
#include "cmd/command.h"
#include "cmd/common.h"
#include "runtime/config.h"

struct ask_options {
    int mode;           /* 1 + enum request_mode */
    const char *config; /* a config.toml */
};

/* The choices of --mode. */
extern const char *const ask_modes[];

#define ASK_OPTIONS(options, member)                                                             \
    {.name = "mode",                                                                             \
     .type = OPTION_CHOICE,                                                                      \
     .offset = offsetof(options, member.mode),                                                   \
     .value = "MODE",                                                                            \
     .choices = ask_modes,                                                                       \
     .help =                                                                                     \
         "understand the request as the runtime wrapper does in this mode, in place of cdi or "  \
         "the one of --runtime-config"},                                                         \
    {                                                                                            \
        .name = "runtime-config", .type = OPTION_STRING,                                         \
        .offset = offsetof(options, member.config), .value = "FILE",                             \
        .help = "understand the request as the runtime wrapper does with this config.toml, and " \
                "use its spec dirs"                                                              \
    }

/*
 * Reads the request; the strings are the call's, the document's and the configuration's. Without
 * --runtime-config, *config has the defaults, but that the mode is cdi. Without --spec-dir *where
 * gets the configured spec dirs.
 */
int ask(const struct call *call, const struct ask_options *o, struct cdi_oci *oci,
        struct spec_dirs *where, struct config *config, struct request *out,
        struct cdi_error *err) CDI_MUST_CHECK;

/* Says what of the request does not count, and with `all` how it was understood. */
void ask_tell(const struct call *call, const struct request *request, bool all);

/*
 * What the wrapper does in the mode of the request beside injecting the registry's devices, a
 * sentence, or NULL if it does nothing else.
 */
int ask_beyond(const struct call *call, const struct request *request, const struct config *config,
               const char **out, struct cdi_error *err) CDI_MUST_CHECK;

/* The devices that are the registry's, in the call's arena. */
int ask_registered(const struct call *call, const struct request *request,
                   struct request_strings *out, struct cdi_error *err) CDI_MUST_CHECK;

#endif
