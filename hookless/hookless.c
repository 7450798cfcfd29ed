/* SPDX-License-Identifier: Apache-2.0 */
#include "hookless/hookless.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "apply/oci.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/quote.h"
#include "hookless/libraries.h"
#include "hookless/mounts.h"
#include "hookless/overlay.h"
#include "hookless/plan.h"
#include "hooks/confine.h"
#include "hooks/link.h"
#include "hooks/message.h"

#define DEV "/dev/"

/* More notes than these are counted. */
#define MOST_NOTES 16

/* The work under way. */
struct work {
    struct cdi_oci *oci;
    const struct hookless_options *options;
    struct arena *arena;
    struct hookless_notes *notes;
    size_t n_more_notes;
    struct hookless_plan plan;
    struct rootfs root;
    struct overlay overlay;
    struct hookless_covers covers;
    struct cdi_mount *mounts;
    size_t n_mounts;
};

CDI_PRINTF(2, 3)
static int note(struct work *work, const char *fmt, ...)
{
    struct hookless_notes *notes = work->notes;
    va_list ap;

    if (notes->n == MOST_NOTES) {
        work->n_more_notes++;
        return 0;
    }
    notes->items = arena_grow(work->arena, notes->items, notes->n, sizeof *notes->items);
    if (!notes->items)
        return -CDI_ERR_NOMEM;
    va_start(ap, fmt);
    notes->items[notes->n] = arena_vprintf(work->arena, fmt, ap);
    va_end(ap);
    return notes->items[notes->n++] ? 0 : -CDI_ERR_NOMEM;
}

static int no_memory(int r, struct cdi_error *err)
{
    return r < 0 ? cdi_error_nomem(err) : 0;
}

static int count_more_notes(struct work *work, struct cdi_error *err)
{
    struct hookless_notes *notes = work->notes;

    if (!work->n_more_notes)
        return 0;
    notes->items = arena_grow(work->arena, notes->items, notes->n, sizeof *notes->items);
    if (!notes->items)
        return cdi_error_nomem(err);
    notes->items[notes->n] = arena_printf(work->arena, "of the work of hooks, %zu more warnings",
                                          work->n_more_notes);
    return notes->items[notes->n++] ? 0 : cdi_error_nomem(err);
}

/* The container's root directory, as config.json tells it. */
static int open_root(struct work *work, struct cdi_error *err)
{
    struct json_document *doc = &work->oci->doc;
    const char *path = json_string(doc, json_find(doc, json_find(doc, &doc->root, "root"), "path"));

    if (!path || !*path)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "the configuration has no root.path, without which the work of its "
                             "hooks cannot be done");
    if (*path != '/' && !(path = arena_printf(work->arena, "%s/%s", work->options->bundle, path)))
        return cdi_error_nomem(err);
    return rootfs_open(&work->root, path, err);
}

static const char *overlay_path(struct work *work, const struct overlay_entry *entry)
{
    return arena_printf(work->arena, "%s/%s", entry->dir[1] ? entry->dir : "", entry->name);
}

static bool target_exists(struct work *work, const struct hook_link *link)
{
    const char *path = hook_link_target(link, work->arena);
    bool in_root;

    return path && (overlay_find(&work->overlay, path, &in_root) || in_root);
}

/* Links "TARGET::LINK"; with `existing` only those whose target is there. */
static int add_links(struct work *work, const struct hook_list *links, bool existing,
                     struct cdi_error *err)
{
    for (size_t i = 0; i < links->n; i++) {
        struct hook_link link;
        int r = hook_link_parse(links->items[i], work->arena, &link, err);

        if (r < 0)
            return r;
        if (existing && !target_exists(work, &link))
            continue;
        r = overlay_add(&work->overlay, OVERLAY_LINK, link.path, link.target, 0);
        /* Where a file is mounted already, this was done before. */
        if (r < 0 && r != -EBUSY)
            return cdi_error_set_errno(err, -r, "cannot make the link %s", link.path);
    }
    return 0;
}

/* True if the root has that very link already. */
static bool is_there(const struct work *work, const struct overlay_entry *link)
{
    _cleanup_close_ int dirfd = rootfs_directory(&work->root, link->dir, O_PATH);
    char text[PATH_MAX];
    ssize_t len = dirfd >= 0 ? readlinkat(dirfd, link->name, text, sizeof text) : -1;

    return len >= 0 && (size_t)len == strlen(link->value) &&
           memcmp(text, link->value, (size_t)len) == 0;
}

static int note_impossible(struct work *work, const struct overlay_entry *link, bool in_root,
                           struct cdi_error *err)
{
    const char *path = overlay_path(work, link);

