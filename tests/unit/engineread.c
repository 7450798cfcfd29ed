/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/engineread.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/root.h"
#include "tests/unit/tmpdir.h"

void read_clear(struct read *read)
{
    arena_free(read->arena);
}

struct read read_for(const char *dir, const char *engine, const struct engine_user *user)
{
    _cleanup_root_ struct root root = ROOT_INIT;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct read read = {.arena = arena_new()};
    struct engine_version version;

    cr_assert_eq(root_open(&root, dir, NULL), 0);
    cr_assert_eq(engine_parse_any(engine, &version, &err), 0, "%s", err.message);
    cr_assert_eq(engine_config_read(&root, &version, user, read.arena, &read.config, &err), 0, "%s",
                 err.message);
    return read;
}

struct read read_as(const char *dir, const char *engine)
{
    return read_for(dir, engine, NULL);
}

const char *read_at(const struct read *read, const struct engine_place *place)
{
    return engine_place_text(read->arena, place);
}

struct read read_text(const char *dir, const char *file, const char *text, const char *engine)
{
    tmpdir_write(dir, file, text);
    return read_as(dir, engine);
}

const char *read_dirs(const struct read *read)
{
    const char *all = "";

    for (size_t i = 0; i < read->config.n_dirs; i++)
        all = arena_printf(read->arena, "%s%s%s", all, i ? " " : "", read->config.dirs[i].path);
    return all;
}

const char *read_files(const struct read *read)
{
    const char *all = "";

    for (size_t i = 0; i < read->config.n_files; i++)
        all = arena_printf(read->arena, "%s%s%s", all, i ? " " : "", read->config.files[i]);
    return all;
}

static void expect_trouble(const struct read *read, bool fatal, const char *place, const char *says)
{
    for (size_t i = 0; i < read->config.n_problems; i++)
        if (read->config.problems[i].fatal == fatal &&
            strcmp(read_at(read, &read->config.problems[i].place), place) == 0 &&
            strstr(read->config.problems[i].message, says))
            return;
    cr_expect(false, "no problem at %s that says %s, of %zu: %s", place, says,
              read->config.n_problems,
              read->config.n_problems ? read->config.problems[0].message : "");
}

void expect_problem(const struct read *read, const char *place, const char *says)
{
    expect_trouble(read, true, place, says);
}
void expect_remark(const struct read *read, const char *place, const char *says)
{
    expect_trouble(read, false, place, says);
}
