# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2016 # of the scripts, and what is evaluated by attack
# What the hostile tests share. Sourced first in each of them, instead of ../lib.sh, because they
# run in a mount namespace of their own: of a user namespace, too, if not started by root.
#
# A test is an attack on cdikit-hook by the root directory, the environment or the bundle of a
# container. It is made on the naive program first (naive.h), which must give in, so that the test
# proves something; and then on cdikit-hook: as it is, without openat2, and in a user namespace.
#
#   HOST    the tree that stands for the host: nothing in it may change
#   ROOT    the container's root directory
#   MARKER  the file that code of the image leaves, if it is run
#   STATE   the container's state

if [ -z "${HOSTILE_NAMESPACE-}" ]; then
    if [ "$(id -u)" = 0 ]; then
        HOSTILE_NAMESPACE=root exec unshare -m "$BASH" "$0" "$@"
    elif unshare -U -r -m true 2>/dev/null; then
        HOSTILE_NAMESPACE=user exec unshare -U -r -m "$BASH" "$0" "$@"
    fi
    HOSTILE_NAMESPACE=none
fi
NAMESPACE=$HOSTILE_NAMESPACE
unset HOSTILE_NAMESPACE
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

TOOLS=$BUILD/tests/hostile
NAIVE=$TOOLS/naive
HOOK=${HOOK-$BUILD/cdikit-hook}
SPACE=$TMP/space
A=$SPACE/a HOST=$SPACE/a/host ROOT=$SPACE/a/bundle/rootfs MARKER=$SPACE/a/marker STATE=$SPACE/a/state.json
# Links have to get up from anywhere in ROOT.
UP=../../../../../../../../../../../..
SECRET='a secret of the host'
MAX_RSS=65536 # KiB
umask 022

if [ "$NAMESPACE" = none ]; then
    skip "${0##*/}" 'needs root, or user namespaces'
    finish
fi

# The naive program gives in to all that is asked of it, and it runs as root: the machine's files
# cannot be written to in this namespace, but for those of the test.
export TMPDIR=$TMP
if ! mount --make-rprivate / || ! mount --bind "$TMP" "$TMP" || ! mount -o remount,bind,ro /; then
    not_ok "${0##*/}: the machine's files are protected"
    finish
fi

# has_devices: whether device nodes can be made; the reason is in WHY.
has_devices() {
    WHY='device nodes need root'
    [ "$NAMESPACE" = root ]
}

# compile OUTPUT WORD...: evil.c, or another file.
compile() {
    "${CC:-cc}" -D_GNU_SOURCE -DMARKER="\"$MARKER\"" -o "$@" || exit 1
}

# What every attack begins with.
make_template() {
    local host=$SPACE/template/host root=$SPACE/template/bundle/rootfs dir
    mkdir -p "$host"/{bin,etc,lib,ld.so.conf.d,nvidia,nvidia-application-profiles-rc.d,compat} \
        "$host"/driver/nvidia "$host"/x86_64-linux-gnu
    mkdir -m 0700 "$host/dri"
    echo "$SECRET" >"$host/secret"
    for dir in ld.so.conf ld.so.cache 10-container.conf driver/nvidia/params compat/libcuda.so.999.1.1; do
        echo "$SECRET" >"$host/$dir"
    done
    cp "$host/10-container.conf" "$host/nvidia-application-profiles-rc.d"
    cp "$host/compat/libcuda.so.999.1.1" "$host/libvictim.so.1.2"
    mkdir -p "$root"/{etc/ld.so.conf.d,usr/lib/x86_64-linux-gnu,usr/local/cuda/compat,var,run,sbin} \
        "$root"/{proc,tmp,lib,sys,etc/nvidia,dev}
    mkdir -m 0700 "$root/dev/dri"
    echo 12 >"$root/etc/debian_version"
    compile "$root/usr/lib/x86_64-linux-gnu/libimage.so.1.2" -shared -DLIBRARY -fPIC -Wl,-soname,libimage.so.1 \
        "$TOP/tests/hostile/evil.c"
    echo 'no ELF file' >"$root/usr/local/cuda/compat/libcuda.so.999.1.1"
    if has_devices; then
        mknod "$root/dev/nvidia0" c 195 0
        mknod "$host/nvidia7" c 195 7
    fi
    echo '{"ociVersion": "1.0.2", "root": {"path": "rootfs"}}' >"$SPACE/template/bundle/config.json"
    echo "{\"ociVersion\": \"1.0.2\", \"id\": \"c\", \"bundle\": \"$A/bundle\"}" >"$SPACE/template/state.json"
}
# Its own file system, in memory, because each attack begins with a copy.
mkdir "$SPACE" && mount -t tmpfs -o mode=755 hostile "$SPACE" || exit 1
cleanup() {
    umount -l "$SPACE" "$TMP"
    mount -o remount,bind,rw /
}
make_template
MOUNTS=$(</proc/self/mountinfo)

# anew: HOST and ROOT as they were at the beginning.
anew() {
    if [ "$MOUNTS" != "$(</proc/self/mountinfo)" ]; then
        awk -v under="$A/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | tac |
            xargs -r -n 1 umount -l
    fi
    rm -rf --one-file-system "$A"
    cp -a "$SPACE/template/." "$A"
}

