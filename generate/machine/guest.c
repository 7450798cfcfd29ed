/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/guest.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

/*
 * LAZY: a library may refer to symbols that are not there and that nobody calls. LOCAL: every
 * function is taken by dlsym(), so the library's symbols need not, and should not, stand in
 * for anybody else's.
 */
#define OPEN_FLAGS (RTLD_LAZY | RTLD_LOCAL)

_Static_assert(sizeof(void *) == sizeof(void (*)(void)), "POSIX: dlsym() returns functions");

/* How many guests are there, and the descriptor of our standard output as long as there are. */
static int guests, output = -1;

/* Standard output may be a document, in which a library's messages have no place. */
static void welcome(void)
{
    if (guests++ > 0)
        return;
    (void)fflush(stdout);
    output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (output >= 0)
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
}

static void bid_farewell(void)
{
    if (--guests > 0)
        return;
    (void)fflush(stdout);
    if (output < 0)
        return;
    (void)dup2(output, STDOUT_FILENO);
    (void)close(output);
    output = -1;
}

int guest_open(const char *library, void **handle, struct cdi_error *err)
{
    const char *reason;

    welcome();
    *handle = dlopen(library, OPEN_FLAGS);
    if (*handle)
        return 0;
    bid_farewell();
    reason = dlerror();
    return cdi_error_set(err, CDI_ERR_NOTFOUND, "cannot open the library %s: %s", library,
                         reason ? reason : "the loader gives no reason");
}

void guest_close(void **handle)
{
    if (!*handle)
        return;
    (void)dlclose(*handle);
    bid_farewell();
}

static void *find(void *handle, const struct guest_symbol *symbol)
{
    void *function = NULL;

    for (size_t i = 0; i < sizeof symbol->names / sizeof symbol->names[0]; i++)
        if (!function && symbol->names[i])
            function = dlsym(handle, symbol->names[i]);
    return function;
}

const char *guest_resolve(void *handle, const struct guest_symbol *symbols, size_t n,
                          void *functions)
{
    const char *missing = NULL;

    for (size_t i = 0; i < n; i++) {
        void *function = find(handle, &symbols[i]);

        memcpy((char *)functions + symbols[i].offset, &function, sizeof function);
        if (!function && !missing)
            missing = symbols[i].names[0];
    }
    return missing;
}

const char *guest_failure(struct arena *arena, const char *what, const char *text, int code)
{
    if (!text || !*text)
        return arena_printf(arena, "%s failed: error %d", what, code);
    return arena_printf(arena, "%s failed: %.*s (%d)", what, GUEST_TEXT_MAX, text, code);
}
