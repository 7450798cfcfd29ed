/* SPDX-License-Identifier: Apache-2.0 */
/* Where the sections of an OCI document are. Source: OCI runtime-spec, config.md. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "apply/oci.h"

/* A section, beneath one that stands before it here, under the last word of its path. */
struct section {
    const char *path;
    enum oci_section parent;
    enum json_type type;
};

static const struct section sections[OCI_N_SECTIONS] = {
    [OCI_ROOT] = {"", OCI_ROOT, JSON_OBJECT},
    [OCI_ANNOTATIONS] = {"annotations", OCI_ROOT, JSON_OBJECT},
    [OCI_PROCESS] = {"process", OCI_ROOT, JSON_OBJECT},
    [OCI_ENV] = {"process.env", OCI_PROCESS, JSON_ARRAY},
    [OCI_USER] = {"process.user", OCI_PROCESS, JSON_OBJECT},
    [OCI_GIDS] = {"process.user.additionalGids", OCI_USER, JSON_ARRAY},
    [OCI_MOUNTS] = {"mounts", OCI_ROOT, JSON_ARRAY},
    [OCI_HOOKS] = {"hooks", OCI_ROOT, JSON_OBJECT},
    [OCI_HOOKS_PRESTART] = {"hooks.prestart", OCI_HOOKS, JSON_ARRAY},
    [OCI_HOOKS_CREATE_RUNTIME] = {"hooks.createRuntime", OCI_HOOKS, JSON_ARRAY},
    [OCI_HOOKS_CREATE_CONTAINER] = {"hooks.createContainer", OCI_HOOKS, JSON_ARRAY},
    [OCI_HOOKS_START_CONTAINER] = {"hooks.startContainer", OCI_HOOKS, JSON_ARRAY},
    [OCI_HOOKS_POSTSTART] = {"hooks.poststart", OCI_HOOKS, JSON_ARRAY},
    [OCI_HOOKS_POSTSTOP] = {"hooks.poststop", OCI_HOOKS, JSON_ARRAY},
    [OCI_LINUX] = {"linux", OCI_ROOT, JSON_OBJECT},
    [OCI_DEVICES] = {"linux.devices", OCI_LINUX, JSON_ARRAY},
    [OCI_RESOURCES] = {"linux.resources", OCI_LINUX, JSON_OBJECT},
    [OCI_DEVICE_RULES] = {"linux.resources.devices", OCI_RESOURCES, JSON_ARRAY},
    [OCI_NAMESPACES] = {"linux.namespaces", OCI_LINUX, JSON_ARRAY},
    [OCI_NET_DEVICES] = {"linux.netDevices", OCI_LINUX, JSON_OBJECT},
    [OCI_INTEL_RDT] = {"linux.intelRdt", OCI_LINUX, JSON_OBJECT},
};

/* The member name of a section. */
static const char *section_name(enum oci_section section)
{
    const char *dot = strrchr(sections[section].path, '.');

    return dot ? dot + 1 : sections[section].path;
}

int oci_type_error(const struct cdi_oci *oci, const struct json *value, const char *what,
                   const char *must_be, struct cdi_error *err)
{
    struct cdi_position pos = json_position(&oci->doc, value);

    if (value->type == JSON_NUMBER)
        return cdi_error_set_at(err, CDI_ERR_INVALID, oci->name, pos,
                                "%s must be %s, found the number %.*s", what, must_be,
                                value->len < 40 ? (int)value->len : 40, value->text);
    return cdi_error_set_at(err, CDI_ERR_INVALID, oci->name, pos, "%s must be %s, found %s", what,
                            must_be, json_type_name(value->type));
}

/* One character of a member name, folded as Go's decoder does: also U+017F and U+212A. */
static int fold(const char **p, const char *end)
{
    int c = (unsigned char)*(*p)++;

    if (c == 0xc5 && end - *p >= 1 && memcmp(*p, "\xbf", 1) == 0) {
        *p += 1;
        return 's';
    }
    if (c == 0xe2 && end - *p >= 2 && memcmp(*p, "\x84\xaa", 2) == 0) {
        *p += 2;
        return 'k';
    }
    return c < 0x80 ? tolower(c) : c;
}

static bool same_folded(const char *key, size_t key_len, const char *name)
{
    const char *end = key + key_len;

    while (key < end && *name)
        if (fold(&key, end) != tolower((unsigned char)*name++))
            return false;
    return key == end && !*name;
}

static bool has_name(const struct json *member, const char *name)
{
    return strlen(name) == member->key_len && memcmp(member->key, name, member->key_len) == 0;
}

/*
 * Finds a member of an object. Go decodes member names without regard to letter case, so runc
 * does and the document says what runc reads: another spelling is the member too, and two
 * spellings in one object are INVALID. *out is NULL when the member is absent.
 */
static int find_member(struct cdi_oci *oci, struct json *object, const char *name,
                       struct json **out, struct cdi_error *err)
{
    struct json *found = NULL;

    *out = NULL;
    for (struct json *m = json_first(&oci->doc, object); m; m = m->next) {
        if (!same_folded(m->key, m->key_len, name))
            continue;
        if (found)
            return cdi_error_set_at(err, CDI_ERR_INVALID, oci->name, json_position(&oci->doc, m),
                                    "\"%s\" is there twice, in different letter case, which "
                                    "runtimes understand differently",
                                    name);
        found = m;
    }
    *out = found;
    return json_check(&oci->doc, err);
}