# in_place_of PATH TARGET: a link in the container, where something else is expected.
in_place_of() {
    rm -rf --one-file-system "${ROOT:?}$1"
    mkdir -p "$(dirname "$ROOT$1")"
    ln -s "$2" "$ROOT$1"
}

# launch VARIANT PROGRAM WORD...: sets STATUS, MS, RSS and LEFT. The caller may set LAUNCH, options
# of launch, BEFORE, words in front of it, and WHERE, the directory that it starts in.
LAUNCH=() BEFORE=() WHERE=/
launch() {
    local before=() options=() stats
    case $1 in
    naive) options=(-t 700 -m 192) ;;
    plain) ;;
    'old kernel') options=(-n) ;;
    'user namespace') before=(unshare -U -r -m) ;;
    esac
    shift
    (cd "$WHERE" && exec "${before[@]}" "${BEFORE[@]}" "$TOOLS/launch" "${options[@]}" "${LAUNCH[@]}" \
        -o "$TMP/.stats" "$@") <"$STATE" >"$TMP/.said" 2>&1
    read -ra stats <"$TMP/.stats"
    rm -f "$TMP/.stats"
    STATUS=${stats[0]-125} MS=${stats[1]-0} RSS=${stats[2]-0} LEFT=${stats[3]-0}
}

# seen: what a container may do to its host, as the words of PROBLEMS. The caller may set
# EXPECTED_MOUNT, where a hook mounts something.
EXPECTED_MOUNT=/none
mounts() { grep -vF " $EXPECTED_MOUNT " /proc/self/mountinfo; }
before_it() {
    "$TOOLS/sentinel" "$HOST" >"$TMP/.host"
    _mounts=$(mounts)
    _limit=$1
}
seen() {
    PROBLEMS=
    "$TOOLS/sentinel" "$HOST" | cmp -s - "$TMP/.host" || PROBLEMS+=' host-changed'
    [ "$_mounts" = "$(mounts)" ] || PROBLEMS+=' mounts-changed'
    if [ -e "$MARKER" ] || [ -e "$ROOT$MARKER" ]; then PROBLEMS+=' code-of-the-image-was-run'; fi
    [ -z "$(find "$ROOT" -xdev -type f -size -2048k -exec grep -ls "$SECRET" {} +)" ] ||
        PROBLEMS+=' host-was-read'
    [ "$MS" -lt "$_limit" ] || PROBLEMS+=" took-$MS-ms"
    [ "$RSS" -lt "$MAX_RSS" ] || PROBLEMS+=" used-$RSS-KiB"
    [ "$LEFT" = 0 ] || PROBLEMS+=' left-processes'
    [ "$STATUS" -lt 125 ] || PROBLEMS+=" status-$STATUS"
}

# attack NAME STATUSES WORD...: the words of a hook's command line, and with which of the statuses
# (extended glob) it must end. The caller may set PREPARE, what is done to HOST and ROOT before, and
# AFTER, what must hold in the end of a hook that is safe; PROOF=after if that is what the naive
# program does wrong. Both are evaluated.
PREPARE=: AFTER=: PROOF=seen
attack() {
    local name=$1 statuses=$2 variant
    shift 2
    anew
    eval "$PREPARE" || exit 1
    before_it 600
    launch naive "$NAIVE" "$@"
    seen
    if [ "$PROOF" = after ]; then
        PROBLEMS=
        eval "$AFTER" || PROBLEMS=after
    fi
    if [ -z "$PROBLEMS" ]; then
        not_ok "$name" "the naive program withstands it: $*"$'\n'"$(cat "$TMP/.said")"
        return
    fi
    for variant in "${VARIANTS[@]}"; do
        endured "$name" "$statuses" "$variant" "$@" || return
    done
    ok "$name"
}
VARIANTS=(plain 'old kernel' 'user namespace')

# endured NAME STATUSES VARIANT WORD...: the part of it that is about cdikit-hook.
endured() {
    local name=$1 statuses=$2 variant=$3
    shift 3
    anew
    eval "$PREPARE" || exit 1
    before_it 2000
    launch "$variant" "$HOOK" "$@"
    seen
    # shellcheck disable=SC2053 # a pattern
    [[ $STATUS == $statuses ]] || PROBLEMS+=" status-$STATUS-not-$statuses"
    eval "$AFTER" || PROBLEMS+=" not: $AFTER"
    [ -n "$PROBLEMS" ] || return 0
    not_ok "$name ($variant)" "$*:$PROBLEMS"$'\n'"$(cat "$TMP/.said")"
    return 1
}

# The hooks' command lines.
LDCACHE=(update-ldcache --folder /usr/lib/x86_64-linux-gnu)
COMPAT=(enable-cuda-compat --host-driver-version=535.1.1)
CHMOD=(chmod --mode 755 --path /dev/dri)
PROFILE=(update-application-profile)
# All of it at once.
SETUP=(setup-container --link libcuda.so.1::/usr/lib/x86_64-linux-gnu/libcuda.so --update-ldcache
    --folder /usr/lib/x86_64-linux-gnu --enable-cuda-compat --host-driver-version=535.1.1
    --mode 755 --path /dev/dri --update-application-profile)
PROFILE_FILE=/etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf
