/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/spec.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "tests/unit/tmpdir.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_ _cleanup_(free_spec)

/* Edits in flow style that are read at spec level, and the JSON that they are written as. */
static const struct {
    const char *edits;
    const char *json;
} accepted[] = {
    {"~", "{}"},
    {"{}", "{}"},
    {"{env: [], deviceNodes: [], hooks: ~, mounts: null}", "{}"},
    /* strings */
    {"{env: [a, 010, 1.50, yes, ~, 1e5, 0x1F, '010', !!str 010, 12:30]}",
     "{\"env\":[\"a\",\"8\",\"1.5\",\"true\",\"\",\"100000\",\"31\",\"010\",\"010\",\"12:30\"]}"},
    {"{env: [\"A=\\0\\t<&>\\u2028\\x7f\\N\"]}",
     "{\"env\":[\"A=\\u0000\\t\\u003c\\u0026\\u003e\\u2028\\u007f\\u0085\"]}"},
    /* numbers */
    {"{deviceNodes: [{path: /d, major: 0x10, minor: -1, fileMode: 0666, uid: 0, gid: 1_0}]}",
     "{\"deviceNodes\":[{\"path\":\"/d\",\"major\":16,\"minor\":-1,\"fileMode\":438,\"uid\":0,"
     "\"gid\":10}]}"},
    {"{deviceNodes: [{path: /d, major: 5.0, minor: 5e2, fileMode: 0o666, uid: 0b11, gid: 08}]}",
     "{\"deviceNodes\":[{\"path\":\"/d\",\"major\":5,\"minor\":500,\"fileMode\":438,\"uid\":3,"
     "\"gid\":8}]}"},
    {"{deviceNodes: [{path: /d, major: -0.0, fileMode: 0.0}]}",
     "{\"deviceNodes\":[{\"path\":\"/d\",\"fileMode\":0}]}"},
    {"{deviceNodes: [{path: /d, major: 0, minor: ~, fileMode: 0, uid: ~, gid: 4294967295}]}",
     "{\"deviceNodes\":[{\"path\":\"/d\",\"fileMode\":0,\"gid\":4294967295}]}"},
    {"{deviceNodes: [{path: /d, major: 9223372036854775807, minor: -9223372036854775808}]}",
     "{\"deviceNodes\":[{\"path\":\"/d\",\"major\":9223372036854775807,"
     "\"minor\":-9223372036854775808}]}"},
    {"{hooks: [{hookName: a, path: b, timeout: 0}, {hookName: c, path: d, timeout: -5}]}",
     "{\"hooks\":[{\"hookName\":\"a\",\"path\":\"b\",\"timeout\":0},"
     "{\"hookName\":\"c\",\"path\":\"d\",\"timeout\":-5}]}"},
    {"{additionalGids: [~, 5, !!int '7']}", "{\"additionalGids\":[0,5,7]}"},
    {"{intelRdt: {}}", "{\"intelRdt\":{}}"},
    {"{intelRdt: ~}", "{}"},
    {"{intelRdt: {enableMonitoring: on, schemata: [a], closID: 1}}",
     "{\"intelRdt\":{\"closID\":\"1\",\"schemata\":[\"a\"],\"enableMonitoring\":true}}"},
    {"{intelRdt: {enableMonitoring: n, schemata: []}}", "{\"intelRdt\":{}}"},
    {"{netDevices: [{hostInterfaceName: a, name: b}]}",
     "{\"netDevices\":[{\"hostInterfaceName\":\"a\",\"name\":\"b\"}]}"},
    {"{mounts: [{hostPath: a, containerPath: b, options: [ro, ~], type: bind}]}",
     "{\"mounts\":[{\"hostPath\":\"a\",\"containerPath\":\"b\",\"options\":[\"ro\",\"\"],"
     "\"type\":\"bind\"}]}"},
    /* a null item is an empty object: validation refuses it */
    {"{mounts: [~]}", "{\"mounts\":[{\"hostPath\":\"\",\"containerPath\":\"\"}]}"},
    /* upper and lower case */
    {"{ENV: [a], AdditionalGIDs: [1]}", "{\"env\":[\"a\"],\"additionalGids\":[1]}"},
    {"{env: [a], ENV: [b], Env: [c]}", "{\"env\":[\"a\"]}"},
    {"{intelRdt: {closID: a}, INTELRDT: {closID: b, memBwSchema: c}}",
     "{\"intelRdt\":{\"closID\":\"a\",\"memBwSchema\":\"c\"}}"},
    /* merges */
    {"{mounts: [&m {hostPath: a, containerPath: b}, {<<: *m, type: c}]}",
     "{\"mounts\":[{\"hostPath\":\"a\",\"containerPath\":\"b\"},"
     "{\"hostPath\":\"a\",\"containerPath\":\"b\",\"type\":\"c\"}]}"},
};

