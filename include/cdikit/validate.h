/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation: every finding of a document, each with a stable rule id, a severity, the member
 * at fault, its position and a sentence.
 */
#ifndef CDIKIT_VALIDATE_H
#define CDIKIT_VALIDATE_H

#include <cdikit/spec.h>

CDI_BEGIN_DECLS

enum cdi_severity {
    CDI_SEVERITY_ERROR,   /* engines refuse the document */
    CDI_SEVERITY_WARNING, /* engines load it, but it breaks SPEC.md or will surprise */
    CDI_SEVERITY_OFF,     /* not looked for, unless somebody asks; of a rule only */
};

/* A rule: its id never changes once released. docs/rules.md lists them. */
struct cdi_rule {
    const char *id;             /* "device-name", "hook-path-empty", ... */
    enum cdi_severity severity; /* where nobody has set another: see cdi_document_validate_with() */
    const char *summary;        /* what must hold, on one line, for the list of rules */
    const char *help;           /* a paragraph: why, what happens otherwise, what to do */
    const char *source;         /* where that is from: a specification, the behaviour of engines */
};

/* One finding. `path`, `message` and `hint` belong to the struct cdi_findings. */
struct cdi_finding {
    const struct cdi_rule *rule;
    enum cdi_severity severity; /* in this run: error or warning */
    const char *path;           /* "devices[0].containerEdits.env[2]" */
    struct cdi_position pos;    /* {0, 0} for a document that was not read from text */
    const char *message;
    const char *hint; /* what to do about it, NULL if not known */
};

/* The most findings of a document that are kept; one of the rule "limit" ends a list of more. */
#define CDI_FINDINGS_MAX 10000

/*
 * All findings of a document, errors and warnings, by position; those without one, or with the
 * same, in the order of checking.
 */
struct cdi_findings {
    struct cdi_finding *items;
    size_t n;
    size_t n_errors; /* how many are of severity error */
    struct arena *arena;
};

/*
 * All rules, ending with an entry whose id is NULL. Some are about what no function here looks at,
 * but the command `cdikit validate` does: files and directories (file-name, sub-directory,
 * config-in-spec-dir, device-conflict, device-in-files), the node (live-*), an engine (target-*).
 */
CDI_EXPORT const struct cdi_rule *cdi_rules(void);

/* The rule with that id, or NULL. */
CDI_EXPORT const struct cdi_rule *cdi_rule_find(const char *id) CDI_PURE;

/*
 * Checks a document against every rule. Returns 0 with *out filled (possibly empty), or
 * negative only without memory. The caller ends with cdi_findings_clear(out).
 */
CDI_EXPORT int cdi_spec_validate(const struct cdi_spec *spec, struct cdi_findings *out,
                                 struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As cdi_spec_validate(), for a text: reads it as cdi_spec_parse() does, but what that refuses
 * is a finding too. A member that is unknown or of the wrong type is left out, and of a repeated
 * key the first value holds; what follows from that alone is no finding. What ends the reading
 * (rules "syntax", "limit", "no-document") is the only one. `name` stands in *spec as its path
 * and may be NULL. *spec, unless `spec` is NULL, becomes the document if it has no errors, else
 * NULL. Comments "# cdikit: ignore RULE" in the text silence findings: see docs/validation.md.
 * Returns 0, or negative only without memory.
 */
CDI_EXPORT int cdi_document_validate(const char *text, size_t len, const char *name,
                                     struct cdi_findings *out, struct cdi_spec **spec,
                                     struct cdi_error *err) CDI_MUST_CHECK;

/*
 * As cdi_document_validate(), with other severities than the rules' own: `severities`, unless
 * NULL, has an enum cdi_severity for each rule of cdi_rules(), in its order. A rule that is off
 * has no findings. That does not change what engines do: *spec is NULL whenever a rule whose own
 * severity is error was broken, be it off, a warning here or silenced by a comment in the text.
 */
CDI_EXPORT int cdi_document_validate_with(const unsigned char *severities, const char *text,
                                          size_t len, const char *name, struct cdi_findings *out,
                                          struct cdi_spec **spec,
                                          struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Checks a document against the rules of severity error and stops at the first finding,
 * which becomes the error (CDI_ERR_INVALID, with file and position). What a reader of spec
 * dirs needs; builds no list.
 */
CDI_EXPORT int cdi_spec_check(const struct cdi_spec *spec, struct cdi_error *err) CDI_MUST_CHECK;

/* As cdi_spec_check(), for edits alone (their positions are unknown). */
CDI_EXPORT int cdi_edits_check(const struct cdi_edits *edits, struct cdi_error *err) CDI_MUST_CHECK;

/* Frees what *findings holds. */
CDI_EXPORT void cdi_findings_clear(struct cdi_findings *findings);

CDI_END_DECLS

#endif
