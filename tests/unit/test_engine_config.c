/* SPDX-License-Identifier: Apache-2.0 */
/* The configurations of container engines, as their documentation and sources say they are read. */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "tests/unit/engineread.h"
#include "tests/unit/tmpdir.h"

Test(engine_config, without_files)
{
    static const struct {
        const char *engine;
        enum engine_cdi cdi;
    } cases[] = {
        {"podman", ENGINE_CDI_ON},
        {"podman@4.3.1", ENGINE_CDI_ON},
        {"podman@4.0.0", ENGINE_CDI_NONE},
        {"docker", ENGINE_CDI_UNDECIDED},
        {"docker@20.10.24", ENGINE_CDI_NONE},
        {"docker@25.0.0", ENGINE_CDI_OFF},
        {"docker@28.1.1", ENGINE_CDI_OFF},
        {"docker@28.2.0", ENGINE_CDI_ON},
        {"containerd", ENGINE_CDI_UNDECIDED},
        {"containerd@1.6.20", ENGINE_CDI_NONE},
        {"containerd@1.7.28", ENGINE_CDI_OFF},
        {"containerd@2.0.0", ENGINE_CDI_ON},
        {"cri-o", ENGINE_CDI_ON},
        {"cri-o@1.23.0", ENGINE_CDI_NONE},
        {"cri-o@1.24.0", ENGINE_CDI_ON},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_as(dir, cases[i].engine);

        cr_expect_eq(read.config.cdi, cases[i].cdi, "%s", cases[i].engine);
        cr_expect_str_eq(read_dirs(&read), "/etc/cdi /var/run/cdi");
        cr_expect_str_eq(read_at(&read, &read.config.dirs_place), "its default");
        cr_expect_str_eq(read_at(&read, &read.config.cdi_place), "its default");
        cr_expect_eq(read.config.n_files, 0);
        cr_expect_eq(read.config.n_problems, 0);
        cr_expect_null(read.config.default_runtime);
    }
}

/* ---- podman ---- */

Test(engine_config, podman_order_of_files)
{
    const char *dir = tmpdir_new();
    const struct engine_user user = {.uid = 1000, .home = "/home/u"};

    tmpdir_write(dir, "usr/share/containers/containers.conf",
                 "[engine]\ncdi_spec_dirs = [\"/usr\"]\n");
    tmpdir_write(dir, "etc/containers/containers.conf", "[engine]\ncdi_spec_dirs = [\"/etc\"]\n");
    tmpdir_write(dir, "etc/containers/containers.conf.d/20-b.conf",
                 "[engine]\ncdi_spec_dirs = [\"/b\", \"/c\"]\nruntime = \"nvidia\"\n");
    tmpdir_write(dir, "etc/containers/containers.conf.d/10-a.conf",
                 "[engine]\ncdi_spec_dirs = [\"/a\"]\nruntime = \"crun\"\n");
    tmpdir_write(dir, "etc/containers/containers.conf.d/30-c.conf.off", "broken");
    tmpdir_write(dir, "etc/containers/containers.rootless.conf.d/50.conf", "");
    tmpdir_write(dir, "etc/containers/containers.rootless.conf.d/1000/50.conf", "");
    tmpdir_write(dir, "home/u/.config/containers/containers.conf",
                 "[engine]\ncdi_spec_dirs = [\"/home\"]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman@5.4");

        cr_expect_str_eq(read_dirs(&read), "/b /c");
        cr_expect_str_eq(read_at(&read, &read.config.dirs_place),
                         "/etc/containers/containers.conf.d/20-b.conf:2:17");
        cr_expect_str_eq(read_at(&read, &read.config.dirs[1].place),
                         "/etc/containers/containers.conf.d/20-b.conf:2:24");
        cr_expect_str_eq(read.config.default_runtime, "nvidia");
        cr_expect_str_eq(read_at(&read, &read.config.default_place),
                         "/etc/containers/containers.conf.d/20-b.conf:3:11");
        cr_expect_str_eq(read_files(&read), "/usr/share/containers/containers.conf "
                                            "/etc/containers/containers.conf "
                                            "/etc/containers/containers.conf.d/10-a.conf "
                                            "/etc/containers/containers.conf.d/20-b.conf");
        cr_expect_eq(read.config.n_problems, 0);
        cr_expect_str_eq(read.config.main_file, "/etc/containers/containers.conf");
    }
    {
        _cleanup_read_ struct read read = read_for(dir, "podman@5.8", &user);

        cr_expect_str_eq(read_dirs(&read), "/home");
        cr_expect_str_eq(read_files(&read),
                         "/usr/share/containers/containers.conf "
                         "/etc/containers/containers.conf "
                         "/etc/containers/containers.conf.d/10-a.conf "
                         "/etc/containers/containers.conf.d/20-b.conf "
                         "/etc/containers/containers.rootless.conf.d/50.conf "
                         "/etc/containers/containers.rootless.conf.d/1000/50.conf "
                         "/home/u/.config/containers/containers.conf");
        cr_expect_str_eq(read.config.main_file, "/home/u/.config/containers/containers.conf");
    }
}

