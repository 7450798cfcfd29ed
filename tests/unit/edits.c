/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/edits.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <string.h>

struct cdi_oci *edits_parse(const char *text)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;

    cr_assert_eq(cdi_oci_parse(text, strlen(text), NULL, &oci, &err), 0, "%s: %s", text,
                 err.message ? err.message : "");
    return oci;
}

char *edits_format(const struct cdi_oci *oci)
{
    char *text = NULL;
    size_t len;

    cr_assert_eq(cdi_oci_format(oci, &text, &len, NULL), 0);
    return text;
}

bool edits_same_json(const char *a, const char *b)
{
    cJSON *x = cJSON_ParseWithOpts(a, NULL, true), *y = cJSON_ParseWithOpts(b, NULL, true);
    bool same = x && y && cJSON_Compare(x, y, true);

    cJSON_Delete(x);
    cJSON_Delete(y);
    return same;
}
