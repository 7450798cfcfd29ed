#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate: its options and how it ends. What it finds is for the unit tests.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
node=$TMP/node

# ---- wrong use needs no machine ----
expect_status 2 "$cdikit" generate --mode nvlm
expect_err 'one of auto, nvml, pci'
expect_status 2 "$cdikit" generate --vendor 1vendor
expect_err '1vendor'
expect_status 2 "$cdikit" generate --class gpu.
expect_status 2 "$cdikit" generate --device-name-strategy index,bogus
expect_err 'one of index, uuid'
expect_status 2 "$cdikit" generate operand
mkdir "$TMP/empty"
expect_status 1 "$cdikit" generate --root "$TMP/empty" --output "$TMP/none.yaml"
check "no file" test ! -e "$TMP/none.yaml"

if [ "$(id -u)" != 0 ] || [ ! -x "$BUILD/fakenode" ]; then
    skip "generate on a simulated node" "needs root and $BUILD/fakenode"
    finish
fi

# ---- a node with eight GPUs ----
"$BUILD/fakenode" build a100x8 "$node" || exit 1
file=$node/var/run/cdi/nvidia.yaml
expect_status 0 "$cdikit" generate --mode pci --root "$node"
expect_out '^kind: nvidia\.com/gpu$'
expect_err '8 GPUs'
cp "$TMP/.out" "$TMP/first.yaml"
expect_status 0 "$cdikit" generate -q --root "$node"
check "the same bytes again" cmp "$TMP/first.yaml" "$TMP/.out"
check "quiet" test -z "$ERR"
rm -rf "$node/var/run/cdi"
(umask 077 && "$cdikit" generate -q --root "$node" --output "$file")
check "missing directories are made" cmp "$TMP/first.yaml" "$file"
check "readable for all, whatever the umask" test "$(stat -c %a "$file")" = 644
expect_status 0 "$cdikit" generate -q --root "$node" --output "$TMP/spec.json"
check "format by the ending" test "$(head -c 1 "$TMP/spec.json")" = '{'
expect_status 0 "$cdikit" generate -q --root "$node" --format json
printf '\n' >>"$TMP/spec.json"
check "--format, a line on standard output" cmp "$TMP/spec.json" "$TMP/.out"
expect_status 0 "$cdikit" generate --root "$node" --output "$TMP/spec.txt"
check "a name that engines load" test -e "$TMP/spec.txt.yaml" -a ! -e "$TMP/spec.txt"
expect_status 0 "$cdikit" generate --root "$node" --output "$TMP/spec.yml"
expect_err 'warning: .*engines load only'
check "a name in .yml" test -e "$TMP/spec.yml"

# The other commands understand it.
expect_status 0 "$cdikit" validate --strict --root "$node"
expect_status 0 "$cdikit" list --names --root "$node"
expect_out '^nvidia\.com/gpu=7$'
expect_out '^nvidia\.com/gpu=GPU-'
expect_out '^nvidia\.com/gpu=all$'
expect_status 0 "$cdikit" apply --root "$node" --config "$TOP/tests/cli/fixtures/oci/config.json" \
    nvidia.com/gpu=0
expect_out '"/dev/nvidia[0-7]"'
expect_out 'libcuda\.so'

# ---- options ----
expect_status 0 "$cdikit" generate -q --root "$node" --device-id 0,3 --device-name-strategy index \
    --no-all-device --vendor example.com --class card
expect_out '^kind: example\.com/card$'
check "two devices" test "$(grep -cE '^ *- +name:' "$TMP/.out")" = 2
expect_status 0 "$cdikit" generate -q --root "$node" --device-id 0 --device-id 3 --no-all-device \
    --device-name-strategy index --device-name-strategy pci
check "two names each" test "$(grep -cE '^ *- +name:' "$TMP/.out")" = 4
expect_status 0 "$cdikit" generate -q --root "$node" --nvidia-cdi-hook-path /opt/hook
expect_out 'path: /opt/hook$'
expect_status 0 "$cdikit" generate -q --root "$node" --disable-hook all
check "no hooks" test "${OUT#*hookName}" = "$OUT"
expect_status 0 "$cdikit" generate -q --root "$node" --ldconfig-path /sbin/ldconfig.real
expect_out '/sbin/ldconfig\.real'
expect_status 1 "$cdikit" generate --root "$node" --device-id 99
expect_err '99'

