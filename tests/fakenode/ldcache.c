/* SPDX-License-Identifier: Apache-2.0 */
/* The caches of the dynamic loader, by the system's ldconfig. */
#include "tests/fakenode/build.h"

#include <err.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *find_ldconfig(void)
{
    static const char *const places[] = {"/sbin/ldconfig", "/usr/sbin/ldconfig",
                                         "/usr/bin/ldconfig"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], X_OK) == 0)
            return places[i];
    }
    return NULL;
}

static void run_ldconfig(const char *ldconfig, const char *top)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        /* -X: the links are made already, and not all that ldconfig would make exist on a node. */
        execl(ldconfig, ldconfig, "-X", "-r", top, (char *)NULL);
        err(FAKENODE_FAILED, "cannot run %s", ldconfig);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        err(FAKENODE_FAILED, "cannot run %s", ldconfig);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        errx(FAKENODE_FAILED, "%s -r %s failed", ldconfig, top);
}

void build_ld_caches(const struct tree *t, const struct machine *m, const char *top)
{
    const char *ldconfig = find_ldconfig();

    if (!m->ld_cache)
        tree_remove(t, "/etc/ld.so.cache");
    if (!m->ld_cache || !ldconfig)
        return;
    run_ldconfig(ldconfig, top);
    for (const struct record *r = desc_next(&m->desc, "driver", NULL); r;
         r = desc_next(&m->desc, "driver", r)) {
        const char *root = record_text(r, "root", "");

        if (*root)
            run_ldconfig(ldconfig, tree_path("%s%s", top, root).text);
    }
}
