/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/error.h>

#include "base/cleanup.h"
#include "base/error.h"

/* What *err says when there is no memory for saying more; never freed. */
static char out_of_memory[] = "out of memory";

void cdi_error_clear(struct cdi_error *err)
{
    if (!err)
        return;
    free(err->file);
    if (err->message != out_of_memory)
        free(err->message);
    *err = (struct cdi_error)CDI_ERROR_INIT;
}

int cdi_error_nomem(struct cdi_error *err)
{
    if (err) {
        cdi_error_clear(err);
        err->code = CDI_ERR_NOMEM;
        err->os_errno = ENOMEM;
        err->message = out_of_memory;
    }
    return -CDI_ERR_NOMEM;
}

CDI_PRINTF(3, 0)
static int error_setv(struct cdi_error *err, enum cdi_errc code, const char *fmt, va_list ap)
{
    char *message;

    if (!err)
        return -(int)code;
    /* The old message may be among the arguments: format before clearing. */
    if (vasprintf(&message, fmt, ap) < 0)
        return cdi_error_nomem(err);
    cdi_error_clear(err);
    err->code = code;
    err->message = message;
    return -(int)code;
}

int cdi_error_set(struct cdi_error *err, enum cdi_errc code, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = error_setv(err, code, fmt, ap);
    va_end(ap);
    return r;
}

int cdi_error_set_errno(struct cdi_error *err, int os_errno, const char *fmt, ...)
{
    enum cdi_errc code = os_errno == ENOMEM ? CDI_ERR_NOMEM : CDI_ERR_IO;
    _cleanup_free_ char *what = NULL;
    va_list ap;
    int r;

    if (!err)
        return -(int)code;
    va_start(ap, fmt);
    r = vasprintf(&what, fmt, ap);
    va_end(ap);
    if (r < 0) {
        what = NULL;
        return cdi_error_nomem(err);
    }
    r = cdi_error_set(err, code, "%s: %s", what, strerror(os_errno));
    err->os_errno = os_errno;
    return r;
}

int cdi_error_set_at(struct cdi_error *err, enum cdi_errc code, const char *file,
                     struct cdi_position pos, const char *fmt, ...)
{
    /* The file may be the old one of *err: copy before clearing. */
    _cleanup_free_ char *copy = err && file ? strdup(file) : NULL;
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = error_setv(err, code, fmt, ap);
    va_end(ap);
    if (!err || err->message == out_of_memory)
        return r;
    err->pos = pos;
    err->file = TAKE_PTR(copy);
    return r;
}

int cdi_error_wrap(struct cdi_error *err, int r, const char *fmt, ...)
{
    _cleanup_free_ char *what = NULL;
    char *message;
    va_list ap;
    int len;

    if (!err)
        return r;
    va_start(ap, fmt);
    len = vasprintf(&what, fmt, ap);
    va_end(ap);
    if (len < 0) {
        what = NULL;
        return r;
    }
    /* Without memory for the context the cause alone is still worth having. */
    if (asprintf(&message, "%s: %s", what, err->message ? err->message : "unknown error") < 0)
        return r;
    if (err->message != out_of_memory)
        free(err->message);
    err->message = message;
    return r;
}

int error_move(struct cdi_error *from, int r, struct cdi_error *err)
{
    if (!err)
        return r;
    cdi_error_clear(err);
    *err = *from;
    *from = (struct cdi_error)CDI_ERROR_INIT;
    return r;
}

void cdi_error_set_file(struct cdi_error *err, const char *file)
{
    if (err && file && !err->file)
        err->file = strdup(file);
}

int cdi_error_format(const struct cdi_error *err, char *buf, size_t size)
{
    const char *message = err->message ? err->message : "unknown error";

    if (!err->file)
        return snprintf(buf, size, "%s", message);
    if (!err->pos.line)
        return snprintf(buf, size, "%s: %s", err->file, message);
    if (!err->pos.column)
        return snprintf(buf, size, "%s:%u: %s", err->file, err->pos.line, message);
    return snprintf(buf, size, "%s:%u:%u: %s", err->file, err->pos.line, err->pos.column, message);
}

int cdi_error_exit_status(const struct cdi_error *err)
{
    switch (err->code) {
    case CDI_OK:
        return 0;
    case CDI_ERR_USAGE:
        return 2;
    case CDI_ERR_NOMEM:
    case CDI_ERR_IO:
    case CDI_ERR_UNSUPPORTED:
        return 3;
    case CDI_ERR_SYNTAX:
    case CDI_ERR_INVALID:
    case CDI_ERR_NOTFOUND:
    case CDI_ERR_EXISTS:
    case CDI_ERR_LIMIT:
        return 1;
    }
    return 3;
}
