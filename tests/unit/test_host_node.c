/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/host_node.h"
#include "base/cleanup.h"
#include "base/root.h"
#include "tests/unit/tmpdir.h"

#define MODE(n)   \
    {             \
        true, (n) \
    }
#define NO_MODE  \
    {            \
        false, 0 \
    }

static const struct host_node null_node = {0, 'c', 1, 3, 0666};
static const struct host_node block_node = {0, 'b', 8, 1, 04022};
static const struct host_node fifo = {0, 'p', 0, 0, 0640};
static const struct host_node regular = {0, 0, 0, 0, 0644};
static const struct host_node missing = {ENOENT, 0, 0, 0, 0};
static const struct host_node denied = {EACCES, 0, 0, 0, 0};

/* The observed rule of the CDI Go library. */
static const struct {
    const struct host_node *host;
    const char *type;
    int64_t major, minor;
    struct cdi_opt_uint32 mode;
    enum cdi_errc code;
    const char *type_after;
    int64_t major_after, minor_after;
    struct cdi_opt_uint32 mode_after;
} cases[] = {
    /* Everything from the host. */
    {&null_node, "", 0, 0, NO_MODE, CDI_OK, "c", 1, 3, MODE(0666)},
    {&null_node, "c", 0, 0, NO_MODE, CDI_OK, "c", 1, 3, MODE(0666)},
    {&block_node, "", 0, 0, NO_MODE, CDI_OK, "b", 8, 1, MODE(04022)},
    {&fifo, "", 0, 0, NO_MODE, CDI_OK, "p", 0, 0, MODE(0640)},
    /* The mode that is given stays, also 0. */
    {&null_node, "", 0, 0, MODE(0), CDI_OK, "c", 1, 3, MODE(0)},
    /* A minor without a major is not looked at; a major stays with its minor. */
    {&null_node, "", 0, 77, NO_MODE, CDI_OK, "c", 1, 3, MODE(0666)},
    {&null_node, "", 77, 0, NO_MODE, CDI_OK, "c", 77, 0, MODE(0666)},
    {&null_node, "", 77, 5, NO_MODE, CDI_OK, "c", 77, 5, MODE(0666)},
    /* Types must agree, unless type and numbers are given. */
    {&null_node, "b", 0, 0, NO_MODE, CDI_ERR_INVALID, NULL, 0, 0, NO_MODE},
    {&null_node, "u", 0, 0, NO_MODE, CDI_ERR_INVALID, NULL, 0, 0, NO_MODE},
    {&block_node, "bc", 0, 0, NO_MODE, CDI_ERR_INVALID, NULL, 0, 0, NO_MODE},
    {&null_node, "b", 77, 1, NO_MODE, CDI_OK, "b", 77, 1, MODE(0666)},
    {&null_node, "p", 0, 0, NO_MODE, CDI_OK, "p", 0, 0, MODE(0666)},
    {&null_node, "c", -1, -1, NO_MODE, CDI_OK, "c", -1, -1, MODE(0666)},
    /* Without a node on the host. */
    {&missing, "c", 0, 1, NO_MODE, CDI_ERR_NOTFOUND, NULL, 0, 0, NO_MODE},
    {&missing, "", 9, 9, NO_MODE, CDI_ERR_NOTFOUND, NULL, 0, 0, NO_MODE},
    {&missing, "c", 9, 9, NO_MODE, CDI_OK, "c", 9, 9, NO_MODE},
    {&missing, "u", 9, 9, NO_MODE, CDI_OK, "u", 9, 9, NO_MODE},
    {&missing, "p", 0, 0, NO_MODE, CDI_OK, "p", 0, 0, NO_MODE},
    {&denied, "", 0, 0, NO_MODE, CDI_ERR_IO, NULL, 0, 0, NO_MODE},
    {&regular, "", 0, 0, NO_MODE, CDI_ERR_INVALID, NULL, 0, 0, NO_MODE},
    {&regular, "c", 1, 0, NO_MODE, CDI_OK, "c", 1, 0, NO_MODE},
};

