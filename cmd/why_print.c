/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/why_print.h"

#include <stdio.h>

#include "base/arena.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

/* ---- For people ---- */

static void print_cause(const struct call *call, const struct why_cause *cause)
{
    (void)fputs("  ", stdout);
    output_styled(stdout, cause->note ? STYLE_PLAIN : STYLE_ERROR,
                  cause->note ? "note:" : "problem:");
    (void)putchar(' ');
    output_text(stdout, cause->message);
    (void)printf(" [%s%s%s]\n", why_texts[cause->id].id, cause->rule ? ": " : "",
                 cause->rule ? cause->rule : "");
    for (size_t i = 0; i < cause->n_places; i++) {
        const char *place = engine_place_text(call->arena, &cause->places[i]);

        (void)fputs("      at ", stdout);
        output_text(stdout, place ? place : cause->places[i].file);
        (void)putchar('\n');
    }
    if (!cause->repair)
        return;
    (void)fputs("      do: ", stdout);
    output_text(stdout, cause->repair);
    (void)putchar('\n');
}

void why_print(const struct call *call, const struct why_answer *answer)
{
    output_text(stdout, answer->name);
    (void)puts(answer->usable ? ": usable" : ": not usable");
    if (answer->device) {
        const char *effect = why_effect(answer->device, call->arena);
        const char *place = engine_place_text(call->arena, &answer->place);

        (void)fputs("  ", stdout);
        output_text(stdout, place ? place : answer->place.file);
        (void)fputs(" defines it\n  it gives a container ", stdout);
        output_text(stdout, effect ? effect : "...");
        (void)putchar('\n');
    }
    for (size_t i = 0; i < answer->n_causes; i++)
        if (!call->quiet || !answer->causes[i].note)
            print_cause(call, &answer->causes[i]);
}

/* ---- For programs ---- */

static void add_place(struct jsonout *out, struct cJSON *object, const struct engine_place *place)
{
    if (!place->file)
        return;
    jsonout_string(out, object, "file", place->file);
    if (!place->pos.line)
        return;
    jsonout_number(out, object, "line", place->pos.line);
    jsonout_number(out, object, "column", place->pos.column);
}

static void add_cause(struct jsonout *out, struct cJSON *list, const struct why_cause *cause)
{
    struct cJSON *object = jsonout_object(out, list, NULL), *places;

    jsonout_string(out, object, "cause", why_texts[cause->id].id);
    jsonout_string(out, object, "severity", cause->note ? "note" : "problem");
    jsonout_string(out, object, "message", cause->message);
    if (cause->rule)
        jsonout_string(out, object, "rule", cause->rule);
    places = jsonout_array(out, object, "places");
    for (size_t i = 0; i < cause->n_places; i++)
        add_place(out, jsonout_object(out, places, NULL), &cause->places[i]);
    if (cause->repair)
        jsonout_string(out, object, "repair", cause->repair);
}

static void add_answer(const struct call *call, struct jsonout *out, struct cJSON *list,
                       const struct why_answer *answer)
{
    struct cJSON *object = jsonout_object(out, list, NULL), *causes;

    jsonout_string(out, object, "name", answer->name);
    jsonout_raw(out, object, "usable", answer->usable ? "true" : "false");
    if (answer->device) {
        add_place(out, object, &answer->place);
        jsonout_string(out, object, "effect", why_effect(answer->device, call->arena));
    }
    causes = jsonout_array(out, object, "causes");
    for (size_t i = 0; i < answer->n_causes; i++)
        add_cause(out, causes, &answer->causes[i]);
}

static void add_engine(const struct call *call, const struct engine_config *engine,
                       struct jsonout *out, struct cJSON *root)
{
    static const char *const switches[] = {
        [ENGINE_CDI_ON] = "on",
        [ENGINE_CDI_OFF] = "off",
        [ENGINE_CDI_UNDECIDED] = "unknown",
        [ENGINE_CDI_NONE] = "none",
    };
    const unsigned *number = engine->version.number;
    struct cJSON *object = jsonout_object(out, root, "engine"), *files;

    jsonout_string(out, object, "name", engine->version.engine->name);
    if (engine->version.has_number)
        jsonout_string(out, object, "version",
                       arena_printf(call->arena, "%u.%u.%u", number[0], number[1], number[2]));
    jsonout_string(out, object, "cdi", switches[engine->cdi]);
    files = jsonout_array(out, object, "files");
    for (size_t i = 0; i < engine->n_files; i++)
        jsonout_string(out, files, NULL, engine->files[i]);
}

int why_print_json(const struct call *call, const struct why_facts *facts,
                   const struct why_answer *answers, size_t n, struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL);
    struct cJSON *devices = jsonout_array(&out, root, "devices");
    struct cJSON *dirs = jsonout_array(&out, root, "dirs");

    for (size_t i = 0; i < n; i++)
        add_answer(call, &out, devices, &answers[i]);
    for (size_t i = 0; i < facts->n_dirs; i++)
        jsonout_string(&out, dirs, NULL, facts->dirs[i].path);
    if (facts->engine)
        add_engine(call, facts->engine, &out, root);
    return jsonout_print(&out, err);
}
