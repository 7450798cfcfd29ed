/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ldcachedata.h"

#include <stdlib.h>
#include <string.h>

struct old_header {
    char magic[11];
    uint32_t n_libs;
};

struct old_entry {
    int32_t flags;
    uint32_t key, value;
};

struct new_header {
    char magic[17];
    char version[3];
    uint32_t n_libs;
    uint32_t len_strings;
    uint8_t flags;
    uint8_t padding[3];
    uint32_t extension_offset;
    uint32_t unused[3];
};

struct new_entry {
    int32_t flags;
    uint32_t key, value;
    uint32_t osversion;
    uint64_t hwcap;
};

size_t ldcachedata_start(int n_old)
{
    size_t end;

    if (n_old < 0)
        return 0;
    end = sizeof(struct old_header) + (size_t)n_old * sizeof(struct old_entry);
    return (end + 7) / 8 * 8;
}

void *ldcachedata_new(const struct ldcachedata *entries, size_t n, int n_old, size_t *len)
{
    size_t start = ldcachedata_start(n_old);
    size_t strings = sizeof(struct new_header) + n * sizeof(struct new_entry), end = strings;
    struct new_header header = {.n_libs = (uint32_t)n, .flags = 2};
    char *data;

    for (size_t i = 0; i < n; i++)
        end += strlen(entries[i].name) + strlen(entries[i].path) + 2;
    *len = start + end;
    if (!(data = calloc(1, *len)))
        abort();
    if (n_old >= 0) {
        struct old_header old = {.n_libs = (uint32_t)n_old};

        memcpy(old.magic, "ld.so-1.7.0", sizeof old.magic);
        memcpy(data, &old, sizeof old);
    }
    memcpy(header.magic, "glibc-ld.so.cache", sizeof header.magic);
    memcpy(header.version, "1.1", sizeof header.version);
    header.len_strings = (uint32_t)(end - strings);
    memcpy(data + start, &header, sizeof header);
    for (size_t i = 0; i < n; i++) {
        struct new_entry entry = {.flags = entries[i].flags, .hwcap = (uint64_t)(i & 1) << 62};

        entry.key = (uint32_t)strings;
        strcpy(data + start + strings, entries[i].name);
        strings += strlen(entries[i].name) + 1;
        entry.value = (uint32_t)strings;
        strcpy(data + start + strings, entries[i].path);
        strings += strlen(entries[i].path) + 1;
        memcpy(data + start + sizeof header + i * sizeof entry, &entry, sizeof entry);
    }
    return data;
}
