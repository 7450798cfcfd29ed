/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks/ldmachine.h"

#include <elf.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/elf.h"
#include "base/ldcache.h"

static uint32_t x86_flags(const struct elf_facts *facts)
{
    if (facts->machine == EM_X86_64)
        return facts->bits == 64 ? LDCACHE_X86_64 | LDCACHE_LIBC6 : LDCACHE_X32 | LDCACHE_LIBC6;
    return facts->machine == EM_386 && facts->bits == 32 ? LDCACHE_LIBC6 : 0;
}

static uint32_t arm_flags(const struct elf_facts *facts)
{
    if (facts->machine == EM_AARCH64 && facts->bits == 64)
        return LDCACHE_AARCH64 | LDCACHE_LIBC6;
    if (facts->machine != EM_ARM || facts->bits != 32)
        return 0;
    if (EF_ARM_EABI_VERSION(facts->flags) == EF_ARM_EABI_VER5) {
        if (facts->flags & EF_ARM_ABI_FLOAT_HARD)
            return LDCACHE_ARM_HARD_FLOAT | LDCACHE_LIBC6;
        if (facts->flags & EF_ARM_ABI_FLOAT_SOFT)
            return LDCACHE_ARM_SOFT_FLOAT | LDCACHE_LIBC6;
    }
    return LDCACHE_LIBC6;
}

static const char *const debian_x86_64[] = {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
                                            "/lib", "/usr/lib", NULL};
static const char *const other_x86_64[] = {"/lib",    "/usr/lib",    "/lib64", "/usr/lib64",
                                           "/libx32", "/usr/libx32", NULL};
static const char *const debian_aarch64[] = {"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                             "/lib", "/usr/lib", NULL};
static const char *const other_aarch64[] = {"/lib", "/usr/lib", "/lib64", "/usr/lib64", NULL};

static const uint32_t x86_known[] = {LDCACHE_X86_64 | LDCACHE_LIBC6, LDCACHE_X32 | LDCACHE_LIBC6,
                                     LDCACHE_LIBC6, 0};
static const uint32_t arm_known[] = {LDCACHE_AARCH64 | LDCACHE_LIBC6,
                                     LDCACHE_ARM_HARD_FLOAT | LDCACHE_LIBC6,
                                     LDCACHE_ARM_SOFT_FLOAT | LDCACHE_LIBC6, LDCACHE_LIBC6, 0};

static const char *const any[] = {"/lib", "/usr/lib", NULL};

static const struct ldmachine machines[] = {
    {EM_X86_64, "x86_64", "/lib64/ld-linux-x86-64.so.2", x86_known, debian_x86_64, other_x86_64,
     x86_flags},
    {EM_AARCH64, "aarch64", "/lib/ld-linux-aarch64.so.1", arm_known, debian_aarch64, other_aarch64,
     arm_flags},
    {EM_NONE, NULL, NULL, NULL, any, any, NULL},
};

const struct ldmachine *ldmachine_find(uint16_t machine)
{
    const struct ldmachine *row = machines;

    while (row->machine != machine && row->machine != EM_NONE)
        row++;
    return row;
}

const struct ldmachine *ldmachine_native(void)
{
#if defined(__x86_64__)
    return ldmachine_find(EM_X86_64);
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return ldmachine_find(EM_AARCH64);
#else
    return ldmachine_find(EM_NONE);
#endif
}
