#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit apply
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
root=$fixtures/root
expected=$TOP/tests/cli/expected
config=$fixtures/oci/config.json

# ---- to standard output ----
expect_status 0 "$cdikit" apply --root "$root" --config "$config" vendor.com/device=dev1
expect_file "$expected/apply.json"
expect_status 0 "$cdikit" apply --root "$root" --config - vendor.com/device=dev1 <"$config"
expect_file "$expected/apply.json"
expect_status 0 "$cdikit" apply --root "$root" --config "$config"
expect_file "$config"
expect_err 'no devices are asked for'
expect_status 0 "$cdikit" apply -q --root "$root" --config "$config" --
check "quiet" test -z "$ERR"

# ---- what the configuration asks for ----
expect_status 0 "$cdikit" apply -v --root "$root" --config "$fixtures/oci/asks.json"
expect_out '"DEV1=etc"'
expect_out '"path":"/dev/vendor1"'
expect_out '"other":"kept"'
expect_err 'asks for vendor\.com/device=dev1'
check "annotations go before the environment" test "${OUT#*DEV0}" = "$OUT"
expect_status 0 "$cdikit" apply --root "$root" --config "$fixtures/oci/asks-env.json"
expect_out '"DEV0=run"'

# ---- files ----
expect_status 0 "$cdikit" apply --root "$root" --config "$config" --output "$TMP/out.json" \
    vendor.com/device=dev1
check "--output" cmp "$expected/apply.json" "$TMP/out.json"
mkdir "$TMP/bundle"
cp "$config" "$TMP/bundle/config.json"
chmod 0600 "$TMP/bundle/config.json"
expect_status 0 "$cdikit" apply --root "$root" --bundle "$TMP/bundle" vendor.com/device=dev1
check "not in place" cmp "$config" "$TMP/bundle/config.json"
expect_status 0 "$cdikit" apply --root "$root" --bundle "$TMP/bundle" --in-place \
    vendor.com/device=dev1
check "in place" cmp "$expected/apply.json" "$TMP/bundle/config.json"
check "keeps its mode" test "$(stat -c %a "$TMP/bundle/config.json")" = 600
before=$(stat -c %i "$TMP/bundle/config.json")
expect_status 0 "$cdikit" apply -q --root "$root" --bundle "$TMP/bundle" --in-place
check "not rewritten without need" test "$(stat -c %i "$TMP/bundle/config.json")" = "$before"

# ---- all or nothing ----
cp "$config" "$TMP/bundle/config.json"
expect_status 1 "$cdikit" apply --root "$root" --bundle "$TMP/bundle" --in-place \
    vendor.com/device=dev1 vendor.com/device=none twin.org/gpu=t0
expect_err 'unresolvable CDI devices vendor\.com/device=none, twin\.org/gpu=t0$'
check "untouched" cmp "$config" "$TMP/bundle/config.json"
cat >"$TMP/absent.yaml" <<'EOF'
cdiVersion: "0.3.0"
kind: absent.org/device
devices: [{name: d, containerEdits: {env: [A=1], deviceNodes: [{path: /dev/absent-for-sure}]}}]
EOF
mkdir "$TMP/specs"
mv "$TMP/absent.yaml" "$TMP/specs"
expect_status 1 "$cdikit" apply --spec-dir "$TMP/specs" --bundle "$TMP/bundle" --in-place \
    absent.org/device=d
expect_err '/dev/absent-for-sure'
check "untouched" cmp "$config" "$TMP/bundle/config.json"
check "no temporary file stays" test "$(ls -A "$TMP/bundle")" = config.json

# ---- device nodes are read beneath the root ----
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$TMP/root/etc/cdi" "$TMP/root/dev"
    sed 's|/dev/absent-for-sure|/dev/there|' "$TMP/specs/absent.yaml" >"$TMP/root/etc/cdi/a.yaml"
    if mknod -m 0640 "$TMP/root/dev/there" c 1 3 2>/dev/null; then
        expect_status 0 "$cdikit" apply --root "$TMP/root" --config "$config" absent.org/device=d
        expect_out '"major": ?1'
        expect_out '"fileMode": ?416'
    else
        skip "device nodes beneath a root" "mknod is not allowed here"
    fi
else
    skip "device nodes beneath a root" "needs root"
fi

# ---- --diff and --explain ----
cd "$fixtures/oci" || exit 1
expect_status 0 "$cdikit" apply --root "$root" --config config.json --diff vendor.com/device=dev1
expect_file "$expected/apply.diff"
expect_status 0 "$cdikit" apply -q --root "$root" --config "$config" --diff
check "no difference" test -z "$OUT"
expect_status 0 "$cdikit" apply --root "$root" --config config.json --diff --output "$TMP/out2.json" \
    vendor.com/device=dev1
expect_file "$expected/apply.diff"
check "--diff --output" cmp "$expected/apply.json" "$TMP/out2.json"
expect_status 0 "$cdikit" apply --root "$root" --config "$config" --explain \
    vendor.com/device=dev1 vendor.com/device=dev0 other.org/net=nic0
expect_file "$expected/apply-explain.txt"
expect_status 0 "$cdikit" apply --root "$root" --config "$config" --explain --json \
    vendor.com/device=dev0
expect_file "$expected/apply-explain.json"

# ---- wrong input ----
expect_status 1 "$cdikit" apply --root "$root" --config - vendor.com/device=dev1 <<<'{"a": }'
expect_err 'standard input:1:7'
expect_status 3 "$cdikit" apply --root "$root" --bundle "$TMP/none" vendor.com/device=dev1
expect_status 3 "$cdikit" apply --root "$root" --config "$config" --output /dev/full \
    vendor.com/device=dev1
"$cdikit" apply --root "$root" --config "$config" vendor.com/device=dev1 >/dev/full 2>/dev/null
check "status 3 for a full disk" test $? = 3
expect_status 2 "$cdikit" apply vendor.com/device=dev1
expect_status 2 "$cdikit" apply --config x --bundle y vendor.com/device=dev1
expect_status 2 "$cdikit" apply --config - --in-place vendor.com/device=dev1
expect_status 2 "$cdikit" apply --config x --in-place --output y
expect_status 2 "$cdikit" apply --config x --diff --explain
expect_status 2 "$cdikit" apply --config x --json

finish
