#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How cdikit validate writes its findings
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
cd "$fixtures" || exit 1

# ---- text: sorted by path, the place below it on a terminal ----
expect_status 1 "$cdikit" validate --format text root/etc/cdi bad/warning.yaml bad/syntax.yaml
check "sorted by path" sort -c <(grep -o '^[^ ]*\.[a-z]*:' "$TMP/.out" | cut -d: -f1)
check "no caret in a pipe" test "${OUT#*^}" = "$OUT"
expect_status 0 "$cdikit" validate --caret always bad/warning.yaml
expect_out '^    8 \|                 path: usr/bin/hook$'
expect_out '^      \|                       \^$'
expect_status 1 "$cdikit" validate --caret=always root/etc/cdi
check "the line of what is found across files" grep -A 2 '\[device-conflict\]$' "$TMP/.out"
expect_out '^    4 \|     - name: t0$'
expect_status 0 "$cdikit" validate --caret always - <bad/warning.yaml
expect_out '^    8 \|                 path: usr/bin/hook$'
on_terminal() { script -qec "$*" "$TMP/.pty" </dev/null >/dev/null; }
on_terminal "NO_COLOR=1 '$cdikit' validate bad/warning.yaml"
check "a caret on a terminal" grep -q '^      |  *^.$' "$TMP/.pty"
on_terminal "TERM=xterm NO_COLOR= '$cdikit' validate bad/warning.yaml"
check "colour on a terminal" grep -q $'\033\\[1;33mwarning' "$TMP/.pty"
on_terminal "NO_COLOR=1 '$cdikit' validate --caret never bad/warning.yaml"
check "no caret on a terminal" test "$(grep -c '\^' "$TMP/.pty")" = 0
expect_status 0 "$cdikit" validate --verbose good
expect_out '^good/other\.json: ok$'

# ---- json ----
expect_status 1 "$cdikit" validate --format json bad
cp "$TMP/.out" "$TMP/format.json"
expect_status 1 "$cdikit" validate --json bad
expect_file "$TMP/format.json"
expect_status 0 "$cdikit" validate --format json --rules
expect_out '"rule": "env-form"'
expect_status 0 "$cdikit" validate --format json --min-version good
expect_out '"min_version": '

# ---- wrong use ----
expect_status 2 "$cdikit" validate --format text --json good
expect_err 'exclude each other'
expect_status 2 "$cdikit" validate --format xml good
expect_err 'json'

finish
