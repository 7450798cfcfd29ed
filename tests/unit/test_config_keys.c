/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every key of config.toml: its default, its place, its type, its spelling. Expectations are from
 * the documentation of NVIDIA's container toolkit 1.20 and its config.toml.
 */
#include <criterion/criterion.h>
#include <ctype.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "runtime/config.h"
#include "runtime/config_keys.h"

/* A configuration as text, a line a member. */
static void add_bool(struct strbuf *out, const char *name, bool value)
{
    strbuf_printf(out, "%s %s\n", name, value ? "true" : "false");
}

static void add_string(struct strbuf *out, const char *name, const char *value)
{
    strbuf_printf(out, "%s %s\n", name, value ? value : "unset");
}

static void add_list(struct strbuf *out, const char *name, const struct config_list *list)
{
    strbuf_printf(out, "%s", name);
    for (size_t i = 0; i < list->n; i++)
        strbuf_printf(out, " [%s]", list->items[i]);
    strbuf_addch(out, '\n');
}

static void add_features(struct strbuf *out, const struct config_features *f)
{
    add_bool(out, "compat libs", f->allow_cuda_compat_libs_from_container);
    add_bool(out, "allow ldconfig", f->allow_ldconfig_from_container);
    add_bool(out, "unknown fields", f->allow_unknown_oci_spec_fields);
    add_bool(out, "no compat hook", f->disable_cuda_compat_lib_hook);
    add_bool(out, "no imex creation", f->disable_imex_channel_creation);
    add_bool(out, "no imex requests", f->ignore_imex_channel_requests);
    add_bool(out, "no gids", f->no_additional_gids_for_device_nodes);
}

static void add_cli(struct strbuf *out, const struct config_cli *cli)
{
    add_string(out, "cli root", cli->root);
    add_string(out, "cli path", cli->path);
    add_list(out, "cli environment", &cli->environment);
    add_string(out, "cli debug", cli->debug);
    add_string(out, "cli ldcache", cli->ldcache);
    add_string(out, "cli user", cli->user);
    add_string(out, "cli ldconfig", cli->ldconfig);
    add_bool(out, "cli load-kmods", cli->load_kmods);
    add_bool(out, "cli no-pivot", cli->no_pivot);
    add_bool(out, "cli no-cgroups", cli->no_cgroups);
}

static void add_config(struct strbuf *out, const struct config *config)
{
    add_string(out, "swarm", config->swarm_resource);
    add_string(out, "capabilities", config->supported_capabilities);
    add_bool(out, "disable-require", config->disable_require);
    add_bool(out, "env", config->env_when_unprivileged);
    add_bool(out, "mounts", config->volume_mounts);
    add_list(out, "runtimes", &config->runtimes);
    add_string(out, "debug", config->debug);
    add_bool(out, "hookless", config->hookless);
    add_string(out, "log-level", config->log_level);
    add_string(out, "mode", config->mode);
    add_list(out, "spec-dirs", &config->spec_dirs);
    add_list(out, "prefixes", &config->annotation_prefixes);
    add_string(out, "kind", config->default_kind);
    add_string(out, "csv", config->csv_dir);
    add_string(out, "csv compat", config->csv_compat_root);
    add_list(out, "flags", &config->jit_feature_flags);
    add_list(out, "hooks", &config->jit_disable_hooks);
    add_string(out, "compat", config->cuda_compat_mode);
    add_string(out, "ctk", config->ctk_path);
    add_string(out, "hook", config->hook_path);
    add_bool(out, "skip", config->skip_mode_detection);
    add_cli(out, &config->cli);
    add_features(out, &config->features);
}

static void expect_config(const char *text, const char *expected)
{
    _cleanup_config_ struct config config;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    _cleanup_strbuf_ struct strbuf seen = STRBUF_INIT;

    cr_assert_eq(config_parse(text, strlen(text), "c.toml", &config, &err), 0, "%s", err.message);
    cr_expect_eq(config.warnings.n, 0, "%s",
                 config.warnings.n ? config.warnings.items[0] : "no warnings");
    add_config(&seen, &config);
    cr_expect_str_eq(seen.s, expected);
}

