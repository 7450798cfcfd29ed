/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices are asked for, where, and in which mode. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "apply/request.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "tests/unit/ask.h"

#define LEGACY  "CUDA_VERSION=9.0.116"
#define VISIBLE "NVIDIA_VISIBLE_DEVICES="

static const char *const swarm1[] = {"DOCKER_RESOURCE_GPUS"};
static const char *const swarm2[] = {"DOCKER_SWARM", "ANOTHER_SWARM"};
static const char *const two_prefixes[] = {"cdi.k8s.io/", "x.org/"};

static const struct request_rules swarm_one = {
    .swarm_resources = {swarm1, 1}, .env_when_unprivileged = true, .default_kind = "v.org/c"};
static const struct request_rules swarm_two = {
    .swarm_resources = {swarm2, 2}, .env_when_unprivileged = true, .default_kind = "v.org/c"};
static const struct request_rules swarm_strict = {.swarm_resources = {swarm2, 2},
                                                  .default_kind = "v.org/c"};
static const struct request_rules other_prefixes = {
    .annotation_prefixes = {two_prefixes, 2}, .env_when_unprivileged = true, .default_kind = "v/c"};
static const struct request_rules no_prefix = {.env_when_unprivileged = true,
                                               .default_kind = "nvidia.com/gpu"};

static const char *const source_names[] = {"nowhere", "annotations", "mounts", "env"};

/* What a configuration asks for: "SOURCE DEVICE,DEVICE"; NULL: an error of this code. */
struct expectation {
    const struct request_rules *rules;
    enum request_mode mode;
    struct ask ask;
    const char *want;
    enum cdi_errc error;
};

static void expect_request(const struct expectation *e, size_t index)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = ask_document(&e->ask);
    struct request request;
    char got[400], devices[300];
    int r = request_read(oci, e->rules, e->mode, REQUEST_PLATFORM_OTHER, arena, &request, &err);

    cr_expect_eq(r, -(int)e->error, "case %zu: %d %s", index, r, r ? err.message : "");
    if (r == 0) {
        ask_join(&request.devices, devices, sizeof devices);
        (void)snprintf(got, sizeof got, "%s %s", source_names[request.source], devices);
        cr_expect_str_eq(got, e->want, "case %zu (%s): %s, not %s", index,
                         e->ask.env ? e->ask.env : "", got, e->want);
        cr_expect_gt(request.n_notes, 0);
        cr_expect_eq(request.privileged, e->ask.admin);
    }
    cr_expect_not(cdi_oci_changed(oci));
    cdi_oci_free(oci);
}

#define NONE "nowhere "

