/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/root.h"
#include "base/strbuf.h"
#include "generate/machine/procfs.h"

/* Longer than a tick at the lowest rate that kernels are built with, 100 a second. */
#define TICK_NS 20000000

/* More than the largest file in /proc that is read, mig-minors. */
#define MOST_CONTENT (16U << 20)

static void put_error(int os_errno, char fact[FACT_SIZE])
{
    if (os_errno == ENOENT || os_errno == ENOTDIR)
        (void)snprintf(fact, FACT_SIZE, "%s", FINGERPRINT_ABSENT);
    else
        (void)snprintf(fact, FACT_SIZE, "e:%d", os_errno);
}

static void put_hash(char kind, const void *data, size_t len, char fact[FACT_SIZE])
{
    char hash[FINGERPRINT_HASH_SIZE];

    fingerprint_hash(data, len, hash);
    (void)snprintf(fact, FACT_SIZE, "%c:%s", kind, hash);
}

static bool is_fleeting(const struct timespec *changed)
{
    struct timespec now;
    long long age;

    if (clock_gettime(CLOCK_REALTIME, &now) < 0)
        return true;
    if (llabs((long long)now.tv_sec - (long long)changed->tv_sec) > 1)
        return false;
    age = ((long long)now.tv_sec - (long long)changed->tv_sec) * 1000000000 + now.tv_nsec -
          changed->tv_nsec;
    return llabs(age) < TICK_NS;
}

static void put_stat(const struct stat *st, bool listed, char fact[FACT_SIZE])
{
    const struct timespec *t = &st->st_ctim;
    uintmax_t dev = st->st_dev, ino = st->st_ino;
    bool timed = S_ISREG(st->st_mode) || (S_ISDIR(st->st_mode) && listed);
    int len;

    if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
        len = snprintf(fact, FACT_SIZE, "%c:%u:%u:%o:%u:%u", S_ISCHR(st->st_mode) ? 'c' : 'b',
                       major(st->st_rdev), minor(st->st_rdev), st->st_mode & 07777U, st->st_uid,
                       st->st_gid);
    else if (S_ISREG(st->st_mode))
        len = snprintf(fact, FACT_SIZE, "f:%jx:%ju:%jd", dev, ino, (intmax_t)st->st_size);
    else if (S_ISDIR(st->st_mode))
        len = snprintf(fact, FACT_SIZE, "d:%jx:%ju", dev, ino);
    else
        len = snprintf(fact, FACT_SIZE, "t:%o", st->st_mode & (unsigned)S_IFMT);
    /* Whether a file can be executed decides about programs; its ctime tells of that. */
    if (timed)
        (void)snprintf(fact + len, FACT_SIZE - (size_t)len, ":%jd.%09ld%s", (intmax_t)t->tv_sec,
                       t->tv_nsec, is_fleeting(t) ? (char[]){FINGERPRINT_FLEETING, '\0'} : "");
}

/* A symlink that was not followed. */
static void put_link(int fd, char fact[FACT_SIZE])
{
    char text[4096];
    ssize_t len = readlinkat(fd, "", text, sizeof text);

    if (len < 0)
        put_error(errno, fact);
    else
        put_hash('l', text, (size_t)len, fact);
}

static void see_stat(int fd, bool listed, bool pseudo, char fact[FACT_SIZE])
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        put_error(errno, fact);
    else if (S_ISLNK(st.st_mode))
        put_link(fd, fact);
    else if (pseudo)
        (void)snprintf(fact, FACT_SIZE, "t:%o", st.st_mode & (unsigned)S_IFMT);
    else
        put_stat(&st, listed, fact);
}

/* The same where the root is "/", in one system call of three. */
static void see_stat_at(const struct root *root, const char *path, bool listed,
                        char fact[FACT_SIZE])
{
    struct stat st;
    int r = fstatat(root->fd, path, &st, 0);

    if (r == 0 && listed && !S_ISDIR(st.st_mode))
        put_error(ENOTDIR, fact);
    else if (r < 0)
        put_error(errno, fact);
    else
        put_stat(&st, listed, fact);
}

/* The same for the same names in whatever order they come. Closes fd. */
static void see_names(int fd, char fact[FACT_SIZE])
{
    _cleanup_dir_ DIR *dir = fdopendir(fd);
    const struct dirent *entry;
    uint64_t sum = 0;
    size_t n = 0;

    if (!dir) {
        (void)close(fd);
        put_error(ENOMEM, fact);
        return;
    }
    while ((entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);

        sum += (uint64_t)hash_bytes(1, entry->d_name, len) << 32 |
               hash_bytes(2, entry->d_name, len);
        n++;
    }
    (void)snprintf(fact, FACT_SIZE, "n:%zu:%016" PRIx64, n, sum);
}

static bool is_information(const char *path)
{
    static const char end[] = "/information";
    size_t len = strlen(path);

    return strncmp(path, PROCFS_GPUS "/", sizeof PROCFS_GPUS) == 0 && len > sizeof end &&
           strcmp(path + len - (sizeof end - 1), end) == 0;
}

static void put_information(const char *text, size_t len, char fact[FACT_SIZE])
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct procfs_gpu gpu;

    if (!arena || !procfs_parse_information(text, len, arena, &gpu)) {
        put_error(ENOMEM, fact);
        return;
    }
    strbuf_printf(&b, "%lld %d %s %s", (long long)gpu.minor, gpu.excluded, gpu.uuid ? gpu.uuid : "",
                  gpu.model ? gpu.model : "");
    if (b.failed)
        put_error(ENOMEM, fact);
    else
        put_hash('g', b.s, b.len, fact);
}

static void see_content(int fd, const char *path, char fact[FACT_SIZE])
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len;

    if (file_read_fd(fd, path, MOST_CONTENT, &text, &len, &problem) < 0)
        put_error(problem.os_errno ? problem.os_errno : EFBIG, fact);
    else if (is_information(path))
        put_information(text, len, fact);
    else
        put_hash('h', text, len, fact);
}

static bool is_pseudo(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0;
}

void fact_see(const struct root *root, bool host, const char *path, enum fingerprint_how how,
              char fact[FACT_SIZE])
{
    const struct root unwatched = {root->fd, root->path, NULL};
    bool pseudo = is_pseudo(path), read = how == FINGERPRINT_READ, list = how == FINGERPRINT_LIST;
    int flags = O_PATH | (how == FINGERPRINT_LSTAT ? O_NOFOLLOW : 0);
    _cleanup_close_ int fd = -1;

    if (host && !pseudo && how != FINGERPRINT_LSTAT) {
        see_stat_at(root, *path ? path : "/", list, fact);
        return;
    }
    if (pseudo && read)
        flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    if (list)
        flags = (pseudo ? O_RDONLY : O_PATH) | O_DIRECTORY;
    fd = root_openat(&unwatched, path, flags);
    if (fd < 0)
        put_error(-fd, fact);
    else if (pseudo && list)
        see_names(TAKE_FD(fd), fact);
    else if (pseudo && read)
        see_content(fd, path, fact);
    else
        see_stat(fd, list, pseudo, fact);
}

void fact_see_file(const char *path, char fact[FACT_SIZE])
{
    struct stat st;

    size_t len;

    if (stat(path, &st) < 0) {
        put_error(errno, fact);
        return;
    }
    put_stat(&st, false, fact);
    len = strlen(fact);
    if (fact[len - 1] == FINGERPRINT_FLEETING)
        fact[len - 1] = '\0';
}
