/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qualified device names, VENDOR/CLASS=NAME, and their parts.
 * Source: CDI SPEC.md, "kind" and "devices"; the rules are those of the CDI Go library's
 * parser package (main branch).
 */
#ifndef CDIKIT_NAME_H
#define CDIKIT_NAME_H

#include <stddef.h>

#include <cdikit/error.h>

CDI_BEGIN_DECLS

/* A part of a longer string: not NUL-terminated, owned by that string. */
struct cdi_slice {
    const char *s;
    size_t len;
};

/* A qualified device name, split. */
struct cdi_name {
    struct cdi_slice vendor;
    struct cdi_slice class_;
    struct cdi_slice device;
};

/* A vendor, class or device name against its rule; the error says which character is wrong. */
CDI_EXPORT int cdi_vendor_check(struct cdi_slice vendor, struct cdi_error *err) CDI_MUST_CHECK;
CDI_EXPORT int cdi_class_check(struct cdi_slice class_, struct cdi_error *err) CDI_MUST_CHECK;
CDI_EXPORT int cdi_device_name_check(struct cdi_slice name, struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Splits without checking the parts: at the first '=', then at the first '/' before it, all
 * three parts non-empty. Returns false, with *out->device the whole name and the others empty,
 * if that is impossible.
 */
CDI_EXPORT bool cdi_name_split(const char *name, struct cdi_name *out);

/* Splits and checks. On error *out is as cdi_name_split() leaves an unqualified name. */
CDI_EXPORT int cdi_name_parse(const char *name, struct cdi_name *out,
                              struct cdi_error *err) CDI_MUST_CHECK;

/* True if cdi_name_parse() succeeds. */
CDI_EXPORT bool cdi_name_is_qualified(const char *name);

/*
 * Splits a kind, VENDOR/CLASS, at its first '/'. Returns false, both parts empty, when there
 * is no '/' or a half is empty. Checks nothing else.
 */
CDI_EXPORT bool cdi_kind_split(const char *kind, struct cdi_slice *vendor,
                               struct cdi_slice *class_);

CDI_END_DECLS

#endif
