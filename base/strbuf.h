/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing string. An allocation failure is remembered in `failed` and makes every later call
 * do nothing, so that a writer checks once, at the end, with strbuf_take().
 */
#ifndef CDIKIT_BASE_STRBUF_H
#define CDIKIT_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cdikit/macros.h>

struct strbuf {
    char *s; /* NUL-terminated as soon as something was added, else NULL */
    size_t len;
    size_t size;
    bool failed;
};

#define STRBUF_INIT       \
    {                     \
        NULL, 0, 0, false \
    }
#define _cleanup_strbuf_ __attribute__((cleanup(strbuf_free)))

void strbuf_free(struct strbuf *b);
void strbuf_reserve(struct strbuf *b, size_t more);
void strbuf_add(struct strbuf *b, const void *data, size_t len);
void strbuf_addch(struct strbuf *b, char c);
static inline void strbuf_addstr(struct strbuf *b, const char *s)
{
    strbuf_add(b, s, strlen(s));
}
void strbuf_printf(struct strbuf *b, const char *fmt, ...) CDI_PRINTF(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *fmt, va_list ap) CDI_PRINTF(2, 0);

/*
 * Hands over the malloc'ed string ("" if nothing was added) and its length (which may be
 * NULL), and empties the buffer; NULL if any allocation failed.
 */
char *strbuf_take(struct strbuf *b, size_t *len) CDI_MUST_CHECK;

#endif
