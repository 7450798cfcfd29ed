/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cdikit/schema.h>
#include <cdikit/spec.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "tests/unit/tmpdir.h"

static void free_spec(struct cdi_spec **spec)
{
    cdi_spec_free(*spec);
}
#define _cleanup_spec_ _cleanup_(free_spec)

/* A document as CDI engines and nvidia-ctk write it. */
static const char full[] = "---\n"
                           "cdiVersion: 1.1.0\n"
                           "kind: vendor.com/class\n"
                           "annotations:\n"
                           "    a: \"1\"\n"
                           "    b: c\n"
                           "devices:\n"
                           "    - name: \"0\"\n"
                           "      annotations:\n"
                           "        x/y: z\n"
                           "      containerEdits:\n"
                           "        env:\n"
                           "            - A=b\n"
                           "        deviceNodes:\n"
                           "            - path: /dev/null\n"
                           "              hostPath: /dev/full\n"
                           "              type: c\n"
                           "              major: 1\n"
                           "              minor: 3\n"
                           "              fileMode: 438\n"
                           "              permissions: rwm\n"
                           "              uid: 0\n"
                           "              gid: 44\n"
                           "        netDevices:\n"
                           "            - hostInterfaceName: eno1\n"
                           "              name: net0\n"
                           "        hooks:\n"
                           "            - hookName: createContainer\n"
                           "              path: /usr/bin/hook\n"
                           "              args:\n"
                           "                - hook\n"
                           "                - \"755\"\n"
                           "                - --link\n"
                           "              env:\n"
                           "                - B=c\n"
                           "              timeout: 5\n"
                           "        mounts:\n"
                           "            - hostPath: /a\n"
                           "              containerPath: /b\n"
                           "              options:\n"
                           "                - ro\n"
                           "              type: bind\n"
                           "        intelRdt:\n"
                           "            closID: clos\n"
                           "            schemata:\n"
                           "                - L3:0=f\n"
                           "            enableMonitoring: true\n"
                           "        additionalGids:\n"
                           "            - 44\n"
                           "    - name: a:0\n"
                           "      containerEdits: {}\n"
                           "containerEdits:\n"
                           "    intelRdt: {}\n";

static const char full_json[] =
    "{\"cdiVersion\":\"1.1.0\",\"kind\":\"vendor.com/class\","
    "\"annotations\":{\"a\":\"1\",\"b\":\"c\"},"
    "\"devices\":[{\"name\":\"0\",\"annotations\":{\"x/y\":\"z\"},\"containerEdits\":{"
    "\"env\":[\"A=b\"],"
    "\"deviceNodes\":[{\"path\":\"/dev/null\",\"hostPath\":\"/dev/full\",\"type\":\"c\","
    "\"major\":1,\"minor\":3,\"fileMode\":438,\"permissions\":\"rwm\",\"uid\":0,\"gid\":44}],"
    "\"netDevices\":[{\"hostInterfaceName\":\"eno1\",\"name\":\"net0\"}],"
    "\"hooks\":[{\"hookName\":\"createContainer\",\"path\":\"/usr/bin/hook\","
    "\"args\":[\"hook\",\"755\",\"--link\"],\"env\":[\"B=c\"],\"timeout\":5}],"
    "\"mounts\":[{\"hostPath\":\"/a\",\"containerPath\":\"/b\",\"options\":[\"ro\"],"
    "\"type\":\"bind\"}],"
    "\"intelRdt\":{\"closID\":\"clos\",\"schemata\":[\"L3:0=f\"],\"enableMonitoring\":true},"
    "\"additionalGids\":[44]}},{\"name\":\"a:0\",\"containerEdits\":{}}],"
    "\"containerEdits\":{\"intelRdt\":{}}}";

static char *reformat(const char *text, size_t len, enum cdi_format format)
{
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char *out = NULL;
    size_t out_len;

    if (cdi_spec_parse(text, len, NULL, &spec, &err) < 0)
        cr_assert_fail("%s: %s", text, err.message);
    cr_assert_eq(cdi_spec_format(spec, format, &out, &out_len, &err), 0);
    cr_assert_eq(strlen(out), out_len);
    return out;
}

/* The document that YAML text says, as JSON. */
static char *meaning(const char *yaml)
{
    cr_expect(strncmp(yaml, "---\n", 4) == 0 || strncmp(yaml, "--- ", 4) == 0, "%s", yaml);
    return reformat(yaml, strlen(yaml), CDI_FORMAT_JSON);
}

