#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Devices of CDI documents in real containers of runc and crun.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/containers.bash
. "$(dirname "$0")/containers.bash"

mkdir -p "$TMP/cdi" "$TMP/share"
echo 'from the host' >"$TMP/share/file"
cat >"$TMP/hook" <<HOOK
#!/bin/sh
cat >$TMP/mark.state
echo "\$1 \$MARK" >$TMP/mark
HOOK
chmod +x "$TMP/hook"
cat >"$TMP/cdi/example.yaml" <<YAML
cdiVersion: 0.6.0
kind: example.com/device
containerEdits:
  env:
    - CDI_COMMON=common
devices:
  - name: "null"
    containerEdits:
      env:
        - CDI_DEVICE=null
      deviceNodes:
        - path: /dev/cdikit0
          type: c
          major: 1
          minor: 3
          fileMode: 438
          permissions: rw
      mounts:
        - hostPath: $TMP/share
          containerPath: /tmp
          options: [ro, nosuid, nodev, rbind]
      hooks:
        - hookName: createContainer
          path: $TMP/hook
          args: [hook, called]
          env: [MARK=marked]
  - name: zero
    containerEdits:
      deviceNodes:
        - path: /dev/cdikit1
          hostPath: /dev/zero
YAML
cat >"$TMP/cdi/broken.yaml" <<YAML
cdiVersion: 0.6.0
kind: example.com/broken
devices: 3
YAML

# shellcheck disable=SC2016 # expanded in the container
script='echo discarded >/dev/cdikit0 && echo null-written
echo zeros $(head -c 4 /dev/cdikit1 | od -An -tx1)
echo env $CDI_COMMON $CDI_DEVICE
cat /tmp/file
touch /tmp/new 2>/dev/null || echo mount-read-only
stat -c "mode %a" /dev/cdikit0
echo nodes /dev/cdikit*'

said() { check "$LOWLEVEL: $1" grep -qx -- "$2" "$TMP/said"; }

test_devices() {
    make_bundle devices "$script" "example.com/device=null,example.com/device=zero"
    rm -f "$TMP/mark"
    check "$LOWLEVEL: a container with two devices" run_container c1
    said 'a node with explicit numbers can be used' 'null-written'
    said 'a node with the numbers of the host can be used' 'zeros 00 00 00 00'
    said 'its mode' 'mode 666'
    said 'environment of the document and of the device' 'env common null'
    said 'a mount' 'from the host'
    said 'a mount is read-only' 'mount-read-only'
    said 'nothing else' 'nodes /dev/cdikit0 /dev/cdikit1'
    check "$LOWLEVEL: a hook was called" grep -qx 'called marked' "$TMP/mark"
    check "$LOWLEVEL: a hook gets the state" grep -q '"id" *: *"c1"' "$TMP/mark.state"

    make_bundle annotated "$script" '' '"cdi.k8s.io/test": "example.com/device=null"'
    check "$LOWLEVEL: a container with an annotation" run_container c2
    said 'the device of an annotation' 'null-written'
    check "$LOWLEVEL: config.json keeps its mode" test "$(stat -c %a "$BUNDLE/config.json")" = 644
    check "$LOWLEVEL: no file is left over" test "$(ls -A "$BUNDLE")" = config.json
}

test_nothing_requested() {
    local before
    make_bundle plain 'echo hello'
    before=$(fingerprint "$BUNDLE/config.json")
    check "$LOWLEVEL: a container without devices" run_container c3
    said 'it ran' 'hello'
    check "$LOWLEVEL: its config.json is untouched" \
        test "$before" = "$(fingerprint "$BUNDLE/config.json")"
}

test_unresolvable() {
    local before format
    make_bundle missing 'echo hello' 'example.com/device=null,example.com/device=none'
    before=$(fingerprint "$BUNDLE/config.json")
    for format in text json; do
        rm -f "$TMP/log"
        expect_status 1 rt --log "$TMP/log" --log-format "$format" create --bundle "$BUNDLE" c4
        expect_err '^cdikit-runtime: .*example\.com/device=none'
        expect_err 'broken\.yaml'
        check "$LOWLEVEL: one line on stderr" test "$(wc -l <"$TMP/.err")" = 1
        cp "$TMP/log" "$TMP/log.$format"
        check "$LOWLEVEL: one entry in the $format log" test "$(wc -l <"$TMP/log")" = 1
    done
    check "$LOWLEVEL: the text log has the reason" grep -Eq \
        '^time="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(Z|[+-][0-9:]{5})" level=error msg=".*example\.com/device=none' \
        "$TMP/log.text"
    check "$LOWLEVEL: the JSON log has the reason" grep -Eq \
        '^\{"level":"error","msg":".*example\.com/device=none.*","time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(Z|[+-][0-9:]{5})"\}$' \
        "$TMP/log.json"
    check "$LOWLEVEL: config.json is untouched" \
        test "$before" = "$(fingerprint "$BUNDLE/config.json")"
    check "$LOWLEVEL: there is no container" test -z "$(status_of c4)"
}

for name in runc crun; do
    if ! use_runtime "$name"; then
        skip "containers of $name with devices" "$WHY"
        continue
    fi
    make_rootfs
    test_devices
    test_nothing_requested
    test_unresolvable
done
finish