static const char defaults[] = //
    "swarm \n"
    "capabilities compat32,compute,display,graphics,ngx,utility,video\n"
    "disable-require false\n"
    "env true\n"
    "mounts false\n"
    "runtimes [runc] [crun]\n"
    "debug /dev/null\n"
    "hookless false\n"
    "log-level info\n"
    "mode auto\n"
    "spec-dirs [/etc/cdi] [/var/run/cdi]\n"
    "prefixes [cdi.k8s.io/]\n"
    "kind nvidia.com/gpu\n"
    "csv /etc/nvidia-container-runtime/host-files-for-container.d\n"
    "csv compat \n"
    "flags\n"
    "hooks\n"
    "compat ldconfig\n"
    "ctk nvidia-ctk\n"
    "hook nvidia-container-runtime-hook\n"
    "skip false\n"
    "cli root \n"
    "cli path \n"
    "cli environment\n"
    "cli debug \n"
    "cli ldcache \n"
    "cli user unset\n"
    "cli ldconfig @/sbin/ldconfig\n"
    "cli load-kmods true\n"
    "cli no-pivot false\n"
    "cli no-cgroups false\n"
    "compat libs false\n"
    "allow ldconfig false\n"
    "unknown fields false\n"
    "no compat hook false\n"
    "no imex creation false\n"
    "no imex requests false\n"
    "no gids false\n";

/* Every key with a value that is not its default. */
static const char everything[] = //
    "swarm A,B\n"
    "capabilities compute\n"
    "disable-require true\n"
    "env false\n"
    "mounts true\n"
    "runtimes [/x/runc]\n"
    "debug /d\n"
    "hookless true\n"
    "log-level trace\n"
    "mode legacy\n"
    "spec-dirs [/s]\n"
    "prefixes [p/] [q/]\n"
    "kind example.com/k\n"
    "csv /csv\n"
    "csv compat /compat\n"
    "flags [f]\n"
    "hooks [all]\n"
    "compat mount\n"
    "ctk /ctk\n"
    "hook /hook\n"
    "skip true\n"
    "cli root /root\n"
    "cli path /cli\n"
    "cli environment [A=1] [B=2]\n"
    "cli debug /cd\n"
    "cli ldcache /lc\n"
    "cli user u:g\n"
    "cli ldconfig /in/container\n"
    "cli load-kmods false\n"
    "cli no-pivot true\n"
    "cli no-cgroups true\n"
    "compat libs true\n"
    "allow ldconfig true\n"
    "unknown fields true\n"
    "no compat hook true\n"
    "no imex creation true\n"
    "no imex requests true\n"
    "no gids true\n";

static const char in_tables[] = //
    "accept-nvidia-visible-devices-as-volume-mounts = true\n"
    "accept-nvidia-visible-devices-envvar-when-unprivileged = false\n"
    "disable-require = true\n"
    "supported-driver-capabilities = 'compute'\n"
    "swarm-resource = 'A,B'\n"
    "[features]\n"
    "allow-cuda-compat-libs-from-container = true\n"
    "allow-ldconfig-from-container = true\n"
    "allow-unknown-oci-spec-fields = true\n"
    "disable-cuda-compat-lib-hook = true\n"
    "disable-imex-channel-creation = true\n"
    "ignore-imex-channel-requests = true\n"
    "no-additional-gids-for-device-nodes = true\n"
    "[nvidia-container-cli]\n"
    "debug = '/cd'\n"
    "environment = ['A=1', 'B=2']\n"
    "ldcache = '/lc'\n"
    "ldconfig = '/in/container'\n"
    "load-kmods = false\n"
    "no-cgroups = true\n"
    "no-pivot = true\n"
    "path = '/cli'\n"
    "root = '/root'\n"
    "user = 'u:g'\n"
    "[nvidia-container-runtime]\n"
    "debug = '/d'\n"
    "hookless = true\n"
    "log-level = 'trace'\n"
    "mode = 'legacy'\n"
    "runtimes = ['/x/runc']\n"
    "[nvidia-container-runtime.modes]\n"
    "[nvidia-container-runtime.modes.cdi]\n"
    "annotation-prefixes = ['p/', 'q/']\n"
    "default-kind = 'example.com/k'\n"
    "spec-dirs = ['/s']\n"
    "[nvidia-container-runtime.modes.csv]\n"
    "compat-container-root = '/compat'\n"
    "mount-spec-path = '/csv'\n"
    "[nvidia-container-runtime.modes.jit-cdi]\n"
    "nvcdi-disable-hooks = ['all']\n"
    "nvcdi-feature-flags = ['f']\n"
    "[nvidia-container-runtime.modes.legacy]\n"
    "cuda-compat-mode = 'mount'\n"
    "[nvidia-container-runtime-hook]\n"
    "path = '/hook'\n"
    "skip-mode-detection = true\n"
    "[nvidia-ctk]\n"
    "path = '/ctk'\n";

