/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/explain_driver.h"

#include <stdio.h>
#include <string.h>

#include "cmd/output.h"
#include "generate/driver/files.h"

static void print_hit(const struct driver_file *file)
{
    (void)fputs("    ", stdout);
    output_text(stdout, file->host_path);
    if (file->kind == DRIVER_LINK_SOURCE) {
        (void)fputs(" (for its link)", stdout);
    } else if (strcmp(file->host_path, file->path) != 0) {
        (void)fputs(" -> ", stdout);
        output_text(stdout, file->path);
    }
    (void)putc('\n', stdout);
}

/* The hits of a rule that are good for `capability`; returns their number. */
static size_t print_hits(const struct driver *driver, const struct driver_looked *looked,
                         enum driver_capability capability, bool print)
{
    size_t n = 0;

    for (size_t i = 0; i < looked->n_files; i++) {
        const struct driver_file *file = &driver->files[looked->first_file + i];

        if (file->capability != capability)
            continue;
        n++;
        if (print)
            print_hit(file);
    }
    return n;
}

static void print_rule(const struct driver *driver, const struct driver_looked *looked,
                       enum driver_capability capability, const char *title)
{
    if (title)
        (void)puts(title);
    (void)fputs("  ", stdout);
    output_text(stdout, looked->pattern);
    (void)puts(looked->n_files ? "" : ": not found in");
    (void)print_hits(driver, looked, capability, true);
    for (size_t i = 0; !looked->n_files && i < looked->n_places; i++) {
        (void)fputs("    ", stdout);
        output_text(stdout, looked->places[i]);
        (void)putc('\n', stdout);
    }
}

void explain_driver(const struct driver *driver)
{
    for (size_t c = 0; c < DRIVER_N_CAPABILITIES; c++) {
        const char *title = driver_capability_name((enum driver_capability)c);

        for (size_t i = 0; i < driver->n_looked; i++) {
            const struct driver_looked *looked = &driver->looked[i];

            /* A file is shown with what it is good for, a search in vain with what it was for. */
            if (looked->n_files ? !print_hits(driver, looked, (enum driver_capability)c, false)
                                : looked->capability != (enum driver_capability)c)
                continue;
            print_rule(driver, looked, (enum driver_capability)c, title);
            title = NULL;
        }
    }
}
