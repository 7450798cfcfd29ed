/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the driver: loaded, of one version, and with libraries that fit. */
#include <string.h>

#include "base/path.h"
#include "diagnose/doctor_judge.h"

bool doctor_has_driver(const struct doctor_facts *facts)
{
    const struct doctor_driver *d = &facts->driver;

    return d->n_gpus || d->version.text;
}

/* True if the check is of no use on this node, which is said then. */
static bool passed(const struct doctor_facts *facts, struct doctor_report *report)
{
    if (facts->driver.other_kind)
        doctor_pass(report, "the driver of Tegra and WSL has no such module");
    else if (!doctor_has_driver(facts))
        doctor_pass(report, "there is no NVIDIA GPU");
    else
        return false;
    return true;
}

/* Looks at one GPU; true if there is something to say. */
static bool judge_gpu(const struct doctor_gpu *gpu, struct doctor_report *report)
{
    struct doctor_finding finding = {.state = DOCTOR_PROBLEM, .path = "/sys/bus/pci/devices"};

    if (gpu->started)
        return false;
    finding.path = doctor_printf(report, "/sys/bus/pci/devices/%s/driver", gpu->name);
    finding.value = gpu->driver;
    if (!gpu->driver) {
        finding.message = doctor_printf(report, "no kernel driver has taken GPU %s", gpu->name);
        finding.hint = "the kernel's log says why the NVIDIA driver has not: dmesg | grep NVRM";
    } else if (strcmp(gpu->driver, "nvidia") == 0) {
        finding.state = DOCTOR_WARNING;
        finding.message = doctor_printf(
            report, "GPU %s is bound to the driver, which does not show it", gpu->name);
        finding.hint = "the kernel's log says why: dmesg | grep NVRM";
    } else if (strcmp(gpu->driver, "nouveau") == 0) {
        finding.message = doctor_printf(report, "nouveau has taken GPU %s", gpu->name);
        finding.hint = "keep nouveau from loading, and boot again";
    } else {
        finding.state = DOCTOR_OK;
        finding.message = doctor_printf(report, "GPU %s is given away on purpose", gpu->name);
    }
    doctor_add(report, &finding);
    return finding.state != DOCTOR_OK;
}

static bool all_given_away(const struct doctor_driver *d)
{
    for (size_t i = 0; i < d->n_gpus; i++)
        if (!d->gpus[i].driver || strncmp(d->gpus[i].driver, "nvidia", 6) == 0 ||
            strcmp(d->gpus[i].driver, "nouveau") == 0)
            return false;
    return true;
}

void doctor_judge_loaded(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_driver *d = &facts->driver;
    bool told = false;

    if (!doctor_known(report, "/sys/bus/pci/devices", d->gpus_problem) ||
        !doctor_known(report, d->version.path, d->version.problem) || passed(facts, report))
        return;
    if (!d->version.text && all_given_away(d)) {
        doctor_pass(report, "every NVIDIA GPU is given to another driver on purpose");
        return;
    }
    if (!d->version.text) {
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_PROBLEM,
                               .message = "the NVIDIA driver is not loaded",
                               .path = d->version.path,
                               .hint = "if that fails, the driver is not installed for this kernel",
                               .command = "modprobe nvidia"});
        return;
    }
    for (size_t i = 0; i < d->n_gpus; i++)
        told = judge_gpu(&d->gpus[i], report) || told;
    if (!told)
        doctor_add(report, &(struct doctor_finding){.state = DOCTOR_OK,
                                                    .message = "the NVIDIA driver is loaded",
                                                    .path = d->version.path,
                                                    .value = d->loaded});
}

/* Compares the modules that are loaded; returns how many are. */
static size_t judge_versions(const struct doctor_driver *d, struct doctor_report *report)
{
    size_t n = 0;

    for (size_t i = 0; i < DOCTOR_MODULES; i++) {
        const struct doctor_text *module = &d->modules[i];

        if (!doctor_known(report, module->path, module->problem) || !module->text)
            continue;
        n++;
        if (d->loaded && strcmp(module->text, d->loaded) != 0)
            doctor_add(report, &(struct doctor_finding){
                                   .state = DOCTOR_PROBLEM,
                                   .message = doctor_printf(report,
                                                            "a module of the driver is of another "
                                                            "version than %s, which says %s",
                                                            d->version.path, d->loaded),
                                   .path = module->path,
                                   .value = module->text,
                                   .hint = "the modules were replaced while some were loaded: boot "
                                           "again",
                                   .command = "reboot"});
    }
    return n;
}