Test(write, every_field)
{
    _cleanup_free_ char *json = reformat(full, sizeof full - 1, CDI_FORMAT_JSON);
    _cleanup_free_ char *yaml = reformat(full, sizeof full - 1, CDI_FORMAT_YAML);
    _cleanup_free_ char *read = meaning(yaml);
    _cleanup_free_ char *back = reformat(json, strlen(json), CDI_FORMAT_YAML);

    cr_expect_str_eq(json, full_json);
    cr_expect_str_eq(read, full_json, "%s", yaml);
    cr_expect_str_eq(back, yaml);
}

Test(write, empty_members)
{
    static const char text[] =
        "{cdiVersion: v0.3.0, kind: a/b, annotations: {}, devices: [], containerEdits: {env: []}}";
    _cleanup_free_ char *yaml = reformat(text, sizeof text - 1, CDI_FORMAT_YAML);
    _cleanup_free_ char *json = reformat(text, sizeof text - 1, CDI_FORMAT_JSON);
    _cleanup_free_ char *read = meaning(yaml);

    cr_expect_str_eq(json, "{\"cdiVersion\":\"v0.3.0\",\"kind\":\"a/b\",\"devices\":[],"
                           "\"containerEdits\":{}}");
    cr_expect_str_eq(read, json);
    cr_expect(strstr(yaml, "devices"), "%s", yaml);
    cr_expect_not(strstr(yaml, "annotations") || strstr(yaml, "containerEdits"), "%s", yaml);
}

/* What does not survive: zero numbers, false, [] for schemata. What does: optional zeros. */
Test(write, zero_values)
{
    static const char text[] =
        "containerEdits: {deviceNodes: [{path: d, major: 0, minor: 0, fileMode: 0, uid: 0, "
        "gid: 0}], hooks: [{hookName: h, path: p, timeout: 0}], "
        "intelRdt: {enableMonitoring: false, schemata: []}, additionalGids: [0]}";
    _cleanup_free_ char *json = reformat(text, sizeof text - 1, CDI_FORMAT_JSON);

    cr_expect_str_eq(json, "{\"cdiVersion\":\"\",\"kind\":\"\",\"devices\":[],\"containerEdits\":{"
                           "\"deviceNodes\":[{\"path\":\"d\",\"fileMode\":0,\"uid\":0,\"gid\":0}],"
                           "\"hooks\":[{\"hookName\":\"h\",\"path\":\"p\",\"timeout\":0}],"
                           "\"intelRdt\":{},\"additionalGids\":[0]}}");
}

/* How a string stands in YAML. */
enum form {
    PLAIN,  /* as it is */
    QUOTED, /* in single or double quotes */
    BLOCK,  /* below a '|' */
};

