/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations: filepath.Ext() of Go, by which the CDI Go library goes. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/cleanup.h"
#include "cdi/spec_name.h"

static const struct {
    const char *name;
    enum spec_name_kind kind;
    size_t stem;
    const char *ending;
} cases[] = {
    {"x.yaml", SPEC_NAME_LOADED, 1, ".yaml"},
    {"x.json", SPEC_NAME_LOADED, 1, ".json"},
    {"/etc/cdi/x.json", SPEC_NAME_LOADED, 10, ".json"},
    {"a.b.yaml", SPEC_NAME_LOADED, 3, ".yaml"},
    {".yaml", SPEC_NAME_LOADED, 0, ".yaml"},
    {"/etc/cdi/.yaml", SPEC_NAME_LOADED, 9, ".yaml"},
    {"x.yml", SPEC_NAME_LOOK_ALIKE, 1, ".yaml"},
    {".yml", SPEC_NAME_LOOK_ALIKE, 0, ".yaml"},
    {"x.YML", SPEC_NAME_LOOK_ALIKE, 1, ".yaml"},
    {"x.Yaml", SPEC_NAME_LOOK_ALIKE, 1, ".yaml"},
    {"x.JSON", SPEC_NAME_LOOK_ALIKE, 1, ".json"},
    {"x", SPEC_NAME_OTHER, 1, NULL},
    {"yaml", SPEC_NAME_OTHER, 4, NULL},
    {"", SPEC_NAME_OTHER, 0, NULL},
    {"x.yaml.bak", SPEC_NAME_OTHER, 10, NULL},
    {"x.yaml~", SPEC_NAME_OTHER, 7, NULL},
    {"x.yaml/y", SPEC_NAME_OTHER, 8, NULL},
};

Test(spec_name, kinds)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct spec_name got = spec_name(cases[i].name);

        cr_expect_eq(got.kind, cases[i].kind, "%s", cases[i].name);
        cr_expect_eq(got.stem, cases[i].stem, "%s", cases[i].name);
        cr_expect_eq(got.ending == NULL, cases[i].ending == NULL, "%s", cases[i].name);
        if (got.ending && cases[i].ending) {
            cr_expect_str_eq(got.ending, cases[i].ending, "%s", cases[i].name);
            cr_expect_eq(got.format,
                         strcmp(got.ending, ".json") == 0 ? CDI_FORMAT_JSON : CDI_FORMAT_YAML);
        }
    }
}
