/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/hostile/report.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP, NET_BIND_SERVICE, NET_RAW,
 * SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP */
#define DOCKER_CAPABILITIES 0xa80425fbU

struct who {
    FILE *f;
    const char *name;
    pid_t pid;
};

static void link_of(char *to, size_t size, pid_t pid, const char *name)
{
    char path[300];
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    n = readlink(path, to, size - 1);
    to[n > 0 ? n : 0] = '\0';
}

static void tell_links(const struct who *who)
{
    static const char *const names[] = {"exe", "cwd", "root"};
    char text[4096], path[64];
    int fd;

    for (size_t i = 0; i < 3; i++) {
        link_of(text, sizeof(text), who->pid, names[i]);
        fprintf(who->f, "%s %s %s\n", who->name, names[i], text);
    }
    snprintf(path, sizeof(path), "/proc/%d/exe", (int)who->pid);
    fd = open(path, O_RDONLY);
    fprintf(who->f, "%s seals %d\n", who->name, fd < 0 ? -1 : fcntl(fd, F_GET_SEALS));
    close(fd);
}

static void tell_status(const struct who *who)
{
    static const char *const keys[] = {"Cap", "NoNewPrivs:", "Seccomp:"};
    char path[64], line[256];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)who->pid);
    f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        for (size_t i = 0; i < 3; i++) {
            if (strncmp(line, keys[i], strlen(keys[i])) != 0)
                continue;
            line[strcspn(line, ":")] = ' ';
            fprintf(who->f, "%s %.*s %s", who->name, (int)strcspn(line, " "), line,
                    strrchr(line, '\t') + 1);
        }
    }
    if (f != NULL)
        fclose(f);
}

static void tell_descriptors(const struct who *who)
{
    char path[64], name[280], text[4096];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)who->pid);
    dir = opendir(path);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(name, sizeof(name), "fd/%s", entry->d_name);
        link_of(text, sizeof(text), who->pid, name);
        fprintf(who->f, "%s fd %s=%s\n", who->name, entry->d_name, text);
    }
    if (dir != NULL)
        closedir(dir);
}

static void tell_namespaces(const struct who *who)
{
    static const char *const names[] = {"mnt", "net", "pid", "ipc", "uts", "user"};
    char path[64], ours[256], theirs[256];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "ns/%s", names[i]);
        link_of(ours, sizeof(ours), getpid(), path);
        link_of(theirs, sizeof(theirs), who->pid, path);
        fprintf(who->f, "%s ns %s=%s\n", who->name, names[i],
                strcmp(ours, theirs) == 0 ? "ours" : "own");
    }
}

static void tell_environment(const struct who *who)
{
    char path[64], text[65536];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/environ", (int)who->pid);
    f = fopen(path, "r");
    if (f != NULL) {
        n = fread(text, 1, sizeof(text) - 1, f);
        fclose(f);
    }
    text[n] = '\0';
    for (const char *p = text; p < text + n; p += strlen(p) + 1)
        if (*p != '\0')
            fprintf(who->f, "%s env %s\n", who->name, p);
}

static void become_neighbour(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {.effective = DOCKER_CAPABILITIES, .permitted = DOCKER_CAPABILITIES}};

    if (syscall(SYS_capset, &header, data) != 0)
        _exit(125);
}

/* environ and maps open for anyone at least to read nothing, so that it is what is read. */
static bool can_open(pid_t pid, const char *name)
{
    char path[64], text[64];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, strcmp(name, "root") == 0 || strcmp(name, "cwd") == 0 ? O_PATH | O_DIRECTORY
                                                                          : O_RDONLY);
    if (fd < 0)
        return false;
    n = strcmp(name, "maps") == 0 || strcmp(name, "environ") == 0 ? read(fd, text, sizeof(text))
                                                                  : 1;
    close(fd);
    return n > 0;
}

static void tell_neighbour(const struct who *who)
{
    static const char *const names[] = {"exe", "cwd", "root", "fd/0", "mem", "maps", "environ"};
    pid_t pid;

    fflush(who->f);
    pid = fork();
    if (pid == 0) {
        become_neighbour();
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            fprintf(who->f, "%s neighbour %s=%s\n", who->name, names[i],
                    can_open(who->pid, names[i]) ? "yes" : "no");
        fflush(who->f);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

void report_process(FILE *f, pid_t pid, bool is_main)
{
    struct who who = {.f = f, .name = is_main ? "main" : "child", .pid = pid};

    tell_links(&who);
    tell_status(&who);
    tell_descriptors(&who);
    tell_namespaces(&who);
    tell_environment(&who);
    tell_neighbour(&who);
    fflush(f);
}