    if (!path)
        return cdi_error_nomem(err);
    return no_memory(note(work, "without hooks the link %s to %s cannot be made: %s",
                          quote_string(path).text, quote_string(link->value).text,
                          in_root ? "it leads to a file of the image" : "it leads to no file"),
                     err);
}

/*
 * Takes out the links that will not be there, so that the loader's cache names none of them, and
 * those that are there already.
 */
static int drop_links(struct work *work, struct cdi_error *err)
{
    for (size_t i = 0; i < work->overlay.n;) {
        const struct overlay_entry *link = &work->overlay.entries[i];
        const char *path = overlay_path(work, link);
        bool in_root, there = link->kind == OVERLAY_LINK && is_there(work, link);
        int r;

        if (!path)
            return cdi_error_nomem(err);
        if (link->kind != OVERLAY_LINK ||
            (!there && overlay_find_file(&work->overlay, path, &in_root))) {
            i++;
            continue;
        }
        if (!there && (r = note_impossible(work, link, in_root, err)) < 0)
            return r;
        overlay_remove(&work->overlay, i);
    }
    return 0;
}

/* The GPUs among the device nodes, by their minor numbers. */
static int read_minors(struct work *work, uint64_t *minors, struct cdi_error *err)
{
    struct cdi_oci *oci = work->oci;
    struct json *list;
    int r = oci_section(oci, OCI_DEVICES, false, &list, err);

    *minors = 0;
    for (struct json *v = r == 0 ? json_first(&oci->doc, list) : NULL; v; v = v->next) {
        const char *path, *type;
        uint32_t number;

        if ((r = oci_element_text(oci, OCI_DEVICES, v, "path", &path, err)) < 0 ||
            (r = oci_element_text(oci, OCI_DEVICES, v, "type", &type, err)) < 0)
            return r;
        if (strcmp(type, "c") == 0 && strncmp(path, DEV, strlen(DEV)) == 0 &&
            application_profile_is_gpu(path + strlen(DEV)) &&
            json_uint32(json_find(&oci->doc, v, "minor"), &number) &&
            number < APPLICATION_PROFILE_MINORS)
            *minors |= UINT64_C(1) << number;
    }
    return r;
}

static int add_profile(struct work *work, struct cdi_error *err)
{
    static const char path[] = APPLICATION_PROFILE_DIR "/" APPLICATION_PROFILE_NAME;
    uint64_t minors;
    const char *text;
    int r = read_minors(work, &minors, err);

    if (r < 0 || !minors)
        return r;
    text = application_profile(minors, work->arena);
    return text && overlay_add(&work->overlay, OVERLAY_TEXT, path, text, strlen(text)) == 0
               ? 0
               : cdi_error_nomem(err);
}

/* What there is no way to do: it is told. */
static int tell_impossible(struct work *work, struct cdi_error *err)
{
    const struct hook_args *args = &work->plan.args;
    int r = 0;

    if (args->disable_device_node_modification)
        r = note(work, "without hooks nothing can be mounted on /proc/driver/nvidia/params: the "
                       "driver's libraries may make device nodes in the container, which its "
                       "device cgroup keeps useless");
    if (r == 0 && args->paths.n)
        r = note(work, "without hooks the permissions of %s%s stay as the runtime makes them",
                 quote_string(args->paths.items[0]).text, args->paths.n > 1 ? " and others" : "");
    return no_memory(r, err);
}

/* The parts of hooks have warnings of their own. */
struct listening {
    struct hook_listener listener; /* first: what it is given */
    struct work *work;
    bool failed;
};

static void note_warning(struct hook_listener *listener, const char *text)
{
    struct listening *listening = (struct listening *)(void *)listener;

    listening->failed |= note(listening->work, "%s", text) < 0;
}

/* Folders of what is mounted: an engine's volumes, or a driver that is mounted as a whole. */
static int tell_covered(struct work *work, struct cdi_error *err)
{
    const struct hook_list *folders = &work->plan.args.folders;
    int r = 0;

    for (size_t i = 0; r == 0 && i < folders->n; i++) {
        const char *folder = arena_printf(work->arena, "/%s", folders->items[i]);
        const char *cover;

        if (!folder)
            return cdi_error_nomem(err);
        cover = hookless_covers_find(&work->covers, &work->overlay, folder);
        if (cover)
            r = note(work,
                     "without hooks the libraries in %s are in the loader's cache only if they are "
                     "mounted each by itself: what is mounted on %s is not looked into",
                     quote_string(folder + 1).text, quote_string(cover).text);
    }
    return no_memory(r, err);
}

