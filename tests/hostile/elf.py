#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""elf.py DIR: files that say of themselves which drivers they go with, in ways that nobody would.

Each would be libcuda.so.535.200.1 in a container of a host with driver 535.100.1: a file of the
same branch, which is used if its note lists the branch, and not without a note. `good` is one that
is used; none of the others may be.
"""

import struct
import sys

GOOD = b'{"format":1,"CUDA version":"12.9","driver":[535,550],"device":[1]}'
NAMES = b"\0.note.cuda.fwd_compatibility\0.shstrtab\0"
MAKER = b"NVIDIA Corporation\0"


def note(json, namesz=len(MAKER), descsz=None):
    name = MAKER + bytes(-len(MAKER) % 4)
    return struct.pack("<III", namesz, len(json) if descsz is None else descsz, 1) + name + json


def elf(body, *, shoff=None, shnum=3, shentsize=64, shstrndx=2, offset=None, size=None, align=4,
        flags=2, data=1):
    names_at = 64 + len(body)
    table_at = (names_at + len(NAMES) + 7) // 8 * 8
    header = b"\x7fELF" + bytes([2, data, 1]) + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, table_at if shoff is None else shoff, 0,
                          64, 56, 0, shentsize, shnum, shstrndx)
    sections = bytes(64)
    sections += struct.pack("<IIQQQQIIQQ", 1, 7, flags, 0, 64 if offset is None else offset,
                            len(body) if size is None else size, 0, 0, align, 0)
    sections += struct.pack("<IIQQQQIIQQ", 31, 3, 0, 0, names_at, len(NAMES), 0, 0, 1, 0)
    return (header + body + NAMES).ljust(table_at, b"\0") + sections


HUGE = 2**63 - 64
FILES = {
    "good": elf(note(GOOD)),
    # Headers that lead out of the file.
    "section table at 2^62": elf(note(GOOD), shoff=2**62),
    "section table at 2^63": elf(note(GOOD), shoff=2**63),
    "65535 sections": elf(note(GOOD).ljust(64, b"\0"), shnum=65535).replace(b"fwd", b"bwd"),
    "name table 65534": elf(note(GOOD), shstrndx=65534),
    "section at 2^63": elf(note(GOOD), offset=HUGE),
    "section at 2^40": elf(note(GOOD), offset=2**40),
    "alignment 0": elf(note(GOOD), align=0),
    "alignment 2^63": elf(note(GOOD), align=2**63),
    "name of 4 GiB": elf(note(GOOD, namesz=0xffffffff)),
    "cut in the section table": elf(note(GOOD), shoff=2**21) + bytes(4096),
    "big endian by its header": elf(note(GOOD), data=2),
    "a compressed section": elf(note(GOOD), flags=0x802),
    # Notes that are not what a library has.
    "another maker": elf(note(GOOD).replace(b"NVIDIA", b"nvidia")),
    "drivers as strings": elf(note(b'{"format":1,"CUDA version":"12.9","driver":["535"]}')),
    "an integer of 40 digits": elf(note(b'{"driver":[535' + b"0" * 37 + b"]}")),
    "JSON cut": elf(note(b'{"format":1,"driver":[535')),
    "the branch as a key": elf(note(b'{"535":[1],"driver":[]}')),
    "a million brackets": elf(note(b'{"driver":' + b"[" * 1000000 + b"535")),
}

for name, content in FILES.items():
    with open(sys.argv[1] + "/" + name, "wb") as f:
        f.write(content)
