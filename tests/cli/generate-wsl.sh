#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --mode wsl: the driver store that Windows lends to WSL.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate on WSL"
store=/usr/lib/wsl/drivers/nv_dispi.inf_amd64_2a7e8a1d6b8cc9b7
other=/usr/lib/wsl/drivers/nv_second.inf_amd64_0
machine=$TOP/tests/fakenode/machines/wsl2.machine

# generate MACHINE ARGUMENT...: as JSON, with status 0.
generate() {
    local machine=$1
    shift
    expect_status 0 on "$machine" "$cdikit" generate --format json --nvidia-cdi-hook-path /usr/bin/nvidia-cdi-hook "$@"
}

generate wsl2
cp "$TMP/.out" "$TMP/wsl.json"
expect_facts <<END
version 0.3.0
kind nvidia.com/gpu
device all
all: node /dev/dxg 10:125 0666
common: env NVIDIA_VISIBLE_DEVICES=void
common: hook create-symlinks --link $store/nvidia-smi::/usr/bin/nvidia-smi
common: hook update-ldcache --folder $store --folder /usr/lib/wsl/lib
common: mount /usr/lib/wsl/lib/libdxcore.so
common: mount $store/libcuda.so.1.1
common: mount $store/libcuda_loader.so
common: mount $store/libnvdxgdmal.so.1
common: mount $store/libnvidia-ml.so.1
common: mount $store/libnvidia-ml_loader.so
common: mount $store/libnvidia-ptxjitcompiler.so.1
common: mount $store/libnvwgf2umx.so
common: mount $store/nvcubins.bin
common: mount $store/nvidia-smi
common: mount $store/nvngx.dll
END
# Ids and name strategies mean nothing; NVML is not asked, nor is anything but libdxcore.
for arguments in "--mode wsl" "--mode WSL --device-id 0" --no-all-device "--device-name-strategy uuid"; do
    # shellcheck disable=SC2086
    FAKENODE_LOG=$TMP/log generate wsl2 $arguments
    check "the same document" cmp "$TMP/wsl.json" "$TMP/.out"
    expect_lines 0 '^nv' "$(cat "$TMP/log")"
    rm -f "$TMP/log"
done
generate wsl2 --device-id none
expect_facts ^device <<<'device all'
generate wsl2 --ldconfig-path /sbin/l --disable-hook create-symlinks
expect_facts hook <<<"common: hook update-ldcache --ldconfig-path /sbin/l --folder $store --folder /usr/lib/wsl/lib"

# ---- more than one store with a driver: the first ----
sed '/^adapter store=.*nv_dispi/{h;s|store=[^ ]*|store='"$other"'|;x;p;p;x}' "$machine" >"$TMP/two.machine"
echo "lib path=$other/libcuda.so.1.1 soname=libcuda.so.1" >>"$TMP/two.machine"
generate "$TMP/two.machine" --verbose
check "the first store" cmp "$TMP/wsl.json" "$TMP/.out"
expect_err "store.*$other"
# One without a driver is none.
sed '/^adapter store=.*nv_dispi/{h;s|store=[^ ]*|store='"$other"'|;p;x}' "$machine" >"$TMP/empty.machine"
generate "$TMP/empty.machine"
check "the store with libcuda.so.1.1" cmp "$TMP/wsl.json" "$TMP/.out"

# ---- failures ----
sed 's|wddm=3100|wddm=2600|' "$machine" >"$TMP/old.machine"
sed '/^adapter/d' "$machine" >"$TMP/none.machine"
sed '/libcuda.so.1.1/d' "$machine" >"$TMP/no-cuda.machine"
for node in old none no-cuda; do
    expect_status 1 on "$TMP/$node.machine" "$cdikit" generate --output "$TMP/none.yaml"
    check "a reason" test -n "$ERR"
done
for failure in D3DKMTEnumAdapters=1 D3DKMTEnumAdapters3=1 D3DKMTQueryAdapterInfo=1 D3DKMTQueryAdapterInfo=1@1; do
    FAKENODE_FAIL=${failure/EnumAdapters=/EnumAdapters3=} expect_status 1 on wsl2 "$cdikit" generate --output "$TMP/none.yaml"
done
# An adapter that fails is passed over.
FAKENODE_FAIL=D3DKMTQueryAdapterInfo=1@0 generate wsl2
check "the other adapter" cmp "$TMP/wsl.json" "$TMP/.out"
sed '$a missing path=/dev/dxg' "$machine" >"$TMP/no-dxg.machine"
expect_status 1 on "$TMP/no-dxg.machine" "$cdikit" generate --output "$TMP/none.yaml"
expect_err /dev/dxg
expect_status 1 on two-gpus "$cdikit" generate --mode wsl --output "$TMP/none.yaml"
expect_err 'dxg|libdxcore'
check "no file" test ! -e "$TMP/none.yaml"

# ---- files that are missing, and a link that is not needed ----
sed -e '/path=\/usr\/lib\/wsl\/drivers.*nvidia-smi/d' -e '/nvcubins/d' -e '/libnvwgf2umx/d' "$machine" >"$TMP/few.machine"
generate "$TMP/few.machine"
expect_no_fact 'nvidia-smi|nvcubins|libnvwgf2umx'
expect_facts hook <<<"common: hook update-ldcache --folder $store --folder /usr/lib/wsl/lib"

finish