void doctor_judge_modules(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_driver *d = &facts->driver;
    size_t told = report->results[report->n].n, n;
    const char *kind;

    if (passed(facts, report))
        return;
    n = judge_versions(d, report);
    for (size_t i = 1; i < d->n_module_files; i++)
        doctor_add(
            report,
            &(struct doctor_finding){
                .state = DOCTOR_WARNING,
                .message = doctor_printf(report,
                                         "the driver is installed twice for this kernel, as "
                                         "%s and %s, which may be its open and its "
                                         "proprietary kind",
                                         d->module_files[0], d->module_files[i]),
                .path = d->modules_dep,
                .hint = "remove one of the packages; modinfo -F license tells which is which"});
    if (report->results[report->n].n != told)
        return;
    if (!d->version.text) {
        doctor_pass(report, "the NVIDIA driver is not loaded");
        return;
    }
    kind = strstr(d->version.text, "Open Kernel Module") ? "open" : "proprietary";
    doctor_add(report, &(struct doctor_finding){
                           .state = DOCTOR_OK,
                           .message = doctor_printf(
                               report, "%zu modules are loaded, of the %s kind", n, kind),
                           .path = d->version.path,
                           .value = d->loaded});
}

/* True if two paths are of one library, whatever their directories and versions. */
static bool same_library(const char *a, const char *b)
{
    const char *x = path_base(a), *y = path_base(b);
    size_t len = strcspn(x, ".");

    return strcspn(y, ".") == len && strncmp(x, y, len) == 0;
}

/* Looks at one library; 1 if there is something to say. */
static size_t judge_library(const struct doctor_driver *d, const struct doctor_library *library,
                            struct doctor_report *report)
{
    const char *wanted = d->loaded ? d->loaded : d->libraries[0].version;
    bool other = false; /* there is one that fits */

    for (size_t i = 0; i < d->n_libraries; i++)
        other = other || (strcmp(d->libraries[i].version, wanted) == 0 &&
                          same_library(d->libraries[i].path, library->path));
    if (strcmp(library->version, wanted) == 0)
        return 0;
    doctor_add(report, &(struct doctor_finding){
                           .state = other ? DOCTOR_WARNING : DOCTOR_PROBLEM,
                           .message = doctor_printf(
                               report,
                               other ? "a library of version %s is left beside that of the %s, %s"
                                     : "the library is of version %s, the %s of %s",
                               library->version,
                               d->loaded ? "loaded kernel module" : "other libraries", wanted),
                           .path = library->path,
                           .value = library->version,
                           .hint = other ? "remove what an earlier driver has left"
                                         : "after an update booting again loads the new module; "
                                           "else install the libraries of the module's version"});
    return 1;
}

void doctor_judge_libraries(const struct doctor_facts *facts, struct doctor_report *report)
{
    const struct doctor_driver *d = &facts->driver;
    const char *where = *d->root ? d->root : "/";
    size_t bad = 0;

    if (!doctor_known(report, d->root, d->root_problem) || passed(facts, report))
        return;
    if (!d->n_libraries) {
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_PROBLEM,
                               .message = "the driver's libraries (libcuda, libnvidia-ml) are not "
                                          "installed",
                               .path = where,
                               .hint = "install them, in the version of the kernel module; where "
                                       "they are in a directory of their own, set "
                                       "nvidia-container-cli.root in config.toml"});
        return;
    }
    for (size_t i = 0; i < d->n_libraries; i++)
        bad += judge_library(d, &d->libraries[i], report);
    if (!bad)
        doctor_add(report, &(struct doctor_finding){
                               .state = DOCTOR_OK,
                               .message = d->loaded ? "the libraries fit the kernel module"
                                                    : "the libraries are of one version",
                               .path = d->libraries[0].path,
                               .value = d->libraries[0].version});
}
