/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "compatelf.h"
#include "hooks/confine.h"
#include "hooks/hook.h"
#include "tmpdir.h"

#define LIBRARY "libcuda.so.575.57.08"
#define CONF    "etc/ld.so.conf.d/00-compat-7a78c6ad-8891-5fe0-a38a-8d7b49d1bb9d.conf"

/* A directory with the container's root in it, and what must not change beside that. */
static char top[64], root[128];

static void use_root(const char *name)
{
    (void)snprintf(root, sizeof root, "%s/%s", top, name);
    cr_assert(mkdir(root, 0755) == 0);
}

static void begin(void)
{
    (void)snprintf(top, sizeof top, "%s", tmpdir_new());
    tmpdir_write(top, "host/keep", "keep\n");
    tmpdir_write(top, "host/" LIBRARY, "x\n");
    tmpdir_write(top, "host/compat/" LIBRARY, "x\n");
    tmpdir_write(top, "host/cuda/compat/" LIBRARY, "x\n");
    tmpdir_write(top, "host/local/cuda/compat/" LIBRARY, "x\n");
    use_root("root");
}

TestSuite(enable_cuda_compat, .init = begin);

/* Runs the hook. Returns what it returns. */
static int run(const struct hook_args *args, struct cdi_error *err)
{
    _cleanup_rootfs_ struct rootfs rootfs = ROOTFS_INIT;
    _cleanup_arena_ struct arena *arena = arena_new();
    const struct hook_call call = {.args = args, .arena = arena, .root = &rootfs};

    cr_assert(arena && rootfs_open(&rootfs, root, NULL) == 0);
    return enable_cuda_compat(&call, err);
}

static int run_on(const char *driver)
{
    return run(&(const struct hook_args){.host_driver_version = driver}, NULL);
}

/* A file of the root has this content; NULL: it is not there. */
static void expect_file(const char *name, const char *content)
{
    _cleanup_free_ char *got = tmpdir_read(root, name);

    if (content)
        cr_expect_str_eq(got ? got : "(none)", content);
    else
        cr_expect_null(got, "%s", got);
}

/* The drop-in of another folder than the usual one, whose name has no file without it. */
static void expect_other_conf(const char *content)
{
    const char *dir = tmpdir_path(root, "etc/ld.so.conf.d");
    char path[512];
    glob_t found;

    (void)snprintf(path, sizeof path, "%s/00-compat-*.conf", dir);
    cr_expect_eq(glob(path, 0, NULL, &found), content ? 0 : GLOB_NOMATCH);
    if (content) {
        cr_assert_eq(found.gl_pathc, 1);
        cr_expect_str_neq(strrchr(found.gl_pathv[0], '/'), strrchr(CONF, '/'));
        expect_file(found.gl_pathv[0] + strlen(root) + 1, content);
        globfree(&found);
    }
}

static void expect_conf(const char *content)
{
    expect_file(CONF, content);
}

/* All that is beside the root, in words. */
static const char *host(void)
{
    static char text[2][64];
    static size_t next;
    char *out = text[next++ % 2], command[512];
    FILE *f;

    (void)snprintf(
        command, sizeof command,
        "cd '%s/host' && find . -printf '%%p %%y %%m %%n %%s %%T@ %%C@\\n' | sort | md5sum", top);
    f = popen(command, "r");
    cr_assert(f && fgets(out, sizeof text[0], f) && pclose(f) == 0);
    return out;
}

Test(enable_cuda_compat, nothing_is_known_of_the_host)
{
    cr_expect_gt(enable_cuda_compat_check(&(struct hook_args){.compat_root = "/x"}, NULL), 0);
    cr_expect_gt(enable_cuda_compat_check(
                     &(struct hook_args){.host_driver_version = "", .host_cuda_version = ""}, NULL),
                 0);
    cr_expect_eq(enable_cuda_compat_check(&(struct hook_args){.host_driver_version = "570"}, NULL),
                 0);
    cr_expect_eq(enable_cuda_compat_check(&(struct hook_args){.host_cuda_version = "x"}, NULL), 0);
}

Test(enable_cuda_compat, newer_branch)
{
    struct stat first, second;

    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    tmpdir_link(root, "usr/local/cuda/compat/libcuda.so.1", LIBRARY);
    tmpdir_link(root, "usr/local/cuda/compat/libcuda.so.1.1", LIBRARY);
    cr_assert_eq(run_on("535.183.06"), 0);
    expect_conf("/usr/local/cuda/compat\n");
    cr_assert_eq(stat(tmpdir_path(root, CONF), &first), 0);
    cr_expect_eq(first.st_mode, S_IFREG | 0644);
    cr_assert_eq(stat(tmpdir_path(root, "etc/ld.so.conf.d"), &second), 0);
    cr_expect_eq(second.st_mode, S_IFDIR | 0755);
    /* A second start of the container changes nothing. */
    cr_assert_eq(run_on("535.183.06"), 0);
    cr_assert_eq(stat(tmpdir_path(root, CONF), &second), 0);
    cr_expect_eq(first.st_ino, second.st_ino);
    /* With a newer driver it is not used any more. */
    cr_assert_eq(run_on("580.65.06"), 0);
    expect_conf(NULL);
    cr_assert_eq(run_on("580.65.06"), 0);
}

