/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hooks/ldconf.h"
#include "hooks/ldfiles.h"
#include "hooks/ldmachine.h"
#include "hooks/ldsearch.h"

#define DEBIAN "/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu /lib /usr/lib "
#define OTHERS "/lib /usr/lib /lib64 /usr/lib64 /libx32 /usr/libx32 "

/* Folders, and what ld.so.conf has: "FILE=DIRECTORY". */
static const struct {
    const char *folders[4], *conf[4];
    bool first, debian;
    const char *expected; /* with duplicates, which are the same directory later */
} cases[] = {
    {{"/opt/d"}, {"x=/usr/local/lib"}, false, true, "/usr/local/lib " DEBIAN},
    {{"/opt/d"}, {"x=/usr/local/lib"}, true, true, "/opt/d /usr/local/lib " DEBIAN},
    /* what a distribution has anyway stays behind what the image prefers */
    {{"/usr/lib/x86_64-linux-gnu"}, {"x=/usr/local/lib"}, true, true, "/usr/local/lib " DEBIAN},
    {{"/usr/lib64"}, {"x=/opt/a"}, true, false, "/opt/a " OTHERS DEBIAN},
    {{"/usr/lib64"}, {"x=/opt/a"}, true, true, "/usr/lib64 /opt/a " DEBIAN},
    {{"/opt/b", "/opt/d"}, {"x=/opt/a", "x=/opt/b"}, true, true, "/opt/d /opt/a /opt/b " DEBIAN},
    /* the distribution's directories, then those where a Debian host mounts its driver */
    {{NULL}, {NULL}, false, false, OTHERS DEBIAN},
};

static void read_conf(const char *const *texts, struct arena *arena, struct ldconf *conf)
{
    *conf = (struct ldconf){.n = 0};
    conf->directories = arena_calloc(arena, 4, sizeof *conf->directories);
    for (; conf->n < 4 && texts[conf->n]; conf->n++) {
        const char *text = texts[conf->n], *equals = strchr(text, '=');

        conf->directories[conf->n].file = arena_strndup(arena, text, (size_t)(equals - text));
        conf->directories[conf->n].path = equals + 1;
    }
}

Test(ldsearch, order)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct ldfiles files = {.machine = ldmachine_find(EM_X86_64),
                                .folders = cases[i].folders,
                                .debian = cases[i].debian};
        struct ldsearch search;
        struct ldconf conf;
        char text[512] = "";

        while (files.n_folders < 4 && cases[i].folders[files.n_folders])
            files.n_folders++;
        read_conf(cases[i].conf, arena, &conf);
        cr_assert_eq(ldsearch_directories(&files, &conf, cases[i].first, arena, &search, NULL), 0);
        for (size_t k = 0; k < search.n; k++) {
            (void)strcat(text, search.items[k]);
            (void)strcat(text, " ");
        }
        cr_expect_str_eq(text, cases[i].expected, "%zu: %s", i, text);
    }
}
