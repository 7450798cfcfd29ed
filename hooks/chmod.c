/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chmod: permissions of directories that a runtime has made for devices (crun once made them
 * 0700). What does not exist is passed over, and so is what is mounted from elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/quote.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "hooks/message.h"

#define PERMISSIONS 0777U

/* Octal digits only; at most 32 bits. */
static int parse_mode(const char *text, unsigned *mode, struct cdi_error *err)
{
    unsigned long long value = 0;

    for (const char *p = text; *p; p++) {
        if (*p < '0' || *p > '7')
            return cdi_error_set(err, CDI_ERR_USAGE, "mode %s is not octal",
                                 quote_string(text).text);
        value = value * 8 + (unsigned)(*p - '0');
        if (value > UINT_MAX)
            return cdi_error_set(err, CDI_ERR_USAGE, "mode %s is too large",
                                 quote_string(text).text);
    }
    *mode = (unsigned)value;
    return 0;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n\v\f\r")] == '\0';
}

int chmod_check(const struct hook_args *args, struct cdi_error *err)
{
    unsigned mode;
    int r;

    if (!args->mode || !*args->mode)
        return cdi_error_set(err, CDI_ERR_USAGE, "chmod needs --mode");
    r = parse_mode(args->mode, &mode, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < args->paths.n; i++)
        if (is_blank(args->paths.items[i]))
            return cdi_error_set(err, CDI_ERR_USAGE, "chmod: a path is empty");
    return args->paths.n == 0;
}

static void tell_passed_over(const char *path, int os_errno)
{
    if (os_errno == EXDEV)
        hook_warn("the mode of %s stays: it is mounted into the container", path);
    else
        hook_warn("the mode of %s stays: %s", path, strerror(os_errno));
}

/* Finds what a path leads to, be it the last name of the path or a directory. */
static int find(const struct rootfs *root, const char *path, struct rootfs_entry *entry)
{
    char real[PATH_MAX];
    int r = rootfs_real_path(root, path, real);

    return rootfs_find(root, r == 0 ? real : path, entry);
}

static int change(const struct hook_call *call, const char *path, mode_t mode,
                  struct cdi_error *err)
{
    struct rootfs_entry entry;
    int r = find(call->root, path, &entry);

    if (r < 0)
        return 0;
    if ((entry.st.st_mode & 07777) != mode)
        r = confine_chmod(call->root, &entry, mode);
    (void)close(entry.dirfd);
    if (r == -EPERM || r == -EACCES || r == -EXDEV) {
        tell_passed_over(path, -r);
        return 0;
    }
    return r < 0 ? cdi_error_set_errno(err, -r, "cannot change the mode of %s", path) : 0;
}

int chmod_paths(const struct hook_call *call, struct cdi_error *err)
{
    const struct hook_list *paths = &call->args->paths;
    unsigned mode;
    int r = parse_mode(call->args->mode, &mode, err), failure = 0;

    if (r < 0)
        return r;
    if (mode & ~PERMISSIONS)
        hook_warn("of the mode %s only the permissions %o are set", call->args->mode,
                  mode & PERMISSIONS);
    for (size_t i = 0; i < paths->n; i++)
        if ((r = change(call, paths->items[i], mode & PERMISSIONS, err)) < 0)
            failure = r;
    return failure;
}
