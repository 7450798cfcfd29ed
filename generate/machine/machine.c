/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/machine.h"

#include <stdarg.h>

#include "base/arena.h"

int machine_note(struct machine *machine, const char *subject, struct cdi_error *err,
                 const char *fmt, ...)
{
    struct machine_note note = {.subject = arena_strdup(machine->arena, subject)};
    va_list ap;

    va_start(ap, fmt);
    note.text = arena_vprintf(machine->arena, fmt, ap);
    va_end(ap);
    machine->notes = arena_grow(machine->arena, machine->notes, machine->n_notes, sizeof note);
    if (!note.subject || !note.text || !machine->notes) {
        machine->n_notes = machine->notes ? machine->n_notes : 0;
        return cdi_error_nomem(err);
    }
    machine->notes[machine->n_notes++] = note;
    return 0;
}
