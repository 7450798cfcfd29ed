/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen in the spec dirs. */
#include <errno.h>
#include <string.h>

#include <cdikit/registry.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "cdi/spec_name.h"
#include "diagnose/doctor_look.h"
#include "diagnose/live.h"
#include "generate/generate.h"
#include "generate/hooks.h"
#include "generate/nvidia.h"
#include "generate/roots.h"
#include "generate/vendor.h"

static void registry_done(struct cdi_registry **registry)
{
    cdi_registry_free(*registry);
}

/* The name under which engines would load a file that they pass over; NULL: it is no document. */
static int rename_of(const struct doctor_look *look, const char *dir, const char *name,
                     const char **out, struct cdi_error *err)
{
    struct spec_name read = spec_name(name);

    *out = NULL;
    if (read.kind != SPEC_NAME_LOOK_ALIKE)
        return 0;
    *out = arena_printf(look->arena, "%s/%.*s%s", dir, (int)read.stem, name, read.ending);
    return *out ? 0 : cdi_error_nomem(err);
}

/* Adds an entry of a spec dir, if it is a document or could be taken for one. */
static int add_entry(const struct doctor_look *look, const char *dir, const char *name,
                     struct doctor_specs *out, struct cdi_error *err)
{
    struct doctor_document *all = arena_grow(look->arena, out->documents, out->n, sizeof *all);
    struct doctor_document document = {.dir = dir,
                                       .ignored = spec_name(name).kind != SPEC_NAME_LOADED};
    const struct root *root = &look->roots->system;
    struct stat st, other;
    int r;

    document.path = arena_printf(look->arena, "%s/%s", dir, name);
    if (!all || !document.path)
        return cdi_error_nomem(err);
    out->documents = all;
    r = document.ignored ? rename_of(look, dir, name, &document.renamed, err) : 0;
    if (r < 0)
        return r;
    r = root_stat(root, document.path, &st);
    document.is_dir = r == 0 && S_ISDIR(st.st_mode);
    if (document.ignored && !document.is_dir && !document.renamed)
        return 0;
    if (document.is_dir || (document.renamed && root_lstat(root, document.renamed, &other) == 0))
        document.renamed = NULL;
    if (r == 0) {
        document.mode = st.st_mode & 07777;
        document.uid = st.st_uid;
    }
    all[out->n++] = document;
    return 0;
}

static int look_dir(const struct doctor_look *look, const char *path, struct doctor_dir *dir,
                    struct doctor_specs *out, struct cdi_error *err)
{
    const char **names = NULL;
    struct stat st;
    size_t n = 0;
    int r = root_stat(&look->roots->system, path, &st);

    *dir = (struct doctor_dir){.path = path, .there = r == 0};
    if (r == 0) {
        dir->mode = st.st_mode & 07777;
        dir->uid = st.st_uid;
        r = root_list(&look->roots->system, path, look->arena, &names, &n);
    }
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r < 0 && !doctor_is_missing(-r)) {
        dir->problem = arena_strdup(look->arena, strerror(-r));
        return dir->problem ? 0 : cdi_error_nomem(err);
    }
    r = 0;
    for (size_t i = 0; r == 0 && i < n; i++)
        r = add_entry(look, path, names[i], out, err);
    return r;
}

static struct doctor_document *find(struct doctor_specs *specs, const char *path)
{
    for (size_t i = 0; i < specs->n; i++)
        if (strcmp(specs->documents[i].path, path) == 0)
            return &specs->documents[i];
    return NULL;
}

/* Why documents cannot be loaded. What takes part in a conflict has been loaded. */
static int look_errors(const struct doctor_look *look, const struct cdi_registry *registry,
                       struct doctor_specs *out, struct cdi_error *err)
{
    size_t n;
    const struct cdi_registry_error *errors = cdi_registry_errors(registry, &n);

    for (size_t i = 0; i < n; i++) {
        struct doctor_document *document = find(out, errors[i].path);
        char text[1024];

        if (!document || document->kind)
            continue;
        (void)cdi_error_format(&errors[i].error, text, sizeof text);
        document->denied = errors[i].error.os_errno == EACCES;
        document->error = arena_strdup(look->arena, text);
        if (!document->error)
            return cdi_error_nomem(err);
    }
    return 0;
}

