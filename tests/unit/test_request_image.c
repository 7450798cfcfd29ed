/* SPDX-License-Identifier: Apache-2.0 */
/* What an image says besides devices, and what is said of the reasoning. */
#include <criterion/criterion.h>
#include <string.h>

#include "apply/request.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "tests/unit/ask.h"

#define ALL    "NVIDIA_VISIBLE_DEVICES=all|"
#define LEGACY "CUDA_VERSION=11.6.2|NVIDIA_VISIBLE_DEVICES=all"

static const struct request_rules no_imex = {
    .env_when_unprivileged = true, .volume_mounts = true, .no_imex = true, .default_kind = "v/c"};
static const char *const prefix[] = {"p/"};
static const struct request_rules ask_cdi_imex = {.annotation_prefixes = {prefix, 1},
                                                  .env_when_unprivileged = true,
                                                  .volume_mounts = true,
                                                  .default_kind = "v/c"};
static const struct request_rules no_requirements = {
    .env_when_unprivileged = true, .no_requirements = true, .default_kind = "v/c"};

static int read_ask(const struct request_rules *rules, enum request_mode mode,
                    const struct ask *ask, struct arena *arena, struct request *request,
                    struct cdi_error *err)
{
    struct cdi_oci *oci = ask_document(ask);
    int r = request_read(oci, rules, mode, REQUEST_PLATFORM_OTHER, arena, request, err);

    cdi_oci_free(oci);
    return r;
}

