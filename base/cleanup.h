/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes that end the life of a local variable with its scope. */
#ifndef CDIKIT_BASE_CLEANUP_H
#define CDIKIT_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cdikit/error.h>

/* The value of a pointer (or, with TAKE_FD, a descriptor), whose variable gives it up. */
#define TAKE_PTR(p)                               \
    __extension__({                               \
        __typeof__(p) *take_place_ = &(p);        \
        __typeof__(p) take_value_ = *take_place_; \
        *take_place_ = NULL;                      \
        take_value_;                              \
    })
#define TAKE_FD(fd)                     \
    __extension__({                     \
        int *take_place_ = &(fd);       \
        int take_value_ = *take_place_; \
        *take_place_ = -1;              \
        take_value_;                    \
    })

static inline void cleanup_free_(void *p)
{
    free(*(void **)p);
}

static inline void cleanup_close_(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline void cleanup_file_(FILE **f)
{
    if (*f)
        (void)fclose(*f);
}

static inline void cleanup_dir_(DIR **d)
{
    if (*d)
        (void)closedir(*d);
}

#define _cleanup_(f)    __attribute__((cleanup(f)))
#define _cleanup_free_  _cleanup_(cleanup_free_)
#define _cleanup_close_ _cleanup_(cleanup_close_)
#define _cleanup_file_  _cleanup_(cleanup_file_)
#define _cleanup_dir_   _cleanup_(cleanup_dir_)
#define _cleanup_error_ _cleanup_(cdi_error_clear)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
