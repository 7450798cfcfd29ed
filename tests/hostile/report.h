/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be seen of a process that is stopped where it ends. */
#ifndef TESTS_HOSTILE_REPORT_H
#define TESTS_HOSTILE_REPORT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Writes lines "WHO KEY VALUE", WHO being `main` or `child`:
 *
 *   exe, cwd, root   where these links of /proc/PID point
 *   seals            those of its program, if that is a memfd
 *   CapInh ... Seccomp, NoNewPrivs   lines of /proc/PID/status
 *   fd N=TARGET      an open descriptor
 *   ns NAME=own|ours whether a namespace is another than ours
 *   env WORD         a word of /proc/PID/environ
 *   neighbour NAME=yes|no   whether a process of the same user with the capabilities that Docker
 *                    gives may open /proc/PID/NAME
 */
void report_process(FILE *f, pid_t pid, bool is_main);

#endif
