/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/migcaps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/root.h"

/* The file has 100 KB on a machine of today. */
#define MAX_TEXT (4U << 20)

/* Minors have 20 bits in the kernel; more than 7 digits are no minor and no instance. */
#define MAX_DIGITS 7
#define MAX_MINOR  0xFFFFFU

/*
 * A key holds a GPU's minor, a GPU instance and, counted from 1, a compute instance, 0 for the
 * GPU instance itself, so that keys sort as the lines do. The words' keys are below those.
 */
#define KEY_BITS    20
#define KEY_MAX     ((1U << KEY_BITS) - 2)
#define KEY_GPU     (1ULL << 63)
#define KEY_CONFIG  1ULL
#define KEY_MONITOR 2ULL

static uint64_t gpu_key(uint32_t gpu, uint32_t gi, uint32_t ci_from_1)
{
    return KEY_GPU | (uint64_t)gpu << (2 * KEY_BITS) | (uint64_t)gi << KEY_BITS | ci_from_1;
}

/* A text that is read from its front. */
struct cursor {
    const char *s, *end;
};

static bool take_text(struct cursor *cursor, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(cursor->end - cursor->s) < len || memcmp(cursor->s, text, len) != 0)
        return false;
    cursor->s += len;
    return true;
}

/* A decimal number without needless zeros, as the kernel writes it. */
static bool take_number(struct cursor *cursor, uint32_t max, uint32_t *value)
{
    const char *start = cursor->s;

    *value = 0;
    while (cursor->s < cursor->end && ascii_isdigit(*cursor->s)) {
        if (cursor->s - start == MAX_DIGITS)
            return false;
        *value = *value * 10 + (uint32_t)(*cursor->s++ - '0');
    }
    return cursor->s > start && (*start != '0' || cursor->s == start + 1) && *value <= max;
}

/* "config", "monitor", "gpuN/giN/access" or "gpuN/giN/ciN/access". */
static bool take_capability(struct cursor *cursor, uint64_t *key)
{
    uint32_t gpu, gi, ci = 0;
    bool word = take_text(cursor, "config");

    *key = word ? KEY_CONFIG : KEY_MONITOR;
    if (word || take_text(cursor, "monitor"))
        return true;
    if (!take_text(cursor, "gpu") || !take_number(cursor, KEY_MAX, &gpu) ||
        !take_text(cursor, "/gi") || !take_number(cursor, KEY_MAX, &gi))
        return false;
    *key = gpu_key(gpu, gi, 0);
    if (take_text(cursor, "/ci")) {
        if (!take_number(cursor, KEY_MAX, &ci))
            return false;
        *key = gpu_key(gpu, gi, ci + 1);
    }
    return take_text(cursor, "/access");
}

static bool take_line(struct cursor line, struct migcaps_entry *entry)
{
    return take_capability(&line, &entry->key) && take_text(&line, " ") &&
           take_number(&line, MAX_MINOR, &entry->minor) && line.s == line.end;
}

static int compare_entries(const void *a, const void *b)
{
    const struct migcaps_entry *left = a, *right = b;

    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->place < right->place ? -1 : left->place > right->place;
}

/* Sorts, unless the file was sorted as it is by the kernel, and drops what a later line replaces.
 */
static void settle(struct migcaps *caps, bool sorted)
{
    size_t n = 0;

    if (sorted)
        return;
    qsort(caps->entries, caps->n, sizeof *caps->entries, compare_entries);
    for (size_t i = 0; i < caps->n; i++)
        if (i + 1 == caps->n || caps->entries[i].key != caps->entries[i + 1].key)
            caps->entries[n++] = caps->entries[i];
    caps->n = n;
}

int migcaps_parse(const char *text, size_t len, struct arena *arena, struct migcaps *out,
                  struct cdi_error *err)
{
    const char *end = text + len;
    bool sorted = true;

    *out = (struct migcaps){0};
    for (const char *line = text, *next; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        struct migcaps_entry entry = {.place = (uint32_t)out->n};

        next = newline ? newline + 1 : end;
        if (!take_line((struct cursor){line, newline ? newline : end}, &entry))
            continue;
        sorted = sorted && (out->n == 0 || out->entries[out->n - 1].key < entry.key);
        out->entries = arena_grow(arena, out->entries, out->n, sizeof *out->entries);
        if (!out->entries)
            return cdi_error_nomem(err);
        out->entries[out->n++] = entry;
    }
    settle(out, sorted);
    return 0;
}