/* What became of the devices; those of one name are neighbours, the highest priority first. */
static void look_devices(const struct cdi_registry *registry, struct doctor_specs *out)
{
    size_t n;
    const struct cdi_registry_device *devices = cdi_registry_devices(registry, &n);

    for (size_t i = 0, first = 0; i < n; i++) {
        struct doctor_document *document = find(out, devices[i].spec->path);

        if (strcmp(devices[i].name, devices[first].name) != 0)
            first = i;
        if (!document)
            continue;
        document->n_devices++;
        if (devices[i].state == CDI_DEVICE_SHADOWED) {
            struct doctor_document *by = find(out, devices[first].spec->path);

            document->n_shadowed++;
            document->shadowed_by = by ? by->path : NULL;
        } else if (devices[i].state == CDI_DEVICE_CONFLICTING) {
            bool before = i > first && devices[i - 1].priority == devices[i].priority;
            struct doctor_document *with = find(out, devices[before ? i - 1 : i + 1].spec->path);

            document->n_conflicting++;
            document->conflicts_with = with ? with->path : NULL;
        }
    }
}

static struct doctor_live *find_rule(struct doctor_document *document, const struct cdi_rule *rule)
{
    for (size_t i = 0; i < document->n_live; i++)
        if (document->live[i].rule == rule)
            return &document->live[i];
    return NULL;
}

/* A device has several names, and what it lacks is a finding for each of them. */
static bool is_repeated(const struct cdi_findings *findings, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(findings->items[j].message, findings->items[i].message) == 0)
            return true;
    return false;
}

static int look_live(const struct doctor_look *look, const struct cdi_spec *spec,
                     struct doctor_document *document, struct cdi_error *err)
{
    _cleanup_(cdi_findings_clear) struct cdi_findings findings = {NULL, 0, 0, NULL};
    int r = live_check(spec, NULL, &look->roots->system, &findings, err);

    for (size_t i = 0; r == 0 && i < findings.n; i++) {
        const struct cdi_finding *finding = &findings.items[i];
        struct doctor_live *live = find_rule(document, finding->rule);

        if (is_repeated(&findings, i))
            continue;
        if (live) {
            live->n++;
            continue;
        }
        live = arena_grow(look->arena, document->live, document->n_live, sizeof *live);
        if (!live)
            return cdi_error_nomem(err);
        document->live = live;
        live += document->n_live++;
        *live = (struct doctor_live){.rule = finding->rule, .pos = finding->pos, .n = 1};
        live->message = arena_strdup(look->arena, finding->message);
        live->hint = finding->hint ? arena_strdup(look->arena, finding->hint) : NULL;
        if (!live->message || (finding->hint && !live->hint))
            return cdi_error_nomem(err);
    }
    return r;
}

static int look_documents(const struct doctor_look *look, const struct cdi_registry *registry,
                          struct doctor_specs *out, struct cdi_error *err)
{
    size_t n;
    const struct cdi_spec *const *specs = cdi_registry_specs(registry, &n);
    int r = 0;

    for (size_t i = 0; r == 0 && i < n; i++) {
        struct doctor_document *document = find(out, specs[i]->path);

        if (!document) /* it came while we looked */
            continue;
        document->kind = arena_strdup(look->arena, specs[i]->kind);
        if (!document->kind)
            return cdi_error_nomem(err);
        document->n_hooks = specs[i]->edits.n_hooks;
        for (size_t j = 0; j < specs[i]->n_devices; j++)
            document->n_hooks += specs[i]->devices[j].edits.n_hooks;
        r = look_live(look, specs[i], document, err);
        if (r == 0)
            r = doctor_look_trace(look, document, err);
    }
    return r;
}

/* The program that cdikit refresh would let hooks run, if it is not there. */
static int look_hook(const struct doctor_look *look, const char **missing, struct cdi_error *err)
{
    const char *const asked[] = {look->options->hook_path, NULL};
    const char *path;
    bool found;
    int r = hook_program_first(&look->roots->system,
                               asked[0] && *asked[0] ? asked : vendor_nvidia.hook_programs,
                               look->options->search_path, look->arena, &path, &found, err);

    if (r == 0 && !found)
        *missing = path;
    return r;
}

int doctor_look_specs(const struct doctor_look *look, struct doctor_specs *out,
                      struct cdi_error *err)
{
    static const char *const dirs[DOCTOR_DIRS] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};
    _cleanup_(registry_done) struct cdi_registry *registry = NULL;
    int r = 0;

    *out = (struct doctor_specs){.n = 0};
    for (size_t i = 0; r == 0 && i < DOCTOR_DIRS; i++)
        r = look_dir(look, dirs[i], &out->dirs[i], out, err);
    if (r == 0)
        r = cdi_registry_new(look->options->root, dirs, DOCTOR_DIRS, &registry, err);
    if (r == 0)
        r = look_documents(look, registry, out, err);
    if (r == 0)
        r = look_errors(look, registry, out, err);
    if (r == 0)
        look_devices(registry, out);
    return r < 0 ? r : look_hook(look, &out->missing_hook, err);
}
