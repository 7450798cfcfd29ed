/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/sandboxutils.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "generate/machine/guest.h"
#include "generate/machine/sandboxutils_abi.h"

/* A list with more files than this is taken for a circle. */
#define MAX_FILES 4096U

#define SYMBOL(member, name)                             \
    {                                                    \
        offsetof(struct sandboxutils_functions, member), \
        {                                                \
            name                                         \
        }                                                \
    }

static const struct guest_symbol symbols[] = {
    SYMBOL(init, "nvSandboxUtilsInit"),
    SYMBOL(shutdown, "nvSandboxUtilsShutdown"),
    SYMBOL(driver_version, "nvSandboxUtilsGetDriverVersion"),
    SYMBOL(query, "nvSandboxUtilsGetGpuResource"),
    SYMBOL(content, "nvSandboxUtilsGetFileContent"),
};

/* Not every release of the library has it. */
struct texts {
    const char *(*error_string)(int code);
};
static const struct guest_symbol text_symbols[] = {
    {offsetof(struct texts, error_string), {"nvSandboxUtilsErrorString"}},
};

struct session {
    struct sandboxutils_functions fn;
    struct texts texts;
    struct arena *arena;
};

/* How the library's kinds of files are called here; other kinds are none of a container's. */
static const struct kind {
    int32_t kind;
    enum sandbox_file type;
} kinds[] = {
    {SANDBOXUTILS_GPU_NODE, SANDBOX_GPU_NODE},    {SANDBOXUTILS_CARD_NODE, SANDBOX_DRM_NODE},
    {SANDBOXUTILS_RENDER_NODE, SANDBOX_DRM_NODE}, {SANDBOXUTILS_CARD_LINK, SANDBOX_DRM_LINK},
    {SANDBOXUTILS_RENDER_LINK, SANDBOX_DRM_LINK}, {SANDBOXUTILS_CAP_NODE, SANDBOX_CAP_NODE},
};

static const char *failure(const struct session *session, const char *what, int code)
{
    const char *text = session->texts.error_string ? session->texts.error_string(code) : NULL;

    return guest_failure(session->arena, what, text, code);
}

/* False for a file that is of no use: another kind, or a link without its text. */
static bool type_of(const struct sandboxutils_file *file, enum sandbox_file *type)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (kinds[i].kind != file->kind)
            continue;
        *type = kinds[i].type;
        return *type != SANDBOX_DRM_LINK || file->flags == SANDBOXUTILS_FLAG_CONTENT;
    }
    return false;
}

/* The text of a link; NULL with *problem set, or without memory. */
static const char *link_text(const struct session *session, const struct sandboxutils_file *file,
                             const char **problem)
{
    char content[SANDBOXUTILS_CONTENT_SIZE] = "";
    unsigned size = sizeof content;
    int code = session->fn.content(file->path, content, &size);

    if (code == SANDBOXUTILS_SUCCESS)
        return arena_strndup(session->arena, content, strnlen(content, sizeof content));
    *problem = failure(session, "nvSandboxUtilsGetFileContent", code);
    return NULL;
}

/* Adds a file to a device, or notes why that cannot be done. Returns false without memory. */
static bool add_file(const struct session *session, const struct sandboxutils_file *file,
                     struct sandbox_device *device)
{
    struct sandbox_resource resource = {0};
    size_t len = file->path ? strnlen(file->path, PATH_MAX) : 0;

    if (!type_of(file, &resource.type))
        return true;
    if (len == 0 || len == PATH_MAX) {
        device->problem = "nvSandboxUtilsGetGpuResource gives a file without a usable path";
        return true;
    }
    if (resource.type == SANDBOX_DRM_LINK) {
        resource.content = link_text(session, file, &device->problem);
        if (!resource.content)
            return device->problem != NULL;
    }
    resource.path = arena_strndup(session->arena, file->path, len);
    device->resources = arena_grow(session->arena, device->resources, device->n,
                                   sizeof *device->resources);
    if (!resource.path || !device->resources)
        return false;
    device->resources[device->n++] = resource;
    return true;
}

