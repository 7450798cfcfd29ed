/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a document one is: a chain of steps on the stack, text only when it is wanted. */
#ifndef CDIKIT_CDI_MEMBER_H
#define CDIKIT_CDI_MEMBER_H

#include <stdbool.h>
#include <stddef.h>

/* One step down; NULL is the document. */
struct member {
    const struct member *in;
    const char *name; /* a field, or with `key` a key of annotations; NULL: item `index` */
    size_t index;
    bool key;
};

struct member_path {
    char text[1024];
};

/* The path, e.g. devices[0].containerEdits.env[2]; `root` where it is the document itself. */
struct member_path member_path(const struct member *member, const char *root);

#endif
