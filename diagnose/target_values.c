/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is valid today and was not always. Source: the CDI Go library at the tags of its releases,
 * pkg/cdi/spec.go (versions), qualified-device.go and pkg/parser (names), container-edits.go
 * (permissions, closID). Of docker: docs/engines.md.
 */
#include <string.h>

#include <cdikit/name.h>

#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/fields.h"
#include "diagnose/target_internal.h"

/* A value that libraries before a release refuse. */
struct strict {
    unsigned until[3]; /* the first release that accepts it; all 0: none has yet */
    const char *reason;
    const char *hint;
};

static const struct strict leading_v = {
    {0, 5, 4}, "knows no version that begins with v", "leave the v out"};
static const struct strict one_letter_name = {
    {0, 5, 0}, "crashes on a device name of one character", "use a longer name"};
static const struct strict one_letter_kind = {
    {0}, "crashes on a vendor or class of one character", "use longer names"};
static const struct strict permissions_none = {
    {0}, "knows no permissions \"none\"", "leave the device node out"};
static const struct strict root_clos = {
    {1, 1, 0},
    "refuses the closID \"/\"",
    "leave intelRdt out: without it a container is in that class, too"};

static int check_strict(struct target *target, const struct strict *strict, const struct member *at,
                        const char *value)
{
    static const unsigned none[3] = {0};
    const unsigned *library = target->engine->release->library;

    if (memcmp(strict->until, none, sizeof none) != 0 &&
        !target_library_before(target, strict->until))
        return 0;
    return report(&target->to, RULE_TARGET_VALUE, at, strict->hint,
                  "%s, which has the CDI library v%u.%u.%u, %s: %s", target->name, library[0],
                  library[1], library[2], strict->reason, quote_string(value).text);
}

static int check_head(struct target *target)
{
    const struct cdi_spec *spec = target->to.spec;
    struct cdi_slice vendor, class_;
    int r = 0;

    if (*spec->version == 'v')
        r = check_strict(target, &leading_v, MEMBER(NULL, "cdiVersion"), spec->version);
    if (r == 0 && cdi_kind_split(spec->kind, &vendor, &class_) &&
        (vendor.len == 1 || class_.len == 1))
        r = check_strict(target, &one_letter_kind, MEMBER(NULL, "kind"), spec->kind);
    return r;
}

/* True if the engine knows a member of the edits, and so can do without it. */
static bool knows(const struct target *target, const char *name)
{
    size_t hint = 0;
    const struct field *field = field_find(&object_edits, name, strlen(name), &hint);

    return field && (int)field->since <= target->max;
}

/* Docker builds the groups of a container's process anew after it has applied the edits. */
static int check_gids(struct target *target, const struct member *in, const struct cdi_edits *edits)
{
    if (!edits->n_additional_gids || strcmp(target->engine->engine->name, "docker") != 0 ||
        !knows(target, "additionalGids"))
        return 0;
    return report(&target->to, RULE_TARGET_DROPPED, MEMBER(in, "additionalGids"),
                  "who is not root in the container needs `docker run --group-add GID`",
                  "%s reads additionalGids and drops them, unless it has the change "
                  "moby/moby#52579",
                  target->name);
}

static int check_edits(struct target *target, const struct member *in,
                       const struct cdi_edits *edits)
{
    int r = check_gids(target, in, edits);

    for (size_t i = 0; r == 0 && i < edits->n_device_nodes; i++)
        if (strcmp(edits->device_nodes[i].permissions, "none") == 0)
            r = check_strict(target, &permissions_none,
                             MEMBER(ITEM(in, "deviceNodes", i), "permissions"),
                             edits->device_nodes[i].path);
    if (r == 0 && edits->intel_rdt && strcmp(edits->intel_rdt->clos_id, "/") == 0)
        r = check_strict(target, &root_clos, MEMBER(MEMBER(in, "intelRdt"), "closID"),
                         edits->intel_rdt->clos_id);
    return r;
}

int target_check_values(struct target *target)
{
    const struct cdi_spec *spec = target->to.spec;
    int r = check_head(target);

    if (r == 0)
        r = check_edits(target, MEMBER(NULL, "containerEdits"), &spec->edits);
    for (size_t i = 0; r == 0 && i < spec->n_devices; i++) {
        const struct member *at = ITEM(NULL, "devices", i);

        if (strlen(spec->devices[i].name) == 1)
            r = check_strict(target, &one_letter_name, MEMBER(at, "name"), spec->devices[i].name);
        if (r == 0)
            r = check_edits(target, MEMBER(at, "containerEdits"), &spec->devices[i].edits);
    }
    return r;
}
