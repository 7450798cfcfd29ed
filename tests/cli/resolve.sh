#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit resolve
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
root=$fixtures/root
expected=$TOP/tests/cli/expected

expect_status 0 "$cdikit" resolve --root "$root" vendor.com/device=dev1 vendor.com/device=dev0
expect_file "$expected/resolve.txt"
check "files of others are no matter" test -z "$ERR"
expect_status 0 "$cdikit" resolve --json --root "$root" vendor.com/device=dev0
expect_file "$expected/resolve.json"

# Everything that cannot be resolved is named, with the reason, and what resolves is printed.
expect_status 1 "$cdikit" resolve --root "$root" vendor.com/device=dev9 vendor.com/device=dev1 \
    twin.org/gpu=t0 gpu0 vendor.com/device=dev9 vendor.com/device=dev1
expect_err '^cdikit resolve: unresolvable CDI devices vendor\.com/device=dev9 \(.*\), twin\.org/gpu=t0 \(.*\), gpu0 \(.*\)$'
expect_err 'dev9 \(did you mean vendor\.com/device=dev[01]\?\)'
expect_err 'twin\.org/gpu=t0 \(defined more than once .*/etc/cdi/twin-a\.yaml, /etc/cdi/twin-b\.yaml\)'
expect_err 'gpu0 \(not a qualified'
check "each is named once" test "$(grep -o 'device=dev9' "$TMP/.err" | wc -l)" = 1
check "one line, beside the warnings" test "$(grep -vc 'warning:' "$TMP/.err")" = 1
check "each is printed once" test "$(grep -c 'device=dev1' "$TMP/.out")" = 1
expect_err 'warning: /etc/cdi/broken\.yaml:5:7'
expect_out '^vendor\.com/device=dev1 +active'
expect_status 1 "$cdikit" resolve --json --root "$root" vendor.com/device=dev9
expect_out '"vendor\.com/device=dev9"'

expect_status 0 "$cdikit" resolve --root "$root" --glob 'vendor.com/*=*' 'other.org/net=nic?'
expect_out '^vendor\.com/device=dev1 '
expect_out '^other\.org/net=nic0 '
expect_status 1 "$cdikit" resolve --root "$root" --glob '*=dev0'
expect_err "no device matches the pattern '\\*=dev0'$"
check "says nothing of characters" test "${ERR#*character}" = "$ERR"
expect_status 1 "$cdikit" resolve --root "$root" --glob '*=dev0' 'vendor.com/*=dev1' '[' '*=dev0'
expect_err "no device matches the patterns '\\*=dev0', '\['$"
expect_out '^vendor\.com/device=dev1 '
expect_status 1 "$cdikit" resolve --json --root "$root" --glob '*=dev0'
expect_out '"\*=dev0"'

expect_status 0 "$cdikit" resolve --root "$root" --config "$fixtures/oci/asks.json"
expect_out '^vendor\.com/device=dev1 +active'
expect_status 0 "$cdikit" resolve --root "$root" --config "$fixtures/oci/asks-env.json"
expect_out '^vendor\.com/device=dev0 +active'
expect_status 0 "$cdikit" resolve --root "$root" --config - <"$fixtures/oci/config.json"
check "asks for nothing" test -z "$OUT"
expect_err '^cdikit resolve: no devices are asked for$'
expect_status 0 "$cdikit" resolve -q --root "$root" --config "$fixtures/oci/config.json"
check "quiet" test -z "$OUT$ERR"
expect_status 1 "$cdikit" resolve --root "$root" --config - <<<'[]'
expect_status 3 "$cdikit" resolve --root "$root" --config "$TMP/none"

expect_status 2 "$cdikit" resolve
expect_status 2 "$cdikit" resolve --config x vendor.com/device=dev0
expect_err 'only one of'
expect_status 2 "$cdikit" resolve --config x --glob
expect_err -- '--glob goes with NAME'

# ---- a pattern stands for devices that can be requested, and so does a hint ----
expect_status 0 "$cdikit" resolve --json --root "$root" --glob 'vendor.com/device=dev*'
check "each is matched once" test "$(grep -c '"active"' "$TMP/.out")" = 2
expect_status 1 "$cdikit" resolve --root "$root" --glob 'twin.org/gpu=t*'
expect_err 'no device matches'
expect_status 1 "$cdikit" resolve --root "$root" twin.org/gpu=t1
check "no hint to what cannot be requested" test "${ERR#*did you mean twin.org/gpu=t0}" = "$ERR"

finish
