/* SPDX-License-Identifier: Apache-2.0 */
/* nvidia-ctk config: the NVIDIA Container Toolkit's config.toml. */
#include "cmd/ctk_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/strbuf.h"
#include "base/toml.h"
#include "cmd/common.h"
#include "cmd/ctk.h"
#include "cmd/output.h"
#include "runtime/config.h"

#define MAX_TEXT    (1U << 20)
#define CONFIG_FILE "/nvidia-container-runtime/config.toml"

struct config_options {
    const char *file, *separator, *output;
    struct option_list settings;
    bool in_place;
};

#define AT(member) offsetof(struct config_options, member)

#define OUTPUT_OPTION(options)                                                          \
    {                                                                                   \
        .name = "output", .letter = 'o', .type = OPTION_STRING,                         \
        .offset = offsetof(options, output), .value = "FILE",                           \
        .help = "the file to write, in place of standard output", .flags = OPTION_EMPTY \
    }

static const struct option options[] = {
    {.name = "config-file",
     .letter = 'c',
     .type = OPTION_STRING,
     .offset = AT(file),
     .value = "FILE",
     .help = "the file to read, and with --in-place to write; $NVIDIA_CTK_CONFIG_FILE_PATH unless "
             "given, else $XDG_CONFIG_HOME" CONFIG_FILE ", else /etc" CONFIG_FILE,
     .flags = OPTION_EMPTY,
     .aliases = NAMES("config")},
    {.name = "set",
     .type = OPTION_LIST,
     .offset = AT(settings),
     .value = "KEY[=VALUE]",
     .help = "set a key, such as nvidia-container-runtime.mode=cdi; a switch needs no value; can "
             "be repeated"},
    {.name = "set-list-separator",
     .type = OPTION_STRING,
     .offset = AT(separator),
     .value = "TEXT",
     .help = "what stands between the items of a list in --set; ':' unless given, and if a value "
             "does not have it a comma does"},
    {.name = "in-place",
     .letter = 'i',
     .type = OPTION_SWITCH,
     .offset = AT(in_place),
     .help = "write to the file that was read"},
    OUTPUT_OPTION(struct config_options),
    {.name = NULL},
};

static const char *const usage[] = {"", NULL};

/* The file unless one is named. */
static const char *default_file(struct arena *arena)
{
    const char *file = getenv("NVIDIA_CTK_CONFIG_FILE_PATH");
    const char *home = getenv("XDG_CONFIG_HOME");

    if (file && *file)
        return file;
    return arena_printf(arena, "%s" CONFIG_FILE, home && *home ? home : "/etc");
}

static int default_text(char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *os_release = NULL;
    struct config_machine machine = {.ldconfig_real = access("/sbin/ldconfig.real", F_OK) == 0};
    size_t n;

    if (file_read(AT_FDCWD, "/etc/os-release", MAX_TEXT, &os_release, &n, NULL) == 0)
        machine.suse = config_os_is_suse(os_release);
    config_add_default(&b, &machine);
    *text = strbuf_take(&b, len);
    return *text ? 0 : cdi_error_nomem(err);
}

/* The text of a file, or if there is none the default. */
static int read_text(const char *path, char **text, size_t *len, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct toml *root;
    int r;

    if (!arena)
        return cdi_error_nomem(err);
    if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
        return default_text(text, len, err);
    r = file_read_stream(path, MAX_TEXT, text, len, err);
    return r < 0 ? r : toml_parse(*text, *len, path, arena, &root, err);
}

/* A new file gets the mode that all may read, an old one keeps its own. */
static int write_text(const char *path, const char *text, size_t len, struct cdi_error *err)
{
    bool there = path && access(path, F_OK) == 0;

    return output_file(path, text, len, there ? OUTPUT_SYNC : OUTPUT_SYNC | OUTPUT_PUBLISH, err);
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct config_options *o = call->options;
    const char *path = o->file && *o->file ? o->file : default_file(call->arena);
    const char *output = o->output && *o->output ? o->output : NULL;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = path ? read_text(path, &text, &len, err) : cdi_error_nomem(err);

    for (size_t i = 0; r == 0 && i < o->settings.n; i++)
        r = config_set(&text, &len, path, o->settings.items[i], o->separator ? o->separator : ":",
                       err);
    if (r < 0)
        return r;
    if (o->in_place && output)
        message_warn(call, "--output %s is ignored, for there is --in-place", output);
    return write_text(o->in_place ? path : output, text, len, err);
}

const struct command command_ctk_config = {
    .name = "config",
    .summary = "print or change the configuration of the NVIDIA Container Toolkit",
    .usage = usage,
    .description =
        "Reads config.toml, or takes the default where there is none, sets keys in it, and prints "
        "it or writes it to a file. Comments, order and what is not known stay as they are. If "
        "any key cannot be set nothing is written.\n\n"
        "'config default' prints the default.",
    .options = options,
    .options_size = sizeof(struct config_options),
    .run = run,
};

struct default_options {
    const char *output;
};

static const struct option default_options[] = {
    OUTPUT_OPTION(struct default_options),
    {.name = NULL},
};

static int run_default(const struct call *call, struct cdi_error *err)
{
    const struct default_options *o = call->options;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = default_text(&text, &len, err);

    return r < 0 ? r
                 : output_file(o->output && *o->output ? o->output : NULL, text, len, OUTPUT_SYNC,
                               err);
}

const struct command command_ctk_config_default = {
    .name = "default",
    .summary = "print the default configuration",
    .usage = usage,
    .description = "Prints the configuration that holds where there is no config.toml, with "
                   "comments for the keys that have no value.",
    .options = default_options,
    .options_size = sizeof(struct default_options),
    .run = run_default,
};
