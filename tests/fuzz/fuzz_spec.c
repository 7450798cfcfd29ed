/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a document, and that what is written reads as the same document. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/spec.h>
#include <cdikit/version.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    /* YAML cannot read longer keys in flow style, and JSON has no other; escapes count sixfold. */
    LONGEST_KEY = 150,
};

static bool has_long_key(const struct cdi_annotations *annotations)
{
    for (size_t i = 0; i < annotations->n; i++)
        if (strlen(annotations->items[i].key) > LONGEST_KEY)
            return true;
    return false;
}

static bool json_is_readable(const struct cdi_spec *spec)
{
    for (size_t i = 0; i < spec->n_devices; i++)
        if (has_long_key(&spec->devices[i].annotations))
            return false;
    return !has_long_key(&spec->annotations);
}

static char *format(const struct cdi_spec *spec, enum cdi_format form, size_t *len)
{
    char *text;

    if (cdi_spec_format(spec, form, &text, len, NULL) < 0)
        abort();
    return text;
}

/* Reads what was written in one form; both forms of that must be what they were. */
static void check_form(const char *text, size_t len, const char *yaml, const char *json)
{
    struct cdi_spec *spec;
    char *again;
    size_t n;

    if (cdi_spec_parse(text, len, NULL, &spec, NULL) < 0)
        abort();
    again = format(spec, CDI_FORMAT_YAML, &n);
    if (strcmp(again, yaml) != 0)
        abort();
    free(again);
    again = format(spec, CDI_FORMAT_JSON, &n);
    if (strcmp(again, json) != 0)
        abort();
    free(again);
    cdi_spec_free(spec);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_spec *spec;
    size_t yaml_len, json_len;
    char *yaml, *json, why[64];

    if (cdi_spec_parse((const char *)data, size, "name", &spec, &err) < 0) {
        if (err.code != CDI_ERR_NOMEM && (!err.pos.line || !err.file))
            abort();
        cdi_error_clear(&err);
        return 0;
    }
    if (strcmp(cdi_spec_min_version(spec), cdi_spec_min_version_why(spec, why, sizeof why)) != 0)
        abort();
    (void)cdi_spec_position(spec, why);
    yaml = format(spec, CDI_FORMAT_YAML, &yaml_len);
    json = format(spec, CDI_FORMAT_JSON, &json_len);
    check_form(yaml, yaml_len, yaml, json);
    if (json_is_readable(spec))
        check_form(json, json_len, yaml, json);
    free(yaml);
    free(json);
    cdi_spec_free(spec);
    return 0;
}
