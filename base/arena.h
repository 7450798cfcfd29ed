/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: memory that is given back all at once. One belongs to each document; nothing in it
 * is freed alone. Every function returns NULL when there is no memory.
 */
#ifndef CDIKIT_BASE_ARENA_H
#define CDIKIT_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include <cdikit/macros.h>

struct arena;

struct arena *arena_new(void) CDI_MUST_CHECK;
void arena_free(struct arena *arena);
static inline void arena_freep(struct arena **arena)
{
    arena_free(*arena);
}
#define _cleanup_arena_ __attribute__((cleanup(arena_freep)))

/* Moves all that another arena holds into this one. The other is gone. */
void arena_join(struct arena *arena, struct arena *other);

/* Zeroed memory, aligned for any type. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size) CDI_MUST_CHECK;

/* As arena_alloc(n * size), NULL also if the product overflows. */
void *arena_calloc(struct arena *arena, size_t n, size_t size) CDI_MUST_CHECK;

/* Unzeroed and unaligned, for bytes of text. */
char *arena_bytes(struct arena *arena, size_t size) CDI_MUST_CHECK;

char *arena_strndup(struct arena *arena, const char *s, size_t len) CDI_MUST_CHECK;
char *arena_strdup(struct arena *arena, const char *s) CDI_MUST_CHECK;
char *arena_printf(struct arena *arena, const char *fmt, ...) CDI_PRINTF(2, 3) CDI_MUST_CHECK;
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
    CDI_PRINTF(2, 0) CDI_MUST_CHECK;

/*
 * Makes room for one more element in an array of n elements of `size` bytes that this arena
 * holds: returns the array, moved when its capacity (the power of two at or above n) is used
 * up. Start with NULL and n == 0.
 */
void *arena_grow(struct arena *arena, void *array, size_t n, size_t size) CDI_MUST_CHECK;

#endif
