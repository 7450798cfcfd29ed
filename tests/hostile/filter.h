/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_HOSTILE_FILTER_H
#define TESTS_HOSTILE_FILTER_H

/* From now on openat2 answers ENOSYS, as before Linux 5.6. Returns as prctl(2) does. */
int refuse_openat2(void);

#endif
