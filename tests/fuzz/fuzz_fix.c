/* SPDX-License-Identifier: Apache-2.0 */
/* Repairing a text: it ends, breaks no rule more often, and what reads still reads. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cdi/fix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    MOST_ROUNDS = 20,
};

/* With every rule on. */
static struct cdi_findings validate(const char *text, size_t len)
{
    static unsigned char severities[256];
    struct cdi_findings findings;

    for (size_t i = 0; cdi_rules()[i].id; i++)
        severities[i] = cdi_rules()[i].severity == CDI_SEVERITY_OFF
                            ? CDI_SEVERITY_WARNING
                            : (unsigned char)cdi_rules()[i].severity;
    if (cdi_document_validate_with(severities, text, len, NULL, &findings, NULL, NULL) < 0)
        abort();
    return findings;
}

static bool reads(const char *text, size_t len)
{
    struct cdi_spec *spec;

    if (cdi_spec_parse(text, len, NULL, &spec, NULL) < 0)
        return false;
    cdi_spec_free(spec);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    size_t len = size;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (unsigned round = 0;; round++) {
        struct cdi_findings findings = validate(text, len), after;
        struct fix_result result;

        if (fix_text(text, len, findings.items, findings.n, &result, NULL) < 0)
            abort();
        if (!result.text) {
            cdi_findings_clear(&findings);
            break;
        }
        after = validate(result.text, result.len);
        if (round == MOST_ROUNDS || after.n_errors > findings.n_errors || result.n == 0 ||
            (reads(text, len) && !reads(result.text, result.len)))
            abort();
        free(text);
        text = result.text;
        len = result.len;
        cdi_findings_clear(&findings);
        cdi_findings_clear(&after);
    }
    free(text);
    return 0;
}
