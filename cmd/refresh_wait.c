/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/refresh_wait.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "cmd/common.h"
#include "generate/ready.h"

/* Procfs tells nobody of changes, so it is looked at again and again; a look takes microseconds. */
#define LOOK_AGAIN_MS   100
#define DEFAULT_SECONDS 30
#define MOST_SECONDS    86400

static long long milliseconds(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int parse_seconds(const char *text, long *out, struct cdi_error *err)
{
    char *end;

    *out = DEFAULT_SECONDS;
    if (!*text)
        return 0;
    errno = 0;
    *out = strtol(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || *out > MOST_SECONDS)
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "--wait cannot be '%s': it is a number of seconds up to %d", text,
                             MOST_SECONDS);
    return 0;
}

int refresh_wait_start(struct refresh_wait *wait, const char *text, struct cdi_error *err)
{
    int r;

    *wait = (struct refresh_wait){.limited = text};
    if (!text)
        return 0;
    r = parse_seconds(text, &wait->seconds, err);
    if (r == 0)
        wait->end = milliseconds() + wait->seconds * 1000LL;
    return r;
}

/* Passes the time until the next look; false if there is none left. */
static bool take_a_nap(const struct refresh_wait *wait)
{
    static const struct timespec nap = {.tv_nsec = LOOK_AGAIN_MS * 1000000L};

    if (milliseconds() >= wait->end)
        return false;
    (void)nanosleep(&nap, NULL);
    return true;
}

int refresh_wait_for_driver(const struct refresh_wait *wait, const struct call *call,
                            const struct generate_options *options, struct cdi_error *err)
{
    bool told = false;

    while (wait->limited) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *missing;
        int r = arena ? driver_ready(options, arena, &missing, err) : cdi_error_nomem(err);

        if (r < 0 || !missing)
            return r;
        if (!told)
            message_detail(call, "waiting for the driver: %s", missing);
        told = true;
        if (!take_a_nap(wait))
            return cdi_error_set(err, CDI_ERR_NOTFOUND, "the driver is not ready after %ld s: %s",
                                 wait->seconds, missing);
    }
    return 0;
}

int refresh_wait_for_lock(const struct refresh_wait *wait, const struct call *call,
                          struct refresh_state *state, struct cdi_error *err)
{
    bool told = false;
    int r;

    while ((r = refresh_state_lock(state, !wait->limited, err)) > 0) {
        if (!told)
            message_detail(call, "waiting for another refresh, which has locked %s", state->path);
        told = true;
        if (!take_a_nap(wait))
            return cdi_error_set_at(err, CDI_ERR_IO, state->path, (struct cdi_position){0, 0},
                                    "still locked after %ld s: another refresh of the document is "
                                    "not done",
                                    wait->seconds);
    }
    return r;
}
