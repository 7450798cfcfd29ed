/* SPDX-License-Identifier: Apache-2.0 */
#include "apply/require.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/semver.h"

enum comparison {
    COMPARISON_NE,
    COMPARISON_LE,
    COMPARISON_GE,
    COMPARISON_EQ,
    COMPARISON_LT,
    COMPARISON_GT,
    N_COMPARISONS
};

/* In the order in which they are tried. */
static const char *const signs[N_COMPARISONS] = {
    [COMPARISON_NE] = "!=", [COMPARISON_LE] = "<=", [COMPARISON_GE] = ">=",
    [COMPARISON_EQ] = "=",  [COMPARISON_LT] = "<",  [COMPARISON_GT] = ">",
};

static const struct property {
    const char *name;
    bool version;
    size_t offset;
} properties[] = {
    {"cuda", true, offsetof(struct require_facts, cuda)},
    {"arch", true, offsetof(struct require_facts, arch)},
    {"driver", true, offsetof(struct require_facts, driver)},
    {"brand", false, offsetof(struct require_facts, brand)},
};

/* "cuda>=12.0" */
struct factor {
    const struct property *property; /* NULL: one that nobody knows, which says nothing */
    enum comparison comparison;      /* N_COMPARISONS: none, which never holds */
    const char *value;
    size_t value_len;
};

/* The part of a list before the next separator, and the list behind it. */
struct piece {
    const char *s;
    size_t len;
};

/* Takes the first piece off a list; false at its end. */
static bool next_piece(struct piece *list, char separator, struct piece *out)
{
    const char *at;

    if (!list->s)
        return false;
    at = list->len ? memchr(list->s, separator, list->len) : NULL;
    *out = (struct piece){list->s, at ? (size_t)(at - list->s) : list->len};
    if (at)
        *list = (struct piece){at + 1, list->len - out->len - 1};
    else
        list->s = NULL;
    return true;
}

static const struct property *find_property(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
        if (strlen(properties[i].name) == len && memcmp(properties[i].name, name, len) == 0)
            return &properties[i];
    return NULL;
}

static enum comparison find_comparison(const char *s, size_t len)
{
    enum comparison op = 0;

    while (op < N_COMPARISONS &&
           (strlen(signs[op]) > len || memcmp(signs[op], s, strlen(signs[op])) != 0))
        op++;
    return op;
}

static int read_factor(struct piece text, struct factor *out, struct cdi_error *err)
{
    size_t len = 0;
    struct semver version;

    while (len < text.len && !strchr("<>=!", text.s[len]))
        len++;
    if (len == text.len)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "%s is no requirement: it has none of the operators =, !=, <, <=, > "
                             "and >=",
                             quote(text.s, text.len).text);
    *out = (struct factor){.property = find_property(text.s, len),
                           .comparison = find_comparison(text.s + len, text.len - len)};
    if (out->comparison < N_COMPARISONS)
        len += strlen(signs[out->comparison]);
    out->value = text.s + len;
    out->value_len = text.len - len;
    if (!out->property || !out->property->version ||
        semver_parse(out->value, out->value_len, &version))
        return 0;
    return cdi_error_set(err, CDI_ERR_INVALID, "%s is no requirement: %s is not a version",
                         quote(text.s, text.len).text, quote(out->value, out->value_len).text);
}

static const char *fact(const struct require_facts *facts, const struct property *property)
{
    return *(const char *const *)(const void *)((const char *)facts + property->offset);
}

static int compare_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t len = a_len < b_len ? a_len : b_len;
    int order = len ? memcmp(a, b, len) : 0;

    return order ? order : (a_len > b_len) - (a_len < b_len);
}

static bool order_is(enum comparison op, int order)
{
    switch (op) {
    case COMPARISON_NE:
        return order != 0;
    case COMPARISON_LE:
        return order <= 0;
    case COMPARISON_GE:
        return order >= 0;
    case COMPARISON_EQ:
        return order == 0;
    case COMPARISON_LT:
        return order < 0;
    case COMPARISON_GT:
        return order > 0;
    case N_COMPARISONS:
        break;
    }
    return false;
}

/* Of a version that is not known nothing holds; a brand that is not known is "". */
static bool holds(const struct factor *f, const struct require_facts *facts)
{
    const char *has = fact(facts, f->property);
    struct semver a, b;

    if (!f->property->version) {
        has = has ? has : "";
        return order_is(f->comparison, compare_text(has, strlen(has), f->value, f->value_len));
    }
    return has && semver_parse(has, strlen(has), &a) && semver_parse(f->value, f->value_len, &b) &&
           order_is(f->comparison, semver_compare(&a, &b));
}

/* What a requirement comes to. */
struct verdict {
    bool any; /* it has a factor that says something */
    bool holds;
    bool named[ARRAY_SIZE(properties)]; /* the properties that it is about */
};

/* All factors are read, so that what is no requirement is one nowhere. */
static int check_term(struct piece term, const struct require_facts *facts, struct verdict *out,
                      struct cdi_error *err)
{
    bool any = false, all = true;
    struct piece text;

    while (next_piece(&term, ',', &text)) {
        struct factor factor = {.property = NULL};
        int r;

        if (text.len == 0)
            continue;
        r = read_factor(text, &factor, err);
        if (r < 0)
            return r;
        if (!factor.property)
            continue;
        any = true;
        all = all && holds(&factor, facts);
        out->named[factor.property - properties] = true;
    }
    out->any = out->any || any;
    out->holds = out->holds || (any && all);
    return 0;
}

/* "this machine has cuda 11.4 and driver unknown", of what the requirement is about. */
static const char *describe(const struct require_facts *facts, const struct verdict *verdict,
                            struct arena *arena)
{
    const char *text = "";

    for (size_t i = 0; text && i < ARRAY_SIZE(properties); i++) {
        const char *has = fact(facts, &properties[i]);

        if (verdict->named[i])
            text = arena_printf(arena, "%s%s%s %s", text, *text ? ", " : "", properties[i].name,
                                has ? has : "unknown");
    }
    return text;
}

int require_check(const char *requirement, const struct require_facts *facts, struct arena *arena,
                  struct cdi_error *err)
{
    struct piece rest = {requirement, strlen(requirement)}, term;
    struct verdict verdict = {.any = false};
    const char *machine;

    while (next_piece(&rest, ' ', &term)) {
        int r = check_term(term, facts, &verdict, err);

        if (r < 0)
            return cdi_error_wrap(err, r, "the image's requirement %s",
                                  quote_string(requirement).text);
    }
    if (!verdict.any || verdict.holds)
        return 0;
    machine = describe(facts, &verdict, arena);
    if (!machine)
        return cdi_error_nomem(err);
    return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                         "the image requires %s, and this machine has %s; "
                         "NVIDIA_DISABLE_REQUIRE=true turns requirements off",
                         quote_string(requirement).text, machine);
}

bool require_is_known(const char *requirement)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        const char *name = properties[i].name, *at = requirement;

        while ((at = strstr(at, name))) {
            at += strlen(name);
            if (*at && strchr("<>=!", *at))
                return true;
        }
    }
    return false;
}
