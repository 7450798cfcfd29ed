/* SPDX-License-Identifier: Apache-2.0 */
/* Mode wsl: the GPUs that Windows lends to WSL, by /dev/dxg and the driver store. */
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cdi/platform.h"
#include "generate/glob.h"
#include "generate/machine/dxcore.h"
#include "generate/nvidia.h"
#include "generate/probe.h"

#define WSL_NODE    "/dev/dxg"
#define WSL_STORES  "/usr/lib/wsl/drivers"
#define WSL_LIBCUDA "libcuda.so.1.1"
#define WSL_SMI     "nvidia-smi"

/* What is expected in a driver store; it has other files for other systems and programs. */
static const char *const store_files[] = {
    WSL_LIBCUDA,
    "libcuda_loader.so",
    "libnvidia-ptxjitcompiler.so.1",
    "libnvidia-ml.so.1",
    "libnvidia-ml_loader.so",
    "libnvdxgdmal.so.1",
    "nvcubins.bin",
    WSL_SMI,
};

/* What else in it is for Linux. */
static const char *const store_patterns[] = {"*.so*", "*.bin", "*.dll"};

struct stores {
    const char **items;
    size_t n;
};

static int list(struct probe *p, struct cdi_error *err)
{
    struct machine_device *device = machine_add_named(p->machine, "all", err);
    const char *problem;
    int r;

    if (!device)
        return -CDI_ERR_NOMEM;
    r = account_begin(&p->machine->account, "nodes", p->dev.prefix, WSL_NODE, err);
    if (r == 0)
        r = nodes_add(&p->dev, WSL_NODE, p->machine->arena, &device->nodes, &device->n_nodes,
                      &problem, err);
    if (r == 0 && problem)
        return cdi_error_set(err, CDI_ERR_NOTFOUND, "mode wsl: no GPU is lent to this system: %s",
                             problem);
    return r == 0 ? account_hit(&p->machine->account, p->dev.prefix, WSL_NODE, err) : r;
}

/* The stores beneath another root, where libdxcore cannot be asked. */
static int find_stores(struct probe *p, struct stores *out, struct cdi_error *err)
{
    struct arena *arena = p->machine->arena;
    struct glob_hits hits;
    int r = glob_paths(&p->roots->driver, WSL_STORES "/*/" WSL_LIBCUDA, arena, &hits, err);

    if (r < 0)
        return r;
    if (!hits.n)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "mode wsl: no driver store: there is no %s" WSL_STORES
                             "/*/" WSL_LIBCUDA,
                             p->roots->driver_prefix);
    if (!(out->items = arena_calloc(arena, hits.n, sizeof *out->items)))
        return cdi_error_nomem(err);
    for (; out->n < hits.n; out->n++) {
        const char *path = hits.items[out->n], *slash = strrchr(path, '/');

        if (!(out->items[out->n] = arena_strndup(arena, path, (size_t)(slash - path))))
            return cdi_error_nomem(err);
    }
    return 0;
}

static int get_stores(struct probe *p, struct stores *out, struct cdi_error *err)
{
    int r;

    *out = (struct stores){0};
    if (p->foreign)
        return find_stores(p, out, err);
    r = dxcore_driver_stores(p->machine->arena, &out->items, &out->n, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "mode wsl");
    if (!out->n)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "mode wsl: libdxcore knows no adapter that can compute");
    return 0;
}

/* "A, B"; NULL without memory. */
static const char *join(const struct stores *stores, struct arena *arena)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    for (size_t i = 0; i < stores->n; i++)
        strbuf_printf(&text, "%s%s", i ? ", " : "", stores->items[i]);
    return text.failed ? NULL : arena_strdup(arena, text.s);
}

/* Of several stores, as a laptop with two vendors' GPUs has, the first with CUDA counts. */
static int choose_store(struct probe *p, const char **out, struct cdi_error *err)
{
    struct locate *locate = &p->finder.driver;
    struct stores stores;
    const char *all;
    bool found = false;
    int r = get_stores(p, &stores, err);

    for (size_t i = 0; r == 0 && !found && i < stores.n; i++) {
        const char *path = locate_join(locate, *out = stores.items[i], WSL_LIBCUDA);

        if (!path)
            return cdi_error_nomem(err);
        /* What is not absolute is no path of Linux's. */
        if (*path == '/')
            r = locate_is(locate, path, LOCATE_FILE, &found, err);
    }
    if (r < 0)
        return r;
    if (!(all = join(&stores, p->machine->arena)))
        return cdi_error_nomem(err);
    if (!found)
        return cdi_error_set(err, CDI_ERR_NOTFOUND,
                             "mode wsl: no driver store has " WSL_LIBCUDA ": looked in %s", all);
    return stores.n == 1 ? 0
                         : machine_note(p->machine, *out, err,
                                        "is the driver store that is used, of %s", all);
}

