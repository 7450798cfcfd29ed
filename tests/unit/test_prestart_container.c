/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What NVIDIA's prestart hook makes of a container: the cases that its own documentation and tests
 * name, without what requests are in general (test_request*.c).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "prestart/container.h"

#define ALL        "compat32,compute,display,graphics,ngx,utility,video"
#define PRIVILEGED "\"capabilities\":{\"bounding\":[\"CAP_SYS_ADMIN\"]},"
#define LEGACY     "\"CUDA_VERSION=9.0\""
#define MODERN     "\"NVIDIA_REQUIRE_CUDA=cuda>=9.0\""

static void free_oci(struct cdi_oci **oci)
{
    cdi_oci_free(*oci);
}

static void add_list(struct strbuf *out, const struct request_strings *list)
{
    for (size_t i = 0; i < list->n; i++)
        strbuf_printf(out, "%s%s", i ? "," : "", list->items[i]);
}

/*
 * Reads a container; the outcome as "devices|capabilities|requirements|MIG config|MIG
 * monitor|root",
 * "-" without devices, "error" for a failure.
 */
static char *outcome(const char *config_text, const char *oci_text, struct cdi_error *err)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_(free_oci) struct cdi_oci *oci = NULL;
    _cleanup_config_ struct config config;
    struct request_strings supported;
    struct strbuf out = STRBUF_INIT;
    struct cli_call call = {.debug = false};
    struct request request;
    int r;

    cr_assert_eq(config_parse(config_text, strlen(config_text), "c", &config, NULL), 0);
    cr_assert_eq(cdi_oci_parse(oci_text, strlen(oci_text), "config.json", &oci, err), 0, "%s",
                 oci_text);
    r = container_supported(&config, arena, &supported, err);
    if (r == 0)
        r = container_read(oci, &config, &supported, "/b", arena, &request, &call, err);
    if (r < 0)
        return strdup("error");
    if (request.devices.n == 0)
        return strdup("-");
    add_list(&out, &request.devices);
    strbuf_addch(&out, '|');
    add_list(&out, &call.capabilities);
    strbuf_addch(&out, '|');
    add_list(&out, &request.requirements);
    strbuf_printf(&out, "|%s|%s|%s", call.mig_config ? call.mig_config : "",
                  call.mig_monitor ? call.mig_monitor : "", call.rootfs);
    return strbuf_take(&out, NULL);
}

