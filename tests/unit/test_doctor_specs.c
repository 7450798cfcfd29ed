/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of doctor say of documents: of a sound node, and of each fault. */
#include "cdi/rules.h"
#include "tests/unit/soundnode.h"

TestSuite(doctor_specs, .init = soundnode_setup, .fini = soundnode_teardown);

Test(doctor_specs, spec_dirs)
{
    sound.facts.specs.dirs[0].mode = 01777;
    expect("spec-dirs", PROBLEM, "others than root can write", "/etc/cdi", "1777",
           "chmod go-w /etc/cdi");
    sound.facts.specs.dirs[0].mode = 0755;
    sound.documents[1].uid = 7;
    expect("spec-dirs", PROBLEM, "does not belong to root", "/var/run/cdi/thing.yaml", "uid 7",
           "chown root /var/run/cdi/thing.yaml");
    sound.documents[1].uid = 0;
    sound.facts.specs.dirs[1].problem = "denied";
    expect("spec-dirs", UNKNOWN, "denied", "/var/run/cdi", NULL, NULL);
}

Test(doctor_specs, spec_documents)
{
    sound.documents[0].kind = NULL;
    sound.documents[0].error = "3:1: no";
    expect("spec-documents", PROBLEM, "3:1: no", "/etc/cdi/nvidia.yaml", NULL, NULL);
    sound.documents[0].denied = true;
    expect("spec-documents", UNKNOWN, "3:1: no", "/etc/cdi/nvidia.yaml", NULL, NULL);
    sound.documents[0] = sound.documents[1];
    expect("spec-documents", WARNING, "no document of its GPUs", "/var/run/cdi", NULL,
           "cdikit refresh");
    cr_expect_not_null(judge("spec-documents")->findings[0].fix);
    /* A document whose hooks cannot run is not made without a question. */
    sound.facts.specs.missing_hook = "/usr/bin/nvidia-cdi-hook";
    expect("spec-documents", WARNING, "no document of its GPUs", "/var/run/cdi", NULL,
           "cdikit refresh");
    cr_expect_null(judge("spec-documents")->findings[0].fix);
    cr_expect(
        strstr(judge("spec-documents")->findings[0].hint, "install /usr/bin/nvidia-cdi-hook"));
    sound.facts.driver.version.text = NULL;
    expect_state("spec-documents", DOCTOR_OK);
}

Test(doctor_specs, spec_ignored)
{
    sound.documents[1].kind = NULL;
    sound.documents[1].ignored = true;
    sound.documents[1].path = "/etc/cdi/a b.yml";
    sound.documents[1].renamed = "/etc/cdi/a b.yaml";
    expect("spec-ignored", WARNING, "only *.yaml and *.json", "/etc/cdi/a b.yml", NULL,
           "mv '/etc/cdi/a b.yml' '/etc/cdi/a b.yaml'");
    sound.documents[1].path = "/etc/cdi/it's.yml";
    sound.documents[1].renamed = "/etc/cdi/it.yaml";
    expect("spec-ignored", WARNING, "only *.yaml and *.json", "/etc/cdi/it's.yml", NULL,
           "mv '/etc/cdi/it'\\''s.yml' /etc/cdi/it.yaml");
    sound.documents[1].renamed = NULL;
    expect("spec-ignored", WARNING, "only *.yaml and *.json", "/etc/cdi/it's.yml", NULL, NULL);
    sound.documents[1].is_dir = true;
    expect("spec-ignored", WARNING, "do not look into directories", "/etc/cdi/it's.yml", NULL,
           NULL);
}

Test(doctor_specs, spec_conflicts)
{
    sound.documents[0].n_conflicting = 1;
    sound.documents[0].conflicts_with = "/etc/cdi/other.yaml";
    expect("spec-conflicts", PROBLEM, "1 of its 2 devices are defined in /etc/cdi/other.yaml",
           "/etc/cdi/nvidia.yaml", NULL, NULL);
}

Test(doctor_specs, spec_shadowed)
{
    sound.documents[0].n_shadowed = 1;
    sound.documents[0].shadowed_by = "/var/run/cdi/nvidia.yaml";
    expect("spec-shadowed", WARNING, "1 of its 2 devices are hidden by /var/run/cdi/nvidia.yaml",
           "/etc/cdi/nvidia.yaml", NULL, NULL);
    sound.documents[0].n_shadowed = 2;
    expect("spec-shadowed", WARNING, "each of its devices is hidden by /var/run/cdi/nvidia.yaml",
           "/etc/cdi/nvidia.yaml", NULL, "rm /etc/cdi/nvidia.yaml");
}