/* One containers.conf, and of drop-ins with one name that of the last directory. */
Test(engine_config, podman_6_order_of_files)
{
    const char *dir = tmpdir_new();
    const struct engine_user user = {.uid = 1000, .home = "/home/u", .config_home = "/conf"};

    tmpdir_write(dir, "usr/share/containers/containers.conf", "");
    tmpdir_write(dir, "usr/share/containers/containers.conf.d/10.conf", "");
    tmpdir_write(dir, "usr/share/containers/containers.conf.d/90.conf", "");
    tmpdir_write(dir, "etc/containers/containers.conf", "");
    tmpdir_write(dir, "etc/containers/containers.conf.d/10.conf", "");
    tmpdir_write(dir, "etc/containers/containers.rootful.conf.d/50.conf", "");
    tmpdir_write(dir, "etc/containers/containers.rootless.conf.d/60.conf", "");
    tmpdir_write(dir, "etc/containers/containers.rootless.conf.d/1000/70.conf", "");
    tmpdir_write(dir, "conf/containers/containers.conf.d/60.conf", "");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman@6.0");

        cr_expect_str_eq(read_files(&read), "/etc/containers/containers.conf "
                                            "/etc/containers/containers.conf.d/10.conf "
                                            "/etc/containers/containers.rootful.conf.d/50.conf "
                                            "/usr/share/containers/containers.conf.d/90.conf");
    }
    {
        _cleanup_read_ struct read read = read_for(dir, "podman@6.0", &user);

        cr_expect_str_eq(read_files(&read),
                         "/etc/containers/containers.conf "
                         "/etc/containers/containers.conf.d/10.conf "
                         "/conf/containers/containers.conf.d/60.conf "
                         "/etc/containers/containers.rootless.conf.d/1000/70.conf "
                         "/usr/share/containers/containers.conf.d/90.conf");
    }
}

/* attributedstring.Slice: append holds for later files, too. */
Test(engine_config, podman_appends)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/containers/containers.conf",
                 "[engine]\ncdi_spec_dirs = [\"/a\", {append = true}]\n");
    tmpdir_write(dir, "etc/containers/containers.conf.d/1.conf",
                 "[engine]\ncdi_spec_dirs = [\"/b\"]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman");

        cr_expect_str_eq(read_dirs(&read), "/etc/cdi /var/run/cdi /a /b");
    }
    tmpdir_write(dir, "etc/containers/containers.conf.d/2.conf",
                 "[engine]\ncdi_spec_dirs = [\"/c\", {append = false}]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman");

        cr_expect_str_eq(read_dirs(&read), "/c");
    }
}

Test(engine_config, podman_before_the_setting)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/containers/containers.conf", "[engine]\ncdi_spec_dirs = [\"/a\"]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman@5.0.3");

        cr_expect_str_eq(read_dirs(&read), "/etc/cdi /var/run/cdi");
        expect_remark(&read, "/etc/containers/containers.conf:2:17", "from 5.1.0 on");
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "podman@5.1.0");

        cr_expect_str_eq(read_dirs(&read), "/a");
        cr_expect_eq(read.config.n_problems, 0);
    }
}

Test(engine_config, podman_runtimes)
{
    const char *dir = tmpdir_new();
    const struct engine_runtime *nvidia;

    tmpdir_write(dir, "usr/local/bin/nvidia-container-runtime", "");
    tmpdir_write(dir, "etc/containers/containers.conf",
                 "[engine.runtimes]\nnvidia = [\n  \"/usr/bin/nvidia-container-runtime\",\n"
                 "  \"/usr/local/bin/nvidia-container-runtime\",\n]\nabsent = [\"/a\", \"/b\"]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman");

        cr_assert_eq(read.config.n_runtimes, 2);
        cr_expect_str_eq(read.config.runtimes[0].name, "absent");
        cr_expect_str_eq(read.config.runtimes[0].path, "/a");
        nvidia = engine_config_runtime(&read.config, "nvidia");
        cr_assert_not_null(nvidia);
        cr_expect_str_eq(nvidia->path, "/usr/local/bin/nvidia-container-runtime");
        cr_expect_str_eq(read_at(&read, &nvidia->place), "/etc/containers/containers.conf:2:10");
        cr_expect_null(engine_config_runtime(&read.config, "runc"));
    }
}

