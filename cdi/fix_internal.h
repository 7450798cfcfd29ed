/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CDIKIT_CDI_FIX_INTERNAL_H
#define CDIKIT_CDI_FIX_INTERNAL_H

#include "cdi/fix.h"
#include "cdi/text.h"
#include "cdi/yaml.h"

/* What an edit does to the document. */
enum fix_kind {
    FIX_VALUE,  /* the scalar at pos becomes the string `value` */
    FIX_KEY,    /* the key at pos becomes the string `value` */
    FIX_INSERT, /* the document gets an entry with the key `value` */
    FIX_DELETE, /* the entry of the key at pos, which repeats another one, goes */
    FIX_ORDER,  /* the entries of the document are in another order */
};

/* A replacement of `len` bytes at `start`. */
struct fix_edit {
    enum fix_kind kind;
    struct cdi_position pos;
    const char *value;
    size_t start, len;
    const char *text; /* in their place */
};

struct fix_plan {
    struct arena *arena;
    const char *text;
    size_t len;
    struct text_cursor cursor;
    const struct yaml_node *root; /* NULL: the text could not be read */
    const char *min_version;      /* that the document needs; NULL if that is not known */
    struct fix_edit *edits;
    size_t n;
    struct cdi_error *err;
};

/* Adds the edit for a finding, if there is one for it. The arena gets the strings. */
int fix_plan_finding(struct fix_plan *plan, const struct cdi_finding *finding);

/* Adds the edit of the members' order: see fix_order.c. */
int fix_plan_order(struct fix_plan *plan, const struct cdi_finding *finding);

/* Adds an edit whose strings the arena has. NOMEM also if one of them is NULL. */
int fix_add_edit(struct fix_plan *plan, const struct fix_edit *edit);

/* True for what is repaired by rewriting the whole text: line ends, a byte order mark. */
bool fix_is_of_text(const struct cdi_rule *rule);

/*
 * True if the new tree is the old one with the edits and no other difference. Either may be NULL,
 * which is like nothing but itself.
 */
bool fix_trees_agree(const struct yaml_node *before, const struct yaml_node *after,
                     const struct fix_edit *edits, size_t n);

#endif
