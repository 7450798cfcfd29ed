/* SPDX-License-Identifier: Apache-2.0 */
/* Messages go to standard error, which runtimes show when a hook fails. */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "hooks/hook.h"

#define MESSAGE_SIZE 8192

static void say(const char *kind, const char *text)
{
    char message[MESSAGE_SIZE];

    log_clean(text, message, sizeof message);
    (void)dprintf(STDERR_FILENO, "cdikit-hook: %s%s\n", kind, message);
}

void hook_warn(const char *message)
{
    say("warning: ", message);
}

void hook_complain(struct cdi_error *err)
{
    char text[MESSAGE_SIZE];

    (void)cdi_error_format(err, text, sizeof text);
    say("", text);
    cdi_error_clear(err);
}