static const struct expectation variables[] = {
    {&ask_defaults, REQUEST_LEGACY, {.env = NULL}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "void"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "none"}, "env ", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "GPU1"}, "env GPU1", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "all"}, "env all", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "ALL"}, "env ALL", 0},
    /* Images of before NVIDIA_REQUIRE_CUDA. */
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY}, "env all", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY "|NVIDIA_REQUIRE_CUDA="}, "env all", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY "|NVIDIA_REQUIRE_CUDA=cuda>=9"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = "CUDA_VERSION="}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY "|" VISIBLE}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY "|" VISIBLE "void"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = LEGACY "|" VISIBLE "GPU1"}, "env GPU1", 0},
    /* Lists. */
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE " 0 ,,\\t1, "}, "env 0,1", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE ", ,"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0,void,1"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "all,void"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0,all,none"}, "env all", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0,none,all"}, "env ", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0,0"}, "env 0", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "1,0,1,2,0"}, "env 1,0,2", 0},
    {&ask_defaults,
     REQUEST_LEGACY,
     {.env = VISIBLE "0,GPU-1b2c,0:1,MIG-77,MIG-GPU-1/2/3,0-3"},
     "env 0,GPU-1b2c,0:1,MIG-77,MIG-GPU-1/2/3,0-3",
     0},
    /* The last entry of a name counts; one without '=' is none. */
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0|" VISIBLE "1"}, "env 1", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0|" VISIBLE "void"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = "NVIDIA_VISIBLE_DEVICES|FOO"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "0|NVIDIA_VISIBLE_DEVICES"}, "env 0", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = "NVIDIA_VISIBLE_DEVICES_X=1"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = "NVIDIA_VISIBLE_\\u0044EVICES=1"}, "env 1", 0},
    /* Swarm resources. */
    {&ask_defaults, REQUEST_LEGACY, {.env = "DOCKER_RESOURCE_GPUS=1|" VISIBLE "2"}, "env 2", 0},
    {&swarm_one, REQUEST_LEGACY, {.env = NULL}, NONE, 0},
    {&swarm_one, REQUEST_LEGACY, {.env = LEGACY}, "env all", 0},
    {&swarm_one, REQUEST_LEGACY, {.env = VISIBLE "2"}, "env 2", 0},
    {&swarm_one, REQUEST_LEGACY, {.env = "DOCKER_RESOURCE_GPUS=|" VISIBLE "2"}, NONE, 0},
    {&swarm_one, REQUEST_LEGACY, {.env = "DOCKER_RESOURCE_GPUS=void|" VISIBLE "2"}, NONE, 0},
    {&swarm_one, REQUEST_LEGACY, {.env = "DOCKER_RESOURCE_GPUS=none"}, "env ", 0},
    {&swarm_one, REQUEST_LEGACY, {.env = LEGACY "|DOCKER_RESOURCE_GPUS=1"}, "env 1", 0},
    {&swarm_one, REQUEST_LEGACY, {.env = "DOCKER_RESOURCE_GPUS=1|" VISIBLE "2"}, "env 1", 0},
    {&swarm_two, REQUEST_LEGACY, {.env = "ANOTHER_SWARM=2|DOCKER_SWARM=1,3"}, "env 1,3,2", 0},
    {&swarm_two, REQUEST_LEGACY, {.env = "ANOTHER_SWARM=2|" VISIBLE "0"}, "env 2", 0},
};

Test(request_read, variables)
{
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        expect_request(&variables[i], i);
}

static const struct expectation mounts[] = {
    {&ask_mounts, REQUEST_LEGACY, {.mounts = NULL}, NONE, 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "|/"}, NONE, 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/GPU0|/GPU1|/GPU0/"}, "mounts GPU0,GPU1", 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/a/b//c/../d/"}, "mounts a/b/d", 0},
    /* The directory ends where its name does. */
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "X|-2/GPU0|/../x/GPU1"}, NONE, 0},
    /* Verbatim. */
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/void|/0,1"}, "mounts void,0,1", 0},
    {&ask_mounts,
     REQUEST_LEGACY,
     {.mounts = "/nvidia.com/gpu=all"},
     "mounts nvidia.com/gpu=all",
     0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/GPU0|/imex/0"}, "mounts GPU0", 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/imex|/cdi"}, "mounts imex,cdi", 0},
    /* Below cdi/. */
    {&ask_mounts,
     REQUEST_LEGACY,
     {.mounts = "/cdi/v.org/c/d|/cdi/v.org/c=e"},
     "mounts v.org/c=d,v.org/c=e",
     0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/cdi/a/b/c"}, "mounts a/b=c", 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/cdi/foo|/cdi/v/c|/GPU0"}, "mounts GPU0", 0},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/cdi/v/c/d/e"}, NULL, CDI_ERR_INVALID},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/cdi/v/c=0/d"}, NULL, CDI_ERR_INVALID},
    {&ask_mounts, REQUEST_LEGACY, {.mounts = "/cdi/v/c/-"}, NULL, CDI_ERR_INVALID},
    /* Only if the node says so. */
    {&ask_defaults, REQUEST_LEGACY, {.mounts = "/GPU0"}, NONE, 0},
    {&ask_defaults, REQUEST_LEGACY, {.mounts = "/cdi/v/c/d/e"}, NONE, 0},
};

Test(request_read, mounts)
{
    for (size_t i = 0; i < ARRAY_SIZE(mounts); i++)
        expect_request(&mounts[i], i);
}

#define PLACE "\"destination\":\"/var/run/nvidia-container-devices/"

