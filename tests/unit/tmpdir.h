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

/*
 * Makes a character device with mode 0666 beneath dir, and its directories. Without the right to
 * that the test is skipped.
 */
void tmpdir_node(const char *dir, const char *name, unsigned major, unsigned minor);

/* Makes a symlink beneath dir, and its directories. */
void tmpdir_link(const char *dir, const char *name, const char *target);

/* The content of DIR/name as a malloc'ed string, or NULL. */
char *tmpdir_read(const char *dir, const char *name);

#endif
