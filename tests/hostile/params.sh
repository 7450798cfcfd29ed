#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# disable-device-node-modification: the file that it puts over the driver's parameters, in
# containers that want it elsewhere, or want to write to it. CVE-2021-1056, CVE-2019-16884,
# CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2025-31133, CVE-2025-52881, and mounts that
# show on the host.
# shellcheck disable=SC2016,SC2034 # evaluated by attack
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

PARAMS=(disable-device-node-modification)
mount -t tmpfs -o mode=755 tmpfs /proc/driver && mkdir /proc/driver/nvidia || exit 1
printf 'ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 1\nDeviceFileMode: 438\n' >/proc/driver/nvidia/params
printf 'ResmanDebugLevel: 4294967295\nModifyDeviceFiles: 0\nDeviceFileMode: 438\n' >"$SPACE/wanted"
MOUNTS=$(</proc/self/mountinfo)
target=$ROOT/proc/driver/nvidia/params

# The driver's directory in a /proc of the container's own.
container_proc() {
    mount --rbind /proc "$ROOT/proc" && mount --make-rprivate "$ROOT/proc" &&
        mount -t tmpfs -o mode=755 tmpfs "$ROOT/proc/driver" && mkdir "$ROOT/proc/driver/nvidia" &&
        touch "$target" && mount --bind "$ROOT/proc/version" "$target"
}
options() { awk -v at="$target" '$5 == at { print $6 }' /proc/self/mountinfo | tail -n 1; }
is_mounted() { cmp -s "$target" "$SPACE/wanted"; }

# --- what it mounts ------------------------------------------------------------------------------------

PREPARE=container_proc EXPECTED_MOUNT=$target PROOF=after VARIANTS=(plain 'old kernel')
AFTER='is_mounted && [[ ,$(options), == *,ro,* && $(options) == *nosuid* && $(options) == *nodev* && $(options) == *noexec* ]]'
attack 'the file is mounted, read-only and without any rights' 0 "${PARAMS[@]}"
AFTER='is_mounted && [ -z "$(ls -A "$ROOT/run")" ]'
attack 'nothing is left in /run' 0 "${PARAMS[@]}"
# What its root user has in Docker: nothing that writes to it, moves it or takes it away.
docker=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap
docker+=,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap
tries='for file; do chmod 666 "$file"; echo "ModifyDeviceFiles: 1" >"$file"; echo "ModifyDeviceFiles: 1" >>"$file"
    mv "$file" "$file.old"; rm -f "$file"; umount "$file"; mount -o remount,rw "$file"; done'
as_container_root() {
    setpriv --bounding-set "$docker" --inh-caps=-all sh -c "$tries" sh "$target" "$ROOT"/run/*/* 2>/dev/null
}
AFTER='as_container_root; is_mounted'
attack 'root of the container cannot write to it' 0 "${PARAMS[@]}"
AFTER='"$HOOK" "${PARAMS[@]}" <"$STATE" && is_mounted && [ "$(grep -cF " $target " /proc/self/mountinfo)" = 2 ]'
endured 'once more' 0 plain "${PARAMS[@]}" && ok 'once more: nothing is mounted over it'

# In a user namespace the mount is in its own mount namespace.
anew
container_proc
said=$(unshare -U -r -m sh -c '"$@" && cat "$0" && ! echo 1 2>/dev/null >"$0" && grep -F " $0 " /proc/self/mountinfo | tail -n 1' \
    "$target" "$HOOK" "${PARAMS[@]}" <"$STATE" 2>&1)
if [[ $said == "$(<"$SPACE/wanted")"*' ro,'* ]]; then
    ok 'in a user namespace'
else
    not_ok 'in a user namespace' "$said"
fi

# --- where it would be mounted ---------------------------------------------------------------------------

PROOF=seen AFTER=: VARIANTS=(plain 'old kernel' 'user namespace') EXPECTED_MOUNT=/none
PREPARE='in_place_of /proc "$HOST"'
attack '/proc is an absolute link' '[01]' "${PARAMS[@]}"
PREPARE='in_place_of /proc "$UP$HOST"'
attack '/proc is a link with ..' '[01]' "${PARAMS[@]}"
PREPARE='in_place_of /proc/driver "$HOST/driver"'
attack '/proc/driver is a link, and /proc no procfs' '[01]' "${PARAMS[@]}"
PREPARE='mkdir -p "$ROOT/proc/driver/nvidia"; ln -s "$UP$HOST/secret" "$target"'
attack 'the file is a link' '[01]' "${PARAMS[@]}"
PREPARE='mkdir -p "$ROOT/proc/driver"; ln -s "/proc/self/root$HOST/driver/nvidia" "$ROOT/proc/driver/nvidia"'
attack 'its directory is a link into /proc/self/root' '[01]' "${PARAMS[@]}"
PREPARE='container_proc && in_place_of /run "$HOST"'
EXPECTED_MOUNT=$target
attack '/run is an absolute link' '[01]' "${PARAMS[@]}"
PREPARE='container_proc && in_place_of /run "$UP$HOST/lib"'
attack '/run is a link with ..' '[01]' "${PARAMS[@]}"
EXPECTED_MOUNT=/none

# --- what the host sees of it ------------------------------------------------------------------------------

# The container's mounts are peers of the host's.
BEFORE=(unshare -m --propagation unchanged) VARIANTS=(plain 'old kernel')
PREPARE='mount --bind "$ROOT" "$ROOT" && container_proc && umount "$target" && mount --make-rshared "$ROOT"'
attack 'a root directory that is shared with the host' '[01]' "${PARAMS[@]}"
BEFORE=()
finish
