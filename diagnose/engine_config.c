/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/engine_config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/registry.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "diagnose/engine_reading.h"

/* What is known of an engine before a file is read. */
struct traits {
    const char *name;
    int (*read)(struct engine_reading *reading);
    const char *on_since; /* NULL: it is on in every version that reads CDI documents */
    unsigned on_major, on_minor;
    const char *dirs_key;
    const char *restart;
};

static const struct traits traits[] = {
    {"podman", engine_read_podman, NULL, 0, 0, "cdi_spec_dirs", NULL},
    {"docker", engine_read_docker, "28.2.0", 28, 2, "cdi-spec-dirs", "systemctl restart docker"},
    {"containerd", engine_read_containerd, "2.0.0", 2, 0, "cdi_spec_dirs",
     "systemctl restart containerd"},
    {"cri-o", engine_read_crio, NULL, 0, 0, "cdi_spec_dirs", "systemctl restart crio"},
};

static const struct traits *find_traits(const char *name)
{
    const struct traits *found = traits;

    for (size_t i = 0; i < ARRAY_SIZE(traits); i++)
        if (strcmp(traits[i].name, name) == 0)
            found = &traits[i];
    return found;
}

/* What the engine does about CDI while no file says anything. */
static enum engine_cdi cdi_by_default(const struct engine_version *version, const struct traits *of)
{
    if (version->has_number && !version->release)
        return ENGINE_CDI_NONE;
    if (!of->on_since)
        return ENGINE_CDI_ON;
    if (!version->has_number)
        return ENGINE_CDI_UNDECIDED;
    return engine_is_at_least(version, of->on_major, of->on_minor) ? ENGINE_CDI_ON : ENGINE_CDI_OFF;
}

static int compare_runtimes(const void *a, const void *b)
{
    const struct engine_runtime *x = a, *y = b;

    return strcmp(x->name, y->name);
}

int engine_config_read(const struct root *root, const struct engine_version *version,
                       const struct engine_user *user, struct arena *arena,
                       struct engine_config *out, struct cdi_error *err)
{
    static const char *const default_dirs[] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};
    const struct traits *of = find_traits(version->engine->name);
    struct engine_reading reading = {
        .root = root,
        .version = version,
        .user = user,
        .arena = arena,
        .out = out,
        .err = err,
    };
    int r = 0;

    *out = (struct engine_config){
        .version = *version,
        .cdi = cdi_by_default(version, of),
        .on_since = of->on_since,
        .restart = of->restart,
        .dirs_key = of->dirs_key,
    };
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(default_dirs); i++)
        r = engine_add_dir(&reading, default_dirs[i], (struct engine_place){NULL, {0, 0}});
    if (r == 0)
        r = of->read(&reading);
    if (r < 0)
        return r;
    if (out->n_runtimes)
        qsort(reading.runtimes, out->n_runtimes, sizeof *reading.runtimes, compare_runtimes);
    out->files = reading.files;
    out->dirs = reading.dirs;
    out->runtimes = reading.runtimes;
    out->problems = reading.problems;
    return 0;
}

const struct engine_runtime *engine_config_runtime(const struct engine_config *config,
                                                   const char *name)
{
    for (size_t i = 0; i < config->n_runtimes; i++)
        if (strcmp(config->runtimes[i].name, name) == 0)
            return &config->runtimes[i];
    return NULL;
}

const char *engine_place_text(struct arena *arena, const struct engine_place *place)
{
    if (!place->file)
        return "its default";
    if (!place->pos.line)
        return place->file;
    return arena_printf(arena, "%s:%u:%u", place->file, place->pos.line, place->pos.column);
}
