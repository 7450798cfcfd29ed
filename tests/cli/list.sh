#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit list, on a root with a shadowed device, a conflict, a broken file and an ignored one.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
root=$TOP/tests/cli/fixtures/root
expected=$TOP/tests/cli/expected

expect_status 0 "$cdikit" list --root "$root"
expect_file "$expected/list.txt"
expect_err '/etc/cdi/broken\.yaml:5:7: .*containerEdit'
expect_status 0 "$cdikit" list --quiet --root "$root"
expect_file "$expected/list.txt"
check "quiet" test -z "$ERR"
expect_status 0 "$cdikit" list --verbose --root "$root"
expect_err 'spec dir /var/run/cdi, priority 1'
expect_status 0 "$cdikit" list -q --specs --root "$root"
expect_file "$expected/list-specs.txt"
expect_status 0 "$cdikit" list -q --names --root "$root"
expect_file "$expected/list-names.txt"
expect_status 0 "$cdikit" list -q --vendors --root "$root"
expect_file "$expected/list-vendors.txt"
expect_status 0 "$cdikit" list -q --classes --root "$root"
expect_file "$expected/list-classes.txt"
expect_status 0 "$cdikit" list --json --root "$root"
expect_file "$expected/list.json"
check "errors are in the JSON" test -z "$ERR"

# The order of --spec-dir is the order of priority.
etc=$root/etc/cdi run=$root/var/run/cdi
expect_status 0 "$cdikit" list -q --spec-dir "$run" --spec-dir "$etc"
expect_out "^vendor\.com/device=dev0 +active +$etc/vendor\.yaml$"
expect_status 0 "$cdikit" list -q --spec-dir "$etc" --spec-dir "$run"
expect_out "^vendor\.com/device=dev0 +active +$run/vendor\.yaml$"
expect_status 0 "$cdikit" list -q --root "$root" --spec-dir /var/run/cdi
expect_out '^vendor\.com/device=dev0 +active +/var/run/cdi/vendor\.yaml$'

# Nothing there.
expect_status 0 "$cdikit" list --spec-dir "$TMP/none"
expect_err 'no devices'
check "nothing on stdout" test -z "$OUT"
expect_status 0 "$cdikit" list --specs --spec-dir "$TMP/none"
expect_err 'no documents'
expect_status 0 "$cdikit" list --json --spec-dir "$TMP/none"
expect_out '"devices": \[\]'

# Names of files may be anything; what is printed is text all the same.
mkdir "$TMP/odd"
cp "$etc/other.json" "$TMP/odd/$(printf 'x\033y\377z').json"
expect_status 0 "$cdikit" list --spec-dir "$TMP/odd"
expect_out 'x\\x1by'
expect_status 0 "$cdikit" list --json --spec-dir "$TMP/odd"
check "JSON is UTF-8" iconv -f UTF-8 -t UTF-8 "$TMP/.out"
check "JSON has no control character" test "$(tr -dc '\033' <"$TMP/.out" | wc -c)" = 0

# Colours are for terminals.
check "no colour in a pipe" test "$("$cdikit" list --root "$root" 2>&1 | tr -dc '\033' | wc -c)" = 0
if command -v script >/dev/null; then
    TERM=xterm script -qec "'$cdikit' validate '$etc'" /dev/null >"$TMP/colour" </dev/null
    check "colour on a terminal" grep -q $'\033\\[' "$TMP/colour"
    NO_COLOR=1 TERM=xterm script -qec "'$cdikit' validate '$etc'" /dev/null >"$TMP/plain" </dev/null
    check "NO_COLOR" test "$(tr -dc '\033' <"$TMP/plain" | wc -c)" = 0
else
    skip "colour on a terminal" "no script(1)"
fi

expect_status 2 "$cdikit" list --names --json
expect_status 2 "$cdikit" list vendor.com
expect_status 3 "$cdikit" list --root "$TMP/none"

finish