static const struct {
    const char *config;
    const char *process; /* what stands before env */
    const char *env;
    const char *outcome; /* without the root */
} cases[] = {
    {"", "", "", "-"},
    {"", PRIVILEGED, "", "-"},
    /* Images from before NVIDIA_REQUIRE_CUDA. */
    {"", "", LEGACY, "all|" ALL "|cuda>=9.0||"},
    {"", PRIVILEGED, LEGACY ",\"NVIDIA_VISIBLE_DEVICES=\"", "-"},
    {"", "", LEGACY ",\"NVIDIA_VISIBLE_DEVICES=void\"", "-"},
    {"", "", LEGACY ",\"NVIDIA_VISIBLE_DEVICES=none\"", "|" ALL "|cuda>=9.0||"},
    {"", "", LEGACY ",\"NVIDIA_VISIBLE_DEVICES=gpu0,gpu1\"", "gpu0,gpu1|" ALL "|cuda>=9.0||"},
    {"", "", LEGACY ",\"NVIDIA_DRIVER_CAPABILITIES=\"", "all|compute,utility|cuda>=9.0||"},
    {"", "", LEGACY ",\"NVIDIA_DRIVER_CAPABILITIES=all\"", "all|" ALL "|cuda>=9.0||"},
    {"", "", LEGACY ",\"NVIDIA_DRIVER_CAPABILITIES=video,display\"",
     "all|display,video|cuda>=9.0||"},
    {"", "", LEGACY ",\"NVIDIA_DISABLE_REQUIRE=true\"", "all|" ALL "|||"},
    {"disable-require = true", "", LEGACY, "all|" ALL "|||"},
    {"supported-driver-capabilities = 'video,display'", "", LEGACY,
     "all|display,video|cuda>=9.0||"},
    /* Later ones. */
    {"", "", MODERN, "-"},
    {"", "", MODERN "," LEGACY, "-"},
    {"", "", MODERN ",\"NVIDIA_VISIBLE_DEVICES=all\"", "all|compute,utility|cuda>=9.0||"},
    {"", "", MODERN ",\"NVIDIA_VISIBLE_DEVICES=\"", "-"},
    {"", "", MODERN ",\"NVIDIA_VISIBLE_DEVICES=none\"", "|compute,utility|cuda>=9.0||"},
    {"", "", MODERN ",\"NVIDIA_VISIBLE_DEVICES=0\",\"NVIDIA_DRIVER_CAPABILITIES=all\"",
     "0|" ALL "|cuda>=9.0||"},
    {"", "", MODERN ",\"NVIDIA_VISIBLE_DEVICES=0\",\"NVIDIA_DISABLE_REQUIRE=1\"",
     "0|compute,utility|||"},
    /* Without CUDA. */
    {"", "", "\"NVIDIA_VISIBLE_DEVICES=all\"", "all|compute,utility|||"},
    /* Capabilities of the machine. */
    {"supported-driver-capabilities = 'video,display'", "",
     "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_DRIVER_CAPABILITIES=all\"", "all|display,video|||"},
    {"supported-driver-capabilities = 'video,display,compute,utility'", "",
     "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_DRIVER_CAPABILITIES=video\"", "all|video|||"},
    {"supported-driver-capabilities = 'compute'", "", "\"NVIDIA_VISIBLE_DEVICES=all\"",
     "all|compute|||"},
    {"supported-driver-capabilities = 'compute,utility'", "",
     "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_DRIVER_CAPABILITIES=video\"", "error"},
    {"supported-driver-capabilities = ''", "", "\"NVIDIA_VISIBLE_DEVICES=all\"", "all||||"},
    {"", "", "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_DRIVER_CAPABILITIES=none\"", "error"},
    {"supported-driver-capabilities = 'all'", "",
     "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_DRIVER_CAPABILITIES=all\"", "all|" ALL "|||"},
    {"supported-driver-capabilities = 'all,video'", "", "\"NVIDIA_VISIBLE_DEVICES=all\"", "error"},
    {"supported-driver-capabilities = 'Video'", "", "", "error"},
    /* Who may manage MIG devices. */
    {"", PRIVILEGED, "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_MIG_CONFIG_DEVICES=mig0,mig1\"",
     "all|compute,utility||mig0,mig1|"},
    {"", "", "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_MIG_CONFIG_DEVICES=mig0\"", "error"},
    {"", PRIVILEGED, "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_MIG_MONITOR_DEVICES=all\"",
     "all|compute,utility|||all"},
    {"", "", "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_MIG_MONITOR_DEVICES=all\"", "error"},
    {"", "", "\"NVIDIA_VISIBLE_DEVICES=all\",\"NVIDIA_MIG_MONITOR_DEVICES=\"",
     "all|compute,utility|||"},
    {"", "", "\"NVIDIA_MIG_CONFIG_DEVICES=mig0\"", "-"}, /* no device: nothing to refuse */
    /* Variables of another name. */
    {"swarm-resource = 'A, B'", "", "\"NVIDIA_VISIBLE_DEVICES=0\",\"B=1\"", "1|compute,utility|||"},
    {"swarm-resource = 'A'", "", "\"NVIDIA_VISIBLE_DEVICES=0\"", "0|compute,utility|||"},
    {"accept-nvidia-visible-devices-envvar-when-unprivileged = false", "",
     "\"NVIDIA_VISIBLE_DEVICES=0\"", "-"},
    {"accept-nvidia-visible-devices-envvar-when-unprivileged = false", PRIVILEGED,
     "\"NVIDIA_VISIBLE_DEVICES=0\"", "0|compute,utility|||"},
};