/* A string, its form in YAML, and what stands for it in JSON. */
static const struct {
    const char *s;
    enum form yaml;
    const char *json;
} strings[] = {
    {"plain text", PLAIN, "\"plain text\""},
    {"A=b:c#d,[e]", PLAIN, "\"A=b:c#d,[e]\""},
    {"\xC3\xA9", PLAIN, "\"\xC3\xA9\""},
    {"--a", PLAIN, "\"--a\""},
    {"?a", PLAIN, "\"?a\""},
    {"<&>", PLAIN, "\"\\u003c\\u0026\\u003e\""},
    /* what a reader of YAML 1.1 resolves to another type */
    {"", QUOTED, "\"\""},
    {"~", QUOTED, "\"~\""},
    {"yes", QUOTED, "\"yes\""},
    {"n", QUOTED, "\"n\""},
    {"Null", QUOTED, "\"Null\""},
    {"0", QUOTED, "\"0\""},
    {"0x1F", QUOTED, "\"0x1F\""},
    {"1e3", QUOTED, "\"1e3\""},
    {".inf", QUOTED, "\".inf\""},
    {".5_0", QUOTED, "\".5_0\""},
    {"1:30", QUOTED, "\"1:30\""},
    {"0000:01:00.0", QUOTED, "\"0000:01:00.0\""},
    {"2001-01-01", QUOTED, "\"2001-01-01\""},
    {"<<", QUOTED, "\"\\u003c\\u003c\""},
    {"=", QUOTED, "\"=\""},
    /* what has another meaning in the syntax */
    {"a: b", QUOTED, "\"a: b\""},
    {"a:", QUOTED, "\"a:\""},
    {"a #b", QUOTED, "\"a #b\""},
    {"#a", QUOTED, "\"#a\""},
    {"- a", QUOTED, "\"- a\""},
    {"-", QUOTED, "\"-\""},
    {"? a", QUOTED, "\"? a\""},
    {"---", QUOTED, "\"---\""},
    {"--- a", QUOTED, "\"--- a\""},
    {"...", QUOTED, "\"...\""},
    {"*a'b", QUOTED, "\"*a'b\""},
    {"&a", QUOTED, "\"\\u0026a\""},
    {"!a", QUOTED, "\"!a\""},
    {"|a", QUOTED, "\"|a\""},
    {">a", QUOTED, "\"\\u003ea\""},
    {"{a", QUOTED, "\"{a\""},
    {"[a", QUOTED, "\"[a\""},
    {",a", QUOTED, "\",a\""},
    {"%a", QUOTED, "\"%a\""},
    {"@a", QUOTED, "\"@a\""},
    {"`a", QUOTED, "\"`a\""},
    {" a", QUOTED, "\" a\""},
    {"a ", QUOTED, "\"a \""},
    {"\"a\\", QUOTED, "\"\\\"a\\\\\""},
    {"a\tb\"\\", QUOTED, "\"a\\tb\\\"\\\\\""},
    {"\a\b\f\r\x1b\x7f", QUOTED, "\"\\u0007\\b\\f\\r\\u001b\\u007f\""},
    {"\xC0\x80", QUOTED, "\"\\u0000\""},
    {"\xC2\x85", QUOTED, "\"\\u0085\""},
    {"a\xE2\x80\xA8z\xE2\x80\xA9", QUOTED, "\"a\\u2028z\\u2029\""},
    {"\xEF\xBB\xBF", QUOTED, "\"\\ufeff\""},
    {"\xC3\xA9 \xF0\x9F\x98\x80", QUOTED, "\"\xC3\xA9 \xF0\x9F\x98\x80\""},
    /* several lines */
    {"a\nb", BLOCK, "\"a\\nb\""},
    {"a\n\nb\n", BLOCK, "\"a\\n\\nb\\n\""},
    {"# a\n- b: c", BLOCK, "\"# a\\n- b: c\""},
    {"---\n...", BLOCK, "\"---\\n...\""},
    {"a\n  b", BLOCK, "\"a\\n  b\""},
    {"1\n", BLOCK, "\"1\\n\""},
    {"a\n\n", QUOTED, "\"a\\n\\n\""},
    {"\na", QUOTED, "\"\\na\""},
    {"\n", QUOTED, "\"\\n\""},
    {" a\nb", QUOTED, "\" a\\nb\""},
    {"a \nb", QUOTED, "\"a \\nb\""},
    {"a\nb ", QUOTED, "\"a\\nb \""},
    {"a\tb\nc", QUOTED, "\"a\\tb\\nc\""},
    {"a\nb\xE2\x80\xA8", QUOTED, "\"a\\nb\\u2028\""},
    /* not UTF-8: only a built document can hold it */
    {"a\xFFz", PLAIN, "\"a\xEF\xBF\xBDz\""},
};

static enum form form_of(char first)
{
    return first == '"' || first == '\'' ? QUOTED : first == '|' ? BLOCK : PLAIN;
}

Test(write, strings)
{
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        const char *items[] = {strings[i].s};
        struct cdi_edits edits = {.env = {items, 1}};
        _cleanup_free_ char *yaml = NULL, *json = NULL, *expected = NULL;
        size_t len;

        cr_assert_eq(cdi_edits_format(&edits, CDI_FORMAT_YAML, &yaml, &len, NULL), 0);
        cr_expect_eq(form_of(strstr(yaml, "- ")[2]), strings[i].yaml, "%s", yaml);
        cr_assert_eq(cdi_edits_format(&edits, CDI_FORMAT_JSON, &json, &len, NULL), 0);
        cr_assert_gt(asprintf(&expected, "{\"env\":[%s]}", strings[i].json), 0);
        cr_expect_str_eq(json, expected);
    }
}

