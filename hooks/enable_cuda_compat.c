/* SPDX-License-Identifier: Apache-2.0 */
/* The hook enable-cuda-compat: a folder for the loader, which update-ldcache reads afterwards. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/path.h"
#include "base/quote.h"
#include "base/semver.h"
#include "hooks/compat_note.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/ldfiles.h"
#include "hooks/message.h"

#define DEFAULT_FOLDER "/usr/local/cuda/compat"

/*
 * In front of all that others write there. It has the form of nvidia-cdi-hook's names, which are
 * random: scripts may know that.
 */
#define CONF_FORMAT  "/00-compat-7a78c6ad-8891-5fe0-%04x-%012llx.conf"
#define DEFAULT_HASH 0xa38a8d7b49d1bb9dULL

/* Entries of the folder that are looked at; those that NVIDIA ships have about ten. */
#define MOST_ENTRIES 65536

static const char *text(const char *value)
{
    return value ? value : "";
}

int enable_cuda_compat_check(const struct hook_args *args, struct cdi_error *err)
{
    (void)err;
    return !*text(args->host_driver_version) && !*text(args->host_cuda_version);
}

/* FNV-1a: the same in all versions of the program. */
static unsigned long long hash(const char *s)
{
    unsigned long long h = 0xcbf29ce484222325ULL;

    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3ULL;
    return h;
}

/* The path of the drop-in: each folder that a document names has its own. NULL without memory. */
static const char *conf_path(const struct hook_call *call)
{
    const char *given = text(call->args->compat_root);
    const char *folder = *given ? arena_printf(call->arena, "/%s", given) : DEFAULT_FOLDER;
    unsigned long long number;

    if (!folder || !(folder = path_clean(call->arena, folder)))
        return NULL;
    number = strcmp(folder, DEFAULT_FOLDER) == 0 ? DEFAULT_HASH : hash(folder);
    return arena_printf(call->arena, LDFILES_CONF_DIR CONF_FORMAT, (unsigned)(number >> 48),
                        number & 0xffffffffffffULL);
}

/* The one library of a folder. */
struct library {
    char name[NAME_MAX + 1];
    struct stat st;
};

/*
 * Finds it: 1, or 0 if there is none, or more than one (and then it cannot be known which is the
 * one to use). Links do not count, those of the folder lead to the library.
 */
static int find_library(const char *folder, DIR *dir, struct library *out)
{
    const struct dirent *entry;
    struct stat st;
    size_t n = 0;
    int found = 0;

    while (errno = 0, (entry = readdir(dir))) {
        if (++n > MOST_ENTRIES) {
            hook_warn("%s has too many entries, and is not looked at", quote_string(folder).text);
            return 0;
        }
        if (!compat_library_version(entry->d_name) ||
            fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !S_ISREG(st.st_mode))
            continue;
        if (found++) {
            hook_warn("%s has more than one libcuda, and is not used", quote_string(folder).text);
            return 0;
        }
        (void)snprintf(out->name, sizeof out->name, "%s", entry->d_name);
        out->st = st;
    }
    if (errno) {
        hook_warn("cannot list %s: %s", quote_string(folder).text, strerror(errno));
        return 0;
    }
    return found;
}

/* 1 if the folder's library is to be used, 0 if not. */
static int decide(const struct hook_call *call, const char *folder, int dirfd,
                  const struct library *library, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    struct compat_facts facts = {
        .library = compat_library_version(library->name),
        .host_driver = text(call->args->host_driver_version),
        .host_cuda = text(call->args->host_cuda_version),
    };
    _cleanup_close_ int fd = confine_open_file(dirfd, library->name, &library->st);
    int r;

    if (fd < 0)
        return cdi_error_set_errno(err, -fd, "cannot open %s in %s of the container",
                                   quote_string(library->name).text, quote_string(folder).text);
    r = compat_note_read(fd, call->arena, &facts.note, &problem);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        hook_warn("%s in %s tells nothing of what it works with: %s",
                  quote_string(library->name).text, quote_string(folder).text, problem.message);
    r = compat_wanted(&facts);
    hook_debug("%s is %s on a host with driver \"%s\" and CUDA \"%s\"",
               quote_string(library->name).text, r ? "used" : "not used", facts.host_driver,
               facts.host_cuda);
    return r;
}

/* 1 if there is a folder to use, whose library is newer than the host's. */
static int look(const struct hook_call *call, const char *folder, struct cdi_error *err)
{
    int fd = rootfs_directory(call->root, folder, O_RDONLY), r;
    struct library library;
    _cleanup_dir_ DIR *dir = NULL;

    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0) {
        hook_warn("cannot open the folder %s: %s", quote_string(folder).text, strerror(-fd));
        return 0;
    }
    if (!(dir = fdopendir(fd))) {
        r = cdi_error_set_errno(err, errno, "cannot list %s in the container",
                                quote_string(folder).text);
        (void)close(fd);
        return r;
    }
    r = find_library(folder, dir, &library);
    return r > 0 ? decide(call, folder, dirfd(dir), &library, err) : r;
}

/* Removes what an earlier start of the container has left: the host's driver may be newer now. */
static void forget(const struct hook_call *call, const char *conf)
{
    _cleanup_close_ int dirfd = rootfs_directory(call->root, LDFILES_CONF_DIR, O_PATH);

    if (dirfd >= 0 && rootfs_owns(call->root, dirfd) && unlinkat(dirfd, path_base(conf), 0) < 0 &&
        errno != ENOENT)
        hook_warn("cannot remove %s: %s", conf, strerror(errno));
}

static int write_folder(const struct hook_call *call, const char *conf, const char *path,
                        struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error problem = CDI_ERROR_INIT;
    _cleanup_close_ int dirfd = ldfiles_open_conf_dir(call->root, conf, &problem);
    char line[PATH_MAX + 1];
    int len = snprintf(line, sizeof line, "%s\n", path);

    if (dirfd < 0 && problem.os_errno == EXDEV) {
        hook_warn("%s", problem.message);
        return 0;
    }
    if (dirfd < 0)
        return error_move(&problem, dirfd, err);
    return confine_replace(dirfd, path_base(conf), conf, line, (size_t)len, 0644, err);
}

/* A version that is none is as if it were not told: documents of other tools may have any. */
static void warn_no_version(const char *option, const char *value)
{
    struct semver version;

    if (*text(value) && !semver_parse(value, strlen(value), &version))
        hook_warn("--%s: %s is not a version", option, quote_string(value).text);
}

int cuda_compat_folder(const struct hook_call *call, char path[static PATH_MAX],
                       struct cdi_error *err)
{
    const char *folder = text(call->args->compat_root);
    int r;

    if (!*folder)
        folder = DEFAULT_FOLDER;
    warn_no_version("host-driver-version", call->args->host_driver_version);
    warn_no_version("host-cuda-version", call->args->host_cuda_version);
    r = look(call, folder, err);
    if (r <= 0)
        return r;
    r = rootfs_real_path(call->root, folder, path);
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot find the folder %s in the container",
                                   quote_string(folder).text);
    if (ldfiles_can_name(path))
        return 1;
    hook_warn("%s cannot be written into ld.so.conf, and is not used", quote_string(path).text);
    return 0;
}

int enable_cuda_compat(const struct hook_call *call, struct cdi_error *err)
{
    const char *conf = conf_path(call);
    char path[PATH_MAX];
    int r = conf ? cuda_compat_folder(call, path, err) : cdi_error_nomem(err);

    if (r > 0)
        return write_folder(call, conf, path, err);
    if (r == 0)
        forget(call, conf);
    return r;
}
