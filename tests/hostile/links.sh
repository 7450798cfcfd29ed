#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Directories and files of an image are links out of it. CVE-2024-0134, CVE-2025-23267,
# CVE-2024-5154, CVE-2019-18837, CVE-2026-53489, CVE-2025-24965; of CVE-2024-0132 and
# CVE-2025-23359 what a library that is one does.
# shellcheck disable=SC2016,SC2034,SC2053 # evaluated by attack; patterns
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

# hook_of WORD [DIRECTORY]: sets WORDS.
hook_of() {
    case $1 in
    links) WORDS=(create-symlinks --link "libcuda.so.1::$2/libcuda.so") ;;
    ldcache) WORDS=("${LDCACHE[@]}") ;;
    compat) WORDS=("${COMPAT[@]}") ;;
    chmod) WORDS=("${CHMOD[@]}") ;;
    profile) WORDS=("${PROFILE[@]}") ;;
    setup) WORDS=("${SETUP[@]}") ;;
    esac
}

# Directories, the hooks that go there, and what they leave in it.
directories='
/lib links libcuda.so
/usr/lib/x86_64-linux-gnu links libcuda.so
/usr/lib/x86_64-linux-gnu ldcache .
/usr/local/cuda links libcuda.so
/usr/local/cuda compat .
/usr/local/cuda/compat compat .
/etc links libcuda.so
/etc ldcache ld.so.cache
/etc compat ld.so.conf.d/00-compat-*.conf
/etc profile nvidia/nvidia-application-profiles-rc.d/10-container.conf
/etc/ld.so.conf.d ldcache .
/etc/ld.so.conf.d compat 00-compat-*.conf
/etc/nvidia profile nvidia-application-profiles-rc.d/10-container.conf
/etc/nvidia/nvidia-application-profiles-rc.d profile 10-container.conf
/run links libcuda.so
/var/run links libcuda.so
/proc links libcuda.so
/usr/lib/x86_64-linux-gnu setup libcuda.so
/usr/local/cuda setup .
/etc setup ld.so.cache
/dev/dri setup .
/dev links libcuda.so
/dev chmod .
/dev/dri chmod .
'

# each_directory NAME TARGET STATUSES [HOOKS]: each of them in turn is a link to TARGET.
each_directory() {
    local dir hook
    while read -r dir hook LEAVES; do
        [ -n "$dir" ] && [[ $hook == ${4-*} ]] || continue
        TARGET=$2
        # What the hook looks for, seen from there.
        case $dir in
        /dev/dri) TARGET+=/dri ;;
        /usr/local/cuda/compat) TARGET+=/compat ;;
        esac
        if [ "$hook" = profile ] && ! has_devices; then
            skip "$1: $hook, $dir" "$WHY"
            continue
        fi
        DIRECTORY=$dir
        hook_of "$hook" "$dir"
        attack "$1: $hook, $dir" "$3" "${WORDS[@]}"
    done <<<"$directories"
}

# A link that is right for the container: what it leads to is there.
PREPARE='in_place_of "$DIRECTORY" "$TARGET"; mkdir -p "$ROOT$HOST"/compat; mkdir -m 700 "$ROOT$HOST/dri"'
AFTER='compgen -G "$ROOT$HOST/$LEAVES" >/dev/null'
each_directory 'an absolute link' "$HOST" 0
# It clamps at the root of the container.
each_directory 'a link with ..' "$UP$HOST" 0
PREPARE='in_place_of "$DIRECTORY" "$TARGET"'
AFTER=:
each_directory 'a link that leads nowhere' "$HOST" '[01]'

# The kernel's links lead out of any root.
PREPARE='mount --rbind /proc "$ROOT/proc"; in_place_of "$DIRECTORY" "$TARGET"'
hooks='@(links|ldcache|compat|profile|chmod|setup)'
directories=$(sed -E '/^\/(proc|lib|var\/run|run|usr\/local\/cuda) /d' <<<"$directories")
each_directory 'a link into /proc/self/root' "/proc/self/root$HOST" '[01]' "$hooks"
WHERE=$ROOT LAUNCH=(-f "$HOST")
each_directory 'a link into /proc/PID/root' "/proc/$$/root$HOST" '[01]' '@(links|ldcache)'
each_directory 'a link into /proc/self/cwd' /proc/self/cwd/../../host '[01]' '@(links|ldcache)'
each_directory 'a link to a descriptor' /proc/self/fd/3 '[01]' '@(links|ldcache)'
WHERE=/ LAUNCH=()

# The path of a command line leads out.
PREPARE=:
attack 'a link to make above the root' '[01]' create-symlinks --link "x::/$UP$HOST/x"
attack 'a relative link to make above the root' '[01]' create-symlinks --link "x::$UP$HOST/x"
attack 'a folder above the root' '[01]' update-ldcache --folder "/$UP$HOST"
attack 'compat libraries above the root' '[01]' "${COMPAT[@]}" --cuda-compat-container-root="/$UP$HOST/compat"
attack 'a mode of something above the root' '[01]' chmod --mode 755 --path "/$UP$HOST/dri"

# Libraries for newer processors.
hwcaps='mkdir "$HOST/x86-64-v2"; cp "$ROOT/usr/lib/x86_64-linux-gnu/libimage.so.1.2" "$HOST/x86-64-v2"'
PREPARE=$hwcaps'; in_place_of /usr/lib/x86_64-linux-gnu/glibc-hwcaps "$HOST"'
attack 'an absolute link: ldcache, glibc-hwcaps' 0 "${LDCACHE[@]}"
PREPARE=$hwcaps'; in_place_of /usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2 "$UP$HOST/x86-64-v2"'
attack 'a link with ..: ldcache, glibc-hwcaps' 0 "${LDCACHE[@]}"

# The container's link is absolute, and the host has the same.
PROOF=after
PREPARE='in_place_of /opt/lib "$HOST/lib"; mkdir -p "$ROOT$HOST/lib"; ln -s libcuda.so.1 "$HOST/lib/libcuda.so"'
AFTER='[ "$(readlink "$ROOT$HOST/lib/libcuda.so")" = libcuda.so.1 ]'
attack 'a link that the host has already' 0 create-symlinks --link libcuda.so.1::/opt/lib/libcuda.so

# The nodes of the host are not the container's.
if has_devices; then
    PREPARE='in_place_of /dev "$HOST"'
    AFTER='! grep -qs 0x80 "$ROOT$PROFILE_FILE"'
    attack 'the GPUs of the host' '[01]' "${PROFILE[@]}"
else
    skip 'the GPUs of the host' "$WHY"
fi
PROOF=seen AFTER=:
finish
