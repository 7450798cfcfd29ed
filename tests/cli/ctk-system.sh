#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# "$ctk" system: device nodes and the links of /dev/char, on simulated nodes.
. "$(dirname "$0")/../lib.sh"
mkdir "$TMP/bin"
ln -s "$BUILD/cdikit" "$TMP/bin/nvidia-ctk"
ctk=$TMP/bin/nvidia-ctk

# ---- what needs no machine ----
expect_status 0 "$ctk" system create-device-nodes
check "nothing asked for, nothing done" test -z "$OUT$ERR"
expect_status 0 env DRY_RUN=true "$ctk" system create-device-nodes --load-kernel-modules
expect_err 'Would run: /sbin/modprobe nvidia$'
expect_err 'Would run: /sbin/modprobe nvidia-uvm$'
expect_err 'Would run: /sbin/modprobe nvidia-modeset$'
for option in --root=/driver --driver-root=/driver; do
    expect_status 0 env ROOT=/other "$ctk" system create-device-nodes --dry-run --load-kernel-modules "$option"
    expect_err 'Would run: chroot /driver /sbin/modprobe nvidia$'
done
for variable in ROOT NVIDIA_DRIVER_ROOT DRIVER_ROOT; do
    expect_status 0 env "$variable=/driver" "$ctk" system create-device-nodes --dry-run --load-kernel-modules
    expect_err 'chroot /driver '
done
expect_status 1 env DRY_RUN=perhaps "$ctk" system create-device-nodes
expect_err 'DRY_RUN'
if ! grep -q nvidia /proc/devices; then
    expect_status 1 "$ctk" system create-device-nodes --control-devices --dry-run
    expect_err 'not loaded'
fi

if [ "$(id -u)" != 0 ] || [ ! -x "$BUILD/fakenode" ]; then
    skip "nvidia-ctk system on a simulated node" "needs root and $BUILD/fakenode"
    finish
fi

# on MACHINE COMMAND...: runs on that node; what is in $TMP/shared stays.
on() {
    local machine=$1
    shift
    (cd / && "$BUILD/fakenode" --share "$TMP/shared" run "$machine" -- "$@")
}
mkdir "$TMP/shared"
if ! on mig true 2>"$TMP/why"; then
    skip "nvidia-ctk system on a simulated node" "$(cat "$TMP/why")"
    finish
fi

# ---- kernel modules: a modprobe that tells what it was asked ----
root=$TMP/shared/root
mkdir -p "$root/dev"
# modprobe STATUS: on the node, loads modules with one that ends so for nvidia-uvm.
modprobe() {
    on mig sh -c 'printf "#!/bin/sh\necho asked for \"\$@\"\n[ \$1 != nvidia-uvm ] || exit %s\n" "$1" >/sbin/modprobe
        chmod 755 /sbin/modprobe
        exec "$2" system create-device-nodes --load-kernel-modules' sh "$1" "$ctk"
}
expect_status 0 modprobe 0
check "modules in their order" test "$(grep '^asked' "$TMP/.err")" = "asked for nvidia
asked for nvidia-uvm
asked for nvidia-modeset"
check "nothing on stdout" test -z "$OUT"
expect_status 1 modprobe 1
expect_err 'cannot load the kernel module nvidia-uvm: '
check "the first that fails is the last" test "$(grep -c '^asked' "$TMP/.err")" = 2
expect_status 1 on mig "$ctk" system create-device-nodes --load-kernel-modules --root "$root"
expect_err "modprobe in $root cannot be run"
check "no nodes asked for" test -z "$(ls "$root/dev")"

