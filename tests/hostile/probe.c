/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In place of the host's ldconfig: tells on standard output what it could do, one "NAME VALUE" a
 * line. It is linked statically.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

extern char **environ;

/* Told by what went wrong. */
static void tell(const char *name, long result)
{
    printf("%s %s\n", name, result >= 0 ? "yes" : strerrorname_np(errno));
}

static void tell_open(const char *name, const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);

    tell(name, fd);
    if (fd >= 0)
        close(fd);
}

int main(void)
{
    struct stat st;
    int n = 0;

    for (char **p = environ; p != NULL && *p != NULL; p++)
        n++;
    printf("environment %d\n", n);
    for (int fd = 3; fd < 1024; fd++)
        if (fstat(fd, &st) == 0)
            printf("descriptor %d\n", fd);
    printf("root %s\n", stat("/this-is-the-container", &st) == 0 ? "container" : "host");
    tell_open("proc", "/proc/self/status", O_RDONLY);
    tell_open("core_pattern", "/proc/sys/kernel/core_pattern", O_WRONLY);
    tell_open("sys", "/sys/kernel", O_RDONLY);
    tell_open("device", "/dev/null", O_RDWR);
    tell("mknod", mknod("/probed-node", S_IFCHR | 0600, makedev(1, 3)));
    unlink("/probed-node");
    tell("mount", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    tell("chroot", chroot("/"));
    tell("socket", socket(AF_INET, SOCK_STREAM, 0));
    return 0;
}
