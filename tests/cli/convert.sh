#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit convert
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
expected=$TOP/tests/cli/expected
vendor=$fixtures/good/vendor.yaml

# ---- formats ----
expect_status 0 "$cdikit" convert "$vendor"
expect_file "$expected/convert.yaml"
expect_status 0 "$cdikit" convert --format json "$vendor"
expect_file "$expected/convert.json"
expect_status 0 "$cdikit" convert --format json - <"$vendor"
expect_file "$expected/convert.json"
expect_status 0 "$cdikit" convert --output "$TMP/out.json" "$vendor"
check "format by the ending" cmp "$expected/convert.json" "$TMP/out.json"
expect_status 0 "$cdikit" convert --output "$TMP/out.yaml" "$TMP/out.json"
check "there and back" cmp "$expected/convert.yaml" "$TMP/out.yaml"
expect_status 0 "$cdikit" convert --format yaml --output "$TMP/forced.json" "$vendor"
check "--format wins" cmp "$expected/convert.yaml" "$TMP/forced.json"

# ---- versions ----
expect_status 0 "$cdikit" convert --cdi-version 1.0.0 "$vendor"
expect_out '^cdiVersion: "?1\.0\.0"?$'
expect_status 0 "$cdikit" convert --cdi-version min "$TMP/out.json"
expect_out '^cdiVersion: "?0\.5\.0"?$'
expect_status 1 "$cdikit" convert --cdi-version 0.3.0 "$vendor"
expect_err 'vendor\.yaml:[0-9]+:[0-9]+: .*hostPath.* needs CDI 0\.5\.0'
check "nothing is written" test -z "$OUT"
expect_status 1 "$cdikit" convert --cdi-version 0.2.0 "$fixtures/bad/warning.yaml"
expect_err '0\.3\.0'
expect_status 2 "$cdikit" convert --cdi-version 1.2.3 "$vendor"
expect_err "'min' or one of 0\.3\.0, 0\.4\.0, .*1\.1\.0"
expect_status 0 "$cdikit" convert --cdi-version 0.5.0 "$vendor"
expect_file "$expected/convert.yaml"
# The lowest version is that of what is written: not of an empty list, which is left out.
cat >"$TMP/empty.yaml" <<'EOF'
cdiVersion: "1.1.0"
kind: vendor.com/device
devices: [{name: d, containerEdits: {intelRdt: {closID: a, schemata: []}}}]
EOF
expect_status 0 "$cdikit" convert --cdi-version min "$TMP/empty.yaml"
expect_out '^cdiVersion: "?0\.7\.0"?$'
cp "$TMP/.out" "$TMP/once.yaml"
expect_status 0 "$cdikit" convert --cdi-version min "$TMP/once.yaml"
expect_file "$TMP/once.yaml"
expect_status 0 "$cdikit" convert --cdi-version 0.7.0 "$TMP/empty.yaml"
expect_status 1 "$cdikit" convert --cdi-version 0.6.0 "$TMP/empty.yaml"
expect_err 'empty\.yaml:3:[0-9]+: .*intelRdt needs CDI 0\.7\.0, which is above 0\.6\.0'
# A document that declares too little is repaired.
sed 's/0\.5\.0/0.3.0/' "$vendor" >"$TMP/low.yaml"
expect_status 1 "$cdikit" convert "$TMP/low.yaml"
expect_status 0 "$cdikit" convert --cdi-version min "$TMP/low.yaml"
expect_file "$expected/convert.yaml"

# ---- engines that do not know the newest version ----
cat >"$TMP/newer.yaml" <<'EOF'
cdiVersion: "1.1.0"
kind: vendor.com/gpu
annotations: {note: text}
devices:
- name: "0"
  containerEdits: {deviceNodes: [{path: /dev/gpu0}], additionalGids: [44]}
- name: "1"
  containerEdits: {deviceNodes: [{path: /dev/gpu1}], additionalGids: [44]}