/* Mounts as they stand in a document, and how many of them ask for something; or the error. */
static const struct {
    const char *mounts;
    int want;
} sources[] = {
    {"{\"source\":\"/dev/null\"," PLACE "0\"}", 1},
    {"{\"source\":\"//dev/./null/\",\"type\":\"x\",\"options\":[]," PLACE "0\"}", 1},
    {"{\"source\":\"/dev/zero\"," PLACE "0\"}", 0},
    {"{\"source\":\"dev/null\"," PLACE "0\"}", 0},
    {"{" PLACE "0\"}", 0},
    {"{\"source\":\"/dev/null\",\"destination\":\"/run/nvidia-container-devices/0\"}", 0},
    {"{\"source\":\"/dev/null\"}", 0},
    {"{\"source\":null," PLACE "0\"}", 0},
    {"null", 0},
    {"{\"source\":1," PLACE "0\"}", -CDI_ERR_INVALID},
    {"7", -CDI_ERR_INVALID},
};

Test(request_read, mount_sources)
{
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct cdi_oci *oci = NULL;
        struct request request;
        char text[300];
        int r, n = snprintf(text, sizeof text, "{\"mounts\":[%s]}", sources[i].mounts);

        cr_assert_eq(cdi_oci_parse(text, (size_t)n, NULL, &oci, NULL), 0, "%s", text);
        r = request_read(oci, &ask_mounts, REQUEST_CSV, REQUEST_PLATFORM_OTHER, arena, &request,
                         NULL);
        cr_expect_eq(r < 0 ? r : (int)request.devices.n, sources[i].want, "%s", text);
        cdi_oci_free(oci);
    }
}

static const struct expectation annotations[] = {
    {&ask_defaults, REQUEST_CDI, {.annotations = NULL}, NONE, 0},
    {&ask_defaults, REQUEST_CDI, {.annotations = "x.org/a=v.org/c=d"}, NONE, 0},
    {&ask_defaults,
     REQUEST_CDI,
     {.annotations = "cdi.k8s.io/a=v.org/c=d"},
     "annotations v.org/c=d",
     0},
    {&other_prefixes,
     REQUEST_CDI,
     {.annotations = "x.org/a=v/c=3|cdi.k8s.io/b=v/c=2|cdi.k8s.io/a=v/c=1,v/c=3|a=v/c=0"},
     "annotations v/c=1,v/c=3,v/c=2",
     0},
    {&ask_defaults,
     REQUEST_CDI,
     {.annotations = "cdi.k8s.io/a=device"},
     "annotations nvidia.com/gpu=device",
     0},
    /* Nothing is trimmed, and nothing stands for a list. */
    {&ask_defaults,
     REQUEST_CDI,
     {.annotations = "cdi.k8s.io/a=a/b=c, void"},
     "annotations a/b=c,nvidia.com/gpu= void",
     0},
    {&ask_defaults, REQUEST_CDI, {.annotations = "cdi.k8s.io/a="}, NULL, CDI_ERR_INVALID},
    {&ask_defaults, REQUEST_CDI, {.annotations = "cdi.k8s.io/a=v/c=d,"}, NULL, CDI_ERR_INVALID},
    {&ask_defaults,
     REQUEST_AUTO,
     {.annotations = "cdi.k8s.io/a=", .env = VISIBLE "v/c=d"},
     "env v/c=d",
     0},
    {&no_prefix, REQUEST_CDI, {.annotations = "cdi.k8s.io/a=v.org/c=d"}, NONE, 0},
    /* They count in mode cdi. */
    {&ask_defaults, REQUEST_LEGACY, {.annotations = "cdi.k8s.io/a=v.org/c=d"}, NONE, 0},
    {&ask_defaults, REQUEST_CSV, {.annotations = "cdi.k8s.io/a=v.org/c=d"}, NONE, 0},
    {&ask_defaults, REQUEST_JIT_CDI, {.annotations = "cdi.k8s.io/a=v.org/c=d"}, NONE, 0},
    {&ask_defaults, REQUEST_JIT_CDI, {.annotations = "cdi.k8s.io/a="}, NONE, 0},
};

Test(request_read, annotations)
{
    for (size_t i = 0; i < ARRAY_SIZE(annotations); i++)
        expect_request(&annotations[i], i);
}

