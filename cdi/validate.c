/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/finding_list.h"
#include "cdi/position.h"
#include "cdi/validate_internal.h"

int walk_nomem(struct walk *walk)
{
    return cdi_error_nomem(walk->err);
}

static struct cdi_position position_of(struct walk *walk, const struct member *at, const char *path)
{
    if (!walk->spec || !walk->spec->root)
        return (struct cdi_position){0, 0};
    if (at && at->key)
        return position_of_key(walk->spec, member_path(at->in, "").text, at->name, &walk->key_hint);
    return cdi_spec_position(walk->spec, path);
}

bool walk_unread(const struct walk *walk, const struct member *at)
{
    return walk->unread && walk->unread->n && unread_has(walk->unread, member_path(at, "").text);
}

int walk_report(struct walk *walk, enum rule rule, const struct member *at, const char *hint,
                const char *fmt, ...)
{
    _cleanup_strbuf_ struct strbuf message = STRBUF_INIT;
    struct member_path path;
    va_list ap;

    if (!walk->lint && !walk->err)
        return -CDI_ERR_INVALID;
    if (walk_unread(walk, at))
        return 0;
    if (walk->lint && !lint_wants(walk->lint, rule) && rules[rule].severity != CDI_SEVERITY_ERROR)
        return 0;
    path = member_path(at, "");
    va_start(ap, fmt);
    strbuf_vprintf(&message, fmt, ap);
    va_end(ap);
    if (message.failed)
        return walk_nomem(walk);
    if (walk->lint)
        return lint_add(walk->lint, rule, path.text, position_of(walk, at, path.text), hint,
                        message.s, walk->err);
    return cdi_error_set_at(walk->err, CDI_ERR_INVALID, walk->spec ? walk->spec->path : NULL,
                            position_of(walk, at, path.text), "%s: %s%s%s", path.text, message.s,
                            hint ? "; " : "", hint ? hint : "");
}

struct numbered {
    const char *s;
    size_t len;
    size_t i;
};

static int compare_numbered(const void *a, const void *b)
{
    const struct numbered *x = a, *y = b;
    int order = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);

    if (order == 0 && x->len != y->len)
        order = x->len < y->len ? -1 : 1;
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

size_t *validate_first_equal(const void *base, size_t stride, size_t n, char end)
{
    _cleanup_free_ struct numbered *sorted = calloc(n, sizeof *sorted);
    _cleanup_free_ size_t *first = calloc(n, sizeof *first);

    if (!sorted || !first)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        const char *s = *(const char *const *)(const void *)((const char *)base + i * stride);

        s = validate_text(s);
        sorted[i] = (struct numbered){s, (size_t)(strchrnul(s, end) - s), i};
    }
    qsort(sorted, n, sizeof *sorted, compare_numbered);
    for (size_t k = 0; k < n; k++) {
        bool same = k > 0 && sorted[k].len == sorted[k - 1].len &&
                    memcmp(sorted[k].s, sorted[k - 1].s, sorted[k].len) == 0;

        first[sorted[k].i] = same ? first[sorted[k - 1].i] : sorted[k].i;
    }
    return TAKE_PTR(first);
}

int cdi_spec_validate(const struct cdi_spec *spec, struct cdi_findings *out, struct cdi_error *err)
{
    struct cdi_findings findings;
    struct lint lint = {.findings = &findings};
    struct walk walk = {.spec = spec, .lint = &lint, .err = err};
    int r = finding_list_init(&findings, err);

    if (r == 0)
        r = validate_spec(&walk);
    r = finding_list_end(&findings, r, err);
    if (r == 0)
        *out = findings;
    return r;
}

int cdi_spec_check(const struct cdi_spec *spec, struct cdi_error *err)
{
    struct walk walk = {.spec = spec, .err = err};

    return validate_spec(&walk);
}

int cdi_edits_check(const struct cdi_edits *edits, struct cdi_error *err)
{
    struct walk walk = {.err = err};

    return validate_edits(&walk, NULL, edits);
}
