#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --single-hook: one hook in place of all, and that cdikit-hook does what it says.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "the single hook"

# generate STATUS [OPTION...]: the document, without warnings of a hook program that is missing.
generate() {
    local status=$1
    shift
    expect_status "$status" on two-gpus "$cdikit" generate -q --format json "$@"
}

# hooks: each hook of the last document, one a line: of what, path, arguments, environment.
hooks() {
    python3 -c '
import json, sys
document = json.load(sys.stdin)
for name, edits in [("-", document["containerEdits"])] + [
        (d["name"], d["containerEdits"]) for d in document["devices"]]:
    for hook in edits.get("hooks", []):
        print(name, hook["hookName"], hook["path"], *hook["args"], *hook["env"])
' <"$TMP/.out"
}

# expect_hooks NAME: the hooks are those of standard input, where "LINKS" stands for all --link.
expect_hooks() {
    local said
    cat >"$TMP/want"
    hooks | sed -E 's/( --link [^ ]+)+/ LINKS/' >"$TMP/hooks"
    if said=$(diff -u "$TMP/want" "$TMP/hooks"); then ok "$1"; else not_ok "$1" "$said"; fi
}

by_path=/dev/dri/by-path/pci-0000
devices="--device-link ../card1::$by_path:17:00.0-card --device-link ../renderD128::$by_path:17:00.0-render \
--device-link ../card2::$by_path:ca:00.0-card --device-link ../renderD129::$by_path:ca:00.0-render"
folders="--folder /usr/lib/x86_64-linux-gnu --folder /usr/lib/x86_64-linux-gnu/vdpau"
compat="--enable-cuda-compat --host-driver-version=570.133.20"
rest="--disable-device-node-modification --update-application-profile"
env=NVIDIA_CTK_DEBUG=false

generate 0
cp "$TMP/.out" "$TMP/many"
check "without it there are many" test "$(hooks | wc -l)" -gt 6
generate 0 --single-hook
cp "$TMP/.out" "$TMP/one"
expect_hooks "one hook" <<EOF
- createContainer /usr/bin/cdikit-hook cdikit-hook setup-container LINKS $devices $compat --update-ldcache $folders $rest $env
EOF
check "all links are there" python3 - "$TMP/many" "$TMP/one" <<'EOF'
import json, sys
def links(document):
    every = [document["containerEdits"]] + [d["containerEdits"] for d in document["devices"]]
    args = [hook["args"] for edits in every for hook in edits.get("hooks", [])]
    return {b for list in args for a, b in zip(list, list[1:]) if a in ("--link", "--device-link")}
many, one = (links(json.load(open(file))) for file in sys.argv[1:])
assert many == one and len(one) > 30, many ^ one
EOF
check "nothing else changes" python3 - "$TMP/many" "$TMP/one" <<'EOF'
import json, sys
def rest(file):
    document = json.load(open(file))
    for edits in [document["containerEdits"]] + [d["containerEdits"] for d in document["devices"]]:
        edits.pop("hooks", None)
    return document
assert rest(sys.argv[1]) == rest(sys.argv[2])
EOF
generate 0 --feature-flag single-hook
check "the feature is the same" cmp "$TMP/.out" "$TMP/one"
expect_status 0 on two-gpus "$cdikit" refresh -q --force --single-hook --output "$TMP/refreshed.json"
check "refresh writes the same" cmp <(tr -d '\n' <"$TMP/refreshed.json") <(tr -d '\n' <"$TMP/one")
expect_status 0 on two-gpus "$cdikit" generate --single-hook
expect_err '/usr/bin/cdikit-hook is not on this machine'
expect_status 0 on two-gpus "$cdikit" generate --single-hook --output "$TMP/one.yaml"
expect_status 0 "$cdikit" validate --strict "$TMP/one.yaml"

# ---- with other options ----
generate 0 --single-hook --enable-hook chmod --disable-hook update-ldcache,create-symlinks
expect_hooks "enabled and disabled hooks" <<EOF
- createContainer /usr/bin/cdikit-hook cdikit-hook setup-container --mode 755 --path /dev/dri $compat $rest $env
EOF
generate 0 --single-hook --disable-hook all
expect_hooks "no hooks" </dev/null
generate 0 --single-hook --ldconfig-path /sbin/l --disable-hook create-symlinks
expect_hooks "another ldconfig" <<EOF
- createContainer /usr/bin/cdikit-hook cdikit-hook setup-container $compat --update-ldcache --ldconfig-path /sbin/l $folders $rest $env
EOF
generate 0 --single-hook --disable-hook create-symlinks,update-ldcache --nvidia-cdi-hook-path /opt/nvidia-cdi-hook
expect_hooks "another program" <<EOF
- createContainer /opt/nvidia-cdi-hook nvidia-cdi-hook setup-container $compat $rest $env
EOF
generate 0 --single-hook --disable-hook create-symlinks,update-ldcache --nvidia-cdi-hook-path /opt/nvidia-ctk
expect_hooks "a program of many commands" <<EOF
- createContainer /opt/nvidia-ctk nvidia-ctk hook setup-container $compat $rest $env
EOF
generate 0 --single-hook --device-id 1 --disable-hook update-ldcache
expect_hooks "one device" <<EOF
- createContainer /usr/bin/cdikit-hook cdikit-hook setup-container LINKS ${devices#* * * * } $compat $rest $env
EOF
# A device that is nothing but a hook keeps it.
generate 0 --single-hook --mode cuda-compat
expect_hooks "mode cuda-compat" <<EOF
all createContainer /usr/bin/cdikit-hook cdikit-hook enable-cuda-compat --host-driver-version=570.133.20 $env
EOF

# ---- cdikit-hook, with the arguments of the document, for a container that has the second GPU ----
mapfile -t words < <(python3 -c '
import json, sys
print(*json.load(open(sys.argv[1]))["containerEdits"]["hooks"][0]["args"][1:], sep="\n")' "$TMP/one")
root=$TMP/bundle/rootfs
mkdir -p "$root/dev/dri" "$root/usr/local/cuda/compat"
cp "$BUILD/fakenode-stubs/libcuda.so" "$root/usr/local/cuda/compat/libcuda.so.575.57.08"
touch "$root/dev/dri/card2" "$root/dev/dri/renderD129"
mkdir -p "$root/usr/lib/x86_64-linux-gnu"
cp "$BUILD/fakenode-stubs/libcuda.so" "$root/usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20"
expect_status 0 "$BUILD/cdikit-hook" "${words[@]}" <<<"{\"bundle\":\"$TMP/bundle\",\"root\":\"$root\"}"
check "links of libraries" test "$(readlink "$root/usr/lib/x86_64-linux-gnu/libcuda.so")" = libcuda.so.1
check "links of devices that are there" test "$(cd "$root/dev/dri/by-path" && echo *)" = \
    "pci-0000:ca:00.0-card pci-0000:ca:00.0-render"
check "enable-cuda-compat" test "$(cat "$root"/etc/ld.so.conf.d/00-compat-*.conf)" = /usr/local/cuda/compat
# The loader takes the first one: the folder that enable-cuda-compat has named is searched first.
check "update-ldcache" test "$(ldconfig -p -C "$root/etc/ld.so.cache" | sed -n 's/.*libcuda.so.1 .* => //p')" = \
    "/usr/local/cuda/compat/libcuda.so.1
/usr/lib/x86_64-linux-gnu/libcuda.so.1"
finish
