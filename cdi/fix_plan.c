/* SPDX-License-Identifier: Apache-2.0 */
/* From a finding to the edit that repairs it. What comes of it is checked afterwards. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/span.h"
#include "cdi/fix_internal.h"

/* A scalar of one line in the text. */
struct token {
    struct span all;  /* with its quotes */
    struct span text; /* without them */
    char quotes;      /* '\0' without */
};

/* Finds the scalar at a place; false for one with an anchor, a tag, escapes, or of a block. */
static bool token_find(struct fix_plan *plan, struct cdi_position pos, struct token *token)
{
    size_t len, n = 0;
    const char *s = text_cursor_find(&plan->cursor, pos, &len), *end;

    if (!s || len == 0 || strchr("&*!|>%@`#", *s))
        return false;
    if (*s == '"' || *s == '\'') {
        end = memchr(s + 1, *s, len - 1);
        if (!end || memchr(s, '\\', (size_t)(end - s)))
            return false;
        n = (size_t)(end - s) + 1;
        *token = (struct token){{s, n}, {s + 1, n - 2}, *s};
        return n == len || s[n] != *s;
    }
    while (n < len && !strchr(" \t,[]{}:", s[n]))
        n++;
    *token = (struct token){{s, n}, {s, n}, '\0'};
    return n > 0;
}

int fix_add_edit(struct fix_plan *plan, const struct fix_edit *edit)
{
    struct fix_edit *edits = arena_grow(plan->arena, plan->edits, plan->n, sizeof *edits);

    if (!edits || !edit->value || !edit->text)
        return cdi_error_nomem(plan->err);
    edits[plan->n++] = *edit;
    plan->edits = edits;
    return 0;
}

/* Puts a string into the place of a scalar, in the quotes that are there or those it needs. */
static int replace(struct fix_plan *plan, enum fix_kind kind, struct cdi_position pos,
                   const struct token *token, const char *value)
{
    bool bare = !token->quotes && scalar_is_string(value, strlen(value));
    char quotes = token->quotes ? token->quotes : '"';
    struct fix_edit edit = {
        .kind = kind,
        .pos = pos,
        .value = value,
        .start = (size_t)(token->all.s - plan->text),
        .len = token->all.len,
        .text = bare ? value : arena_printf(plan->arena, "%c%s%c", quotes, value, quotes),
    };

    return fix_add_edit(plan, &edit);
}

/* A released version later than any that is known here. */
static bool is_later(const char *s, size_t len)
{
    static const char current[] = CDI_VERSION_CURRENT;
    unsigned long numbers[2][3];
    const char *texts[2] = {s, current};

    if (len >= 32 || memchr(s, '\0', len))
        return false;
    for (size_t t = 0; t < 2; t++) {
        char *end = NULL;
        const char *at = texts[t] + (*texts[t] == 'v');

        for (size_t i = 0; i < 3; i++) {
            if (!ascii_isdigit(*at))
                return false;
            numbers[t][i] = strtoul(at, &end, 10);
            at = end + (i < 2 && *end == '.');
        }
    }
    for (size_t i = 0; i < 3; i++)
        if (numbers[0][i] != numbers[1][i])
            return numbers[0][i] > numbers[1][i];
    return false;
}

/* A document without cdiVersion gets it as its first member. */
static int insert_version(struct fix_plan *plan)
{
    struct cdi_position pos = plan->root->pos;
    size_t len, blank = 0;
    const char *s = text_cursor_find(&plan->cursor, pos, &len);
    const char *end = plan->text + plan->len;
    struct fix_edit edit = {.kind = FIX_INSERT, .pos = pos, .value = "cdiVersion"};

    if (!s)
        return 0;
    edit.start = (size_t)(s - plan->text);
    if (*s != '{') {
        edit.text = arena_printf(plan->arena, "cdiVersion: \"%s\"\n", plan->min_version);
        return pos.column == 1 ? fix_add_edit(plan, &edit) : 0;
    }
    s++;
    while (s + blank < end && ascii_isspace(s[blank]))
        blank++;
    edit.start++;
    edit.text = blank ? arena_printf(plan->arena, "%.*s\"cdiVersion\": \"%s\",", (int)blank, s,
                                     plan->min_version)
                      : arena_printf(plan->arena, "\"cdiVersion\": \"%s\", ", plan->min_version);
    return fix_add_edit(plan, &edit);
}

static bool has_version(const struct yaml_node *root)
{
    for (size_t i = 0; i < root->len; i++)
        if (strcmp(root->entries[i].key->scalar.s, "cdiVersion") == 0)
            return true;
    return false;
}

