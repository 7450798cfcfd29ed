#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit show
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
root=$TOP/tests/cli/fixtures/root
expected=$TOP/tests/cli/expected

expect_status 0 "$cdikit" show --root "$root" vendor.com/device=dev1 vendor.com/device=dev0
expect_file "$expected/show.yaml"
expect_status 0 "$cdikit" show --root "$root" --format json vendor.com/device=dev1
expect_file "$expected/show.json"
expect_status 0 "$cdikit" show --root "$root" --format yaml other.org/net=nic0
expect_out '^path: "/etc/cdi/other\.json"$'

expect_status 1 "$cdikit" show --root "$root" vendor.com/device=dev1 vendor.com/device=none
expect_err 'unresolvable CDI devices vendor\.com/device=none$'
check "nothing is shown" test -z "$OUT"
expect_status 1 "$cdikit" show --root "$root" twin.org/gpu=t0
expect_status 2 "$cdikit" show
expect_status 2 "$cdikit" show --format toml vendor.com/device=dev1

finish