static const struct expectation precedence[] = {
    {&ask_mounts,
     REQUEST_CDI,
     {.env = VISIBLE "e", .mounts = "/m", .annotations = "cdi.k8s.io/a=v/c=a"},
     "annotations v/c=a",
     0},
    {&ask_mounts, REQUEST_CDI, {.env = VISIBLE "e", .mounts = "/m"}, "mounts nvidia.com/gpu=m", 0},
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "e", .mounts = "/m"}, "env nvidia.com/gpu=e", 0},
    {&ask_mounts,
     REQUEST_CDI,
     {.env = VISIBLE "e", .mounts = "/imex/0"},
     "env nvidia.com/gpu=e",
     0},
    /* Variables count for the privileged, or if the node says so. */
    {&ask_strict, REQUEST_LEGACY, {.env = VISIBLE "e"}, NONE, 0},
    {&ask_strict, REQUEST_LEGACY, {.env = LEGACY}, NONE, 0},
    {&ask_strict, REQUEST_LEGACY, {.env = VISIBLE "e", .admin = true}, "env e", 0},
    {&ask_strict, REQUEST_LEGACY, {.env = VISIBLE "e", .mounts = "/m"}, "mounts m", 0},
    {&ask_strict, REQUEST_CDI, {.annotations = "cdi.k8s.io/a=v/c=a"}, "annotations v/c=a", 0},
    {&ask_defaults, REQUEST_LEGACY, {.env = VISIBLE "e", .admin = true}, "env e", 0},
    {&swarm_strict, REQUEST_LEGACY, {.env = "DOCKER_SWARM=e"}, NONE, 0},
    {&swarm_strict, REQUEST_LEGACY, {.env = "DOCKER_SWARM=e", .admin = true}, "env e", 0},
};

Test(request_read, precedence)
{
    for (size_t i = 0; i < ARRAY_SIZE(precedence); i++)
        expect_request(&precedence[i], i);
}

static const struct expectation names[] = {
    {&ask_defaults,
     REQUEST_CDI,
     {.env = VISIBLE "0,example.com/class=device"},
     "env nvidia.com/gpu=0,example.com/class=device",
     0},
    {&ask_defaults,
     REQUEST_CDI,
     {.env = VISIBLE "example.com/device"},
     "env "
     "nvidia.com/gpu=example.com/device",
     0},
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "a=b"}, "env nvidia.com/gpu=a=b", 0},
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "none"}, "env nvidia.com/gpu=none", 0},
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "all"}, "env nvidia.com/gpu=all", 0},
    {&swarm_two, REQUEST_CDI, {.env = VISIBLE "all"}, "env v.org/c=all", 0},
    {&swarm_two, REQUEST_CDI, {.env = VISIBLE "d|DOCKER_SWARM=e"}, "env v.org/c=e", 0},
    /* The same device in two spellings. */
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "0,nvidia.com/gpu=0"}, "env nvidia.com/gpu=0", 0},
    {&ask_defaults, REQUEST_CDI, {.env = VISIBLE "0,0"}, "env nvidia.com/gpu=0", 0},
    {&ask_defaults,
     REQUEST_CDI,
     {.env = VISIBLE "a/b=c,A/9=d"},
     "env a/b=c,nvidia.com/gpu=A/9=d",
     0},
    {&ask_defaults, REQUEST_JIT_CDI, {.env = VISIBLE "0,0"}, "env runtime.nvidia.com/gpu=0", 0},
    {&ask_defaults, REQUEST_JIT_CDI, {.env = VISIBLE "none"}, "env runtime.nvidia.com/gpu=none", 0},
    {&swarm_two, REQUEST_JIT_CDI, {.env = VISIBLE "all"}, "env runtime.nvidia.com/gpu=all", 0},
    {&ask_defaults,
     REQUEST_JIT_CDI,
     {.env = VISIBLE "nvidia.com/gpu=0,1"},
     "env nvidia.com/gpu=0,runtime.nvidia.com/gpu=1",
     0},
    {&ask_defaults, REQUEST_CSV, {.env = VISIBLE "none"}, "env ", 0},
    {&ask_defaults, REQUEST_CSV, {.env = VISIBLE "0,all"}, "env all", 0},
    {&ask_defaults,
     REQUEST_CSV,
     {.env = VISIBLE "0,nvidia.com/gpu=0"},
     "env 0,nvidia.com/gpu=0",
     0},
};

