/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/message.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

#define MESSAGE_SIZE 8192

static bool tell_warnings = true, tell_debug;

void hook_tell(bool warnings, bool debug)
{
    tell_warnings = warnings;
    tell_debug = debug && warnings;
}

static void say(const char *kind, const char *text)
{
    char message[MESSAGE_SIZE];

    log_clean(text, message, sizeof message);
    (void)dprintf(STDERR_FILENO, "cdikit-hook: %s%s\n", kind, message);
}

CDI_PRINTF(2, 0)
static void say_formatted(const char *kind, const char *fmt, va_list ap)
{
    char text[MESSAGE_SIZE];

    (void)vsnprintf(text, sizeof text, fmt, ap);
    say(kind, text);
}

void hook_warn(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (tell_warnings)
        say_formatted("warning: ", fmt, ap);
    va_end(ap);
}

void hook_debug(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (tell_debug)
        say_formatted("debug: ", fmt, ap);
    va_end(ap);
}

void hook_complain(struct cdi_error *err)
{
    char text[MESSAGE_SIZE];

    (void)cdi_error_format(err, text, sizeof text);
    say("", text);
    cdi_error_clear(err);
}
