/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lowering a document, to the version that the first byte chooses: then it needs no more than
 * that, or is what it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/lower.h>
#include <cdikit/version.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *format(const struct cdi_spec *spec)
{
    char *text;
    size_t len;

    if (cdi_spec_format(spec, CDI_FORMAT_YAML, &text, &len, NULL) < 0)
        abort();
    return text;
}

static void check(struct cdi_spec *spec, int max)
{
    char *before = format(spec), *after;
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_drops drops;
    int r = cdi_spec_lower(spec, cdi_versions()[max], &drops, &err);

    after = format(spec);
    if (r < 0 && strcmp(before, after) != 0)
        abort();
    if (r == 0 && cdi_version_index(cdi_spec_min_version(spec)) > max)
        abort();
    if (r == 0 && drops.n && strcmp(before, after) == 0)
        abort();
    free(before);
    free(after);
    cdi_error_clear(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cdi_spec *spec;

    if (!size || cdi_spec_parse((const char *)data + 1, size - 1, "name", &spec, NULL) < 0)
        return 0;
    check(spec, data[0] % (cdi_version_index(CDI_VERSION_CURRENT) + 1));
    cdi_spec_free(spec);
    return 0;
}