/* IMEX channels in a mode. */
static const struct {
    const struct request_rules *rules;
    enum request_mode mode;
    struct ask ask;
    const char *want;
} imex[] = {
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "A=1"}, ""},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=3,4"}, "3,4"},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = LEGACY "|NVIDIA_IMEX_CHANNELS=3, 4 ,3"}, "3,4"},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = LEGACY}, ""},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=all"}, ""},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=none"}, ""},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=1,void"}, ""},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS="}, ""},
    /* No devices, no channels. */
    {&ask_mounts, REQUEST_JIT_CDI, {.env = "NVIDIA_IMEX_CHANNELS=3"}, ""},
    /* Mounts come before the variable. */
    {&ask_mounts,
     REQUEST_JIT_CDI,
     {.env = ALL "NVIDIA_IMEX_CHANNELS=3", .mounts = "/imex/channel7|/imex/all"},
     "channel7,all"},
    {&ask_mounts, REQUEST_JIT_CDI, {.mounts = "/imex/1|/0"}, "1"},
    {&ask_mounts, REQUEST_JIT_CDI, {.env = ALL "A=1", .mounts = "/imex/1"}, "1"},
    /* whatever asks for devices */
    {&ask_cdi_imex,
     REQUEST_CDI,
     {.annotations = "p/x=runtime.nvidia.com/gpu=0",
      .env = "NVIDIA_IMEX_CHANNELS=4",
      .mounts = "/imex/3|/cdi/v.org/c/unasked"},
     "3"},
    {&ask_cdi_imex,
     REQUEST_CDI,
     {.annotations = "p/x=runtime.nvidia.com/gpu=0", .env = "NVIDIA_IMEX_CHANNELS=4"},
     "4"},
    {&ask_defaults,
     REQUEST_JIT_CDI,
     {.env = ALL "NVIDIA_IMEX_CHANNELS=3", .mounts = "/imex/1"},
     "3"},
    {&ask_strict, REQUEST_JIT_CDI, {.env = "NVIDIA_IMEX_CHANNELS=3", .mounts = "/0"}, ""},
    {&ask_strict,
     REQUEST_JIT_CDI,
     {.env = "NVIDIA_IMEX_CHANNELS=3", .mounts = "/0", .admin = true},
     "3"},
    {&no_imex, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=3", .mounts = "/imex/1"}, ""},
    /* They go with devices that are generated, or that nvidia-container-cli gives. */
    {&ask_mounts, REQUEST_LEGACY, {.env = ALL "NVIDIA_IMEX_CHANNELS=3"}, "3"},
    {&ask_mounts, REQUEST_CSV, {.env = ALL "NVIDIA_IMEX_CHANNELS=3"}, ""},
    {&ask_mounts, REQUEST_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=3"}, ""},
    {&ask_mounts,
     REQUEST_CDI,
     {.env = "NVIDIA_VISIBLE_DEVICES=runtime.nvidia.com/gpu=0|NVIDIA_IMEX_CHANNELS=3"},
     "3"},
    {&ask_mounts,
     REQUEST_JIT_CDI,
     {.env = "NVIDIA_VISIBLE_DEVICES=v.org/c=0|NVIDIA_IMEX_CHANNELS=3"},
     ""},
};

Test(request_image, imex)
{
    for (size_t i = 0; i < ARRAY_SIZE(imex); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct request request;
        char got[200];

        cr_assert_eq(read_ask(imex[i].rules, imex[i].mode, &imex[i].ask, arena, &request, NULL), 0);
        ask_join(&request.imex_channels, got, sizeof got);
        cr_expect_str_eq(got, imex[i].want, "case %zu: %s", i, got);
        cr_expect_eq(request.imex_channels.n == 0, !*imex[i].want, "case %zu", i);
    }
}

#define GATES "NVIDIA_GDS=enabled|NVIDIA_GDRCOPY=enabled|NVIDIA_MOFED=1|NVIDIA_NVSWITCH="

static const struct {
    enum request_mode mode;
    const char *env;
    bool want[REQUEST_N_FEATURES];
} features[] = {
    {REQUEST_JIT_CDI, ALL GATES, {[REQUEST_GDS] = true, [REQUEST_GDRCOPY] = true}},
    {REQUEST_CSV, ALL GATES, {[REQUEST_GDS] = true, [REQUEST_GDRCOPY] = true}},
    {REQUEST_LEGACY,
     ALL "NVIDIA_MOFED=enabled|NVIDIA_NVSWITCH=enabled",
     {[REQUEST_MOFED] = true, [REQUEST_NVSWITCH] = true}},
    {REQUEST_LEGACY, ALL "NVIDIA_GDS=Enabled|NVIDIA_MOFED=enabled ", {false}},
    {REQUEST_CDI, ALL GATES, {false}},
    {REQUEST_JIT_CDI, "NVIDIA_VISIBLE_DEVICES=v.org/c=0|" GATES, {false}},
    {REQUEST_JIT_CDI, GATES, {false}},
    {REQUEST_JIT_CDI,
     "NVIDIA_VISIBLE_DEVICES=v.org/c=0,1|NVIDIA_GDS=enabled",
     {[REQUEST_GDS] = true}},
};

Test(request_image, features)
{
    for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const struct ask ask = {.env = features[i].env};
        struct request request;

        cr_assert_eq(read_ask(&ask_defaults, features[i].mode, &ask, arena, &request, NULL), 0);
        for (size_t f = 0; f < REQUEST_N_FEATURES; f++)
            cr_expect_eq(request.features[f], features[i].want[f], "case %zu: %zu", i, f);
    }
}

#define CAPS "NVIDIA_DRIVER_CAPABILITIES="

static const struct {
    const char *env;
    bool graphics, csv_all;
} switches[] = {
    {ALL "A=1", false, false},
    {ALL CAPS, false, false},
    {ALL CAPS "compute", false, false},
    {ALL CAPS "all", true, false},
    {ALL CAPS "graphics", true, false},
    {ALL CAPS "compute,graphics", true, false},
    {ALL CAPS "display", true, false},
    {ALL CAPS ",display,graphics", true, false},
    {ALL CAPS "compute, graphics", false, false},
    {ALL CAPS "graphics2,xdisplay,al", false, false},
    {CAPS "all", false, false},
    {ALL "NVIDIA_REQUIRE_JETPACK=csv-mounts=all", false, true},
    {ALL "NVIDIA_REQUIRE_JETPACK=csv-mounts=all,x", false, false},
};

