#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Files of an image are links out of it, or other than anybody would make them. CVE-2025-23267,
# CVE-2025-24965, CVE-2024-9676, CVE-2026-53489, CVE-2025-23359; CVE-2026-41579 of /dev.
# shellcheck disable=SC2016,SC2034,SC2053 # evaluated by attack; patterns
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

MUSL=/etc/ld-musl-$(uname -m).path
compat_file=/usr/local/cuda/compat/libcuda.so.999.1.1

# --- fixed names -----------------------------------------------------------------------------------

# What is read or written, by which hook, and what it may end with.
files="
/etc/ld.so.conf 0|1 ${LDCACHE[*]}
/etc/ld.so.cache 0|1 ${LDCACHE[*]}
/etc/ld.so.cache~ 0|1 ${LDCACHE[*]}
/etc/ld.so.conf.d/image.conf 0|1 ${LDCACHE[*]}
$MUSL 0|1 ${LDCACHE[*]}
$compat_file 0|1 ${COMPAT[*]}
$PROFILE_FILE 0|1 ${PROFILE[*]}
"
# each_file NAME [FILES]
each_file() {
    local statuses words
    while read -r FILE statuses words; do
        [ -n "$FILE" ] && [[ $FILE == ${2-*} ]] || continue
        if [ "$FILE" = "$PROFILE_FILE" ] && ! has_devices; then
            skip "$1: $FILE" "$WHY"
            continue
        fi
        read -ra words <<<"$words"
        attack "$1: $FILE" "@($statuses)" "${words[@]}"
    done <<<"$files"
}
# What makes the others be read.
include() {
    [ "$FILE" = /etc/ld.so.conf ] || echo "include $ROOT/etc/ld.so.conf.d/*.conf" >"$ROOT/etc/ld.so.conf"
    echo 'include /etc/ld.so.conf.d/*.conf' >>"$ROOT/etc/ld.so.conf"
    [ "$FILE" != "$MUSL" ] || echo 3.20 >"$ROOT/etc/alpine-release"
    [ ! -e "$ROOT/etc/ld.so.cache" ] && echo old >"$ROOT/etc/ld.so.cache"
    :
}
PREPARE='include; in_place_of "$FILE" "$HOST/secret"'
each_file 'an absolute link to a file'
PREPARE='include; in_place_of "$FILE" "$UP$HOST/secret"'
each_file 'a link with .. to a file'
PREPARE='include; in_place_of "$FILE" "$HOST/new"'
each_file 'a link to a file that is not there' '@(*ld.so.cache*|*.path|*container.conf)'
PREPARE='rm -f "$ROOT/etc/ld.so.conf"; in_place_of "$FILE" "$HOST/new"'
each_file 'a link to a file that is not there' '/etc/ld.so.conf'
PREPARE='include; mkdir -p "$(dirname "$ROOT$FILE")"; rm -f "$ROOT$FILE"; echo linked >"$HOST/linked"
    ln "$HOST/linked" "$ROOT$FILE"'
each_file 'a hard link' '@(*ld.so.cache*|*.path|*container.conf)'

# What blocks who opens it, or never ends.
PREPARE='include; mkdir -p "$(dirname "$ROOT$FILE")"; rm -f "$ROOT$FILE"; mkfifo "$ROOT$FILE"'
each_file 'a FIFO' '!(*~)'
if has_devices; then
    PREPARE='include; mkdir -p "$(dirname "$ROOT$FILE")"; rm -f "$ROOT$FILE"; mknod "$ROOT$FILE" c 1 5'
    each_file 'a device' '@(/etc/ld*.conf|*.cache|*libcuda*)'
else
    skip 'a device in place of a file' "$WHY"
fi
PREPARE='include; mkdir -p "$(dirname "$ROOT$FILE")"; truncate -s 10G "$ROOT$FILE"'
each_file 'a file of 10 GiB' '@(/etc/ld*.conf|*.cache|*libcuda*)'

# --- contents --------------------------------------------------------------------------------------

PREPARE='echo "include $HOST/secret" >"$ROOT/etc/ld.so.conf"'
attack 'a file of the host is included' '[01]' "${LDCACHE[@]}"
PREPARE='echo "include $HOST/*" >"$ROOT/etc/ld.so.conf"'
attack 'a pattern of files of the host is included' '[01]' "${LDCACHE[@]}"
PREPARE='for dir in "$ROOT" ""; do mkdir -p "$dir$ROOT/etc"
    echo "include $ROOT/etc/ld.so.conf" >"$dir$ROOT/etc/ld.so.conf"; done
    cp "$ROOT/etc/ld.so.conf" "$ROOT/etc/one.conf"'
attack 'ld.so.conf includes itself' '[01]' "${LDCACHE[@]}"
# Each of sixteen files includes them all.
PREPARE='for i in {0..15}; do echo "include $ROOT/etc/ld.so.conf.d/*" >"$ROOT/etc/ld.so.conf.d/$i"; done
    echo "include $ROOT/etc/ld.so.conf.d/*" >"$ROOT/etc/ld.so.conf"
    mkdir -p "$ROOT$ROOT"; cp -a "$ROOT/etc" "$ROOT$ROOT"'