# ---- hooks ----
expect_status 0 "$cdikit" generate --root "$node"
expect_err 'warning: /usr/bin/nvidia-cdi-hook is not on this machine.*--nvidia-cdi-hook-path.*--disable-hook all'
expect_status 0 "$cdikit" generate --root "$node" --nvidia-cdi-hook-path /opt/hook
expect_err 'warning: /opt/hook is not on this machine'
expect_status 0 "$cdikit" generate --root "$node" --disable-hook all
check "no hooks need no program" test "${ERR#*warning}" = "$ERR"
mkdir -p "$node/opt"
printf '#!/bin/sh\n' >"$node/opt/hook"
chmod 755 "$node/opt/hook"
expect_status 0 "$cdikit" generate --root "$node" --nvidia-cdi-hook-path /opt/hook
check "the program is there" test "${ERR#*warning}" = "$ERR"
expect_status 0 "$cdikit" generate --root "$node" --disable-hook create-symlink,bogus,chmod,all
expect_err "warning: --disable-hook: no hook is called 'create-symlink'; did you mean 'create-symlinks'\\?"
expect_err "warning: --disable-hook: no hook is called 'bogus'$"
check "known names, and all" test "$(grep -c 'no hook is called' <<<"$ERR")" = 2
expect_status 0 "$cdikit" generate --root "$node" --enable-hook chmodd
expect_err "warning: --enable-hook: no hook is called 'chmodd'; did you mean 'chmod'\\?"
expect_status 0 "$cdikit" generate -q --root "$node" --enable-hook chmodd
check "quiet about hooks" test -z "$ERR"

# ---- output ----
expect_status 3 "$cdikit" generate -q --root "$node" --output /dev/full
check "/dev/full is still a device" test -c /dev/full
"$cdikit" generate -q --root "$node" >/dev/full 2>/dev/null
check "status 3 for a full disk" test $? = 3

# ---- the document is checked before it is written ----
for gpu in "$node"/proc/driver/nvidia/gpus/*/information; do
    sed -i 's/^GPU UUID:.*/GPU UUID: GPU-same/' "$gpu"
done
expect_status 1 "$cdikit" generate -q --root "$node" --output "$TMP/same.yaml"
expect_err 'GPU-same'
check "no file with two devices of one name" test ! -e "$TMP/same.yaml"

# ---- a GPU whose device node is missing is left out, and said ----
rm -rf "$node"
"$BUILD/fakenode" build missing-node "$node" || exit 1
expect_status 4 "$cdikit" generate --root "$node"
expect_err 'warning: .* is left out: /dev/nvidia2 '
expect_status 4 "$cdikit" generate -q --root "$node"
check "quiet" test -z "$ERR"
expect_status 0 "$cdikit" generate -q --root "$node" --device-id 0,3
# Asked for by its id it is an error, said once.
for ids in 2 0,2; do
    for quiet in '' -q; do
        expect_status 1 "$cdikit" generate $quiet --root "$node" --device-id $ids --output "$TMP/none.yaml"
        expect_err 'cannot describe GPU 2 .*: /dev/nvidia2 '
        check "once" test "$(grep -c nvidia2 <<<"$ERR")" = 1
        check "no file" test ! -e "$TMP/none.yaml"
    done
done
rm -rf "$node"
"$BUILD/fakenode" build mig "$node" || exit 1
# The UUIDs of MIG devices are known to NVML alone.
expect_status 4 "$cdikit" generate --root "$node"
check "one line for one reason" test "$(grep -c 'known to NVML' <<<"$ERR")" = 1
expect_status 0 "$cdikit" generate --root "$node" --device-name-strategy index
rm -rf "$node"
"$BUILD/fakenode" build nodriver "$node" || exit 1
expect_status 1 "$cdikit" generate --root "$node" --output "$TMP/none.yaml"
expect_err 'driver is not loaded'
check "no file" test ! -e "$TMP/none.yaml"

finish
