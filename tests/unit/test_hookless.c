/* SPDX-License-Identifier: Apache-2.0 */
/* The work of hooks without hooks: what is taken from a configuration, and files as they will be.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "hookless/hookless.h"
#include "hookless/overlay.h"
#include "hookless/plan.h"
#include "hooks/confine.h"
#include "tests/unit/tmpdir.h"

static void free_oci(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

#define _cleanup_oci_ __attribute__((cleanup(free_oci)))

static struct cdi_oci *parse(const char *text)
{
    struct cdi_oci *oci;

    cr_assert_eq(cdi_oci_parse(text, strlen(text), "config.json", &oci, NULL), 0);
    return oci;
}

static void expect_text(struct cdi_oci *oci, const char *expected)
{
    _cleanup_free_ char *text = NULL;
    size_t len;

    cr_assert_eq(cdi_oci_format(oci, &text, &len, NULL), 0);
    cr_expect_str_eq(text, expected);
}

Test(hookless, hooks_that_are_taken)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_oci_ struct cdi_oci *oci = parse(
        "{\"hooks\":{\"createContainer\":["
        "{\"path\":\"/usr/bin/nvidia-cdi-hook\",\"args\":[\"nvidia-cdi-hook\",\"create-symlinks\","
        "\"--link\",\"a::/b,c::/d\"],\"env\":[\"X=1\"]},"
        "{\"path\":\"/usr/bin/nvidia-ctk\",\"args\":[\"nvidia-ctk\",\"hook\",\"update-ldcache\","
        "\"--folder\",\"/usr/lib\"]},"
        "{\"path\":\"/opt/cdikit-hook\",\"args\":[\"cdikit-hook\",\"enable-cuda-compat\","
        "\"--host-driver-version=570.1\"]},"
        "{\"path\":\"/usr/bin/nvidia-cdi-hook\",\"args\":[\"nvidia-cdi-hook\",\"of-the-future\"]},"
        "{\"path\":\"/usr/bin/other-hook\",\"args\":[\"x\",\"create-symlinks\",\"--bad\"]},"
        "{\"path\":\"/usr/bin/nvidia-cdi-hook\"}"
        "]}}");
    struct hookless_plan plan;

    cr_assert_eq(hookless_plan_take(oci, arena, &plan, NULL), 0);
    cr_expect_eq(plan.n_hooks, 3);
    cr_assert_eq(plan.args.links.n, 2);
    cr_expect_str_eq(plan.args.links.items[1], "c::/d");
    cr_expect(plan.args.update_ldcache && plan.args.enable_cuda_compat);
    cr_expect(!plan.args.update_application_profile);
    cr_expect_str_eq(plan.args.host_driver_version, "570.1");
    expect_text(
        oci,
        "{\"hooks\":{\"createContainer\":["
        "{\"path\":\"/usr/bin/nvidia-cdi-hook\",\"args\":[\"nvidia-cdi-hook\",\"of-the-future\"]},"
        "{\"path\":\"/usr/bin/other-hook\",\"args\":[\"x\",\"create-symlinks\",\"--bad\"]},"
        "{\"path\":\"/usr/bin/nvidia-cdi-hook\"}"
        "]}}");
}

/* The arguments of a hook that would keep the container from starting. */
static const char *const wrong_hooks[] = {
    "\"chmod\",\"--bad\"",
    "\"chmod\",\"--path\",\"/x\"",
    "\"chmod\",\"--mode\",\"9\"",
    "\"chmod\",\"--mode\",\"7\",\"--path\",\" \"",
    "\"--bad\",\"update-ldcache\"",
    "\"update-ldcache\",\"--ldconfig-path\",\"\"",
    "\"update-ldcache\",\"--folder\",\"/a#b\"",
    "\"create-symlinks\",\"--link\",\"a\"",
    "\"setup-container\",\"--mode\",\"9\"",
    "\"setup-container\",\"--device-link\",\"a\"",
    "\"setup-container\",\"--update-ldcache\",\"--folder\",\"/a#b\"",
};

Test(hookless, a_hook_with_wrong_options_is_an_error)
{
    for (size_t i = 0; i < ARRAY_SIZE(wrong_hooks); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *text = arena_printf(
            arena,
            "{\"hooks\":{\"createContainer\":["
            "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\",\"chmod\",\"--mode\",\"7\"]},"
            "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\",%s]}]}}",
            wrong_hooks[i]);
        _cleanup_oci_ struct cdi_oci *oci = parse(text);
        struct hookless_plan plan;

        cr_expect_eq(hookless_plan_take(oci, arena, &plan, NULL), -CDI_ERR_USAGE, "%s",
                     wrong_hooks[i]);
        expect_text(oci, text);
    }
}