Test(request_read, names)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        expect_request(&names[i], i);
    cr_expect(request_is_generated("runtime.nvidia.com/gpu=0"));
    cr_expect_not(request_is_generated("nvidia.com/gpu=0"));
    cr_expect_not(request_is_generated("runtime.nvidia.com/gpus=0"));
}

/* Modes of containers, on Tegra and elsewhere. */
static const struct {
    struct ask ask;
    enum request_mode mode, other, tegra;
} modes[] = {
    {{.env = NULL}, REQUEST_LEGACY, REQUEST_LEGACY, REQUEST_LEGACY},
    {{.env = VISIBLE "nvidia.com/gpu=0"}, REQUEST_JIT_CDI, REQUEST_JIT_CDI, REQUEST_JIT_CDI},
    {{.env = VISIBLE "0"}, REQUEST_CDI, REQUEST_CDI, REQUEST_CDI},
    {{.env = NULL}, REQUEST_AUTO, REQUEST_JIT_CDI, REQUEST_CSV},
    {{.env = VISIBLE "all"}, REQUEST_AUTO, REQUEST_JIT_CDI, REQUEST_CSV},
    {{.env = VISIBLE "none"}, REQUEST_AUTO, REQUEST_JIT_CDI, REQUEST_CSV},
    {{.env = VISIBLE "nvidia.com/gpu=all"}, REQUEST_AUTO, REQUEST_CDI, REQUEST_CDI},
    {{.env = VISIBLE "nvidia.com/gpu=0,v/c=d"}, REQUEST_AUTO, REQUEST_CDI, REQUEST_CDI},
    {{.env = VISIBLE "nvidia.com/gpu=0,0"}, REQUEST_AUTO, REQUEST_JIT_CDI, REQUEST_CSV},
    {{.mounts = "/cdi/nvidia.com/gpu/0"}, REQUEST_AUTO, REQUEST_CDI, REQUEST_CDI},
    {{.mounts = "/cdi/nvidia.com/gpu/0|/all"}, REQUEST_AUTO, REQUEST_JIT_CDI, REQUEST_CSV},
    {{.mounts = "/cdi/nvidia.com/gpu/0", .env = VISIBLE "0"},
     REQUEST_AUTO,
     REQUEST_CDI,
     REQUEST_CDI},
    {{.annotations = "cdi.k8s.io/a=v/c=d", .env = VISIBLE "0"},
     REQUEST_AUTO,
     REQUEST_CDI,
     REQUEST_CDI},
    {{.annotations = "cdi.k8s.io/a=d", .env = VISIBLE "0"},
     REQUEST_AUTO,
     REQUEST_JIT_CDI,
     REQUEST_CSV},
};

Test(request_read, modes)
{
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        for (enum request_platform p = REQUEST_PLATFORM_OTHER; p <= REQUEST_PLATFORM_TEGRA; p++) {
            _cleanup_arena_ struct arena *arena = arena_new();
            struct cdi_oci *oci = ask_document(&modes[i].ask);
            enum request_mode want = p == REQUEST_PLATFORM_TEGRA ? modes[i].tegra : modes[i].other;
            struct request request;

            cr_assert_eq(request_read(oci, &ask_mounts, modes[i].mode, p, arena, &request, NULL),
                         0);
            cr_expect_eq(request.mode, want, "case %zu: %s", i, request_mode_name(request.mode));
            cdi_oci_free(oci);
        }
}

