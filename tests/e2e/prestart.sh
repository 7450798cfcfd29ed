#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The prestart hook as runc and crun start it: with what state, in which directory, and what a
# failure of it does to the container.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/containers.bash
. "$(dirname "$0")/containers.bash"

# Containers that a failed test has left.
cleanup() {
    for name in runc crun; do
        use_runtime "$name" || continue
        [ ! -e "$TMP/state-$name/p" ] || rt delete --force p >/dev/null 2>&1
    done
}

# An nvidia-container-cli that notes its arguments, and whether the container is there.
cat >"$TMP/nvidia-container-cli" <<'CLI'
#!/bin/sh
dir=${0%/*}
printf '%s\n' "$@" >"$dir/arguments"
for word; do
    case $word in --pid=*) pid=${word#*=} ;; esac
    rootfs=$word
done
kill -0 "$pid" && test -x "$rootfs/bin/busybox" || echo 'no container' >>"$dir/arguments"
[ ! -e "$dir/fail" ] || { echo 'no GPU today' >&2; exit 1; }
CLI
chmod 755 "$TMP/nvidia-container-cli"

# run_hooked: a container with the hook; the wrapper would choose the mode itself, so it is not there.
run_hooked() {
    "${BEFORE[@]}" "$LOWLEVEL" "${GLOBALS[@]}" run --bundle "$BUNDLE" p
}

test_hook() {
    rm -f "$TMP/arguments" "$TMP/fail"
    printf '[nvidia-container-cli]\npath = "%s"\n' "$TMP/nvidia-container-cli" >>"$TMP/config.toml"
    make_bundle prestart 'echo inside' GPU-1
    local hook="{\"path\": \"$BUILD/cdikit-hook\", \"args\": [\"cdikit-hook\", \"prestart\"]}"
    sed -i -e "s|\"$TMP/rootfs\"|\"../rootfs\"|" \
        -e "s|\"hostname\"|\"hooks\": {\"prestart\": [$hook]}, &|" "$BUNDLE/config.json"
    expect_status 0 run_hooked
    expect_out '^inside$'
    check "$LOWLEVEL: the GPU is asked for" grep -qx -- '--device=GPU-1' "$TMP/arguments"
    check "$LOWLEVEL: the root is that of the bundle, and the container is there" \
        test "$(tail -n 1 "$TMP/arguments")" = "$TMP/rootfs"
    touch "$TMP/fail"
    # crun shows no more of a hook than that it failed.
    case $LOWLEVEL in
    crun) expect_status 255 run_hooked ;;
    *)
        expect_status 1 run_hooked
        expect_err 'no GPU today'
        ;;
    esac
    check "$LOWLEVEL: without a GPU no container" test -z "$OUT"
    [ ! -e "$TMP/state-$LOWLEVEL/p" ] || rt delete --force p
}

for name in runc crun; do
    if use_runtime "$name"; then
        make_rootfs
        test_hook
    else
        skip "the prestart hook under $name" "$WHY"
    fi
done
finish