/* A hook that would only tell something does nothing that could be done beforehand. */
Test(hookless, a_request_for_help_stays)
{
    static const char text[] =
        "{\"hooks\":{\"createContainer\":["
        "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\",\"update-ldcache\",\"--help\"]},"
        "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\",\"--version\",\"chmod\"]}]}}";
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_oci_ struct cdi_oci *oci = parse(text);
    struct hookless_plan plan;

    cr_expect_eq(hookless_plan_take(oci, arena, &plan, NULL), 0);
    cr_expect_eq(plan.n_hooks, 0);
    expect_text(oci, text);
}

/* What is emptied goes, and nothing else. */
static const struct {
    const char *before, *after; /* beside a hook of createContainer */
} emptied[] = {
    {"{\"hooks\":{\"createContainer\":[%s]},\"x\":1}", "{\"x\":1}"},
    {"{\"hooks\":{\"poststop\":[],\"createContainer\":[%s]}}", "{\"hooks\":{\"poststop\":[]}}"},
    {"{\"hooks\":{\"createContainer\":[%s,{\"path\":\"/x\"}]}}",
     "{\"hooks\":{\"createContainer\":[{\"path\":\"/x\"}]}}"},
    {"{\"hooks\":{}}", "{\"hooks\":{}}"},
    {"{\"hooks\":{\"createContainer\":[]}}", "{\"hooks\":{\"createContainer\":[]}}"},
};

Test(hookless, an_empty_object_is_not_left_behind)
{
    static const char hook[] = "{\"path\":\"/h/cdikit-hook\",\"args\":[\"x\",\"update-ldcache\"]}";

    for (size_t i = 0; i < ARRAY_SIZE(emptied); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *place = strstr(emptied[i].before, "%s"), *text = emptied[i].before;
        struct hookless_plan plan;
        struct cdi_oci *oci;

        if (place)
            text = arena_printf(arena, "%.*s%s%s", (int)(place - text), text, hook, place + 2);
        oci = parse(text);
        cr_assert_eq(hookless_plan_take(oci, arena, &plan, NULL), 0);
        expect_text(oci, emptied[i].after);
        cdi_oci_free(oci);
    }
}

Test(hookless, nothing_to_take)
{
    static const char text[] = "{\"hooks\":{\"poststart\":[{\"path\":\"/usr/bin/nvidia-cdi-hook\","
                               "\"args\":[\"x\",\"chmod\"]}]}, \"x\":1}";
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_oci_ struct cdi_oci *oci = parse(text);
    struct hookless_options options = {"/nowhere", "/nowhere", false};
    struct hookless_notes notes;

    cr_expect_eq(hookless_apply(oci, &options, arena, &notes, NULL), 0);
    cr_expect_eq(notes.n, 0);
    expect_text(oci, text);
}

/* ---- Files as they will be ---- */

/* A root, and files of the host beside it. */
static const char *tree(void)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "root/usr/lib/libold.so.1", "old");
    tmpdir_write(dir, "root/etc/ld.so.conf", "/usr/lib\n");
    tmpdir_link(dir, "root/lib", "usr/lib");
    tmpdir_link(dir, "root/usr/lib/libold.so", "libold.so.1");
    tmpdir_link(dir, "root/usr/lib/libcuda.so.1", "libcuda.so.570");
    tmpdir_write(dir, "host/libcuda.so.570", "cuda");
    return dir;
}

struct made {
    struct arena *arena;
    struct rootfs root;
    struct overlay overlay;
};

static struct made *make(const char *dir)
{
    static struct made made;

    made.arena = arena_new();
    cr_assert_eq(rootfs_open(&made.root, tmpdir_path(dir, "root"), NULL), 0);
    overlay_init(&made.overlay, &made.root, made.arena);
    cr_assert_eq(overlay_add(&made.overlay, OVERLAY_FILE, "/lib/libcuda.so.570",
                             arena_strdup(made.arena, tmpdir_path(dir, "host/libcuda.so.570")), 0),
                 0);
    cr_assert_eq(overlay_add(&made.overlay, OVERLAY_LINK, "/usr/lib/libcuda.so", "libcuda.so.1", 0),
                 0);
    cr_assert_eq(overlay_add(&made.overlay, OVERLAY_FILE, "/lib/device", "/dev/null", 0), 0);
    cr_assert_eq(overlay_add(&made.overlay, OVERLAY_TEXT, "/opt/new/file", "text", 4), 0);
    return &made;
}

static void end(struct made *made)
{
    rootfs_close(&made->root);
    arena_free(made->arena);
}