static int parse_edits(const char *edits, struct cdi_spec **spec, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    strbuf_printf(&b, "cdiVersion: 1.1.0\nkind: v/c\ndevices: []\ncontainerEdits:\n  %s\n", edits);
    return cdi_spec_parse(b.s, b.len, "name.yaml", spec, err);
}

Test(decode, accepted)
{
    for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_spec_ struct cdi_spec *spec = NULL;
        _cleanup_free_ char *json = NULL;
        size_t len;

        cr_expect_eq(parse_edits(accepted[i].edits, &spec, &err), 0, "%s: %s", accepted[i].edits,
                     err.message);
        if (!spec)
            continue;
        cr_assert_eq(cdi_edits_format(&spec->edits, CDI_FORMAT_JSON, &json, &len, &err), 0);
        cr_expect_str_eq(json, accepted[i].json, "%s: %s", accepted[i].edits, json);
    }
}

/* Edits that are refused, with the column (on line 5) and a part of the message. */
static const struct {
    const char *edits;
    unsigned column;
    const char *message;
} refused[] = {
    {"[]", 3, "containerEdits must be an object (containerEdits), not a list"},
    {"1", 3, "containerEdits must be an object (containerEdits), not the number 1"},
    {"{env: a}", 9, "containerEdits.env must be a list of strings, not the string \"a\""},
    {"{env: {}}", 9, "must be a list of strings, not an object"},
    {"{env: [a, [b]]}", 13, "containerEdits.env[1] must be a string, not a list"},
    {"{env: [{a: b}]}", 10, "containerEdits.env[0] must be a string, not an object"},
    {"{mounts: [true]}", 13, "containerEdits.mounts[0] must be an object (mount)"},
    {"{mounts: [{type: {}}]}", 20, "containerEdits.mounts[0].type must be a string"},
    {"{deviceNodes: [{major: \"5\"}]}", 26, "must be an integer of 64 bits, not the string \"5\""},
    {"{deviceNodes: [{major: 5.5}]}", 26, "not the number 5.5"},
    {"{deviceNodes: [{major: 9223372036854775808}]}", 26, "not the number 9223372036854775808"},
    {"{deviceNodes: [{major: 1e20}]}", 26, "must be an integer"},
    {"{deviceNodes: [{major: 9223372036854775807.0}]}", 26, "must be an integer"},
    {"{deviceNodes: [{major: .inf}]}", 26, "must be an integer"},
    {"{deviceNodes: [{major: .nan}]}", 26, "must be an integer"},
    {"{deviceNodes: [{major: true}]}", 26, "not the boolean true"},
    {"{deviceNodes: [{fileMode: -0.0}]}", 29, "must be an integer from 0 to 4294967295"},
    {"{additionalGids: [-0.0]}", 21, "must be an integer from 0 to 4294967295"},
    {"{deviceNodes: [{fileMode: -1}]}", 29, "must be an integer from 0 to 4294967295"},
    {"{deviceNodes: [{fileMode: 4294967296}]}", 29, "not the number 4294967296"},
    {"{deviceNodes: [{fileMode: [1]}]}", 29, "not a list"},
    {"{deviceNodes: [{uid: !!str 7}]}", 24, "not the string \"7\""},
    {"{additionalGids: [1, '5']}", 24, "containerEdits.additionalGids[1] must be an integer"},
    {"{additionalGids: 5}", 20, "must be a list of integers"},
    {"{intelRdt: {enableMonitoring: 1}}", 33, "must be true or false, not the number 1"},
    {"{intelRdt: {enableMonitoring: 'true'}}", 33, "must be true or false"},
    {"{hooks: [{timeout: 9223372036854775808}]}", 22, "must be an integer of 64 bits"},
    /* unknown fields */
    {"{x: ~}", 4, "unknown field \"x\" in containerEdits"},
    {"{'': 1}", 4, "unknown field \"\""},
    {"{evn: []}", 4, "did you mean \"env\"?"},
    {"{deviceNodes: [{hostPat: a}]}", 19,
     "unknown field \"hostPat\" in containerEdits.deviceNodes[0]; did you mean \"hostPath\"?"},
    {"{devices: []}", 4, "it is a field of document"},
    {"{intelRdt: {schema: []}}", 15, "did you mean \"schemata\"?"},
    {"{intelRdt: {enableCMT: true}}", 15, "removed in CDI 1.1.0"},
    {"{\"env \": []}", 4, "unknown field \"env \""},
    /* duplicates */
    {"{env: [], env: []}", 13, "duplicate key \"env\" in containerEdits; the first is on line 5"},
    {"{env: [], ENV: [], env: []}", 22, "duplicate key \"env\""},
    {"{mounts: [&m {type: a}, {<<: *m, type: b}]}", 36, "duplicate key \"type\""},
    {"{mounts: [&m {type: a}, {type: b, <<: *m}]}", 28, "duplicate key \"type\""},
};

