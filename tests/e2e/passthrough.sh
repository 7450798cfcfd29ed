#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is not a create goes through to runc and crun as it came: words, streams, exit statuses,
# signals.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/containers.bash
. "$(dirname "$0")/containers.bash"

# Containers that a failed test has left.
cleanup() {
    for name in runc crun; do
        use_runtime "$name" || continue
        for id in life create foreground; do
            [ ! -e "$TMP/state-$name/$id" ] || rt delete --force "$id" >/dev/null 2>&1
        done
    done
}

test_life() {
    make_bundle life 'trap "exit 0" TERM; while :; do sleep 0.05; done'
    # Named "create": a container, not a command, wherever else the word stands.
    for id in life create; do
        check "$LOWLEVEL: create $id" sh -c '"$@" >/dev/null 2>&1 </dev/null' sh "${BEFORE[@]}" \
            "$RUNTIME" "${GLOBALS[@]}" create --bundle "$BUNDLE" --pid-file "$TMP/pid" "$id"
        check "$LOWLEVEL: the pid file" kill -0 "$(cat "$TMP/pid")"
        check "$LOWLEVEL: start $id" rt start "$id"
        expect_status 0 rt state "$id"
        expect_out '"status": *"running"'
        check "$LOWLEVEL: stdout is the runtime's JSON alone" test "$(head -c 1 "$TMP/.out")" = '{'
        expect_status 0 rt exec "$id" true
        expect_status 7 rt exec "$id" sh -c 'exit 7'
        expect_status 0 rt exec "$id" echo --version --log /nowhere create
        expect_out '^--version --log /nowhere create$'
        check "$LOWLEVEL: no banner" test "$(wc -l <"$TMP/.out")" = 1
        expect_status 0 rt exec "$id" cat <<<'through stdin'
        check "$LOWLEVEL: stdin and stdout go through" grep -qx 'through stdin' "$TMP/.out"
        check "$LOWLEVEL: kill $id" rt kill "$id" KILL
        check "$LOWLEVEL: $id stops" wait_for "$id" stopped
        check "$LOWLEVEL: delete $id" rt delete "$id"
        check "$LOWLEVEL: $id is gone" test -z "$(status_of "$id")"
    done
    expect_status 1 rt state life
}

# `run` is not a create; the runtime that the wrapper has become forwards the signal.
test_signal() {
    local pid
    make_bundle foreground 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'
    # Not rt: the process of the background job is to be the runtime itself.
    (exec "${BEFORE[@]}" "$RUNTIME" "${GLOBALS[@]}" run --bundle "$BUNDLE" foreground) \
        >"$TMP/said" 2>&1 </dev/null &
    pid=$!
    wait_for foreground running
    for _ in $(seq 100); do
        grep -q ready "$TMP/said" && break
        sleep 0.05
    done
    kill -TERM "$pid"
    wait %1
    STATUS=$?
    check "$LOWLEVEL: a signal reaches the container, and its status us" test "$STATUS" = 5
}

test_version() {
    expect_status 0 "$RUNTIME" --version
    expect_out '^cdikit-runtime version [0-9]'
    expect_out '^spec: 1\.3\.0$'
    expect_out "^$LOWLEVEL version"
    ln -sf "$RUNTIME" "$TMP/nvidia-container-runtime"
    expect_status 0 "$TMP/nvidia-container-runtime" --version
    expect_out '^NVIDIA Container Runtime version [0-9]'
    expect_out "^$LOWLEVEL version"
}

for name in runc crun; do
    if ! use_runtime "$name"; then
        skip "the life of a container of $name" "$WHY"
        continue
    fi
    make_rootfs
    test_life
    test_signal
    test_version
done
finish