Test(hookless, where_paths_lead)
{
    static const struct {
        const char *path, *name; /* of the entry; NULL: none */
        bool in_root;
    } cases[] = {
        {"/usr/lib/libcuda.so", "libcuda.so.570", false},
        {"/lib/libcuda.so.1", "libcuda.so.570", false},
        {"/lib/../lib/libcuda.so.570", "libcuda.so.570", false},
        {"/opt/new/file", "file", false},
        {"/opt/new/../new/file", "file", false},
        {"/lib/libold.so", NULL, true},
        {"/lib/libnone.so", NULL, false},
        {"/../../../../etc/passwd", NULL, false},
        {"/", NULL, false},
    };
    struct made *made = make(tree());

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        bool in_root;
        const struct overlay_entry *entry = overlay_find(&made->overlay, cases[i].path, &in_root);

        cr_assert_eq(entry != NULL, cases[i].name != NULL, "%s", cases[i].path);
        cr_expect_eq(in_root, cases[i].in_root, "%s", cases[i].path);
        if (entry)
            cr_expect_str_eq(entry->name, cases[i].name);
    }
    end(made);
}

Test(hookless, what_is_mounted_is_not_replaced)
{
    struct made *made = make(tree());

    cr_expect_eq(overlay_add(&made->overlay, OVERLAY_LINK, "/lib/libcuda.so.570", "x", 0), -EBUSY);
    cr_expect_eq(overlay_add(&made->overlay, OVERLAY_LINK, "/lib/", "x", 0), -EISDIR);
    cr_expect_eq(overlay_add(&made->overlay, OVERLAY_LINK, "/usr/lib/libcuda.so", "y", 0), 0);
    end(made);
}

static int add_name(void *context, const char *name, unsigned char type)
{
    char *names = context;

    (void)strcat(names, type == DT_LNK ? "@" : type == DT_REG ? "=" : "?");
    (void)strcat(names, name);
    return 0;
}

Test(hookless, as_a_view)
{
    struct made *made = make(tree());
    const struct ldview *view = &made->overlay.view;
    struct ldview_directory lib, new;
    char names[512] = "", text[64];
    _cleanup_free_ char *data = NULL;
    struct stat st;
    size_t len;
    int fd;

    cr_assert_eq(view->open(view, "/lib", &lib), 0);
    cr_assert_eq(view->list(view, &lib, add_name, names), 0);
    cr_expect(strstr(names, "=libcuda.so.570") && strstr(names, "@libcuda.so") &&
                  strstr(names, "=libold.so.1") && strstr(names, "@libold.so"),
              "%s", names);
    cr_expect_eq(view->read_link(view, &lib, "libcuda.so", text, sizeof text), 12);
    cr_expect_str_eq(text, "libcuda.so.1");
    cr_expect_eq(view->read_link(view, &lib, "libcuda.so.570", text, sizeof text), -EINVAL);
    fd = view->open_file(view, &lib, "libcuda.so", true, &st);
    cr_expect_geq(fd, 0);
    cr_expect_eq(st.st_size, 4);
    (void)close(fd);
    cr_expect_lt(view->open_file(view, &lib, "libcuda.so", false, &st), 0);
    fd = view->open_file(view, &lib, "libold.so.1", false, &st);
    cr_expect_geq(fd, 0);
    (void)close(fd);
    cr_assert_eq(view->make_link(view, &lib, "libmade.so", "libcuda.so"), 0);
    fd = view->open_file(view, &lib, "libmade.so", true, &st);
    cr_expect_geq(fd, 0);
    (void)close(fd);
    cr_expect_eq(view->open_file(view, &lib, "device", false, &st), -EINVAL);
    cr_expect_eq(view->open_file(view, &lib, "device", true, &st), -EINVAL);
    cr_expect_eq(view->make_link(view, &lib, "libimage.so", "libold.so.1"), -EROFS);
    cr_expect_eq(view->make_link(view, &lib, "libimage.so", "libnone.so"), -EROFS);
    cr_expect_eq(view->make_link(view, &lib, "libimage.so", "../../opt/new/file"), -EROFS);
    cr_expect_eq(view->read_link(view, &lib, "libimage.so", text, sizeof text), -ENOENT);
    view->close(view, &lib);

    cr_assert_eq(view->open(view, "/opt/new", &new), 0, "a directory that is not there yet");
    names[0] = '\0';
    cr_assert_eq(view->list(view, &new, add_name, names), 0);
    cr_expect_str_eq(names, "=file");
    view->close(view, &new);
    cr_expect_eq(view->open(view, "/opt/none", &new), -ENOENT);

    cr_assert_eq(view->read(view, "/opt/new/file", 100, &data, &len), 0);
    cr_expect(len == 4 && memcmp(data, "text", 4) == 0);
    cr_expect_neq(faccessat(made->root.fd, "usr/lib/libmade.so", F_OK, AT_SYMLINK_NOFOLLOW), 0,
                  "nothing is made in the root");
    end(made);
}
