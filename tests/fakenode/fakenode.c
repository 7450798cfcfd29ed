/* SPDX-License-Identifier: Apache-2.0 */
/* A simulated GPU node: the command line. */
#include "tests/fakenode/build.h"
#include "tests/fakenode/run.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE_SUFFIX ".machine"

#ifndef FAKENODE_MACHINES_DIR
#    define FAKENODE_MACHINES_DIR ""
#endif

struct options {
    const char *machines; /* directory of the built-in descriptions */
    const char *stubs;    /* directory of the stub libraries, or NULL */
    bool no_nodes;
    struct run_options run;
};

static const char usage_text[] =
    "usage: fakenode [OPTION]... list\n"
    "       fakenode [OPTION]... show MACHINE\n"
    "       fakenode [OPTION]... build MACHINE DIR\n"
    "       fakenode [OPTION]... run MACHINE -- COMMAND [ARGUMENT]...\n"
    "\n"
    "MACHINE is the name of a built-in description or the path of one.\n"
    "\n"
    "  --machines DIR           where the built-in descriptions are (FAKENODE_MACHINES)\n"
    "  --no-nodes               build: regular files in place of device nodes\n"
    "  --stubs DIR              where the driver's stub libraries are (FAKENODE_STUBS)\n"
    "  --copy HOSTFILE=PATH     build, run: put a file of the host on the node\n"
    "  --share DIR              run: let the command change DIR of the host\n"
    "  --help\n";

/* The directory of the executable. */
static struct tree_path program_dir(void)
{
    struct tree_path exe;
    ssize_t length = readlink("/proc/self/exe", exe.text, sizeof(exe.text) - 1);
    char *slash;

    exe.text[length > 0 ? length : 0] = '\0';
    slash = strrchr(exe.text, '/');
    if (slash)
        *slash = '\0';
    return exe;
}

/* The first directory that exists: as configured, else beside or above the executable's. */
static char *default_machines(void)
{
    const char *env = getenv("FAKENODE_MACHINES");
    char *found;

    if (env && *env)
        return strdup(env);
    if (*FAKENODE_MACHINES_DIR && (found = realpath(FAKENODE_MACHINES_DIR, NULL)))
        return found;
    found = realpath(tree_path("%s/../tests/fakenode/machines", program_dir().text).text, NULL);
    if (!found)
        found = realpath(tree_path("%s/../../tests/fakenode/machines", program_dir().text).text,
                         NULL);
    if (!found)
        errx(FAKENODE_FAILED, "cannot find the machine descriptions; say where with --machines");
    return found;
}

/* As they are built beside the program; NULL when they are not. */
static char *default_stubs(void)
{
    const char *env = getenv("FAKENODE_STUBS");

    if (env && *env)
        return strdup(env);
    return realpath(tree_path("%s/fakenode-stubs", program_dir().text).text, NULL);
}

static struct tree_path machine_path(const struct options *options, const char *name)
{
    if (strchr(name, '/'))
        return tree_path("%s", name);
    return tree_path("%s/%s" MACHINE_SUFFIX, options->machines, name);
}

static void find_machine(const struct options *options, const char *name, struct machine *machine)
{
    struct tree_path path = machine_path(options, name);

    if (access(path.text, F_OK) < 0 && !strchr(name, '/'))
        errx(FAKENODE_FAILED, "there is no machine '%s' in %s; see fakenode list", name,
             options->machines);
    machine_read(machine, path.text, options->stubs);
}

static int is_description(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name), suffix = strlen(MACHINE_SUFFIX);

    return length > suffix && strcmp(entry->d_name + length - suffix, MACHINE_SUFFIX) == 0;
}

