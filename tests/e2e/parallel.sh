#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many containers at the same time: each gets what it asked for.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/containers.bash
. "$(dirname "$0")/containers.bash"

CONTAINERS=200
AT_A_TIME=8
DEVICES=10

if ! use_runtime runc; then
    skip "$CONTAINERS containers, $AT_A_TIME at a time" "$WHY"
    finish
fi
make_rootfs
mkdir -p "$TMP/cdi"
{
    printf 'cdiVersion: 0.6.0\nkind: example.com/device\ndevices:\n'
    for i in $(seq 0 $((DEVICES - 1))); do
        printf -- '- name: "%s"\n  containerEdits:\n    env: [CDI=%s]\n' "$i" "$i"
        printf '    deviceNodes:\n    - {path: /dev/cdikit%s, hostPath: /dev/null}\n' "$i"
    done
} >"$TMP/cdi/example.yaml"

# one I: container I, with device I modulo DEVICES. Fails if it is not as it should be.
one() {
    local device=$(($1 % DEVICES)) id=parallel-$1 said
    # shellcheck disable=SC2016 # expanded in the container
    make_bundle "$1" 'echo $CDI /dev/cdikit*; echo x >/dev/cdikit$CDI && echo written' \
        "example.com/device=$device"
    rt create --bundle "$BUNDLE" "$id" >"$BUNDLE/said" 2>"$BUNDLE/err" </dev/null &&
        rt start "$id" && wait_for "$id" stopped && rt delete "$id" || return 1
    said=$(cat "$BUNDLE/said")
    [ "$said" = "$device /dev/cdikit$device"$'\n'written ] && rm -r "$BUNDLE"
}

worker() { # FIRST
    local i
    for ((i = $1; i < CONTAINERS; i += AT_A_TIME)); do
        if one "$i"; then
            echo "$i" >>"$TMP/right.$1"
        else
            echo "$i: $(cat "$TMP/bundle-$i/said" "$TMP/bundle-$i/err" 2>&1)"
        fi
    done
}

for ((first = 0; first < AT_A_TIME; first++)); do
    worker "$first" >"$TMP/worker.$first" 2>&1 &
done
wait
check "$CONTAINERS containers, $AT_A_TIME at a time: none is wrong" \
    sh -c 'cat "$@"; test -z "$(cat "$@")"' sh "$TMP"/worker.*
check "$CONTAINERS are as they were asked for" test "$(cat "$TMP"/right.* | wc -l)" = "$CONTAINERS"
check "no container is left" test -z "$(rt list -q)"
finish
