/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit annotation: the annotations by which a container asks for devices. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/nearest.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/jsonout.h"
#include "cmd/output.h"

/* Far above what a container's annotations can be: Kubernetes allows 256 KiB. */
#define MAP_MAX_SIZE  (64U << 20)
#define MAP_MAX_DEPTH 64

struct annotation_options {
    bool in_place, json;
};

static const struct option options[] = {
    {.name = "in-place",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct annotation_options, in_place),
     .help = "update: replace FILE in place of printing the result"},
    {.name = "json",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct annotation_options, json),
     .help = "parse: print an object with the members keys and devices"},
    {.name = NULL},
};

static const char *const usage[] = {
    "key PLUGIN ID", "value DEVICE...", "parse FILE|-", "update FILE|- PLUGIN ID DEVICE...", NULL,
};

static const struct example examples[] = {
    {"cdikit annotation key vendor.device 0", "prints \"cdi.k8s.io/vendor.device_0\""},
    {"cdikit annotation value vendor.com/gpu=0 vendor.com/gpu=1", "the value for two devices"},
    {"jq .annotations config.json | cdikit annotation parse -", "the devices that it asks for"},
    {"cdikit annotation update --in-place map.json vendor.device 0 vendor.com/gpu=0",
     "adds a request to a map"},
    {NULL, NULL},
};

/* A JSON map of annotations. */
struct map {
    struct json_document doc;
    char *text;
    struct cdi_annotations items;
};

static void map_close(struct map *map)
{
    free(map->text);
    map->text = NULL;
}

static int map_add(struct map *map, struct arena *arena, struct json *member, const char *name,
                   struct cdi_error *err)
{
    struct cdi_annotation *items = arena_grow(arena, map->items.items, map->items.n, sizeof *items);
    const char *key = arena_strndup(arena, member->key, member->key_len);
    const char *value = json_string(&map->doc, member);

    if (member->type != JSON_STRING)
        return cdi_error_set_at(err, CDI_ERR_INVALID, name, json_position(&map->doc, member),
                                "an annotation is a string, not %s", json_type_name(member->type));
    if (!items || !key || !value)
        return cdi_error_nomem(err);
    items[map->items.n++] = (struct cdi_annotation){key, value};
    map->items.items = items;
    return 0;
}

static int map_read(struct map *map, struct arena *arena, const char *path, struct cdi_error *err)
{
    const char *name = input_name(path);
    struct json *root = &map->doc.root;
    size_t len;
    int r = input_read(path, MAP_MAX_SIZE, &map->text, &len, err);

    if (r < 0)
        return r;
    r = json_parse(&map->doc, arena, map->text, len, MAP_MAX_DEPTH, err);
    if (r < 0) {
        cdi_error_set_file(err, name);
        return r;
    }
    if (root->type == JSON_NULL)
        json_fill(&map->doc, root, JSON_OBJECT);
    if (root->type != JSON_OBJECT)
        return cdi_error_set_at(err, CDI_ERR_INVALID, name, json_position(&map->doc, root),
                                "annotations are an object, not %s", json_type_name(root->type));
    for (struct json *m = json_first(&map->doc, root); r == 0 && m; m = m->next)
        r = map_add(map, arena, m, name, err);
    return r < 0 ? r : json_check(&map->doc, err);
}

static int run_key(const struct call *call, struct cdi_error *err)
{
    _cleanup_free_ char *key = NULL;
    int r = cdi_annotation_key(call->operands[1], call->operands[2], &key, err);

    if (r < 0)
        return r;
    (void)puts(key);
    return STATUS_DONE;
}

static int run_value(const struct call *call, struct cdi_error *err)
{
    _cleanup_free_ char *value = NULL;
    int r = cdi_annotation_value(call->operands + 1, call->n_operands - 1, &value, err);

    if (r < 0)
        return r;
    (void)puts(value);
    return STATUS_DONE;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct cdi_annotation *)a)->key, ((const struct cdi_annotation *)b)->key);
}

static int print_request(struct cdi_annotations *all, const char *const *devices, size_t n,
                         struct cdi_error *err)
{
    _cleanup_jsonout_ struct jsonout out = JSONOUT_INIT;
    struct cJSON *root = jsonout_object(&out, NULL, NULL), *list;

    list = jsonout_array(&out, root, "keys");
    if (all->n)
        qsort(all->items, all->n, sizeof *all->items, compare_keys);
    for (size_t i = 0; i < all->n; i++)
        if (strncmp(all->items[i].key, CDI_ANNOTATION_PREFIX, strlen(CDI_ANNOTATION_PREFIX)) == 0)
            jsonout_string(&out, list, NULL, all->items[i].key);
    list = jsonout_array(&out, root, "devices");
    for (size_t i = 0; i < n; i++)
        jsonout_string(&out, list, NULL, devices[i]);
    return jsonout_print(&out, err);
}

