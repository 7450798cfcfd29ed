/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update-application-profile: tells the driver's OpenGL libraries which GPUs the container has,
 * as a mask of their minor numbers, in an application profile (the driver's README, "Application
 * Profiles").
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/message.h"

#define MOST_ENTRIES 65536

bool application_profile_is_gpu(const char *name)
{
    if (strncmp(name, "nvidia", 6) != 0 || !name[6])
        return false;
    for (name += 6; ascii_isdigit(*name);)
        name++;
    return !*name;
}

static uint64_t bit_of(int dirfd, const char *name)
{
    struct stat st;

    if (!application_profile_is_gpu(name) || fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISCHR(st.st_mode))
        return 0;
    if (minor(st.st_rdev) >= APPLICATION_PROFILE_MINORS) {
        hook_warn("/dev/%s has the minor number %u, which the profile cannot name", name,
                  minor(st.st_rdev));
        return 0;
    }
    return UINT64_C(1) << minor(st.st_rdev);
}

/* The GPUs in the container's /dev. */
static int read_mask(const struct rootfs *root, uint64_t *mask, struct cdi_error *err)
{
    int fd = rootfs_directory(root, "/dev", O_RDONLY);
    _cleanup_dir_ DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    *mask = 0;
    if (fd == -ENOENT)
        return 0;
    if (!dir)
        return cdi_error_set_errno(err, fd < 0 ? -fd : ENOMEM, "cannot list /dev");
    for (int n = 0; n < MOST_ENTRIES && (entry = readdir(dir)); n++)
        *mask |= bit_of(dirfd(dir), entry->d_name);
    return 0;
}

/* That of the file that is there, for whoever has chosen it. */
static mode_t profile_mode(int dirfd)
{
    struct stat st;

    return fstatat(dirfd, APPLICATION_PROFILE_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                   S_ISREG(st.st_mode)
               ? st.st_mode & 0777
               : 0444;
}

const char *application_profile(uint64_t minors, struct arena *arena)
{
    return arena_printf(arena,
                        "{\"profiles\":[{\"name\":\"_container_\",\"settings\":["
                        "\"EGLVisibleDGPUDevices\",0x%" PRIx64 "]}],"
                        "\"rules\":[{\"pattern\":[],\"profile\":\"_container_\"}]}",
                        minors);
}

int update_application_profile(const struct hook_call *call, struct cdi_error *err)
{
    _cleanup_close_ int dirfd = -1;
    const char *text;
    uint64_t mask;
    int r = read_mask(call->root, &mask, err);

    if (r < 0 || !mask)
        return r;
    text = application_profile(mask, call->arena);
    if (!text)
        return cdi_error_nomem(err);
    dirfd = rootfs_make_directory(call->root, APPLICATION_PROFILE_DIR, 0555);
    if (dirfd < 0)
        return cdi_error_set_errno(err, -dirfd, "cannot make the directory %s",
                                   APPLICATION_PROFILE_DIR);
    return confine_replace(dirfd, APPLICATION_PROFILE_NAME,
                           APPLICATION_PROFILE_DIR "/" APPLICATION_PROFILE_NAME, text, strlen(text),
                           profile_mode(dirfd), err);
}
