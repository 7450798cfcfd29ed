/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/explain_report.h"

#include <stdio.h>
#include <string.h>

#include "cmd/output.h"
#include "generate/driver/files.h"

static void print_paths(const char *host_path, const char *path)
{
    (void)fputs("    ", stdout);
    output_text(stdout, host_path);
    if (strcmp(host_path, path) != 0) {
        (void)fputs(" -> ", stdout);
        output_text(stdout, path);
    }
    (void)putc('\n', stdout);
}

static void print_hit(const struct driver_file *file)
{
    if (file->kind != DRIVER_LINK_SOURCE) {
        print_paths(file->host_path, file->path);
        return;
    }
    (void)fputs("    ", stdout);
    output_text(stdout, file->host_path);
    (void)puts(" (for its link)");
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

static void explain_account(const struct account *account)
{
    const char *kind = "";

    for (size_t i = 0; i < account->n; i++) {
        const struct account_entry *entry = &account->items[i];

        if (strcmp(entry->kind, kind) != 0)
            (void)puts(kind = entry->kind);
        (void)fputs("  ", stdout);
        output_text(stdout, entry->pattern);
        (void)puts(entry->n_hits ? "" : ": not found");
        for (size_t k = 0; k < entry->n_hits; k++)
            print_paths(entry->hits[k].host_path, entry->hits[k].path);
    }
}

static void explain_driver(const struct driver *driver)
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

void explain_report(const struct generate_report *report)
{
    explain_account(&report->account);
    explain_driver(&report->driver);
}
