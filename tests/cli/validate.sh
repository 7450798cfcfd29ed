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
expect_out '^standard input:1:1: error: .*\[no-document\]$'
expect_status 3 "$cdikit" validate good/vendor.yaml "$TMP/none.yaml" bad/findings.yaml
expect_err 'none\.yaml: .*No such file'
expect_out '\[env-form\]'
expect_out '^3 files: 5 errors, 2 warnings; 1 file could not be read$'
expect_status 3 "$cdikit" validate --json good/vendor.yaml "$TMP/none.yaml"
expect_out '"errors": 0'
check "unreadable" python3 -c '
import json, sys
(it,) = json.load(open(sys.argv[1]))["unreadable"]
sys.exit(it["path"] != sys.argv[2] or "No such file" not in it["message"])' "$TMP/.out" "$TMP/none.yaml"
expect_status 0 "$cdikit" validate --json good
expect_out '"unreadable": \[\]'
# What was named may be a pipe; a directory's files may not, and never make anybody wait.
expect_status 0 timeout 5 "$cdikit" validate <(cat good/vendor.yaml)
expect_status 0 timeout 5 "$cdikit" validate /dev/stdin < <(cat good/vendor.yaml)
expect_status 1 timeout 5 "$cdikit" validate <(cat bad/findings.yaml)
expect_out ':7:17: error'
mkdir "$TMP/pipes"
mkfifo "$TMP/pipes/fifo.yaml"
expect_status 3 timeout 5 "$cdikit" validate "$TMP/pipes"
expect_err 'fifo\.yaml: not a regular file'
expect_status 3 timeout 5 "$cdikit" validate --spec-dir "$TMP/pipes"
expect_err 'fifo\.yaml: not a regular file'
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
expect_out '^0 files: 0 errors, 0 warnings; 1 file could not be read$'

# ---- directories as engines read them ----
expect_status 1 "$cdikit" validate root/etc/cdi
expect_out '^root/etc/cdi/twin-a\.yaml:4:13: error: .*twin-b\.yaml too, in the same directory: neither of the two is used \[device-conflict\]$'
expect_out '^root/etc/cdi/twin-b\.yaml:4:13: error: .*twin-a\.yaml too, in the same directory: neither of the two is used \[device-conflict\]$'
expect_out '^5 files: 3 errors, 1 warning$'
expect_out '^root/etc/cdi/ignored\.yml: warning: .*\[file-name\]$'
expect_status 0 "$cdikit" validate root/etc/cdi/twin-a.yaml root/etc/cdi/twin-b.yaml
mkdir -p "$TMP/dir/sub.yaml"
ln -s missing "$TMP/dir/dangling.yaml"
expect_status 3 "$cdikit" validate "$TMP/dir"
expect_err 'dangling\.yaml'
expect_status 0 "$cdikit" validate "$TMP/dir/sub.yaml"
expect_out '^0 files'

# ---- the spec dirs ----
expect_status 1 "$cdikit" validate --root root
expect_out '^/etc/cdi/broken\.yaml:5:7: error: .*\[unknown-field\]$'
expect_out '^6 files: '
expect_status 0 "$cdikit" validate --spec-dir good
expect_status 3 "$cdikit" validate --spec-dir "$TMP/none"
expect_out '^0 files'

# ---- what is wrong with the structure hides nothing ----
cat >"$TMP/structure.yaml" <<'EOS'
cdiVersion: "1.1.0"
kind: vendor
kind: vendor.com/device
extra: 1
devices:
- name: d
  containerEdits:
    evn: [A=b]
    mounts: bind
    env: [nothing]
