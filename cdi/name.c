/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <cdikit/name.h>

#include "base/ascii.h"
#include "base/quote.h"

/* What one kind of name may hold; it always ends with a letter or a digit. */
struct name_rule {
    const char *what;   /* for messages */
    bool digit_first;   /* besides letters */
    const char *inside; /* besides letters and digits */
};

static const struct name_rule vendor_rule = {"vendor", false, "_-."};
static const struct name_rule class_rule = {"class", false, "_-."};
static const struct name_rule device_rule = {"device name", true, "_-.:"};

static bool is_inside(const struct name_rule *rule, char c)
{
    return ascii_isalnum(c) || (c && strchr(rule->inside, c));
}

/* The index of the first character that breaks the rule, name.len if none does. */
static size_t find_bad(const struct name_rule *rule, struct cdi_slice name)
{
    size_t i = 0;

    if (!(rule->digit_first ? ascii_isalnum(name.s[0]) : ascii_isalpha(name.s[0])))
        return 0;
    while (i < name.len && is_inside(rule, name.s[i]))
        i++;
    if (i < name.len || ascii_isalnum(name.s[name.len - 1]))
        return i;
    return name.len - 1;
}

static int name_check(const struct name_rule *rule, struct cdi_slice name, struct cdi_error *err)
{
    const char *where, *may;
    size_t bad;

    if (name.len == 0)
        return cdi_error_set(err, CDI_ERR_INVALID, "the %s is empty", rule->what);
    bad = find_bad(rule, name);
    if (bad == name.len)
        return 0;
    if (!err)
        return -CDI_ERR_INVALID;
    where = bad == 0 ? "begin" : "end";
    may = bad == 0 && !rule->digit_first ? "a letter" : "a letter or a digit";
    if (!is_inside(rule, name.s[bad]))
        return cdi_error_set(
            err, CDI_ERR_INVALID,
            "%s %s: %s, its character %zu, is not allowed (letters, digits and any of \"%s\" are)",
            rule->what, quote(name.s, name.len).text,
            quote_character(name.s + bad, name.len - bad).text, bad + 1, rule->inside);
    return cdi_error_set(err, CDI_ERR_INVALID, "%s %s %ss with %s, but must %s with %s", rule->what,
                         quote(name.s, name.len).text, where,
                         quote_character(name.s + bad, name.len - bad).text, where, may);
}

int cdi_vendor_check(struct cdi_slice vendor, struct cdi_error *err)
{
    return name_check(&vendor_rule, vendor, err);
}

int cdi_class_check(struct cdi_slice class_, struct cdi_error *err)
{
    return name_check(&class_rule, class_, err);
}

int cdi_device_name_check(struct cdi_slice name, struct cdi_error *err)
{
    return name_check(&device_rule, name, err);
}

/* Cuts text at its first `separator`; false unless both halves are there. */
static bool cut(struct cdi_slice text, char separator, struct cdi_slice *left,
                struct cdi_slice *right)
{
    const char *at = text.len ? memchr(text.s, separator, text.len) : NULL;
    size_t len = at ? (size_t)(at - text.s) : 0;

    if (len == 0 || len + 1 == text.len)
        return false;
    *left = (struct cdi_slice){text.s, len};
    *right = (struct cdi_slice){at + 1, text.len - len - 1};
    return true;
}

static struct cdi_name unqualified(const char *name)
{
    return (struct cdi_name){{"", 0}, {"", 0}, {name, strlen(name)}};
}

bool cdi_name_split(const char *name, struct cdi_name *out)
{
    struct cdi_slice kind;

    *out = unqualified(name);
    if (cut(out->device, '=', &kind, &out->device) && cut(kind, '/', &out->vendor, &out->class_))
        return true;
    *out = unqualified(name);
    return false;
}

int cdi_name_parse(const char *name, struct cdi_name *out, struct cdi_error *err)
{
    int r;

    if (!cdi_name_split(name, out))
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "%s is not a qualified device name, VENDOR/CLASS=NAME",
                             quote_string(name).text);
    r = cdi_vendor_check(out->vendor, err);
    if (r == 0)
        r = cdi_class_check(out->class_, err);
    if (r == 0)
        r = cdi_device_name_check(out->device, err);
    if (r == 0)
        return 0;
    *out = unqualified(name);
    return err ? cdi_error_wrap(err, r, "device %s", quote_string(name).text) : r;
}

bool cdi_name_is_qualified(const char *name)
{
    struct cdi_name parts;

    return cdi_name_parse(name, &parts, NULL) == 0;
}

bool cdi_kind_split(const char *kind, struct cdi_slice *vendor, struct cdi_slice *class_)
{
    *vendor = *class_ = (struct cdi_slice){"", 0};
    return cut((struct cdi_slice){kind, strlen(kind)}, '/', vendor, class_);
}