Test(doctor_specs, spec_stale)
{
    sound.documents[0].trace = DOCTOR_TRACE_CHANGED;
    sound.documents[0].change = "/etc/ld.so.cache changed";
    expect("spec-stale", WARNING, "not any more", "/etc/cdi/nvidia.yaml",
           "/etc/ld.so.cache changed", NULL);
    sound.documents[0].usual = true;
    expect("spec-stale", WARNING, "not any more", "/etc/cdi/nvidia.yaml",
           "/etc/ld.so.cache changed", "cdikit refresh --output /etc/cdi/nvidia.yaml");
    cr_expect_str_eq(judge("spec-stale")->findings[0].fix[3], "/etc/cdi/nvidia.yaml");
    sound.documents[0].change = "/dev/nvidia0 appeared";
    expect_state("spec-stale", DOCTOR_PROBLEM);
    sound.documents[0].change = "/run/driver/dev/nvidia0 changed";
    expect_state("spec-stale", DOCTOR_PROBLEM);
    sound.documents[0].change = "/proc/driver/nvidia/version changed";
    expect_state("spec-stale", DOCTOR_PROBLEM);
    sound.documents[0].change = "/usr/lib/libcuda.so.1 vanished";
    expect_state("spec-stale", DOCTOR_PROBLEM);
    sound.documents[0].trace = DOCTOR_TRACE_PARTIAL;
    expect("spec-stale", WARNING, "had to be left out", "/etc/cdi/nvidia.yaml", NULL,
           "cdikit refresh --output /etc/cdi/nvidia.yaml");
    sound.documents[0].trace = DOCTOR_TRACE_DAMAGED;
    expect("spec-stale", WARNING, "is damaged", "/etc/cdi/nvidia.yaml", NULL,
           "cdikit refresh --output /etc/cdi/nvidia.yaml");
    sound.documents[0].trace = DOCTOR_TRACE_UNKNOWN;
    sound.documents[0].trace_problem = "denied";
    expect("spec-stale", UNKNOWN, "denied", "/etc/cdi/nvidia.yaml", NULL, NULL);
    sound.documents[0].trace = DOCTOR_TRACE_NONE;
    expect_state("spec-stale", DOCTOR_NOT_APPLICABLE);
}

Test(doctor_specs, spec_leftover)
{
    sound.facts.driver.version.text = NULL;
    sound.facts.driver.n_gpus = 0;
    expect("spec-leftover", WARNING, "neither", "/etc/cdi/nvidia.yaml", "nvidia.com/gpu",
           "rm /etc/cdi/nvidia.yaml");
    sound.facts.driver.other_kind = true;
    expect_state("spec-leftover", DOCTOR_OK);
}

Test(doctor_specs, spec_live)
{
    sound.live = (struct doctor_live){.rule = &rules[RULE_LIVE_MOUNT_MISSING],
                                      .pos = {7, 1},
                                      .message = "/a is not there",
                                      .n = 1};
    sound.documents[0].live = &sound.live;
    sound.documents[0].n_live = 1;
    expect("spec-live", PROBLEM, "line 7: /a is not there", "/etc/cdi/nvidia.yaml",
           "live-mount-missing", NULL);
    sound.live.n = 3;
    expect("spec-live", PROBLEM, "/a is not there (and 2 more of this kind)",
           "/etc/cdi/nvidia.yaml", "live-mount-missing", NULL);
    sound.documents[0].usual = true;
    expect("spec-live", PROBLEM, "/a", "/etc/cdi/nvidia.yaml", "live-mount-missing",
           "cdikit refresh --output /etc/cdi/nvidia.yaml");
    sound.live.rule = &rules[RULE_LIVE_NODE_NUMBERS_ONLY];
    expect_state("spec-live", DOCTOR_WARNING);
    sound.live.rule = &rules[RULE_LIVE_UNSEEN];
    expect_state("spec-live", DOCTOR_UNKNOWN);
    expect_state("hook-programs", DOCTOR_OK);
    /* Nobody gets its devices. */
    sound.documents[0].n_shadowed = 2;
    expect_state("spec-live", DOCTOR_OK);
}

Test(doctor_specs, hook_programs)
{
    sound.live = (struct doctor_live){.rule = &rules[RULE_LIVE_HOOK_MISSING],
                                      .pos = {7, 1},
                                      .message = "/hook is not there",
                                      .n = 1};
    sound.documents[0].live = &sound.live;
    sound.documents[0].n_live = 1;
    sound.documents[0].usual = true;
    expect("hook-programs", PROBLEM, "/hook is not there", "/etc/cdi/nvidia.yaml",
           "live-hook-missing", NULL);
    expect_state("spec-live", DOCTOR_OK);
    sound.live.rule = &rules[RULE_LIVE_HOOK_OWNER];
    expect_state("hook-programs", DOCTOR_WARNING);
    sound.documents[0].n_live = 0;
    sound.documents[0].n_hooks = 0;
    expect_state("hook-programs", DOCTOR_NOT_APPLICABLE);
}