Test(decode, refused)
{
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_spec_ struct cdi_spec *spec = NULL;

        cr_expect_eq(parse_edits(refused[i].edits, &spec, &err), -CDI_ERR_INVALID, "%s",
                     refused[i].edits);
        if (spec)
            continue;
        cr_expect(strstr(err.message, refused[i].message), "%s: %s", refused[i].edits, err.message);
        cr_expect_eq(err.pos.line, 5);
        cr_expect_eq(err.pos.column, refused[i].column, "%s: column %u", refused[i].edits,
                     err.pos.column);
        cr_expect_str_eq(err.file, "name.yaml");
    }
}

Test(decode, no_document)
{
    static const char *const texts[] = {"", "# c\n", "---\n", "~", "null", "---\n---\na: b"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_spec *spec;

        cr_expect_eq(cdi_spec_parse(texts[i], strlen(texts[i]), NULL, &spec, &err),
                     -CDI_ERR_INVALID);
        cr_expect(strstr(err.message, "no CDI document"), "%s", err.message);
        cr_expect_neq(err.pos.line, 0);
    }
}

Test(decode, top_level_must_be_an_object)
{
    static const char *const texts[] = {"[]", "- a", "false", "hello", "\"\"", "!", "|"};

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct cdi_spec *spec;

        cr_expect_eq(cdi_spec_parse(texts[i], strlen(texts[i]), NULL, &spec, NULL),
                     -CDI_ERR_INVALID, "%s", texts[i]);
    }
}

Test(decode, empty_object_has_no_nulls)
{
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse("{}", 2, NULL, &spec, NULL), 0);
    cr_expect_str_eq(spec->version, "");
    cr_expect_str_eq(spec->kind, "");
    cr_expect_null(spec->path);
    cr_expect_eq(spec->n_devices, 0);
    cr_expect(cdi_edits_empty(&spec->edits));
}

/* Absent and empty lists differ, for intelRdt.schemata. */
Test(decode, empty_list_is_not_absent)
{
    _cleanup_spec_ struct cdi_spec *empty = NULL, *absent = NULL;

    cr_assert_eq(parse_edits("{intelRdt: {schemata: []}}", &empty, NULL), 0);
    cr_assert_eq(parse_edits("{intelRdt: {schemata: ~}}", &absent, NULL), 0);
    cr_expect_not_null(empty->edits.intel_rdt->schemata.items);
    cr_expect_null(absent->edits.intel_rdt->schemata.items);
}

Test(decode, annotations_keep_their_order)
{
    static const char text[] = "annotations: {b: 1, 010: x, a: ~}";
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(text, sizeof text - 1, NULL, &spec, NULL), 0);
    cr_assert_eq(spec->annotations.n, 3);
    cr_expect_str_eq(spec->annotations.items[0].key, "b");
    cr_expect_str_eq(spec->annotations.items[0].value, "1");
    cr_expect_str_eq(spec->annotations.items[1].key, "8");
    cr_expect_str_eq(spec->annotations.items[2].value, "");
}

Test(decode, annotations_spelled_twice_are_merged)
{
    static const char text[] = "annotations: {a: 1, b: 2}\nAnnotations: {b: 3, c: 4}";
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(text, sizeof text - 1, NULL, &spec, NULL), 0);
    cr_assert_eq(spec->annotations.n, 3);
    for (size_t i = 0; i < 3; i++)
        if (*spec->annotations.items[i].key == 'b')
            cr_expect_str_eq(spec->annotations.items[i].value, "2");
}

