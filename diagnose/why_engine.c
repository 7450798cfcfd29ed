/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine that is to use a device has against it. */
#include <stdio.h>
#include <string.h>

#include <cdikit/version.h>

#include "base/arena.h"
#include "diagnose/why_deciding.h"

/* "docker", or with its version "docker 28.1.1". */
static const char *engine_name(struct deciding *d)
{
    const struct engine_version *version = &d->facts->engine->version;
    const char *text = version->engine->name;

    if (version->has_number)
        text = arena_printf(d->arena, "%s %u.%u.%u", text, version->number[0], version->number[1],
                            version->number[2]);
    d->failed |= !text;
    return text ? text : "";
}

static void check_files(struct deciding *d)
{
    const struct engine_config *engine = d->facts->engine;

    for (size_t i = 0; i < engine->n_problems && !d->failed; i++) {
        const struct engine_problem *problem = &engine->problems[i];

        why_add(d, WHY_ENGINE_CONFIG_BROKEN, "%s %s: %s", engine_name(d),
                problem->fatal ? "cannot use its configuration" : "passes over what it is told",
                problem->message);
        if (d->failed)
            return;
        d->causes[d->n - 1].note = !problem->fatal;
        why_place(d, problem->place.file, problem->place.pos);
        if (problem->fatal && engine->restart)
            why_repair(d, "correct the file, then %s", engine->restart);
        else
            why_repair(d, "correct the file");
    }
}

/* "28.2.0" of a release. */
static const char *release_text(struct deciding *d, const struct engine_release *release)
{
    const char *text = arena_printf(d->arena, "%u.%u.%u", release->version[0], release->version[1],
                                    release->version[2]);

    d->failed |= !text;
    return text ? text : "";
}

static void check_switch(struct deciding *d)
{
    const struct engine_config *engine = d->facts->engine;
    const char *name = engine->version.engine->name;

    switch (engine->cdi) {
    case ENGINE_CDI_ON:
        return;
    case ENGINE_CDI_NONE:
        why_add(d, WHY_ENGINE_WITHOUT_CDI, "%s does not know CDI: %s does from %s on",
                engine_name(d), name, release_text(d, &engine->version.engine->releases[0]));
        why_repair(d, "install a newer %s", name);
        return;
    case ENGINE_CDI_OFF:
        if (engine->cdi_place.file)
            why_add(d, WHY_CDI_SWITCHED_OFF, "CDI is switched off in the configuration of %s",
                    name);
        else
            why_add(d, WHY_CDI_SWITCHED_OFF,
                    "CDI is off in %s unless its configuration switches it on (from %s on it is "
                    "on)",
                    engine_name(d), engine->on_since);
        why_place(d, engine->cdi_place.file, engine->cdi_place.pos);
        why_repair(d, "%s, then %s", engine->enable, engine->restart);
        return;
    case ENGINE_CDI_UNDECIDED:
        why_note(d, WHY_ENGINE_VERSION_MATTERS,
                 "the configuration of %s says nothing about CDI, which is on from %s on, and off "
                 "in what is older",
                 name, engine->on_since);
        why_repair(d, "name the version, as in --engine %s@%s; if it is older: %s, then %s", name,
                   engine->on_since, engine->enable, engine->restart);
        return;
    }
}

void why_check_engine(struct deciding *d)
{
    check_files(d);
    if (!d->failed)
        check_switch(d);
}

/* The release from which on all read a version; NULL if the last does not. */
static const struct engine_release *release_for(const struct engine *engine, int version)
{
    const struct engine_release *found = NULL;

    for (size_t i = engine->n_releases; i > 0; i--) {
        if (cdi_version_index(engine->releases[i - 1].cdi) < version)
            break;
        found = &engine->releases[i - 1];
    }
    return found;
}

/* True for a member of the document itself, or of the device. */
static bool is_about(const struct cdi_registry_device *device, const struct cdi_finding *finding)
{
    char path[64];

    if (strncmp(finding->path, "devices[", 8) != 0)
        return true;
    (void)snprintf(path, sizeof path, "devices[%zu].",
                   (size_t)(device->device - device->spec->devices));
    return strncmp(finding->path, path, strlen(path)) == 0;
}

/* An engine refuses the whole file for one thing in it: the first is enough to say so. */
static void check_target(struct deciding *d, const struct cdi_registry_device *device,
                         const struct cdi_findings *target)
{
    const struct engine_version *version = &d->facts->engine->version;
    const struct engine_release *wanted = release_for(version->engine,
                                                      cdi_version_index(device->spec->version));
    bool refused = false;

    for (size_t i = 0; target && i < target->n && !d->failed; i++) {
        const struct cdi_finding *finding = &target->items[i];
        bool error = finding->rule->severity == CDI_SEVERITY_ERROR;

        if (error ? refused : !is_about(device, finding))
            continue;
        why_add_finding(d, error ? WHY_ENGINE_TOO_OLD : WHY_ENGINE_DROPS, device->spec->path,
                        finding);
        refused |= error;
        if (d->failed || !error || !wanted || wanted == version->release)
            continue;
        why_repair(d, "%s%sinstall %s %s or newer", finding->hint ? finding->hint : "",
                   finding->hint ? "; or " : "", version->engine->name, release_text(d, wanted));
    }
}

void why_check_version(struct deciding *d, const struct cdi_registry_device *device,
                       const struct cdi_findings *target)
{
    const struct engine_config *engine = d->facts->engine;
    const struct cdi_spec *spec = device->spec;
    const struct engine_release *wanted;

    if (!engine || engine->cdi == ENGINE_CDI_NONE || d->failed)
        return;
    if (engine->version.release) {
        check_target(d, device, target);
        return;
    }
    wanted = release_for(engine->version.engine, cdi_version_index(spec->version));
    if (wanted == engine->version.engine->releases)
        return;
    why_note(d, WHY_ENGINE_VERSION_MATTERS, "%s declares CDI %s, which %s reads %s%s%s", spec->path,
             spec->version, engine->version.engine->name, wanted ? "from " : "in no version",
             wanted ? release_text(d, wanted) : "", wanted ? " on" : "");
    why_place(d, spec->path, cdi_spec_position(spec, "cdiVersion"));
}
