/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk that validation makes through a document. There is one for both uses: with
 * `lint` everything is reported, without it the walk ends at the first error. The path of
 * a member is a chain of steps on the stack and becomes text only when there is a finding.
 */
#ifndef CDIKIT_CDI_VALIDATE_INTERNAL_H
#define CDIKIT_CDI_VALIDATE_INTERNAL_H

#include <stddef.h>

#include "cdi/lint.h"
#include "cdi/member.h"
#include "cdi/unread.h"

/* Steps that live as long as the block they stand in. */
#define MEMBER(up, field)      (&(const struct member){.in = (up), .name = (field)})
#define ITEM(up, field, i)     (&(const struct member){.in = MEMBER(up, field), .index = (i)})
#define ANNOTATION(up, string) (&(const struct member){.in = (up), .name = (string), .key = true})

struct walk {
    const struct cdi_spec *spec; /* NULL when edits are checked alone */
    struct lint *lint;           /* NULL: stop at the first error */
    const struct unread *unread; /* members whose absence is no finding, or NULL */
    struct cdi_error *err;
    size_t key_hint; /* for position_of_key() */
};

/* True when rules of severity warning are to be looked at. */
static inline bool walk_warns(const struct walk *walk)
{
    return walk->lint != NULL;
}

/* True when this rule, of another severity than error, is to be looked at. */
static inline bool walk_wants(const struct walk *walk, enum rule rule)
{
    return walk->lint && lint_wants(walk->lint, rule);
}

/* True when a member was there and could not be read. */
bool walk_unread(const struct walk *walk, const struct member *at);

/*
 * Reports a finding, unless that member was not read; `hint` may be NULL. Returns 0 when the
 * walk goes on, negative when it ends: every function of the walk hands that on at once.
 */
int walk_report(struct walk *walk, enum rule rule, const struct member *at, const char *hint,
                const char *fmt, ...) CDI_PRINTF(5, 6);

/* Reports NOMEM, which ends every walk. */
int walk_nomem(struct walk *walk);

/* Walks through the device nodes, hooks and mounts of one containerEdits object. */
int validate_nodes(struct walk *walk, const struct member *in, const struct cdi_edits *edits);
int validate_hooks(struct walk *walk, const struct member *in, const struct cdi_edits *edits);
int validate_mounts(struct walk *walk, const struct member *in, const struct cdi_edits *edits);

/* Reports items of an env list that are not NAME=VALUE. */
int validate_env(struct walk *walk, const struct member *in, enum rule rule,
                 const struct cdi_strings *env);

/* Reports a path that must be absolute and is not; "" is left to other rules. */
int validate_relative(struct walk *walk, enum rule rule, const struct member *at, const char *path);

/*
 * Reports each of n objects in `list` whose member `name`, at base for the first of them, is
 * that of an earlier one.
 */
int validate_duplicates(struct walk *walk, enum rule rule, const struct member *in,
                        const char *list, const char *name, const void *base, size_t stride,
                        size_t n);

bool validate_is_one_of(const char *s, const char *const *list, size_t n);

/* Walks through one containerEdits object. */
int validate_edits(struct walk *walk, const struct member *at, const struct cdi_edits *edits);

/* Walks through a whole document, in the order in which CDI engines do. */
int validate_spec(struct walk *walk);

/* Reports the second YAML document of a text whose first one could be read. */
int validate_documents(struct walk *walk, const char *text, size_t len);

/* Reports what the bytes of a text show: its encoding, ends of lines, comments for cdikit. */
int validate_text_form(struct walk *walk, const char *text, size_t len);

/*
 * For n strings, of which the i-th pointer is at (char *)base + i * stride: the index of the
 * first that equals each, all that is from the character `end` on set aside. malloc'ed, NULL
 * without memory. NULL strings count as "".
 */
size_t *validate_first_equal(const void *base, size_t stride, size_t n, char end);

/* The text of a string that a built document may have left NULL. */
static inline const char *validate_text(const char *s)
{
    return s ? s : "";
}

#endif