containerEdits: {intelRdt: {closID: a, enableMonitoring: true}}
EOF
expect_status 0 "$cdikit" convert --for podman@4.3 --for docker@28.5.2 --max-cdi-version 0.6.0 "$TMP/newer.yaml"
expect_file "$expected/convert-lower.yaml"
check "what was dropped" diff "$expected/convert-lower.err" "$TMP/.err"
expect_status 0 "$cdikit" convert -q --for podman@4.3 "$TMP/newer.yaml"
expect_file "$expected/convert-lower.yaml"
check "quiet" test -z "$ERR"
expect_status 0 "$cdikit" convert --max-cdi-version 0.7.0 "$TMP/newer.yaml"
expect_out '^cdiVersion: "?0\.7\.0"?$'
expect_out 'additionalGids'
expect_err '^cdikit convert: dropped: the document: intelRdt\.enableMonitoring \(needs CDI 1\.1\.0; --max-cdi-version 0\.7\.0\)'
expect_status 0 "$cdikit" convert --for podman@5.5 --cdi-version 0.8.0 "$TMP/newer.yaml"
expect_out '^cdiVersion: "?0\.8\.0"?$'
expect_status 0 "$cdikit" convert --for docker@29.2.0 "$TMP/newer.yaml"
expect_out '^cdiVersion: "?1\.1\.0"?$'
check "nothing is dropped" test -z "$ERR"
# What cannot be reached.
expect_status 1 "$cdikit" convert --for podman@4.1.0 "$TMP/newer.yaml"
expect_err 'newer\.yaml:5:[0-9]+: --for podman@4\.1\.0 reads up to CDI 0\.4\.0: devices\[0\]\.name needs CDI 0\.5\.0'
check "nothing is written" test -z "$OUT"
check "nor listed" test "$(wc -l <"$TMP/.err")" = 1
expect_status 1 "$cdikit" convert --max-cdi-version 0.2.0 "$TMP/newer.yaml"
expect_err 'less than CDI 0\.3\.0'
expect_status 2 "$cdikit" convert --max-cdi-version 1.2.0 "$TMP/newer.yaml"
expect_err 'max-cdi-version cannot be .*one of 0\.3\.0'
expect_status 2 "$cdikit" convert --for podman@3.4.4 "$TMP/newer.yaml"
expect_err 'podman does from 4\.1\.0 on'
expect_status 2 "$cdikit" convert --for dokcer@28 "$TMP/newer.yaml"
expect_err 'did you mean docker'
expect_status 2 "$cdikit" convert --for podman "$TMP/newer.yaml"
expect_status 2 "$cdikit" convert --for podman@4.3 --cdi-version 0.6.0 "$TMP/newer.yaml"
expect_err 'cdi-version 0\.6\.0 is above 0\.5\.0: --for podman@4\.3 reads up to CDI 0\.5\.0'
# Many devices are counted.
{
    printf 'cdiVersion: 0.7.0\nkind: vendor.com/gpu\ndevices:\n'
    for i in $(seq 0 19); do
        echo "- {name: gpu$i, containerEdits: {env: [A=$i], additionalGids: [1]}}"
    done
} >"$TMP/many.yaml"
expect_status 0 "$cdikit" convert --max-cdi-version 0.3.0 "$TMP/many.yaml"
expect_err 'devices gpu0, gpu1, .*gpu7 and 12 more: additionalGids'

# ---- findings ----
expect_status 1 "$cdikit" convert --output "$TMP/none.yaml" "$fixtures/bad/findings.yaml"
expect_err '\[env-form\]'
expect_err '\[device-edits-empty\]'
check "no file" test ! -e "$TMP/none.yaml"
expect_status 0 "$cdikit" convert "$fixtures/bad/warning.yaml"
expect_err 'warning: .*\[hook-path-relative\]'
expect_status 0 "$cdikit" convert -q "$fixtures/bad/warning.yaml"
check "quiet" test -z "$ERR"
expect_status 1 "$cdikit" convert "$fixtures/bad/syntax.yaml"
expect_err 'syntax\.yaml:[0-9]+:'
expect_status 3 "$cdikit" convert "$TMP/missing.yaml"

# ---- files ----
expect_status 0 timeout 5 "$cdikit" convert <(cat "$vendor")
expect_file "$expected/convert.yaml"
echo old >"$TMP/there.yaml"
chmod 0640 "$TMP/there.yaml"
ln -s there.yaml "$TMP/link.yaml"
expect_status 0 "$cdikit" convert --output "$TMP/link.yaml" "$vendor"
check "through the symlink" cmp "$expected/convert.yaml" "$TMP/there.yaml"
check "the symlink stays" test -L "$TMP/link.yaml"
check "mode stays" test "$(stat -c %a "$TMP/there.yaml")" = 640
(umask 027 && "$cdikit" convert --output "$TMP/new.yaml" "$vendor")
check "a new file obeys the umask" test "$(stat -c %a "$TMP/new.yaml")" = 640
expect_status 3 "$cdikit" convert --output "$TMP/no/such/dir.yaml" "$vendor"
expect_status 3 "$cdikit" convert --output "$TMP" "$vendor"
expect_status 3 "$cdikit" convert --output /dev/full "$vendor"
expect_err 'No space left'
check "/dev/full is still a device" test -c /dev/full
expect_status 0 "$cdikit" convert --output /dev/stdout "$vendor"
expect_file "$expected/convert.yaml"
expect_status 0 "$cdikit" convert --output - "$vendor"
expect_file "$expected/convert.yaml"
# A file as standard output is appended to, not replaced.
echo first >"$TMP/log"
"$cdikit" convert --output /dev/stdout "$vendor" >>"$TMP/log"
check "standard output is not replaced" test "$(head -n 1 "$TMP/log")" = first
check "no temporary file stays" test -z "$(find "$TMP" -name '.cdikit*')"

expect_status 2 "$cdikit" convert
expect_status 2 "$cdikit" convert a b

finish
