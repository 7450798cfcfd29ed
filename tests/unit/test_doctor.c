/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of doctor say of the driver, engines and the host: of a sound node, and of each
 * fault. */
#include "tests/unit/soundnode.h"

TestSuite(doctor, .init = soundnode_setup, .fini = soundnode_teardown);

Test(doctor, the_table)
{
    for (const struct doctor_check *check = doctor_checks; check->id; check++) {
        cr_expect(*check->summary && *check->repair, "%s", check->id);
        for (const struct doctor_check *other = doctor_checks; other < check; other++)
            cr_expect_str_neq(other->id, check->id);
    }
}

Test(doctor, all_is_well)
{
    for (const struct doctor_check *check = doctor_checks; check->id; check++)
        expect_state(check->id, DOCTOR_OK);
}

/* A node without a GPU, documents, engines and all the rest: nothing to say. */
Test(doctor, nothing_there)
{
    sound.facts = (struct doctor_facts){
        .driver = {.root = ""},
        .nodes = {.root = ""},
        .specs = {.dirs = {{.path = "/etc/cdi"}, {.path = "/var/run/cdi"}}},
        .host = {.cgroup = DOCTOR_CGROUP_V2},
    };
    for (const struct doctor_check *check = doctor_checks; check->id; check++)
        expect_state(check->id,
                     strcmp(check->id, "cgroup") == 0 ? DOCTOR_OK : DOCTOR_NOT_APPLICABLE);
}

Test(doctor, driver_loaded)
{
    sound.gpu.started = false;
    expect("driver-loaded", WARNING, "does not show it", "/sys/bus/pci/devices/0000:17:00.0/driver",
           "nvidia", NULL);
    sound.gpu.driver = NULL;
    expect("driver-loaded", PROBLEM, "no kernel driver has taken GPU 0000:17:00.0",
           "/sys/bus/pci/devices/0000:17:00.0/driver", NULL, NULL);
    sound.gpu.driver = "nouveau";
    expect("driver-loaded", PROBLEM, "nouveau has taken GPU 0000:17:00.0",
           "/sys/bus/pci/devices/0000:17:00.0/driver", "nouveau", NULL);
    sound.gpu.driver = "vfio-pci";
    expect_state("driver-loaded", DOCTOR_OK);
    sound.facts.driver.version.text = NULL;
    expect_state("driver-loaded", DOCTOR_NOT_APPLICABLE);
    sound.gpu.driver = NULL;
    expect("driver-loaded", PROBLEM, "is not loaded", "/proc/driver/nvidia/version", NULL,
           "modprobe nvidia");
    sound.facts.driver.other_kind = true;
    expect_state("driver-loaded", DOCTOR_NOT_APPLICABLE);
    sound.facts.driver.gpus_problem = "cannot be read";
    expect("driver-loaded", UNKNOWN, "cannot be read", "/sys/bus/pci/devices", NULL, NULL);
}

Test(doctor, driver_modules)
{
    const char *files[] = {"updates/nvidia.ko", "kernel/nvidia.ko"};

    sound.facts.driver.modules[1].text = "570.133.20";
    expect("driver-modules", PROBLEM, "another version", "/sys/module/nvidia/version", "570.133.20",
           "reboot");
    sound.facts.driver.modules[1].text = "580.65.06";
    sound.facts.driver.version.text = "NVRM version: NVIDIA UNIX Open Kernel Module  580.65.06";
    expect("driver-modules", OK, "1 modules are loaded, of the open kind",
           "/proc/driver/nvidia/version", "580.65.06", NULL);
    sound.facts.driver.module_files = files;
    sound.facts.driver.n_module_files = 2;
    sound.facts.driver.modules_dep = "/lib/modules/6.1/modules.dep";
    expect("driver-modules", WARNING, "as updates/nvidia.ko and kernel/nvidia.ko",
           "/lib/modules/6.1/modules.dep", NULL, NULL);
    sound.facts.driver.modules[0].problem = "denied";
    expect_state("driver-modules", DOCTOR_UNKNOWN);
}