Test(request_image, switches)
{
    for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        const struct ask ask = {.env = switches[i].env};
        struct request request;

        cr_assert_eq(read_ask(&ask_defaults, REQUEST_LEGACY, &ask, arena, &request, NULL), 0);
        cr_expect_eq(request.graphics, switches[i].graphics, "%s", switches[i].env);
        cr_expect_eq(request.csv_all, switches[i].csv_all, "%s", switches[i].env);
    }
}

/* Those of the prestart hook. */
static const struct request_rules hook = {
    .env_when_unprivileged = true, .legacy_requirements = true, .default_kind = "v/c"};

/* Requirements, sorted by the names of their variables. NULL: an error. */
static const struct {
    const struct request_rules *rules;
    enum request_mode mode;
    const char *env;
    const char *want;
} requirements[] = {
    {&ask_defaults, REQUEST_CSV, ALL "A=1", ""},
    {&ask_defaults, REQUEST_CSV,
     ALL "NVIDIA_REQUIRE_JETPACK=x|NVIDIA_REQUIRE_JETPACK_HOST_MOUNTS=y", ""},
    {&ask_defaults, REQUEST_CSV, ALL "NVIDIA_REQUIRE_CUDA=cuda>=11.6", "cuda>=11.6"},
    {&hook, REQUEST_LEGACY, ALL "NVIDIA_REQUIRE_CUDA=cuda>=11.6|NVIDIA_REQUIRE_BRAND=brand=t",
     "brand=t,cuda>=11.6"},
    {&ask_defaults, REQUEST_CSV, LEGACY, "cuda>=11.6"},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_REQUIRE_BRAND=brand=t", "brand=t,cuda>=11.6"},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=v8-rc.1|NVIDIA_VISIBLE_DEVICES=0", "cuda>=8.0"},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=4294967295.4294967295.4294967295",
     "cuda>=4294967295.4294967295"},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=9.4294967296", NULL},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=9.0.4294967296", NULL},
    {&hook, REQUEST_LEGACY, "CUDA_VERSION=9.0.116foo", NULL},
    /* the wrapper leaves them to the hook */
    {&ask_defaults, REQUEST_LEGACY, "CUDA_VERSION=9.0.116foo", ""},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=-9.1", NULL},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=foo|NVIDIA_VISIBLE_DEVICES=void", ""},
    {&ask_defaults, REQUEST_CSV, ALL "CUDA_VERSION=foo|NVIDIA_REQUIRE_CUDA=cuda>=1", "cuda>=1"},
    {&ask_defaults, REQUEST_JIT_CDI, "CUDA_VERSION=foo", ""},
    {&ask_defaults, REQUEST_CDI, LEGACY, ""},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_DISABLE_REQUIRE=true", ""},
    {&ask_defaults, REQUEST_CSV, "CUDA_VERSION=foo|NVIDIA_DISABLE_REQUIRE=1", ""},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_DISABLE_REQUIRE=T", ""},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_DISABLE_REQUIRE=yes", "cuda>=11.6"},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_DISABLE_REQUIRE=0", "cuda>=11.6"},
    {&ask_defaults, REQUEST_CSV, LEGACY "|NVIDIA_DISABLE_REQUIRE=", "cuda>=11.6"},
    {&no_requirements, REQUEST_CSV, LEGACY, ""},
};

Test(request_image, requirements)
{
    for (size_t i = 0; i < ARRAY_SIZE(requirements); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        const struct ask ask = {.env = requirements[i].env};
        struct request request;
        char got[200] = "";
        int r = read_ask(requirements[i].rules, requirements[i].mode, &ask, arena, &request, &err);

        cr_expect_eq(r, requirements[i].want ? 0 : -CDI_ERR_INVALID, "%s", requirements[i].env);
        if (r < 0)
            continue;
        ask_join(&request.requirements, got, sizeof got);
        cr_expect_str_eq(got, requirements[i].want, "%s: %s", requirements[i].env, got);
    }
}

