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
printf '{"cdiVersion": "0.5.0", "kind": "vendor.com/device", "devices": [{"name": "d", "containerEdits": {"env": ["A"]}}]}' >"$TMP/line.json"
on_terminal "stty cols 60; NO_COLOR=1 '$cdikit' validate '$TMP/line.json'"
tr -d '\r' <"$TMP/.pty" | grep -A 1 '^    1 | ' >"$TMP/shown"
check "a long line fits" test "$(wc -L <"$TMP/shown")" -le 60
check "and is cut" grep -q '^    1 | \.\.\.' "$TMP/shown"
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

# ---- sarif ----
python=$(python_with jsonschema)
cat >"$TMP/findings" <<'EOS'
bad/findings.yaml:1:13 error version-too-low cdiVersion
bad/findings.yaml:4:13 error device-name devices[0].name
bad/findings.yaml:7:17 error env-form devices[0].containerEdits.env[0]
bad/findings.yaml:9:23 error node-path-empty devices[0].containerEdits.deviceNodes[0].path
bad/findings.yaml:11:23 error device-edits-empty devices[1].containerEdits
bad/findings.yaml:16:23 warning hook-path-relative devices[2].containerEdits.hooks[0].path
bad/findings.yaml:17:26 warning hook-timeout devices[2].containerEdits.hooks[0].timeout
EOS
sarif() { "$python" "$TOP/tests/cli/sarif.py" "$TMP/.out" >"$TMP/seen"; }
expect_status 1 "$cdikit" validate --format sarif bad/findings.yaml good
check "a SARIF log" sarif
check "its results" diff <(cat "$TMP/findings" && echo successful True) "$TMP/seen"
expect_status 3 "$cdikit" validate --format sarif --strict "$TMP/no ne.yaml"
check "a SARIF log of what is not there" sarif
check "is told in it" diff <(echo "$TMP/no ne.yaml error unreadable"; echo successful False) "$TMP/seen"
expect_status 0 "$cdikit" validate --format sarif good
check "a SARIF log without results" sarif
check "is successful" test "$(cat "$TMP/seen")" = 'successful True'
cp bad/warning.yaml "$TMP/a:b%é.yaml"
(cd "$TMP" && "$cdikit" validate --format sarif './a:b%é.yaml') >"$TMP/.out"
check "a SARIF log of a strange name" sarif
check "leads to it" grep -q '^a:b%é\.yaml:8:23 warning hook-path-relative ' "$TMP/seen"
expect_status 1 "$cdikit" validate --format sarif --root root
check "a SARIF log of absolute names" sarif
check "findings across files" grep -q '^/etc/cdi/twin-b\.yaml:4:13 error device-conflict' "$TMP/seen"

# ---- github ----
expect_status 1 "$cdikit" validate --format github bad/findings.yaml
expect_out '^::error file=bad/findings\.yaml,line=7,col=17,title=env-form::environment variable "NOVALUE" has no .=.%0Ahint: write it as NAME=VALUE$'
expect_out '^::warning file=bad/findings\.yaml,line=17,col=26,title=hook-timeout::'
check "commands alone" test "$(grep -cv '^::\(error\|warning\) file=' "$TMP/.out")" = 0
expect_status 0 "$cdikit" validate --format github good
check "silence" test ! -s "$TMP/.out"
expect_status 3 "$cdikit" validate --format github "$TMP/none.yaml"
expect_out '^::error file=.*/none\.yaml,title=unreadable::.*No such file'

# ---- junit ----
junit() { python3 "$TOP/tests/cli/junit.py" "$TMP/.out" >"$TMP/seen"; }
expect_status 3 "$cdikit" validate --format junit bad/warning.yaml good none.yaml bad/syntax.yaml
check "JUnit XML" junit
cut -d'|' -f1-4 "$TMP/seen" >"$TMP/cases"
cat >"$TMP/expected" <<'EOS'
bad/syntax.yaml | syntax at 3:1 | failure | syntax 
bad/warning.yaml | hook-path-relative at 8:23 devices[0].containerEdits.hooks[0].path | passed
good/other.json | validate | passed
good/vendor.yaml | validate | passed
none.yaml | read | error | unreadable 
EOS
check "its cases" diff "$TMP/expected" "$TMP/cases"
expect_status 1 "$cdikit" validate --format junit --strict bad/warning.yaml
check "JUnit XML of a warning" junit
check "which fails" grep -q '| failure | hook-path-relative | "usr/bin/hook" is a relative path$' "$TMP/seen"
# Whatever bytes a file and its name have.
printf 'cdiVersion: "\\x01\\ufffe<&>"\nkind: "a\\u2028b]]>"\n? "\\e[0m"\n: 1\n' >"$TMP/"$'\001<&"\'>\xff.yaml'
python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)))' >"$TMP/bytes.yaml"
expect_status 1 "$cdikit" validate --format junit "$TMP/"$'\001<&"\'>\xff.yaml' "$TMP/bytes.yaml"
check "JUnit XML of any bytes" junit
check "says them" grep -q 'version-unknown.*\\x01.*<&>' "$TMP/seen"
expect_status 1 "$cdikit" validate --format sarif "$TMP/"$'\001<&"\'>\xff.yaml' "$TMP/bytes.yaml"
check "a SARIF log of any bytes" sarif

# ---- wrong use ----
expect_status 2 "$cdikit" validate --format text --json good
expect_err 'exclude each other'
expect_status 2 "$cdikit" validate --format xml good
expect_err 'one of text, json, sarif, github, junit'
for format in sarif github junit; do
    expect_status 2 "$cdikit" validate --format "$format" --rules
    expect_status 2 "$cdikit" validate --format "$format" --min-version good
    "$cdikit" validate --format "$format" bad >/dev/full 2>/dev/null
    check "status 3 for a full disk, $format" test $? = 3
done

finish
