/* SPDX-License-Identifier: Apache-2.0 */
/* Files and directories that keep a device from being found. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "diagnose/why_deciding.h"

/* ---- Files that do not count ---- */

/* True if the finding is that the device which is asked for has no edits. */
static bool is_about_empty_edits(const struct deciding *d, const struct why_file *file)
{
    char path[64];

    if (!file->spec || !file->finding || strcmp(file->finding->rule->id, "device-edits-empty") != 0)
        return false;
    for (size_t i = 0; i < file->spec->n_devices; i++) {
        (void)snprintf(path, sizeof path, "devices[%zu].", i);
        if (strncmp(file->finding->path, path, strlen(path)) == 0)
            return strcmp(file->spec->devices[i].name, d->parts.device.s) == 0;
    }
    return false;
}

/* What a file has to do with the device that is asked for. */
static const char *relation(const struct deciding *d, const struct why_file *file)
{
    if (why_defines(d, file->spec))
        return "defines the device";
    return file->spec ? "is of this kind" : "seems to be of this kind";
}

static void tell_refused(struct deciding *d, const struct why_file *file, bool note)
{
    const struct cdi_finding *finding = file->finding;
    struct cdi_position pos = finding ? finding->pos : (struct cdi_position){0, 0};

    if (is_about_empty_edits(d, file))
        why_add(d, WHY_DEVICE_WITHOUT_EDITS,
                "%s gives the device nothing to do, and so engines refuse the file", file->path);
    else
        why_add(d, WHY_FILE_REJECTED, "%s %s, and is refused with all that it has: %s", file->path,
                relation(d, file), file->message);
    if (d->failed)
        return;
    d->causes[d->n - 1].note = note;
    d->causes[d->n - 1].rule = finding ? finding->rule->id : NULL;
    why_place(d, file->path, pos);
    if (finding && finding->hint)
        why_repair(d, "%s; `cdikit validate %s` shows everything", finding->hint, file->path);
    else
        why_repair(d, "`cdikit validate %s` shows everything", file->path);
}

static void tell_unreadable(struct deciding *d, const struct why_file *file, bool note)
{
    why_add(d, WHY_FILE_NOT_READABLE, "%s cannot be read as %s: %s; it may define the device",
            file->path, d->facts->user, file->message);
    if (d->failed)
        return;
    d->causes[d->n - 1].note = note;
    why_place(d, file->path, (struct cdi_position){0, 0});
    if (file->os_errno == EACCES)
        why_repair(d, "chmod a+r %s, or ask again as a user who may read it", file->path);
}

static void tell_ignored(struct deciding *d, const struct why_file *file, bool note)
{
    bool deep = file->state == WHY_FILE_SUBDIR;
    const char *dir = d->facts->dirs[file->priority].path;

    why_add(d, deep ? WHY_FILE_TOO_DEEP : WHY_FILE_NAME_IGNORED, "%s %s, where %s", file->path,
            relation(d, file),
            deep ? "nothing looks: spec dirs are read without the directories in them"
                 : "no engine looks: it takes only names that end in .yaml or .json, in small "
                   "letters");
    if (d->failed)
        return;
    d->causes[d->n - 1].note = note;
    why_place(d, file->path, (struct cdi_position){0, 0});
    if (deep)
        why_repair(d, "move it into %s", dir);
    else
        why_repair(d, "give it a name that ends in .yaml or .json");
}

/* True if the file has, or may have, the device. */
static bool is_suspect(const struct deciding *d, const struct why_file *file)
{
    if (file->state == WHY_FILE_UNREADABLE || why_defines(d, file->spec))
        return true;
    return !file->spec && file->text && d->kind && strstr(file->text, d->kind);
}

bool why_check_files(struct deciding *d, const struct cdi_registry_device *device)
{
    bool note = device != NULL, found = false;

    for (size_t i = 0; i < d->facts->n_files && !d->failed; i++) {
        const struct why_file *file = &d->facts->files[i];

        if (!is_suspect(d, file))
            continue;
        /* What may be there is below the definition, and would be hidden. */
        if (device && file->state == WHY_FILE_UNREADABLE && file->priority < device->priority)
            continue;
        if (file->state == WHY_FILE_UNREADABLE)
            tell_unreadable(d, file, note);
        else if (file->state == WHY_FILE_REFUSED)
            tell_refused(d, file, note);
        else
            tell_ignored(d, file, note);
        found |= file->state != WHY_FILE_UNREADABLE;
    }
    return found;
}

