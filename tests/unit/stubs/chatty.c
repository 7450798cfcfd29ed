/* SPDX-License-Identifier: Apache-2.0 */
/* A library that writes to standard output when it is loaded, called and unloaded. */
#include <stdio.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"

static __attribute__((constructor)) void begin(void)
{
    printf("chatty: loaded\n");
}

static __attribute__((destructor)) void end(void)
{
    printf("chatty: unloaded\n");
}

__attribute__((visibility("default"))) int chat(void)
{
    static const char text[] = "chatty: called\n";

    return write(STDOUT_FILENO, text, sizeof text - 1) > 0 ? 0 : 1;
}
