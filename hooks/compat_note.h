/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ELF note of a CUDA compatibility library, of which nothing is trusted: it is a file of the
 * container's image. Source: System V ABI, "Object Files", sections and notes; the note's content
 * as in the libraries that NVIDIA ships (cuobjdump --dump-elf shows it).
 */
#ifndef CDIKIT_HOOKS_COMPAT_NOTE_H
#define CDIKIT_HOOKS_COMPAT_NOTE_H

#include <cdikit/error.h>

#include "hooks/compat.h"

struct arena;

#define COMPAT_NOTE_MAX_SIZE (64U << 10) /* bytes of its section that are read */

/*
 * Reads the note of an ELF file of either class and byte order; note->there is false if it has
 * none. Reads the headers and that section only, with pread(2), and never more than
 * COMPAT_NOTE_MAX_SIZE of it. What it keeps comes from the arena. Errors: INVALID (no ELF file,
 * truncated, inconsistent; a member of the wrong type), SYNTAX (the note is no JSON), LIMIT, IO,
 * NOMEM.
 */
int compat_note_read(int fd, struct arena *arena, struct compat_note *note,
                     struct cdi_error *err) CDI_MUST_CHECK;

/*
 * Reads what is in the note: {"format": 1, "CUDA version": "12.9", "driver": [535, 550], "device":
 * [1, 2]}, in any letter case, of which nothing must be there. text[len] is made NUL. Errors:
 * SYNTAX, INVALID, LIMIT, NOMEM.
 */
int compat_note_parse(char *text, size_t len, struct arena *arena, struct compat_note *note,
                      struct cdi_error *err) CDI_MUST_CHECK;

#endif
