/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "cmd/ctk_config.h"
#include "runtime/config_keys.h"

static void check_default(struct config_machine machine, const char *has, const char *has_not)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    config_add_default(&b, &machine);
    cr_expect(strstr(b.s, has), "%s", has);
    cr_expect_not(strstr(b.s, has_not), "%s", has_not);
}

Test(ctk_config, the_default_depends_on_the_machine)
{
    check_default((struct config_machine){false, false}, "\nldconfig = \"@/sbin/ldconfig\"\n",
                  "ldconfig.real");
    check_default((struct config_machine){true, false}, "\nldconfig = \"@/sbin/ldconfig.real\"\n",
                  "\"@/sbin/ldconfig\"");
    check_default((struct config_machine){false, false}, "\n#user = \"root:video\"\n", "\nuser");
    check_default((struct config_machine){false, true}, "\nuser = \"root:video\"\n", "#user");
}

/* What is printed as the default is what the runtime reads, key by key. */
Test(ctk_config, the_default_is_the_default)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
    _cleanup_config_ struct config config, defaults;

    config_defaults(&defaults);
    config_add_default(&b, &(struct config_machine){false, false});
    cr_assert_eq(config_parse(b.s, b.len, "c", &config, NULL), 0);
    cr_expect_eq(config.warnings.n, 0);
    for (size_t i = 0; i < config_n_keys; i++) {
        const struct config_key *key = &config_keys[i];
        const char *a = (const char *)&config + key->offset;
        const char *d = (const char *)&defaults + key->offset;

        if (key->type == CONFIG_STRING && key->standing == CONFIG_SET)
            cr_expect_str_eq(*(const char *const *)(const void *)a,
                             *(const char *const *)(const void *)d, "%s", key->name);
        if (key->type == CONFIG_BOOL)
            cr_expect_eq(*a, *d, "%s", key->name);
        if (key->type == CONFIG_LIST)
            cr_expect_eq(((const struct config_list *)(const void *)a)->n,
                         ((const struct config_list *)(const void *)d)->n, "%s", key->name);
    }
}

static void check(const char *setting, const char *separator, const char *after)
{
    char *text = strdup("");
    size_t len = 0;
    struct cdi_error err = CDI_ERROR_INIT;

    cr_expect_eq(config_set(&text, &len, NULL, setting, separator, &err), 0, "%s", err.message);
    cr_expect_str_eq(text, after);
    cdi_error_clear(&err);
    free(text);
}

Test(ctk_config, values)
{
    check("disable-require", ":", "disable-require = true\n");
    check("disable-require=true", ":", "disable-require = true\n");
    check("disable-require=F", ":", "disable-require = false\n");
    check("features.disable-imex-channel-creation=1", ":",
          "[features]\ndisable-imex-channel-creation = true\n");
    check("features.disable-imex-channel-creation=nil", ":", "");
    check("swarm-resource=", ":", "swarm-resource = \"\"\n");
    check("swarm-resource=a=b # \"c\"", ":", "swarm-resource = \"a=b # \\\"c\\\"\"\n");
    check("swarm-resource=true", ":", "swarm-resource = \"true\"\n");
    check("swarm-resource=nil", ":", "swarm-resource = \"nil\"\n");
    check("nvidia-container-runtime.modes.cdi.default-kind=a/b", ":",
          "[nvidia-container-runtime.modes.cdi]\ndefault-kind = \"a/b\"\n");
}

Test(ctk_config, lists)
{
    static const char table[] = "[nvidia-container-cli]\nenvironment = ";
    static const char *const cases[][3] = {
        {"a", ":", "[\"a\"]\n"},
        {"", ":", "[\"\"]\n"},
        {"a:b,c", ":", "[\"a\", \"b,c\"]\n"},
        {"a,b", ":", "[\"a\", \"b\"]\n"},
        {"A=1;B=:", ";", "[\"A=1\", \"B=:\"]\n"},
        {"a::b", "::", "[\"a\", \"b\"]\n"},
        {"a,", ":", "[\"a\", \"\"]\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char setting[128], after[128];

        (void)snprintf(setting, sizeof setting, "nvidia-container-cli.environment=%s", cases[i][0]);
        (void)snprintf(after, sizeof after, "%s%s", table, cases[i][2]);
        check(setting, cases[i][1], after);
    }
}

Test(ctk_config, what_cannot_be_set)
{
    static const char *const settings[] = {
        "no-such-key=1",
        "",
        "=1",
        "nvidia-container-cli",
        "nvidia-container-cli=1",
        "nvidia-container-cli.nothing=1",
        "nvidia-container-cli.root.x=1",
        "nvidia-container-cli.root",
        "nvidia-container-runtime.runtimes",
        "nvidia-container-runtime.modes",
        "disable-require=",
        "disable-require=yes",
        "disable-require=nil",
        "features.disable-imex-channel-creation=no",
    };
    char *text = strdup("a = 1\n");
    size_t len = 6;

    for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
        cr_expect_eq(config_set(&text, &len, NULL, settings[i], ":", NULL), -CDI_ERR_USAGE, "%s",
                     settings[i]);
    cr_expect_str_eq(text, "a = 1\n");
    free(text);
}
