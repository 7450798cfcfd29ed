/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/whyworld.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void world_freep(struct world **world)
{
    for (size_t i = 0; i < (*world)->n_specs; i++)
        cdi_spec_free((*world)->specs[i]);
    arena_free((*world)->arena);
    free(*world);
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);

    cr_assert_not_null(world);
    world->arena = arena_new();
    world->dirs[0].path = "/etc/cdi";
    world->dirs[1].path = "/run/cdi";
    world->facts = (struct why_facts){
        .user = "alice (uid 1000)",
        .dirs = world->dirs,
        .n_dirs = 2,
        .devices = {world->devices, 0},
        .elsewhere = {world->elsewhere, 0},
        .files = world->files,
    };
    return world;
}

struct cdi_spec *world_parse(struct world *world, const char *path, const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(text, strlen(text), path, &spec, &err), 0, "%s", err.message);
    world->specs[world->n_specs++] = spec;
    return spec;
}

void add_devices(struct world *world, struct why_devices *to, const char *path, const char *text,
                 size_t priority, enum cdi_device_state state)
{
    struct cdi_registry_device *items = to == &world->facts.devices ? world->devices
                                                                    : world->elsewhere;
    struct cdi_spec *spec = world_parse(world, path, text);

    for (size_t i = 0; i < spec->n_devices; i++)
        items[to->n++] = (struct cdi_registry_device){
            .name = arena_printf(world->arena, "%s=%s", spec->kind, spec->devices[i].name),
            .device = &spec->devices[i],
            .spec = spec,
            .priority = priority,
            .state = state,
        };
}

void defined(struct world *world, const char *path, const char *text, size_t priority,
             enum cdi_device_state state)
{
    add_devices(world, &world->facts.devices, path, text, priority, state);
}

void add_file(struct world *world, struct why_file file)
{
    world->files[world->facts.n_files++] = file;
}

const struct why_answer *why_ask(struct world *world, const char *name)
{
    cr_assert_eq(
        why_decide(&world->facts, name, &world->checks, world->arena, &world->answer, NULL), 0);
    return &world->answer;
}

void expect(const struct world *world, const char *wanted)
{
    const char *seen = "";

    for (size_t i = 0; i < world->answer.n_causes; i++) {
        const struct why_cause *cause = &world->answer.causes[i];

        seen = arena_printf(world->arena, cause->note ? "%s%s(%s)" : "%s%s%s", seen,
                            *seen ? " " : "", why_texts[cause->id].id);
    }
    cr_expect_str_eq(seen, wanted, "%s: %s, not %s", world->answer.name, seen, wanted);
    cr_expect_eq(world->answer.usable, !*wanted || *wanted == '(');
}

void expect_text(const struct world *world, const char *message, const char *repair)
{
    const struct why_cause *cause = world->answer.causes;

    cr_assert(world->answer.n_causes > 0);
    cr_expect(strstr(cause->message, message), "%s", cause->message);
    if (repair)
        cr_expect(cause->repair && strstr(cause->repair, repair), "%s", cause->repair);
}

void expect_place(const struct world *world, size_t i, const char *wanted)
{
    const struct why_cause *cause = world->answer.causes;

    cr_assert(world->answer.n_causes > 0 && cause->n_places > i);
    cr_expect_str_eq(engine_place_text(world->arena, &cause->places[i]), wanted);
}