Test(enable_cuda_compat, not_newer)
{
    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    cr_expect_eq(run_on("575.10.10"), 0);
    cr_expect_eq(run_on("590.44.01"), 0);
    cr_expect_eq(run_on("nonsense"), 0);
    cr_expect_eq(run(&(struct hook_args){.host_cuda_version = "12.2"}, NULL), 0);
    cr_expect_neq(access(tmpdir_path(root, "etc"), F_OK), 0);
}

Test(enable_cuda_compat, note_decides)
{
    const struct compatelf elf = compatelf_new(
        true, false, "{\"CUDA version\":\"12.9\",\"driver\":[535,550,560,565,570,575]}");
    const char *path;
    FILE *f;

    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "");
    path = tmpdir_path(root, "usr/local/cuda/compat/" LIBRARY);
    cr_assert((f = fopen(path, "w")) != NULL);
    cr_assert(fwrite(elf.data, 1, elf.len, f) == elf.len && fclose(f) == 0);
    cr_expect_eq(run_on("525.60.13"), 0); /* that branch is not in the note */
    expect_conf(NULL);
    cr_expect_eq(run_on("575.10.10"), 0); /* by the names alone it would not be used */
    expect_conf("/usr/local/cuda/compat\n");
    cr_expect_eq(run(&(struct hook_args){.host_cuda_version = "12.9"}, NULL), 0);
    expect_conf(NULL);
    cr_expect_eq(run(&(struct hook_args){.host_cuda_version = "12.8"}, NULL), 0);
    expect_conf("/usr/local/cuda/compat\n");
}

/* A link to make in the root, a folder with the library, and what the drop-in says. */
static const struct {
    const char *link, *target, *folder, *option, *conf;
} folders[] = {
    {NULL, NULL, "usr/local/cuda/compat", NULL, "/usr/local/cuda/compat\n"},
    {NULL, NULL, "usr/local/cuda/compat", "", "/usr/local/cuda/compat\n"},
    {NULL, NULL, "opt/compat", "/opt/compat", "/opt/compat\n"},
    {NULL, NULL, "opt/compat", "opt//./compat/", "/opt/compat\n"},
    {NULL, NULL, "opt/compat", "../../opt/x/../compat", NULL},
    {NULL, NULL, "opt/compat", NULL, NULL},
    {NULL, NULL, "usr/local/cuda/compat", "/opt/compat", NULL},
    {NULL, NULL, "compat", "/../compat", "/compat\n"},
    {"usr/local/cuda", "cuda-12.9", "usr/local/cuda-12.9/compat", NULL,
     "/usr/local/cuda-12.9/compat\n"},
    {"usr/local/cuda", "/opt/cuda", "opt/cuda/compat", NULL, "/opt/cuda/compat\n"},
    {"usr/local/cuda", "../../../../../../", "compat", NULL, "/compat\n"},
    {"usr/local/cuda", "nowhere", "compat", NULL, NULL},
    {"usr/local/cuda", "cuda", "compat", NULL, NULL},
    {"usr/local/cuda", "/proc/self/root", "compat", NULL, NULL},
    /* What ld.so.conf would take for something else. */
    {"usr/local/cuda", "/a\nb", "a\nb/compat", NULL, NULL},
    {"usr/local/cuda", "/a\177b", "a\177b/compat", NULL, NULL},
    {"usr/local/cuda", "/a # b", "a # b/compat", NULL, NULL},
    {"usr/local/cuda", "/a=libc6", "a=libc6/compat", NULL, NULL},
    {NULL, NULL, "opt/compat ", "/opt/compat ", NULL},
    {"usr/local/cuda", "/a b", "a b/compat", NULL, "/a b/compat\n"},
    {"usr/local/cuda", "/\303\244", "\303\244/compat", NULL, "/\303\244/compat\n"},
};

Test(enable_cuda_compat, folders)
{
    for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
        const struct hook_args args = {.host_driver_version = "535.183.06",
                                       .compat_root = folders[i].option};
        char library[256];

        (void)snprintf(library, sizeof library, "root%zu", i);
        use_root(library);
        (void)snprintf(library, sizeof library, "%s/" LIBRARY, folders[i].folder);
        tmpdir_write(root, library, "x\n");
        if (folders[i].link)
            tmpdir_link(root, folders[i].link, folders[i].target);
        cr_expect_eq(run(&args, NULL), 0, "%zu", i);
        if (folders[i].option && *folders[i].option)
            expect_other_conf(folders[i].conf);
        else
            expect_conf(folders[i].conf);
    }
}

