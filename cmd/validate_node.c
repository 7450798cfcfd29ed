/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/validate_node.h"

#include "base/arena.h"
#include "cdi/engine.h"
#include "cdi/finding_list.h"
#include "cdi/lint.h"
#include "cmd/common.h"
#include "diagnose/live.h"
#include "diagnose/target.h"

struct node_target {
    const char *name;
    struct engine_version engine;
};

int node_open(const struct call *call, const struct node_options *options, const char *root,
              struct node *out, struct cdi_error *err)
{
    *out = (struct node){.live = options->live, .root = ROOT_INIT};
    out->targets = arena_calloc(call->arena, options->targets.n, sizeof *out->targets);
    if (!out->targets)
        return cdi_error_nomem(err);
    for (; out->n_targets < options->targets.n; out->n_targets++) {
        struct node_target *target = &out->targets[out->n_targets];
        int r;

        target->name = options->targets.items[out->n_targets];
        r = engine_parse(target->name, &target->engine, err);
        if (r < 0)
            return cdi_error_wrap(err, r, "--target");
    }
    return options->live ? root_open(&out->root, root, err) : 0;
}

void node_close(struct node *node)
{
    root_close(&node->root);
}

/* Keeps of some findings those that the run wants. */
static int keep(struct lint *lint, const struct cdi_findings *findings, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < findings->n; i++) {
        const struct cdi_finding *finding = &findings->items[i];

        r = lint_add(lint, (enum rule)(finding->rule - rules), finding->path, finding->pos,
                     finding->hint, finding->message, err);
    }
    return r;
}

static int check_live(const struct node *node, struct lint *lint, const struct cdi_spec *spec,
                      struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    int r = live_check(spec, NULL, &node->root, &findings, err);

    return r < 0 ? r : keep(lint, &findings, err);
}

static int check_target(const struct node_target *target, struct lint *lint,
                        const struct cdi_spec *spec, struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    int r = target_check(spec, &target->engine, target->name, &findings, err);

    return r < 0 ? r : keep(lint, &findings, err);
}

static int check_all(const struct node *node, struct lint *lint, const struct cdi_spec *spec,
                     struct cdi_error *err)
{
    int r = node->live ? check_live(node, lint, spec, err) : 0;

    for (size_t i = 0; r == 0 && i < node->n_targets; i++)
        r = check_target(&node->targets[i], lint, spec, err);
    return r;
}

int node_check(const struct node *node, const unsigned char *severities, const char *text,
               size_t len, const struct cdi_spec *spec, struct cdi_findings *out,
               struct cdi_error *err)
{
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    _cleanup_spec_ struct cdi_spec *read = NULL;
    struct cdi_findings findings;
    struct lint lint = {.findings = &findings, .severities = severities};
    int r;

    *out = (struct cdi_findings){NULL, 0, 0, NULL};
    if (!node->live && !node->n_targets)
        return 0;
    r = finding_list_init(&findings, err);
    if (r < 0)
        return r;
    if (!spec && cdi_spec_parse(text, len, NULL, &read, &why) == 0)
        spec = read;
    r = ignores_read(&lint.ignores, findings.arena, text, len, err);
    if (r == 0 && spec)
        r = check_all(node, &lint, spec, err);
    r = finding_list_end(&findings, r, err);
    if (r == 0)
        r = finding_list_fold(&findings, err);
    if (r == 0)
        *out = findings;
    return r;
}
