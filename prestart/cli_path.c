/* SPDX-License-Identifier: Apache-2.0 */
/* Where nvidia-container-cli and the programs that it needs are, and its environment. */
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/executable.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "prestart/cli.h"

#define PROGRAM "nvidia-container-cli"

int cli_ldconfig(const char *configured, struct arena *arena, const char **out,
                 struct cdi_error *err)
{
    static const char real[] = ".real";
    size_t len = strlen(configured), real_len = sizeof real - 1;
    const char *path;

    *out = configured;
    if (*configured != '@')
        return 0;
    if (len > real_len && strcmp(configured + len - real_len, real) == 0)
        len -= real_len;
    path = arena_printf(arena, "%.*s%s", (int)len, configured, real);
    if (!path)
        return cdi_error_nomem(err);
    if (access(path + 1, F_OK) < 0)
        path = arena_strndup(arena, configured, len);
    *out = path;
    return path ? 0 : cdi_error_nomem(err);
}

/* The next element of a PATH that is absolute. */
static const char *next_dir(const char **rest, size_t *len)
{
    const char *dir;

    while ((dir = path_next(rest, len)) && *dir != '/')
        ;
    return dir;
}

static bool has_dir(const char *path, const char *dir, size_t len)
{
    const char *element;
    size_t element_len;

    while ((element = next_dir(&path, &element_len)))
        if (element_len == len && memcmp(element, dir, len) == 0)
            return true;
    return false;
}

/* Adds the elements of a PATH that `known` has not, each beneath a root. */
static void add_dirs(struct strbuf *b, const char *root, const char *path, const char *known)
{
    const char *dir;
    size_t len;

    while ((dir = next_dir(&path, &len))) {
        if (has_dir(known, dir, len))
            continue;
        if (b->len)
            strbuf_addch(b, ':');
        strbuf_addstr(b, root);
        strbuf_add(b, dir, len);
    }
}

int cli_search_path(const char *root, const char *path, struct arena *arena, const char **out,
                    struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    if (!path)
        path = "";
    if (*root && strcmp(root, "/") != 0) {
        add_dirs(&b, root, path, "");
        add_dirs(&b, root, executable_dirs, path);
    }
    add_dirs(&b, "", path, "");
    add_dirs(&b, "", executable_dirs, path);
    *out = b.failed ? NULL : arena_strdup(arena, b.s);
    return *out ? 0 : cdi_error_nomem(err);
}

int cli_find(const char *search_path, struct arena *arena, const char **out, struct cdi_error *err)
{
    const char *rest = search_path, *dir;
    struct stat st;
    size_t len;

    while ((dir = next_dir(&rest, &len))) {
        *out = arena_printf(arena, "%.*s/" PROGRAM, (int)len, dir);
        if (!*out)
            return cdi_error_nomem(err);
        if (executable_is(*out, &st))
            return 0;
    }
    return cdi_error_set(err, CDI_ERR_NOTFOUND,
                         PROGRAM " is not in %s: install it (libnvidia-container-tools), or name "
                                 "it in config.toml, " PROGRAM ".path; with "
                                 "nvidia-container-runtime.mode = \"cdi\" or \"jit-cdi\", and the "
                                 "runtime in place of this hook, it is not needed",
                         search_path);
}

/* True if an entry "NAME=..." is of the same variable as one of the list. */
static bool is_replaced(const char *entry, const struct config_list *added)
{
    size_t len = strcspn(entry, "=");

    for (size_t i = 0; i < added->n; i++)
        if (strncmp(added->items[i], entry, len) == 0 && added->items[i][len] == '=')
            return true;
    return false;
}

int cli_environment(char *const *environment, const struct config_list *added, const char *path,
                    struct arena *arena, char ***out, struct cdi_error *err)
{
    const char *entry = path ? arena_printf(arena, "PATH=%s", path) : NULL;
    const struct config_list own = {&entry, path ? 1 : 0};
    size_t n = 0, kept = 0;

    while (environment[n])
        n++;
    *out = arena_calloc(arena, n + own.n + added->n + 1, sizeof **out);
    if (!*out || (path && !entry))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        if (!is_replaced(environment[i], added) && !is_replaced(environment[i], &own))
            (*out)[kept++] = environment[i];
    if (path && !is_replaced(entry, added))
        (*out)[kept++] = arena_strdup(arena, entry);
    for (size_t i = 0; i < added->n; i++)
        (*out)[kept++] = arena_strdup(arena, added->items[i]);
    for (size_t i = 0; i < kept; i++)
        if (!(*out)[i])
            return cdi_error_nomem(err);
    return 0;
}