static int add_libraries(struct work *work, struct cdi_error *err)
{
    struct listening listening = {{note_warning}, work, false};
    const struct hook_call call = {
        .args = &work->plan.args, .arena = work->arena, .root = &work->root};
    struct hook_listener *before;
    int r;

    if (!work->plan.args.update_ldcache)
        return 0;
    before = hook_listen(&listening.listener);
    r = hookless_add_libraries(&work->overlay, &call, err);
    (void)hook_listen(before);
    if (r == 0 && listening.failed)
        return cdi_error_nomem(err);
    return r < 0 ? r : tell_covered(work, err);
}

/* ---- From the overlay to mounts ---- */

static int add_mount(struct work *work, const char *source, const struct overlay_entry *at,
                     struct cdi_error *err)
{
    static const char *options[] = {"ro", "nosuid", "nodev", "rbind", "rprivate"};
    struct cdi_mount *mounts = arena_grow(work->arena, work->mounts, work->n_mounts,
                                          sizeof *mounts);
    const char *path = overlay_path(work, at);

    if (!mounts || !path)
        return cdi_error_nomem(err);
    mounts[work->n_mounts++] = (struct cdi_mount){
        .host_path = source,
        .container_path = path,
        .options = {options, ARRAY_SIZE(options)},
        .type = "",
    };
    work->mounts = mounts;
    return 0;
}

/* A text becomes a file of the private directory. */
static int mount_text(struct work *work, const struct overlay_entry *entry, struct cdi_error *err)
{
    const char *dir = work->options->private_dir;
    const char *path = arena_printf(work->arena, "%s/%s", dir, entry->name);
    int r;

    if (!path)
        return cdi_error_nomem(err);
    r = work->options->pretend ? 0 : file_mkdirs(dir, err);
    if (r == 0 && !work->options->pretend)
        r = file_replace(path, entry->value, entry->len, 0644, 0, err);
    return r < 0 ? r : add_mount(work, path, entry, err);
}

/*
 * A link becomes a mount of the file that it leads to; that can be another one now, which is to be
 * written.
 */
static int mount_link(struct work *work, const struct overlay_entry *link, struct cdi_error *err)
{
    const char *path = overlay_path(work, link), *file;
    bool in_root;

    if (!path)
        return cdi_error_nomem(err);
    file = overlay_find_file(&work->overlay, path, &in_root);
    return file ? add_mount(work, file, link, err) : note_impossible(work, link, in_root, err);
}

static int make_mounts(struct work *work, struct cdi_error *err)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < work->overlay.n; i++) {
        const struct overlay_entry *entry = &work->overlay.entries[i];

        if (entry->kind == OVERLAY_TEXT)
            r = mount_text(work, entry, err);
        else if (entry->kind == OVERLAY_LINK)
            r = mount_link(work, entry, err);
    }
    return r;
}

static int add_all_links(struct work *work, struct cdi_error *err)
{
    int r = add_links(work, &work->plan.args.links, false, err);

    if (r == 0)
        r = add_links(work, &work->plan.args.device_links, true, err);
    return r < 0 ? r : drop_links(work, err);
}

static int run(struct work *work, struct cdi_error *err)
{
    int r = open_root(work, err);

    if (r < 0)
        return r;
    overlay_init(&work->overlay, &work->root, work->arena);
    r = tell_impossible(work, err);
    if (r == 0)
        r = hookless_mounts_add(&work->overlay, work->oci, work->options->bundle, work->arena,
                                &work->covers, err);
    if (r == 0)
        r = add_all_links(work, err);
    if (r == 0)
        r = add_libraries(work, err);
    if (r == 0 && work->plan.args.update_application_profile)
        r = add_profile(work, err);
    if (r == 0)
        r = make_mounts(work, err);
    return r < 0 ? r : count_more_notes(work, err);
}

int hookless_apply(struct cdi_oci *oci, const struct hookless_options *options, struct arena *arena,
                   struct hookless_notes *notes, struct cdi_error *err)
{
    struct work work = {
        .oci = oci, .options = options, .arena = arena, .notes = notes, .root = ROOTFS_INIT};
    struct cdi_edits edits = {0};
    const struct cdi_edits *one = &edits;
    int r = hookless_plan_take(oci, arena, &work.plan, err);

    *notes = (struct hookless_notes){NULL, 0};
    if (r < 0 || !work.plan.n_hooks)
        return r;
    r = cdi_error_wrap(err, run(&work, err), "doing the work of hooks beforehand");
    rootfs_close(&work.root);
    edits.mounts = work.mounts;
    edits.n_mounts = work.n_mounts;
    return r < 0 || !work.n_mounts ? r : cdi_oci_apply(oci, &one, 1, NULL, err);
}