/* Driver capabilities: supported ones, what the image says, what comes of it; NULL: an error. */
#define FULL "compat32,compute,display,graphics,ngx,utility,video"

static const struct {
    const char *supported, *env, *want;
} capabilities[] = {
    {"video,utility,compute,display", "CUDA_VERSION=9.0|" CAPS "video,display", "display,video"},
    {"compute,display,utility,video", "CUDA_VERSION=9.0|" CAPS "all",
     "compute,display,utility,video"},
    {"compute,display,utility,video", "CUDA_VERSION=9.0|" CAPS, "compute,utility"},
    {"compute,display,utility,video", "CUDA_VERSION=9.0", "compute,display,utility,video"},
    {FULL, "CUDA_VERSION=9.0|NVIDIA_REQUIRE_CUDA=x", "compute,utility"},
    {FULL, "A=1", "compute,utility"},
    {FULL, CAPS "all", FULL},
    {FULL, CAPS "video,all", FULL},
    {FULL, CAPS "video,all,foo", FULL},
    {FULL, CAPS " , ", "compute,utility"},
    {FULL, CAPS "utility,,compute , utility", "compute,utility"},
    {FULL, CAPS "video", "video"},
    {"video,display", CAPS "all", "display,video"},
    {"video,display", "A=1", ""},
    {"compute", "A=1", "compute"},
    {"compute,display,utility,video", CAPS "compute,graphics", NULL},
    {"compute", CAPS "none", NULL},
    {FULL, CAPS "Video", NULL},
    {"video,video", CAPS "all", "video"},
    {"", CAPS "all", ""},
    {"", CAPS "cap1", NULL},
    {"", "A=1", ""},
};

Test(request_image, driver_capabilities)
{
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        _cleanup_free_ char *copy = strdup(capabilities[i].supported);
        const struct ask ask = {.env = capabilities[i].env};
        struct cdi_oci *oci = ask_document(&ask);
        const char *items[8];
        struct request_strings supported = {items, 0}, found;
        char *rest = copy, *item, got[200];
        int r;

        while ((item = strsep(&rest, ",")))
            if (*item)
                items[supported.n++] = item;
        r = request_capabilities(oci, &supported, arena, &found, &err);
        cr_expect_eq(r, capabilities[i].want ? 0 : -CDI_ERR_INVALID, "case %zu", i);
        if (r == 0) {
            ask_join(&found, got, sizeof got);
            cr_expect_str_eq(got, capabilities[i].want, "case %zu: %s", i, got);
        }
        cdi_oci_free(oci);
    }
}

