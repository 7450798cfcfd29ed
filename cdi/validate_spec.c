/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for a document outside of containerEdits. Source: see docs/rules.md. */
#include <stdio.h>
#include <string.h>

#include <cdikit/name.h>
#include <cdikit/version.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/quote.h"
#include "cdi/fields.h"
#include "cdi/validate_internal.h"
#include "cdi/yaml.h"

enum {
    LONGEST_SUBDOMAIN = 253,
    LONGEST_LABEL_NAME = 63,
    LARGEST_ANNOTATIONS = 262144,
};

static struct cdi_slice slice(const char *s)
{
    return (struct cdi_slice){validate_text(s), strlen(validate_text(s))};
}

/* The known version that somebody meant by this one, NULL if there is no telling. */
static const char *meant_version(const char *version)
{
    static const char *const suffixes[] = {"", ".0", ".0.0"};
    char text[32];

    while (*version == 'v' || *version == 'V' || *version == ' ')
        version++;
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
        int index;

        (void)snprintf(text, sizeof text, "%.20s%s", version, suffixes[i]);
        index = cdi_version_index(text);
        if (index >= cdi_version_index(CDI_VERSION_EARLIEST))
            return cdi_versions()[index];
    }
    return NULL;
}

static int report_unknown_version(struct walk *walk, const char *version)
{
    const struct member *at = MEMBER(NULL, "cdiVersion");
    const char *meant = meant_version(version);
    char hint[256];

    if (meant) {
        (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", meant);
    } else {
        int from = cdi_version_index(CDI_VERSION_EARLIEST);
        size_t used = (size_t)snprintf(hint, sizeof hint, "the versions are");

        for (int i = from; cdi_versions()[i] && used < sizeof hint; i++)
            used += (size_t)snprintf(hint + used, sizeof hint - used, "%s %s", i > from ? "," : "",
                                     cdi_versions()[i]);
    }
    if (!*version)
        return walk_report(walk, RULE_VERSION_UNKNOWN, at, hint, "cdiVersion is missing or empty");
    return walk_report(walk, RULE_VERSION_UNKNOWN, at, hint,
                       "%s is not a version of the CDI specification", quote_string(version).text);
}

/* A version above what is needed. */
static int warn_of_version(struct walk *walk, int declared)
{
    const char *least = cdi_spec_min_version(walk->spec);
    char hint[64];

    if (declared == cdi_version_index(least))
        return 0;
    (void)snprintf(hint, sizeof hint, "set cdiVersion to \"%s\"", least);
    return walk_report(walk, RULE_VERSION_TOO_HIGH, MEMBER(NULL, "cdiVersion"), hint,
                       "%s is higher than needed: engines that know %s only refuse it",
                       quote_string(walk->spec->version).text, least);
}

/* Adds to the path of a member the line that it is on. */
static void add_line(const struct walk *walk, char *path, size_t size)
{
    size_t len = strlen(path);
    unsigned line = walk->spec->root ? cdi_spec_position(walk->spec, path).line : 0;

    if (*path && line)
        (void)snprintf(path + len, size - len, " (line %u)", line);
}

static int check_version(struct walk *walk)
{
    const char *version = validate_text(walk->spec->version);
    int declared = cdi_version_index(version);
    char why[256], hint[64];
    const char *least;

    if (declared < 0)
        return report_unknown_version(walk, version);
    if (declared >= cdi_version_index(cdi_spec_min_version(walk->spec)))
        return walk_wants(walk, RULE_VERSION_TOO_HIGH) ? warn_of_version(walk, declared) : 0;
    least = cdi_spec_min_version_why(walk->spec, why, sizeof why);
    (void)snprintf(hint, sizeof hint, "set cdiVersion to \"%s\" or later", least);
    add_line(walk, why, sizeof why);
    if (!*why)
        return walk_report(walk, RULE_VERSION_TOO_LOW, MEMBER(NULL, "cdiVersion"), hint,
                           "%s is too low: %s is the earliest that engines accept",
                           quote_string(version).text, least);
    return walk_report(walk, RULE_VERSION_TOO_LOW, MEMBER(NULL, "cdiVersion"), hint,
                       "%s is too low: %s needs %s", quote_string(version).text, why, least);
}

/* Labels of letters, digits and inner '-', joined with dots. */
static bool is_dns_subdomain(struct cdi_slice name)
{
    char before = '.';

    if (name.len == 0 || name.len > LONGEST_SUBDOMAIN)
        return false;
    for (size_t i = 0; i < name.len; before = name.s[i++]) {
        char c = name.s[i];

        if (c == '.' ? !ascii_isalnum(before) : c == '-' ? before == '.' : !ascii_isalnum(c))
            return false;
    }
    return ascii_isalnum(before);
}

static int warn_of_kind(struct walk *walk, struct cdi_slice vendor, struct cdi_slice class_)
{
    int r = 0;

    if (vendor.len == 1 || class_.len == 1)
        r = walk_report(walk, RULE_NAME_ONE_CHARACTER, MEMBER(NULL, "kind"), "use a longer name",
                        "engines with CDI 1.1.0 or before crash on the %s %s",
                        vendor.len == 1 ? "vendor" : "class",
                        vendor.len == 1 ? quote(vendor.s, 1).text : quote(class_.s, 1).text);

    if (r == 0 && cdi_vendor_check(vendor, NULL) == 0 && !is_dns_subdomain(vendor))
        r = walk_report(walk, RULE_VENDOR_NOT_DNS, MEMBER(NULL, "kind"), NULL,
                        "vendor %s is not a DNS subdomain (at most %d letters, digits, '-', in "
                        "labels joined with dots), which the CDI specification demands",
                        quote(vendor.s, vendor.len).text, LONGEST_SUBDOMAIN);
    if (r == 0 && class_.len > LONGEST_LABEL_NAME)
        r = walk_report(walk, RULE_CLASS_TOO_LONG, MEMBER(NULL, "kind"), NULL,
                        "class %s has %zu characters, and the CDI specification allows %d",
                        quote(class_.s, class_.len).text, class_.len, LONGEST_LABEL_NAME);
    return r;
}

/* Reports what the check of a name has found. */
static int report_name(struct walk *walk, enum rule rule, const struct member *at,
                       const struct cdi_error *why)
{
    if (why->code == CDI_ERR_NOMEM)
        return walk_nomem(walk);
    return walk_report(walk, rule, at, NULL, "%s", why->message);
}

static int check_kind(struct walk *walk)
{
    const char *kind = validate_text(walk->spec->kind);
    const struct member *at = MEMBER(NULL, "kind");
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    struct cdi_slice vendor, class_;
    int r = 0;

    if (!*kind)
        return walk_report(walk, RULE_KIND_FORM, at, "write it as VENDOR/CLASS",
                           "kind is missing or empty");
    if (!cdi_kind_split(kind, &vendor, &class_))
        return walk_report(walk, RULE_KIND_FORM, at, "write it as VENDOR/CLASS",
                           "%s is not a vendor and a class, joined with '/'",
                           quote_string(kind).text);
    if (cdi_vendor_check(vendor, &why) < 0)
        r = report_name(walk, RULE_VENDOR_NAME, at, &why);
    if (r == 0 && cdi_class_check(class_, &why) < 0)
        r = report_name(walk, RULE_CLASS_NAME, at, &why);
    if (r == 0 && walk_warns(walk))
        r = warn_of_kind(walk, vendor, class_);
    return r;
}

/* What is wrong with a key as a Kubernetes qualified name, NULL if nothing. */
static const char *key_problem(const char *key)
{
    struct cdi_slice name = slice(key);
    const char *slash = strchr(key, '/');

    if (slash && strchr(slash + 1, '/'))
        return "has more than one '/'";
    if (slash && !is_dns_subdomain((struct cdi_slice){key, (size_t)(slash - key)}))
        return "has a prefix that is not a DNS subdomain";
    if (slash)
        name = slice(slash + 1);
    if (name.len == 0 || name.len > LONGEST_LABEL_NAME)
        return name.len ? "has a name of more than 63 characters" : "has no name";
    if (!ascii_isalnum(name.s[0]) || !ascii_isalnum(name.s[name.len - 1]))
        return "does not begin and end its name with a letter or digit";
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_isalnum(name.s[i]) && !strchr("-_.", name.s[i]))
            return "has other characters than letters, digits, '-', '_', '.'";
    return NULL;
}

