/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Validation of a text with every rule on: what engines would load is told as the reader and the
 * check of a document tell it, whatever comments silence, and findings are in order.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/validate.h>

#include "cdi/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_before(struct cdi_position a, struct cdi_position b)
{
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

static void check_findings(const struct cdi_findings *findings, const unsigned char *severities)
{
    for (size_t i = 0; i < findings->n && i < CDI_FINDINGS_MAX; i++) {
        const struct cdi_finding *finding = &findings->items[i];

        if (finding->severity != severities[finding->rule - rules] || !*finding->message)
            abort();
        if (i && is_before(finding->pos, findings->items[i - 1].pos))
            abort();
    }
}

static bool loads(const char *text, size_t size)
{
    struct cdi_spec *spec;
    bool good;

    if (cdi_spec_parse(text, size, NULL, &spec, NULL) < 0)
        return false;
    good = cdi_spec_check(spec, NULL) == 0;
    cdi_spec_free(spec);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    unsigned char severities[N_RULES];
    struct cdi_findings findings;
    struct cdi_spec *spec;

    for (size_t i = 0; i < N_RULES; i++)
        severities[i] = i % 2 ? CDI_SEVERITY_ERROR : CDI_SEVERITY_WARNING;
    if (cdi_document_validate_with(severities, text, size, "name", &findings, &spec, NULL) < 0)
        abort();
    check_findings(&findings, severities);
    /* A list that was full says nothing of the rest. */
    if (findings.n <= CDI_FINDINGS_MAX && (spec != NULL) != loads(text, size))
        abort();
    cdi_findings_clear(&findings);
    cdi_spec_free(spec);
    return 0;
}
