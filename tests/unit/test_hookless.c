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
#include "base/strbuf.h"
#include "hookless/hookless.h"
#include "hookless/overlay.h"
#include "hookless/plan.h"
#include "hooks/confine.h"
#include "hooks/message.h"
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

/* ---- All of it ---- */

#define HOOK(args) "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\"," args "]}"

/* Applies a configuration, of which `rest` is a part, in a bundle; its text, malloc'ed. */
static char *apply(const char *dir, const char *rest, struct arena *arena,
                   struct hookless_notes *notes)
{
    _cleanup_oci_ struct cdi_oci *oci = parse(
        arena_printf(arena, "{\"root\":{\"path\":\"root\"},%s}", rest));
    struct hookless_options options = {dir, arena_printf(arena, "%s/private", dir), false};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char *text;
    size_t len;

    cr_assert_eq(hookless_apply(oci, &options, arena, notes, &err), 0, "%s", err.message);
    cr_assert_eq(cdi_oci_format(oci, &text, &len, NULL), 0);
    return text;
}

/* How many notes have the text. */
static size_t count_notes(const struct hookless_notes *notes, const char *text)
{
    size_t n = 0;

    for (size_t i = 0; i < notes->n; i++)
        n += strstr(notes->items[i], text) != NULL;
    return n;
}

static void hear(struct hook_listener *listener, const char *text)
{
    (void)listener;
    (void)text;
}

/* What parts of the hooks warn about is a note; who listened before does so afterwards. */
Test(hookless, warnings_are_notes)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char *dir = tmpdir_new();
    struct hook_listener listener = {hear};
    struct hookless_notes notes;
    _cleanup_free_ char *text = NULL;

    tmpdir_write(dir, "root/etc/passwd", "");
    cr_expect_null(hook_listen(&listener));
    text = apply(
        dir,
        "\"hooks\":{\"createContainer\":[" HOOK("\"enable-cuda-compat\",\"--host-driver-version\","
                                                "\"none\"") "," HOOK("\"update-ldcache\"") "]}",
        arena, &notes);
    cr_expect_eq(count_notes(&notes, "\"none\" is not a version"), 1);
    cr_expect_eq(hook_listen(NULL), &listener);
}

/* A mount, and a hook that makes a link to what is mounted. */
static const struct {
    const char *mount, *link;
    const char *file; /* of the bundle, that is mounted as the link; NULL: none */
} linked[] = {
    {"\"source\":\"%s/host/lib\",\"destination\":\"/opt/v\",\"options\":[\"ro\",\"bind\"]",
     "v::/opt/l", "host/lib"},
    {"\"source\":\"%s/host/lib\",\"destination\":\"/opt/v\",\"options\":[\"rbind\"]", "v::/opt/l",
     "host/lib"},
    {"\"source\":\"%s/host/lib\",\"destination\":\"opt/v\",\"type\":\"bind\"", "v::/opt/l",
     "host/lib"},
    /* relative to the bundle: OCI runtime-spec, config.md, "Mounts" */
    {"\"source\":\"host/lib\",\"destination\":\"/opt/v\",\"type\":\"bind\"", "v::/opt/l",
     "host/lib"},
    /* what is no bind mount has a source that names no file, whatever it is */
    {"\"source\":\"%s/host/lib\",\"destination\":\"/opt/v\",\"type\":\"tmpfs\"", "v::/opt/l", NULL},
    {"\"source\":\"%s/host/lib\",\"destination\":\"/opt/v\"", "v::/opt/l", NULL},
    {"\"source\":\"%s/host/lib\",\"destination\":\"/opt/v\",\"options\":[\"ro\"]", "v::/opt/l",
     NULL},
    {"\"source\":\"/dev/null\",\"destination\":\"/opt/v\",\"type\":\"bind\"", "v::/opt/l", NULL},
    {"\"source\":\"%s/host\",\"destination\":\"/opt/v\",\"type\":\"bind\"", "v::/opt/l", NULL},
    {"\"source\":\"%s/host/none\",\"destination\":\"/opt/v\",\"type\":\"bind\"", "v::/opt/l", NULL},
    {"\"destination\":\"/opt/v\",\"type\":\"bind\"", "v::/opt/l", NULL},
};