# ---- nodes ----
nodes() { (cd "$root" && stat -c '%n %F %a %t:%T' dev/* 2>/dev/null); }
control='dev/nvidia-modeset character special file 666 c3:fe
dev/nvidia-uvm character special file 666 1ff:0
dev/nvidia-uvm-tools character special file 666 1ff:1
dev/nvidiactl character special file 666 c3:ff'
expect_status 0 on mig "$ctk" system create-device-nodes --control-devices --dev-root "$root" --dry-run
expect_err "mknod --mode=0666 $root/dev/nvidiactl c 195 255"
expect_err "mknod --mode=0666 $root/dev/nvidia-uvm-tools c 511 1"
check "nothing made" test -z "$(nodes)"
umask 077
expect_status 0 on mig "$ctk" system create-device-nodes --control-devices --dev-root "$root"
umask 022
check "nodes for all, whatever the umask" test "$(nodes)" = "$control"
expect_status 0 on mig "$ctk" system create-device-nodes --control-devices --root "$root"
expect_err "Skipping: $root/dev/nvidiactl already exists"
check "and once" test "$(nodes)" = "$control"
rm "$root"/dev/*
touch "$root/outside"
ln -s ../outside "$root/dev/nvidiactl"
ln -s /nowhere "$root/dev/nvidia-uvm"
expect_status 0 on mig "$ctk" system create-device-nodes --control-devices --quiet --dev-root "$root"
check "quiet" test -z "$ERR"
check "links stay" test "$(readlink "$root/dev/nvidiactl" "$root/dev/nvidia-uvm")" = "../outside
/nowhere"
check "what they lead to stays" test "$(stat -c %F "$root/outside")" = 'regular empty file'
check "the others are made" test "$(stat -c %t:%T "$root/dev/nvidia-uvm-tools")" = 1ff:1

# A link to a directory outside is one inside of the root.
mkdir -p "$TMP/shared/host" "$TMP/shared/inside"
ln -s "$TMP/shared/host" "$TMP/shared/inside/dev"
expect_status 1 on mig "$ctk" system create-device-nodes --control-devices --dev-root "$TMP/shared/inside"
check "nothing outside" test -z "$(ls "$TMP/shared/host")"
expect_status 1 on mig "$ctk" system create-device-nodes --control-devices --dev-root "$TMP/shared/none"
expect_status 1 on nodriver "$ctk" system create-device-nodes --control-devices --dev-root "$root"

# ---- links ----
char=$TMP/shared/char
links() { (cd "$char" && for link in *; do echo "$link $(readlink "$link")"; done); }
expect_status 0 on a100x8 "$ctk" system create-dev-char-symlinks --dev-char-path "$char" --dry-run
expect_err 'Creating link .*/char/195:0 => /dev/nvidia0'
check "nothing made" test ! -e "$char"
expect_status 0 on a100x8 env DEV_CHAR_PATH="$char" "$ctk" system create-dev-char-symlinks
{
    for i in 0 1 2; do echo "195:$i /dev/nvidia$i"; done
    printf '195:254 /dev/nvidia-modeset\n195:255 /dev/nvidiactl\n'
    for i in 3 4 5 6 7; do echo "195:$i /dev/nvidia$i"; done
} >"$TMP/some"
links >"$TMP/links"
check "those that are there" diff "$TMP/some" <(grep '^195:' "$TMP/links")
check "of nvidia-uvm, too" grep -qx '511:0 /dev/nvidia-uvm' "$TMP/links"
rm "$char/195:0" "$char/195:1" && ln -s /elsewhere "$char/195:0"
expect_status 0 on a100x8 "$ctk" system create-dev-char-symlinks --dev-char-path "$char"
expect_err 'warning: .*/195:0 exists'
check "one warning" test "$(grep -c warning "$TMP/.err")" = 1
check "what exists stays" test "$(readlink "$char/195:0")" = /elsewhere
check "what is missing comes" test "$(readlink "$char/195:1")" = /dev/nvidia1
expect_status 0 on a100x8 "$ctk" system create-dev-char-symlinks --dev-char-path "$char" \
    --load-kernel-modules --create-device-nodes
expect_err 'warning: --load-kernel-modules does nothing'
expect_err 'warning: --create-device-nodes does nothing'

rm -r "$char"
expect_status 0 on mig "$ctk" system create-dev-char-symlinks --dev-char-path "$char" --create-all
links >"$TMP/links"
for link in '195:0 /dev/nvidia0' '195:255 /dev/nvidiactl' '511:1 /dev/nvidia-uvm-tools' \
    '236:1 /dev/nvidia-caps/nvidia-cap1' '236:2 /dev/nvidia-caps/nvidia-cap2' \
    '236:3 /dev/nvidia-caps/nvidia-cap3'; do
    check "--create-all: $link" grep -qx "$link" "$TMP/links"
done
expect_status 0 on mig "$ctk" system create-dev-char-symlinks --dev-char-path "$char" --create-all \
    --create-device-nodes --load-kernel-modules --dry-run --driver-root /driver
expect_err 'chroot /driver /sbin/modprobe nvidia$'
expect_err 'Skipping: /dev/nvidiactl already exists'
expect_status 0 on nodriver "$ctk" system create-dev-char-symlinks --dev-char-path "$TMP/shared/no"
expect_err 'No NVIDIA devices found'
check "no directory either" test ! -e "$TMP/shared/no"
finish