Test(doctor, driver_libraries)
{
    expect("driver-libraries", OK, "fit the kernel module", "/usr/lib/libcuda.so.580.65.06",
           "580.65.06", NULL);
    sound.facts.driver.loaded = NULL;
    expect("driver-libraries", OK, "are of one version", "/usr/lib/libcuda.so.580.65.06",
           "580.65.06", NULL);
    sound.facts.driver.loaded = "580.65.06";
    sound.libraries[1].version = "570.133.20";
    expect("driver-libraries", PROBLEM, "of version 570.133.20, the loaded kernel module of",
           "/usr/lib/libnvidia-ml.so.580.65.06", "570.133.20", NULL);
    sound.facts.driver.loaded = NULL;
    expect("driver-libraries", PROBLEM, "the other libraries of 580.65.06",
           "/usr/lib/libnvidia-ml.so.580.65.06", "570.133.20", NULL);
    sound.facts.driver.loaded = "580.65.06";
    /* One that fits is there, too. */
    sound.libraries[1].path = "/opt/libcuda.so.570.133.20";
    expect("driver-libraries", WARNING, "of version 570.133.20 is left beside",
           "/opt/libcuda.so.570.133.20", "570.133.20", NULL);
    sound.facts.driver.n_libraries = 0;
    expect("driver-libraries", PROBLEM, "are not installed", "/", NULL, NULL);
    sound.facts.driver.root = "/run/driver";
    sound.facts.driver.root_problem = "cannot be opened";
    expect("driver-libraries", UNKNOWN, "cannot be opened", "/run/driver", NULL, NULL);
}

Test(doctor, nodes)
{
    static const char make[] = "nvidia-ctk system create-device-nodes --control-devices";

    sound.node.there = false;
    expect("nodes", PROBLEM, "of the driver does not exist", "/dev/nvidia-uvm", NULL, make);
    cr_expect_not_null(judge("nodes")->findings[0].fix);
    cr_expect_str_eq(judge("nodes")->findings[0].fix[3], "--control-devices");
    sound.facts.nodes.root = "/run/driver one";
    expect("nodes", PROBLEM, "does not exist", "/dev/nvidia-uvm", NULL,
           "nvidia-ctk system create-device-nodes --control-devices --dev-root '/run/driver one'");
    cr_expect_str_eq(judge("nodes")->findings[0].fix[5], "/run/driver one");
    sound.facts.nodes.root = "";
    sound.node.kind = DOCTOR_NODE_EXTRA;
    expect("nodes", WARNING, "does not exist", "/dev/nvidia-uvm", NULL, make);
    sound.node.want_major = -1;
    expect("nodes", WARNING, "its kernel module is not loaded", "/dev/nvidia-uvm", NULL,
           "nvidia-ctk system create-device-nodes --control-devices --load-kernel-modules");
    cr_expect_null(judge("nodes")->findings[0].fix);
    sound.node.kind = DOCTOR_NODE_GPU;
    sound.node.want_minor = 3;
    expect("nodes", PROBLEM, "does not exist", "/dev/nvidia-uvm", NULL, "nvidia-modprobe -c 3");
    sound.node.kind = DOCTOR_NODE_CAP;
    sound.node.what = "gpu0/mig/gi1/access";
    expect("nodes", PROBLEM, "does not exist", "/dev/nvidia-uvm", NULL,
           "nvidia-modprobe -f /proc/driver/nvidia/capabilities/gpu0/mig/gi1/access");
    sound.node.problem = "denied";
    expect_state("nodes", DOCTOR_UNKNOWN);
    sound.facts.nodes.problem = "denied";
    expect("node-numbers", UNKNOWN, "denied", "/dev", NULL, NULL);
    sound.facts.driver.version.text = NULL;
    expect_state("nodes", DOCTOR_NOT_APPLICABLE);
}

