/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/driver/nvidia/params as a container shall see it: nothing is left to do a second time. */
#include <stdint.h>
#include <string.h>

#include "base/strbuf.h"
#include "hooks/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
    const char *text = size ? (const char *)data : "";
    size_t unended = size && text[size - 1] != '\n';

    if (params_forbid_nodes(text, size, &once) &&
        (once.len != size + unended || count(once.s, once.len) != count(text, size) + unended ||
         params_forbid_nodes(once.s, once.len, &twice)))
        __builtin_trap();
    strbuf_free(&once);
    strbuf_free(&twice);
    return 0;
}
