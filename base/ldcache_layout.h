/* SPDX-License-Identifier: Apache-2.0 */
/* Where the fields of a loader cache are. Source: as base/ldcache.h. */
#ifndef CDIKIT_BASE_LDCACHE_LAYOUT_H
#define CDIKIT_BASE_LDCACHE_LAYOUT_H

#define OLD_MAGIC  "ld.so-1.7.0"
#define OLD_NLIBS  12
#define OLD_HEADER 16
#define OLD_ENTRY  12

#define NEW_MAGIC            "glibc-ld.so.cache1.1"
#define NEW_NLIBS            20
#define NEW_LEN_STRINGS      24
#define NEW_FLAGS            28 /* one byte: the byte order */
#define NEW_EXTENSION_OFFSET 32 /* from the beginning of the file, even behind an old header */
#define NEW_HEADER           48

#define ENTRY_FLAGS     0
#define ENTRY_KEY       4 /* offsets of strings count from the new header */
#define ENTRY_VALUE     8
#define ENTRY_OSVERSION 12
#define ENTRY_HWCAP     16
#define NEW_ENTRY       24

#define ENDIAN_MASK   3
#define ENDIAN_LITTLE 2
#define ENDIAN_BIG    3

/* hwcap of an entry for a subdirectory of glibc-hwcaps: this, the ISA level, an index. */
#define HWCAP_EXTENSION      (1ULL << 62)
#define HWCAP_ISA_LEVEL_BITS 10
#define HWCAP_ISA_LEVEL_MASK ((1U << HWCAP_ISA_LEVEL_BITS) - 1)

#define EXTENSION_MAGIC  0xeaa42174U
#define EXTENSION_HEADER 8 /* magic, number of sections */
#define SECTION_TAG      0
#define SECTION_FLAGS    4
#define SECTION_OFFSET   8 /* from the beginning of the file */
#define SECTION_SIZE     12
#define SECTION          16
#define TAG_GENERATOR    0
#define TAG_GLIBC_HWCAPS 1 /* u32 offsets of names, which are sorted by strcmp(3) */

#endif