Test(prestart_container, requests)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *seen = NULL;
        char text[1024], expected[512];
        bool plain = strchr(cases[i].outcome, '|') == NULL;

        (void)snprintf(text, sizeof text,
                       "{\"ociVersion\":\"1.0.2\",\"process\":{%s\"env\":[%s]},"
                       "\"root\":{\"path\":\"r\"}}",
                       cases[i].process, cases[i].env);
        (void)snprintf(expected, sizeof expected, "%s%s", cases[i].outcome, plain ? "" : "|/b/r");
        seen = outcome(cases[i].config, text, &err);
        cr_expect_str_eq(seen, expected, "%s %s: %s %s", cases[i].config, text, seen,
                         err.message ? err.message : "");
    }
}

/* What must be there, and where the root directory is. */
Test(prestart_container, document)
{
    static const struct {
        const char *oci, *outcome;
    } documents[] = {
        {"{\"ociVersion\":\"1\",\"process\":{},\"root\":{\"path\":\"r\"}}", "-"},
        {"{\"process\":{},\"root\":{\"path\":\"r\"}}", "error"},
        {"{\"ociVersion\":\"1\",\"root\":{\"path\":\"r\"}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":null,\"root\":{\"path\":\"r\"}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{},\"root\":{}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{},\"root\":{\"path\":\"\"}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{},\"root\":{\"path\":1}}", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{},\"root\":\"r\"}", "error"},
        {"null", "error"},
        {"{\"ociVersion\":\"1\",\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0\"]},"
         "\"root\":{\"path\":\"../x/./r/\"}}",
         "0|compute,utility||||/x/r"},
        {"{\"ociVersion\":\"1\",\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0\"]},"
         "\"root\":{\"path\":\"/a/r\"}}",
         "0|compute,utility||||/a/r"},
        /* Of several variables of a name the last counts. */
        {"{\"ociVersion\":\"1\",\"process\":{\"env\":[\"NVIDIA_VISIBLE_DEVICES=0\","
         "\"NVIDIA_VISIBLE_DEVICES=void\"]},\"root\":{\"path\":\"/a/r\"}}",
         "-"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *seen = outcome("", documents[i].oci, &err);

        cr_expect_str_eq(seen, documents[i].outcome, "%s: %s", documents[i].oci, seen);
    }
}

Test(prestart_container, mode)
{
    static const char *const plain[] = {"0"}, *const qualified[] = {"a/b=c", "a/b=d"},
                             *const mixed[] = {"a/b=c", "0"}, *const none[] = {""};
    static const struct {
        const char *config;
        struct request_strings devices;
        bool tegra;
        int result;
    } modes[] = {
        {"", {plain, 1}, false, 0},
        {"", {plain, 1}, true, -CDI_ERR_UNSUPPORTED},
        {"", {qualified, 2}, false, -CDI_ERR_UNSUPPORTED},
        {"", {mixed, 2}, false, 0},
        {"", {none, 1}, false, 0},
        {"nvidia-container-runtime.mode = 'legacy'", {qualified, 2}, true, 0},
        {"nvidia-container-runtime.mode = 'cdi'", {plain, 1}, false, -CDI_ERR_UNSUPPORTED},
        {"nvidia-container-runtime.mode = 'jit-cdi'", {plain, 1}, false, -CDI_ERR_UNSUPPORTED},
        {"nvidia-container-runtime.mode = 'csv'", {plain, 1}, false, -CDI_ERR_UNSUPPORTED},
        {"nvidia-container-runtime.mode = ''", {plain, 1}, false, -CDI_ERR_UNSUPPORTED},
        {"nvidia-container-runtime.mode = 'cdi'\n"
         "nvidia-container-runtime-hook.skip-mode-detection = true",
         {plain, 1},
         true,
         0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        _cleanup_config_ struct config config;
        const struct request request = {.devices = modes[i].devices};

        cr_assert_eq(config_parse(modes[i].config, strlen(modes[i].config), "c", &config, NULL), 0);
        cr_expect_eq(container_check_mode(&config, &request, modes[i].tegra, NULL), modes[i].result,
                     "case %zu: %s", i, modes[i].config);
    }
}
