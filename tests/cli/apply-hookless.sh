#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit apply --hookless: what hooks would do becomes mounts and files of a private directory.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
bundle=$TMP/bundle
root=$bundle/rootfs
host=$TMP/host
mkdir -p "$TMP/cdi" "$host"
printf 'driver' >"$host/libcuda.so.570"

# The hooks of one device, as NVIDIA's toolkit writes them, and one of somebody else's.
cat >"$TMP/cdi/gpu.yaml" <<YAML
cdiVersion: 0.6.0
kind: example.com/gpu
devices:
- name: a
  containerEdits:
    deviceNodes:
    - {path: /dev/nvidia1, hostPath: /dev/null, type: c, major: 195, minor: 1}
    mounts:
    - {hostPath: $host/libcuda.so.570, containerPath: /usr/lib/libcuda.so.570, options: [ro, bind]}
    hooks:
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, create-symlinks,
        --link, "libcuda.so.1::/usr/lib/libcuda.so", --link, "libcuda.so.570::/usr/lib/libcuda.so.1",
        --link, "/etc/passwd::/opt/passwd", --link, "libnone.so::/usr/lib/libdangling.so"]}
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, update-application-profile]}
    - {hookName: createContainer, path: /usr/bin/nvidia-ctk, args: [nvidia-ctk, hook, update-ldcache, --folder, /usr/lib]}
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, disable-device-node-modification]}
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, chmod, --mode, "755", --path, /dev/dri]}
    - {hookName: createContainer, path: /usr/bin/other, args: [other]}
- name: bad
  containerEdits:
    hooks:
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, chmod, --bad]}
YAML

fresh() { # [ROOT-MEMBER]
    rm -rf "$bundle"
    mkdir -p "$root/usr/lib" "$root/etc"
    echo root >"$root/etc/passwd"
    printf '{"process":{},"root":%s}' "${1-{\"path\":\"rootfs\"\}}" >"$bundle/config.json"
}
apply() { # STATUS WORD...
    local status=$1
    shift
    expect_status "$status" "$cdikit" apply --spec-dir "$TMP/cdi" --hookless "$@"
}
# mounts: DESTINATION SOURCE of each in the result.
mounts() {
    python3 -c 'import json, sys
for m in json.load(open(sys.argv[1]))["mounts"]: print(m["destination"], m["source"], ",".join(m["options"]))' \
        "$bundle/config.json" | sort
}

# ---- what becomes of hooks ----
fresh
find "$root" | sort >"$TMP/before"
apply 0 --bundle "$bundle" --in-place example.com/gpu=a
expect_err '/opt/passwd.* cannot be made: it leads to a file of the image'
expect_err '/usr/lib/libdangling.so.* cannot be made: it leads to no file'
expect_err '/proc/driver/nvidia/params'
expect_err 'permissions of "/dev/dri" stay'
mounts >"$TMP/mounts"
rest=ro,nosuid,nodev,rbind,rprivate
cat >"$TMP/expected" <<EOF
/etc/ld.so.cache $bundle/cdikit/ld.so.cache $rest
/etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf $bundle/cdikit/10-container.conf $rest
/usr/lib/libcuda.so $host/libcuda.so.570 $rest
/usr/lib/libcuda.so.1 $host/libcuda.so.570 $rest
/usr/lib/libcuda.so.570 $host/libcuda.so.570 ro,bind
EOF
check "links and files are mounts" diff "$TMP/expected" "$TMP/mounts"
check "the profile names the GPU" grep -q 'EGLVisibleDGPUDevices",0x2\]' "$bundle/cdikit/10-container.conf"
check "the cache is one" ldconfig -p -C "$bundle/cdikit/ld.so.cache"
check "the other hook stays, alone" test "$(grep -o '"path":"/usr/bin/[a-z-]*"' "$bundle/config.json")" = '"path":"/usr/bin/other"'
check "nothing is written below the root" diff "$TMP/before" <(find "$root" | sort)
cp "$bundle/config.json" "$TMP/once"
apply 0 --bundle "$bundle" --in-place example.com/gpu=a
check "nothing is lost the second time" grep -q '"/usr/lib/libcuda.so.1"' "$bundle/config.json"

