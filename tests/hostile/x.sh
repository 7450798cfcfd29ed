#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of an image are links out of it, or other than anybody would make them. CVE-2025-23267,
# CVE-2025-24965, CVE-2024-9676, CVE-2026-53489, CVE-2025-23359; CVE-2026-41579 of /dev.
# shellcheck disable=SC2016,SC2034,SC2053 # evaluated by attack; patterns
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

MUSL=/etc/ld-musl-$(uname -m).path
compat_file=/usr/local/cuda/compat/libcuda.so.999.1.1

# --- names that a library gives itself ---------------------------------------------------------------

library() { # the only one in the folder
    rm -f "$ROOT"/usr/lib/x86_64-linux-gnu/*
    cp "$SPACE/library" "$ROOT/usr/lib/x86_64-linux-gnu/libnamed.so.1.2"
}
names_itself() { # SONAME: sets PREPARE
    "${CC:-cc}" -shared -fPIC -DLIBRARY -DMARKER='""' -Wl,-soname,"$1" -o "$SPACE/library" \
        "$TOP/tests/hostile/evil.c" || exit 1
    PREPARE=library
}
names_itself "../../../$UP$HOST/named"
attack 'a soname is a path out of the container' 0 "${LDCACHE[@]}"
names_itself "../../named"
PROOF=after AFTER='[ ! -L "$ROOT/usr/named" ]'
attack 'a soname is a path within the container' 0 "${LDCACHE[@]}"
PROOF=seen AFTER=:
for soname in "$HOST/named" . .. / "$(printf 'x%.0s' {1..4000})" $'lib\nnamed.so.1' 'lib named.so.1'; do
    names_itself "$soname"
    name=$(printf %q "${soname#"$HOST"}")
    endured "a soname: ${name:0:20}" 0 plain "${LDCACHE[@]}" && ok "a soname: ${name:0:20}"
done
# What stands where its link would be is not replaced unless it is a link.
names_itself libtaken.so.1
PREPARE='library; echo taken >"$ROOT/usr/lib/x86_64-linux-gnu/libtaken.so.1"'
PROOF=after AFTER='grep -qx taken "$ROOT/usr/lib/x86_64-linux-gnu/libtaken.so.1"'
attack 'a soname is the name of a file' 0 "${LDCACHE[@]}"
PROOF=seen AFTER=:

# --- crowds ---------------------------------------------------------------------------------------------

# As many names as somebody has patience for: within the time and the memory, whatever becomes of it.
crowd() { # DIRECTORY PATTERN FILE
    python3 -c 'import os, sys
for i in range(100000):
    os.link(sys.argv[2], sys.argv[1] % i)' "$ROOT$1/$2" "$3"
}
PREPARE='crowd /usr/lib/x86_64-linux-gnu lib%d.so.1.2 "$ROOT/usr/lib/x86_64-linux-gnu/libimage.so.1.2"'
endured 'a folder of 100,000 libraries' '[01]' plain "${LDCACHE[@]}" && ok 'a folder of 100,000 libraries'
PREPARE='crowd /etc/ld.so.conf.d %d.conf "$ROOT/etc/debian_version"; echo "include /etc/ld.so.conf.d/*" >"$ROOT/etc/ld.so.conf"'
endured '100,000 files of ld.so.conf.d' '[01]' plain "${LDCACHE[@]}" && ok '100,000 files of ld.so.conf.d'
PREPARE='for i in {1..50000}; do echo "/opt/$i"; done >"$ROOT/etc/ld.so.conf"'
endured '50,000 lines in ld.so.conf' '[01]' plain "${LDCACHE[@]}" && ok '50,000 lines in ld.so.conf'
PREPARE='crowd /usr/local/cuda/compat libcuda.so.%d.1 "$ROOT/etc/debian_version"'
endured '100,000 compat libraries' '[01]' plain "${COMPAT[@]}" && ok '100,000 compat libraries'
PREPARE='crowd /dev nvidia%d.x "$ROOT/etc/debian_version"'
endured '100,000 names in /dev' '[01]' plain "${PROFILE[@]}" && ok '100,000 names in /dev'

finish
