/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/validate_one.h"

#include <stdlib.h>

#include "base/arena.h"
#include "cdi/ignores.h"

static void forget(struct found *found)
{
    cdi_findings_clear(&found->findings);
    cdi_findings_clear(&found->of_node);
    cdi_spec_free(found->spec);
    found->spec = NULL;
}

void found_clear(struct found *found)
{
    forget(found);
    free(found->text);
    *found = (struct found){.text = NULL};
}

/* One document on its way through. */
struct work {
    struct checks *checks;
    const unsigned char *severities;
    struct found *found;
};

static int find(const struct work *work, struct cdi_error *err)
{
    struct found *found = work->found;
    int r;

    forget(found);
    r = cdi_document_validate_with(work->severities, found->text, found->len, found->source.name,
                                   &found->findings, &found->spec, err);
    if (r < 0)
        return r;
    return node_check(&work->checks->node, work->severities, found->text, found->len, found->spec,
                      &found->of_node, err);
}

/* Whether the file should have another name: not where that is silenced, or engines refuse it. */
static int wants_name(const struct work *work, bool *wants, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct ignores ignores;
    int r = 0;

    *wants = work->found->spec && work->severities[RULE_FILE_NAME] != CDI_SEVERITY_OFF;
    if (!arena)
        return cdi_error_nomem(err);
    if (*wants)
        r = ignores_read(&ignores, arena, work->found->text, work->found->len, err);
    *wants = *wants && r == 0 && !ignores_match(&ignores, RULE_FILE_NAME, 0);
    return r;
}

/* Repairs until nothing is left that can be; one repair may make another possible. */
static int repair(const struct work *work, struct fix_file *file, struct cdi_error *err)
{
    struct found *found = work->found;
    bool again = true;
    int r = 0;

    while (r == 0 && again) {
        r = fix_step(file, &found->findings, &found->text, &found->len, &again, err);
        if (r == 0 && !again)
            r = fix_step(file, &found->of_node, &found->text, &found->len, &again, err);
        if (r == 0 && again)
            r = find(work, err);
    }
    return r;
}

static int finish(const struct work *work, struct fix_file *file, struct cdi_error *err)
{
    struct found *found = work->found;
    bool again;
    int r = fix_finish(file, &found->source, &found->text, &found->len, &again, err);

    return r == 0 && again ? find(work, err) : r;
}

static int check_and_fix(const struct work *work, const struct sources *sources,
                         const struct source *source, struct cdi_error *err)
{
    _cleanup_(fix_close) struct fix_file *file = NULL;
    struct found *found = work->found;
    bool wants = false, chosen;
    int r = fix_open(&work->checks->fixes, sources, source, &file, &found->text, &found->len, err);

    if (r == 0)
        r = find(work, err);
    if (r == 0)
        r = repair(work, file, err);
    if (r == 0)
        r = wants_name(work, &wants, err);
    if (r == 0 && wants)
        r = fix_choose_name(file, found->text, found->len, &chosen, err);
    return r < 0 ? r : finish(work, file, err);
}

int check_one(struct checks *checks, const unsigned char *severities, const struct sources *sources,
              const struct source *source, struct found *found, struct cdi_error *err)
{
    struct work work = {checks, severities, found};
    int r;

    *found = (struct found){.source = *source};
    if (checks->fixes.wanted)
        return check_and_fix(&work, sources, source, err);
    r = source_text(sources, source, &found->text, &found->len, err);
    return r < 0 ? r : find(&work, err);
}

int check_name(struct checks *checks, const unsigned char *severities,
               const struct sources *sources, const struct source *source, struct found *found,
               bool *renamed, struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_(fix_close) struct fix_file *file = NULL;
    struct work work = {checks, severities, found};
    bool wants = false, chosen = false;
    int r;

    *found = (struct found){.source = *source};
    *renamed = false;
    if (!checks->fixes.wanted)
        return 0;
    r = fix_open(&checks->fixes, sources, source, &file, &found->text, &found->len, &why);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    /* Nobody has asked to read it. */
    if (r < 0)
        return 0;
    r = find(&work, err);
    if (r == 0)
        r = wants_name(&work, &wants, err);
    if (r == 0 && wants)
        r = fix_choose_name(file, found->text, found->len, &chosen, err);
    if (r < 0 || !chosen)
        return r;
    r = repair(&work, file, err);
    if (r == 0)
        r = finish(&work, file, err);
    *renamed = r == 0 && found->source.name != source->name;
    return r;
}