attack 'files of ld.so.conf.d include each other' '[01]' "${LDCACHE[@]}"
PREPARE='mkfifo "$ROOT/usr/lib/x86_64-linux-gnu/libfifo.so.1"'
attack 'a library is a FIFO' 0 "${LDCACHE[@]}"
PREPARE='truncate -s 10G "$ROOT/usr/lib/x86_64-linux-gnu/libhuge.so.1"'
attack 'a library of 10 GiB' 0 "${LDCACHE[@]}"
PREPARE='ln -s "$HOST/secret" "$ROOT/usr/lib/x86_64-linux-gnu/libimage.so.1"
    ln -s "$UP$HOST/secret" "$ROOT/usr/lib/x86_64-linux-gnu/libother.so.1"; mkfifo "$HOST/libfifo.so.1"
    ln -s "$HOST/libfifo.so.1" "$ROOT/usr/lib/x86_64-linux-gnu/libfifo.so.1"'
attack 'libraries are links to what the host has' 0 "${LDCACHE[@]}"

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
for i in range(70000):
    os.link(sys.argv[2], sys.argv[1] % i)' "$ROOT$1/$2" "$3"
}
PREPARE='crowd /usr/lib/x86_64-linux-gnu lib%d.so.1.2 "$ROOT/usr/lib/x86_64-linux-gnu/libimage.so.1.2"'
endured 'a folder of 70,000 libraries' '[01]' plain "${LDCACHE[@]}" && ok 'a folder of 70,000 libraries'
PREPARE='crowd /etc/ld.so.conf.d %d.conf "$ROOT/etc/debian_version"; echo "include /etc/ld.so.conf.d/*" >"$ROOT/etc/ld.so.conf"'
endured '70,000 files of ld.so.conf.d' '[01]' plain "${LDCACHE[@]}" && ok '70,000 files of ld.so.conf.d'
PREPARE='for i in {1..50000}; do echo "/opt/$i"; done >"$ROOT/etc/ld.so.conf"'
endured '50,000 lines in ld.so.conf' '[01]' plain "${LDCACHE[@]}" && ok '50,000 lines in ld.so.conf'
PREPARE='crowd /usr/local/cuda/compat libcuda.so.%d.1 "$ROOT/etc/debian_version"'
endured '70,000 compat libraries' '[01]' plain "${COMPAT[@]}" && ok '70,000 compat libraries'
PREPARE='crowd /dev nvidia%d.x "$ROOT/etc/debian_version"'
endured '70,000 names in /dev' '[01]' plain "${PROFILE[@]}" && ok '70,000 names in /dev'

# --- files of the compat directory -----------------------------------------------------------------

mkdir "$SPACE/elf" && "$TOP/tests/hostile/elf.py" "$SPACE/elf" || exit 1
COMPAT=(enable-cuda-compat --host-driver-version=535.100.1)
prepare_compat='rm "$ROOT$compat_file"; cp "$ELF" "$ROOT/usr/local/cuda/compat/libcuda.so.535.200.1"'
has_drop_in() { compgen -G "$ROOT/etc/ld.so.conf.d/*compat*" >/dev/null; }
PREPARE=$prepare_compat ELF=$SPACE/elf/good AFTER=has_drop_in
if endured 'compat libraries of the same branch' 0 plain "${COMPAT[@]}"; then
    ok 'compat libraries of the same branch are used'
fi
# A crash, or that the library is used.
for ELF in "$SPACE"/elf/*; do
    [ "${ELF##*/}" != good ] || continue
    PROOF=seen
    case ${ELF##*/} in
    another* | big* | *compressed* | drivers* | *digits | JSON* | *key) PROOF=after ;;
    esac
    [ "$PROOF" = after ] && AFTER='! has_drop_in' || AFTER=:
    attack "compat library: ${ELF##*/}" 0 "${COMPAT[@]}"
    AFTER='! has_drop_in'
    endured "compat library: ${ELF##*/}: is not used" 0 plain "${COMPAT[@]}"
done
PROOF=seen AFTER='! has_drop_in'
PREPARE='rm "$ROOT$compat_file"; truncate -s 1T "$ROOT/usr/local/cuda/compat/libcuda.so.535.200.1"'
attack 'compat library: 1 TiB of nothing' 0 "${COMPAT[@]}"
AFTER=:

# --- /dev ------------------------------------------------------------------------------------------

