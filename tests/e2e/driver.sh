#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# After `cdikit generate`, with its hooks, a program that is linked against libcuda starts in a
# container and calls it: of glibc in a root like Debian's, of musl in one like Alpine's, under runc
# and crun; once with a hook for each part, once with one for all, once without hooks.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
. "$(dirname "$0")/containers.bash"
need_node "containers with a driver"
machine=a100x8
version=$(sed -n 's/^system driver=\([^ ]*\).*/\1/p' "$TOP/tests/fakenode/machines/$machine.machine")
libs=/usr/lib/x86_64-linux-gnu

# copy_root_of PROGRAM ROOT: the libraries that it needs, but the driver's.
copy_root_of() {
    local lib
    ldd "$1" | grep -oE '/[^ ]+' | grep -v libcuda | while read -r lib; do
        mkdir -p "$2$(dirname "$lib")"
        cp "$lib" "$2$lib"
    done
}

make_glibc_root() { # ROOT
    make_rootfs
    mv "$TMP/rootfs" "$1"
    mkdir -p "$1/etc/ld.so.conf.d" "$1/usr/lib" "$1/opt"
    ln -s usr/lib "$1/lib"
    mkdir -p "$1/usr/lib64"
    ln -s usr/lib64 "$1/lib64"
    echo 12 >"$1/etc/debian_version"
    echo 'include /etc/ld.so.conf.d/*.conf' >"$1/etc/ld.so.conf"
    gcc -o "$1/bin/cuda" "$TOP/tests/e2e/cuda.c" "$BUILD/fakenode-stubs/libcuda.so" || exit 1
    copy_root_of "$1/bin/cuda" "$1"
}

make_musl_root() { # ROOT
    make_rootfs
    mv "$TMP/rootfs" "$1"
    mkdir -p "$1/etc" "$1/lib" "$1/usr/lib"
    echo 3.18.0 >"$1/etc/alpine-release"
    cp /lib/ld-musl-x86_64.so.1 "$1/lib"
    musl-gcc -shared -fPIC -D_GNU_SOURCE -I"$TOP" -Wl,-soname,libcuda.so.1 -o "$TMP/libcuda-musl.so" \
        "$TOP"/tests/fakenode/stubs/{cuda,model}.c "$TOP"/tests/fakenode/{desc,vocabulary}.c || exit 1
    musl-gcc -o "$1/bin/cuda" "$TOP/tests/e2e/cuda.c" "$TMP/libcuda-musl.so" || exit 1
}

# What runs on the node: WAY HOOK-OPTIONS... of generate, RUNTIME and ROOT are in the environment.
cat >"$TMP/inside.sh" <<'INSIDE'
. "$TOP/tests/lib.sh"
. "$TOP/tests/e2e/containers.bash"
way=$1
shift
# said PATTERN: whether the container said such a line.
said() { cat "$TMP/said"; grep -qx "$1" "$TMP/said"; }
use_runtime "$RUNTIME_NAME" || { not_ok "$RUNTIME_NAME" "$WHY"; finish; }
mkdir -p "$TMP/cdi"
# A container of this machine has no /proc/driver/nvidia.
check "$way: a document" "$BUILD/cdikit" generate -q --mode pci "$@" \
    --disable-hook disable-device-node-modification --output "$TMP/cdi/nvidia.yaml"
[ "$way" != hookless ] || sed -i 's/^\[nvidia-container-runtime\]$/&\nhookless = true/' "$TMP/config.toml"
cp -a "$ROOT" "$TMP/root"
# What the stub of the driver answers from.
cp /run/fakenode/machine "$TMP/root/machine"
[ "$way" != hookless ] || find "$TMP/root" | sort >"$TMP/before"
ROOTFS=$TMP/root make_bundle c "exec 2>&1; export FAKENODE_MACHINE=/machine; $COMMAND" nvidia.com/gpu=all
for time in first second; do
    check "$way: a container for the $time time" run_container c
    check "$way: its program calls the driver" said 'driver 12[0-9]*, 8 devices'
done
check "$way: links and files are there" said ok
if [ "$way" = hookless ]; then
    check "hookless: nothing is written below the root" \
        test -z "$(find "$TMP/root" -newer "$TMP/before" -type f -size +0)"
    check "hookless: no hook is left" test -z "$(grep cdi-hook "$BUNDLE/config.json")"
fi
finish
INSIDE

# What the container's program looks at besides.
links="test \"\$(readlink $libs/libcuda.so)\" = libcuda.so.1 && test -e $libs/libcuda.so.1 &&"
profile='grep -q "\"EGLVisibleDGPUDevices\",0xff\]" /etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf'
glibc="cuda && $links $profile && echo ok"
glibc_hookless="cuda && test -e $libs/libcuda.so && $profile && echo ok"

# run_on_node NAME WAY COMMAND FAKENODE-OPTION... -- GENERATE-OPTION...
inside() {
    local name=$1 way=$2 command=$3 options=()
    shift 3
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    part "$name" "$BUILD/fakenode" --share "$TMP" "${options[@]}" run "$machine" -- \
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
    [ -d "$root" ] || make_glibc_root "$root"
    inside "$runtime, glibc" hooks "$glibc" -- "${hook[@]}"
    inside "$runtime, glibc" one-hook "$glibc" -- "${hook[@]}" --single-hook
    inside "$runtime, glibc" hookless "$glibc_hookless" -- "${hook[@]}"
    if ! command -v musl-gcc >/dev/null; then
        skip "$runtime with musl" 'musl-gcc is not installed'
        continue
    fi
    root=$TMP/musl-root
    [ -d "$root" ] || make_musl_root "$root"
    musl=(--copy "$TMP/libcuda-musl.so=$libs/libcuda.so.$version")
    inside "$runtime, musl" hooks 'cuda && echo ok' "${musl[@]}" -- "${hook[@]}"
    inside "$runtime, musl" one-hook 'cuda && echo ok' "${musl[@]}" -- "${hook[@]}" --single-hook
    inside "$runtime, musl" hookless 'cuda && echo ok' "${musl[@]}" -- "${hook[@]}"
done
finish
