#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate in the modes that are about device nodes of one kind.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate of device nodes"
tree nodes "$TMP/tree"
tree small "$TMP/bare"
channels=/dev/nvidia-caps-imex-channels

# generate MODE ARGUMENT...: of the tree, as JSON, with status 0.
generate() {
    local mode=$1
    shift
    expect_status 0 "$cdikit" generate --root "$TMP/tree" --format json --mode "$mode" "$@"
}

# ---- one device with all nodes ----
generate gds
expect_facts <<'END'
version 0.7.0
kind nvidia.com/gpu
device all
all: node /dev/nvidia-fs0 505:0 0666
all: node /dev/nvidia-fs1 505:1 0666
all: node /dev/nvidia-fs10 505:10 0640 gid=7
all: mount /etc/cufile.json
all: mount /run/udev
all: gid 7
common: env NVIDIA_VISIBLE_DEVICES=void
END
cp "$TMP/.out" "$TMP/gds.json"
expect_lines 0 warning "$ERR"
generate nvswitch
expect_facts <<'END'
version 0.3.0
kind nvidia.com/gpu
device all
all: node /dev/nvidia-nvswitch0 508:0 0666
all: node /dev/nvidia-nvswitchctl 508:255 0666
common: env NVIDIA_VISIBLE_DEVICES=void
END
generate mofed
expect_facts <<'END'
version 0.3.0
kind nvidia.com/gpu
device all
all: node /dev/infiniband/rdma_cm 10:58 0666
all: node /dev/infiniband/uverbs0 231:192 0666
all: node /dev/infiniband/uverbs1 231:193 0666
common: env NVIDIA_VISIBLE_DEVICES=void
END
generate gdrcopy
expect_facts <<'END'
version 0.3.0
kind nvidia.com/gpu
device all
all: node /dev/gdrdrv 504:0 0666
common: env NVIDIA_VISIBLE_DEVICES=void
END
for mode in gds nvswitch mofed gdrcopy; do
    generate "$mode" --vendor example.com --class "$mode"
    expect_facts ^kind <<<"kind example.com/$mode"
    cp "$TMP/.out" "$TMP/document.json"
    expect_status 0 "$cdikit" validate --strict "$TMP/document.json"
    expect_status 1 "$cdikit" generate --root "$TMP/bare" --mode "$mode" --output "$TMP/none.yaml"
    expect_err '/dev/'
done
# Ids mean nothing, and names are not given.
for arguments in "--device-id 7" "--device-id bogus" --no-all-device "--device-name-strategy uuid" \
    "--device-id all"; do
    # shellcheck disable=SC2086
    generate gds $arguments
    check "the same document" cmp "$TMP/.out" "$TMP/gds.json"
done
generate gds --device-id none
check "the same document" cmp "$TMP/.out" "$TMP/gds.json"
generate gds --feature-flag no-additional-gids-for-device-nodes
expect_facts -E '^version|gid' <<'END'
version 0.3.0
all: node /dev/nvidia-fs10 505:10 0640 gid=7
END
# Mounts only where there is a node, and only of the right type.
rm "$TMP/tree/etc/cufile.json"
mkdir "$TMP/tree/etc/cufile.json"
generate gds
expect_facts mount <<<'all: mount /run/udev'
rmdir "$TMP/tree/run/udev"
: >"$TMP/tree/run/udev"
generate gds
expect_no_fact mount
rm "$TMP/bare/dev/"* 2>/dev/null
mkdir -p "$TMP/bare/run/udev"
expect_status 1 "$cdikit" generate --root "$TMP/bare" --mode gds
# Another /dev.
generate gds --dev-root /devs
expect_facts -E '^version|: node' <<'END'
version 0.5.0
all: node /dev/nvidia-fs3=/devs/dev/nvidia-fs3 505:3 0666
END

# ---- IMEX channels ----
generate imex
expect_facts <<END
version 0.5.0
kind nvidia.com/gpu
device 0
0: node $channels/channel0=$channels/channel0 bare
device 1
1: node $channels/channel1=$channels/channel1 bare
device 10
10: node $channels/channel10=$channels/channel10 bare
device 2047
2047: node $channels/channel2047=$channels/channel2047 bare
device all
all: node $channels/channel0=$channels/channel0 bare
all: node $channels/channel1=$channels/channel1 bare
all: node $channels/channel10=$channels/channel10 bare
all: node $channels/channel2047=$channels/channel2047 bare
common: env NVIDIA_VISIBLE_DEVICES=void
END
cp "$TMP/.out" "$TMP/imex.json"
for ids in all channelall 1,all channelall,7; do
    generate imex --device-id "$ids"
    check "the same document" cmp "$TMP/.out" "$TMP/imex.json"
done
for ids in 10,1 channel10,1 10,channel1 channel10,channel1; do
    generate imex --device-id "$ids" --no-all-device --class imex-channel
    expect_facts <<END
