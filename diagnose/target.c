/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/target.h"

#include <cdikit/version.h>

#include "base/arena.h"
#include "base/quote.h"
#include "cdi/finding_list.h"
#include "diagnose/target_internal.h"

bool target_library_before(const struct target *target, const unsigned version[3])
{
    const unsigned *library = target->engine->release->library;

    for (size_t i = 0; i < 3; i++)
        if (library[i] != version[i])
            return library[i] < version[i];
    return false;
}

static int check_version(struct target *target)
{
    const struct cdi_spec *spec = target->to.spec;
    const char *min = cdi_spec_min_version(spec);
    struct arena *arena = target->to.findings->arena;
    const char *hint;

    if (cdi_version_index(spec->version) <= target->max)
        return 0;
    if (cdi_version_index(min) <= target->max)
        hint = arena_printf(arena, "declare %s, which is all that the document needs", min);
    else
        hint = arena_printf(arena,
                            "the document needs %s: `cdikit convert --for %s` leaves out "
                            "what can be left out",
                            min, target->name);
    if (!hint)
        return cdi_error_nomem(target->to.err);
    return report(&target->to, RULE_TARGET_VERSION, MEMBER(NULL, "cdiVersion"), hint,
                  "%s reads up to CDI %s and refuses a document that declares %s", target->name,
                  engine_max_cdi_version(target->engine), quote_string(spec->version).text);
}

static int check(struct target *target)
{
    int r = check_version(target);

    if (r == 0)
        r = target_check_fields(target);
    return r < 0 ? r : target_check_values(target);
}

int target_check(const struct cdi_spec *spec, const struct engine_version *engine, const char *name,
                 struct cdi_findings *out, struct cdi_error *err)
{
    struct cdi_findings findings;
    struct target target = {
        .to = {.spec = spec, .findings = &findings, .err = err},
        .engine = engine,
        .name = name,
        .max = cdi_version_index(engine_max_cdi_version(engine)),
    };
    int r = finding_list_init(&findings, err);

    if (r < 0)
        return r;
    r = finding_list_end(&findings, check(&target), err);
    if (r == 0)
        *out = findings;
    return r;
}
