/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is to see at a path, as a short text that is another one when what a document
 * follows from has changed:
 *
 *     device node     numbers, mode, owner and group
 *     file            device, inode, size, time of change (ctime, which no program can set)
 *     directory       device and inode; if its names were read, the time of change, too
 *     symlink         a hash of its text
 *     in /proc, /sys  a hash of the content or of the names: times say nothing there. Of a GPU's
 *                     "information" only what a document may follow from counts: the rest
 *                     (interrupt, video BIOS) is different as soon as somebody uses the GPU
 *     anything else   its type
 */
#ifndef CDIKIT_GENERATE_FACTS_H
#define CDIKIT_GENERATE_FACTS_H

#include <stdbool.h>

#include "generate/fingerprint.h"

struct root;

#define FACT_SIZE 160

/*
 * Looks, and writes the fact; `host` means that the root is the "/" of this process. A file or a
 * read directory that has changed a moment ago has a fleeting one: it could change again and keep
 * its time, which is that of the kernel's tick. Never fails: what cannot be seen is a fact, too.
 */
void fact_see(const struct root *root, bool host, const char *path, enum fingerprint_how how,
              char fact[FACT_SIZE]);

/*
 * The same of a document, by its path outside of all roots. It is never fleeting: documents are
 * replaced by new files.
 */
void fact_see_file(const char *path, char fact[FACT_SIZE]);

#endif