# ---- the cache names files that are there ----
# library FILE SONAME
library() {
    mkdir -p "$(dirname "$1")"
    echo 'int x;' | gcc -shared -nostdlib -Wl,-soname,"$2" -x c -o "$1" -
}
# cached NAME: what the cache says of a library.
cached() { ldconfig -p -C "$bundle/cdikit/ld.so.cache" | sed -n "s/^[[:space:]]*$1 (.*=> //p"; }
cat >"$TMP/cdi/libs.yaml" <<YAML
cdiVersion: 0.6.0
kind: example.com/libs
containerEdits:
  mounts:
  - {hostPath: $host/libmounted.so.2.0, containerPath: /opt/lib/libmounted.so.2.0, options: [ro, bind]}
devices:
- name: a
  containerEdits:
    hooks:
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, create-symlinks,
        --link, "libb.so.1.0::/opt/lib/libb.so.1"]}
    - {hookName: createContainer, path: /usr/bin/nvidia-cdi-hook, args: [nvidia-cdi-hook, update-ldcache,
        --folder, /opt/lib]}
YAML
library "$host/libmounted.so.2.0" libmounted.so.2
fresh
library "$root/opt/lib/liba.so.1.0" liba.so.1
library "$root/opt/lib/libb.so.1.0" libb.so.1
apply 0 --bundle "$bundle" --in-place example.com/libs=a
expect_err '/opt/lib/libb.so.1" to .* leads to a file of the image'
check "a link that is missing in the image" test "$(cached 'liba\.so\.1')" = /opt/lib/liba.so.1.0
check "a link to the image that a hook makes" test "$(cached 'libb\.so\.1')" = /opt/lib/libb.so.1.0
check "the link of a mounted library" test "$(cached 'libmounted\.so\.2')" = /opt/lib/libmounted.so.2
mounts >"$TMP/mounts"
check "which is a mount, alone" test "$(grep -c '^/opt/lib/[^ ]*\.so\.[0-9] ' "$TMP/mounts")" = 1

# ---- which of two libraries is the first ----
# folders OPTION...: a device with these hooks of libraries.
folders() {
    cat >"$TMP/cdi/folders.yaml" <<YAML
cdiVersion: 0.6.0
kind: example.com/folders
devices:
- name: a
  containerEdits:
    hooks:
    - {hookName: createContainer, path: /usr/bin/cdikit-hook, args: [cdikit-hook, setup-container, --update-ldcache$(printf ', "%s"' "$@")]}
YAML
}
both() { # DIR DIR: the cache prefers the former
    check "$1 before $2" test "$(cached "libx\.so\.1" | paste -sd' ')" = "$1/libx.so.1 $2/libx.so.1"
}
folders --folder /usr/lib/x86_64-linux-gnu
for os in debian_version redhat-release; do
    fresh
    echo 12 >"$root/etc/$os"
    echo /usr/local/lib >"$root/etc/ld.so.conf"
    library "$root/usr/local/lib/libx.so.1" libx.so.1
    library "$root/usr/lib/x86_64-linux-gnu/libx.so.1" libx.so.1
    apply 0 --bundle "$bundle" --in-place example.com/folders=a
    # The latter does not search it by itself: there the hook's drop-in names it, the first of all.
    if [ $os = debian_version ]; then
        both /usr/local/lib /usr/lib/x86_64-linux-gnu
    else
        both /usr/lib/x86_64-linux-gnu /usr/local/lib
    fi
done
# The image's own libcuda, where it is newer than the host's, comes before all.
compat=/usr/local/cuda-12/compat
folders --enable-cuda-compat --host-driver-version 535.183.06 --folder /opt/driver
for conf in /usr/local/lib /usr/local/lib,/usr/local/cuda-12/compat; do
    fresh
    tr , '\n' <<<"$conf" >"$root/etc/ld.so.conf"
    ln -s cuda-12 "$root/usr/local-cuda" && mkdir -p "$root/usr/local" && mv "$root/usr/local-cuda" "$root/usr/local/cuda"
    library "$root$compat/libcuda.so.575.57.08" libcuda.so.1
    ln -s libcuda.so.575.57.08 "$root$compat/libcuda.so.1"
    library "$root/opt/driver/libcuda.so.1" libcuda.so.1
    apply 0 --bundle "$bundle" --in-place example.com/folders=a
    check "libcuda of the image, ld.so.conf is $conf" \
        test "$(cached 'libcuda\.so\.1' | paste -sd' ')" = "$compat/libcuda.so.1 /opt/driver/libcuda.so.1"
