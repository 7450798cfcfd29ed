/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/state.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"

#define CONFIG_MAX_SIZE  (16U << 20) /* bytes */
#define CONFIG_MAX_DEPTH 512
#define FORGET_WAIT      1000 /* milliseconds */

static int wrong(const struct json_document *doc, const struct json *value, const char *what,
                 const char *must_be, struct cdi_error *err)
{
    return cdi_error_set_at(err, CDI_ERR_INVALID, NULL, json_position(doc, value),
                            "%s must be %s, not %s", what, must_be, json_type_name(value->type));
}

/* The last member of that name, upper case being the same as lower case, or NULL. */
static struct json *find(struct json_document *doc, struct json *object, const char *name)
{
    struct json *found = NULL;

    if (object->type != JSON_OBJECT)
        return NULL;
    for (struct json *m = json_first(doc, object); m; m = m->next)
        if (m->key_len == strlen(name) && strncasecmp(m->key, name, m->key_len) == 0)
            found = m;
    return found;
}

static int read_text(struct json_document *doc, struct json *object, const char *name,
                     const char **out, struct cdi_error *err)
{
    struct json *value = find(doc, object, name);

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
    struct json *pid, *root = &doc->root;
    int r;

    if (doc->root.type == JSON_NULL)
        return 0;
    if (doc->root.type != JSON_OBJECT)
        return wrong(doc, &doc->root, "the state", "an object", err);
    r = read_text(doc, root, "bundle", &bundle, err);
    if (r == 0 && (!bundle || !*bundle))
        r = read_text(doc, root, "bundlePath", &bundle, err);
    if (r == 0)
        r = read_text(doc, root, "root", &state->root, err);
    if (r < 0)
        return r;
    pid = find(doc, root, "pid");
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

    *state = (struct state){.bundle = "", .root = ""};
    if (r == 0)
        r = read_state(&doc, state, err);
    return cdi_error_wrap(err, r, "the container's state on standard input");
}

int state_config_root(const char *text, size_t len, struct arena *arena, const char **path,
                      struct cdi_error *err)
{
    struct json_document doc;
    struct json *root;
    int r = json_parse(&doc, arena, text, len, CONFIG_MAX_DEPTH, err);

    if (r < 0)
        return r;
    if (doc.root.type != JSON_OBJECT)
        return wrong(&doc, &doc.root, "the configuration", "an object", err);
    *path = "";
    root = find(&doc, &doc.root, "root");
    if (root && root->type != JSON_NULL && root->type != JSON_OBJECT)
        return wrong(&doc, root, "root", "an object", err);
    r = root ? read_text(&doc, root, "path", path, err) : 0;
    return r < 0 ? r : json_check(&doc, err);
}

static int read_config(const char *bundle, struct arena *arena, const char **path,
                       struct cdi_error *err)
{
    const char *file = arena_printf(arena, "%s/config.json", bundle);
    _cleanup_free_ char *text = NULL;
    const char *found;
    size_t len;
    int r;

    if (!file)
        return cdi_error_nomem(err);
    r = file_read(AT_FDCWD, file, CONFIG_MAX_SIZE, &text, &len, err);
    if (r < 0)
        return r;
    r = state_config_root(text, len, arena, &found, err);
    if (r < 0) {
        cdi_error_set_file(err, file);
        return r;
    }
    *path = arena_strdup(arena, found);
    return *path ? 0 : cdi_error_nomem(err);
}

int state_root(const struct state *state, struct arena *arena, const char **path,
               struct cdi_error *err)
{
    const char *root = state->root;
    int r;

    if (!*root) {
        if (!*state->bundle)
            return cdi_error_set(err, CDI_ERR_INVALID,
                                 "the container's state names neither a bundle nor a root");
        r = read_config(state->bundle, arena, &root, err);
        if (r < 0)
            return cdi_error_wrap(err, r, "looking for the container's root");
    }
    if (*root != '/') {
        root = arena_printf(arena, "%s/%s", state->bundle, root);
        root = root ? path_clean(arena, root) : NULL;
    }
    *path = root;
    return root ? 0 : cdi_error_nomem(err);
}

void state_forget(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char text[4096];
    struct stat st;

    if (fstat(fd, &st) < 0 || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        return;
    for (size_t n = 0; n < STATE_MAX_SIZE && poll(&wait, 1, FORGET_WAIT) > 0; n += sizeof text)
        if (read(fd, text, sizeof text) <= 0)
            return;
}
