/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "runtime/request_rules.h"
#include "tests/unit/ask.h"

static struct request_rules read_rules(const char *toml, struct config *config, struct arena *arena)
{
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    struct request_rules rules;

    cr_assert_eq(config_parse(toml, strlen(toml), "t", config, &err), 0, "%s", err.message);
    cr_assert_eq(request_rules_from_config(config, arena, &rules, &err), 0);
    return rules;
}

Test(request_rules, defaults)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_config_ struct config config;
    struct request_rules rules = read_rules("", &config, arena);
    enum request_mode mode = REQUEST_CDI;
    char text[100];

    ask_join(&rules.annotation_prefixes, text, sizeof text);
    cr_expect_str_eq(text, "cdi.k8s.io/");
    cr_expect_eq(rules.swarm_resources.n, 0);
    cr_expect_str_eq(rules.default_kind, "nvidia.com/gpu");
    cr_expect(rules.env_when_unprivileged);
    cr_expect_not(rules.volume_mounts || rules.no_imex || rules.no_requirements);
    cr_expect_eq(request_mode_from_config(&config, &mode, NULL), 0);
    cr_expect_eq(mode, REQUEST_AUTO);
}

Test(request_rules, all_keys)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_config_ struct config config;
    struct request_rules rules = read_rules(
        "disable-require = true\nswarm-resource = \" A, ,B\"\n"
        "accept-nvidia-visible-devices-envvar-when-unprivileged = false\n"
        "accept-nvidia-visible-devices-as-volume-mounts = true\n"
        "features.ignore-imex-channel-requests = true\n"
        "[nvidia-container-runtime]\nmode = \"jit-cdi\"\n"
        "[nvidia-container-runtime.modes.cdi]\n"
        "default-kind = \"v/c\"\nannotation-prefixes = [\"x/\", \"y/\"]\n",
        &config, arena);
    enum request_mode mode = REQUEST_CDI;
    char text[100];

    ask_join(&rules.annotation_prefixes, text, sizeof text);
    cr_expect_str_eq(text, "x/,y/");
    ask_join(&rules.swarm_resources, text, sizeof text);
    cr_expect_str_eq(text, "A,B");
    cr_expect_str_eq(rules.default_kind, "v/c");
    cr_expect_not(rules.env_when_unprivileged);
    cr_expect(rules.volume_mounts && rules.no_imex && rules.no_requirements);
    cr_expect_eq(request_mode_from_config(&config, &mode, NULL), 0);
    cr_expect_eq(mode, REQUEST_JIT_CDI);
}

Test(request_rules, unknown_mode)
{
    static const char *const modes[] = {"", "CDI", "non-legacy"};

    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
        struct config config = {.mode = modes[i]};
        enum request_mode mode;

        cr_expect_eq(request_mode_from_config(&config, &mode, &err), -CDI_ERR_INVALID);
        cr_expect_not_null(strstr(err.message, "nvidia-container-runtime.mode"));
    }
}