/* Keeps account of a search in the driver root. */
static int begin(struct probe *p, const char *pattern, struct cdi_error *err)
{
    return account_begin(&p->machine->account, "files", p->roots->driver_prefix, pattern, err);
}

static int hit(struct probe *p, const char *path, struct cdi_error *err)
{
    return account_hit(&p->machine->account, p->roots->driver_prefix, path, err);
}

/* Looks for a file, and notes if it is not there. */
static int find_file(struct probe *p, const char *path, bool *there, struct cdi_error *err)
{
    int r = begin(p, path, err);

    if (r == 0)
        r = locate_is(&p->finder.driver, path, LOCATE_FILE, there, err);
    if (r < 0)
        return r;
    return *there ? hit(p, path, err)
                  : machine_note(p->machine, path, err, "is not there, and not mounted");
}

/* Adds the files of a store that fit a pattern. */
static int find_more(struct probe *p, const char *store, const char *pattern,
                     struct locate_paths *files, struct cdi_error *err)
{
    struct locate *locate = &p->finder.driver;
    const char *path = locate_join(locate, store, pattern);
    struct locate_paths hits = {0};
    int r = path ? begin(p, path, err) : cdi_error_nomem(err);

    if (r == 0)
        r = locate_in_dir(locate, store, pattern, false, &hits, err);
    for (size_t i = 0; r == 0 && i < hits.n; i++)
        if ((r = hit(p, hits.items[i].path, err)) == 0)
            r = locate_add(locate, files, hits.items[i].path, false, err);
    return r;
}

static int find_store_files(struct probe *p, const char *store, struct locate_paths *files,
                            struct cdi_error *err)
{
    struct locate *locate = &p->finder.driver;
    int r = 0;

    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(store_files); i++) {
        const char *path = locate_join(locate, store, store_files[i]);
        bool there = false;

        r = path ? find_file(p, path, &there, err) : cdi_error_nomem(err);
        if (r == 0 && there)
            r = locate_add(locate, files, path, false, err);
    }
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(store_patterns); i++)
        r = find_more(p, store, store_patterns[i], files, err);
    return r;
}

static int add_dxcore(struct probe *p, struct cdi_error *err)
{
    bool there = false;
    int r = find_file(p, PLATFORM_DXCORE, &there, err);

    return r == 0 && there ? probe_add_file(p, DRIVER_LIBRARY, PLATFORM_DXCORE, NULL, err) : r;
}

/* The store's files, and after them libdxcore: in this order their directories are searched. */
static int add_files(struct probe *p, const char *store, bool *has_smi, struct cdi_error *err)
{
    struct locate_paths files = {0};
    int r = find_store_files(p, store, &files, err);

    for (size_t i = 0; r == 0 && i < files.n; i++) {
        const char *path = files.items[i].path, *name = strrchr(path, '/') + 1;
        bool library = glob_match("*.so*", name);

        *has_smi |= strcmp(name, WSL_SMI) == 0;
        r = probe_add_file(p, library ? DRIVER_LIBRARY : DRIVER_FILE, path, NULL, err);
    }
    return r == 0 ? add_dxcore(p, err) : r;
}

static bool add_edits(struct probe *p, const char *store, bool has_smi)
{
    const char *link = arena_printf(p->machine->arena, "%s/" WSL_SMI "::/usr/bin/" WSL_SMI, store);
    const struct driver_links links = {&link, has_smi};
    struct driver_links folders;

    return link && nvidia_hook_links(p->machine, &links) &&
           nvidia_library_folders(p->machine, &folders) &&
           nvidia_hook_ldcache(p->machine, &folders, p->options->ldconfig_path) &&
           nvidia_env_visible(p->machine);
}

static int describe(struct probe *p, struct cdi_error *err)
{
    const char *store = NULL;
    bool has_smi = false;
    int r = choose_store(p, &store, err);

    if (r == 0)
        r = add_files(p, store, &has_smi, err);
    if (r < 0)
        return r;
    return add_edits(p, store, has_smi) ? 0 : cdi_error_nomem(err);
}

const struct mode mode_wsl = {
    .vendor = &vendor_nvidia, .own_ids = true, .list = list, .describe = describe};
