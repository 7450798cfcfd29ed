/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/state.h"

#include "base/arena.h"
#include "base/json.h"

static int wrong(const struct json_document *doc, const struct json *value, const char *what,
                 const char *must_be, struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_INVALID, NULL, json_position(doc, value),
                            "%s must be %s, not %s", what, must_be, json_type_name(value->type));
}

static int read_text(struct json_document *doc, const char *name, const char **out,
                     struct cdi_error *err)
{
    struct json *value = json_find(doc, &doc->root, name);

    if (!value || value->type == JSON_NULL)
        return 0;
    if (value->type != JSON_STRING)
        return wrong(doc, value, name, "a string", err);
    *out = json_string(doc, value);
    return 0;
}

static int read_state(struct json_document *doc, struct state *state, struct cdi_error *err)
{
    const char *bundle = NULL;
    struct json *pid;
    int r;

    if (doc->root.type == JSON_NULL)
        return 0;
    if (doc->root.type != JSON_OBJECT)
        return wrong(doc, &doc->root, "the state", "an object", err);
    r = read_text(doc, "bundle", &bundle, err);
    if (r == 0 && (!bundle || !*bundle))
        r = read_text(doc, "bundlePath", &bundle, err);
    if (r < 0)
        return r;
    pid = json_find(doc, &doc->root, "pid");
    if (pid && pid->type != JSON_NULL && !json_uint32(pid, &state->pid))
        return wrong(doc, pid, "pid", "the number of a process", err);
    if (bundle)
        state->bundle = bundle;
    return json_check(doc, err);
}

int state_parse(const char *text, size_t len, struct arena *arena, struct state *state,
                struct cdi_error *err)
{
    struct json_document doc;
    int r = json_parse(&doc, arena, text, len, STATE_MAX_DEPTH, err);

    *state = (struct state){.bundle = ""};
    if (r == 0)
        r = read_state(&doc, state, err);
    return cdi_error_wrap(err, r, "the container's state on standard input");
}