/* Two documents, each with its folder: what one hook finds does not concern the other's drop-in. */
Test(enable_cuda_compat, folders_of_two_documents)
{
    const struct hook_args usual = {.host_driver_version = "535.183.06"};
    const struct hook_args other = {.host_driver_version = "535.183.06",
                                    .compat_root = "/opt/compat/"};
    const struct hook_args same = {.host_driver_version = "590.44.01",
                                   .compat_root = "opt//compat"};

    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    cr_assert_eq(run(&usual, NULL), 0);
    cr_assert_eq(run(&other, NULL), 0); /* which has nothing to do */
    expect_conf("/usr/local/cuda/compat\n");
    tmpdir_write(root, "opt/compat/" LIBRARY, "x\n");
    cr_assert_eq(run(&other, NULL), 0);
    expect_conf("/usr/local/cuda/compat\n");
    cr_assert_eq(run_on("590.44.01"), 0);
    expect_conf(NULL);
    expect_other_conf("/opt/compat\n");
    cr_assert_eq(run(&same, NULL), 0);
    expect_other_conf(NULL);
}

/* In the folder: what is no library, or not the only one. */
Test(enable_cuda_compat, other_entries)
{
    tmpdir_write(root, "opt/" LIBRARY, "x\n");
    tmpdir_link(root, "usr/local/cuda/compat/" LIBRARY, "/opt/" LIBRARY);
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf(NULL);
    tmpdir_write(root, "usr/local/cuda/compat/libcuda.so.576.1/x", "x\n");
    cr_assert_eq(mkfifo(tmpdir_path(root, "usr/local/cuda/compat/libcuda.so.577.1"), 0666), 0);
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf(NULL);
    tmpdir_write(root, "usr/local/cuda/compat/libcuda.so.578.1", "x\n");
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf("/usr/local/cuda/compat\n");
    tmpdir_write(root, "usr/local/cuda/compat/libcuda.so.579.1", "x\n");
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf(NULL);
}

Test(enable_cuda_compat, too_many_entries)
{
    char name[64];

    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    for (int i = 0; i <= 65536; i++) {
        (void)snprintf(name, sizeof name, "usr/local/cuda/compat/%d", i);
        cr_assert_eq(symlink("x", tmpdir_path(root, name)), 0);
    }
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf(NULL);
}

/* Whatever component leads out of the root: by an absolute link, and by a relative one. */
Test(enable_cuda_compat, links_that_lead_out)
{
    static const char *const components[] = {
        "etc",
        "etc/ld.so.conf.d",
        CONF,
        "usr",
        "usr/local",
        "usr/local/cuda",
        "usr/local/cuda/compat",
    };
    const char *before = host();

    for (size_t i = 0; i < 2 * ARRAY_SIZE(components); i++) {
        const char *component = components[i / 2];
        bool writes = strncmp(component, "etc", 3) == 0;
        char target[512], name[32];

        (void)snprintf(name, sizeof name, "out%zu", i);
        use_root(name);
        (void)snprintf(target, sizeof target, "%s%s/host%s", i % 2 ? "../../../../../../../.." : "",
                       top, strcmp(component, CONF) == 0 ? "/keep" : "");
        tmpdir_link(root, component, target);
        if (writes)
            tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
        (void)run_on("535.183.06");
        if (!writes)
            expect_conf(NULL);
        (void)run_on("590.44.01");
        cr_expect_str_eq(host(), before, "%s", component);
    }
}

/* What has the name of the drop-in goes, if it can. */
Test(enable_cuda_compat, drop_in_is_something_else)
{
    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    tmpdir_write(root, "etc/victim", "keep\n");
    tmpdir_link(root, CONF, "../victim");
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf("/usr/local/cuda/compat\n");
    expect_file("etc/victim", "keep\n");

    cr_assert_eq(unlink(tmpdir_path(root, CONF)), 0);
    cr_assert_eq(link(tmpdir_path(root, "etc/victim"), tmpdir_path(root, CONF)), 0);
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_file("etc/victim", "keep\n");

    cr_assert_eq(unlink(tmpdir_path(root, CONF)), 0);
    cr_assert_eq(mkfifo(tmpdir_path(root, CONF), 0666), 0);
    cr_expect_eq(run_on("535.183.06"), 0);
    expect_conf("/usr/local/cuda/compat\n");

    cr_assert_eq(unlink(tmpdir_path(root, CONF)), 0);
    cr_assert_eq(mkdir(tmpdir_path(root, CONF), 0755), 0);
    cr_expect_lt(run_on("535.183.06"), 0);
    cr_expect_eq(run_on("590.44.01"), 0);
}

Test(enable_cuda_compat, cannot_be_written)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    const struct hook_args args = {.host_driver_version = "535.183.06"};

    tmpdir_write(root, "usr/local/cuda/compat/" LIBRARY, "x\n");
    tmpdir_link(root, "etc", "nowhere");
    cr_expect_eq(run(&args, &err), -CDI_ERR_IO);
    cr_expect_eq(err.os_errno, ENOTDIR);
    cr_expect(strstr(err.message, "/etc/ld.so.conf.d") && !strstr(err.message, top), "%s",
              err.message);
    cr_assert_eq(unlink(tmpdir_path(root, "etc")), 0);
    tmpdir_write(root, "etc", "a file");
    cr_expect_eq(run(&args, &err), -CDI_ERR_IO);
    cr_expect_eq(run_on("590.44.01"), 0);
}