Test(doctor, node_numbers)
{
    sound.node.major = 510;
    expect("node-numbers", PROBLEM, "the kernel says 511:0", "/dev/nvidia-uvm", "510:0",
           "rm /dev/nvidia-uvm && nvidia-ctk system create-device-nodes --control-devices");
    sound.node.character = false;
    expect("node-numbers", PROBLEM, "and is none", "/dev/nvidia-uvm", NULL,
           "rm -r /dev/nvidia-uvm && nvidia-ctk system create-device-nodes --control-devices");
    sound.node.want_major = -1;
    expect_state("node-numbers", DOCTOR_OK);
}

Test(doctor, node_permissions)
{
    sound.node.mode = 0640;
    expect("node-permissions", WARNING, "has mode 0640", "/dev/nvidia-uvm", "0640",
           "chmod 0666 /dev/nvidia-uvm");
    sound.node.want_mode = 0440;
    expect_state("node-permissions", DOCTOR_OK);
}

Test(doctor, char_links)
{
    sound.link.state = DOCTOR_LINK_MISSING;
    expect("char-links", WARNING, "1 of 1 devices have no link, the first is /dev/nvidia-uvm",
           "/dev/char/511:0", NULL, "nvidia-ctk system create-dev-char-symlinks");
    cr_expect_not_null(judge("char-links")->findings[0].fix);
    sound.link.state = DOCTOR_LINK_WRONG;
    expect("char-links", PROBLEM, "does not lead to /dev/nvidia-uvm", "/dev/char/511:0", NULL,
           "ln -sfn /dev/nvidia-uvm /dev/char/511:0");
    sound.facts.nodes.n_links = 0;
    expect_state("char-links", DOCTOR_NOT_APPLICABLE);
    sound.facts.nodes.links_problem = "denied";
    expect_state("char-links", DOCTOR_UNKNOWN);
    sound.facts.host.systemd = false;
    expect_state("char-links", DOCTOR_NOT_APPLICABLE);
}

Test(doctor, engine_cdi)
{
    struct doctor_engine_problem problem = {"/etc/docker/daemon.json:1:2", true, "broken"};

    sound.engine.cdi = ENGINE_CDI_UNDECIDED;
    sound.engine.enable = "this in that";
    expect("engine-cdi", WARNING, "docker is not told to read CDI documents", NULL, NULL, NULL);
    cr_expect_not_null(strstr(judge("engine-cdi")->findings[0].hint, "--engine docker@installed"));
    cr_expect_not_null(strstr(judge("engine-cdi")->findings[0].hint, ": this in that"));
    sound.engine.cdi = ENGINE_CDI_OFF;
    sound.engine.cdi_place = "/etc/docker/daemon.json:1:9";
    expect("engine-cdi", WARNING, "GPUs by a runtime alone", "/etc/docker/daemon.json:1:9", NULL,
           NULL);
    cr_expect_str_eq(judge("engine-cdi")->findings[0].hint, "this in that");
    sound.engine.restart = "restart it";
    cr_expect_str_eq(judge("engine-cdi")->findings[0].hint, "this in that; then: restart it");
    sound.engine.n_runtimes = 0;
    expect("engine-cdi", PROBLEM, "docker does not read CDI documents",
           "/etc/docker/daemon.json:1:9", NULL, NULL);
    sound.engine.cdi = ENGINE_CDI_ON;
    sound.engine.problems = &problem;
    sound.engine.n_problems = 1;
    expect("engine-cdi", PROBLEM, "docker: broken", "/etc/docker/daemon.json:1:2", NULL, NULL);
    problem.fatal = false;
    expect("engine-cdi", WARNING, "docker: broken", "/etc/docker/daemon.json:1:2", NULL, NULL);
}

