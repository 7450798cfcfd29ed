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
    twin.org/gpu=t0 gpu0
expect_err 'unresolvable CDI devices vendor\.com/device=dev9, twin\.org/gpu=t0, gpu0$'
expect_err 'did you mean vendor\.com/device=dev[01]\?'
expect_err 'twin\.org/gpu=t0 cannot be used: .*/etc/cdi/twin-a\.yaml, /etc/cdi/twin-b\.yaml'
expect_err 'gpu0.* not a qualified'
expect_err 'warning: /etc/cdi/broken\.yaml:5:7'
expect_out '^vendor\.com/device=dev1 +active'
expect_status 1 "$cdikit" resolve --json --root "$root" vendor.com/device=dev9
expect_out '"vendor\.com/device=dev9"'

expect_status 0 "$cdikit" resolve --root "$root" --glob 'vendor.com/*=*' 'other.org/net=nic?'
expect_out '^vendor\.com/device=dev1 '
expect_out '^other\.org/net=nic0 '
expect_status 1 "$cdikit" resolve --root "$root" --glob '*=dev0'
expect_err 'unresolvable CDI devices \*=dev0'

expect_status 0 "$cdikit" resolve --root "$root" --config "$fixtures/oci/asks.json"
expect_out '^vendor\.com/device=dev1 +active'
expect_status 0 "$cdikit" resolve --root "$root" --config "$fixtures/oci/asks-env.json"
expect_out '^vendor\.com/device=dev0 +active'
expect_status 0 "$cdikit" resolve --root "$root" --config - <"$fixtures/oci/config.json"
check "asks for nothing" test -z "$OUT"
expect_status 1 "$cdikit" resolve --root "$root" --config - <<<'[]'
expect_status 3 "$cdikit" resolve --root "$root" --config "$TMP/none"

expect_status 2 "$cdikit" resolve
expect_status 2 "$cdikit" resolve --config x vendor.com/device=dev0

finish
