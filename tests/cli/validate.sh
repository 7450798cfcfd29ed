#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit validate
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
expected=$TOP/tests/cli/expected
cd "$fixtures" || exit 1

# ---- every finding of every file, with its place ----
expect_status 1 "$cdikit" validate bad/findings.yaml
for place in 1:13:version-too-low 4:13:device-name 7:17:env-form 9:23:node-path-empty \
    11:23:device-edits-empty 16:23:hook-path-relative 17:26:hook-timeout; do
    rule=${place##*:}
    check "finds $place" grep -q "^bad/findings\.yaml:${place%:*}: .*\[$rule\]$" "$TMP/.out"
done
expect_out '^1 file: 5 errors, 2 warnings$'
expect_status 1 "$cdikit" validate --json bad/findings.yaml
expect_out '"rule": "env-form"'
expect_out '"line": 7'
expect_out '"errors": 5'
expect_status 1 "$cdikit" validate bad
expect_out '^bad/syntax\.yaml:[0-9]+:[0-9]+: error: .*\[syntax\]$'
expect_out '^bad/warning\.yaml:8:23: warning: .*\[hook-path-relative\]$'
expect_out '^3 files: '

# ---- severity ----
expect_status 0 "$cdikit" validate bad/warning.yaml
expect_status 1 "$cdikit" validate --strict bad/warning.yaml
expect_status 0 "$cdikit" validate good
expect_out '^2 files: 0 errors, 0 warnings$'
expect_status 0 "$cdikit" validate --strict --verbose good/other.json
expect_out '^good/other\.json: ok$'
expect_status 1 "$cdikit" validate -q bad
check "quiet" test -z "$OUT$ERR"

# ---- operands ----
expect_status 1 "$cdikit" validate - <bad/findings.yaml
expect_out '^standard input:7:17: error'
expect_status 1 "$cdikit" validate - </dev/null
expect_status 3 "$cdikit" validate good/vendor.yaml "$TMP/none.yaml" bad/findings.yaml
expect_err 'none\.yaml: .*No such file'
expect_out '\[env-form\]'
mkfifo "$TMP/fifo.yaml"
expect_status 1 timeout 5 "$cdikit" validate "$TMP/fifo.yaml"
expect_out 'not a regular file'
mkdir -m 0 "$TMP/closed"
if [ "$(id -u)" = 0 ]; then
    # Root reads everything, so somebody else has to try, with a program that he can reach.
    chmod 755 "$TMP"
    cp "$cdikit" "$TMP/cdikit"
    expect_status 3 setpriv --reuid=65534 --regid=65534 --clear-groups "$TMP/cdikit" validate "$TMP/closed"
else
    expect_status 3 "$cdikit" validate "$TMP/closed"
fi
expect_err 'closed.*Permission denied'

# ---- directories as engines read them ----
expect_status 1 "$cdikit" validate root/etc/cdi
expect_out '^root/etc/cdi/twin-a\.yaml:4:13: error: .*twin-b\.yaml \[device-conflict\]$'
expect_out '^root/etc/cdi/twin-b\.yaml:4:13: error: .*twin-a\.yaml \[device-conflict\]$'
expect_out '^5 files: 3 errors, 0 warnings$'
check ".yml is not read" test "${OUT#*ignored}" = "$OUT"
expect_status 0 "$cdikit" validate root/etc/cdi/twin-a.yaml root/etc/cdi/twin-b.yaml
mkdir -p "$TMP/dir/sub.yaml"
ln -s missing "$TMP/dir/dangling.yaml"
expect_status 3 "$cdikit" validate "$TMP/dir"
expect_err 'dangling\.yaml'
expect_status 0 "$cdikit" validate "$TMP/dir/sub.yaml"
expect_out '^0 files'

# ---- the spec dirs ----
expect_status 1 "$cdikit" validate --root root
expect_out '^/etc/cdi/broken\.yaml:5:7: error: .*\[structure\]$'
expect_out '^6 files: '
expect_status 0 "$cdikit" validate --spec-dir good
expect_status 0 "$cdikit" validate --spec-dir "$TMP/none"
expect_out '^0 files'

# ---- the lowest version ----
expect_status 0 "$cdikit" validate --min-version good/other.json good/vendor.yaml
expect_file "$expected/min-version.txt"
expect_status 0 "$cdikit" validate --min-version bad/findings.yaml
expect_out '^0\.5\.0 .*devices\[0\]\.name$'
expect_status 0 "$cdikit" validate --min-version --json good
expect_file "$expected/min-version.json"
expect_status 1 "$cdikit" validate --min-version bad/syntax.yaml
expect_err 'syntax\.yaml'

# ---- what would make a naive reader run for ever ----
head -c 200000 /dev/zero | tr '\0' '[' >"$TMP/deep.json"
expect_status 1 timeout 5 "$cdikit" validate -q "$TMP/deep.json"

expect_status 0 "$cdikit" validate --rules
expect_out '^env-form +error '
expect_out '^device-conflict +error '
expect_status 2 "$cdikit" validate --stric
expect_err 'did you mean --strict'
"$cdikit" validate bad >/dev/full 2>/dev/null
check "status 3 for a full disk" test $? = 3

finish