Test(hookless, mounts_that_links_lead_to)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "root/opt/x", "");
    tmpdir_write(dir, "host/lib", "");
    for (size_t i = 0; i < ARRAY_SIZE(linked); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *percent = strstr(linked[i].mount, "%s"), *mount = linked[i].mount, *expected;
        _cleanup_free_ char *text = NULL;
        struct hookless_notes notes;

        if (percent)
            mount = arena_printf(arena, "%.*s%s%s", (int)(percent - mount), mount, dir,
                                 percent + 2);
        text = apply(dir,
                     arena_printf(arena,
                                  "\"mounts\":[{%s}],\"hooks\":{\"createContainer\":[" HOOK(
                                      "\"create-symlinks\",\"--link\",\"%s\"") "]}",
                                  mount, linked[i].link),
                     arena, &notes);
        expected = arena_printf(arena, "{\"destination\":\"/opt/l\",\"source\":\"%s/%s\"", dir,
                                linked[i].file);
        cr_expect_eq(strstr(text, "\"/opt/l\"") != NULL, linked[i].file != NULL, "%zu: %s", i,
                     text);
        if (linked[i].file)
            cr_expect(strstr(text, expected), "%zu: %s", i, text);
        cr_expect_eq(count_notes(&notes, "cannot be made"), linked[i].file ? 0 : 1, "%zu", i);
    }
}

/* Libraries of a mounted directory are not looked at: that is told. */
Test(hookless, folders_of_mounted_directories)
{
    static const struct {
        const char *folder;
        size_t n; /* notes */
    } cases[] = {
        {"/opt/v", 1},  {"/opt/v/lib", 1}, {"/opt/link/lib", 1}, {"/opt", 0},
        {"/opt/vx", 0}, {"/opt/t", 1},     {"/opt/f", 0},
    };
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "root/opt/f/x", "");
    tmpdir_link(dir, "root/opt/link", "v");
    tmpdir_write(dir, "root/opt/v/x", "");
    tmpdir_write(dir, "host/lib/x", "");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_free_ char *text = NULL;
        struct hookless_notes notes;

        text = apply(
            dir,
            arena_printf(arena,
                         "\"mounts\":[{\"source\":\"%s/host\",\"destination\":\"/opt/v\","
                         "\"type\":\"bind\"},{\"destination\":\"/opt/t\",\"type\":"
                         "\"tmpfs\"},{\"destination\":\"/opt/f/x\",\"type\":\"bind\","
                         "\"source\":\"%s/host/lib/x\"}],\"hooks\":{\"createContainer\":[" HOOK(
                             "\"update-ldcache\",\"--folder\",\"%s\"") "]}",
                         dir, dir, cases[i].folder),
            arena, &notes);
        cr_expect_eq(count_notes(&notes, cases[i].folder), cases[i].n, "%s", cases[i].folder);
        cr_expect_eq(notes.n, cases[i].n, "%s", cases[i].folder);
    }
}

/* Of many links that cannot be made some are told. */
Test(hookless, few_notes)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf links = STRBUF_INIT;
    const char *dir = tmpdir_new();
    struct hookless_notes notes;
    _cleanup_free_ char *text = NULL;

    tmpdir_write(dir, "root/etc/passwd", "");
    for (int i = 0; i < 1000; i++)
        strbuf_printf(&links, ",\"--link\",\"passwd::/etc/%d\"", i);
    text = apply(dir,
                 arena_printf(arena,
                              "\"hooks\":{\"createContainer\":[{\"path\":\"/h/cdikit-hook\","
                              "\"args\":[\"cdikit-hook\",\"create-symlinks\"%s]}]}",
                              links.s),
                 arena, &notes);
    cr_expect_eq(notes.n, 17);
    cr_expect_eq(count_notes(&notes, "cannot be made"), 16);
    cr_expect(strstr(notes.items[16], "984 more"), "%s", notes.items[16]);
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