static int run_parse(const struct call *call, struct cdi_error *err)
{
    const struct annotation_options *o = call->options;
    _cleanup_(map_close) struct map map = {.text = NULL};
    _cleanup_free_ const char **devices = NULL;
    size_t n = 0;
    int r = map_read(&map, call->arena, call->operands[1], err);

    if (r < 0)
        return r;
    r = cdi_annotations_devices(&map.items, &devices, &n, err);
    if (r < 0) {
        cdi_error_set_file(err, input_name(call->operands[1]));
        return r;
    }
    if (o->json)
        return print_request(&map.items, devices, n, err);
    for (size_t i = 0; i < n; i++)
        (void)puts(devices[i]);
    return STATUS_DONE;
}

static int run_update(const struct call *call, struct cdi_error *err)
{
    const struct annotation_options *o = call->options;
    const char *path = call->operands[1];
    _cleanup_(map_close) struct map map = {.text = NULL};
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *key = NULL, *value = NULL;
    int r = map_read(&map, call->arena, path, err);

    if (r == 0)
        r = cdi_annotation_key(call->operands[2], call->operands[3], &key, err);
    if (r == 0)
        r = cdi_annotation_value(call->operands + 4, call->n_operands - 4, &value, err);
    if (r < 0)
        return r;
    if (json_find(&map.doc, &map.doc.root, key))
        return cdi_error_set(err, CDI_ERR_EXISTS, "%s has a key %s already", input_name(path), key);
    json_add(&map.doc, &map.doc.root, key, json_new_string(&map.doc, value));
    json_write(&map.doc, &b);
    r = json_check(&map.doc, err);
    if (r < 0)
        return r;
    if (b.len && b.s[b.len - 1] != '\n')
        strbuf_addch(&b, '\n');
    if (b.failed)
        return cdi_error_nomem(err);
    return output_file(o->in_place ? path : NULL, b.s, b.len, OUTPUT_SYNC, err);
}

/* What the first operand can be. */
static const struct action {
    const char *name;
    size_t min, max; /* operands with the name */
    int (*run)(const struct call *call, struct cdi_error *err);
} actions[] = {
    {"key", 3, 3, run_key},
    {"value", 1, SIZE_MAX, run_value},
    {"parse", 2, 2, run_parse},
    {"update", 5, SIZE_MAX, run_update},
};

static const char *const words[] = {"key", "value", "parse", "update", NULL};

static int unknown_action(const char *name, struct cdi_error *err)
{
    struct nearest near = nearest_init(name, strlen(name));

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
        nearest_offer(&near, actions[i].name);
    return cdi_error_set(err, CDI_ERR_USAGE, "unknown action '%s'%s%s%s", name,
                         near.best ? "; did you mean '" : "", near.best ? near.best : "",
                         near.best ? "'?" : "");
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct annotation_options *o = call->options;
    const char *name = call->operands[0];

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        const struct action *action = &actions[i];

        if (strcmp(action->name, name) != 0)
            continue;
        if (call->n_operands < action->min || call->n_operands > action->max)
            return cdi_error_set(err, CDI_ERR_USAGE, "expected: cdikit annotation %s", usage[i]);
        if ((o->in_place && action->run != run_update) || (o->json && action->run != run_parse))
            return cdi_error_set(err, CDI_ERR_USAGE, "'%s' has no option --%s", name,
                                 o->in_place && action->run != run_update ? "in-place" : "json");
        if (o->in_place && strcmp(call->operands[1], "-") == 0)
            return cdi_error_set(err, CDI_ERR_USAGE, "standard input cannot be replaced");
        return action->run(call, err);
    }
    return unknown_action(name, err);
}

const struct command command_annotation = {
    .name = "annotation",
    .summary = "make and read container annotations that ask for devices",
    .usage = usage,
    .description =
        "An annotation with a key that begins with " CDI_ANNOTATION_PREFIX " asks for the devices "
        "in its value, qualified names joined with commas.\n\n"
        "'key' prints the key for a plugin, by convention VENDOR.CLASS, and an id of its choice. "
        "'value' prints the value for devices. 'parse' prints the devices that a map asks for, "
        "one a line, in the order of the keys. 'update' adds a key and value to a map and prints "
        "it.\n\n"
        "FILE holds a JSON object of strings, as 'annotations' of a config.json. Whether the "
        "devices exist does not matter: see 'cdikit resolve'.\n\n"
        "Write '--' before operands that can begin with a dash.",
    .options = options,
    .options_size = sizeof(struct annotation_options),
    .min_operands = 1,
    .max_operands = OPERANDS_ANY,
    .words = words,
    .examples = examples,
    .exit_notes = "Status 1: a key, a device name or a map is not valid, or the key is there "
                  "already.",
    .run = run,
};
