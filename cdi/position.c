/* SPDX-License-Identifier: Apache-2.0 */
/* From the path of a member to its place in the text. */
#include <stdlib.h>
#include <string.h>

#include <cdikit/spec.h>

#include "base/ascii.h"
#include "base/quote.h"
#include "cdi/position.h"
#include "cdi/yaml.h"

enum {
    /* Keys of one mapping that are compared: a position is not worth quadratic time. */
    MAX_COMPARED = 4096,
};

/* The value of a field: of keys that differ in case only, that which a reader applies last. */
static const struct yaml_node *find_field(const struct yaml_node *node, const char *name,
                                          size_t len)
{
    const struct yaml_node *key = NULL, *value = NULL;

    for (size_t i = 0; i < node->len && i < MAX_COMPARED; i++) {
        const struct yaml_entry *entry = &node->entries[i];
        const char *s = entry->key->scalar.s;
        size_t same = 0;

        while (same < len && ascii_tolower(s[same]) == ascii_tolower(name[same]))
            same++;
        if (same < len || s[len] != '\0')
            continue;
        if (!key || strcmp(s, key->scalar.s) > 0) {
            key = entry->key;
            value = entry->value;
        }
    }
    return value;
}

/* The value of the key whose quoted text the path begins with. */
static const struct yaml_node *find_key(const struct yaml_node *node, const char *quoted,
                                        size_t *len)
{
    for (size_t i = 0; i < node->len && i < MAX_COMPARED; i++) {
        const struct quoted key = quote_string(node->entries[i].key->scalar.s);

        *len = strlen(key.text);
        if (strncmp(key.text, quoted, *len) == 0 && quoted[*len] == ']')
            return node->entries[i].value;
    }
    return NULL;
}

/* One step of the path: ".name", "[index]" or "[\"key\"]". Returns NULL where it leads nowhere. */
static const struct yaml_node *step(const struct yaml_node *node, const char **path)
{
    const char *s = *path;
    unsigned long index;
    char *end;
    size_t len;

    if (*s != '[') {
        s += *s == '.';
        len = strcspn(s, ".[");
        *path = s + len;
        return node->kind == YAML_MAPPING && len ? find_field(node, s, len) : NULL;
    }
    if (s[1] == '"') {
        node = node->kind == YAML_MAPPING ? find_key(node, s + 1, &len) : NULL;
        if (node)
            *path = s + len + 2;
        return node;
    }
    index = strtoul(s + 1, &end, 10);
    *path = end + (*end == ']');
    return node->kind == YAML_SEQUENCE && index < node->len ? node->items[index] : NULL;
}

/* The member at a path, or the nearest enclosing one; NULL for a document that was not read. */
static const struct yaml_node *find(const struct cdi_spec *spec, const char *path)
{
    const struct yaml_node *at = spec->root, *node = at;

    while (node) {
        at = node;
        if (*path == '\0')
            break;
        node = step(node, &path);
    }
    return at;
}

struct cdi_position cdi_spec_position(const struct cdi_spec *spec, const char *path)
{
    const struct yaml_node *at = find(spec, path);

    return at ? at->pos : (struct cdi_position){0, 0};
}

struct cdi_position position_of_key(const struct cdi_spec *spec, const char *path, const char *key,
                                    size_t *hint)
{
    const struct yaml_node *node = find(spec, path);
    size_t n = node && node->kind == YAML_MAPPING ? node->len : 0;

    for (size_t i = 0; i < n && i < MAX_COMPARED; i++) {
        size_t place = (*hint + i) % n;

        if (strcmp(node->entries[place].key->scalar.s, key) != 0)
            continue;
        *hint = place + 1;
        return node->entries[place].value->pos;
    }
    return node ? node->pos : (struct cdi_position){0, 0};
}