bool why_is_of_kind(const struct deciding *d, const struct why_file *file)
{
    return file->spec && strcmp(file->spec->kind, d->kind) == 0;
}

bool why_check_kind(struct deciding *d)
{
    bool found = false;

    for (size_t i = 0; i < d->facts->n_files && !d->failed; i++) {
        const struct why_file *file = &d->facts->files[i];

        if (!why_is_of_kind(d, file))
            continue;
        if (file->state == WHY_FILE_REFUSED)
            tell_refused(d, file, false);
        else
            tell_ignored(d, file, false);
        found = true;
    }
    return found;
}

/* ---- Directories ---- */

const char *why_dirs(const struct deciding *d)
{
    const char *all = "no directory";

    for (size_t i = 0; all && i < d->facts->n_dirs; i++)
        all = i ? arena_printf(d->arena, "%s, %s", all, d->facts->dirs[i].path)
                : d->facts->dirs[i].path;
    return all ? all : "";
}

void why_check_dirs(struct deciding *d, const struct cdi_registry_device *device)
{
    for (size_t i = device ? device->priority : 0; i < d->facts->n_dirs && !d->failed; i++) {
        const struct why_dir *dir = &d->facts->dirs[i];

        if (!dir->os_errno || dir->os_errno == ENOENT)
            continue;
        why_add(d, WHY_DIR_NOT_READABLE, "the spec dir %s cannot be read as %s: %s", dir->path,
                d->facts->user, strerror(dir->os_errno));
        if (d->failed)
            return;
        d->causes[d->n - 1].note = device != NULL;
        why_place(d, dir->path, (struct cdi_position){0, 0});
        if (dir->os_errno == EACCES)
            why_repair(d, "chmod a+rx %s, or ask again as a user who may read it", dir->path);
    }
}

static void tell_elsewhere(struct deciding *d, const struct cdi_registry_device *device)
{
    const struct engine_config *engine = d->facts->engine;
    const char *file = device->spec->path, *slash = strrchr(file, '/');

    if (!engine) {
        why_add(d, WHY_DIR_NOT_READ,
                "%s defines the device, but is in none of the directories that were looked into: "
                "%s",
                file, why_dirs(d));
        why_place_device(d, device);
        why_repair(d, "move the file into one of them, or name its directory with --spec-dir, too");
        return;
    }
    why_add(d, WHY_DIR_NOT_READ,
            "%s defines the device, but %s does not look into %.*s: it looks into %s", file,
            engine->version.engine->name, slash ? (int)(slash - file) : 0, file, why_dirs(d));
    why_place_device(d, device);
    why_place(d, engine->dirs_place.file, engine->dirs_place.pos);
    why_repair(d, "move the file into one of them, or add its directory to %s in %s%s%s",
               engine->dirs_key,
               engine->dirs_place.file ? engine->dirs_place.file : engine->main_file,
               engine->restart ? ", then " : "", engine->restart ? engine->restart : "");
}

bool why_check_elsewhere(struct deciding *d)
{
    for (size_t i = 0; i < d->facts->elsewhere.n; i++)
        if (strcmp(d->facts->elsewhere.items[i].name, d->name) == 0) {
            tell_elsewhere(d, &d->facts->elsewhere.items[i]);
            return true;
        }
    return false;
}

bool why_check_no_dir(struct deciding *d)
{
    const struct engine_config *engine = d->facts->engine;

    for (size_t i = 0; i < d->facts->n_dirs; i++)
        if (d->facts->dirs[i].os_errno != ENOENT)
            return false;
    if (!d->facts->n_dirs)
        why_add(d, WHY_NO_SPEC_DIR, "%s is told to look into no directory",
                engine ? engine->version.engine->name : "cdikit");
    else
        why_add(d, WHY_NO_SPEC_DIR, "no spec dir exists: %s", why_dirs(d));
    for (size_t i = 0; i < d->facts->n_dirs; i++)
        why_place(d, d->facts->dirs[i].place.file, d->facts->dirs[i].place.pos);
    if (engine && !d->facts->n_dirs)
        why_place(d, engine->dirs_place.file, engine->dirs_place.pos);
    if (!d->facts->n_dirs)
        why_repair(d, "name a directory there");
    else
        why_repair(d,
                   "install the vendor's document, or for GPUs: cdikit generate --output "
                   "%s/NAME.yaml",
                   d->facts->dirs[0].path);
    return true;
}
