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
#include "hooks/hook.h"

static const struct hook_command *const commands[] = {
    &hook_prestart,
    &hook_poststart,
    &hook_poststop,
};

static int cdi_hook(int argc, char **argv)
{
    return container_hook_main("nvidia-cdi-hook", "NVIDIA CDI Hook", argc, argv);
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} programs[] = {
    {"nvidia-cdi-hook", cdi_hook},
    {"nvidia-container-runtime-hook", hook_runtime_hook},
    {"nvidia-container-toolkit", hook_runtime_hook}, /* an older name of it */
};

static int print_help(void)
{
    container_hook_help(stdout, "cdikit-hook");
    (void)puts("\nother commands:");
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        (void)printf("  %s\n        %s\n", commands[i]->name, commands[i]->summary);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int run_command(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return print_help();
    for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    return container_hook_main("cdikit-hook", "cdikit-hook", argc, argv);
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