static int plan_version(struct fix_plan *plan, const struct cdi_finding *finding)
{
    struct token token;
    const char *value = plan->min_version;

    if (!value || plan->root->kind != YAML_MAPPING)
        return 0;
    if (!has_version(plan->root))
        return insert_version(plan);
    if (!token_find(plan, finding->pos, &token) || is_later(token.text.s, token.text.len))
        return 0;
    if (token.text.len && *token.text.s == 'v')
        value = arena_printf(plan->arena, "v%s", value);
    return value ? replace(plan, FIX_VALUE, finding->pos, &token, value)
                 : cdi_error_nomem(plan->err);
}

/* What was written becomes what it looks like. */
static int plan_quotes(struct fix_plan *plan, const struct cdi_finding *finding)
{
    struct token token;
    const char *value;

    if (!token_find(plan, finding->pos, &token) || token.quotes)
        return 0;
    value = arena_strndup(plan->arena, token.text.s, token.text.len);
    return value ? replace(plan, FIX_VALUE, finding->pos, &token, value)
                 : cdi_error_nomem(plan->err);
}

/* The key becomes the last step of the member's path, which is as the specification spells it. */
static int plan_key(struct fix_plan *plan, const struct cdi_finding *finding)
{
    const char *dot = strrchr(finding->path, '.');
    struct token token;

    if (!token_find(plan, finding->pos, &token))
        return 0;
    return replace(plan, FIX_KEY, finding->pos, &token, dot ? dot + 1 : finding->path);
}

/* True for a comment, or what may be one, behind something else in a line. */
static bool has_comment(const char *line, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (line[i] == '#' && ascii_isspace(line[i - 1]))
            return true;
    return false;
}

/* A repeated key goes with its line, if it has that for itself; a comment is not thrown away. */
static int plan_repeated(struct fix_plan *plan, const struct cdi_finding *finding)
{
    size_t len;
    const char *s = text_cursor_find(&plan->cursor, finding->pos, &len);
    const char *begin = s, *end = plan->text + plan->len;
    struct fix_edit edit = {.kind = FIX_DELETE, .pos = finding->pos, .value = "", .text = ""};

    if (!s || has_comment(s, len))
        return 0;
    while (begin > plan->text && begin[-1] == ' ')
        begin--;
    if (begin > plan->text && begin[-1] != '\n')
        return 0;
    s += len;
    s += s < end && *s == '\r';
    s += s < end && *s == '\n';
    edit.start = (size_t)(begin - plan->text);
    edit.len = (size_t)(s - begin);
    return fix_add_edit(plan, &edit);
}

/* Words that can mean one thing only; upper and lower case are the same. */
static const struct {
    const char *rule, *word, *right;
} words[] = {
    {"node-type", "char", "c"},
    {"node-type", "character", "c"},
    {"node-type", "block", "b"},
    {"node-type", "fifo", "p"},
    {"node-type", "b", "b"},
    {"node-type", "c", "c"},
    {"node-type", "u", "u"},
    {"node-type", "p", "p"},
    {"hook-name", "prestart", "prestart"},
    {"hook-name", "createRuntime", "createRuntime"},
    {"hook-name", "createContainer", "createContainer"},
    {"hook-name", "startContainer", "startContainer"},
    {"hook-name", "poststart", "poststart"},
    {"hook-name", "poststop", "poststop"},
};

static bool same_word(struct span text, const char *word)
{
    if (text.len != strlen(word))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (ascii_tolower(text.s[i]) != ascii_tolower(word[i]))
            return false;
    return true;
}

static int plan_word(struct fix_plan *plan, const struct cdi_finding *finding)
{
    struct token token;

    if (!token_find(plan, finding->pos, &token))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (strcmp(words[i].rule, finding->rule->id) == 0 && same_word(token.text, words[i].word))
            return replace(plan, FIX_VALUE, finding->pos, &token, words[i].right);
    return 0;
}

/* NULL: a repair of the whole text. */
static const struct repair {
    const char *rule;
    int (*plan)(struct fix_plan *plan, const struct cdi_finding *finding);
} repairs[] = {
    {"carriage-return", NULL},          {"byte-order-mark", NULL},
    {"version-unknown", plan_version},  {"version-too-low", plan_version},
    {"version-too-high", plan_version}, {"target-version", plan_version},
    {"coerced-scalar", plan_quotes},    {"field-case", plan_key},
    {"duplicate-key", plan_repeated},   {"member-order", fix_plan_order},
    {"node-type", plan_word},           {"hook-name", plan_word},
};

static const struct repair *find_repair(const struct cdi_rule *rule)
{
    for (size_t i = 0; i < ARRAY_SIZE(repairs); i++)
        if (strcmp(repairs[i].rule, rule->id) == 0)
            return &repairs[i];
    return NULL;
}

bool fix_is_of_text(const struct cdi_rule *rule)
{
    const struct repair *repair = find_repair(rule);

    return repair && !repair->plan;
}

int fix_plan_finding(struct fix_plan *plan, const struct cdi_finding *finding)
{
    const struct repair *repair = find_repair(finding->rule);

    return repair && repair->plan && plan->root ? repair->plan(plan, finding) : 0;
}
