/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that refuses something, for tests: what old or confined ones do. */
#ifndef CDIKIT_TESTS_SYSCALLS_H
#define CDIKIT_TESTS_SYSCALLS_H

#include <stdint.h>

/*
 * From now on, in this process, the system call `number` fails with `error` when the low 32 bits
 * of its argument `arg` have (argument & mask) == value. Mask and value 0: always. Skips the test
 * where the kernel does not let us (seccomp(2)).
 */
void syscalls_refuse(long number, unsigned arg, uint32_t mask, uint32_t value, int error);

#endif
