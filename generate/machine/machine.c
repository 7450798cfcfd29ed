/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/machine.h"

#include <stdarg.h>

#include "base/arena.h"

struct machine_device *machine_add(struct machine *machine, struct cdi_error *err)
{
    struct machine_device *grown = arena_grow(machine->arena, machine->devices, machine->n_devices,
                                              sizeof *grown);

    if (!grown) {
        (void)cdi_error_nomem(err);
        return NULL;
    }
    machine->devices = grown;
    grown[machine->n_devices] = (struct machine_device){.minor = -1};
    return &grown[machine->n_devices++];
}

struct machine_device *machine_add_named(struct machine *machine, const char *name,
                                         struct cdi_error *err)
{
    const char **names = arena_calloc(machine->arena, 1, sizeof *names);
    struct machine_device *device = names ? machine_add(machine, err) : NULL;

    if (!names)
        (void)cdi_error_nomem(err);
    if (!device)
        return NULL;
    names[0] = name;
    device->kind = MACHINE_OTHER;
    device->index = MACHINE_NO_INDEX;
    device->selected = true;
    device->names = names;
    device->n_names = 1;
    return device;
}

void machine_reject(struct machine_device *device, const char *problem)
{
    device->problem = problem;
    device->unusable = true;
}

CDI_PRINTF(4, 0)
static int add_note(struct machine *machine, struct machine_note note, struct cdi_error *err,
                    const char *fmt, va_list ap)
{
    struct machine_note *grown = arena_grow(machine->arena, machine->notes, machine->n_notes,
                                            sizeof note);

    note.subject = arena_strdup(machine->arena, note.subject);
    note.text = arena_vprintf(machine->arena, fmt, ap);
    if (!note.subject || !note.text || !grown)
        return cdi_error_nomem(err);
    machine->notes = grown;
    grown[machine->n_notes++] = note;
    return 0;
}

int machine_note(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = add_note(machine, (struct machine_note){.subject = subject}, err, fmt, ap);
    va_end(ap);
    return r;
}

int machine_warn(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...)
{
    va_list ap;
    int r;

    va_start(ap, fmt);
    r = add_note(machine, (struct machine_note){.subject = subject, .warning = true}, err, fmt, ap);
    va_end(ap);
    return r;
}
