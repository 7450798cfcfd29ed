/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the name of a file in a spec dir means. Source: the CDI Go library, pkg/cdi/spec-dirs.go,
 * which goes by filepath.Ext(): what begins with the last dot, so that ".yaml" is a name, too.
 */
#ifndef CDIKIT_CDI_SPEC_NAME_H
#define CDIKIT_CDI_SPEC_NAME_H

#include <stddef.h>

#include <cdikit/spec.h>

enum spec_name_kind {
    SPEC_NAME_OTHER,
    SPEC_NAME_LOADED,     /* engines read it: x.yaml, x.json */
    SPEC_NAME_LOOK_ALIKE, /* it was meant for a document, and they pass over it: x.yml, x.JSON */
};

struct spec_name {
    enum spec_name_kind kind;
    size_t stem;            /* how much of the name, or path, stands before the ending */
    const char *ending;     /* with which engines load it, ".yaml" or ".json"; NULL for others */
    enum cdi_format format; /* that goes with the ending */
};

/* Of a name or a path. */
struct spec_name spec_name(const char *name);

#endif
