/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnose/report.h"

#include <stdarg.h>

#include "base/strbuf.h"
#include "cdi/finding_list.h"

CDI_PRINTF(6, 0)
static int add(const struct report_to *to, enum rule rule, const char *path,
               struct cdi_position pos, const char *hint, const char *fmt, va_list ap)
{
    _cleanup_strbuf_ struct strbuf message = STRBUF_INIT;

    strbuf_vprintf(&message, fmt, ap);
    if (message.failed)
        return cdi_error_nomem(to->err);
    return finding_list_add_rule(to->findings, &rules[rule], path, pos, hint, message.s, to->err);
}

int report_at(const struct report_to *to, enum rule rule, const char *path, struct cdi_position pos,
              const char *hint, const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = add(to, rule, path, pos, hint, fmt, ap);
    va_end(ap);
    return r;
}

int report(const struct report_to *to, enum rule rule, const struct member *at, const char *hint,
           const char *fmt, ...)
{
    struct member_path path = member_path(at, "");
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = add(to, rule, path.text, cdi_spec_position(to->spec, path.text), hint, fmt, ap);
    va_end(ap);
    return r;
}