Test(config_keys, defaults)
{
    _cleanup_config_ struct config config;

    expect_config("", defaults);
    expect_config("[nvidia-container-runtime]\n[nvidia-container-cli]\n", defaults);
    config_defaults(&config);
    cr_expect_null(config.arena, "the defaults need no memory");
}

Test(config_keys, tables)
{
    expect_config(in_tables, everything);
}

/* Adds the document of tables with dotted keys; spelt in upper case if wanted. */
static void add_dotted(struct strbuf *out, bool upper)
{
    char table[CONFIG_NAME_SIZE] = "";

    for (const char *line = in_tables, *end; *line; line = end + 1) {
        size_t key_len = strcspn(line, "= ");

        end = strchr(line, '\n');
        if (*line == '[') {
            (void)snprintf(table, sizeof table, "%.*s.", (int)(end - line - 2), line + 1);
            continue;
        }
        for (const char *c = table; *c; c++)
            strbuf_addch(out, upper ? (char)toupper(*c) : *c);
        for (size_t i = 0; i < key_len; i++)
            strbuf_addch(out, upper ? (char)toupper(line[i]) : line[i]);
        strbuf_printf(out, "%.*s\n", (int)(end - line - (ptrdiff_t)key_len), line + key_len);
    }
}

Test(config_keys, dotted)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    add_dotted(&text, false);
    cr_assert_not_null(strstr(text.s, "\nnvidia-container-runtime.modes.cdi.spec-dirs = ['/s']\n"));
    expect_config(text.s, everything);
}

Test(config_keys, upper_case)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    add_dotted(&text, true);
    cr_assert_not_null(strstr(text.s, "\nNVIDIA-CONTAINER-RUNTIME.MODES.CDI.SPEC-DIRS = ['/s']\n"));
    expect_config(text.s, everything);
}

/* Nothing is converted: the error names the key and both types. */
static void expect_wrong(const char *name, const char *value, const char *wanted)
{
    _cleanup_config_ struct config config;
    _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;
    char text[256], expected[256];

    (void)snprintf(text, sizeof text, "%s = %s", name, value);
    (void)snprintf(expected, sizeof expected, "%s must be %s, not ", name, wanted);
    cr_expect_eq(config_parse(text, strlen(text), "c", &config, &err), -CDI_ERR_INVALID, "%s",
                 text);
    cr_assert_not_null(err.message, "%s", text);
    cr_expect_not_null(strstr(err.message, expected), "%s: %s", text, err.message);
    cr_expect(err.pos.line == 1 && err.pos.column > strlen(name), "%s", text);
}

Test(config_keys, wrong_types)
{
    static const struct {
        enum config_type type;
        const char *values[4];
        const char *wanted;
    } wrong[] = {
        {CONFIG_TABLE, {"1", "'x'", "[]", "true"}, "a table"},
        {CONFIG_BOOL, {"'true'", "1", "[]", "{}"}, "a boolean"},
        {CONFIG_FEATURE, {"'true'", "1", "[]", "{}"}, "a boolean"},
        {CONFIG_STRING, {"1", "true", "['x']", "{}"}, "a string"},
        {CONFIG_LIST, {"'x'", "['x', 1]", "[['x']]", "{}"}, "an array of strings"},
    };

    for (size_t i = 0; i < config_n_keys; i++)
        for (size_t k = 0; k < ARRAY_SIZE(wrong); k++)
            for (size_t v = 0; wrong[k].type == config_keys[i].type && v < 4; v++)
                expect_wrong(config_keys[i].name, wrong[k].values[v], wrong[k].wanted);
}

