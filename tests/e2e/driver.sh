#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# After `cdikit generate`, with its hooks, a program that is linked against libcuda starts in a
# container and calls it: of glibc in a root like Debian's, of musl in one like Alpine's, under runc
# and crun; once with a hook for each part, once with one for all, once without hooks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
. "$(dirname "$0")/containers.bash"
. "$(dirname "$0")/driver.bash"
need_node "containers with a driver"

# What runs on the node: WAY HOOK-OPTIONS... of generate, RUNTIME and ROOT are in the environment.
cat >"$TMP/inside.sh" <<'INSIDE'
. "$TOP/tests/lib.sh"
. "$TOP/tests/e2e/containers.bash"
. "$TOP/tests/e2e/driver.bash"
way=$1
shift
use_runtime "$RUNTIME_NAME" || { not_ok "$RUNTIME_NAME" "$WHY"; finish; }
mkdir -p "$TMP/cdi"
# A container of this machine has no /proc/driver/nvidia.
check "$way: a document" "$BUILD/cdikit" generate -q --mode pci "$@" \
    --disable-hook disable-device-node-modification --output "$TMP/cdi/nvidia.yaml"
[ "$way" != hookless ] || sed -i 's/^\[nvidia-container-runtime\]$/&\nhookless = true/' "$TMP/config.toml"
cp -a "$ROOT" "$TMP/root"
# What the stub of the driver answers from.
cp /run/fakenode/machine "$TMP/root/machine"
[ "$way" != hookless ] || find "$TMP/root" -printf '%P\n' | sort >"$TMP/before"
# mounted: the places of mounts below the root, over its links.
mounted() {
    grep -o '"destination": *"[^"]*"' "$BUNDLE/config.json" | sed 's/.*: *"\(.*\)"/\1/' |
        while read -r place; do realpath -m --relative-to "$TMP/root" "$TMP/root$place"; done
}
# made_in_root: what is new or newer there, but the places of mounts, which the runtime makes: empty
# files and directories.
made_in_root() {
    local path
    mounted >"$TMP/mounted"
    {
        find "$TMP/root" -printf '%P\n' | sort | comm -13 "$TMP/before" -
        find "$TMP/root" -newer "$TMP/before" ! -type d -printf '%P\n'
    } | sort -u | while read -r path; do
        path=$TMP/root/$path
        if [ -L "$path" ] || { [ ! -d "$path" ] && { [ ! -f "$path" ] || [ -s "$path" ]; }; } ||
            ! grep -q "^${path#"$TMP/root/"}\(/\|$\)" "$TMP/mounted"; then
            echo "$path"
        fi
    done
}
ROOTFS=$TMP/root make_bundle c "exec 2>&1; export FAKENODE_MACHINE=/machine; $COMMAND" nvidia.com/gpu=all
for time in first second; do
    check "$way: a container for the $time time" run_container c
    check "$way: its program calls the driver, and finds links and files" driver_said
done
if [ "$way" = hookless ]; then
    made=$(made_in_root)
    check "hookless: nothing is made below the root" test -z "$made"
    check "hookless: no hook is left" test -z "$(grep cdi-hook "$BUNDLE/config.json")"
fi
finish
INSIDE

# Without hooks, what links to a mounted file is that file.
glibc_hookless="cuda && test -e $DRIVER_LIBS/libcuda.so && $PROFILE_THERE && echo ok"
musl_hookless="cuda && $PROFILE_THERE && echo ok"

# run_on_node NAME WAY COMMAND FAKENODE-OPTION... -- GENERATE-OPTION...
inside() {
    local name=$1 way=$2 command=$3 options=()
    shift 3
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    part "$name" "$BUILD/fakenode" --share "$TMP" "${options[@]}" run "$MACHINE_OF_DRIVER" -- \
        env TOP="$TOP" BUILD="$BUILD" TMPDIR="$TMP" RUNTIME_NAME="$runtime" ROOT="$root" \
        COMMAND="$command" bash "$TMP/inside.sh" "$way" "$@"
}

ln -s "$BUILD/cdikit-hook" "$TMP/nvidia-cdi-hook"
hook=(--nvidia-cdi-hook-path "$TMP/nvidia-cdi-hook")
for runtime in runc crun; do
    if ! use_runtime "$runtime"; then
        skip "a driver in containers of $runtime" "$WHY"
        continue
    fi
    root=$TMP/glibc-root
    [ -d "$root" ] || make_glibc_root "$root" || exit 1
    inside "$runtime, glibc" hooks "$LOOK_GLIBC" -- "${hook[@]}"
    inside "$runtime, glibc" one-hook "$LOOK_GLIBC" -- "${hook[@]}" --single-hook
    inside "$runtime, glibc" hookless "$glibc_hookless" -- "${hook[@]}"
    if ! command -v musl-gcc >/dev/null; then
        skip "$runtime with musl" 'musl-gcc is not installed'
        continue
    fi
    root=$TMP/musl-root
    [ -d "$root" ] || make_musl_root "$root" || exit 1
    musl=(--copy "$MUSL_DRIVER=$DRIVER_LIBS/libcuda.so.$DRIVER_VERSION")
    inside "$runtime, musl" hooks "$LOOK_MUSL" "${musl[@]}" -- "${hook[@]}"
    inside "$runtime, musl" one-hook "$LOOK_MUSL" "${musl[@]}" -- "${hook[@]}" --single-hook
    inside "$runtime, musl" hookless "$musl_hookless" "${musl[@]}" -- "${hook[@]}"
done
finish