Test(engine_config, podman_problems)
{
    static const struct {
        const char *text, *place, *says;
    } cases[] = {
        {"[engine\n", "/etc/containers/containers.conf:1:8", ""},
        {"[engine]\ncdi_spec_dirs = \"/a\"\n", "/etc/containers/containers.conf:2:17",
         "array of strings"},
        {"[engine]\ncdi_spec_dirs = [1]\n", "/etc/containers/containers.conf:2:18",
         "array of strings"},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/containers/containers.conf",
                                                    cases[i].text, "podman");

        expect_problem(&read, cases[i].place, cases[i].says);
    }
}

/* What should be a directory of drop-ins is a file. */
Test(engine_config, dropins_that_cannot_be_listed)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/containers/containers.conf.d", "");
    tmpdir_write(dir, "etc/crio/crio.conf.d", "");
    {
        _cleanup_read_ struct read read = read_as(dir, "podman");

        expect_problem(&read, "/etc/containers/containers.conf.d", "Not a directory");
        cr_expect_eq(read.config.n_problems, 1);
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "podman@6.0");

        expect_problem(&read, "/etc/containers/containers.conf.d", "Not a directory");
    }
    {
        _cleanup_read_ struct read read = read_as(dir, "cri-o");

        expect_problem(&read, "/etc/crio/crio.conf.d", "Not a directory");
    }
}

/* ---- Docker ---- */

Test(engine_config, docker_settings)
{
    const char *dir = tmpdir_new();
    const struct engine_runtime *nvidia;

    tmpdir_write(
        dir, "etc/docker/daemon.json",
        "{\n  \"features\": {\"buildkit\": true, \"cdi\": true},\n"
        "  \"cdi-spec-dirs\": [\"/opt/cdi\", \"/run/cdi\"],\n"
        "  \"default-runtime\": \"nvidia\",\n"
        "  \"runtimes\": {\"nvidia\": {\"args\": [], \"path\": \"nvidia-container-runtime\"},\n"
        "    \"kata\": {\"runtimeType\": \"io.containerd.kata.v2\"}}\n}\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "docker@27.5");

        cr_expect_eq(read.config.cdi, ENGINE_CDI_ON);
        cr_expect_str_eq(read_at(&read, &read.config.cdi_place), "/etc/docker/daemon.json:2:41");
        cr_expect_str_eq(read_dirs(&read), "/opt/cdi /run/cdi");
        cr_expect_str_eq(read_at(&read, &read.config.dirs_place), "/etc/docker/daemon.json:3:20");
        cr_expect_str_eq(read.config.default_runtime, "nvidia");
        nvidia = engine_config_runtime(&read.config, "nvidia");
        cr_assert_not_null(nvidia);
        cr_expect_str_eq(nvidia->path, "nvidia-container-runtime");
        cr_expect_str_eq(read_at(&read, &nvidia->place), "/etc/docker/daemon.json:5:26");
        cr_assert_not_null(engine_config_runtime(&read.config, "kata"));
        cr_expect_null(engine_config_runtime(&read.config, "kata")->path);
        cr_expect_eq(read.config.n_problems, 0);
    }
    {
        /* The release reads no documents, whatever its configuration says. */
        _cleanup_read_ struct read read = read_as(dir, "docker@24.0.7");

        cr_expect_eq(read.config.cdi, ENGINE_CDI_NONE);
    }
}

Test(engine_config, docker_switched_off)
{
    static const char *const texts[] = {
        "{\"features\": {\"cdi\": false}}",
        "{\"cdi-spec-dirs\": [\"\"]}",
        "{\"features\": {\"cdi\": true}, \"cdi-spec-dirs\": [\"\"]}",
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/docker/daemon.json", texts[i],
                                                    "docker@29.0");

        cr_expect_eq(read.config.cdi, ENGINE_CDI_OFF, "%s", texts[i]);
        cr_expect_not_null(read.config.cdi_place.file);
        cr_expect_str_eq(read.config.enable,
                         "set \"features\": {\"cdi\": true} in /etc/docker/daemon.json");
    }
}

