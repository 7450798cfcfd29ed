/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/engine.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/quote.h"

/*
 * Sources: go.mod (moby: vendor.mod) at the tags of each project's repository, the module
 * container-device-interface (tags.cncf.io, until 2023 github.com/container-orchestrated-devices);
 * and at the tags of that library the versions that it accepts: pkg/cdi/spec.go until v0.5.3, then
 * pkg/cdi/version.go and specs-go/config.go. Its releases v0.4.0, v0.5.x, v0.6.x, v0.7.x, v0.8.x,
 * v1.0.x and v1.1.0 read up to 0.4.0, 0.5.0, 0.6.0, 0.7.0, 0.8.0, 1.0.0 and 1.1.0; v0.3.x to 0.3.0.
 */

/* Each: the version, that of the library in it, and what that reads. */
/* clang-format off */

/* podman 3.2 to 4.0 had the library before its v0.3.0, and read nothing above 0.2.0. */
static const struct engine_release podman[] = {
    {{4, 1, 0}, {0, 4, 0}, "0.4.0"},
    {{4, 3, 0}, {0, 5, 2}, "0.5.0"},
    {{4, 7, 0}, {0, 6, 1}, "0.6.0"},
    {{5, 1, 0}, {0, 7, 2}, "0.7.0"},
    {{5, 2, 0}, {0, 8, 0}, "0.8.0"},
    {{5, 5, 0}, {1, 0, 1}, "1.0.0"},
};

static const struct engine_release docker[] = {
    {{25, 0, 0}, {0, 6, 2}, "0.6.0"},
    {{25, 0, 17}, {0, 8, 1}, "0.8.0"},
    {{26, 0, 0}, {0, 6, 2}, "0.6.0"},
    {{26, 1, 0}, {0, 7, 1}, "0.7.0"},
    {{27, 4, 0}, {0, 8, 0}, "0.8.0"},
    {{28, 1, 0}, {1, 0, 1}, "1.0.0"},
    {{29, 2, 0}, {1, 1, 0}, "1.1.0"},
};

static const struct engine_release containerd[] = {
    {{1, 7, 0}, {0, 5, 4}, "0.5.0"},
    {{1, 7, 12}, {0, 6, 1}, "0.6.0"},
    {{1, 7, 16}, {0, 7, 2}, "0.7.0"},
    {{1, 7, 27}, {0, 8, 1}, "0.8.0"},
    {{2, 0, 5}, {1, 0, 0}, "1.0.0"}, /* 2.0.0 has v0.8.0 */
    {{2, 2, 1}, {1, 1, 0}, "1.1.0"},
};

static const struct engine_release crio[] = {
    {{1, 24, 0}, {0, 3, 2}, "0.3.0"},
    {{1, 25, 0}, {0, 5, 0}, "0.5.0"},
    {{1, 28, 0}, {0, 6, 0}, "0.6.0"},
    {{1, 30, 0}, {0, 7, 2}, "0.7.0"},
    {{1, 31, 0}, {0, 8, 0}, "0.8.0"},
    {{1, 33, 0}, {1, 0, 1}, "1.0.0"},
    {{1, 35, 0}, {1, 1, 0}, "1.1.0"},
};

/* clang-format on */

#define RELEASES(array) (array), ARRAY_SIZE(array)

const struct engine engines[] = {
    {"podman", RELEASES(podman)},
    {"docker", RELEASES(docker)},
    {"containerd", RELEASES(containerd)},
    {"cri-o", RELEASES(crio)},
    {NULL, NULL, 0},
};

static const struct engine *find(const char *name, size_t len)
{
    for (const struct engine *engine = engines; engine->name; engine++)
        if (strlen(engine->name) == len && memcmp(engine->name, name, len) == 0)
            return engine;
    return NULL;
}

static int unknown(const char *text, size_t len, struct cdi_error *err)
{
    struct nearest near = nearest_init(text, len);
    char all[128] = "";
    size_t used = 0;

    for (const struct engine *engine = engines; engine->name; engine++) {
        nearest_offer(&near, engine->name);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "",
                                 engine->name);
    }
    if (near.best)
        return cdi_error_set(err, CDI_ERR_USAGE, "unknown engine in %s (did you mean %s?)",
                             quote_string(text).text, near.best);
    return cdi_error_set(err, CDI_ERR_USAGE, "unknown engine in %s: it is one of %s",
                         quote_string(text).text, all);
}

/* Reads one to three numbers with dots between them, and passes over a package's suffix. */
static bool parse_version(const char *text, unsigned version[3])
{
    text += *text == 'v';
    for (size_t i = 0; i < 3; i++) {
        if (!ascii_isdigit(*text))
            return false;
        for (; ascii_isdigit(*text); text++) {
            if (version[i] > (UINT_MAX - 9) / 10)
                return false;
            version[i] = version[i] * 10 + (unsigned)(*text - '0');
        }
        if (*text == '\0' || strchr("-+~", *text))
            return true;
        if (*text++ != '.')
            return false;
    }
    return false;
}

static int compare(const unsigned a[3], const unsigned b[3])
{
    for (size_t i = 0; i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

/* Reads what follows the name of an engine: nothing, or '@' and a version. */
static int parse(const struct engine *engine, const char *text, bool versionless,
                 struct engine_version *out, struct cdi_error *err)
{
    const struct engine_release *newest = &engine->releases[engine->n_releases - 1];
    const char *number = strchr(text, '@');

    *out = (struct engine_version){.engine = engine, .has_number = number != NULL};
    if (number ? !parse_version(number + 1, out->number) : !versionless)
        return cdi_error_set(err, CDI_ERR_USAGE,
                             "%s is not an engine with its version, such as %s@%u.%u.%u",
                             quote_string(text).text, engine->name, newest->version[0],
                             newest->version[1], newest->version[2]);
    for (size_t i = 0; number && i < engine->n_releases; i++)
        if (compare(engine->releases[i].version, out->number) <= 0)
            out->release = &engine->releases[i];
    return 0;
}

int engine_parse_any(const char *text, struct engine_version *out, struct cdi_error *err)
{
    size_t len = strcspn(text, "@");
    const struct engine *engine = find(text, len);

    return engine ? parse(engine, text, true, out, err) : unknown(text, len, err);
}

int engine_parse(const char *text, struct engine_version *out, struct cdi_error *err)
{
    size_t len = strcspn(text, "@");
    const struct engine *engine = find(text, len);
    int r = engine ? parse(engine, text, false, out, err) : unknown(text, len, err);

    if (!engine || r < 0 || out->release)
        return r;
    return cdi_error_set(err, CDI_ERR_USAGE, "%s reads no CDI document: %s does from %u.%u.%u on",
                         quote_string(text).text, engine->name, engine->releases[0].version[0],
                         engine->releases[0].version[1], engine->releases[0].version[2]);
}

bool engine_is_at_least(const struct engine_version *engine, unsigned major, unsigned minor)
{
    const unsigned wanted[3] = {major, minor, 0};

    return engine->has_number && compare(engine->number, wanted) >= 0;
}

const char *engine_max_cdi_version(const struct engine_version *engine)
{
    return engine->release->cdi;
}
