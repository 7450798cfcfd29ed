#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit list --map: names and hardware, on simulated nodes.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
expected=$TOP/tests/cli/expected

expect_status 2 "$cdikit" list --map --names
expect_status 2 "$cdikit" list --map --specs --json
expect_status 0 "$cdikit" list --map --spec-dir "$TMP/none"
expect_err 'no devices'
check "nothing on stdout" test -z "$OUT"
expect_status 0 "$cdikit" list --map --json --spec-dir "$TMP/none"
expect_out '"devices": \[\]'

# Names of different kinds, or with other edits of their documents, are different devices. Without
# a machine there is no hardware.
mkdir -p "$TMP/bare/etc/cdi"
cat >"$TMP/bare/etc/cdi/a.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: vendor.com/gpu
devices:
- {name: b, containerEdits: {env: [], deviceNodes: [{path: /dev/x, major: 5, minor: 7}]}}
- {name: a, containerEdits: {deviceNodes: [{minor: 7, major: 5, path: /dev/x}], mounts: []}}
- {name: c, containerEdits: {deviceNodes: [{path: /dev/x, major: 5, minor: 8}]}}
EOF
sed 's|vendor.com/gpu|vendor.com/other|' "$TMP/bare/etc/cdi/a.yaml" >"$TMP/bare/etc/cdi/b.yaml"
cat >"$TMP/bare/etc/cdi/c.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: vendor.com/gpu
devices:
- {name: d, containerEdits: {deviceNodes: [{path: /dev/x, major: 5, minor: 7}]}}
containerEdits: {env: [A=b]}
EOF
expect_status 0 "$cdikit" list --map --root "$TMP/bare"
expect_file "$expected/list-map-bare.txt"

if [ ! -x "$BUILD/fakenode" ]; then
    skip "list --map on simulated nodes" "needs $BUILD/fakenode"
    finish
fi

# ---- three vendors ----
node=$TMP/vendors
"$BUILD/fakenode" --no-nodes build other-vendors "$node" || exit 1
mkdir -p "$node/etc/cdi"
cat >"$node/etc/cdi/gpus.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: nvidia.com/gpu
devices:
- {name: "0", containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/dri/card2, major: 226, minor: 2}]}}
- {name: first, containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/dri/card2, major: 226, minor: 2}]}}
- {name: moved, containerEdits: {deviceNodes: [{path: /dev/gpu, hostPath: /driver/dev/nvidia0}]}}
- {name: absent, containerEdits: {deviceNodes: [{path: /dev/nvidia9}]}}
EOF
cat >"$node/etc/cdi/amd.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: amd.com/gpu
devices:
- {name: "0", containerEdits: {deviceNodes: [{path: /dev/kfd, major: 240}, {path: /dev/dri/renderD129, major: 226, minor: 129}]}}
- {name: disk, containerEdits: {deviceNodes: [{path: /dev/sda, type: b, major: 226, minor: 129}]}}
EOF
cat >"$node/etc/cdi/all.yaml" <<'EOF'
cdiVersion: 0.3.0
kind: any.org/gpu
devices:
- {name: all, containerEdits: {deviceNodes: [{path: /dev/dri/card2, major: 226, minor: 2}, {path: /dev/dri/card1, major: 226, minor: 1}, {path: /dev/dri/card0, major: 226}]}}
EOF
expect_status 0 "$cdikit" list --map --root "$node"
expect_file "$expected/list-map-vendors.txt"
expect_status 0 "$cdikit" list --map --json --root "$node" --spec-dir /etc/cdi
expect_file "$expected/list-map-vendors.json"

# ---- MIG ----
node=$TMP/mig
"$BUILD/fakenode" --no-nodes build mig "$node" || exit 1
mkdir -p "$node/etc/cdi"
cat >"$node/etc/cdi/mig.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: nvidia.com/gpu
devices:
- {name: "0:0", containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/nvidia-caps/nvidia-cap12}, {path: /dev/nvidia-caps/nvidia-cap13}]}}
- {name: "0:1", containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/nvidia-caps/nvidia-cap84}, {path: /dev/nvidia-caps/nvidia-cap85}]}}
- {name: all, containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/nvidia-caps/nvidia-cap85}, {path: /dev/nvidia-caps/nvidia-cap13}]}}
- {name: whole, containerEdits: {deviceNodes: [{path: /dev/nvidia0}, {path: /dev/nvidia-caps/nvidia-cap1}]}}
EOF
expect_status 0 "$cdikit" list --map --root "$node"
expect_file "$expected/list-map-mig.txt"
expect_status 0 "$cdikit" list --map --json --root "$node"
expect_out '"gpu_instance": 9'
expect_out '"gpu_uuid": "GPU-caf7eda1-d4ae-523a-98cf-945ebaad74f9"'
# Without the file that has the capabilities' numbers there is the GPU.
rm "$node/proc/driver/nvidia-caps/mig-minors"
expect_status 0 "$cdikit" list --map --root "$node"
expect_out '^nvidia\.com/gpu  0:0 +0000:41:00\.0  0 +NVIDIA A100-SXM4-40GB'

# ---- eight GPUs, as generate describes them ----
if [ "$(id -u)" != 0 ]; then
    skip "list --map after generate" "needs root for mknod"
    finish
fi
node=$TMP/eight
"$BUILD/fakenode" build a100x8 "$node" || exit 1
mkdir -p "$node/etc/cdi"
expect_status 0 "$cdikit" generate -q --mode pci --root "$node" --output "$node/etc/cdi/nvidia.yaml"
expect_status 0 "$cdikit" list --map --root "$node"
check "a row for each device" test "$(wc -l <"$TMP/.out")" = 10
expect_out '^nvidia\.com/gpu  0, GPU-b5e879e5-6263-56db-b23a-039058935943  0000:07:00\.0  0 .*A100.* GPU-b5e879e5-.* /dev/nvidia2, '
expect_out '^nvidia\.com/gpu  7, GPU-79d99f96-[0-9a-f-]+  0000:bd:00\.0  7 '
expect_out '^nvidia\.com/gpu  all +8 devices +0, 1, 2, 3, 4, 5, 6, 7  NVIDIA A100-SXM4-40GB +/dev/nvidia0, '
# The numbers of a node that the document does not have are the host's.
cat >"$node/etc/cdi/dri.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: any.org/gpu
devices: [{name: card, containerEdits: {deviceNodes: [{path: /dev/card, hostPath: /dev/dri/card3}]}}]
EOF
expect_status 0 "$cdikit" list --map --root "$node"
expect_out '^any\.org/gpu +card +0000:07:00\.0 +0 '

finish
