/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void strbuf_free(struct strbuf *b)
{
    free(b->s);
    *b = (struct strbuf)STRBUF_INIT;
}

void strbuf_reserve(struct strbuf *b, size_t more)
{
    size_t want;
    char *s;

    if (b->failed)
        return;
    if (__builtin_add_overflow(b->len, more, &want) || __builtin_add_overflow(want, 1, &want)) {
        b->failed = true;
        return;
    }
    if (want <= b->size)
        return;
    if (want < 256)
        want = 256;
    if (want < b->size + b->size / 2)
        want = b->size + b->size / 2;
    s = realloc(b->s, want);
    if (!s) {
        b->failed = true;
        return;
    }
    b->s = s;
    b->size = want;
}

void strbuf_add(struct strbuf *b, const void *data, size_t len)
{
    strbuf_reserve(b, len);
    if (b->failed)
        return;
    if (len)
        memcpy(b->s + b->len, data, len);
    b->len += len;
    b->s[b->len] = '\0';
}

void strbuf_addch(struct strbuf *b, char c)
{
    strbuf_add(b, &c, 1);
}

void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap)
{
    va_list again;
    int len;

    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len < 0) {
        b->failed = true;
        return;
    }
    strbuf_reserve(b, (size_t)len);
    if (b->failed)
        return;
    (void)vsnprintf(b->s + b->len, (size_t)len + 1, fmt, ap);
    b->len += (size_t)len;
}

void strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    strbuf_vprintf(b, fmt, ap);
    va_end(ap);
}

char *strbuf_take(struct strbuf *b, size_t *len)
{
    char *s;

    strbuf_add(b, "", 0);
    if (b->failed) {
        strbuf_free(b);
        return NULL;
    }
    s = b->s;
    if (len)
        *len = b->len;
    *b = (struct strbuf)STRBUF_INIT;
    return s;
}
