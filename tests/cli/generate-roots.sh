#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate: the root of another machine, driver roots and dev roots, and where files are
# looked for.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate with roots"
tree roots "$TMP/tree"
by_index=(generate -q --format json --device-name-strategy index --no-all-device)

# generate ARGUMENT...: of the tree, with status 0.
generate() { expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/tree" "$@"; }

# ---- a driver root: its files at the paths that they have in it ----
cat >"$TMP/want" <<'END'
version 0.7.0
kind nvidia.com/gpu
device 0
0: node /dev/nvidia0=/drv/dev/nvidia0 195:0 0666
0: node /dev/dri/card0=/drv/dev/dri/card0 226:0 0660 gid=44
0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card
0: gid 44
common: env NVIDIA_CTK_LIBCUDA_DIR=/opt/lib
common: env NVIDIA_VISIBLE_DEVICES=void
common: node /dev/nvidiactl=/drv/dev/nvidiactl 195:255 0666
common: hook create-symlinks --link libcuda.so.1::/opt/lib/libcuda.so
common: hook enable-cuda-compat --host-driver-version=570.86.15
common: hook update-ldcache --folder /opt/lib
common: hook disable-device-node-modification
common: hook update-application-profile
common: mount /opt/lib/libcuda.so.570.86.15=/drv/opt/lib/libcuda.so.570.86.15
common: mount /opt/lib/libnvidia-ml.so.570.86.15=/drv/opt/lib/libnvidia-ml.so.570.86.15
common: mount /run/nvidia-persistenced/socket=/drv/run/nvidia-persistenced/socket socket
common: mount /usr/bin/nvidia-smi=/drv/usr/bin/nvidia-smi
common: mount /etc/OpenCL/vendors/nvidia.icd=/drv/etc/OpenCL/vendors/nvidia.icd
common: mount /lib/firmware/nvidia/570.86.15/gsp_tu10x.bin=/drv/lib/firmware/nvidia/570.86.15/gsp_tu10x.bin
END
generate --driver-root /drv
expect_facts <"$TMP/want"
cp "$TMP/.out" "$TMP/first.json"
for root in /drv/ //drv /./drv /drv/. /drv/usr/.. /link /absolute /escape /../drv /usr/../drv; do
    generate --driver-root "$root"
    check "the same document" cmp "$TMP/first.json" "$TMP/.out"
done
expect_status 0 on roots "$cdikit" "${by_index[@]}" --driver-root /drv
check "the same document" cmp "$TMP/first.json" "$TMP/.out"
expect_status 0 on roots "$cdikit" "${by_index[@]}" --driver-root /link
check "the same document" cmp "$TMP/first.json" "$TMP/.out"
for root in /outside /none /drv/usr/bin/nvidia-smi; do
    expect_status 3 "$cdikit" generate --root "$TMP/tree" --driver-root "$root" --output "$TMP/none.yaml"
    expect_err "driver root.*$root"
    expect_status 3 "$cdikit" generate --root "$TMP/tree" --dev-root "$root" --driver-root /drv \
        --output "$TMP/none.yaml"
    expect_err "dev root.*$root"
    expect_status 3 "$cdikit" generate --root "$TMP/tree$root" --output "$TMP/none.yaml"
    expect_err "$root"
done
expect_status 1 "$cdikit" generate --root "$TMP/tree" --output "$TMP/none.yaml"
expect_err 'libcuda'
check "no file" test ! -e "$TMP/none.yaml"

# ---- the nodes of another directory ----
generate --driver-root /drv --dev-root /
expect_facts -E ': node|^0: hook' <<'END'
0: node /dev/nvidia0 195:0 0666
0: node /dev/dri/card0 226:0 0660 gid=44
0: node /dev/dri/renderD128 226:128 0660 gid=44
0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
common: node /dev/nvidia-modeset 195:254 0666
common: node /dev/nvidia-uvm 511:0 0666
common: node /dev/nvidia-uvm-tools 511:1 0666
common: node /dev/nvidiactl 195:255 0666
END
expect_facts 'libcuda.so.570' <<<'common: mount /opt/lib/libcuda.so.570.86.15=/drv/opt/lib/libcuda.so.570.86.15'
for root in /drv/ /link /absolute; do
    generate --driver-root /drv --dev-root "$root"
    check "the same document" cmp "$TMP/first.json" "$TMP/.out"
done

# ---- a library that is a link out of the driver root is not there ----
mkdir -p "$TMP/tree/usr/lib64"
: >"$TMP/tree/usr/lib64/libextra.so.570.86.15"
ln -s ../../../usr/lib64/libextra.so.570.86.15 "$TMP/tree/drv/opt/lib/libextra.so.570.86.15"
ln -s libloop.so.570.86.15 "$TMP/tree/drv/opt/lib/libloop.so.570.86.15"
ln -s libb.so.570.86.15 "$TMP/tree/drv/opt/lib/liba.so.570.86.15"
ln -s liba.so.570.86.15 "$TMP/tree/drv/opt/lib/libb.so.570.86.15"
mkdir "$TMP/tree/drv/opt/lib/libdir.so.570.86.15"
generate --driver-root /drv
check "the same document" cmp "$TMP/first.json" "$TMP/.out"
# Directories that are loops, and links of the roots that are.
ln -s . "$TMP/tree/drv/opt/lib/vdpau"
ln -s ../.. "$TMP/tree/drv/usr/lib"
ln -s lib64 "$TMP/tree/drv/lib64"
ln -sn loop "$TMP/tree/loop"
expect_status 0 timeout 20 "$cdikit" "${by_index[@]}" --root "$TMP/tree" --driver-root /drv
expect_facts -E 'libcuda\.so\.570' <<<'common: mount /opt/lib/libcuda.so.570.86.15=/drv/opt/lib/libcuda.so.570.86.15'
expect_status 3 timeout 20 "$cdikit" generate --root "$TMP/tree" --driver-root /loop
expect_status 3 timeout 20 "$cdikit" generate --root "$TMP/tree/loop"

# ---- the layouts of distributions ----
# finds MACHINE LIBCUDA-DIR ARGUMENT...: the libraries are there, at their real paths.
finds() {
    local machine=$1 dir=$2
    shift 2
    expect_status 0 on "$machine" "$cdikit" "${by_index[@]}" "$@"
    expect_facts -E 'env NVIDIA_CTK|libcuda\.so\.[0-9.]+$' < <(
        echo "common: env NVIDIA_CTK_LIBCUDA_DIR=$dir"
        echo "common: mount $dir/libcuda.so.$(sed -n 's/^system driver=\([0-9.]*\).*/\1/p' \
            "$TOP/tests/fakenode/machines/$machine.machine")"
    )
    expect_lines 1 '^common: hook update-ldcache.* --folder '"$dir( |\$)" "$(facts)"
    expect_lines 0 NVML "$ERR"
}
store=/nix/store/0c8m2ypf3gl2r5rq1m2dljhnl8zy2pvi-nvidia-x11-570.133.20-6.12.41/lib
finds two-gpus /usr/lib/x86_64-linux-gnu
finds nocache /usr/lib/x86_64-linux-gnu
finds lib64 /usr/lib64
finds gke /var/lib/nvidia/lib64
finds debian-current /usr/lib/x86_64-linux-gnu/nvidia/current
finds gh200 /usr/lib/aarch64-linux-gnu
finds nixos "$store" --library-search-path "$store"
finds nixos "$store" --library-search-path "/none:$store" --library-search-path /none
expect_status 0 on nixos "$cdikit" "${by_index[@]}" --config-search-path /none:/run/opengl-driver/share \
    --library-search-path /run/opengl-driver/lib
expect_lines 1 '^common: mount /usr/share/glvnd/egl_vendor.d/10_nvidia.json=/' "$(facts)"
expect_status 1 on two-gpus "$cdikit" generate --mode pci --library-search-path /none --output "$TMP/none.yaml"
expect_err libcuda

# ---- links that follow from names and SONAMEs; those that are not on the host are not made ----
tree links "$TMP/links"
# What ldconfig has made of the libraries' names.
find "$TMP/links/usr/lib64" -type l \( -name 'libnolink.so.1' -o -name 'libnvidia-opticalflow.so*' \) -delete
expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/links"
sed -n 's/^common: hook create-symlinks//p' < <(facts) | sed 's/ --link /\n/g' | sed '/^$/d' >"$TMP/links.txt"
cat >"$TMP/want" <<'END'
libGLX_nvidia.so.570.86.15::/usr/lib64/libGLX_indirect.so.0
libGLX_nvidia.so.570.86.15::/usr/lib64/libGLX_nvidia.so.0
libbar.so.570.86.15::/usr/lib64/foo.bar.baz
libcuda.so.1::/usr/lib64/libcuda.so
libcuda.so.570.86.15::/usr/lib64/libcuda.so.570.86
libcuda.so.570.86::/usr/lib64/libcuda.so
libfoo.so.so.570.86.15::/usr/lib64/libfoo.so.so.566
libfoo.so.so.566::/usr/lib64/libfoo.so.so
libnvidia-opticalflow.so.1::/usr/lib64/libnvidia-opticalflow.so
libqux.so.570.86.15::/usr/lib64/libqux.so
libzed.so.570.86.15::/usr/lib64/libzed.so
END
check "the links" diff -u "$TMP/want" "$TMP/links.txt"
expect_no_fact 'libother'

# ---- a driver in a container's root: its NVML is asked, and its nodes are described ----
FAKENODE_LOG=$TMP/log expect_status 0 on driver-container "$cdikit" generate --format json \
    --device-name-strategy index --no-all-device --driver-root /run/nvidia/driver
expect_lines 1 ^nvmlInit "$(cat "$TMP/log")"
expect_lines 0 NVML "$ERR"
expect_facts -E '^[01]: node|libcuda.so.570[^:]*$|socket' <<'END'
0: node /dev/nvidia0=/run/nvidia/driver/dev/nvidia0 195:0 0666
0: node /dev/dri/card1=/run/nvidia/driver/dev/dri/card1 226:1 0660 gid=44
0: node /dev/dri/renderD128=/run/nvidia/driver/dev/dri/renderD128 226:128 0660 gid=44
1: node /dev/nvidia1=/run/nvidia/driver/dev/nvidia1 195:1 0666
1: node /dev/dri/card2=/run/nvidia/driver/dev/dri/card2 226:2 0660 gid=44
1: node /dev/dri/renderD129=/run/nvidia/driver/dev/dri/renderD129 226:129 0660 gid=44
common: mount /run/nvidia-persistenced/socket=/run/nvidia/driver/run/nvidia-persistenced/socket socket
common: mount /usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20=/run/nvidia/driver/usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20
END
expect_status 1 on driver-container "$cdikit" generate --output "$TMP/none.yaml"
expect_err libcuda

# ---- programs by $PATH, configuration by $XDG_DATA_DIRS, both beneath the driver root ----
mkdir -p "$TMP/tree/drv/opt/bin" "$TMP/tree/drv/data/glvnd/egl_vendor.d" \
    "$TMP/tree/drv/usr/local/share/egl/egl_external_platform.d"
for file in opt/bin/nvidia-smi data/glvnd/egl_vendor.d/10_nvidia.json \
    usr/local/share/egl/egl_external_platform.d/15_nvidia_gbm.json; do
    : >"$TMP/tree/drv/$file"
    chmod 755 "$TMP/tree/drv/$file"
done
PATH=/opt/bin:$PATH generate --driver-root /drv
expect_facts -E 'smi|json' <<'END'
common: mount /opt/bin/nvidia-smi=/drv/opt/bin/nvidia-smi
common: mount /usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json=/drv/usr/local/share/egl/egl_external_platform.d/15_nvidia_gbm.json
END
XDG_DATA_DIRS=/none:/data generate --driver-root /drv
expect_facts json <<<'common: mount /usr/share/glvnd/egl_vendor.d/10_nvidia.json=/drv/data/glvnd/egl_vendor.d/10_nvidia.json'
XDG_DATA_DIRS='' generate --driver-root /drv
expect_facts json <<<'common: mount /usr/share/egl/egl_external_platform.d/15_nvidia_gbm.json=/drv/usr/local/share/egl/egl_external_platform.d/15_nvidia_gbm.json'
chmod 644 "$TMP/tree/drv/opt/bin/nvidia-smi"
PATH=/opt/bin:$PATH generate --driver-root /drv
expect_facts smi <<<'common: mount /usr/bin/nvidia-smi=/drv/usr/bin/nvidia-smi'
chmod 111 "$TMP/tree/drv/usr/bin/nvidia-smi"
env -u PATH "$cdikit" "${by_index[@]}" --root "$TMP/tree" --driver-root /drv >"$TMP/.out"
expect_facts smi <<<'common: mount /usr/bin/nvidia-smi=/drv/usr/bin/nvidia-smi'

# ---- firmware and sockets: each place that counts ----
mkdir -p "$TMP/tree/drv/fw/nvidia/570.86.15" "$TMP/tree/drv/lib/firmware/updates/nvidia/570.86.15" \
    "$TMP/tree/sys/module/firmware_class/parameters" "$TMP/tree/drv/tmp/nvidia-mps" \
    "$TMP/tree/drv/var/run/nvidia-fabricmanager"
: >"$TMP/tree/drv/fw/nvidia/570.86.15/gsp_a.bin"
: >"$TMP/tree/drv/fw/nvidia/570.86.15/other.bin"
: >"$TMP/tree/drv/lib/firmware/updates/nvidia/570.86.15/gsp_b.bin"
: >"$TMP/tree/drv/var/run/nvidia-fabricmanager/socket"
echo /fw >"$TMP/tree/sys/module/firmware_class/parameters/path"
generate --driver-root /drv
expect_facts -E 'gsp|other|socket$' <<'END'
common: mount /tmp/nvidia-mps=/drv/tmp/nvidia-mps socket
common: mount /run/nvidia-persistenced/socket=/drv/run/nvidia-persistenced/socket socket
common: mount /fw/nvidia/570.86.15/gsp_a.bin=/drv/fw/nvidia/570.86.15/gsp_a.bin
common: mount /var/run/nvidia-fabricmanager/socket=/drv/var/run/nvidia-fabricmanager/socket socket
common: mount /lib/firmware/nvidia/570.86.15/gsp_tu10x.bin=/drv/lib/firmware/nvidia/570.86.15/gsp_tu10x.bin
common: mount /lib/firmware/updates/nvidia/570.86.15/gsp_b.bin=/drv/lib/firmware/updates/nvidia/570.86.15/gsp_b.bin
END
generate --driver-root /drv --feature-flag disable-ipc-discoverer
expect_no_fact socket
expect_no_fact nvidia-mps

# ---- graphics: links that are made without being on the host, and modules of X ----
tree desktop "$TMP/desktop"
expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/desktop"
expect_lines 1 '^common: hook create-symlinks --link \.\./libnvidia-allocator\.so\.1::/usr/lib/x86_64-linux-gnu/gbm/nvidia-drm_gbm\.so --link libglxserver_nvidia\.so\.570\.133\.20::/usr/lib/xorg/modules/extensions/libglxserver_nvidia\.so$' "$(facts)"
expect_lines 1 '^common: mount /usr/lib/xorg/modules/drivers/nvidia_drv\.so$' "$(facts)"
expect_lines 0 'mount .*/libGL\.so|mount .*/libEGL\.so' "$(facts)"
expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/desktop" --feature-flag enable-explicit-driver-libraries
expect_lines 1 'mount /usr/lib/x86_64-linux-gnu/libGL\.so\.1' "$(facts)"
tree lib64 "$TMP/lib64"
expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/lib64"
expect_no_fact 'mount /usr/lib/lib'
expect_status 0 "$cdikit" "${by_index[@]}" --root "$TMP/lib64" --feature-flag enable-compat32-libraries
expect_lines 1 'mount /usr/lib/libcuda\.so\.570\.133\.20$' "$(facts)"

finish
