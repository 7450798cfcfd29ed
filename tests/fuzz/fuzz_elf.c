/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries of a container, which its image may have made for the purpose. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    struct elf_facts facts;

    if (fd < 0)
        fd = memfd_create("elf", MFD_CLOEXEC);
    if (ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        return 0;
    if (elf_read(fd, &facts, NULL) == 0 &&
        (strnlen(facts.soname, sizeof facts.soname) == sizeof facts.soname ||
         facts.isa_level > 31 || (facts.bits != 32 && facts.bits != 64)))
        __builtin_trap();
    return 0;
}