/* What is told of keys that do not count. */
Test(config_keys, warnings)
{
    static const struct {
        const char *text, *warning;
    } cases[] = {
        {"[nvidia-container-runtime]\nmod = 'cdi'",
         "c.toml:2:7: there is no key \"nvidia-container-runtime.mod\"; did you mean "
         "nvidia-container-runtime.mode?"},
        {"[nvidia-container-runtime]\nMode = 'cdi'",
         "c.toml:2:8: there is no key \"nvidia-container-runtime.Mode\"; did you mean "
         "nvidia-container-runtime.mode?"},
        {"[nvidia-container-runtimes]\nmode = 'cdi'",
         "c.toml:1:2: there is no key \"nvidia-container-runtimes\"; did you mean "
         "nvidia-container-runtime?"},
        {"something-else = 1", "c.toml:1:18: there is no key \"something-else\""},
        /* A dot in a part of a key leads to no table. */
        {"'nvidia-container-runtime.mode' = 'cdi'",
         "c.toml:1:35: there is no key \"nvidia-container-runtime.mode\"; did you mean "
         "nvidia-container-runtime.mode?"},
        {"nvidia-container-runtime.experimental = true",
         "c.toml:1:41: nvidia-container-runtime.experimental is of an older toolkit, and has no "
         "effect"},
        {"nvidia-container-runtime.discover-mode = 3",
         "c.toml:1:42: nvidia-container-runtime.discover-mode is of an older toolkit, and has no "
         "effect"},
        {"nvidia-container-cli.cuda-compat-mode = 'mount'",
         "c.toml:1:41: nvidia-container-cli.cuda-compat-mode is of an older toolkit, and has no "
         "effect"},
        {"SWARM-RESOURCE = 'x'\nswarm-resource = ''",
         "c.toml:1:18: SWARM-RESOURCE has no effect beside its lower case"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_config_ struct config config;
        _cleanup_strbuf_ struct strbuf seen = STRBUF_INIT;

        cr_assert_eq(config_parse(cases[i].text, strlen(cases[i].text), "c.toml", &config, NULL), 0,
                     "%s", cases[i].text);
        cr_assert_eq(config.warnings.n, 1, "%s", cases[i].text);
        cr_expect_str_eq(config.warnings.items[0], cases[i].warning);
        add_config(&seen, &config);
        cr_expect_str_eq(seen.s, defaults, "%s", cases[i].text);
    }
}

/* However many there are, few are told. */
Test(config_keys, many_warnings)
{
    _cleanup_config_ struct config config;
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    for (unsigned i = 0; i < CONFIG_MAX_WARNINGS; i++)
        strbuf_printf(&text, "x%u = 1\n", i);
    cr_assert_eq(config_parse(text.s, text.len, "c.toml", &config, NULL), 0);
    cr_assert_eq(config.warnings.n, CONFIG_MAX_WARNINGS);
    cr_expect_str_eq(config.warnings.items[7], "c.toml:8:6: there is no key \"x7\"");
    config_clear(&config);
    for (unsigned i = CONFIG_MAX_WARNINGS; i < 1000; i++)
        strbuf_printf(&text, "x%u = 1\n", i);
    cr_assert_eq(config_parse(text.s, text.len, "c.toml", &config, NULL), 0);
    cr_assert_eq(config.warnings.n, CONFIG_MAX_WARNINGS);
    cr_expect_str_eq(config.warnings.items[6], "c.toml:7:6: there is no key \"x6\"");
    cr_expect_str_eq(config.warnings.items[7], "c.toml: 993 more keys have no effect");
}

/* ldconfig is the host's, unless somebody has decided otherwise. */
Test(config_keys, ldconfig)
{
    static const struct {
        const char *text;
        int result;
        unsigned line, column;
    } cases[] = {
        {"nvidia-container-cli.ldconfig = '@/some/host/path'", 0, 0, 0},
        {"nvidia-container-cli.ldconfig = '/non/host/path'", -CDI_ERR_INVALID, 1, 33},
        {"nvidia-container-cli.ldconfig = ''", -CDI_ERR_INVALID, 1, 33},
        {"nvidia-container-cli.ldconfig = '/x'\nfeatures.allow-ldconfig-from-container = false",
         -CDI_ERR_INVALID, 1, 33},
        {"nvidia-container-cli.ldconfig = '/x'\nfeatures.allow-ldconfig-from-container = true", 0,
         0, 0},
        {"nvidia-container-cli.ldconfig = ''\nfeatures.allow-ldconfig-from-container = true", 0, 0,
         0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_config_ struct config config;
        _cleanup_error_ struct cdi_error err = CDI_ERROR_INIT;

        cr_expect_eq(config_parse(cases[i].text, strlen(cases[i].text), "c", &config, &err),
                     cases[i].result, "%s", cases[i].text);
        cr_expect(err.pos.line == cases[i].line && err.pos.column == cases[i].column, "%s",
                  cases[i].text);
        if (cases[i].result < 0)
            cr_expect_str_eq(config.cli.ldconfig, "@/sbin/ldconfig");
    }
}

/* os-release(5): ID_LIKE counts, ID does not. */
Test(config_keys, suse)
{
    cr_expect(config_os_is_suse("NAME=x\nID_LIKE=\"suse opensuse\"\n"));
    cr_expect(config_os_is_suse("ID_LIKE=suse"));
    cr_expect(config_os_is_suse("ID_LIKE=\"fedora opensuse\""));
    cr_expect(config_os_is_suse("ID_LIKE='fedora opensuse'\r\nX=y\n"));
    cr_expect_not(config_os_is_suse("ID=suse\nID_LIKE=\"opensuse-leap\"\n"));
    cr_expect_not(config_os_is_suse("XID_LIKE=suse\nID_LIKE="));
    cr_expect_not(config_os_is_suse(""));
    cr_expect_not(config_os_is_suse("ID=suse\n"));
    cr_expect_not(config_os_is_suse("ID_LIKE=\"susex\"\n"));
    cr_expect_not(config_os_is_suse("ID_LIKE=debian\nOTHER=suse\n"));
    cr_expect_not(config_os_is_suse("ID_LIKE=debian\nID_LIKE=suse\n"), "the first line counts");
    cr_expect_not(config_os_is_suse("X_ID_LIKE=suse\n"));
}

/* An explicit user counts everywhere. */
Test(config_keys, user)
{
    _cleanup_config_ struct config config;
    static const char text[] = "nvidia-container-cli.user = 'a:b'",
                      empty[] = "nvidia-container-cli.user = ''";

    cr_assert_eq(config_parse(text, sizeof text - 1, "c", &config, NULL), 0);
    cr_expect_str_eq(config_cli_user(&config), "a:b");
    config_clear(&config);
    cr_assert_eq(config_parse(empty, sizeof empty - 1, "c", &config, NULL), 0);
    cr_expect_str_eq(config_cli_user(&config), "");
}

Test(config_keys, words)
{
    static const struct {
        const char *string, *words;
    } cases[] = {
        {"", ""},          {"  ", ""},        {",", ""},          {"a", "[a]"},
        {",cap", "[cap]"}, {"cap,", "[cap]"}, {"a,,b", "[a][b]"}, {" a , b c\t,", "[a][b c]"},
    };
    _cleanup_arena_ struct arena *arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_strbuf_ struct strbuf seen = STRBUF_INIT;
        struct config_list words;

        cr_assert_eq(config_words(cases[i].string, arena, &words, NULL), 0);
        strbuf_addstr(&seen, "");
        for (size_t k = 0; k < words.n; k++)
            strbuf_printf(&seen, "[%s]", words.items[k]);
        cr_expect_str_eq(seen.s, cases[i].words, "%s", cases[i].string);
    }
}
