/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/message.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

#define MESSAGE_SIZE 8192

static bool tell_warnings = true, tell_debug;
static _Thread_local struct hook_listener *warnings_to;

void hook_tell(bool warnings, bool debug)
{
    tell_warnings = warnings;
    tell_debug = debug && warnings;
}

struct hook_listener *hook_listen(struct hook_listener *listener)
{
    struct hook_listener *before = warnings_to;

    warnings_to = listener;
    return before;
}

static void say(const char *kind, const char *text)
{
    char message[MESSAGE_SIZE];

    log_clean(text, message, sizeof message);
    (void)dprintf(STDERR_FILENO, "cdikit-hook: %s%s\n", kind, message);
}

void hook_warn(const char *fmt, ...)
{
    char text[MESSAGE_SIZE];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (warnings_to)
        warnings_to->warn(warnings_to, text);
    else if (tell_warnings)
        say("warning: ", text);
}

void hook_debug(const char *fmt, ...)
{
    char text[MESSAGE_SIZE];
    va_list ap;

    if (!tell_debug)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    say("debug: ", text);
}

void hook_complain(struct cdi_error *err)
{
    char text[MESSAGE_SIZE];

    (void)cdi_error_format(err, text, sizeof text);
    say("", text);
    cdi_error_clear(err);
}
