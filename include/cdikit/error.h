/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors.
 *
 * A function that can fail returns 0 for success and a negative number, -(int)code, for
 * failure, and takes a `struct cdi_error *err` as its last parameter, which may be NULL.
 * On failure it fills *err; on success it leaves *err alone. Callers on the way up add
 * what they were doing with cdi_error_wrap().
 */
#ifndef CDIKIT_ERROR_H
#define CDIKIT_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cdikit/macros.h>

CDI_BEGIN_DECLS

/* What kind of failure it was: enough to choose an exit status or a remedy by. */
enum cdi_errc {
    CDI_OK = 0,
    CDI_ERR_NOMEM,       /* an allocation failed */
    CDI_ERR_IO,          /* a system call failed; os_errno says why */
    CDI_ERR_SYNTAX,      /* the text is not YAML, JSON, TOML ... */
    CDI_ERR_INVALID,     /* well-formed, but against a rule of its specification */
    CDI_ERR_NOTFOUND,    /* what was asked for does not exist, e.g. an unresolvable device */
    CDI_ERR_EXISTS,      /* what should be created exists already */
    CDI_ERR_LIMIT,       /* too large or too deep to be read safely */
    CDI_ERR_USAGE,       /* the caller (or the command line) asked for something meaningless */
    CDI_ERR_UNSUPPORTED, /* the kernel, or this build, cannot do it */
};

/* A place in a text: line and column count from 1, in characters; 0 means unknown. */
struct cdi_position {
    unsigned line;
    unsigned column;
};

/*
 * One failure. A plain struct owned by the caller: start with CDI_ERROR_INIT, and end with
 * cdi_error_clear(), which frees `file` and `message`.
 */
struct cdi_error {
    enum cdi_errc code;
    int os_errno;            /* errno of the failing call, 0 if there was none */
    struct cdi_position pos; /* place in `file`, {0, 0} if unknown */
    char *file;              /* file at fault, NULL if none */
    char *message;           /* a sentence without final newline, never NULL after a failure */
};

#define CDI_ERROR_INIT                \
    {                                 \
        CDI_OK, 0, {0, 0}, NULL, NULL \
    }

/* Frees what *err holds and makes it CDI_ERROR_INIT again. NULL is allowed. */
CDI_EXPORT void cdi_error_clear(struct cdi_error *err);

/*
 * Sets *err (clearing what it held) and returns -(int)code, so that a failing function ends
 * with `return cdi_error_set(err, CDI_ERR_INVALID, "...", ...);`. Works with err == NULL.
 */
CDI_EXPORT int cdi_error_set(struct cdi_error *err, enum cdi_errc code, const char *fmt, ...)
    CDI_PRINTF(3, 4);

/*
 * As cdi_error_set() with CDI_ERR_IO, or CDI_ERR_NOMEM if os_errno is ENOMEM; os_errno is kept,
 * and ": strerror" is appended.
 */
CDI_EXPORT int cdi_error_set_errno(struct cdi_error *err, int os_errno, const char *fmt, ...)
    CDI_PRINTF(3, 4);

/* As cdi_error_set(), with the file and the place in it. `file` is copied and may be NULL. */
CDI_EXPORT int cdi_error_set_at(struct cdi_error *err, enum cdi_errc code, const char *file,
                                struct cdi_position pos, const char *fmt, ...) CDI_PRINTF(5, 6);

/* Sets CDI_ERR_NOMEM; allocates nothing. Returns -CDI_ERR_NOMEM. */
CDI_EXPORT int cdi_error_nomem(struct cdi_error *err);

/*
 * Puts "context: " before the message that *err holds and returns r, the callee's result, so
 * that a caller ends with `return cdi_error_wrap(err, r, "reading %s", path);`. Works with
 * err == NULL.
 */
CDI_EXPORT int cdi_error_wrap(struct cdi_error *err, int r, const char *fmt, ...) CDI_PRINTF(3, 4);

/* Names the file of *err if it has none yet. The text is copied. */
CDI_EXPORT void cdi_error_set_file(struct cdi_error *err, const char *file);

/*
 * The whole error as one line, "file:line:column: message", with only the parts that are
 * known. Writes at most size bytes including the NUL, as snprintf() does, and returns the
 * length of the full text.
 */
CDI_EXPORT int cdi_error_format(const struct cdi_error *err, char *buf, size_t size);

/*
 * The exit status of cdikit's programs for this error: 1 for a document or a request that
 * cannot be accepted, 2 for wrong use, 3 for a failure of the system.
 */
CDI_EXPORT int cdi_error_exit_status(const struct cdi_error *err) CDI_PURE;

CDI_END_DECLS

#endif