static int warn_of_annotations(struct walk *walk, const struct member *in,
                               const struct cdi_annotations *annotations)
{
    const struct member *at = MEMBER(in, "annotations");
    size_t size = 0;

    for (size_t i = 0; i < annotations->n; i++) {
        const char *key = validate_text(annotations->items[i].key);
        const char *problem = key_problem(key);
        int r = 0;

        if (problem)
            r = walk_report(walk, RULE_ANNOTATION_KEY, ANNOTATION(at, key), NULL,
                            "annotation key %s %s", quote_string(key).text, problem);
        if (r < 0)
            return r;
        size += strlen(key) + strlen(validate_text(annotations->items[i].value));
    }
    if (size <= LARGEST_ANNOTATIONS)
        return 0;
    return walk_report(walk, RULE_ANNOTATIONS_SIZE, at, NULL,
                       "the annotations have %zu bytes, and %d are the most", size,
                       LARGEST_ANNOTATIONS);
}

/* One device; `first` is the index of the first device of the same name. */
static int check_device(struct walk *walk, size_t i, size_t first)
{
    const struct cdi_device *device = &walk->spec->devices[i];
    const struct member *at = ITEM(NULL, "devices", i);
    const char *name = validate_text(device->name);
    _cleanup_error_ struct cdi_error why = CDI_ERROR_INIT;
    int r = 0;

    if (cdi_device_name_check(slice(name), &why) < 0)
        r = report_name(walk, RULE_DEVICE_NAME, MEMBER(at, "name"), &why);
    if (r == 0 && walk_warns(walk))
        r = warn_of_annotations(walk, at, &device->annotations);
    if (r == 0 && cdi_edits_empty(&device->edits))
        r = walk_report(walk, RULE_DEVICE_EDITS_EMPTY, MEMBER(at, "containerEdits"), NULL,
                        "device %s has no containerEdits that change anything",
                        quote_string(name).text);
    if (r == 0)
        r = validate_edits(walk, MEMBER(at, "containerEdits"), &device->edits);
    if (r == 0 && first != i && *name)
        r = walk_report(walk, RULE_DEVICE_DUPLICATE, MEMBER(at, "name"), NULL,
                        "device name %s repeats that of devices[%zu]", quote_string(name).text,
                        first);
    return r;
}