/* The same strings as an item, as a value and as a key, through the reader. */
Test(write, strings_come_back)
{
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        const char *items[] = {strings[i].s, "x"};
        struct cdi_annotation annotations[] = {{strings[i].s, strings[i].s}, {"other", "x"}};
        _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new(), *back = NULL;
        _cleanup_free_ char *yaml = NULL, *json = NULL, *again = NULL;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        size_t len;

        spec->edits.env = (struct cdi_strings){items, 2};
        spec->annotations = (struct cdi_annotations){annotations, 2};
        cr_assert_eq(cdi_spec_format(spec, CDI_FORMAT_YAML, &yaml, &len, &err), 0);
        cr_assert_eq(cdi_spec_format(spec, CDI_FORMAT_JSON, &json, &len, &err), 0);
        cr_expect_eq(cdi_spec_parse(yaml, strlen(yaml), NULL, &back, &err), 0, "%s: %s", yaml,
                     err.message);
        if (!back)
            continue;
        if (!strchr(strings[i].s, '\xFF'))
            cr_expect_str_eq(back->edits.env.items[0], strings[i].s, "%s", yaml);
        cr_assert_eq(cdi_spec_format(back, CDI_FORMAT_JSON, &again, &len, &err), 0);
        cr_expect_str_eq(again, json, "%s", yaml);
    }
}

Test(write, annotations_are_sorted)
{
    struct cdi_annotation annotations[] = {{"b", "1"}, {"B", "2"}, {"a", "3"}};
    struct cdi_device device = {.name = "d", .annotations = {annotations, 3}};
    _cleanup_free_ char *json = NULL, *yaml = NULL;
    size_t len;

    cr_assert_eq(cdi_device_format(&device, CDI_FORMAT_JSON, &json, &len, NULL), 0);
    cr_expect_str_eq(json, "{\"name\":\"d\",\"annotations\":{\"B\":\"2\",\"a\":\"3\",\"b\":\"1\"},"
                           "\"containerEdits\":{}}");
    cr_assert_eq(cdi_device_format(&device, CDI_FORMAT_YAML, &yaml, &len, NULL), 0);
    cr_expect_lt(strstr(yaml, "B:"), strstr(yaml, "a:"), "%s", yaml);
    cr_expect_lt(strstr(yaml, "a:"), strstr(yaml, "b:"), "%s", yaml);
    cr_expect_str_eq(annotations[0].key, "b", "the document keeps its order");
}

/* YAML 1.1 limits simple keys to 1024 characters; longer ones need the "? key" form. */
Test(write, long_keys)
{
    char key[3000];
    struct cdi_annotation annotation = {key, "v"};
    _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new(), *back = NULL;
    _cleanup_free_ char *yaml = NULL;
    size_t len;

    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    spec->annotations = (struct cdi_annotations){&annotation, 1};
    cr_assert_eq(cdi_spec_format(spec, CDI_FORMAT_YAML, &yaml, &len, NULL), 0);
    cr_assert_eq(cdi_spec_parse(yaml, len, NULL, &back, NULL), 0);
    cr_expect_str_eq(back->annotations.items[0].key, key);
}

/* Whatever stands together: two parts out of everything that has a meaning somewhere in YAML. */
Test(write, combinations_come_back)
{
    static const char *const parts[] = {
        "a",
        "0",
        "yes",
        "~",
        " ",
        "\n",
        "\t",
        "\r",
        "-",
        ":",
        "?",
        "#",
        ",",
        "[",
        "]",
        "{",
        "}",
        "&",
        "*",
        "!",
        "|",
        ">",
        "'",
        "\"",
        "%",
        "@",
        "`",
        "\\",
        "=",
        "<<",
        ".",
        "_",
        "+",
        ": ",
        " #",
        "- ",
        "? ",
        "\n ",
        " \n",
        "\n\n",
        "---",
        "...",
        "\n---\n",
        "\n...\n",
        "\xC0\x80",
        "\xC2\x85",
        "\xC2\xA0",
        "\xE2\x80\xA8",
        "\xEF\xBB\xBF",
        "\xEF\xBF\xBD",
        "\xF0\x9F\x98\x80",
        "\x1b",
    };

    for (size_t i = 0; i < ARRAY_SIZE(parts) * ARRAY_SIZE(parts); i++) {
        char text[32];
        const char *items[] = {text, "x"};
        struct cdi_annotation annotations[] = {{text, text}, {"z", "x"}};
        _cleanup_spec_ struct cdi_spec *spec = cdi_spec_new(), *back = NULL;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *yaml = NULL;
        size_t len;

        (void)snprintf(text, sizeof text, "%s%s", parts[i / ARRAY_SIZE(parts)],
                       parts[i % ARRAY_SIZE(parts)]);
        spec->edits.env = (struct cdi_strings){items, 2};
        spec->annotations = (struct cdi_annotations){annotations, 2};
        cr_assert_eq(cdi_spec_format(spec, CDI_FORMAT_YAML, &yaml, &len, &err), 0);
        cr_assert_eq(cdi_spec_parse(yaml, len, NULL, &back, &err), 0, "%s: %s", yaml, err.message);
        cr_expect_str_eq(back->edits.env.items[0], text, "%s", yaml);
        cr_assert_eq(back->annotations.n, 2U);
        for (size_t k = 0; k < 2; k++)
            if (strcmp(back->annotations.items[k].key, "z") != 0) {
                cr_expect_str_eq(back->annotations.items[k].key, text, "%s", yaml);
                cr_expect_str_eq(back->annotations.items[k].value, text, "%s", yaml);
            }
    }
}

