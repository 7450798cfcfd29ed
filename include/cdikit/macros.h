/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes that the public declarations carry. */
#ifndef CDIKIT_MACROS_H
#define CDIKIT_MACROS_H

#if defined(__GNUC__)
#    define CDI_MUST_CHECK   __attribute__((warn_unused_result))
#    define CDI_PRINTF(f, a) __attribute__((format(printf, f, a)))
#    define CDI_PURE         __attribute__((pure))
#    define CDI_EXPORT       __attribute__((visibility("default")))
#else
#    define CDI_MUST_CHECK
#    define CDI_PRINTF(f, a)
#    define CDI_PURE
#    define CDI_EXPORT
#endif

#ifdef __cplusplus
#    define CDI_BEGIN_DECLS extern "C" {
#    define CDI_END_DECLS   }
#else
#    define CDI_BEGIN_DECLS
#    define CDI_END_DECLS
#endif

#endif
