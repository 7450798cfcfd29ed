/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoder and its reports share. */
#ifndef CDIKIT_CDI_DECODE_INTERNAL_H
#define CDIKIT_CDI_DECODE_INTERNAL_H

#include "cdi/decode.h"
#include "cdi/lint.h"

struct decoder {
    struct arena *arena;
    const char *file;
    struct decode_sink *sink; /* NULL: the first refusal ends the decoding */
    struct cdi_error *err;
};

/*
 * Refuses what is at a place: the error is set, or with a sink there is a finding, and 0 says to
 * go on as if it were absent. `hint` may be "".
 */
int decode_refuse(const struct decoder *d, enum rule rule, struct cdi_position pos,
                  const struct member *at, const char *hint, const char *fmt, ...) CDI_PRINTF(6, 7);

/* Refuses a value that is not what is wanted, and notes that it was not read. */
int decode_wrong_type(const struct decoder *d, const struct yaml_node *node,
                      const struct member *at, const char *wanted);

/* Notes that there is a member which was not read. */
int decode_note_unread(const struct decoder *d, const struct member *at);

/* Notes that a scalar without quotes has become a string that differs from its text. */
int decode_note_coerced(const struct decoder *d, const struct yaml_node *node, const char *string,
                        const struct member *at);

/* Notes that a field is spelt in another case than its own. */
int decode_note_case(const struct decoder *d, const struct field *field,
                     const struct yaml_node *key, const struct member *at);

#endif
