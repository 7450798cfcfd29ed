/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen of the container engines that are installed. */
#include <string.h>

#include <cdikit/registry.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/root.h"
#include "diagnose/doctor_look.h"
#include "generate/hooks.h"
#include "generate/roots.h"

/* By these programs an engine is known to be there. */
static const struct {
    const char *engine, *program;
} programs[] = {
    {"podman", "podman"},
    {"docker", "dockerd"},
    {"containerd", "containerd"},
    {"cri-o", "crio"},
};

static int is_installed(const struct doctor_look *look, const char *engine, bool *out,
                        struct cdi_error *err)
{
    const char *path;
    int r = 0;

    *out = false;
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(programs); i++)
        if (strcmp(programs[i].engine, engine) == 0)
            r = hook_program(&look->roots->system, programs[i].program, NULL, look->arena, &path,
                             out, err);
    return r;
}

/* Whether two directories are one, which need not exist. */
static bool same_dir(const struct doctor_look *look, const char *a, const char *b)
{
    const char *x = root_realpath(&look->roots->system, a, look->arena);
    const char *y = root_realpath(&look->roots->system, b, look->arena);

    return strcmp(x ? x : a, y ? y : b) == 0;
}

/* Where something stands; NULL if it is the engine's default. */
static int place_of(const struct doctor_look *look, const struct engine_place *place,
                    const char **out, struct cdi_error *err)
{
    *out = place->file ? engine_place_text(look->arena, place) : NULL;
    return *out || !place->file ? 0 : cdi_error_nomem(err);
}

static int look_dirs(const struct doctor_look *look, const struct engine_config *config,
                     struct doctor_engine *out, struct cdi_error *err)
{
    static const char *const dirs[DOCTOR_DIRS] = {CDI_DEFAULT_STATIC_DIR, CDI_DEFAULT_DYNAMIC_DIR};

    out->dirs = "";
    for (size_t i = 0; out->dirs && i < config->n_dirs; i++) {
        for (size_t j = 0; j < DOCTOR_DIRS; j++)
            out->reads[j] = out->reads[j] || same_dir(look, config->dirs[i].path, dirs[j]);
        out->dirs = arena_printf(look->arena, "%s%s%s", out->dirs, i ? ", " : "",
                                 config->dirs[i].path);
    }
    return out->dirs ? place_of(look, &config->dirs_place, &out->dirs_place, err)
                     : cdi_error_nomem(err);
}

/* A runtime that is there for GPUs, by its own name or that of its program. */
static bool is_for_gpus(const struct engine_runtime *runtime)
{
    const char *base = runtime->path ? path_base(runtime->path) : "";

    return strncmp(runtime->name, "nvidia", 6) == 0 ||
           strncmp(base, "nvidia-container-runtime", 24) == 0 ||
           strcmp(base, "cdikit-runtime") == 0;
}

static int look_runtimes(const struct doctor_look *look, const struct engine_config *config,
                         struct doctor_engine *out, struct cdi_error *err)
{
    int r = 0;

    out->runtimes = arena_calloc(look->arena, config->n_runtimes, sizeof *out->runtimes);
    if (!out->runtimes)
        return cdi_error_nomem(err);
    for (size_t i = 0; r == 0 && i < config->n_runtimes; i++) {
        const struct engine_runtime *runtime = &config->runtimes[i];
        const char *path;
        struct doctor_runtime own = {
            .name = runtime->name,
            .path = runtime->path,
            .is_default = config->default_runtime &&
                          strcmp(config->default_runtime, runtime->name) == 0,
        };

        if (!is_for_gpus(runtime) || !runtime->path || !*runtime->path)
            continue;
        r = place_of(look, &runtime->place, &own.place, err);
        if (r == 0 && (*runtime->path == '/' || !strchr(runtime->path, '/')))
            r = hook_program(&look->roots->system, runtime->path, NULL, look->arena, &path,
                             &own.found, err);
        out->runtimes[out->n_runtimes++] = own;
    }
    return r;
}

static int look_problems(const struct doctor_look *look, const struct engine_config *config,
                         struct doctor_engine *out, struct cdi_error *err)
{
    out->problems = arena_calloc(look->arena, config->n_problems, sizeof *out->problems);
    if (!out->problems)
        return cdi_error_nomem(err);
    for (; out->n_problems < config->n_problems; out->n_problems++) {
        const struct engine_problem *problem = &config->problems[out->n_problems];
        const char *place;
        int r = place_of(look, &problem->place, &place, err);

        if (r < 0)
            return r;
        out->problems[out->n_problems] = (struct doctor_engine_problem){place, problem->fatal,
                                                                        problem->message};
    }
    return 0;
}

static int look_engine(const struct doctor_look *look, const struct engine_config *config,
                       struct doctor_engine *out, struct cdi_error *err)
{
    int r;

    *out = (struct doctor_engine){
        .name = config->version.engine->name,
        .cdi = config->cdi,
        .on_since = config->on_since,
        .enable = config->enable,
        .restart = config->restart,
        .dirs_key = config->dirs_key,
        .cgroup_driver = config->cgroup_driver,
    };
    r = place_of(look, &config->cdi_place, &out->cdi_place, err);
    if (r == 0)
        r = place_of(look, &config->cgroup_place, &out->cgroup_place, err);
    if (r == 0)
        r = look_dirs(look, config, out, err);
    if (r == 0)
        r = look_runtimes(look, config, out, err);
    return r == 0 ? look_problems(look, config, out, err) : r;
}

/* The version that was named for an engine; NULL: none was. */
static const struct engine_version *named(const struct doctor_look *look,
                                          const struct engine *engine)
{
    for (size_t i = 0; i < look->asked->n_versions; i++)
        if (look->asked->versions[i].engine == engine)
            return &look->asked->versions[i];
    return NULL;
}

int doctor_look_engines(const struct doctor_look *look, struct doctor_engines *out,
                        struct cdi_error *err)
{
    bool docker = false;
    int r = 0;

    *out = (struct doctor_engines){.n = 0};
    for (const struct engine *engine = engines; r == 0 && engine->name; engine++) {
        const struct engine_version unknown = {.engine = engine}, *version = named(look, engine);
        struct doctor_engine *all = arena_grow(look->arena, out->engines, out->n, sizeof *all);
        struct engine_config config;
        bool wanted = version;

        if (!all)
            return cdi_error_nomem(err);
        out->engines = all;
        if (!version)
            r = is_installed(look, engine->name, &wanted, err);
        if (r < 0 || !wanted)
            continue;
        docker = docker || strcmp(engine->name, "docker") == 0;
        r = engine_config_read(&look->roots->system, version ? version : &unknown,
                               look->asked->user, look->arena, &config, err);
        /* Docker brings a containerd of its own, which reads no documents by itself. */
        wanted = version || config.n_files || !docker || strcmp(engine->name, "containerd") != 0;
        if (r == 0 && wanted)
            r = look_engine(look, &config, &all[out->n++], err);
    }
    return r;
}