/* What the types of OCI's Go implementation write even if it is zero. */
static void add_required(struct json_document *doc, enum oci_section section, struct json *v)
{
    if (section == OCI_PROCESS) {
        struct json *user = json_new(doc, JSON_OBJECT);

        add_required(doc, OCI_USER, user);
        json_add(doc, v, "user", user);
        json_add(doc, v, "cwd", json_new_string(doc, ""));
    } else if (section == OCI_USER) {
        json_add(doc, v, "uid", json_new_integer(doc, 0));
        json_add(doc, v, "gid", json_new_integer(doc, 0));
    }
}

/* Makes an absent (v == NULL) or null section an empty one. */
static struct json *create_section(struct json_document *doc, enum oci_section section,
                                   struct json *parent, struct json *v)
{
    if (v) {
        json_fill(doc, v, sections[section].type);
    } else {
        v = json_new(doc, sections[section].type);
        json_add(doc, parent, section_name(section), v);
    }
    add_required(doc, section, v);
    return v;
}

/* Finds a section in its parent; *out is NULL if it is absent, and may be a null. */
static int find_section(struct cdi_oci *oci, enum oci_section section, struct json *parent,
                        struct json **out, struct cdi_error *err)
{
    const struct section *s = &sections[section];
    int r;

    *out = &oci->doc.root;
    if (section != OCI_ROOT) {
        r = find_member(oci, parent, section_name(section), out, err);
        if (r < 0 || !*out)
            return r;
    }
    if ((*out)->type == JSON_NULL || (*out)->type == s->type)
        return 0;
    return oci_type_error(oci, *out, *s->path ? s->path : "an OCI configuration",
                          json_type_name(s->type), err);
}

int oci_section(struct cdi_oci *oci, enum oci_section section, bool create, struct json **out,
                struct cdi_error *err)
{
    struct json *parent = NULL, *v;
    int r = 0;

    *out = NULL;
    if (section != OCI_ROOT) {
        r = oci_section(oci, sections[section].parent, create, &parent, err);
        if (r < 0 || !parent)
            return r;
    }
    r = find_section(oci, section, parent, &v, err);
    if (r < 0)
        return r;
    if (v && create && section != OCI_ROOT && !has_name(v, section_name(section)))
        json_rename(&oci->doc, v, section_name(section));
    if (!v || v->type == JSON_NULL)
        v = create ? create_section(&oci->doc, section, parent, v) : NULL;
    *out = v;
    return json_check(&oci->doc, err);
}

static int check_env(const struct cdi_oci *oci, const struct json *env, struct cdi_error *err)
{
    struct json_walk walk;
    const struct json *v;

    if (!env || env->type != JSON_ARRAY)
        return 0;
    walk = json_walk(env);
    while ((v = json_walk_next(&walk)))
        if (v->type != JSON_STRING && v->type != JSON_NULL)
            return oci_type_error(oci, v, "an element of process.env", "a string", err);
    return 0;
}

int oci_check_sections(struct cdi_oci *oci, struct cdi_error *err)
{
    struct json *found[OCI_N_SECTIONS] = {NULL};

    for (enum oci_section s = OCI_ROOT; s < OCI_N_SECTIONS; s++) {
        int r = find_section(oci, s, found[sections[s].parent], &found[s], err);

        if (r < 0)
            return r;
    }
    return check_env(oci, found[OCI_ENV], err);
}

/* An element of a list, or a member of one, is of a wrong type. */
static int element_error(const struct cdi_oci *oci, enum oci_section list, const struct json *value,
                         const char *name, struct cdi_error *err)
{
    char what[128];

    if (name)
        (void)snprintf(what, sizeof what, "\"%s\" of an element of %s", name, sections[list].path);
    else
        (void)snprintf(what, sizeof what, "an element of %s", sections[list].path);
    return oci_type_error(oci, value, what, name ? "a string" : "an object", err);
}

int oci_element_text(struct cdi_oci *oci, enum oci_section list, struct json *element,
                     const char *name, const char **out, struct cdi_error *err)
{
    struct json *v;
    int r;

    *out = "";
    if (element->type == JSON_NULL)
        return 0;
    if (element->type != JSON_OBJECT)
        return element_error(oci, list, element, NULL, err);
    r = find_member(oci, element, name, &v, err);
    if (r < 0 || !v || v->type == JSON_NULL)
        return r;
    if (v->type != JSON_STRING)
        return element_error(oci, list, v, name, err);
    *out = json_string(&oci->doc, v);
    return *out ? 0 : json_check(&oci->doc, err);
}

int oci_user_id(struct cdi_oci *oci, const char *name, uint32_t *out, struct cdi_error *err)
{
    struct json *user, *v = NULL;
    char what[64];
    int r = oci_section(oci, OCI_USER, false, &user, err);

    *out = 0;
    if (r < 0 || !user)
        return r;
    r = find_member(oci, user, name, &v, err);
    if (r < 0 || !v || v->type == JSON_NULL)
        return r;
    if (json_uint32(v, out))
        return 0;
    (void)snprintf(what, sizeof what, "process.user.%s", name);
    return oci_type_error(oci, v, what, "an integer of 32 bits", err);
}
