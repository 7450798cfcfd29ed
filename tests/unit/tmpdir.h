/* SPDX-License-Identifier: Apache-2.0 */
/* A private directory for tests whose subject is the filesystem. */
#ifndef CDIKIT_TESTS_TMPDIR_H
#define CDIKIT_TESTS_TMPDIR_H

/* Makes a directory that is removed, with all that is in it, when the test's process ends. */
const char *tmpdir_new(void);

/* DIR/name, in a buffer that lives until the next few calls. */
const char *tmpdir_path(const char *dir, const char *name);

/* Writes a file beneath dir, making its directories. */
void tmpdir_write(const char *dir, const char *name, const char *text);

/* The content of DIR/name as a malloc'ed string, or NULL. */
char *tmpdir_read(const char *dir, const char *name);

#endif
