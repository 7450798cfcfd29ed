/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#    define ARENA_POISON 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define ARENA_POISON 1
#    endif
#endif

enum {
    FIRST_CHUNK = 8 * 1024 - 64,
    LARGEST_CHUNK = 1024 * 1024,
};

struct chunk {
    struct chunk *next;
    size_t size;
    size_t used;
    alignas(max_align_t) char data[];
};

struct arena {
    struct chunk *chunks; /* the current one first */
    size_t next_size;
};

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena)
        arena->next_size = FIRST_CHUNK;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct chunk *c = arena->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(arena);
}

void arena_join(struct arena *arena, struct arena *other)
{
    struct chunk **last = &other->chunks;

    while (*last)
        last = &(*last)->next;
    *last = arena->chunks;
    arena->chunks = other->chunks;
    if (other->next_size > arena->next_size)
        arena->next_size = other->next_size;
    free(other);
}

static struct chunk *chunk_add(struct arena *arena, size_t size)
{
    struct chunk *c;

    if (size > SIZE_MAX - sizeof *c)
        return NULL;
    c = malloc(sizeof *c + size);
    if (!c)
        return NULL;
    c->size = size;
    c->used = 0;
    c->next = arena->chunks;
    arena->chunks = c;
    return c;
}

static char *take(struct arena *arena, size_t size, size_t align)
{
    struct chunk *c = arena->chunks;
    size_t at = c ? (c->used + align - 1) & ~(align - 1) : 0;

#ifdef ARENA_POISON
    /* A chunk for each allocation lets AddressSanitizer see where it ends. */
    c = chunk_add(arena, size);
    if (!c)
        return NULL;
    at = 0;
#else
    if (!c || at > c->size || size > c->size - at) {
        size_t want = size > arena->next_size / 4 ? size : arena->next_size;

        if (want == arena->next_size && arena->next_size < LARGEST_CHUNK)
            arena->next_size *= 2;
        c = chunk_add(arena, want);
        if (!c)
            return NULL;
        at = 0;
        /* A large block must not hide the room that is left in the chunk before it. */
        if (want == size && c->next && c->next->size - c->next->used > 64) {
            struct chunk *before = c->next;

            c->next = before->next;
            before->next = c;
            arena->chunks = before;
        }
    }
#endif
    c->used = at + size;
    return c->data + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    char *p = take(arena, size ? size : 1, alignof(max_align_t));

    return p ? memset(p, 0, size) : NULL;
}

void *arena_calloc(struct arena *arena, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    return arena_alloc(arena, total);
}

char *arena_bytes(struct arena *arena, size_t size)
{
    return take(arena, size ? size : 1, 1);
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
    char *p = len < SIZE_MAX ? arena_bytes(arena, len + 1) : NULL;

    if (!p)
        return NULL;
    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return arena_strndup(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
    va_list again;
    char *p = NULL;
    int len;

    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (len >= 0)
        p = arena_bytes(arena, (size_t)len + 1);
    if (p)
        (void)vsnprintf(p, (size_t)len + 1, fmt, ap);
    return p;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list ap;
    char *p;

    va_start(ap, fmt);
    p = arena_vprintf(arena, fmt, ap);
    va_end(ap);
    return p;
}

void *arena_grow(struct arena *arena, void *array, size_t n, size_t size)
{
    char *bigger;

    if (n & (n - 1))
        return array; /* not at a power of two: there is room */
    if (n > SIZE_MAX / 2 || !(bigger = arena_calloc(arena, n ? 2 * n : 1, size)))
        return NULL;
    if (n)
        memcpy(bigger, array, n * size);
    return bigger;
}
