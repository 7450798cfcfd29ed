/* SPDX-License-Identifier: Apache-2.0 */
/* What refresh remembers: a text that is taken for one comes back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "generate/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t len, struct arena *arena)
{
    struct fingerprint got;
    struct strbuf again = STRBUF_INIT;

    if (fingerprint_parse(text, len, arena, &got, NULL) == 0) {
        fingerprint_format(&got, &again);
        if (again.failed || again.len != len || memcmp(again.s, text, len) != 0)
            __builtin_trap();
    }
    strbuf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "cdikit fingerprint 1 " CDIKIT_VERSION "\nasked 0123456789abcdef\n";
    struct arena *arena = arena_new();
    char hash[FINGERPRINT_HASH_SIZE];
    struct strbuf text = STRBUF_INIT;

    check((const char *)data, size, arena);
    /* With an end that is right, so that the lines are reached. */
    strbuf_add(&text, head, sizeof head - 1);
    strbuf_add(&text, data, size);
    strbuf_addch(&text, '\n');
    fingerprint_hash(text.s, text.len, hash);
    strbuf_printf(&text, "end %s\n", hash);
    check(text.s, text.len, arena);
    strbuf_free(&text);
    arena_free(arena);
    return 0;
}
