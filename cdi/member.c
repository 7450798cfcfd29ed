/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/member.h"

#include <stdio.h>

#include "base/quote.h"

static size_t add(const struct member *member, char *text, size_t size)
{
    size_t used = member->in ? add(member->in, text, size) : 0;
    int n;

    if (used >= size)
        return used;
    if (!member->name)
        n = snprintf(text + used, size - used, "[%zu]", member->index);
    else if (member->key)
        n = snprintf(text + used, size - used, "[%s]", quote_string(member->name).text);
    else
        n = snprintf(text + used, size - used, "%s%s", used ? "." : "", member->name);
    return n < 0 ? used : used + (size_t)n;
}

struct member_path member_path(const struct member *member, const char *root)
{
    struct member_path path = {""};

    if (member)
        (void)add(member, path.text, sizeof path.text);
    else
        (void)snprintf(path.text, sizeof path.text, "%s", root);
    return path;
}
