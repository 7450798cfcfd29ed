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

# ---- how a request is understood ----
cat >"$TMP/mixed.json" <<'EOF'
{"process":{"env":["NVIDIA_VISIBLE_DEVICES=vendor.com/device=dev0,0,0","PASSWORD=secret"]},
 "annotations":{"x.org/a":"vendor.com/device=dev1"}}
EOF
mixed=(apply --root "$root" --config "$TMP/mixed.json")
expect_status 0 "$cdikit" "${mixed[@]}" --mode jit-cdi --explain
cat >"$TMP/want" <<'EOF'
annotations do not count in mode jit-cdi
mounts are not looked at: accept-nvidia-visible-devices-as-volume-mounts is false
NVIDIA_VISIBLE_DEVICES is "vendor.com/device=dev0,0,0"
the mode is jit-cdi
names that are not qualified (2 of 3) are of the kind runtime.nvidia.com/gpu
"runtime.nvidia.com/gpu=0" is asked for again, and served once
in mode jit-cdi the runtime wrapper generates a document for "runtime.nvidia.com/gpu=0" when the container is created

EDIT  FOR                     FROM                        VALUE
env   vendor.com/device=dev0  /var/run/cdi/vendor.yaml:8  DEV0=run
EOF
expect_file "$TMP/want"
expect_status 0 "$cdikit" "${mixed[@]}" --mode auto --explain --json
check "reasons and edits" python3 -c '
import json, sys
told = json.load(open(sys.argv[1]))
reasons = [t["reason"] for t in told if "reason" in t]
assert "the mode is auto, hence jit-cdi: not all devices are asked for by qualified names" in reasons
assert [t["value"] for t in told if "edit" in t] == ["DEV0=run"]
' "$TMP/.out"
mkdir -p "$TMP/tegra/etc"
echo '# R36' >"$TMP/tegra/etc/nv_tegra_release"
expect_status 0 "$cdikit" apply --root "$TMP/tegra" --config "$TMP/mixed.json" --mode auto --explain
expect_out 'hence csv: this is a Tegra system'
expect_status 0 "$cdikit" "${mixed[@]}" --mode legacy --explain
expect_out 'prestart hook "nvidia-container-runtime-hook", which asks nvidia-container-cli for'
# What is not the registry's cannot be applied.
for mode in jit-cdi csv legacy auto; do
    expect_status 1 "$cdikit" "${mixed[@]}" --mode "$mode"
    expect_err 'and apply does not: --explain tells'
done
expect_status 1 "$cdikit" "${mixed[@]}" --mode jit-cdi --explain --output "$TMP/no"
check "no output" test ! -e "$TMP/no"
expect_status 1 "$cdikit" "${mixed[@]}" --mode jit-cdi --diff
# In vain, but explained.
expect_status 1 "$cdikit" "${mixed[@]}" --explain
expect_err 'NVIDIA_VISIBLE_DEVICES is "vendor\.com/device=dev0,0,0"'
expect_err 'unresolvable CDI devices nvidia\.com/gpu=0'
check "no secrets" test "${ERR#*secret}" = "$ERR"
# The rules of config.toml, its mode and its spec dirs.
cat >"$TMP/config.toml" <<EOF
accept-nvidia-visible-devices-envvar-when-unprivileged = false
[nvidia-container-runtime]
mode = "cdi"
[nvidia-container-runtime.modes.cdi]
annotation-prefixes = ["x.org/"]
spec-dirs = ["$root/etc/cdi"]
EOF
expect_status 0 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/config.toml"
expect_out 'DEV1=etc'
expect_status 0 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/config.toml" \
    --mode auto --explain
expect_out 'hence cdi: all devices are asked for by qualified names'
expect_status 0 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/config.toml" \
    --mode jit-cdi
expect_file "$TMP/mixed.json"
expect_err 'warning: NVIDIA_VISIBLE_DEVICES does not count in a container without CAP_SYS_ADMIN'
expect_err 'no devices are asked for'
echo 'nvidia-container-runtime = {mode = "CDI"}' >"$TMP/bad.toml"
expect_status 1 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/bad.toml"
expect_err 'nvidia-container-runtime\.mode is "CDI"'
echo 'nvidia-container-runtime.modes.cdi.spec-dirs = []' >"$TMP/bad.toml"
expect_status 1 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/bad.toml"
expect_err 'no spec dirs are configured'
expect_status 3 "$cdikit" apply --config "$TMP/mixed.json" --runtime-config "$TMP/none.toml"
expect_status 2 "$cdikit" "${mixed[@]}" --mode CDI
expect_status 2 "$cdikit" "${mixed[@]}" --mode cdi vendor.com/device=dev0
expect_err 'go without DEVICE'

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

# ---- with the wrapper's way to understand requests, also its way with variables ----
printf '{"process":{"env":["NVIDIA_VISIBLE_DEVICES=example.com/dev=a"]}}' >"$TMP/own.json"
mkdir -p "$TMP/own"
cat >"$TMP/own/a.yaml" <<'EOF'
cdiVersion: 0.6.0
kind: example.com/dev
devices:
- name: a
  containerEdits:
    env: [NVIDIA_VISIBLE_DEVICES=void]
EOF
expect_status 0 "$cdikit" apply --spec-dir "$TMP/own" --config "$TMP/own.json" --mode cdi
expect_out '"NVIDIA_VISIBLE_DEVICES=example.com/dev=a", ?"NVIDIA_VISIBLE_DEVICES=void"'
expect_status 0 "$cdikit" apply --spec-dir "$TMP/own" --config "$TMP/own.json"
expect_out '"env":\["NVIDIA_VISIBLE_DEVICES=void"\]'

finish