/* Which words the notes have, those that warn first. */
static const struct {
    const struct request_rules *rules;
    enum request_mode mode;
    struct ask ask;
    const char *warning, *note;
} notes[] = {
    {&no_imex, REQUEST_JIT_CDI, {.mounts = "/imex/1|/0"}, "ignore-imex-channel-requests", NULL},
    {&ask_defaults, REQUEST_AUTO, {.env = NULL}, NULL, "the mode is auto, hence jit-cdi"},
    {&ask_defaults, REQUEST_AUTO, {.env = NULL}, NULL, "NVIDIA_VISIBLE_DEVICES is not set"},
    {&ask_defaults, REQUEST_AUTO, {.env = NULL}, NULL, "no devices are asked for"},
    {&ask_defaults, REQUEST_CDI, {.env = ALL "A=1"}, NULL, "the mode is cdi"},
    {&ask_defaults, REQUEST_CDI, {.env = ALL "A=1"}, NULL, "NVIDIA_VISIBLE_DEVICES is \"all\""},
    {&ask_strict,
     REQUEST_CDI,
     {.env = ALL "A=1"},
     "NVIDIA_VISIBLE_DEVICES does not count",
     "CAP_SYS_ADMIN"},
    {&ask_defaults,
     REQUEST_CDI,
     {.env = "NVIDIA_VISIBLE_DEVICES=0,0"},
     NULL,
     "gpu=0\" is asked for again"},
    {&ask_defaults,
     REQUEST_JIT_CDI,
     {.env = "NVIDIA_VISIBLE_DEVICES=0-3"},
     "there are no ranges",
     NULL},
    {&ask_defaults,
     REQUEST_CDI,
     {.env = "NVIDIA_VISIBLE_DEVICES=v/c=d,all"},
     "\"v/c=d\" is left out",
     NULL},
    {&ask_defaults,
     REQUEST_JIT_CDI,
     {.env = ALL "NVIDIA_GDS=1"},
     "NVIDIA_GDS is \"1\" and does not count",
     NULL},
    {&ask_defaults,
     REQUEST_CDI,
     {.env = ALL "NVIDIA_GDS=enabled"},
     "NVIDIA_GDS does not count",
     NULL},
    {&ask_mounts,
     REQUEST_CDI,
     {.mounts = "/cdi/foo"},
     "/var/run/nvidia-container-devices/cdi/foo",
     NULL},
    {&ask_mounts,
     REQUEST_CDI,
     {.mounts = "/foo", .env = ALL "A=1"},
     NULL,
     "since mounts ask for devices"},
    {&no_imex,
     REQUEST_JIT_CDI,
     {.env = ALL "NVIDIA_IMEX_CHANNELS=1"},
     "ignore-imex-channel-requests",
     NULL},
    {&ask_defaults, REQUEST_JIT_CDI, {.env = ALL "NVIDIA_IMEX_CHANNELS=all"}, "all channels", NULL},
};

static bool has_note(const struct request *request, bool warning, const char *text)
{
    for (size_t i = 0; i < request->n_notes; i++)
        if (request->notes[i].warning == warning && strstr(request->notes[i].text, text))
            return true;
    return false;
}

Test(request_image, notes)
{
    for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct request request;
        bool any = false;

        cr_assert_eq(read_ask(notes[i].rules, notes[i].mode, &notes[i].ask, arena, &request, NULL),
                     0);
        for (size_t k = 0; k < request.n_notes; k++)
            any = any || request.notes[k].warning;
        cr_expect_eq(any, notes[i].warning != NULL, "case %zu", i);
        cr_expect(!notes[i].warning || has_note(&request, true, notes[i].warning), "case %zu", i);
        cr_expect(!notes[i].note || has_note(&request, false, notes[i].note) ||
                      has_note(&request, true, notes[i].note),
                  "case %zu", i);
    }
}

/* What is in the environment for others stays there. */
Test(request_image, notes_have_no_secrets)
{
    static const char *const swarm[] = {"SWARM"};
    const struct request_rules rules = {
        .swarm_resources = {swarm, 1}, .env_when_unprivileged = true, .default_kind = "v/c"};
    const struct ask ask = {.env = "SWARM=secret1|NVIDIA_API_KEY=secret2|PASSWORD=secret3|"
                                   "CUDA_VERSION=secret4|NVIDIA_DISABLE_REQUIRE=secret5|"
                                   "NVIDIA_REQUIRE_TOKEN=secret6=cuda"};

    for (enum request_mode mode = 0; mode < REQUEST_N_MODES; mode++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct request request;

        if (read_ask(&rules, mode, &ask, arena, &request, &err) < 0)
            cr_expect_null(strstr(err.message, "secret"), "%s", err.message);
        for (size_t i = 0; i < request.n_notes; i++)
            cr_expect_null(strstr(request.notes[i].text, "secret"), "%s", request.notes[i].text);
    }
}
