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
