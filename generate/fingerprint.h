/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a document was generated from, as a text: if all of it is still so, generating again
 * would give the same document. The text is
 *
 *     cdikit fingerprint 1 VERSION     of cdikit
 *     asked HASH                       the options, and where the documents are; or -
 *     sr h:8c5b... /proc/driver/nvidia/version
 *     ...                              where and how it was looked, the fact, the path
 *     end HASH                         of all before
 *
 * Bytes of a path that are no graphic ASCII, and '%', are written as %XX.
 */
#ifndef CDIKIT_GENERATE_FINGERPRINT_H
#define CDIKIT_GENERATE_FINGERPRINT_H

#include <stddef.h>

#include <cdikit/error.h>

struct arena;
struct generate_options;
struct strbuf;

/* Where a path is looked up. */
enum fingerprint_where {
    FINGERPRINT_SYSTEM = 's',
    FINGERPRINT_DRIVER = 'd', /* in the driver root */
    FINGERPRINT_DEV = 'n',    /* in the dev root */
    FINGERPRINT_OUTPUT = 'o', /* a document, by the path that was given */
};

/* How it is looked at. */
enum fingerprint_how {
    FINGERPRINT_STAT = 's',
    FINGERPRINT_LSTAT = 'l',
    FINGERPRINT_READ = 'r',
    FINGERPRINT_LIST = 'd',
};

/* What was seen at a path. The texts are those of facts.h; here they are only compared. */
struct fingerprint_fact {
    enum fingerprint_where where;
    enum fingerprint_how how;
    const char *path;
    const char *fact; /* graphic ASCII */
};

#define FINGERPRINT_ABSENT   "-" /* the fact of a path that leads nowhere */
#define FINGERPRINT_FLEETING '?' /* ends a fact that may change without a trace */

#define FINGERPRINT_HASH_SIZE 17 /* 16 digits and a NUL */

struct fingerprint {
    const char *asked; /* fingerprint_asked(); NULL: only documents are told of, not their source */
    struct fingerprint_fact *facts;
    size_t n;
};

/* A hash of bytes that is the same in every process; no protection from who wants two alike. */
void fingerprint_hash(const void *data, size_t len, char out[FINGERPRINT_HASH_SIZE]);

/*
 * Stands for all that is asked of generate(), where its documents go, in what format and version:
 * each member of the options but those that make no other document (explain, sources).
 */
int fingerprint_asked(const struct generate_options *options, const char *output, int format,
                      const char *max_version, char out[FINGERPRINT_HASH_SIZE],
                      struct cdi_error *err) CDI_MUST_CHECK;

void fingerprint_format(const struct fingerprint *fingerprint, struct strbuf *out);

/*
 * Reads the text, into the arena. Errors: INVALID (torn, changed, or of another version of
 * cdikit), NOMEM.
 */
int fingerprint_parse(const char *text, size_t len, struct arena *arena, struct fingerprint *out,
                      struct cdi_error *err) CDI_MUST_CHECK;

/* What became of a path: "appeared", "vanished" or "changed"; NULL if it is as it was. */
const char *fingerprint_change(const char *before, const char *now) CDI_PURE;

#endif
