#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate in the modes of what the wrapper adds where nvidia-container-cli brings the GPUs.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate for mode legacy"
uuid=GPU-7b6cd55c-0692-5f11-a623-d923721507ca # of desktop

# ---- graphics: DRM devices of the GPUs that are asked for, and files that have nothing to do with them ----
files() {
    cat <<END
all: mount /etc/OpenCL/vendors/nvidia.icd
all: mount /etc/vulkan/icd.d/nvidia_icd.json
all: mount /etc/vulkan/implicit_layer.d/nvidia_layers.json
all: mount /usr/bin/nvidia-xconfig
all: mount /usr/lib/x86_64-linux-gnu/libnvidia-egl-gbm.so.1.1.2
all: mount /usr/lib/x86_64-linux-gnu/libnvidia-egl-wayland.so.1.1.18
all: mount /usr/lib/x86_64-linux-gnu/libnvidia-egl-wayland2.so.1.0.0
all: mount /usr/lib/x86_64-linux-gnu/libnvidia-egl-xcb.so.1.0.1
all: mount /usr/lib/x86_64-linux-gnu/libnvidia-egl-xlib.so.1.0.1
all: mount /usr/lib/xorg/modules/drivers/nvidia_drv.so
all: mount /usr/lib/xorg/modules/extensions/libglxserver_nvidia.so.570.133.20
all: mount /usr/share/X11/xorg.conf.d/10-nvidia.conf
all: mount /usr/share/X11/xorg.conf.d/nvidia-drm-outputclass.conf
all: mount /usr/share/egl/egl_external_platform.d/10_nvidia_wayland.json
all: mount /usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json
all: mount /usr/share/egl/egl_external_platform.d/20_nvidia_xcb.json
all: mount /usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json
all: mount /usr/share/glvnd/egl_vendor.d/10_nvidia.json
all: mount /usr/share/nvidia/nvoptix.bin
END
}
for id in 0 "$uuid" 0000:01:00.0 all ''; do
    # shellcheck disable=SC2086 # no word without an id
    expect_status 0 on desktop "$cdikit" generate --mode graphics --format json ${id:+--device-id $id}
    expect_facts -E '^device|^all: (node|gid)|by-path' <<END
device all
all: node /dev/dri/card1 226:1 0660 gid=44
all: node /dev/dri/renderD128 226:128 0660 gid=44
all: hook create-symlinks --link ../card1::/dev/dri/by-path/pci-0000:01:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:01:00.0-render
all: gid 44
END
    check "id '$id': the files" diff <(files) <(facts | grep mount | sort)
    expect_facts '^common' <<END
common: hook create-symlinks --link ../libnvidia-allocator.so.1::/usr/lib/x86_64-linux-gnu/gbm/nvidia-drm_gbm.so --link libglxserver_nvidia.so.570.133.20::/usr/lib/xorg/modules/extensions/libglxserver_nvidia.so
END
done
expect_status 0 on desktop "$cdikit" generate --mode graphics --format json --device-id none
expect_no_fact 'node|gid|by-path'
check "id none: the files" diff <(files) <(facts | grep mount | sort)

# Of two GPUs the one that is asked for.
expect_status 0 on two-gpus "$cdikit" generate --mode graphics --format json --device-id 1
cp "$TMP/.out" "$TMP/second.json"
expect_status 0 on two-gpus "$cdikit" generate --mode graphics --format json --device-id 0
first=$(facts | grep -c 'node /dev/dri')
expect_status 0 on two-gpus "$cdikit" generate --mode graphics --format json
check "both have the nodes of each" test "$(facts | grep -c 'node /dev/dri')" = \
    $((first + $(python3 "$TOP/tests/cli/facts.py" <"$TMP/second.json" | grep -c 'node /dev/dri')))

expect_status 1 on desktop "$cdikit" generate --mode graphics --device-id 7
expect_err 'no GPU 7'
expect_status 1 on nodriver "$cdikit" generate --mode graphics --device-id none
expect_status 1 on small "$cdikit" generate --mode graphics --device-id none
expect_err 'has no files for graphics'

# ---- cuda-compat: a hook that knows the driver's version ----
expect_status 0 on desktop "$cdikit" generate --mode cuda-compat --format json
expect_facts -v '^version' <<END
kind nvidia.com/gpu
device all
all: hook enable-cuda-compat --host-driver-version=570.133.20
END
# Not loaded: the version is that of the libraries.
expect_status 0 on not-loaded "$cdikit" generate --mode cuda-compat --format json
expect_facts enable-cuda-compat < <(grep -o 'driver=[0-9.]*' "$TOP/tests/fakenode/machines/not-loaded.machine" |
    sed 's/driver=/all: hook enable-cuda-compat --host-driver-version=/')
expect_status 1 on nodriver "$cdikit" generate --mode cuda-compat
expect_err 'no driver library found'
finish
