/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a node is built. */
#include "tests/fakenode/build.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Where programs of the node find its description. */
#define DESCRIPTION_PATH "/run/fakenode/machine"

static void put_dir(const struct tree *t, const struct record *r)
{
    tree_dir(t, record_text(r, "path", ""), record_mode(r, "mode", 0755));
}

/* Content with \n and \t as in C. */
static void put_file(const struct tree *t, const struct record *r)
{
    char *text = strdup(record_text(r, "content", ""));
    char *to = text;

    if (!text)
        err(FAKENODE_FAILED, "cannot write %s", record_text(r, "path", ""));
    for (const char *from = text; *from; from++) {
        if (from[0] == '\\' && (from[1] == 'n' || from[1] == 't'))
            *to++ = *++from == 'n' ? '\n' : '\t';
        else
            *to++ = *from;
    }
    tree_file(t, record_text(r, "path", ""), record_mode(r, "mode", 0644), text,
              (size_t)(to - text));
    free(text);
}

static void put_link(const struct tree *t, const struct record *r)
{
    tree_link(t, record_text(r, "path", ""), record_text(r, "target", ""));
}

static void put_socket(const struct tree *t, const struct record *r)
{
    tree_socket(t, record_text(r, "path", ""), record_mode(r, "mode", 0666));
}

static void remove_missing(const struct tree *t, const struct machine *m)
{
    const struct record *r;

    for (r = desc_next(&m->desc, "missing", NULL); r; r = desc_next(&m->desc, "missing", r)) {
        const char *path = record_text(r, "path", "");

        if (!tree_remove(t, path))
            desc_fail(&m->desc, r->line, "%s is not on the node anyway", path);
    }
}

void build_node(const struct tree *t, const struct machine *m)
{
    static const struct {
        const char *keyword;
        void (*put)(const struct tree *t, const struct record *r);
    } files[] = {{"dir", put_dir}, {"link", put_link}, {"file", put_file}, {"socket", put_socket}};

    build_driver(t, m);
    build_proc_driver(t, m);
    build_sys(t, m);
    build_dev(t, m);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *keyword = files[i].keyword;
        const struct record *r;

        for (r = desc_next(&m->desc, keyword, NULL); r; r = desc_next(&m->desc, keyword, r))
            files[i].put(t, r);
    }
    tree_printf(t, DESCRIPTION_PATH, 0644, "%s", m->desc.text);
    remove_missing(t, m);
}
