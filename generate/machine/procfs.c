/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/procfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "base/span.h"
#include "generate/machine/pci.h"

#define MAX_TEXT (64U << 10)

/* Takes the first line off a text; false at its end. */
static bool next_line(struct span *text, struct span *line)
{
    const char *end;

    if (!text->len)
        return false;
    end = memchr(text->s, '\n', text->len);
    line->s = text->s;
    line->len = end ? (size_t)(end - text->s) : text->len;
    text->s += line->len + (end ? 1 : 0);
    text->len -= line->len + (end ? 1 : 0);
    return true;
}

static bool span_is(struct span span, const char *s)
{
    return span.len == strlen(s) && memcmp(span.s, s, span.len) == 0;
}

/* Splits "Key: value"; false if there is no colon. */
static bool split_line(struct span line, struct span *key, struct span *value)
{
    const char *colon = memchr(line.s, ':', line.len);

    if (!colon)
        return false;
    *key = span_trim((struct span){line.s, (size_t)(colon - line.s)});
    *value = span_trim((struct span){colon + 1, (size_t)(line.s + line.len - (colon + 1))});
    return true;
}

/* A UUID that can name a device: letters, digits, and '-' between them. */
static bool is_uuid(struct span s)
{
    if (s.len == 0 || s.s[0] == '-' || s.s[s.len - 1] == '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.s[i];

        if (!(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c != '-')
            return false;
    }
    return true;
}

/* A decimal number that fits a device minor, or -1. */
static int64_t take_minor(struct span s)
{
    int64_t value = 0;

    if (s.len == 0 || s.len > 7)
        return -1;
    for (size_t i = 0; i < s.len; i++) {
        if (s.s[i] < '0' || s.s[i] > '9')
            return -1;
        value = value * 10 + (s.s[i] - '0');
    }
    return value;
}

bool procfs_parse_information(const char *text, size_t len, struct arena *arena,
                              struct procfs_gpu *out)
{
    struct span rest = {text, len}, line, key, value;

    out->minor = -1;
    out->uuid = out->model = NULL;
    out->excluded = false;
    while (next_line(&rest, &line)) {
        const char **copy = NULL;

        if (!split_line(line, &key, &value))
            continue;
        if (span_is(key, "GPU UUID") && is_uuid(value))
            copy = &out->uuid;
        else if (span_is(key, "Model") && value.len)
            copy = &out->model;
        else if (span_is(key, "Device Minor"))
            out->minor = take_minor(value);
        else if (span_is(key, "GPU Excluded"))
            out->excluded = span_is(value, "Yes");
        if (copy && !(*copy = arena_strndup(arena, value.s, value.len)))
            return false;
    }
    return true;
}

/* "580.65.06": digits and single dots between them, at least one dot. */
static bool is_version(struct span word)
{
    bool dot = false;

    for (size_t i = 0; i < word.len; i++) {
        bool digit = word.s[i] >= '0' && word.s[i] <= '9';

        if (!digit && word.s[i] != '.')
            return false;
        if (!digit && (i == 0 || i + 1 == word.len || word.s[i - 1] == '.'))
            return false;
        dot = dot || !digit;
    }
    return dot;
}

bool procfs_parse_version(const char *text, size_t len, struct arena *arena, const char **out)
{
    struct span rest = {text, len}, line, key, value;

    *out = NULL;
    while (next_line(&rest, &line)) {
        if (!split_line(line, &key, &value) || !span_is(key, "NVRM version"))
            continue;
        while (value.len) {
            struct span word = value;

            word.len = 0;
            while (word.len < value.len && !ascii_isspace(value.s[word.len]))
                word.len++;
            if (is_version(word))
                return (*out = arena_strndup(arena, word.s, word.len));
            value = span_trim((struct span){value.s + word.len, value.len - word.len});
        }
    }
    return true;
}

int procfs_driver_version(const struct root *root, struct arena *arena, const char **version,
                          struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    struct stat st;
    size_t len;
    int r = root_stat(root, PROCFS_VERSION, &st);

    if (r == -ENOENT || r == -ENOTDIR)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "the NVIDIA driver is not loaded: there is no " PROCFS_VERSION);
    r = root_read(root, PROCFS_VERSION, MAX_TEXT, &text, &len, err);
    if (r < 0)
        return r;
    return procfs_parse_version(text, len, arena, version) ? 0 : cdi_error_nomem(err);
}

static int read_gpu(const struct root *root, const char *name, struct arena *arena,
                    struct procfs_gpu *out, struct cdi_error *err)
{
    const char *path = arena_printf(arena, PROCFS_GPUS "/%s/information", name);
    _cleanup_free_ char *text = NULL;
    size_t len = 0;
    int r = path ? root_read(root, path, MAX_TEXT, &text, &len, NULL) : -CDI_ERR_NOMEM;

    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        len = 0;
    return procfs_parse_information(text ? text : "", len, arena, out) ? 0 : cdi_error_nomem(err);
}

static int compare_gpus(const void *a, const void *b)
{
    return pci_address_compare(((const struct procfs_gpu *)a)->address,
                               ((const struct procfs_gpu *)b)->address);
}

int procfs_gpus(const struct root *root, struct arena *arena, struct procfs_gpu **out, size_t *n,
                struct cdi_error *err)
{
    const char **names = NULL;
    size_t n_names = 0;
    int r = root_list(root, PROCFS_GPUS, arena, &names, &n_names);

    *out = NULL;
    *n = 0;
    if (r == -ENOENT || r == -ENOTDIR)
        return 0;
    if (r == -ENOMEM)
        return cdi_error_nomem(err);
    if (r < 0)
        return cdi_error_set_errno(err, -r, "cannot read " PROCFS_GPUS);
    for (size_t i = 0; i < n_names; i++) {
        struct procfs_gpu gpu = {0};

        if (!pci_address_parse(names[i], &gpu.address))
            continue;
        if ((r = read_gpu(root, names[i], arena, &gpu, err)) < 0)
            return r;
        *out = arena_grow(arena, *out, *n, sizeof **out);
        if (!*out)
            return cdi_error_nomem(err);
        (*out)[(*n)++] = gpu;
    }
    if (*n)
        qsort(*out, *n, sizeof **out, compare_gpus);
    return 0;
}

bool procfs_has_gpu_instances(const struct root *root, int64_t minor, struct arena *arena)
{
    const char **names;
    char path[96];
    size_t n;

    (void)snprintf(path, sizeof path, "/proc/driver/nvidia/capabilities/gpu%lld/mig",
                   (long long)minor);
    if (root_list(root, path, arena, &names, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strncmp(names[i], "gi", 2) == 0)
            return true;
    return false;
}