Test(doctor, engine_spec_dirs)
{
    sound.engine.reads[0] = false;
    sound.engine.dirs_place = "/etc/docker/daemon.json:2:2";
    sound.engine.dirs = "/var/run/cdi";
    expect("engine-spec-dirs", PROBLEM, "docker does not read /etc/cdi, which has documents",
           "/etc/docker/daemon.json:2:2", "/var/run/cdi", NULL);
    /* It reads none, and is told of elsewhere. */
    sound.engine.cdi = ENGINE_CDI_OFF;
    expect_state("engine-spec-dirs", DOCTOR_OK);
    sound.engine.cdi = ENGINE_CDI_ON;
    sound.documents[0].kind = NULL;
    expect_state("engine-spec-dirs", DOCTOR_OK);
}

Test(doctor, engine_runtimes)
{
    sound.runtime.found = false;
    expect("engine-runtimes", PROBLEM, "docker's runtime \"nvidia\" does not exist",
           "/etc/docker/daemon.json:1:1", "nvidia-container-runtime", NULL);
    sound.runtime.is_default = true;
    expect("engine-runtimes", PROBLEM, "\"nvidia\", its default, does not exist",
           "/etc/docker/daemon.json:1:1", "nvidia-container-runtime", NULL);
    sound.engine.n_runtimes = 0;
    expect_state("engine-runtimes", DOCTOR_NOT_APPLICABLE);
}

Test(doctor, engine_cgroup_driver)
{
    sound.engine.cgroup_driver = "cgroupfs";
    sound.engine.cgroup_place = "/etc/docker/daemon.json:4:4";
    expect("engine-cgroup-driver", WARNING, "docker manages control groups itself",
           "/etc/docker/daemon.json:4:4", "cgroupfs", NULL);
    sound.facts.host.cgroup = DOCTOR_CGROUP_V1;
    expect_state("engine-cgroup-driver", DOCTOR_OK);
    sound.facts.host.systemd = false;
    expect_state("engine-cgroup-driver", DOCTOR_OK);
    sound.engine.cgroup_driver = "systemd";
    expect("engine-cgroup-driver", PROBLEM, "and it does not run", "/etc/docker/daemon.json:4:4",
           "systemd", NULL);
    sound.engine.cgroup_driver = NULL;
    expect_state("engine-cgroup-driver", DOCTOR_NOT_APPLICABLE);
}

Test(doctor, selinux)
{
    struct doctor_host *host = &sound.facts.host;

    host->selinux_devices.text = "0 0";
    expect("selinux", WARNING, "forbids containers to use devices",
           "/booleans/container_use_devices", "0 0", "setsebool -P container_use_devices on");
    host->selinux_devices.text = NULL;
    expect("selinux", WARNING, "no boolean", "/booleans/container_use_devices", NULL, NULL);
    host->selinux_devices.problem = "denied";
    expect_state("selinux", DOCTOR_UNKNOWN);
    host->selinux_enforce.text = "0";
    expect("selinux", OK, "only logs", "/sys/fs/selinux/enforce", "0", NULL);
    host->selinux_enforce.text = NULL;
    expect_state("selinux", DOCTOR_NOT_APPLICABLE);
    host->selinux_enforce.problem = "denied";
    expect_state("selinux", DOCTOR_UNKNOWN);
}

Test(doctor, cgroup)
{
    sound.facts.host.cgroup = DOCTOR_CGROUP_V1;
    expect("cgroup", WARNING, "version 1", "/sys/fs/cgroup", "v1", NULL);
    sound.facts.host.cgroup = DOCTOR_CGROUP_HYBRID;
    expect("cgroup", WARNING, "version 1", "/sys/fs/cgroup", "hybrid", NULL);
    sound.facts.host.cgroup = DOCTOR_CGROUP_NONE;
    expect("cgroup", PROBLEM, "no control groups", "/sys/fs/cgroup", NULL, NULL);
    sound.facts.host.cgroup_problem = "denied";
    expect_state("cgroup", DOCTOR_UNKNOWN);
}

