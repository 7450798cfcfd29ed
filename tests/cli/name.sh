#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit name: the cases of CDI's own parser tests, and what its messages must point at.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit

expect_status 0 "$cdikit" name vendor.com/class=dev
expect_out '^vendor\.com class dev$'
expect_status 0 "$cdikit" name a/b=c
expect_status 0 "$cdikit" name yet_another-vendor2.com/c-lass_2=dev_1:2.3
expect_out '^yet_another-vendor2\.com c-lass_2 dev_1:2\.3$'
expect_status 0 "$cdikit" name --json vendor.com/class=0
expect_file "$TOP/tests/cli/expected/name.json"

for name in '' / /dev/null gpu=0 vendor.com=dev a/b=c=d a/b/c=d _invalid.com/class=dev \
    invalid2.com-/class=dev invalid5.com/class=-dev 'a/b=c ' $'a/b=c\n' x/y=é; do
    expect_status 1 "$cdikit" name -- "$name"
done
# The character at fault is named, and one that plays with the terminal is not printed raw.
expect_status 1 "$cdikit" name 'a/b=c+d'
expect_err "'\+'"
expect_status 1 "$cdikit" name $'a/b=\033[31mred'
check "no escape on stderr" test "$(tr -dc '\033' <"$TMP/.err" | wc -c)" = 0

expect_status 2 "$cdikit" name
expect_status 2 "$cdikit" name a/b=c a/b=d
expect_err "unexpected operand 'a/b=d'"

finish
