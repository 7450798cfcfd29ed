/* SPDX-License-Identifier: Apache-2.0 */
/* containerd's config.toml, as its documentation and sources say it is read. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/engineread.h"
#include "tests/unit/tmpdir.h"

Test(engine_containerd, versions_of_the_file)
{
    static const struct {
        const char *engine, *text;
        enum engine_cdi cdi;
        const char *enable; /* a part of it */
    } cases[] = {
        {"containerd@1.7", "[plugins.cri]\nenable_cdi = true\n", ENGINE_CDI_ON, "plugins.\"cri\""},
        {"containerd@1.7", "version = 1\n[plugins.cri]\nenable_cdi = true\n", ENGINE_CDI_ON, NULL},
        {"containerd@1.7", "version = 2\n[plugins.cri]\nenable_cdi = true\n", ENGINE_CDI_OFF, NULL},
        {"containerd@1.7",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = true\n", ENGINE_CDI_ON,
         "plugins.\"io.containerd.grpc.v1.cri\""},
        {"containerd@1.7", "[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = true\n",
         ENGINE_CDI_OFF, "plugins.\"cri\""},
        {"containerd@2.1", "[plugins.cri]\nenable_cdi = false\n", ENGINE_CDI_OFF, NULL},
        {"containerd@2.1",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = false\n",
         ENGINE_CDI_OFF, NULL},
        {"containerd@2.1",
         "version = 3\n[plugins.\"io.containerd.cri.v1.runtime\"]\nenable_cdi = false\n",
         ENGINE_CDI_OFF, "plugins.\"io.containerd.cri.v1.runtime\""},
        {"containerd@2.1", "version = 3\n", ENGINE_CDI_ON, NULL},
        {"containerd", "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = true\n",
         ENGINE_CDI_ON, NULL},
        {"containerd", "version = 2\n", ENGINE_CDI_UNDECIDED, NULL},
        {"containerd@1.6",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\nenable_cdi = true\n",
         ENGINE_CDI_NONE, NULL},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/containerd/config.toml",
                                                    cases[i].text, cases[i].engine);

        cr_expect_eq(read.config.cdi, cases[i].cdi, "%s: %s", cases[i].engine, cases[i].text);
        if (cases[i].enable)
            cr_expect(strstr(read.config.enable, cases[i].enable), "%s: %s", cases[i].text,
                      read.config.enable);
    }
}

#define GRPC "[plugins.\"io.containerd.grpc.v1.cri\""

Test(engine_containerd, settings)
{
    const char *dir = tmpdir_new();
    const struct engine_runtime *nvidia;

    tmpdir_write(dir, "etc/containerd/config.toml",
                 "version = 2\n" GRPC "]\n  enable_cdi = true\n  cdi_spec_dirs = [\"/a\"]\n" GRPC
                 ".containerd]\n  default_runtime_name = \"nvidia\"\n" GRPC
                 ".containerd.runtimes.nvidia]\n  runtime_type = \"io.containerd.runc.v2\"\n" GRPC
                 ".containerd.runtimes.nvidia.options]\n  BinaryName = \"/usr/bin/ncr\"\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd@1.7.20");

        cr_expect_str_eq(read_at(&read, &read.config.cdi_place),
                         "/etc/containerd/config.toml:3:16");
        cr_expect_str_eq(read_dirs(&read), "/a");
        cr_expect_str_eq(read.config.default_runtime, "nvidia");
        cr_expect_str_eq(read_at(&read, &read.config.default_place),
                         "/etc/containerd/config.toml:6:26");
        nvidia = engine_config_runtime(&read.config, "nvidia");
        cr_assert_not_null(nvidia);
        cr_expect_str_eq(nvidia->path, "/usr/bin/ncr");
        cr_expect_str_eq(read_at(&read, &nvidia->place), "/etc/containerd/config.toml:7:58");
    }
}

/* containerd 1 replaces a plugin's table by that of an import, containerd 2 merges them. */
Test(engine_containerd, imports)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/containerd/config.toml",
                 "version = 2\nimports = [\"conf.d/*.toml\", \"/etc/containerd/last.toml\"]\n" GRPC
                 "]\nenable_cdi = true\ncdi_spec_dirs = [\"/a\"]\n" GRPC
                 ".containerd.runtimes.runc.options]\nBinaryName = \"/usr/bin/runc\"\n");
    tmpdir_write(dir, "etc/containerd/conf.d/10.toml",
                 "version = 2\nimports = [\"/etc/containerd/./config.toml\", "
                 "\"../conf.d/10.toml\", \"deep.toml\"]\n");
    tmpdir_write(dir, "etc/containerd/conf.d/99-nvidia.toml",
                 "version = 2\n" GRPC ".containerd.runtimes.nvidia.options]\n"
                 "BinaryName = \"/usr/bin/ncr\"\n");
    tmpdir_write(dir, "etc/containerd/conf.d/ignored.conf", "[");
    tmpdir_write(dir, "etc/containerd/last.toml", "");
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd@1.7");

        cr_expect_str_eq(read_files(&read), "/etc/containerd/config.toml "
                                            "/etc/containerd/conf.d/10.toml "
                                            "/etc/containerd/conf.d/99-nvidia.toml "
                                            "/etc/containerd/last.toml "
                                            "/etc/containerd/conf.d/deep.toml");
        cr_expect_eq(read.config.cdi, ENGINE_CDI_OFF);
        cr_expect_str_eq(read_dirs(&read), "/etc/cdi /var/run/cdi");
        cr_expect_null(engine_config_runtime(&read.config, "runc"));
        cr_expect_not_null(engine_config_runtime(&read.config, "nvidia"));
        /* An import that is not a pattern has to exist. */
        expect_problem(&read, "/etc/containerd/conf.d/deep.toml", "No such file");
        cr_expect_eq(read.config.n_problems, 1);
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd@2.0");

        cr_expect_eq(read.config.cdi, ENGINE_CDI_ON);
        cr_expect_str_eq(read_dirs(&read), "/a");
        cr_expect_not_null(engine_config_runtime(&read.config, "runc"));
        cr_expect_not_null(engine_config_runtime(&read.config, "nvidia"));
    }
}

