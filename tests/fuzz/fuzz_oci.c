/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCI configuration: unedited it comes back as the same bytes; edited it is still one, says
 * what was edited, and the same edits change nothing more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cdikit/oci.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *env[] = {"FUZZ=0", "FUZZ=1\n\xc0\x80", "A=2"};
static const char *options[] = {"rbind", "ro"};
static struct cdi_net_device net_devices[] = {{"eth0", "y"}, {"eth0", "\"x\\"}};
static uint32_t gids[] = {0, 5, 5};
static struct cdi_intel_rdt rdt = {.clos_id = "c", .schemata = {options, 2}};
static struct cdi_device_node nodes[] = {{.path = "/dev/f", .type = "c", .major = 1, .minor = 2},
                                         {.path = "/dev/null"}};
static struct cdi_mount mounts[] = {
    {.host_path = "/h", .container_path = "/f", .options = {options, 2}, .type = "bind"},
    {.host_path = "/h", .container_path = "/f"}};
static struct cdi_hook hooks[] = {
    {.hook_name = "poststop", .path = "/x", .args = {options, 2}, .timeout = {true, -1}}};

/* Edits that are the same when they are made twice, and others. */
static const struct cdi_edits settled = {.env = {env, 3},
                                         .net_devices = net_devices,
                                         .n_net_devices = 2,
                                         .intel_rdt = &rdt,
                                         .additional_gids = gids,
                                         .n_additional_gids = 3};
/* Settles when each application has removed one of the destinations that are there twice. */
static const struct cdi_edits mounting = {.mounts = mounts, .n_mounts = 2};
static const struct cdi_edits growing = {
    .device_nodes = nodes, .n_device_nodes = 2, .hooks = hooks, .n_hooks = 1};

static void require(bool holds)
{
    if (!holds)
        __builtin_trap();
}

static void expect_text(const struct cdi_oci *oci, const void *want, size_t want_len)
{
    char *text;
    size_t len;

    if (cdi_oci_format(oci, &text, &len, NULL) < 0)
        return;
    require(len == want_len && memcmp(text, want, len) == 0);
    free(text);
}

/* Mounts, made as often as the text can have elements, and the rest change nothing any more. */
static void check_settled(const struct cdi_oci *oci)
{
    const struct cdi_edits *edits[] = {&settled, &mounting}, *mounts_only[] = {&mounting};
    struct cdi_oci *again;
    char *text, *before = NULL;
    size_t len, left = 2, mounted = 0;

    if (cdi_oci_format(oci, &text, &len, NULL) < 0)
        return;
    for (const char *p = text; (p = strchr(p, '{')); p++)
        left++;
    while (left--) {
        free(before);
        before = text;
        mounted = len;
        require(cdi_oci_parse(before, mounted, NULL, &again, NULL) == 0);
        require(cdi_oci_apply(again, mounts_only, 1, NULL, NULL) == 0);
        require(cdi_oci_format(again, &text, &len, NULL) == 0);
        require(cdi_oci_changed(again) == (len != mounted || memcmp(text, before, len) != 0));
        if (!cdi_oci_changed(again))
            break;
        cdi_oci_free(again);
        again = NULL;
    }
    require(again != NULL);
    require(cdi_oci_apply(again, edits, 2, NULL, NULL) == 0);
    require(!cdi_oci_changed(again));
    expect_text(again, text, len);
    cdi_oci_free(again);
    free(before);
    free(text);
}

static void check_edited(const struct cdi_oci *oci)
{
    const struct cdi_edits *edits = &settled;
    struct cdi_oci *again;
    const char *value;
    char *text;
    size_t len;

    if (cdi_oci_format(oci, &text, &len, NULL) < 0)
        return;
    require(cdi_oci_parse(text, len, NULL, &again, NULL) == 0);
    value = cdi_oci_getenv(again, "FUZZ");
    require(value && strcmp(value, "1\n\xc0\x80") == 0);
    require(cdi_oci_apply(again, &edits, 1, NULL, NULL) == 0);
    require(!cdi_oci_changed(again));
    expect_text(again, text, len);
    cdi_oci_free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct cdi_edits *edits[] = {&settled, &mounting, &growing};
    struct cdi_annotations annotations;
    const char **devices = NULL;
    struct cdi_oci *oci;
    size_t n;

    if (cdi_oci_parse((const char *)data, size, "fuzz", &oci, NULL) < 0)
        return 0;
    (void)!cdi_oci_annotations(oci, "", &annotations, NULL);
    if (cdi_oci_requested_devices(oci, &devices, &n, NULL) == 0)
        free(devices);
    expect_text(oci, data, size);
    if (cdi_oci_apply(oci, edits, 3, NULL, NULL) < 0) {
        require(!cdi_oci_changed(oci));
        expect_text(oci, data, size);
    } else {
        require(cdi_oci_changed(oci));
        check_edited(oci);
        check_settled(oci);
    }
    cdi_oci_free(oci);
    return 0;
}