/* Asks about one device. Returns false without memory. */
static bool read_device(const struct session *session, struct sandbox_device *device)
{
    struct sandboxutils_query query = {.version = SANDBOXUTILS_QUERY_VERSION};
    size_t len = strlen(device->uuid), n = 0;
    int code;

    if (len >= sizeof query.input) {
        device->problem = "its UUID is longer than libnvidia-sandboxutils takes";
        return true;
    }
    memcpy(query.input, device->uuid, len);
    query.type = strncmp(device->uuid, "MIG-", 4) == 0 ? SANDBOXUTILS_QUERY_MIG
                                                       : SANDBOXUTILS_QUERY_GPU;
    code = session->fn.query(&query);
    if (code != SANDBOXUTILS_SUCCESS) {
        device->problem = failure(session, "nvSandboxUtilsGetGpuResource", code);
        return device->problem != NULL;
    }
    for (const struct sandboxutils_file *file = query.files; file && !device->problem;
         file = file->next) {
        if (++n > MAX_FILES)
            device->problem = "nvSandboxUtilsGetGpuResource gives a list without end";
        else if (!add_file(session, file, device))
            return false;
    }
    return true;
}

/* A list that ended in a problem is not used by half. */
static int read_facts(const struct session *session, const char *const *uuids, size_t n,
                      struct sandbox_facts *out, struct cdi_error *err)
{
    char version[SANDBOXUTILS_VERSION_SIZE] = "";

    if (session->fn.driver_version(version, sizeof version) == SANDBOXUTILS_SUCCESS && *version) {
        out->driver_version = arena_strndup(session->arena, version,
                                            strnlen(version, sizeof version));
        if (!out->driver_version)
            return cdi_error_nomem(err);
    }
    out->devices = arena_calloc(session->arena, n, sizeof *out->devices);
    if (!out->devices)
        return cdi_error_nomem(err);
    for (; out->n_devices < n; out->n_devices++) {
        struct sandbox_device *device = &out->devices[out->n_devices];

        device->uuid = uuids[out->n_devices];
        if (!read_device(session, device))
            return cdi_error_nomem(err);
        if (device->problem)
            device->n = 0;
    }
    return 0;
}

static int start(const struct session *session, const char *driver_root, struct cdi_error *err)
{
    struct sandboxutils_init init = {.version = SANDBOXUTILS_INIT_VERSION,
                                     .type = SANDBOXUTILS_INIT_ROOT};
    size_t len = strlen(driver_root);
    const char *problem;
    int code;

    if (len >= sizeof init.value)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED,
                             "the driver root is longer than libnvidia-sandboxutils takes: %s",
                             driver_root);
    memcpy(init.value, driver_root, len);
    code = session->fn.init(&init);
    if (code == SANDBOXUTILS_SUCCESS)
        return 0;
    problem = failure(session, "nvSandboxUtilsInit", code);
    return problem ? cdi_error_set(err, CDI_ERR_UNSUPPORTED, "%s", problem) : cdi_error_nomem(err);
}

int sandboxutils_read(const char *library, const char *driver_root, const char *const *uuids,
                      size_t n_uuids, struct arena *arena, struct sandbox_facts *out,
                      struct cdi_error *err)
{
    struct session session = {.arena = arena};
    _cleanup_guest_ void *handle = NULL;
    const char *missing;
    int r = guest_open(library, &handle, err);

    *out = (struct sandbox_facts){0};
    if (r < 0)
        return r;
    missing = guest_resolve(handle, symbols, ARRAY_SIZE(symbols), &session.fn);
    if (missing)
        return cdi_error_set(err, CDI_ERR_UNSUPPORTED, "%s has no function %s", library, missing);
    (void)guest_resolve(handle, text_symbols, ARRAY_SIZE(text_symbols), &session.texts);
    r = start(&session, driver_root, err);
    if (r < 0)
        return r;
    r = read_facts(&session, uuids, n_uuids, out, err);
    (void)session.fn.shutdown();
    return r;
}
