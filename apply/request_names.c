/* SPDX-License-Identifier: Apache-2.0 */
/* Devices as the mode names them. */
#include <string.h>

#include <cdikit/name.h>

#include "apply/keyed_list.h"
#include "apply/request_internal.h"
#include "base/arena.h"
#include "base/ascii.h"
#include "base/quote.h"

bool request_is_generated(const char *device)
{
    return strncmp(device, REQUEST_JIT_KIND "=", strlen(REQUEST_JIT_KIND "=")) == 0;
}

bool request_all_qualified(const struct request_strings *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (!cdi_name_is_qualified(names->items[i]))
            return false;
    return names->n > 0;
}

int request_unique(struct request_job *job, struct request_names *names, struct cdi_error *err)
{
    struct keyed_list known;
    size_t kept = 0;

    if (names->n < 2)
        return 0;
    if (!keyed_list_init(&known, job->arena, names->n))
        return cdi_error_nomem(err);
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->items[i];

        if (keyed_list_add_key(&known, name, strlen(name)))
            names->items[kept++] = name;
        else
            request_note(job, false, "%s is asked for again, and served once",
                         quote_string(name).text);
    }
    if (known.failed)
        return cdi_error_nomem(err);
    names->n = kept;
    return 0;
}

/* "0-3": of ranges none of NVIDIA's tools knows, though people write them. */
static bool looks_like_range(const char *name)
{
    const char *dash = name;

    while (ascii_isdigit(*dash))
        dash++;
    if (dash == name || *dash != '-' || !dash[1])
        return false;
    return dash[1 + strspn(dash + 1, "0123456789")] == '\0';
}

static int qualify(struct request_job *job, const char *kind, struct cdi_error *err)
{
    size_t n_plain = 0;

    for (size_t i = 0; i < job->devices.n; i++) {
        const char **name = &job->devices.items[i];

        if (cdi_name_is_qualified(*name))
            continue;
        *name = arena_printf(job->arena, "%s=%s", kind, **name ? *name : "none");
        if (!*name)
            return cdi_error_nomem(err);
        n_plain++;
    }
    if (n_plain)
        request_note(job, false, "names that are not qualified (%zu of %zu) are of the kind %s",
                     n_plain, job->devices.n, kind);
    return 0;
}

int request_name_devices(struct request_job *job, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; i < job->devices.n; i++)
        if (looks_like_range(job->devices.items[i]))
            request_note(job, true,
                         "%s is taken as the name of one device: there are no ranges, each device "
                         "is named",
                         quote_string(job->devices.items[i]).text);
    if (job->out->mode == REQUEST_CDI)
        r = qualify(job, job->rules->default_kind, err);
    else if (job->out->mode == REQUEST_JIT_CDI)
        r = qualify(job, REQUEST_JIT_KIND, err);
    return r < 0 ? r : request_unique(job, &job->devices, err);
}
