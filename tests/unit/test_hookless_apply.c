/* SPDX-License-Identifier: Apache-2.0 */
/* The work of hooks without hooks, from a configuration to another one and files. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "hookless/hookless.h"
#include "hooks/message.h"
#include "tests/unit/edits.h"
#include "tests/unit/tmpdir.h"

#define HOOK(args) "{\"path\":\"/h/cdikit-hook\",\"args\":[\"cdikit-hook\"," args "]}"

/* Applies a configuration, of which `rest` is a part, in a bundle; its text, malloc'ed. */
static char *apply(const char *dir, const char *rest, struct arena *arena,
                   struct hookless_notes *notes)
{
    struct cdi_oci *oci = edits_parse(
        arena_printf(arena, "{\"root\":{\"path\":\"root\"},%s}", rest));
    struct hookless_options options = {dir, arena_printf(arena, "%s/private", dir), false};
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char *text;

    cr_assert_eq(hookless_apply(oci, &options, arena, notes, &err), 0, "%s", err.message);
    text = edits_format(oci);
    cdi_oci_free(oci);
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
Test(hookless_apply, warnings_are_notes)
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

Test(hookless_apply, mounts_that_links_lead_to)
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
Test(hookless_apply, folders_of_mounted_directories)
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

#define MOUNT_LIB \
    "\"mounts\":[{\"source\":\"host/lib\",\"destination\":\"/opt/v\",\"type\":\"bind\"}],"

/* A link that the root has needs no mount; one to something else does. */
Test(hookless_apply, links_that_are_there)
{
    static const char *const targets[] = {"v", "vv", "/opt/v", ""};
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "root/etc/passwd", "");
    tmpdir_write(dir, "host/lib", "");
    for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_free_ char *text = NULL;
        struct hookless_notes notes;

        (void)unlink(tmpdir_path(dir, "root/opt/l"));
        if (*targets[i])
            tmpdir_link(dir, "root/opt/l", targets[i]);
        text = apply(dir,
                     MOUNT_LIB "\"hooks\":{\"createContainer\":[" HOOK(
                         "\"create-symlinks\",\"--link\",\"v::/opt/l\"") "]}",
                     arena, &notes);
        cr_expect_eq(strstr(text, "\"/opt/l\"") != NULL, i > 0, "%s", text);
        cr_expect_eq(notes.n, 0);
    }
}

/* The cache that is written takes the place of one that is mounted: that is no file yet. */
Test(hookless_apply, a_link_to_what_is_written)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    const char *dir = tmpdir_new();
    _cleanup_free_ char *text = NULL;
    struct hookless_notes notes;

    tmpdir_write(dir, "root/etc/passwd", "");
    tmpdir_write(dir, "host/lib", "");
    text = apply(dir,
                 "\"mounts\":[{\"source\":\"host/lib\",\"destination\":\"/etc/ld.so.cache\","
                 "\"type\":\"bind\"}],\"hooks\":{\"createContainer\":[" HOOK(
                     "\"create-symlinks\",\"--"
                     "link\",\"/etc/ld.so.cache::/"
                     "opt/l\"") "," HOOK("\"update-ldcache\"") "]}",
                 arena, &notes);
    cr_expect_null(strstr(text, "\"/opt/l\""), "%s", text);
    cr_expect_eq(count_notes(&notes, "cannot be made"), 1);
    cr_expect(strstr(text, "private/ld.so.cache"), "%s", text);
}

/* Devices of the configuration, and the mask of the profile; NULL: there is none. */
static const struct {
    const char *devices, *mask;
} gpus[] = {
    {"{\"path\":\"/dev/nvidia0\",\"type\":\"c\",\"minor\":0}", ",0x1]"},
    {"{\"path\":\"/dev/nvidia0\",\"type\":\"c\",\"minor\":3},"
     "{\"path\":\"/dev/nvidia12\",\"type\":\"c\",\"minor\":12}",
     ",0x1008]"},
    {"{\"path\":\"/dev/nvidia63\",\"type\":\"c\",\"minor\":63}", ",0x8000000000000000]"},
    {"{\"path\":\"/dev/nvidia64\",\"type\":\"c\",\"minor\":64},"
     "{\"path\":\"/dev/nvidia1\",\"type\":\"c\",\"minor\":1}",
     ",0x2]"},
    {"{\"path\":\"/dev/nvidia64\",\"type\":\"c\",\"minor\":64}", NULL},
    {"{\"path\":\"/dev/nvidia0\",\"type\":\"b\",\"minor\":0}", NULL},
    {"{\"path\":\"/dev/nvidia\",\"type\":\"c\",\"minor\":0}", NULL},
    {"{\"path\":\"/dev/nvidiactl\",\"type\":\"c\",\"minor\":255}", NULL},
    {"{\"path\":\"/dev/sub/nvidia0\",\"type\":\"c\",\"minor\":0}", NULL},
    {"{\"path\":\"/dev/nvidia0\",\"type\":\"c\"}", NULL},
};

Test(hookless_apply, gpus_of_the_profile)
{
    const char *all = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(gpus); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const char *dir = arena_printf(arena, "%s/%zu", all, i);
        _cleanup_free_ char *text = NULL, *profile = NULL;
        struct hookless_notes notes;

        tmpdir_write(dir, "root/etc/passwd", "");
        text = apply(
            dir,
            arena_printf(arena,
                         "\"linux\":{\"devices\":[%s]},\"hooks\":{\"createContainer\":[" HOOK(
                             "\"update-application-profile\"") "]}",
                         gpus[i].devices),
            arena, &notes);
        profile = tmpdir_read(dir, "private/10-container.conf");
        cr_expect_eq(profile != NULL, gpus[i].mask != NULL, "%zu", i);
        cr_expect_eq(strstr(text, "private/10-container.conf") != NULL, gpus[i].mask != NULL, "%zu",
                     i);
        if (profile && gpus[i].mask)
            cr_expect(strstr(profile, gpus[i].mask), "%zu: %s", i, profile);
    }
}

/* Of many links that cannot be made some are told. */
Test(hookless_apply, few_notes)
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
