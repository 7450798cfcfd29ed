/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

static const char *const prefixes[] = {"cdi.k8s.io/"};

const struct request_rules ask_defaults = {.annotation_prefixes = {prefixes, 1},
                                           .env_when_unprivileged = true,
                                           .default_kind = "nvidia.com/gpu"};
const struct request_rules ask_mounts = {.annotation_prefixes = {prefixes, 1},
                                         .env_when_unprivileged = true,
                                         .volume_mounts = true,
                                         .default_kind = "nvidia.com/gpu"};
const struct request_rules ask_strict = {
    .annotation_prefixes = {prefixes, 1}, .volume_mounts = true, .default_kind = "nvidia.com/gpu"};

/* Adds the items of a list, with `between` in place of the first "=" of each. */
static void add_items(struct strbuf *b, const char *list, const char *before, const char *between,
                      const char *after)
{
    _cleanup_free_ char *copy = strdup(list ? list : "");
    char *rest = copy, *item;
    size_t n = 0;

    while (list && (item = strsep(&rest, "|"))) {
        char *equals = between ? strchr(item, '=') : NULL;

        if (equals)
            *equals = '\0';
        strbuf_printf(b, "%s%s%s", n++ ? "," : "", before, item);
        if (equals)
            strbuf_printf(b, "%s%s", between, equals + 1);
        strbuf_addstr(b, after);
    }
}

struct cdi_oci *ask_document(const struct ask *ask)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct cdi_oci *oci = NULL;

    strbuf_addstr(&b, "{\"process\":{\"env\":[");
    add_items(&b, ask->env, "\"", NULL, "\"");
    strbuf_printf(&b, "],\"capabilities\":{\"bounding\":[\"%s\"]}},\"mounts\":[",
                  ask->admin ? "CAP_SYS_ADMIN" : "CAP_SYS_FOO");
    add_items(&b, ask->mounts,
              "{\"source\":\"/dev/null\",\"destination\":\"/var/run/nvidia-container-devices", NULL,
              "\"}");
    strbuf_addstr(&b, "],\"annotations\":{");
    add_items(&b, ask->annotations, "\"", "\":\"", "\"");
    strbuf_addstr(&b, "}}");
    cr_assert_eq(cdi_oci_parse(b.s, b.len, NULL, &oci, &err), 0, "%s: %s", b.s, err.message);
    return oci;
}

void ask_join(const struct request_strings *list, char *out, size_t size)
{
    size_t len = 0;

    *out = '\0';
    for (size_t i = 0; i < list->n; i++) {
        int n = snprintf(out + len, size - len, "%s%s", i ? "," : "", list->items[i]);

        cr_assert(n >= 0 && (size_t)n < size - len);
        len += (size_t)n;
    }
}
