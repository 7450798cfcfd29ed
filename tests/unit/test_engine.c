/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include <cdikit/version.h>

#include "cdi/engine.h"

/* go.mod of the release, and the version table of the CDI library that it names. */
static const struct {
    const char *engine;
    const char *cdi;
} reads[] = {
    {"podman@4.3.1", "0.5.0"}, /* Debian 12: library v0.5.2 */
    {"podman@4.3.1+ds1-8+deb12u1", "0.5.0"},
    {"podman@4.1.0", "0.4.0"},
    {"podman@4.2.9", "0.4.0"},
    {"podman@4.9.4", "0.6.0"},
    {"podman@5.1.2", "0.7.0"},
    {"podman@5.4.2", "0.8.0"}, /* Debian 13: library v0.8.0 */
    {"podman@5.8.2", "1.0.0"},
    {"podman@99.0.0", "1.0.0"},
    {"podman@4.3", "0.5.0"},
    {"podman@5", "0.6.0"}, /* as 5.0.0 */
    {"podman@v5.5.0", "1.0.0"},
    {"podman@5.10.0", "1.0.0"}, /* numbers, not text */
    {"docker@25.0.5", "0.6.0"},
    {"docker@25.0.17", "0.8.0"},
    {"docker@26.0.0", "0.6.0"},       /* newer than 25.0.17 by its number, not by its library */
    {"docker@26.1.5+dfsg1", "0.7.0"}, /* Debian 13: library v0.7.2 */
    {"docker@27.3.1", "0.7.0"},
    {"docker@27.5.1", "0.8.0"},
    {"docker@28.5.2", "1.0.0"},
    {"docker@29.2.0", "1.1.0"},
    {"containerd@1.7.0", "0.5.0"},
    {"containerd@1.7", "0.5.0"},
    {"containerd@1.7.24~ds1-6", "0.7.0"}, /* Debian 13: library v0.7.2 */
    {"containerd@1.7.27", "0.8.0"},
    {"containerd@2.0.0", "0.8.0"},
    {"containerd@2.0.5", "1.0.0"},
    {"containerd@2.2.0", "1.0.0"},
    {"containerd@2.2.1", "1.1.0"},
    {"cri-o@1.24.0", "0.3.0"},
    {"cri-o@1.27.8", "0.5.0"},
    {"cri-o@1.32.1", "0.8.0"},
    {"cri-o@1.36.3", "1.1.0"},
};

Test(engine, reads)
{
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct engine_version engine;

        cr_assert_eq(engine_parse(reads[i].engine, &engine, &err), 0, "%s: %s", reads[i].engine,
                     err.message);
        cr_expect_str_eq(engine_max_cdi_version(&engine), reads[i].cdi, "%s", reads[i].engine);
    }
}

static const struct {
    const char *engine;
    const char *said;
} refused[] = {
    {"podman@4.0.3", "podman does from 4.1.0 on"},
    {"docker@24.0.9", "docker does from 25.0.0 on"},
    {"containerd@1.6.36", "containerd does from 1.7.0 on"},
    {"cri-o@1.23", "cri-o does from 1.24.0 on"},
    {"crio@1.30", "did you mean cri-o?"},
    {"Podman@5", "did you mean podman?"},
    {"kubernetes@1.30", "one of podman, docker, containerd, cri-o"},
    {"podman", "such as podman@"},
    {"podman@", "such as podman@"},
    {"podman@latest", "such as podman@"},
    {"podman@5.", "such as podman@"},
    {"podman@5.4.2.1", "such as podman@"},
    {"podman@5,4", "such as podman@"},
    {"podman@ 5", "such as podman@"},
    {"podman@-5", "such as podman@"},
    {"podman@99999999999999999999", "such as podman@"},
    {"", "one of podman"},
    {"@5", "one of podman"},
};

Test(engine, refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct cdi_error err = CDI_ERROR_INIT;
        struct engine_version engine;

        cr_expect_eq(engine_parse(refused[i].engine, &engine, &err), -CDI_ERR_USAGE, "%s",
                     refused[i].engine);
        cr_expect(err.message && strstr(err.message, refused[i].said), "%s: %s", refused[i].engine,
                  err.message);
        cdi_error_clear(&err);
    }
}

/* Rows in order, and only versions that a document can declare. */
Test(engine, table)
{
    for (const struct engine *engine = engines; engine->name; engine++)
        for (size_t i = 0; i < engine->n_releases; i++) {
            const struct engine_release *release = &engine->releases[i];

            cr_expect_geq(cdi_version_index(release->cdi), cdi_version_index("0.3.0"));
            if (i == 0)
                continue;
            cr_expect(release[-1].version[0] < release->version[0] ||
                          (release[-1].version[0] == release->version[0] &&
                           (release[-1].version[1] < release->version[1] ||
                            (release[-1].version[1] == release->version[1] &&
                             release[-1].version[2] < release->version[2]))),
                      "%s, row %zu", engine->name, i);
        }
}

Test(engine, a_version_is_not_always_needed)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct engine_version engine;

    cr_assert_eq(engine_parse_any("docker", &engine, NULL), 0);
    cr_expect_str_eq(engine.engine->name, "docker");
    cr_expect_not(engine.has_number);
    cr_expect_null(engine.release);
    cr_expect_not(engine_is_at_least(&engine, 0, 0));

    cr_assert_eq(engine_parse_any("docker@20.10.24+dfsg1", &engine, NULL), 0);
    cr_expect(engine.has_number);
    cr_expect_eq(engine.number[1], 10);
    cr_expect_null(engine.release, "reads no CDI document");
    cr_expect(engine_is_at_least(&engine, 20, 10));
    cr_expect_not(engine_is_at_least(&engine, 20, 11));
    cr_expect_not(engine_is_at_least(&engine, 21, 0));

    cr_assert_eq(engine_parse_any("podman@5.4.2", &engine, NULL), 0);
    cr_expect_str_eq(engine_max_cdi_version(&engine), "0.8.0");

    cr_expect_eq(engine_parse_any("podman@", &engine, &err), -CDI_ERR_USAGE);
    cr_expect_eq(engine_parse_any("podmn", &engine, &err), -CDI_ERR_USAGE);
    cr_expect(strstr(err.message, "podman"));
    cdi_error_clear(&err);
}
