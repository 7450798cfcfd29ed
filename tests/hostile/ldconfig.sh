#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# update-ldcache --ldconfig-path: the host's ldconfig in the container's root directory.
# CVE-2024-0135, CVE-2024-0136, CVE-2024-0137, CVE-2025-23267, CVE-2019-5736, CVE-2022-0847,
# CVE-2022-29162; the probe is in the place of ldconfig and tells what it could do.
# shellcheck disable=SC2016,SC2034,SC2053 # evaluated by attack; patterns
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

evil=$TOP/tests/hostile/evil.c
mkdir "$SPACE/bin"
cp "$TOOLS/probe" "$SPACE/bin/probe"
compile "$SPACE/bin/static" -static "$evil"
compile "$SPACE/bin/dynamic" "$evil"
with() { WORDS=("${LDCACHE[@]}" --ldconfig-path "$1"); }

# A root directory is a mount point where hooks run. What is run there leaves its mark in it.
own_root='mount --bind "$ROOT" "$ROOT"; mkdir -p "$ROOT$A"; echo >"$ROOT/this-is-the-container"'

# --- what it may be ----------------------------------------------------------------------------------

PREPARE=$own_root
refused() { # NAME PATH [STATUS]
    with "$2"
    attack "$1" "${3-1}" "${WORDS[@]}"
}
refused 'ldconfig that is linked dynamically' "$SPACE/bin/dynamic"
printf '#!/bin/sh\n: >%s\n' "$MARKER" >"$SPACE/bin/script"
chmod 755 "$SPACE/bin/script"
refused 'ldconfig that is a script' "$SPACE/bin/script"
for mode in 0777 0775 4755 2755; do
    install -m "$mode" "$SPACE/bin/static" "$SPACE/bin/static-$mode"
    refused "ldconfig of mode $mode" "$SPACE/bin/static-$mode"
done
if [ "$NAMESPACE" = root ]; then
    install -o 4242 -m 0755 "$SPACE/bin/static" "$SPACE/bin/static-owned"
    # In a user namespace all that is not its own is nobody's, the host's root's files too.
    VARIANTS=(plain 'old kernel')
    refused 'ldconfig that another user owns' "$SPACE/bin/static-owned"
    VARIANTS=(plain 'old kernel' 'user namespace')
else
    skip 'ldconfig that another user owns' 'chown needs root'
fi
WHERE=$ROOT PREPARE=$own_root'; cp "$SPACE/bin/static" "$ROOT/sbin/ldconfig"; cp "$SPACE/bin/static" "$ROOT/ldconfig"'
refused 'a relative path, to a file of the image' sbin/ldconfig
refused 'a relative path with ./' ./ldconfig
WHERE=/

# --- what it sees ------------------------------------------------------------------------------------

PREPARE=$own_root'; rm -f "$REPORT"' PROOF=after REPORT=$SPACE/report WHERE=$ROOT
LAUNCH=(-f "$HOST") BEFORE=(env LD_PRELOAD=/evil.so SECRET_OF_IMAGE=x)
with "$SPACE/bin/probe"
says() { grep -qxE -- "$1" "$TMP/.said"; }
denied() { # NAME: it has been tried, and was not possible, or it was the end
    says 'environment 0' && ! says "$1 yes"
}
holds() { # NAME CONDITION
    AFTER=$2
    attack "ldconfig: $1" '*' "${WORDS[@]}"
}
holds 'its environment is empty' "says 'environment 0'"
holds 'it has no descriptor of the host' "says 'environment 0' && ! says 'descriptor [0-9]+'"
holds 'it is in the root directory of the container' "says 'root container'"
for name in proc core_pattern sys device mknod mount chroot socket; do
    holds "no $name" "denied $name"
done
LAUNCH=(-r "$SPACE/report") BEFORE=()
reported() { grep -qE -- "^$1" "$REPORT"; }
holds 'its capabilities' 'reported "child CapEff 0{15}[028a]$" && ! reported "child CapPrm 0*[1-9a-f]+[0-9a-f]"'
holds 'capabilities it could get' 'reported "child CapBnd 0{15}[028a]$" && reported "child CapInh 0{16}$" && reported "child CapAmb 0{16}$"'
holds 'no new privileges' 'reported "child NoNewPrivs 1$"'
holds 'a seccomp filter' 'reported "child Seccomp 2$"'
holds 'a network of its own' 'reported "child ns net=own$"'
holds 'mounts of its own' 'reported "child ns mnt=own$"'
# SEAL, SHRINK, GROW and WRITE: whoever gets at it cannot write to the host's file.
holds 'it is run from a sealed copy' 'reported "child exe /memfd:" && reported "child seals (15|31|47|63)$"'
# Into the copy of ldconfig it can: that has the container's root, and nothing of the host.
open_to_neighbours() {
    awk '$2 == "exe" { program = $3 } $2 == "neighbour" && $3 ~ /=yes/ && program !~ /^\/memfd:/' "$REPORT"
}
holds 'a neighbour cannot look into the hook' \
    'reported "main neighbour" && reported "child neighbour" && [ -z "$(open_to_neighbours)" ]'
PROOF=seen LAUNCH=() WHERE=/ PREPARE=$own_root

# --- the real one --------------------------------------------------------------------------------------

ldconfig=/sbin/ldconfig
[ ! -e /sbin/ldconfig.real ] || ldconfig=/sbin/ldconfig.real
untouched=$(sha256sum <"$ldconfig")
AFTER='ldconfig -p -C "$ROOT/etc/ld.so.cache" | grep -q "libimage.so.1 "'
with "$ldconfig"
endured 'the ldconfig of this machine' 0 plain "${WORDS[@]}" && ok 'the ldconfig of this machine writes the cache'
AFTER=:
PREPARE=$own_root'; in_place_of /etc "$HOST"'
attack 'the ldconfig of this machine, and /etc is an absolute link' '[01]' "${WORDS[@]}"
PREPARE=$own_root'; in_place_of /etc/ld.so.conf.d "$UP$HOST"'
attack 'the ldconfig of this machine, and ld.so.conf.d is a link with ..' '[01]' "${WORDS[@]}"
PREPARE=$own_root'; in_place_of /etc/ld.so.cache "$HOST/secret"; in_place_of /etc/ld.so.cache~ "$HOST/secret"'
attack 'the ldconfig of this machine, and its files are links' '[01]' "${WORDS[@]}"
check 'the ldconfig of this machine is what it was' test "$untouched" = "$(sha256sum <"$ldconfig")"
finish