int migcaps_read(const struct root *root, struct arena *arena, struct migcaps *out,
                 struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    struct stat st;
    int r = root_stat(root, MIGCAPS_MINORS, &st);

    if (r == -ENOENT || r == -ENOTDIR)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "there is no " MIGCAPS_MINORS ": the NVIDIA driver is not loaded, "
                             "or knows no MIG");
    r = root_read(root, MIGCAPS_MINORS, MAX_TEXT, &text, &len, err);
    return r < 0 ? r : migcaps_parse(text, len, arena, out, err);
}

static int64_t find(const struct migcaps *caps, uint64_t key)
{
    size_t low = 0, high = caps->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (caps->entries[middle].key == key)
            return caps->entries[middle].minor;
        if (caps->entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int64_t migcaps_gpu_instance(const struct migcaps *caps, uint32_t gpu_minor, uint32_t gi)
{
    return gpu_minor > KEY_MAX || gi > KEY_MAX ? -1 : find(caps, gpu_key(gpu_minor, gi, 0));
}

int64_t migcaps_compute_instance(const struct migcaps *caps, uint32_t gpu_minor, uint32_t gi,
                                 uint32_t ci)
{
    if (gpu_minor > KEY_MAX || gi > KEY_MAX || ci > KEY_MAX)
        return -1;
    return find(caps, gpu_key(gpu_minor, gi, ci + 1));
}

int64_t migcaps_config(const struct migcaps *caps)
{
    return find(caps, KEY_CONFIG);
}

int64_t migcaps_monitor(const struct migcaps *caps)
{
    return find(caps, KEY_MONITOR);
}

/* The numbers N of a directory's entries PREFIXN; a missing directory has none. */
static int list_numbers(const struct root *root, const char *path, const char *prefix,
                        struct arena *arena, uint32_t **numbers, size_t *n, struct cdi_error *err)
{
    const char **names = NULL;
    size_t n_names = 0;
    int r = root_list(root, path, arena, &names, &n_names);

    *n = 0;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot read %s", path);
    *numbers = arena_calloc(arena, n_names, sizeof **numbers);
    if (!*numbers)
        return cdi_error_nomem(err);
    for (size_t i = 0; i < n_names; i++) {
        struct cursor name = {names[i], names[i] + strlen(names[i])};

        if (take_text(&name, prefix) && take_number(&name, KEY_MAX, &(*numbers)[*n]) &&
            name.s == name.end)
            ++*n;
    }
    return 0;
}

static int compare_instances(const void *a, const void *b)
{
    const struct mig_instance *left = a, *right = b;

    if (left->gi != right->gi)
        return left->gi < right->gi ? -1 : 1;
    return left->ci < right->ci ? -1 : left->ci > right->ci;
}

/* Adds the compute instances of one GPU instance. */
static int add_instances(const struct root *root, const char *gpu_dir, uint32_t gi,
                         struct arena *arena, struct mig_instance **out, size_t *n,
                         struct cdi_error *err)
{
    const char *dir = arena_printf(arena, "%s/gi%u", gpu_dir, gi);
    uint32_t *cis = NULL;
    size_t n_cis;
    int r = dir ? list_numbers(root, dir, "ci", arena, &cis, &n_cis, err) : cdi_error_nomem(err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n_cis; i++) {
        *out = arena_grow(arena, *out, *n, sizeof **out);
        if (!*out)
            return cdi_error_nomem(err);
        (*out)[(*n)++] = (struct mig_instance){gi, cis[i]};
    }
    return 0;
}

int mig_instances(const struct root *root, int64_t gpu_minor, struct arena *arena,
                  struct mig_instance **out, size_t *n, struct cdi_error *err)
{
    uint32_t *gis = NULL;
    size_t n_gis;
    char dir[96];
    int r;

    *out = NULL;
    *n = 0;
    (void)snprintf(dir, sizeof dir, "/proc/driver/nvidia/capabilities/gpu%lld/mig",
                   (long long)gpu_minor);
    r = list_numbers(root, dir, "gi", arena, &gis, &n_gis, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n_gis; i++)
        if ((r = add_instances(root, dir, gis[i], arena, out, n, err)) < 0)
            return r;
    if (*out)
        qsort(*out, *n, sizeof **out, compare_instances);
    return 0;
}