/* Annotations that do not fit into mode auto are passed over, with a warning. */
Test(request_read, annotations_in_auto)
{
    static const struct ask ask = {.annotations = "cdi.k8s.io/a=v/c=d,\\u001b[2J",
                                   .env = VISIBLE "0"};
    _cleanup_arena_ struct arena *arena = arena_new();
    struct cdi_oci *oci = ask_document(&ask);
    struct request request;
    const char *warning = NULL;

    cr_assert_eq(request_read(oci, &ask_defaults, REQUEST_AUTO, REQUEST_PLATFORM_OTHER, arena,
                              &request, NULL),
                 0);
    cr_expect_eq(request.source, REQUEST_ENV);
    for (size_t i = 0; i < request.n_notes; i++) {
        cr_expect_null(strchr(request.notes[i].text, '\x1b'));
        if (request.notes[i].warning)
            warning = request.notes[i].text;
    }
    cr_assert_not_null(warning);
    cr_expect_not_null(strstr(warning, "annotations"), "%s", warning);
    cdi_oci_free(oci);
}

Test(request_read, mode_names)
{
    static const char *const all[] = {"auto", "legacy", "csv", "cdi", "jit-cdi"};
    enum request_mode mode;

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        cr_assert(request_mode_parse(all[i], &mode), "%s", all[i]);
        cr_expect_str_eq(request_mode_name(mode), all[i]);
    }
    cr_expect_not(request_mode_parse("", &mode));
    cr_expect_not(request_mode_parse("CDI", &mode));
    cr_expect_not(request_mode_parse("non-legacy", &mode));
}

/* A long environment, and long lists in it. */
static int read_long(size_t n_entries, const char *item, size_t n_items, const char *more,
                     const struct request_rules *rules, struct request *request)
{
    struct arena *arena = arena_new();
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_oci *oci = NULL;
    char *text = malloc(200 + n_entries * 40 + n_items * (strlen(item) + 16)), *end = text;
    int r;

    end += sprintf(end, "{\"process\":{\"env\":[");
    for (size_t i = 0; i < n_entries; i++)
        end += sprintf(end, "\"NVIDIA_REQUIRE_%zu=brand=x\",", i);
    end += sprintf(end, "\"%s\",\"NVIDIA_VISIBLE_DEVICES=", more);
    for (size_t i = 0; i < n_items; i++)
        end += sprintf(end, "%s%s%zu", i ? "," : "", item, i);
    end += sprintf(end, "\"]}}");
    cr_assert_eq(cdi_oci_take(text, (size_t)(end - text), NULL, &oci, &err), 0);
    r = request_read(oci, rules, REQUEST_CSV, REQUEST_PLATFORM_OTHER, arena, request, &err);
    cr_expect_eq(r == 0, err.code == CDI_OK);
    cr_expect_eq(r == -CDI_ERR_LIMIT, r < 0 && strstr(err.message, "more than 4096"));
    cdi_error_clear(&err);
    cdi_oci_free(oci);
    arena_free(arena);
    return r;
}

Test(request_read, limits, .timeout = 20)
{
    char name[4097] = "";
    struct request request;

    cr_expect_eq(read_long(100000, "", 1, "A=1", &ask_defaults, &request), 0);
    cr_expect_eq(request.requirements.n, 100000);
    cr_expect_leq(request.n_notes, 64);
    cr_expect_eq(read_long(0, "d", CDI_OCI_MAX_REQUESTED, "A=1", &ask_defaults, &request), 0);
    cr_expect_eq(request.devices.n, CDI_OCI_MAX_REQUESTED);
    cr_expect_eq(read_long(0, "d", CDI_OCI_MAX_REQUESTED + 1, "A=1", &ask_defaults, &request),
                 -CDI_ERR_LIMIT);
    cr_expect_eq(read_long(0, "d", 1000000, "A=1", &ask_defaults, &request), -CDI_ERR_LIMIT);
    /* of a name */
    memset(name, 'd', 4095);
    cr_expect_eq(read_long(0, name, 2, "A=1", &ask_defaults, &request), 0);
    name[4095] = 'd';
    cr_expect_eq(read_long(0, name, 1, "A=1", &ask_defaults, &request), -CDI_ERR_LIMIT);
    cr_expect_eq(read_long(0, name, 1, "A=1", &ask_strict, &request), 0);
    /* What does not count fails nothing. */
    cr_expect_eq(read_long(0, "d", 1000000, "A=1", &ask_strict, &request), 0);
    cr_expect_eq(request.devices.n, 0);
}