Test(engine_config, docker_of_a_user)
{
    const char *dir = tmpdir_new();
    const struct engine_user user = {
        .uid = 1000, .home = "/home/u", .runtime_dir = "/run/user/1000"};
    const struct engine_user root = {.uid = 0, .home = "/root"};

    tmpdir_write(dir, "etc/docker/daemon.json", "{\"features\": {\"cdi\": false}}");
    tmpdir_write(dir, "home/u/.config/docker/daemon.json", "{\"features\": {\"cdi\": true}}");
    tmpdir_write(dir, "root/.config/docker/daemon.json", "{\"features\": {\"cdi\": true}}");
    {
        _cleanup_read_ struct read read = read_for(dir, "docker@29.2", &user);

        cr_expect_eq(read.config.cdi, ENGINE_CDI_ON);
        cr_expect_str_eq(read_files(&read), "/home/u/.config/docker/daemon.json");
        cr_expect_str_eq(read_dirs(&read),
                         "/etc/cdi /var/run/cdi /home/u/.config/cdi /run/user/1000/cdi");
    }
    {
        _cleanup_read_ struct read read = read_for(dir, "docker@29.1", &user);

        cr_expect_str_eq(read_dirs(&read), "/etc/cdi /var/run/cdi");
    }
    {
        _cleanup_read_ struct read read = read_for(dir, "docker", &root);

        cr_expect_eq(read.config.cdi, ENGINE_CDI_OFF);
    }
}

Test(engine_config, docker_broken)
{
    static const struct {
        const char *text, *place, *says;
    } cases[] = {
        {"{\n  \"features\": {\"cdi\": true},\n}\n", "/etc/docker/daemon.json:3:1", ""},
        {"", "/etc/docker/daemon.json:1:1", ""},
        {"[]", "/etc/docker/daemon.json:1:1", "not an object"},
        {"{\"features\": {\"cdi\": \"yes\"}}", "/etc/docker/daemon.json:1:22", "true or false"},
        {"{\"cdi-spec-dirs\": \"/etc/cdi\"}", "/etc/docker/daemon.json:1:19", "array of strings"},
        {"{\"cdi-spec-dirs\": [1]}", "/etc/docker/daemon.json:1:20", "array of strings"},
    };
    const char *dir = tmpdir_new();

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(dir, "etc/docker/daemon.json", cases[i].text,
                                                    "docker@29.0");

        expect_problem(&read, cases[i].place, cases[i].says);
        cr_expect_eq(read.config.n_files, 1);
    }
}

/* ---- CRI-O ---- */

Test(engine_config, crio_order_of_files)
{
    const char *dir = tmpdir_new();
    const struct engine_runtime *nvidia;

    tmpdir_write(dir, "etc/crio/crio.conf",
                 "[crio.runtime]\ncdi_spec_dirs = [\"/main\"]\ndefault_runtime = \"runc\"\n");
    tmpdir_write(dir, "etc/crio/crio.conf.d/99-nvidia.toml",
                 "\n[crio]\n[crio.runtime]\ndefault_runtime = \"nvidia\"\n"
                 "[crio.runtime.runtimes.nvidia]\nruntime_path = \"/usr/bin/ncr\"\n");
    tmpdir_write(dir, "etc/crio/crio.conf.d/10/x", "[crio.runtime]\ncdi_spec_dirs = [\"/x\"]\n");
    tmpdir_write(dir, "etc/crio/crio.conf.d/05.conf", "[crio.runtime]\ncdi_spec_dirs = [\"/5\"]\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "cri-o");

        cr_expect_str_eq(read_files(&read), "/etc/crio/crio.conf "
                                            "/etc/crio/crio.conf.d/05.conf "
                                            "/etc/crio/crio.conf.d/10/x "
                                            "/etc/crio/crio.conf.d/99-nvidia.toml");
        cr_expect_str_eq(read_dirs(&read), "/x");
        cr_expect_str_eq(read_at(&read, &read.config.dirs_place),
                         "/etc/crio/crio.conf.d/10/x:2:17");
        cr_expect_str_eq(read.config.default_runtime, "nvidia");
        nvidia = engine_config_runtime(&read.config, "nvidia");
        cr_assert_not_null(nvidia);
        cr_expect_str_eq(nvidia->path, "/usr/bin/ncr");
        cr_expect_str_eq(read_at(&read, &nvidia->place),
                         "/etc/crio/crio.conf.d/99-nvidia.toml:5:24");
    }
}