Test(decode, annotation_errors)
{
    static const char *const texts[] = {
        "annotations: {a: 1, a: 2}", "annotations: {1: a, \"1\": b}", "annotations: [a]",
        "annotations: {a: [b]}",     "annotations: {a: {b: c}}",      "annotations: {~: a}",
    };

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_spec_ struct cdi_spec *spec = NULL;

        cr_expect_eq(cdi_spec_parse(texts[i], strlen(texts[i]), NULL, &spec, NULL),
                     -CDI_ERR_INVALID, "%s", texts[i]);
    }
}

Test(decode, too_large)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec;

    cr_expect_eq(cdi_spec_parse("", (size_t)CDI_SPEC_MAX_SIZE + 1, "x", &spec, &err),
                 -CDI_ERR_LIMIT);
    cr_expect_str_eq(err.file, "x");
}

Test(decode, many_keys_are_not_quadratic)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct cdi_spec *spec;

    strbuf_addstr(&b, "annotations:\n");
    for (int i = 0; i < 100000; i++)
        strbuf_printf(&b, "  k%d: v\n", i % 99999);
    cr_expect_eq(cdi_spec_parse(b.s, b.len, NULL, &spec, NULL), -CDI_ERR_INVALID);
}

Test(decode, positions)
{
    static const char text[] = "cdiVersion: 1.1.0\n"
                               "devices:\n"
                               "- name: a\n"
                               "  ANNOTATIONS: {\"x.y[0]\": z}\n"
                               "  containerEdits:\n"
                               "    env: [b, c]\n";
    static const struct {
        const char *path;
        unsigned line, column;
    } wanted[] = {
        {"", 1, 1},
        {"cdiVersion", 1, 13},
        {"kind", 1, 1},
        {"devices", 3, 1},
        {"devices[0]", 3, 3},
        {"devices[0].name", 3, 9},
        {"devices[0].annotations[\"x.y[0]\"]", 4, 27},
        {"devices[0].annotations[\"w\"]", 4, 16},
        {"devices[0].containerEdits", 6, 5},
        {"devices[0].containerEdits.env[1]", 6, 14},
        {"devices[0].containerEdits.env[2]", 6, 10},
        {"devices[0].containerEdits.mounts[2].type", 6, 5},
        {"devices[1].name", 3, 1},
    };
    _cleanup_spec_ struct cdi_spec *spec = NULL, *built = cdi_spec_new();

    cr_assert_eq(cdi_spec_parse(text, sizeof text - 1, NULL, &spec, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        struct cdi_position pos = cdi_spec_position(spec, wanted[i].path);

        cr_expect(pos.line == wanted[i].line && pos.column == wanted[i].column, "%s: %u:%u",
                  wanted[i].path, pos.line, pos.column);
    }
    cr_expect_eq(cdi_spec_position(built, "kind").line, 0);
}

/* Of keys that differ in case that which counts, the last bytewise, has the position. */
Test(decode, position_of_a_field_spelled_twice)
{
    static const char text[] = "KIND: a\nkind: b\ndevices:\n- {name: a, NAME: b}\n";
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    cr_assert_eq(cdi_spec_parse(text, sizeof text - 1, NULL, &spec, NULL), 0);
    cr_expect_str_eq(spec->kind, "b");
    cr_expect_eq(cdi_spec_position(spec, "kind").line, 2);
    cr_expect_str_eq(spec->devices[0].name, "a");
    cr_expect_eq(cdi_spec_position(spec, "devices[0].name").column, 10);
}

Test(decode, file)
{
    const char *dir = tmpdir_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_spec_ struct cdi_spec *spec = NULL;

    tmpdir_write(dir, "a.yaml", "kind: v/c\n");
    tmpdir_write(dir, "b.yaml", "kind: [\n");
    cr_assert_eq(cdi_spec_read(tmpdir_path(dir, "a.yaml"), &spec, &err), 0);
    cr_expect_str_eq(spec->path, tmpdir_path(dir, "a.yaml"));
    cr_expect_str_eq(spec->kind, "v/c");
    cdi_spec_free(spec);
    spec = NULL;
    cr_expect_eq(cdi_spec_read(tmpdir_path(dir, "b.yaml"), &spec, &err), -CDI_ERR_SYNTAX);
    cr_expect_str_eq(err.file, tmpdir_path(dir, "b.yaml"));
    cr_expect_lt(cdi_spec_read(tmpdir_path(dir, "none.yaml"), &spec, &err), 0);
    cr_expect_lt(cdi_spec_read(dir, &spec, &err), 0);
}
