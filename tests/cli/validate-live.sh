#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit validate --live: documents against a node.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
cd "$TMP" || exit 1

# ---- a node that is a directory ----
node=$TMP/node
mkdir -p "$node/usr/lib" "$node/usr/bin" "$node/etc/cdi"
touch "$node/usr/lib/libx.so.1"
printf '#!/bin/sh\n' >"$node/usr/bin/hook"
chmod 755 "$node/usr/bin/hook"
cat >"$node/etc/cdi/vendor.yaml" <<'EOS'
cdiVersion: "0.5.0"
kind: vendor.com/class
devices:
- name: dev
  containerEdits:
    mounts:
    - hostPath: /usr/lib/libx.so.1
      containerPath: /usr/lib/libx.so.1
      options: [ro, nosuid, nodev, rbind, rprivate]
    hooks:
    - hookName: createContainer
      path: /usr/bin/hook
      args: [hook]
      env: [LC_ALL=C]
EOS
document=$node/etc/cdi/vendor.yaml
owner=0
if [ "$(id -u)" != 0 ]; then owner=1; fi # the hook is not root's: a warning

expect_status 0 "$cdikit" validate --live --root "$node" "$document"
expect_out "^1 file: 0 errors, $owner warning"
# Without --root it is this machine, which has none of it.
expect_status 1 "$cdikit" validate --live "$document"
expect_out 'vendor\.yaml:7:17: error: the host has no "/usr/lib/libx\.so\.1" \[live-mount-missing\]$'
expect_out 'hint: .*cdikit refresh'
expect_out 'vendor\.yaml:12:13: error: .*\[live-hook-missing\]$'
expect_status 0 "$cdikit" validate "$document"
# The spec dirs beneath the root, checked against what is beneath it.
expect_status 0 "$cdikit" validate --live --root "$node"
expect_out '^1 file: 0 errors'

rm "$node/usr/lib/libx.so.1"
expect_status 1 "$cdikit" validate --live --root "$node"
expect_out '^/etc/cdi/vendor\.yaml:7:17: error: .*\[live-mount-missing\]$'
ln -s libx.so.2 "$node/usr/lib/libx.so.1"
expect_status 1 "$cdikit" validate --live --root "$node"
expect_out 'symlink to "libx\.so\.2", which does not exist \[live-dangling\]$'
touch "$node/usr/lib/libx.so.2"
expect_status 0 "$cdikit" validate --live --root "$node"
chmod 644 "$node/usr/bin/hook"
expect_status 1 "$cdikit" validate --live --root "$node" --json
expect_out '"rule": "live-hook-not-executable"'
expect_out '"hint": "chmod 0755"'
chmod 757 "$node/usr/bin/hook"
expect_status 1 "$cdikit" validate --live --root "$node"
expect_out '\[live-hook-writable\]$'
# A comment silences it.
sed -i '/path: \/usr\/bin/s/$/ # cdikit: ignore live-hook-writable, live-hook-owner/' "$document"
expect_status 0 "$cdikit" validate --strict --live --root "$node"

# What is missing for every device is told once.
cat >many.yaml <<'EOS'
cdiVersion: "0.7.0"
kind: vendor.com/class
devices:
- {name: a, containerEdits: {additionalGids: [1], hooks: [{hookName: poststop, path: /none}]}}
- {name: b, containerEdits: {additionalGids: [1], hooks: [{hookName: poststop, path: /none}]}}
- {name: c, containerEdits: {additionalGids: [1], hooks: [{hookName: poststop, path: /none}]}}
EOS
expect_status 1 "$cdikit" validate --live --root "$node" many.yaml
expect_out '^many\.yaml:4:.*: error: .* \(and 2 more places\) \[live-hook-missing\]$'
expect_out '^1 file: 1 error, 0 warnings$'
expect_status 1 "$cdikit" validate --target docker@25.0 many.yaml
expect_out '^many\.yaml:4:.*: error: additionalGids came .* \(and 2 more places\) \[target-field\]$'
expect_out '^1 file: 2 errors, 0 warnings$' # the other: target-version

# ---- wrong use ----
expect_status 2 "$cdikit" validate --root "$node" "$document"
expect_err '\-\-root without --live'
expect_status 2 "$cdikit" validate --live --rules
expect_status 3 "$cdikit" validate --live --root "$TMP/none" "$document"
expect_status 0 "$cdikit" validate --rules
expect_out '^live-mount-missing +error '

# ---- a GPU node, and its own document ----
need_node "validate --live on a simulated node"
gpu=$TMP/gpu
tree a100x8 "$gpu"
hook=$gpu/usr/bin/nvidia-cdi-hook
printf '#!/bin/sh\n' >"$hook"
chmod 755 "$hook"
expect_status 0 "$cdikit" generate --root "$gpu" --output "$TMP/nvidia.yaml"
expect_status 0 "$cdikit" validate --strict --live --root "$gpu" "$TMP/nvidia.yaml"
expect_out '^1 file: 0 errors, 0 warnings$'

# live RULE: the GPU node has this fault now, the document has not changed.
live() {
    expect_status "${2-1}" "$cdikit" validate --live --root "$gpu" "$TMP/nvidia.yaml"
    expect_out "\[$1\]\$"
}
mv "$gpu/dev/nvidia0" "$gpu/dev/away"
live live-node-missing
expect_out 'hint: load the driver with .modprobe nvidia'
# With type and numbers root's containers get it all the same.
sed -i 's|- path: /dev/nvidia0$|&\n      type: c|' "$TMP/nvidia.yaml"
live live-node-numbers-only 0
mknod -m 666 "$gpu/dev/nvidia0" b 195 0
live live-node-type
rm "$gpu/dev/nvidia0"
mknod -m 666 "$gpu/dev/nvidia0" c 195 9
live live-node-numbers
expect_out '195:0, and the host.s "/dev/nvidia0" is 195:9'
cp "$TMP/nvidia.yaml" "$TMP/kept.yaml"
sed -i '0,/permissions: rwm/s//permissions: m/' "$TMP/nvidia.yaml"
live live-node-access
expect_out 'live-node-numbers'
mv "$TMP/kept.yaml" "$TMP/nvidia.yaml"
mv -f "$gpu/dev/away" "$gpu/dev/nvidia0"
expect_status 0 "$cdikit" validate --strict --live --root "$gpu" "$TMP/nvidia.yaml"

# The driver is another one now.
version=$(sed -n 's/.*  \([0-9.]*\)  .*/\1/p' "$gpu/proc/driver/nvidia/version" | head -n 1)
check "the node says its driver's version" test -n "$version"
sed -i "s/$version/999.99.99/" "$gpu/proc/driver/nvidia/version"
live live-driver-version
expect_out "of NVIDIA's driver $version, and the kernel module that is loaded is of 999\.99\.99"
rm "$gpu/proc/driver/nvidia/version"
live live-driver-missing
finish
