/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of images. The first line is what the machine has, "CUDA ARCH DRIVER BRAND", an
 * empty word being unknown. An alternative that holds makes any requirement hold.
 */
#include <stdint.h>
#include <string.h>

#include "apply/require.h"
#include "base/arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The driver's word, which is taken to be printable. */
static const char *take_word(char **rest)
{
    char *word = strsep(rest, " ");

    for (char *p = word; p && *p; p++)
        if ((unsigned char)*p < ' ')
            *p = '?';
    return word && *word ? word : NULL;
}

static int check(const char *requirement, const struct require_facts *facts, struct arena *arena)
{
    struct cdi_error err = CDI_ERROR_INIT;
    int r = require_check(requirement, facts, arena, &err);

    if ((r == 0) != (err.code == CDI_OK))
        __builtin_trap();
    for (const char *p = err.message; p && *p; p++)
        if ((unsigned char)*p < ' ')
            __builtin_trap();
    cdi_error_clear(&err);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    char *rest = arena ? arena_strndup(arena, (const char *)data, size) : NULL;
    char *first = strsep(&rest, "\n");
    struct require_facts facts;
    const char *more;
    int r;

    if (first && rest) {
        facts.cuda = take_word(&first);
        facts.arch = take_word(&first);
        facts.driver = take_word(&first);
        facts.brand = take_word(&first);
        r = check(rest, &facts, arena);
        more = arena_printf(arena, "%s brand!=%%", rest);
        if (more && r == -CDI_ERR_UNSUPPORTED && check(more, &facts, arena) != 0 &&
            (!facts.brand || strcmp(facts.brand, "%") != 0))
            __builtin_trap();
    }
    arena_free(arena);
    return 0;
}
