/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cdikit-hook: what an OCI runtime starts at points of a container's life. Started by the name
 * of one of NVIDIA's programs it takes that one's command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/descriptors.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "hooks/hook.h"

#define STATUS_USAGE 2

static const struct hook_command *const commands[] = {
    &hook_prestart,
    &hook_poststart,
    &hook_poststop,
};

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} programs[] = {
    {"nvidia-container-runtime-hook", hook_runtime_hook},
    {"nvidia-container-toolkit", hook_runtime_hook}, /* an older name of it */
};

static int print_help(FILE *out)
{
    (void)fprintf(out, "usage: cdikit-hook COMMAND [OPTIONS]\n"
                       "       cdikit-hook --help | --version\n\ncommands:\n");
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        (void)fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    return out == stderr ? STATUS_USAGE : fflush(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int unknown(const char *word)
{
    struct nearest near = nearest_init(word, strlen(word));

    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        nearest_offer(&near, commands[i]->name);
    (void)fprintf(stderr, "cdikit-hook: there is no command %s", quote_string(word).text);
    if (near.best)
        (void)fprintf(stderr, "; did you mean %s?", near.best);
    (void)fprintf(stderr, "\nTry 'cdikit-hook --help'.\n");
    return STATUS_USAGE;
}

static int run_command(int argc, char **argv)
{
    if (argc < 2)
        return print_help(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("cdikit-hook version %s\n", CDIKIT_VERSION);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    return unknown(argv[1]);
}

int main(int argc, char **argv)
{
    const char *name = argc > 0 ? argv[0] : "", *slash = strrchr(name, '/');

    if (!descriptors_fill_standard())
        return EXIT_FAILURE;
    for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
        if (strcmp(slash ? slash + 1 : name, programs[i].name) == 0)
            return programs[i].run(argc, argv);
    return run_command(argc, argv);
}
