/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/document.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cdi/spec_name.h"
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

int document_output(struct arena *arena, int choice, const char *name, bool special,
                    struct document_output *out, struct cdi_error *err)
{
    static const char *const endings[] = {[CDI_FORMAT_YAML] = ".yaml", [CDI_FORMAT_JSON] = ".json"};
    struct spec_name read;
    bool yml;

    if (name && (!*name || strcmp(name, "-") == 0))
        name = NULL;
    *out = (struct document_output){
        .path = name, .format = document_format(choice, name), .special = name && special};
    if (!name || special)
        return 0;
    read = spec_name(name);
    yml = read.kind == SPEC_NAME_LOOK_ALIKE && strcmp(name + read.stem, ".yml") == 0;
    if (read.kind != SPEC_NAME_LOADED && !yml) {
        out->path = arena_printf(arena, "%s%s", name, endings[out->format]);
        return out->path ? 0 : cdi_error_nomem(err);
    }
    out->format = document_format(0, name);
    out->format_ignored = choice && choice != 1 + (int)out->format;
    out->not_loaded = yml;
    return 0;
}

/* True for what is no file to make or replace, such as a FIFO, or a name of a descriptor. */
static bool is_special(const char *name)
{
    struct stat st;

    return output_is_descriptor(name) ||
           (stat(name, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

int document_output_open(const struct call *call, int choice, const char *name,
                         struct document_output *out, struct cdi_error *err)
{
    int r = document_output(call->arena, choice, name, name && is_special(name), out, err);

    if (r < 0)
        return r;
    if (out->format_ignored)
        message_warn(call, "%s: the name decides the format, not --format", out->path);
    if (out->not_loaded)
        message_warn(call, "%s: engines load only names that end in .yaml or .json", out->path);
    return 0;
}

int document_text(const struct cdi_spec *spec, enum cdi_format format, bool published,
                  struct strbuf *out, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = cdi_spec_format(spec, format, &text, &len, err);

    if (r < 0)
        return r;
    strbuf_add(out, text, len);
    /* JSON that is published is the same bytes that nvidia-ctk writes: no line. */
    if ((!len || text[len - 1] != '\n') && !published)
        strbuf_addch(out, '\n');
    return out->failed ? cdi_error_nomem(err) : 0;
}

int document_write(const struct cdi_spec *spec, const char *path, enum cdi_format format,
                   unsigned output_flags, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    int r = document_text(spec, format, path && (output_flags & OUTPUT_PUBLISH), &b, err);

    return r < 0 ? r : output_file(path, b.s, b.len, output_flags, err);
}
