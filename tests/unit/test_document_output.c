/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/document.h"

enum choice {
    NONE = 0,
    YAML = 1 + CDI_FORMAT_YAML,
    JSON = 1 + CDI_FORMAT_JSON,
};

Test(document_output, name_and_format)
{
    static const struct {
        const char *name;
        int choice;
        const char *path;
        enum cdi_format format;
        bool ignored, not_loaded;
    } cases[] = {
        {"a.yaml", NONE, "a.yaml", CDI_FORMAT_YAML, false, false},
        {"a.yaml", YAML, "a.yaml", CDI_FORMAT_YAML, false, false},
        {"a.yaml", JSON, "a.yaml", CDI_FORMAT_YAML, true, false},
        {"a.json", NONE, "a.json", CDI_FORMAT_JSON, false, false},
        {"a.json", JSON, "a.json", CDI_FORMAT_JSON, false, false},
        {"a.json", YAML, "a.json", CDI_FORMAT_JSON, true, false},
        {"a.yml", NONE, "a.yml", CDI_FORMAT_YAML, false, true},
        {"a.yml", JSON, "a.yml", CDI_FORMAT_YAML, true, true},
        {"a.txt", NONE, "a.txt.yaml", CDI_FORMAT_YAML, false, false},
        {"a.txt", JSON, "a.txt.json", CDI_FORMAT_JSON, false, false},
        {"a", NONE, "a.yaml", CDI_FORMAT_YAML, false, false},
        {"a", JSON, "a.json", CDI_FORMAT_JSON, false, false},
        /* Engines load no such name. */
        {"a.YAML", NONE, "a.YAML.yaml", CDI_FORMAT_YAML, false, false},
        {"a.JSON", NONE, "a.JSON.json", CDI_FORMAT_JSON, false, false},
        {"a.JSON", YAML, "a.JSON.yaml", CDI_FORMAT_YAML, false, false},
        {"/d.json/a", NONE, "/d.json/a.yaml", CDI_FORMAT_YAML, false, false},
        {"", NONE, NULL, CDI_FORMAT_YAML, false, false},
        {"-", JSON, NULL, CDI_FORMAT_JSON, false, false},
        {NULL, NONE, NULL, CDI_FORMAT_YAML, false, false},
    };
    struct arena *arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct document_output out;

        cr_assert_eq(document_output(arena, cases[i].choice, cases[i].name, false, &out, NULL), 0);
        if (cases[i].path)
            cr_expect_str_eq(out.path, cases[i].path);
        else
            cr_expect_null(out.path);
        cr_expect_eq(out.format, cases[i].format, "format %zu", i);
        cr_expect_eq(out.format_ignored, cases[i].ignored, "ignored %zu", i);
        cr_expect_eq(out.not_loaded, cases[i].not_loaded, "not loaded %zu", i);
    }
    arena_free(arena);
}

Test(document_output, what_is_no_file_keeps_its_name)
{
    struct arena *arena = arena_new();
    struct document_output out;

    cr_assert_eq(document_output(arena, NONE, "/dev/stdout", true, &out, NULL), 0);
    cr_expect_str_eq(out.path, "/dev/stdout");
    cr_expect_eq(out.format, CDI_FORMAT_YAML);
    cr_assert_eq(document_output(arena, JSON, "/run/fifo.yaml", true, &out, NULL), 0);
    cr_expect_str_eq(out.path, "/run/fifo.yaml");
    cr_expect_eq(out.format, CDI_FORMAT_JSON);
    cr_expect_not(out.format_ignored || out.not_loaded);
    arena_free(arena);
}
