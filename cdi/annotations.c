/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <cdikit/annotations.h>
#include <cdikit/name.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "base/strbuf.h"

enum {
    LONGEST_KEY_NAME = 63, /* Kubernetes: the name part of an annotation's key */
};

static bool is_inside(char c)
{
    return ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

static int check_key_name(const char *name, size_t len, struct cdi_error *err)
{
    if (len > LONGEST_KEY_NAME)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "annotation key name %s has %zu bytes, and %d are the most",
                             quote(name, len).text, len, LONGEST_KEY_NAME);
    for (size_t i = 0; i < len; i++) {
        bool edge = i == 0 || i + 1 == len;

        if (edge ? ascii_isalnum(name[i]) : is_inside(name[i]))
            continue;
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "annotation key name %s: %s, its character %zu, is not allowed %s",
                             quote(name, len).text, quote_character(name + i, len - i).text, i + 1,
                             edge ? "at an end (a letter or a digit is)"
                                  : "(letters, digits, '_', '-' and '.' are)");
    }
    return 0;
}

int cdi_annotation_key(const char *plugin, const char *device_id, char **key, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    const size_t prefix = strlen(CDI_ANNOTATION_PREFIX);
    char *text;
    int r;

    if (!*plugin || !*device_id)
        return cdi_error_set(err, CDI_ERR_INVALID, "an annotation key needs a %s",
                             *plugin ? "device id" : "plugin name");
    strbuf_addstr(&b, CDI_ANNOTATION_PREFIX);
    strbuf_addstr(&b, plugin);
    strbuf_addch(&b, '_');
    for (const char *p = device_id; *p; p++)
        strbuf_addch(&b, *p == '/' ? '_' : *p);
    if (b.failed)
        return cdi_error_nomem(err);
    r = check_key_name(b.s + prefix, b.len - prefix, err);
    if (r < 0)
        return r;
    text = strbuf_take(&b, NULL);
    if (!text)
        return cdi_error_nomem(err);
    *key = text;
    return 0;
}

int cdi_annotation_value(const char *const *devices, size_t n, char **value, struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    struct cdi_name parts;
    char *text;

    for (size_t i = 0; i < n; i++) {
        int r = cdi_name_parse(devices[i], &parts, err);

        if (r < 0)
            return r;
        if (i)
            strbuf_addch(&b, ',');
        strbuf_addstr(&b, devices[i]);
    }
    text = strbuf_take(&b, NULL);
    if (!text)
        return cdi_error_nomem(err);
    *value = text;
    return 0;
}

static bool is_cdi_key(const char *key)
{
    return strncmp(key, CDI_ANNOTATION_PREFIX, strlen(CDI_ANNOTATION_PREFIX)) == 0;
}

static int compare_annotations(const void *a, const void *b)
{
    const struct cdi_annotation *const *x = a, *const *y = b;
    int order = strcmp((*x)->key, (*y)->key);

    return order ? order : (*x > *y) - (*x < *y);
}

/* The annotations with our prefix, sorted by key; *devices and *bytes are what they hold. */
static const struct cdi_annotation **select_sorted(const struct cdi_annotations *annotations,
                                                   size_t *n, size_t *devices, size_t *bytes)
{
    const struct cdi_annotation **selected = calloc(annotations->n + 1, sizeof *selected);

    *n = *devices = *bytes = 0;
    for (size_t i = 0; selected && i < annotations->n; i++) {
        if (!is_cdi_key(annotations->items[i].key))
            continue;
        selected[(*n)++] = &annotations->items[i];
        *bytes += strlen(annotations->items[i].value) + 1;
        *devices += 1;
        for (const char *p = annotations->items[i].value; (p = strchr(p, ',')); p++)
            *devices += 1;
    }
    if (selected)
        qsort(selected, *n, sizeof *selected, compare_annotations);
    return selected;
}

/* Copies one value to text and puts its pieces into list; returns the end of the text. */
static char *split_value(const struct cdi_annotation *annotation, char *text, const char **list,
                         size_t *n)
{
    size_t len = strlen(annotation->value) + 1;
    char *end = text + len;

    memcpy(text, annotation->value, len);
    for (char *p = text; p; (*n)++) {
        list[*n] = p;
        p = strchr(p, ',');
        if (p)
            *p++ = '\0';
    }
    return end;
}

/* Checks the devices that one annotation names. */
static int check_devices(const char *key, const char *const *devices, size_t n,
                         struct cdi_error *err)
{
    struct cdi_name parts;

    for (size_t i = 0; i < n; i++) {
        int r = cdi_name_parse(devices[i], &parts, err);

        if (r < 0)
            return cdi_error_wrap(err, r, "annotation %s", quote_string(key).text);
    }
    return 0;
}

int cdi_annotations_devices(const struct cdi_annotations *annotations, const char ***devices,
                            size_t *n, struct cdi_error *err)
{
    size_t n_selected, n_devices, bytes, count = 0;
    _cleanup_free_ const struct cdi_annotation **selected = select_sorted(annotations, &n_selected,
                                                                          &n_devices, &bytes);
    _cleanup_free_ const char **list = NULL;
    char *text;

    if (!selected)
        return cdi_error_nomem(err);
    if (n_selected == 0) {
        *devices = NULL;
        *n = 0;
        return 0;
    }
    list = malloc(n_devices * sizeof *list + bytes);
    if (!list)
        return cdi_error_nomem(err);
    text = (char *)(list + n_devices);
    for (size_t i = 0; i < n_selected; i++) {
        size_t before = count;
        int r;

        text = split_value(selected[i], text, list, &count);
        r = check_devices(selected[i]->key, list + before, count - before, err);
        if (r < 0)
            return r;
    }
    *devices = TAKE_PTR(list);
    *n = count;
    return 0;
}
