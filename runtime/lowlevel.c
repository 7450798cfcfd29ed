/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/lowlevel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

/* Looked into after PATH: an engine may start its runtime without one. */
static const char usual_dirs[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* What a search has come upon besides its result. */
struct search {
    const struct stat *self;
    bool met_self;
};

static bool is_program(struct search *search, const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0 || S_ISDIR(st.st_mode) || !(st.st_mode & 0111))
        return false;
    if (search->self && st.st_dev == search->self->st_dev && st.st_ino == search->self->st_ino) {
        search->met_self = true;
        return false;
    }
    return true;
}

/* Looks for a file in a colon-separated list of directories. */
static bool find_in(struct search *search, const char *dirs, const char *name, char *buf,
                    size_t size)
{
    for (const char *dir = dirs, *end; *dir; dir = *end ? end + 1 : end) {
        size_t len, name_len = strlen(name);
        bool relative = *dir != '/';

        end = strchrnul(dir, ':');
        len = (size_t)(end - dir);
        if (len == 0 || len + name_len + 3 > size)
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
                  const struct stat *self, char *buf, size_t size, struct cdi_error *err)
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
                find_in(&search, usual_dirs, name, buf, size))
                return 0;
        } else if (strlen(name) < size && is_program(&search, name)) {
            memcpy(buf, name, strlen(name) + 1);
            return 0;
        }
    }
    return not_found(candidates, n, search.met_self, err);
}

bool lowlevel_self(struct stat *self)
{
    const char *name = (const char *)getauxval(AT_EXECFN);

    /* Without /proc the name that we were started by has to do. */
    return stat("/proc/self/exe", self) == 0 || (name && stat(name, self) == 0);
}

int lowlevel_exec(const char *path, int argc, char **argv, struct cdi_error *err)
{
    char *alone[] = {NULL, NULL};
    char **args = argc > 0 ? argv : alone;

    args[0] = (char *)(uintptr_t)path;
    (void)execve(path, args, environ);
    return cdi_error_set_errno(err, errno, "cannot execute the low-level runtime %s", path);
}
