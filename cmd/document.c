/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/document.h"

#include <string.h>

#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/output.h"

int document_read(const char *path, struct cdi_spec **out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = input_read(path, CDI_SPEC_MAX_SIZE, &text, &len, err);

    return r < 0 ? r : cdi_spec_parse(text, len, input_name(path), out, err);
}

enum cdi_format document_format(int choice, const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;

    if (choice)
        return choice == 1 + CDI_FORMAT_JSON ? CDI_FORMAT_JSON : CDI_FORMAT_YAML;
    return dot && strcasecmp(dot, ".json") == 0 ? CDI_FORMAT_JSON : CDI_FORMAT_YAML;
}

int document_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                   unsigned output_flags, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_spec_format(spec, format, &text, &len, err);

    if (r < 0)
        return r;
    strbuf_add(&b, text, len);
    if (!len || text[len - 1] != '\n')
        strbuf_addch(&b, '\n');
    return b.failed ? cdi_error_nomem(err) : output_file(path, b.s, b.len, output_flags, err);
}