/* Folded, a value could not be found with grep. */
Test(write, lines_are_not_folded)
{
    char value[3000];
    const char *items[] = {value};
    struct cdi_edits edits = {.env = {items, 1}};

    for (const char *first = "a\""; *first; first++) { /* plain, and in quotes */
        _cleanup_free_ char *yaml = NULL;
        size_t len;

        memset(value, ' ', sizeof value - 1);
        for (size_t i = 0; i < sizeof value - 1; i += 2)
            value[i] = *first;
        value[sizeof value - 2] = 'z';
        value[sizeof value - 1] = '\0';
        cr_assert_eq(cdi_edits_format(&edits, CDI_FORMAT_YAML, &yaml, &len, NULL), 0);
        cr_expect_gt(strcspn(strstr(yaml, "- "), "\n"), sizeof value - 1);
    }
}

Test(write, nothing_at_all)
{
    struct cdi_edits edits = {.n_mounts = 0};
    struct cdi_device device = {.name = NULL};
    _cleanup_free_ char *yaml = NULL, *json = NULL, *read = NULL, *name = NULL;
    size_t len;

    cr_assert_eq(cdi_edits_format(&edits, CDI_FORMAT_YAML, &yaml, &len, NULL), 0);
    read = meaning(yaml);
    cr_expect_str_eq(read,
                     "{\"cdiVersion\":\"\",\"kind\":\"\",\"devices\":[],\"containerEdits\":{}}");
    cr_assert_eq(cdi_edits_format(&edits, CDI_FORMAT_JSON, &json, &len, NULL), 0);
    cr_expect_str_eq(json, "{}");
    cr_assert_eq(cdi_device_format(&device, CDI_FORMAT_YAML, &name, &len, NULL), 0);
    cr_expect_str_eq(name, "---\nname: \"\"\ncontainerEdits: {}\n");
}

Test(write, file)
{
    const char *dir = tmpdir_new();
    _cleanup_spec_ struct cdi_spec *spec = NULL;
    _cleanup_free_ char *path = NULL, *text = NULL;
    _cleanup_free_ char *yaml = reformat(full, sizeof full - 1, CDI_FORMAT_YAML);
    struct stat st;

    cr_assert_eq(cdi_spec_parse(full, sizeof full - 1, NULL, &spec, NULL), 0);
    cr_assert_gt(asprintf(&path, "%s/new/dir/a.yaml", dir), 0);
    cr_assert_eq(cdi_spec_write(spec, path, CDI_FORMAT_YAML, 0644, false, NULL), 0);
    text = tmpdir_read(dir, "new/dir/a.yaml");
    cr_expect_str_eq(text, yaml);
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 07777, 0644U);
    cr_expect_eq(cdi_spec_write(spec, path, CDI_FORMAT_JSON, 0600, false, NULL), -CDI_ERR_EXISTS);
    cr_expect_eq(cdi_spec_write(spec, path, CDI_FORMAT_JSON, 0600, true, NULL), 0);
    free(text);
    text = tmpdir_read(dir, "new/dir/a.yaml");
    cr_expect_str_eq(text, full_json);
}

/* The checked-in schema is the one that the field table gives. */
Test(write, schema)
{
    _cleanup_free_ char *schema = NULL, *file = NULL;
    size_t len, file_len;

    cr_assert_eq(cdi_schema_format(&schema, &len, NULL), 0);
    cr_assert_eq(file_read(AT_FDCWD, "specs/cdi-schema.json", 1 << 20, &file, &file_len, NULL), 0);
    cr_expect_eq(len, file_len);
    cr_expect_str_eq(schema, file);
}