Test(host_node, completes)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct cdi_device_node node = {.path = "/dev/x",
                                       .host_path = "",
                                       .type = cases[i].type,
                                       .major = cases[i].major,
                                       .minor = cases[i].minor,
                                       .file_mode = cases[i].mode};
        int r = host_node_complete(&node, cases[i].host, &err);

        cr_expect_eq(r, -(int)cases[i].code, "case %zu", i);
        if (r == 0) {
            cr_expect_str_eq(node.type, cases[i].type_after, "case %zu", i);
            cr_expect_eq(node.major, cases[i].major_after, "case %zu", i);
            cr_expect_eq(node.minor, cases[i].minor_after, "case %zu", i);
            cr_expect_eq(node.file_mode.set, cases[i].mode_after.set, "case %zu", i);
            cr_expect_eq(node.file_mode.value, cases[i].mode_after.value, "case %zu", i);
        } else {
            cr_expect_not_null(strstr(err.message, "/dev/x"), "%s", err.message);
        }
        cdi_error_clear(&err);
    }
}

Test(host_node, is_needed_unless_all_is_given)
{
    struct cdi_device_node node = {.path = "/dev/x", .host_path = "", .type = ""};

    cr_expect(host_node_needed(&node));
    node.type = "c";
    node.major = 1;
    cr_expect(host_node_needed(&node));
    node.file_mode.set = true;
    cr_expect_not(host_node_needed(&node));
    node.major = 0;
    cr_expect(host_node_needed(&node));
    node.type = "p";
    cr_expect_not(host_node_needed(&node));
}

Test(host_node, reads_facts_beneath_a_root)
{
    const char *dir = tmpdir_new();
    struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_root_ struct root root = ROOT_INIT;
    struct host_node node;

    tmpdir_write(dir, "dev/regular", "x");
    cr_assert_eq(mkfifo(tmpdir_path(dir, "dev/fifo"), 0), 0);
    cr_assert_eq(chmod(tmpdir_path(dir, "dev/fifo"), 07640), 0);
    cr_assert_eq(symlink("/dev/fifo", tmpdir_path(dir, "dev/link")), 0);
    cr_assert_eq(symlink("/dev", tmpdir_path(dir, "nodes")), 0);
    cr_assert_eq(root_open(&root, dir, &err), 0);

    host_node_read(&root, "/dev/fifo", &node);
    cr_expect(node.error == 0 && node.type == 'p' && node.file_mode == 07640);
    host_node_read(&root, "/nodes/fifo", &node);
    cr_expect(node.error == 0 && node.type == 'p');
    host_node_read(&root, "/dev/link", &node);
    cr_expect(node.error == 0 && node.type == 0);
    host_node_read(&root, "/dev/regular", &node);
    cr_expect(node.error == 0 && node.type == 0);
    host_node_read(&root, "/dev/none", &node);
    cr_expect_eq(node.error, ENOENT);
    host_node_read(&root, "/dev/regular/x", &node);
    cr_expect_eq(node.error, ENOTDIR);
    if (mknod(tmpdir_path(dir, "dev/block"), S_IFBLK | 0600, makedev(7, 300)) < 0)
        cr_skip_test("mknod needs root");
    host_node_read(&root, "/dev/block", &node);
    cr_expect(node.type == 'b' && node.major == 7 && node.minor == 300 && node.file_mode == 0600);
}

Test(host_node, reads_the_host_itself)
{
    struct root host = ROOT_INIT;
    struct host_node node;

    host_node_read(&host, "/dev/null", &node);
    cr_expect(node.error == 0 && node.type == 'c' && node.major == 1 && node.minor == 3);
    host_node_read(&host, "/dev/null/", &node);
    cr_expect_eq(node.error, ENOTDIR);
}

/* Also without a root a symlink to a device is none. */
Test(host_node, follows_no_symlink_on_the_host_itself)
{
    const char *dir = tmpdir_new();
    struct root host = ROOT_INIT;
    struct host_node node;

    cr_assert_eq(symlink("/dev/null", tmpdir_path(dir, "link")), 0);
    host_node_read(&host, tmpdir_path(dir, "link"), &node);
    cr_expect(node.error == 0 && node.type == 0);
}