done
sed -i 's/535.183.06/580.65.06/' "$TMP/cdi/folders.yaml"
fresh
library "$root/usr/local/cuda/compat/libcuda.so.575.57.08" libcuda.so.1
apply 0 --bundle "$bundle" --in-place example.com/folders=a
check "an older one is left out" test -z "$(cached 'libcuda\.so\.1')"

# ---- too much ----
folders --folder /opt/driver
fresh
seq -f '/opt/%g' 5000 >"$root/etc/ld.so.conf"
apply 0 --bundle "$bundle" --in-place example.com/folders=a
expect_err 'ld.so.conf of the container has too much in it'

# ---- musl ----
folders --folder /opt/driver
fresh
echo 3.18.0 >"$root/etc/alpine-release"
apply 0 --bundle "$bundle" --in-place example.com/folders=a
musl=/etc/ld-musl-$(uname -m).path
mounts >"$TMP/mounts"
check "its list of directories is a mount" grep -q "^$musl $bundle/cdikit/${musl##*/} " "$TMP/mounts"
check "which begins with the folder" test "$(head -n 1 "$bundle/cdikit/${musl##*/}")" = /opt/driver
fresh
apply 0 --bundle "$bundle" --in-place example.com/folders=a
check "there is none for another loader" test -z "$(mounts | grep musl)"

# ---- where files go ----
fresh
apply 0 --config "$bundle/config.json" --private-dir "$TMP/private" --in-place example.com/gpu=a
mounts >"$TMP/mounts"
check "the private directory is used" grep -q "^/etc/ld.so.cache $TMP/private/ld.so.cache " "$TMP/mounts"
check "and no other is made" test ! -e "$bundle/cdikit"
fresh
(cd "$bundle" && "$cdikit" apply --spec-dir "$TMP/cdi" --hookless --config config.json --in-place -q example.com/gpu=a)
check "sources are absolute" grep -q "\"$bundle/cdikit/ld.so.cache\"" "$bundle/config.json"
fresh
apply 0 --bundle "$bundle" --diff example.com/gpu=a
expect_out '^\+.*ld.so.cache'
check "a difference writes nothing" test ! -e "$bundle/cdikit"

# ---- failures ----
fresh
apply 2 --bundle "$bundle" --in-place example.com/gpu=bad
expect_err 'chmod has no option "--bad"'
check "the configuration is as it was" grep -qx '{"process":{},"root":{"path":"rootfs"}}' "$bundle/config.json"
fresh '{}'
apply 1 --bundle "$bundle" --in-place example.com/gpu=a
expect_err 'has no root.path'
fresh '{"path":"/"}'
apply 1 --bundle "$bundle" --in-place example.com/gpu=a
expect_err 'is the root of the host'
fresh
apply 2 --config - example.com/gpu=a
apply 2 --bundle "$bundle" --explain example.com/gpu=a
apply 2 --bundle "$bundle" --private-dir relative example.com/gpu=a
expect_status 2 "$cdikit" apply --bundle "$bundle" --private-dir /x example.com/gpu=a
expect_err '--private-dir goes with --hookless'

# ---- a hostile root ----
fresh
rm -rf "${root:?}/usr/lib" "${root:?}/etc"
ln -s "$host" "$root/usr/lib"
ln -s "../../../../../../../../../..$host" "$root/etc"
sha256sum "$host"/* >"$TMP/host-before"
apply 0 --bundle "$bundle" --in-place example.com/gpu=a
check "nothing happens outside" sha256sum -c --quiet "$TMP/host-before"
check "no mount is of a file in the root" test -z "$(mounts | grep " $root")"

finish