# Nodes that are none, beside the container's own of minor 0.
PROOF=after AFTER='grep -qs "0x1]" "$ROOT$PROFILE_FILE"'
if has_devices; then
    PREPARE='mknod "$ROOT/dev/nvidia5" b 195 5'
    attack 'a block device in /dev' 0 "${PROFILE[@]}"
    PREPARE='ln -s "$HOST/nvidia7" "$ROOT/dev/nvidia7"; mknod "$ROOT/dev/other" c 195 9; ln -s other "$ROOT/dev/nvidia9"'
    attack 'links in /dev' 0 "${PROFILE[@]}"
    PREPARE='mknod "$ROOT/dev/nvidia64" c 195 64; mknod "$ROOT/dev/nvidia65" c 195 65; mknod "$ROOT/dev/nvidia255" c 195 255'
    attack 'minors that the mask has no place for' 0 "${PROFILE[@]}"
    PREPARE='mknod "$ROOT/dev/nvidia-uvm" c 195 3; mknod "$ROOT/dev/nvidia1x" c 195 4; mknod "$ROOT/dev/nvidia" c 195 5'
    attack 'other names in /dev' 0 "${PROFILE[@]}"
    PREPARE='for i in {1..63}; do mknod "$ROOT/dev/nvidia$i" c 195 "$i"; done; touch "$ROOT/dev/nvidia64"
        for i in {65..1000}; do ln -s nvidia0 "$ROOT/dev/nvidia$i"; done; mknod "$ROOT/dev/nvidia1001" b 195 200'
    AFTER='grep -qs 0xffffffffffffffff] "$ROOT$PROFILE_FILE"'
    endured 'a thousand names in /dev' 0 plain "${PROFILE[@]}" && ok 'a thousand names in /dev'
    AFTER='[ ! -e "$ROOT$PROFILE_FILE" ]'
    PREPARE='rm "$ROOT/dev/nvidia0"; mknod "$ROOT/dev/nvidia0" b 195 0'
    attack 'no node but a block device' 0 "${PROFILE[@]}"
else
    skip 'nodes in /dev' "$WHY"
fi

# --- modes -----------------------------------------------------------------------------------------

# Bits that are more than a mode are refused, set, or told of; and not left out in silence.
mode_is() { stat -c %a "$ROOT/dev/dri"; }
for mode in 4755 1777 2775; do
    CHMOD=(chmod --mode "$mode" --path /dev/dri)
    AFTER='[ $STATUS = 1 -a $(mode_is) = 700 ] || [ $(mode_is) = $mode ] || [ $(mode_is) = ${mode#?} -a -s "$TMP/.said" ]'
    PREPARE=:
    attack "chmod --mode $mode" '[01]' "${CHMOD[@]}"
done
PROOF=seen AFTER=:

# --- a root that takes no more -----------------------------------------------------------------------

# The old file, or the new one; and nothing beside it.
full() {
    mount -t tmpfs -o size=512k tmpfs "$ROOT/etc"
    mkdir -p "$ROOT/etc/ld.so.conf.d"
    echo "include /etc/ld.so.conf.d/*.conf" >"$ROOT/etc/ld.so.conf"
    echo old >"$ROOT/etc/ld.so.cache"
    echo old >"$ROOT/etc/ld.so.conf.d/00-nvcr-naive.conf"
    dd if=/dev/zero of="$ROOT/etc/filler" bs=4k status=none 2>/dev/null
    find "$ROOT/etc" | sort >"$SPACE/names"
}
as_it_was() {
    local now
    now=$(find "$ROOT/etc" | sort)
    [ "$now" = "$(<"$SPACE/names")" ] && [ -s "$1" ]
}
PROOF=after PREPARE=full
# An empty file takes no room: the naive program truncates, and then cannot write.
AFTER='as_it_was "$ROOT/etc/ld.so.cache"'
attack 'no space left for ld.so.cache' 1 update-ldcache --folder /usr/lib/x86_64-linux-gnu \
    --folder "/$(printf 'x%.0s' {1..200})"
PROOF=seen AFTER=:

# --- what a hook has made itself ---------------------------------------------------------------------

# everything PROGRAM: all hooks.
everything() {
    launch plain "$1" "${LDCACHE[@]}"
    launch plain "$1" "${COMPAT[@]}"
    launch plain "$1" "${PROFILE[@]}"
    launch plain "$1" create-symlinks --link libcuda.so.1::/usr/lib/x86_64-linux-gnu/libcuda.so
}
# planted PROGRAM: it runs on a clean root; then each file that it has made is a link to the host,
# and it runs again. Sets PROBLEMS.
COMPAT=(enable-cuda-compat --host-driver-version=535.1.1)
planted() {
    local file n=0
    anew
    echo 3.20 >"$ROOT/etc/alpine-release"
    (cd "$ROOT" && find . -type f -o -type l) | sort >"$SPACE/old"
    everything "$1"
    # The naive program's mount is in nobody's way here.
    (cd "$ROOT" && find . -type f ! -name '*.mounted' -o -type l) | sort >"$SPACE/new"
    while read -r file; do
        case $((++n % 2)) in
        0) in_place_of "${file#.}" "$HOST/secret" ;;
        *) in_place_of "${file#.}" "$HOST/new-$n" ;;
        esac
    done < <(comm -13 "$SPACE/old" "$SPACE/new")
    [ "$n" -ge 3 ] || not_ok 'a hook makes files'
    before_it 2000
    everything "$1"
    seen
}
planted "$NAIVE"
if [ -z "$PROBLEMS" ]; then
    not_ok "links in place of a hook's own files" 'the naive program withstands it'
else
    planted "$HOOK"
    [ -z "$PROBLEMS" ] && ok "links in place of a hook's own files" ||
        not_ok "links in place of a hook's own files" "$PROBLEMS"
fi
finish