/* A later file registers a runtime anew; a value of another type says nothing. */
Test(engine_config, crio_runtime_of_two_files)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/crio/crio.conf",
                 "[crio.runtime]\ndefault_runtime = 1\n"
                 "[crio.runtime.runtimes.nvidia]\nruntime_path = \"/old\"\n");
    tmpdir_write(dir, "etc/crio/crio.conf.d/1.conf",
                 "[crio.runtime.runtimes.nvidia]\nruntime_path = \"/new\"\n"
                 "[crio.runtime.runtimes.crun]\nruntime_path = 1\n");
    {
        _cleanup_read_ struct read read = read_as(dir, "cri-o");

        cr_assert_eq(read.config.n_runtimes, 2);
        cr_expect_str_eq(engine_config_runtime(&read.config, "nvidia")->path, "/new");
        cr_expect_null(engine_config_runtime(&read.config, "crun")->path);
        cr_expect_null(read.config.default_runtime);
    }
}

Test(engine_config, crio_drop_ins_without_end)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/crio/crio.conf.d/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/1.conf", "");
    {
        _cleanup_read_ struct read read = read_as(dir, "cri-o");

        cr_expect_eq(read.config.n_files, 0);
        expect_problem(&read, "/etc/crio/crio.conf.d/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a",
                       "nested too deep");
    }
}

/* A broken file does not hide the others. */
Test(engine_config, broken_and_unreadable_files)
{
    const char *dir = tmpdir_new();

    tmpdir_write(dir, "etc/crio/crio.conf.d/1.conf", "[crio.runtime]\ncdi_spec_dirs = [\"/1\",\n");
    tmpdir_write(dir, "etc/crio/crio.conf.d/2.conf", "[crio.runtime]\ncdi_spec_dirs = [\"/2\"]\n");
    tmpdir_link(dir, "etc/crio/crio.conf.d/3.conf", "/nowhere");
    tmpdir_link(dir, "etc/crio/crio.conf.d/4.conf", "/etc");
    cr_assert_eq(mkfifo(tmpdir_path(dir, "etc/crio/crio.conf.d/5.conf"), 0644), 0);
    {
        _cleanup_read_ struct read read = read_as(dir, "cri-o");

        cr_expect_str_eq(read_dirs(&read), "/2");
        cr_expect_eq(read.config.n_problems, 4);
        expect_problem(&read, "/etc/crio/crio.conf.d/1.conf:3:1", "");
        expect_problem(&read, "/etc/crio/crio.conf.d/3.conf", "No such file");
        expect_problem(&read, "/etc/crio/crio.conf.d/4.conf", "not a regular file");
        expect_problem(&read, "/etc/crio/crio.conf.d/5.conf", "not a regular file");
    }
}

/* ---- who manages control groups ---- */

Test(engine_config, cgroup_driver)
{
    static const struct {
        const char *engine, *file, *text, *driver, *place;
    } cases[] = {
        {"podman", "etc/containers/containers.conf", "[engine]\ncgroup_manager = \"cgroupfs\"\n",
         "cgroupfs", "/etc/containers/containers.conf:2:18"},
        {"docker", "etc/docker/daemon.json",
         "{\"exec-opts\": [\"a=b\", \"native.cgroupdriver=systemd\"]}", "systemd",
         "/etc/docker/daemon.json:1:23"},
        {"docker", "etc/docker/daemon.json", "{\"exec-opts\": [\"native.cgroupdriver=else\", 7]}",
         NULL, NULL},
        {"docker", "etc/docker/daemon.json", "{\"exec-opts\": {}}", NULL, NULL},
        {"cri-o", "etc/crio/crio.conf", "[crio.runtime]\ncgroup_manager = \"systemd\"\n", "systemd",
         "/etc/crio/crio.conf:2:18"},
        {"containerd", "etc/containerd/config.toml",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n"
         "SystemdCgroup = true\n",
         "systemd", "/etc/containerd/config.toml:3:17"},
        {"containerd", "etc/containerd/config.toml",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n"
         "SystemdCgroup = false\n",
         "cgroupfs", "/etc/containerd/config.toml:3:17"},
        {"containerd", "etc/containerd/config.toml",
         "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n"
         "SystemdCgroup = \"yes\"\n",
         NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_read_ struct read read = read_text(tmpdir_new(), cases[i].file, cases[i].text,
                                                    cases[i].engine);

        if (cases[i].driver) {
            cr_assert_not_null(read.config.cgroup_driver, "case %zu", i);
            cr_expect_str_eq(read.config.cgroup_driver, cases[i].driver);
            cr_expect_str_eq(read_at(&read, &read.config.cgroup_place), cases[i].place);
        } else {
            cr_expect_null(read.config.cgroup_driver, "case %zu", i);
        }
    }
}
