/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/lowlevel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/executable.h"
#include "base/path.h"
#include "base/strbuf.h"

/* What a search has come upon besides its result. */
struct search {
    const struct lowlevel_self *self;
    bool met_self;
};

/* Two files of one size. What cannot be read is different. */
static bool same_content(const char *a, const char *b)
{
    _cleanup_close_ int fd_a = open(a, O_RDONLY | O_CLOEXEC);
    _cleanup_close_ int fd_b = open(b, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char buf_a[16384], buf_b[16384];

    for (off_t at = 0; fd_a >= 0 && fd_b >= 0;) {
        ssize_t n = pread(fd_a, buf_a, sizeof buf_a, at);

        if (n <= 0)
            return n == 0;
        if (pread(fd_b, buf_b, (size_t)n, at) != n || memcmp(buf_a, buf_b, (size_t)n) != 0)
            return false;
        at += n;
    }
    return false;
}

/* The file itself, or a copy. */
static bool is_self(const struct lowlevel_self *self, const char *path, const struct stat *st)
{
    if (st->st_dev == self->st.st_dev && st->st_ino == self->st.st_ino)
        return true;
    return S_ISREG(st->st_mode) && st->st_size == self->st.st_size &&
           same_content(self->path, path);
}

static bool is_program(struct search *search, const char *path)
{
    struct stat st;

    if (!executable_is(path, &st))
        return false;
    if (search->self && is_self(search->self, path, &st)) {
        search->met_self = true;
        return false;
    }
    return true;
}

/* Looks for a file in a colon-separated list of directories. */
static bool find_in(struct search *search, const char *dirs, const char *name, char *buf,
                    size_t size)
{
    size_t len, name_len = strlen(name);
    const char *dir;

    while ((dir = path_next(&dirs, &len))) {
        bool relative = *dir != '/';

        if (len + name_len + 3 > size)
            continue;
        buf[0] = '/';
        memcpy(buf + relative, dir, len);
        len += relative;
        buf[len] = '/';
        memcpy(buf + len + 1, name, name_len + 1);
        if (is_program(search, buf))
            return true;
    }
    return false;
}

static int not_found(const char *const *candidates, size_t n, bool met_self, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf list = STRBUF_INIT;

    for (size_t i = 0; i < n; i++)
        strbuf_printf(&list, "%s%s", i ? ", " : "", candidates[i]);
    strbuf_add(&list, "", 0);
    if (list.failed)
        return cdi_error_nomem(err);
    return cdi_error_set(
        err, CDI_ERR_NOTFOUND, "no low-level runtime is installed: tried %s%s", list.s,
        met_self ? " (and passed over this program itself, which has the name of one)" : "");
}

int lowlevel_find(const char *const *candidates, size_t n, const char *search_path,
                  const struct lowlevel_self *self, char *buf, size_t size, struct cdi_error *err)
{
    struct search search = {self, false};

    if (n == 0)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "no low-level runtime is configured: "
                             "nvidia-container-runtime.runtimes is an empty list");
    for (size_t i = 0; i < n; i++) {
        const char *name = candidates[i];

        if (!*name)
            continue;
        if (!strchr(name, '/')) {
            if ((search_path && find_in(&search, search_path, name, buf, size)) ||
                find_in(&search, executable_dirs, name, buf, size))
                return 0;
        } else if (strlen(name) < size && is_program(&search, name)) {
            memcpy(buf, name, strlen(name) + 1);
            return 0;
        }
    }
    return not_found(candidates, n, search.met_self, err);
}

bool lowlevel_self(struct lowlevel_self *self)
{
    self->path = "/proc/self/exe";
    if (stat(self->path, &self->st) == 0)
        return true;
    /* Without /proc the name that we were started by has to do. */
    self->path = (const char *)getauxval(AT_EXECFN);
    return self->path && stat(self->path, &self->st) == 0;
}

int lowlevel_exec(const char *path, int argc, char **argv, struct cdi_error *err)
{
    char *alone[] = {NULL, NULL};
    char **args = argc > 0 ? argv : alone;

    args[0] = (char *)(uintptr_t)path;
    (void)execve(path, args, environ);
    return cdi_error_set_errno(err, errno, "cannot execute the low-level runtime %s", path);
}
