/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bool.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

bool bool_parse(const char *text, bool *out)
{
    static const char *const words[][6] = {
        {"0", "f", "F", "false", "False", "FALSE"},
        {"1", "t", "T", "true", "True", "TRUE"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        for (size_t j = 0; j < ARRAY_SIZE(words[i]); j++)
            if (strcmp(words[i][j], text) == 0) {
                *out = i == 1;
                return true;
            }
    return false;
}
