/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/compat.h"

#include <string.h>

#include "base/semver.h"

static bool parse(const char *text, struct semver *out)
{
    return semver_parse(text, strlen(text), out);
}

static bool supports(const struct compat_note *note, uint64_t branch)
{
    for (size_t i = 0; i < note->n_drivers; i++)
        if (note->drivers[i] == branch)
            return true;
    return false;
}

const char *compat_library_version(const char *name)
{
    static const char prefix[] = "libcuda.so.";

    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return NULL;
    name += sizeof prefix - 1;
    return strchr(name, '.') ? name : NULL;
}

bool compat_wanted(const struct compat_facts *facts)
{
    const struct compat_note *note = &facts->note;
    struct semver library, host, library_cuda, host_cuda;
    bool drivers = parse(facts->library, &library) && parse(facts->host_driver, &host);

    if (!note->there)
        return drivers && !*facts->host_cuda && host.numbers[0] < library.numbers[0];
    if (drivers)
        return supports(note, host.numbers[0]) && semver_compare(&library, &host) > 0;
    return parse(facts->host_cuda, &host_cuda) && parse(note->cuda, &library_cuda) &&
           semver_compare(&library_cuda, &host_cuda) > 0;
}