static int check_devices(struct walk *walk)
{
    const struct cdi_spec *spec = walk->spec;
    _cleanup_free_ size_t *first = NULL;

    if (spec->n_devices == 0)
        return walk_report(walk, RULE_DEVICES_MISSING, MEMBER(NULL, "devices"), NULL,
                           "there are no devices, and at least one is needed");
    first = validate_first_equal(&spec->devices[0].name, sizeof spec->devices[0], spec->n_devices,
                                 '\0');
    if (!first)
        return walk_nomem(walk);
    for (size_t i = 0; i < spec->n_devices; i++) {
        int r = check_device(walk, i, first[i]);

        if (r < 0)
            return r;
    }
    return 0;
}

/* The first member of the document that stands behind one which the table has after it. */
static int warn_of_order(struct walk *walk)
{
    const struct yaml_node *root = walk->spec->root;
    const struct field *last = NULL;
    size_t hint = 0;

    for (size_t i = 0; root && root->kind == YAML_MAPPING && i < root->len; i++) {
        const struct yaml_node *key = root->entries[i].key;
        const struct field *field = field_find(&object_spec, key->scalar.s, key->len, &hint);

        if (field && last && field < last) {
            char message[64];

            (void)snprintf(message, sizeof message, "%s stands after %s", field->name, last->name);
            return lint_add(walk->lint, RULE_MEMBER_ORDER, field->name, key->pos,
                            "put cdiVersion and kind first, and containerEdits last", message,
                            walk->err);
        }
        last = field ? field : last;
    }
    return 0;
}

int validate_spec(struct walk *walk)
{
    int r = check_version(walk);

    if (r == 0)
        r = check_kind(walk);
    if (r == 0 && walk_warns(walk))
        r = warn_of_annotations(walk, NULL, &walk->spec->annotations);
    if (r == 0 && walk_wants(walk, RULE_MEMBER_ORDER))
        r = warn_of_order(walk);
    if (r == 0)
        r = validate_edits(walk, MEMBER(NULL, "containerEdits"), &walk->spec->edits);
    if (r == 0)
        r = check_devices(walk);
    return r;
}