static int command_list(const struct options *options, char **arguments)
{
    struct dirent **entries;
    int n = scandir(options->machines, &entries, is_description, alphasort);

    (void)arguments;
    if (n < 0)
        err(FAKENODE_FAILED, "cannot read %s", options->machines);
    for (int i = 0; i < n; i++) {
        printf("%.*s\n", (int)(strlen(entries[i]->d_name) - strlen(MACHINE_SUFFIX)),
               entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int command_show(const struct options *options, char **arguments)
{
    struct machine machine;

    find_machine(options, arguments[0], &machine);
    fputs(machine.desc.text, stdout);
    machine_free(&machine);
    return 0;
}

/* A root with merged /usr, as on Debian, for `build`. */
static void build_skeleton(const struct tree *t)
{
    static const char *const merged[] = {"bin", "lib", "lib64", "sbin"};

    for (size_t i = 0; i < sizeof(merged) / sizeof(merged[0]); i++) {
        tree_dir(t, tree_path("/usr/%s", merged[i]).text, 0755);
        tree_link(t, tree_path("/%s", merged[i]).text, tree_path("usr/%s", merged[i]).text);
    }
    tree_dir(t, "/tmp", 01777);
    tree_dir(t, "/dev", 0755);
    tree_dir(t, "/proc/driver", 0755);
    tree_dir(t, "/run", 0755);
    tree_link(t, "/var/run", "../run");
    tree_printf(t, "/etc/ld.so.conf", 0644, "include /etc/ld.so.conf.d/*.conf\n");
}

static int command_build(const struct options *options, char **arguments)
{
    const char *top = arguments[1];
    struct tree tree _cleanup_tree_;
    struct machine machine;

    find_machine(options, arguments[0], &machine);
    if (mkdir(top, 0755) < 0 && (errno != EEXIST || rmdir(top) < 0 || mkdir(top, 0755) < 0))
        err(FAKENODE_FAILED, "cannot build in %s: it must be an empty directory, or not exist",
            top);
    tree_open(&tree, top);
    tree.stand_ins = options->no_nodes;
    build_skeleton(&tree);
    build_node(&tree, &machine);
    run_copies(&tree, &options->run);
    build_proc_devices(&tree, &machine, "/proc/devices");
    build_ld_caches(&tree, &machine, top);
    machine_free(&machine);
    return 0;
}

static int command_run(const struct options *options, char **arguments)
{
    struct machine machine;
    char **command = arguments + 1;
    int status;

    if (*command && strcmp(*command, "--") == 0)
        command++;
    if (!*command)
        errx(FAKENODE_FAILED, "run needs a command after the machine");
    find_machine(options, arguments[0], &machine);
    status = run_on_node(&machine, &options->run, command);
    machine_free(&machine);
    return status;
}

static const struct command {
    const char *name;
    int min_arguments;
    int max_arguments;
    int (*run)(const struct options *options, char **arguments);
} commands[] = {
    {"list", 0, 0, command_list},
    {"show", 1, 1, command_show},
    {"build", 2, 2, command_build},
    {"run", 1, INT_MAX, command_run},
};

static void read_options(struct options *options, int argc, char **argv)
{
    enum {
        OPTION_MACHINES = 1,
        OPTION_NO_NODES,
        OPTION_STUBS,
        OPTION_COPY,
        OPTION_SHARE,
        OPTION_HELP
    };
    static const struct option table[] = {
        {"machines", required_argument, NULL, OPTION_MACHINES},
        {"no-nodes", no_argument, NULL, OPTION_NO_NODES},
        {"stubs", required_argument, NULL, OPTION_STUBS},
        {"copy", required_argument, NULL, OPTION_COPY},
        {"share", required_argument, NULL, OPTION_SHARE},
        {"help", no_argument, NULL, OPTION_HELP},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "+", table, NULL)) != -1) {
        switch (option) {
        case OPTION_MACHINES:
            options->machines = optarg;
            break;
        case OPTION_NO_NODES:
            options->no_nodes = true;
            break;
        case OPTION_STUBS:
            options->stubs = optarg;
            break;
        case OPTION_COPY:
            options->run.copies[options->run.n_copies++] = optarg;
            break;
        case OPTION_SHARE:
            options->run.shares[options->run.n_shares++] = optarg;
            break;
        case OPTION_HELP:
            fputs(usage_text, stdout);
            exit(0);
        default:
            fputs(usage_text, stderr);
            exit(FAKENODE_FAILED);
        }
    }
}

static int run_command(const struct options *options, int argc, char **argv)
{
    for (size_t i = 0; argc > 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        const struct command *command = &commands[i];

        if (strcmp(argv[0], command->name) == 0 && argc - 1 >= command->min_arguments &&
            argc - 1 <= command->max_arguments)
            return command->run(options, argv + 1);
    }
    fputs(usage_text, stderr);
    return FAKENODE_FAILED;
}

int main(int argc, char **argv)
{
    const size_t n = (size_t)argc;
    struct options options = {
        .run = {.copies = calloc(n + 1, sizeof(char *)),
                .shares = calloc(n + 1, sizeof(char *)),
                .umask = umask(0)},
    };
    char *machines = NULL, *stubs = NULL;
    int status;

    if (!options.run.copies || !options.run.shares)
        err(FAKENODE_FAILED, "cannot read the command line");
    read_options(&options, argc, argv);
    if (!options.machines)
        options.machines = machines = default_machines();
    if (!options.stubs)
        options.stubs = stubs = default_stubs();
    status = run_command(&options, argc - optind, argv + optind);
    free(machines);
    free(stubs);
    free(options.run.copies);
    free(options.run.shares);
    return status;
}