version 0.5.0
kind nvidia.com/imex-channel
device 1
1: node $channels/channel1=$channels/channel1 bare
device 10
10: node $channels/channel10=$channels/channel10 bare
common: env NVIDIA_VISIBLE_DEVICES=void
END
done
generate imex --dev-root /devs --device-id 7 --no-all-device
expect_facts '^7: node' <<<"7: node $channels/channel7=/devs$channels/channel7 bare"
for id in 5 1048575 0,5; do
    expect_status 1 "$cdikit" generate --root "$TMP/tree" --mode imex --device-id "$id" \
        --output "$TMP/none.yaml"
    expect_err "channel.*${id#0,}"
done
for id in bogus 1048576 -1 +1 0x1 none channel channelchannel0 "" " 0" 0:0 99999999999999999999; do
    expect_status 2 "$cdikit" generate --root "$TMP/tree" --mode imex --device-id "$id" \
        --output "$TMP/none.yaml"
done
expect_status 1 "$cdikit" generate --root "$TMP/bare" --mode imex --output "$TMP/none.yaml"
check "no file" test ! -e "$TMP/none.yaml"

# ---- management: all nodes of the driver, but for those with modes of their own ----
generate management --nvidia-cdi-hook-path /usr/bin/nvidia-cdi-hook
expect_facts -v -e nvidia-cap[0-9] <<END
version 0.3.0
kind nvidia.com/gpu
device all
all: node /dev/nvidia-modeset 195:254 0666
all: node /dev/nvidia-uvm 511:0 0666
all: node /dev/nvidia-uvm-tools 511:1 0666
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidiactl 195:255 0666
all: node $channels/channel0 507:0 0666
all: node $channels/channel1 507:1 0666
all: node $channels/channel10 507:10 0600
all: node $channels/channel2047 507:2047 0666
common: env NVIDIA_CTK_LIBCUDA_DIR=/usr/lib64
common: env NVIDIA_VISIBLE_DEVICES=void
common: hook create-symlinks --link libcuda.so.1::/usr/lib64/libcuda.so --link libnvidia-allocator.so.570.86.15::/usr/lib64/libnvidia-allocator.so.1
common: hook enable-cuda-compat --host-driver-version=570.86.15
common: hook update-ldcache --folder /usr/lib64
common: mount /run/nvidia-persistenced/socket socket
common: mount /usr/bin/nvidia-smi
common: mount /usr/lib64/libcuda.so.570.86.15
common: mount /usr/lib64/libnvidia-allocator.so.570.86.15
common: mount /lib/firmware/nvidia/570.86.15/gsp_ga10x.bin
END
expect_lines 2 '^all: node /dev/nvidia-caps/nvidia-cap[12] 236:' "$(facts)"
generate management --enable-hook chmod
expect_facts '^all: hook' <<<'all: hook chmod --mode 755 --path /dev/nvidia-caps'
generate management --enable-hook disable-device-node-modification
expect_facts 'hook disable' <<<'common: hook disable-device-node-modification'
generate management --disable-hook all
expect_no_fact hook
generate management --device-id 9 --no-all-device
expect_facts ^device <<<'device all'
rm "$TMP/tree/lib/firmware/nvidia/570.86.15/gsp_ga10x.bin" "$TMP/tree/proc/driver/nvidia/version"
# The version is that of the library where nothing else tells.
generate management
expect_facts compat <<<'common: hook enable-cuda-compat --host-driver-version=570.86.15'
expect_status 1 "$cdikit" generate --root "$TMP/bare" --mode management --output "$TMP/none.yaml"
rm "$TMP/tree/usr/lib64/libcuda.so.570.86.15"
expect_status 1 "$cdikit" generate --root "$TMP/tree" --mode management --output "$TMP/none.yaml"
expect_err libcuda
check "no file" test ! -e "$TMP/none.yaml"

# ---- management without the kernel module: NVML knows the version, its files need not tell ----
hidden='mount -t tmpfs tmpfs /proc/driver/nvidia && exec "$@"'
FAKENODE_LOG=$TMP/log expect_status 0 on two-gpus sh -c "$hidden" - \
    "$cdikit" generate -q --mode management --format json --nvidia-cdi-hook-path /usr/bin/nvidia-cdi-hook
expect_lines 1 '^nvmlSystemGetDriverVersion' "$(cat "$TMP/log")"
expect_facts compat <<<'common: hook enable-cuda-compat --host-driver-version=570.133.20'
rm -f "$TMP/log"

# ---- the same at the real paths ----
expect_status 0 on nodes "$cdikit" generate -q --mode imex --format json
check "the same document" cmp "$TMP/.out" "$TMP/imex.json"
expect_status 0 on nodes "$cdikit" generate -q --mode gds --format json
check "the same document" cmp "$TMP/.out" "$TMP/gds.json"

finish