/* containerd 2 merges, so that a drop-in need not repeat the program. */
Test(engine_containerd, runtime_of_two_files)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/containerd/config.toml",
                 "version = 2\nimports = [\"more.toml\"]\n" GRPC
                 ".containerd.runtimes.nvidia.options]\nBinaryName = \"/usr/bin/ncr\"\n");
    tmpdir_write(dir, "etc/containerd/more.toml",
                 "version = 2\n" GRPC ".containerd.runtimes.nvidia]\nruntime_type = \"x\"\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd@2.0");
        const struct engine_runtime *nvidia = engine_config_runtime(&read.config, "nvidia");

        cr_assert_not_null(nvidia);
        cr_expect_str_eq(nvidia->path, "/usr/bin/ncr");
        cr_expect_str_eq(nvidia->place.file, "/etc/containerd/more.toml");
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd@1.7");

        cr_expect_null(engine_config_runtime(&read.config, "nvidia")->path);
    }
}

/* Version 1 has the program under another name, too. */
Test(engine_containerd, runtime_of_version_1)
{
    const char *dir = tmpdir_new();
    _cleanup_read_ struct read read = read_text(
        dir, "etc/containerd/config.toml",
        "[plugins.cri.containerd.runtimes.nvidia.options]\nRuntime = \"/usr/bin/ncr\"\n",
        "containerd@1.7");

    cr_assert_eq(read.config.n_runtimes, 1);
    cr_expect_str_eq(read.config.runtimes[0].path, "/usr/bin/ncr");
}

/* Each file imports the next one. */
Test(engine_containerd, imports_without_end)
{
    const char *dir = tmpdir_new();
    char name[64], text[64];

    tmpdir_write(dir, "etc/containerd/config.toml", "imports = [\"0.toml\"]\n");
    for (int i = 0; i < 300; i++) {
        (void)snprintf(name, sizeof name, "etc/containerd/%d.toml", i);
        (void)snprintf(text, sizeof text, "imports = [\"%d.toml\"]\n", i + 1);
        tmpdir_write(dir, name, text);
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "containerd");

        cr_expect_eq(read.config.n_files, 256);
        expect_remark(&read, "/etc/containerd/254.toml:1:12", "more than 256 files");
    }
}

Test(engine_containerd, without_cri)
{
    static const char *const texts[] = {
        "disabled_plugins = [\"cri\"]\nversion = 2\n",
        "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\nversion = 2\n",
        "disabled_plugins = [\"io.containerd.cri.v1.runtime\"]\nversion = 3\n",
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/containerd/config.toml", texts[i],
                                                    "containerd@2.1");

        cr_expect_eq(read.config.cdi, ENGINE_CDI_OFF, "%s", texts[i]);
        cr_expect_str_eq(read_at(&read, &read.config.cdi_place),
                         "/etc/containerd/config.toml:1:21");
        cr_expect(strstr(read.config.enable, "disabled_plugins"));
    }
}

Test(engine_containerd, problems)
{
    static const struct {
        const char *engine, *text, *place, *says;
    } cases[] = {
        {"containerd@2.1", "version = 3\n[plugins\n", "/etc/containerd/config.toml:2:9", ""},
        {"containerd@1.7", "version = 3\n", "/etc/containerd/config.toml:1:11", "2 is its newest"},
        {"containerd@2.1", "version = \"2\"\n", "/etc/containerd/config.toml:1:11", "an integer"},
        {"containerd@2.1", "imports = \"/a\"\n", "/etc/containerd/config.toml:1:11", "imports"},
        {"containerd@2.1", "imports = [1]\n", "/etc/containerd/config.toml:1:12", "imports"},
        {"containerd@2.1", "version = 2\n" GRPC "]\nenable_cdi = \"on\"\n",
         "/etc/containerd/config.toml:3:14", "true or false"},
        {"containerd@2.1", "version = 2\n" GRPC "]\ncdi_spec_dirs = \"/etc/cdi\"\n",
         "/etc/containerd/config.toml:3:17", "array of strings"},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/containerd/config.toml",
                                                    cases[i].text, cases[i].engine);

        expect_problem(&read, cases[i].place, cases[i].says);
    }
}

Test(engine_containerd, remarks)
{
    static const struct {
        const char *engine, *text, *place, *says;
    } cases[] = {
        {"containerd@1.7", "[plugins.cri.containerd]\nenable_cdi = true\n",
         "/etc/containerd/config.toml:2:14", "one level up"},
        {"containerd@1.7", GRPC "]\nenable_cdi = true\n", "/etc/containerd/config.toml:1:10",
         "version = 2"},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/containerd/config.toml",
                                                    cases[i].text, cases[i].engine);

        expect_remark(&read, cases[i].place, cases[i].says);
    }
}