Test(doctor, rootless)
{
    struct doctor_host *host = &sound.facts.host;

    sound.facts.specs.dirs[0].mode = 0750;
    expect("rootless", WARNING, "cannot read", "/etc/cdi", "0750", "chmod o+rx /etc/cdi");
    /* To read the documents in it takes both: to list it, and to enter it. */
    sound.facts.specs.dirs[0].mode = 0751;
    expect("rootless", WARNING, "cannot read", "/etc/cdi", "0751", "chmod o+rx /etc/cdi");
    sound.facts.specs.dirs[0].mode = 0754;
    expect("rootless", WARNING, "cannot read", "/etc/cdi", "0754", "chmod o+rx /etc/cdi");
    sound.facts.specs.dirs[0].mode = 0755;
    /* What engines pass over need not be readable. */
    sound.documents[1].ignored = true;
    sound.documents[1].mode = 0600;
    expect_state("rootless", DOCTOR_OK);
    sound.documents[0].mode = 0640;
    expect("rootless", WARNING, "cannot read", "/etc/cdi/nvidia.yaml", "0640",
           "chmod o+r /etc/cdi/nvidia.yaml");
    host->subgid.text = "";
    expect("rootless", WARNING, "no group ids", "/etc/subgid", NULL, NULL);
    host->userns_clone.text = "0";
    expect("rootless", WARNING, "no namespaces", "/userns_clone", "0",
           "sysctl -w kernel.unprivileged_userns_clone=1");
    host->max_user_namespaces.text = "0";
    expect("rootless", WARNING, "no namespaces", "/max_user_namespaces", "0",
           "sysctl -w user.max_user_namespaces=15000");
    host->subuid.text = "";
    expect_state("rootless", DOCTOR_NOT_APPLICABLE);
    host->subuid.problem = "denied";
    expect_state("rootless", DOCTOR_UNKNOWN);
}

Test(doctor, refresh_units)
{
    static const char dir[] = "/etc/systemd/system/multi-user.target.wants";
    struct doctor_unit *units = sound.facts.host.units;

    expect("refresh-units", OK, "up to date", dir, "cdikit-refresh.service", NULL);
    units[3] = (struct doctor_unit){"nvidia-cdi-refresh.path", true};
    expect("refresh-units", WARNING, "both", dir, NULL,
           "systemctl disable --now nvidia-cdi-refresh.path nvidia-cdi-refresh.service");
    units[0].enabled = false;
    expect("refresh-units", OK, "up to date", dir, "nvidia-cdi-refresh.path", NULL);
    units[3].enabled = false;
    expect("refresh-units", WARNING, "nothing writes", dir, NULL,
           "systemctl enable --now cdikit-refresh.service cdikit-refresh.path");
    sound.facts.driver.version.text = NULL;
    sound.facts.driver.n_gpus = 0;
    expect_state("refresh-units", DOCTOR_NOT_APPLICABLE);
    sound.facts.driver.other_kind = true;
    expect_state("refresh-units", DOCTOR_WARNING);
    sound.facts.host.systemd = false;
    expect_state("refresh-units", DOCTOR_NOT_APPLICABLE);
}

/* What could not be looked at does not hide a problem, and is counted all the same. */
Test(doctor, states_of_a_check)
{
    struct doctor_report report;

    sound.facts.specs.dirs[0].problem = "denied";
    sound.facts.specs.dirs[1].mode = 0777;
    expect_state("spec-dirs", DOCTOR_PROBLEM);
    cr_assert_eq(doctor_judge(&sound.facts, sound.arena, &report, NULL), 0);
    cr_expect_eq(report.counts[DOCTOR_UNKNOWN], 1);
    cr_expect_eq(report.counts[DOCTOR_PROBLEM], 1);
}
