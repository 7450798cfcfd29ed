/* SPDX-License-Identifier: Apache-2.0 */
/* sentinel DIR: a line for each thing in a tree, with all that a stranger could have changed. */
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t content(const char *path)
{
    uint64_t hash = 0xcbf29ce484222325U;
    unsigned char bytes[4096];
    int fd = open(path, O_RDONLY | O_NOFOLLOW);
    ssize_t n;

    while (fd >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0)
        for (ssize_t i = 0; i < n; i++)
            hash = (hash ^ bytes[i]) * 0x100000001b3U;
    if (fd >= 0)
        close(fd);
    return hash;
}

/* Not the number of links: a name in the container may have been one of them. */
static int tell(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    char target[4096] = "";

    (void)type;
    (void)ftw;
    printf("%s %o %u:%u %ju %jd %jd.%09ld", path, st->st_mode, st->st_uid, st->st_gid,
           (uintmax_t)st->st_ino, (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
           st->st_mtim.tv_nsec);
    if (S_ISREG(st->st_mode))
        printf(" %016jx", (uintmax_t)content(path));
    if (S_ISLNK(st->st_mode) && readlink(path, target, sizeof(target) - 1) > 0)
        printf(" -> %s", target);
    putchar('\n');
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], tell, 16, FTW_PHYS) != 0)
            return 1;
    return 0;
}
