/* SPDX-License-Identifier: Apache-2.0 */
/* The validation of a text: reading that goes on where it can, then all the rules. */
#include <cdikit/validate.h>

#include "base/cleanup.h"
#include "cdi/decode.h"
#include "cdi/finding_list.h"
#include "cdi/text.h"
#include "cdi/validate_internal.h"

static void free_specp(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}

/* What to do about a syntax error, where the text shows it. */
static const char *syntax_hint(struct text_cursor *cursor, struct cdi_position pos)
{
    size_t len;
    const char *s = text_cursor_find(cursor, pos, &len);

    return s && len && *s == '\t' ? "indent with blanks: YAML allows no tab here" : NULL;
}

/* What keeps a text from becoming a tree, as a finding. */
static int add_error(struct lint *lint, struct text_cursor *cursor, const struct cdi_error *why,
                     struct cdi_error *err)
{
    enum rule rule = why->code == CDI_ERR_SYNTAX  ? RULE_SYNTAX
                     : why->code == CDI_ERR_LIMIT ? RULE_LIMIT
                                                  : RULE_WRONG_TYPE;

    if (why->code == CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    return lint_add(lint, rule, "", why->pos,
                    rule == RULE_SYNTAX ? syntax_hint(cursor, why->pos) : NULL, why->message, err);
}

/* Fills a list with the findings of a text; *spec is the document as far as it could be read. */
static int find_all(const char *text, size_t len, const char *name, struct lint *lint,
                    struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    /* More is not looked at: decode_tree() refuses it. */
    struct text_cursor cursor = text_cursor_at(text, len <= CDI_SPEC_MAX_SIZE ? len : 0);
    struct decode_sink sink = {
        .lint = lint, .cursor = &cursor, .unread = {.arena = lint->findings->arena}};
    struct walk walk = {.lint = lint, .unread = &sink.unread, .err = err};
    int r = 0;

    if (len <= CDI_SPEC_MAX_SIZE)
        r = ignores_read(&lint->ignores, lint->findings->arena, text, len, err);
    if (r < 0)
        return r;
    if (decode_tree(text, len, name, spec, &why) < 0 || !*spec)
        return add_error(lint, &cursor, &why, err);
    walk.spec = *spec;
    r = decode_spec_to(&sink, *spec, (*spec)->root, err);
    if (r == 0)
        r = validate_spec(&walk);
    if (r == 0)
        r = validate_documents(&walk, text, len);
    return r < 0 ? r : validate_text_form(&walk, text, len);
}

int cdi_document_validate_with(const unsigned char *severities, const char *text, size_t len,
                               const char *name, struct cdi_findings *out, struct cdi_spec **spec,
                               struct cdi_error *err)
{
    _cleanup_(free_specp) struct cdi_spec *read = NULL;
    struct cdi_findings findings;
    struct lint lint = {.findings = &findings, .severities = severities};
    int r = finding_list_init(&findings, err);
    bool refused;

    if (r == 0)
        r = find_all(text, len, name, &lint, &read, err);
    refused = lint.refused || r < 0;
    r = finding_list_end(&findings, r, err);
    if (r < 0)
        return r;
    *out = findings;
    if (spec)
        *spec = refused ? NULL : TAKE_PTR(read);
    return 0;
}

int cdi_document_validate(const char *text, size_t len, const char *name, struct cdi_findings *out,
                          struct cdi_spec **spec, struct cdi_error *err)
{
    return cdi_document_validate_with(NULL, text, len, name, out, spec, err);
}
