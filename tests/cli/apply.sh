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
expect_err 'unresolvable CDI devices vendor\.com/device=none, twin\.org/gpu=t0 \(.*\)$'
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

# ---- --explain says what is applied, and nothing else ----
mkdir "$TMP/explain"
cat >"$TMP/explain/a.yaml" <<'EOF'
cdiVersion: "1.1.0"
kind: e.org/d
containerEdits:
    env: [ALL=1, X=all]
    hooks: [{hookName: poststop, path: /all}]
    intelRdt: {closID: all}
    additionalGids: [0, 5, 5, 7]
devices:
    - name: a
      containerEdits:
          env: [X=a]
          deviceNodes: [{path: /dev/x, type: c, major: 1, minor: 3}]
          netDevices: [{hostInterfaceName: e, name: e0}]
          mounts: [{hostPath: /a, containerPath: /m, type: bind}]
          hooks: [{hookName: poststop, path: /a}]
          intelRdt: {closID: a}
          additionalGids: [7, 8]
    - name: b
      containerEdits:
          env: [X=b]
          deviceNodes: [{path: /dev/x, type: c, major: 1, minor: 5}]
          netDevices: [{hostInterfaceName: e, name: e1}]
          mounts: [{hostPath: /b, containerPath: /m, type: bind}]
          intelRdt: {closID: b}
EOF
echo '{"process":{"user":{"uid":0,"gid":0,"additionalGids":[8]}}}' >"$TMP/explain/c.json"
mv "$TMP/explain/c.json" "$TMP/c.json"
# explained CONFIG DEVICE...: its lines as EDIT|FOR|VALUE, and beside them the result.
explained() {
    local in=$1
    shift
    expect_status 0 "$cdikit" apply --spec-dir "$TMP/explain" --config "$in" \
        --explain --json --output "$TMP/explained.json" "$@"
    python3 -c '
import json, sys
for e in json.load(open(sys.argv[1])):
    print(e["edit"], e["for"].replace("e.org/", ""), e["value"], sep="|")' \
        "$TMP/.out" >"$TMP/lines"
}
explained "$TMP/c.json" e.org/d=a e.org/d=b
cat >"$TMP/want" <<'EOF'
env|d (all)|ALL=1
hook|d (all)|poststop: /all
gid|d (all)|5
gid|d (all)|7
device rule|d=a|/dev/x
hook|d=a|poststop: /a
env|d=b|X=b
device node|d=b|/dev/x
net device|d=b|e as e1
mount|d=b|/b at /m
intelRdt|d=b|b
EOF
check "what is replaced, repeated or there already is left out" diff "$TMP/want" "$TMP/lines"
check "and that is what is applied" python3 -c '
import json, sys
c = json.load(open(sys.argv[1]))
sys.exit(c["process"]["user"]["additionalGids"] != [8, 5, 7] or c["process"]["env"] != ["ALL=1", "X=b"]
    or len(c["hooks"]["poststop"]) != 2 or c["linux"]["intelRdt"]["closID"] != "b"
    or [r["minor"] for r in c["linux"]["resources"]["devices"]] != [3, 5]
    or [m["source"] for m in c["mounts"]] != ["/b"] or len(c["linux"]["devices"]) != 1)' \
    "$TMP/explained.json"
# A device that is asked for twice adds its hooks twice, and all else once.
explained "$TMP/c.json" e.org/d=a e.org/d=a
check "twice: env" test "$(grep -c '^env|d=a|X=a' "$TMP/lines")" = 1
check "twice: common hook" test "$(grep -c '|poststop: /all' "$TMP/lines")" = 1
check "twice: hooks as applied" test "$(grep -c '|poststop: ' "$TMP/lines")" = \
    "$(grep -o '"path":"/a"\|"path":"/all"' "$TMP/explained.json" | wc -l)"
check "twice: node and its first rule" test "$(grep -c '^device .*|/dev/x' "$TMP/lines")" = 2
# Of mounts as many hold as the configuration has of the destination.
echo '{"mounts":[{"destination":"/m","source":"/1"},{"destination":"/m","source":"/2"}]}' \
    >"$TMP/m.json"
explained "$TMP/m.json" e.org/d=a e.org/d=b
check "two mounts" test "$(grep -c '^mount|' "$TMP/lines")" = 2
check "both are applied" python3 -c '
import json, sys
sys.exit([m["source"] for m in json.load(open(sys.argv[1]))["mounts"]] != ["/a", "/b"])' \
    "$TMP/explained.json"
# What cannot be applied is not explained.
expect_status 1 "$cdikit" apply --spec-dir "$TMP/specs" --config "$config" --explain absent.org/device=d
check "nothing is explained" test -z "$OUT"

# ---- pipes ----
expect_status 0 timeout 5 "$cdikit" apply --root "$root" --config <(cat "$config") vendor.com/device=dev1
expect_file "$expected/apply.json"
expect_status 0 timeout 5 "$cdikit" apply --root "$root" --config /dev/stdin vendor.com/device=dev1 \
    < <(cat "$config")
expect_file "$expected/apply.json"

# ---- somebody else's file ----
if [ "$(id -u)" = 0 ]; then
    mkdir -m 0777 "$TMP/shared"
    cp "$config" "$TMP/shared/config.json"
    chmod 755 "$TMP"
    cp "$cdikit" "$TMP/cdikit"
    cp -r "$root" "$TMP/open"
    chmod -R a+rX "$TMP/open"
    expect_status 3 setpriv --reuid=65534 --regid=65534 --clear-groups "$TMP/cdikit" apply \
        --spec-dir "$TMP/open/etc/cdi" --config "$TMP/shared/config.json" --in-place vendor.com/device=dev1
    expect_err 'shared/config\.json: .*owner and group cannot be kept: Operation not permitted'
    check "untouched" cmp "$config" "$TMP/shared/config.json"
    check "no temporary file stays" test "$(ls -A "$TMP/shared")" = config.json
else
    skip "somebody else's file" "needs root"
fi

# ---- wrong input ----
expect_status 1 "$cdikit" apply --root "$root" --config - vendor.com/device=dev1 </dev/null
expect_err 'standard input:1:1: the text is empty'
expect_status 1 "$cdikit" apply --root "$root" --config - vendor.com/device=dev1 <<<'{"a": }'
expect_err 'standard input:1:7'
expect_status 3 "$cdikit" apply --root "$root" --bundle "$TMP/none" vendor.com/device=dev1
expect_status 3 "$cdikit" apply --root "$root" --config "$config" --output /dev/full \
    vendor.com/device=dev1
"$cdikit" apply --root "$root" --config "$config" vendor.com/device=dev1 >/dev/full 2>/dev/null
check "status 3 for a full disk" test $? = 3
expect_status 2 "$cdikit" apply vendor.com/device=dev1
expect_err 'needs either --config or --bundle'
expect_status 2 "$cdikit" apply --config x --bundle y vendor.com/device=dev1
expect_err 'only one of --config and --bundle'
for option in --diff --explain; do
    expect_status 2 "$cdikit" apply --root "$root" --config "$config" "$option" --output - \
        vendor.com/device=dev1
    expect_err 'standard output cannot hold'
done
expect_status 2 "$cdikit" apply --config - --in-place vendor.com/device=dev1
expect_status 2 "$cdikit" apply --config x --in-place --output y
expect_status 2 "$cdikit" apply --config x --diff --explain
expect_status 2 "$cdikit" apply --config x --json

finish
