/* SPDX-License-Identifier: Apache-2.0 */
/* Hook programs, which runtimes start on this node, most of them as root. */
#include <string.h>

#include "base/arena.h"
#include "base/quote.h"
#include "base/root.h"
#include "diagnose/live_internal.h"

static bool others_can_write(const struct stat *st)
{
    return (st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

/* True if everybody may take something out of the directory, or put something in its place. */
static bool others_can_replace(const struct stat *st)
{
    return (st->st_mode & S_IWOTH) && !(st->st_mode & S_ISVTX);
}

/* The first directory on the way to a path of which others_can_replace(), in *out, or NULL. */
static int find_open_directory(struct live *live, const char *path, const char **out)
{
    char *dir = arena_strdup(live->arena, path), *slash;
    struct stat st;

    *out = NULL;
    if (!dir)
        return cdi_error_nomem(live->to.err);
    for (slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (root_stat(live->root, dir, &st) == 0 && others_can_replace(&st)) {
            *out = dir;
            return 0;
        }
        *slash = '/';
    }
    return 0;
}

static int check_directories(struct live *live, const struct member *at, const char *path)
{
    const char *real = root_realpath(live->root, path, live->arena), *dir;
    int r = find_open_directory(live, path, &dir);

    if (r == 0 && !dir && real && strcmp(real, path) != 0)
        r = find_open_directory(live, real, &dir);
    if (r < 0 || !dir)
        return r;
    return report(&live->to, RULE_LIVE_HOOK_WRITABLE, at,
                  "take the write permission of others away",
                  "everybody can replace the hook program %s, which runs as root, for %s can "
                  "be written to",
                  quote_string(path).text, quote_string(dir).text);
}

/* What somebody else could put into the program. */
static int check_trust(struct live *live, const struct member *at, const char *path,
                       const struct stat *st)
{
    int r = 0;

    if (others_can_write(st))
        r = report(&live->to, RULE_LIVE_HOOK_WRITABLE, at, "chmod go-w, and look at what it is now",
                   "the hook program %s runs as root and can be written to by %s: its mode "
                   "is %04o",
                   quote_string(path).text,
                   st->st_mode & S_IWOTH ? "everybody" : "a group other than root's",
                   st->st_mode & 07777U);
    if (r == 0)
        r = check_directories(live, at, path);
    if (r == 0 && st->st_uid != 0)
        r = report(&live->to, RULE_LIVE_HOOK_OWNER, at, "chown root, unless the engine is rootless",
                   "the hook program %s belongs to the user %u, who becomes root by changing "
                   "it",
                   quote_string(path).text, st->st_uid);
    return r;
}

static int check_program(struct live *live, const struct member *at, const char *path)
{
    struct stat st;
    int r = root_stat(live->root, path, &st);

    if (r < 0)
        return live_report_stat(live, RULE_LIVE_HOOK_MISSING, at,
                                "install the program, or generate the document again, e.g. by "
                                "`cdikit refresh`",
                                path, -r);
    if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
        return report(&live->to, RULE_LIVE_HOOK_NOT_EXECUTABLE, at,
                      S_ISREG(st.st_mode) ? "chmod 0755" : "name a program", "the host's %s is %s",
                      quote_string(path).text,
                      S_ISREG(st.st_mode) ? "not executable" : "not a file");
    return check_trust(live, at, path, &st);
}

int live_check_hooks(struct live *live, const struct member *in, const struct cdi_edits *edits)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < edits->n_hooks; i++)
        if (edits->hooks[i].path[0] == '/')
            r = check_program(live, MEMBER(ITEM(in, "hooks", i), "path"), edits->hooks[i].path);
    return r;
}