EOS
expect_status 1 "$cdikit" validate "$TMP/structure.yaml"
for place in 2:7:kind-form 3:1:duplicate-key 4:1:unknown-field 8:5:unknown-field 9:13:wrong-type \
    10:11:env-form; do
    rule=${place##*:}
    check "finds $place" grep -q "structure\.yaml:${place%:*}: error: .*\[$rule\]$" "$TMP/.out"
done
expect_out 'hint: did you mean "env"\?'
expect_out '^1 file: 6 errors, 0 warnings$'
check "in the order of the file" sort -t: -k2,2n -c <(grep '\]$' "$TMP/.out")
expect_status 1 "$cdikit" validate --json "$TMP/structure.yaml"
expect_out '"path": "devices\[0\]\.containerEdits\.evn"'
expect_out '"hint": "did you mean \\"env\\"\?"'

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
expect_status 1 "$cdikit" validate - < <(head -c 70000000 /dev/zero)
expect_out '^standard input: error: .*\[limit\]$'

# ---- several YAML documents ----
cat good/vendor.yaml good/vendor.yaml >"$TMP/two.yaml"
line=$(grep -n '^---' "$TMP/two.yaml" | tail -n 1 | cut -d: -f1)
expect_status 0 "$cdikit" validate "$TMP/two.yaml"
expect_out "two\.yaml:$line:1: warning: .*only the first counts \[more-documents\]$"
expect_status 1 "$cdikit" validate --strict "$TMP/two.yaml"

# ---- what a file with errors defines is no conflict: engines do not load it ----
mkdir "$TMP/half"
cp root/etc/cdi/twin-a.yaml "$TMP/half/a.yaml"
sed 's/ENV=b//; $a extra: 1' root/etc/cdi/twin-b.yaml >"$TMP/half/b.yaml"
expect_status 1 "$cdikit" validate "$TMP/half"
expect_out '\[unknown-field\]$'
check "no conflict" test "${OUT#*device-conflict}" = "$OUT"

# ---- a directory like a document is none ----
mkdir -p "$TMP/nested/x.yaml" "$TMP/nested-root/etc/cdi/x.yaml"
cp good/vendor.yaml "$TMP/nested"
expect_status 0 "$cdikit" validate "$TMP/nested"
expect_out '^1 file: 0 errors'
expect_status 0 "$cdikit" validate --root "$TMP/nested-root"
expect_out '^0 files: 0 errors'

# ---- an unreadable spec dir is not a missing one ----
mkdir -p "$TMP/locked/specs"
chmod 0 "$TMP/locked"
if [ "$(id -u)" = 0 ]; then
    expect_status 3 setpriv --reuid=65534 --regid=65534 --clear-groups "$TMP/cdikit" validate \
        --spec-dir "$TMP/locked/specs"
else
    expect_status 3 "$cdikit" validate --spec-dir "$TMP/locked/specs"
fi
expect_err 'locked/specs.*Permission denied'
check "not called missing" test "${ERR#*does not exist}" = "$ERR"
chmod 755 "$TMP/locked"

expect_status 3 "$cdikit" validate --min-version good/vendor.yaml "$TMP/none.yaml"
expect_out '^0\.5\.0 '
expect_err 'none\.yaml'

# ---- options that mean nothing together ----
expect_status 2 "$cdikit" validate --root root good/vendor.yaml
expect_err 'go without operands'
expect_status 2 "$cdikit" validate --spec-dir good good/vendor.yaml
expect_err 'go without operands'
expect_status 2 "$cdikit" validate --min-version --strict good/vendor.yaml
expect_err -- '--strict does not go with --min-version'
for option in --strict --min-version '--root root' '--spec-dir good' good/vendor.yaml; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 2 "$cdikit" validate --rules $option
    expect_err -- '--rules and --explain go alone'
done
expect_status 0 "$cdikit" validate --rules --json
check "rules as JSON" python3 -c '
import json, sys
rules = {r["rule"]: r["severity"] for r in json.load(open(sys.argv[1]))}
sys.exit(rules["env-form"] != "error" or rules["device-conflict"] != "error"
         or rules["more-documents"] != "warning")' "$TMP/.out"

expect_status 0 "$cdikit" validate --rules
expect_out '^env-form +error '
expect_out '^device-conflict +error '
expect_out '^unknown-field +error '
expect_out '^syntax +error '
expect_status 2 "$cdikit" validate --stric
expect_err 'did you mean --strict'
"$cdikit" validate bad >/dev/full 2>/dev/null
check "status 3 for a full disk" test $? = 3

finish
