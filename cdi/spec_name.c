/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/spec_name.h"

#include <string.h>

#include "base/cleanup.h"

static const struct {
    const char *written, *loaded;
    enum cdi_format format;
} endings[] = {
    {".yaml", ".yaml", CDI_FORMAT_YAML},
    {".json", ".json", CDI_FORMAT_JSON},
    {".yml", ".yaml", CDI_FORMAT_YAML},
};

struct spec_name spec_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    struct spec_name out = {.kind = SPEC_NAME_OTHER, .stem = strlen(name)};

    if (!dot || strchr(dot, '/'))
        return out;
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        if (strcasecmp(dot, endings[i].written) != 0)
            continue;
        out.kind = strcmp(dot, endings[i].loaded) == 0 ? SPEC_NAME_LOADED : SPEC_NAME_LOOK_ALIKE;
        out.stem = (size_t)(dot - name);
        out.ending = endings[i].loaded;
        out.format = endings[i].format;
    }
    return out;
}
