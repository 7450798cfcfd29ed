#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The rules of cdikit validate: what is told of them, and how they are set.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
cd "$fixtures" || exit 1

# ---- what is told of them ----
expect_status 0 "$cdikit" validate --explain env-form
expect_out '^### env-form$'
expect_out '^\*\*error\*\* - an environment variable is NAME=VALUE\.$'
expect_out '^Source: CDI library\.$'
expect_status 0 "$cdikit" validate --explain version-too-high
expect_out '^\*\*off by default\*\* - '
expect_status 0 "$cdikit" validate --explain live-mount-missing
expect_out '^\*\*error\*\* - '
expect_status 0 "$cdikit" validate --explain env-form --json
check "one rule as JSON" python3 -c '
import json, sys
rule = json.load(open(sys.argv[1]))
sys.exit((rule["rule"], rule["severity"], rule["source"]) != ("env-form", "error", "CDI library")
         or not rule["help"].endswith("."))' "$TMP/.out"
expect_status 0 "$cdikit" validate --explain all
expect_file "$TOP/docs/rules.md"
expect_status 0 "$cdikit" validate --rules --json
check "every rule has a help" python3 -c '
import json, sys
rules = json.load(open(sys.argv[1]))
sys.exit(len(rules) < 80 or not all(r["help"] and r["summary"] and r["source"] for r in rules)
         or len({r["rule"] for r in rules}) != len(rules))' "$TMP/.out"
expect_status 2 "$cdikit" validate --explain env-from
expect_err 'there is no rule "env-from"; did you mean env-form\?'
expect_status 2 "$cdikit" validate --explain ''
expect_status 2 "$cdikit" validate --explain env-form good/vendor.yaml
expect_err -- '--explain go alone'
expect_status 2 "$cdikit" validate --explain env-form --rules

# ---- how severe they are: --rule ----
expect_status 1 "$cdikit" validate --rule hook-path-relative=error bad/warning.yaml
expect_out '^bad/warning\.yaml:8:23: error: .*\[hook-path-relative\]$'
expect_status 0 "$cdikit" validate --strict --rule hook-path-relative=off bad/warning.yaml
expect_out '^1 file: 0 errors, 0 warnings$'
expect_status 0 "$cdikit" validate --rule version-too-high=warning - <<'EOS'
cdiVersion: 1.1.0
kind: vendor.com/device
devices: [{name: a, containerEdits: {env: [A=b]}}]
EOS
expect_out '^standard input:1:13: warning: .*\[version-too-high\]$'
expect_status 0 "$cdikit" validate --rule env-form=off --rule env-form=warning - <<'EOS'
cdiVersion: 0.3.0
kind: vendor.com/device
devices: [{name: a, containerEdits: {env: [A]}}]
EOS
expect_out '^standard input:3:44: warning: .*\[env-form\]$'
for setting in env-form env-form= env-form=on env-form=ERROR =off env-from=off ''; do
    expect_status 2 "$cdikit" validate --rule "$setting" good/vendor.yaml
done
expect_status 2 "$cdikit" validate --rule env-form=on good/vendor.yaml
expect_err 'write it as env-form=error, env-form=warning or env-form=off'
expect_status 2 "$cdikit" validate --rule env-from=off good/vendor.yaml
expect_err 'there is no rule "env-from"; did you mean env-form\?'

# ---- --fail-on ----
expect_status 0 "$cdikit" validate --fail-on error bad/warning.yaml
expect_status 1 "$cdikit" validate --fail-on warning bad/warning.yaml
expect_status 0 "$cdikit" validate --fail-on warning good
expect_status 1 "$cdikit" validate --strict --fail-on warning bad/warning.yaml
expect_status 2 "$cdikit" validate --strict --fail-on error bad/warning.yaml
expect_status 2 "$cdikit" validate --fail-on off bad/warning.yaml
for option in '--fail-on error' '--rule env-form=off'; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 2 "$cdikit" validate --min-version $option good/vendor.yaml
    # shellcheck disable=SC2086
    expect_status 2 "$cdikit" validate --rules $option
done

# ---- .cdikit.yaml, the nearest one above a document ----
project=$TMP/project
mkdir -p "$project/specs/deep" "$project/other" "$TMP/empty"
cp bad/warning.yaml "$project/specs/w.yaml"
cp bad/warning.yaml "$project/specs/deep/w.yaml"
cp bad/warning.yaml "$project/other/w.yaml"
cat >"$project/.cdikit.yaml" <<'EOS'
# what this project thinks
rules:
  hook-path-relative: off
EOS
cat >"$project/specs/deep/.cdikit.yaml" <<'EOS'
rules: {hook-path-relative: "error"}
EOS
expect_status 1 "$cdikit" validate "$project/specs/w.yaml" "$project/specs/deep/w.yaml" "$project/other/w.yaml"
expect_out '^.*/specs/deep/w\.yaml:8:23: error: '
expect_out '^3 files: 1 error, 0 warnings$'
# A directory's own configuration is no document of it.
expect_status 1 "$cdikit" validate "$project/specs/deep"
expect_out '^1 file: 1 error, 0 warnings$'
expect_status 0 "$cdikit" validate --rule hook-path-relative=warning "$project/specs/deep"
expect_out '^1 file: 0 errors, 1 warning$'
cd "$project/specs" || exit 1
expect_status 0 "$cdikit" validate --strict - <w.yaml
expect_status 0 "$cdikit" validate --strict w.yaml ../other/w.yaml ./w.yaml
expect_status 1 "$cdikit" validate --strict deep/w.yaml
ln -s "$project/other" "$TMP/link"
expect_status 0 "$cdikit" validate --strict "$TMP/link/w.yaml" "$TMP/link"
cd "$fixtures" || exit 1
# A spec dir is one for engines: they take it for a document. Beneath a root nothing else is looked at.
mkdir -p "$TMP/root/etc/cdi"
cp bad/warning.yaml "$TMP/root/etc/cdi/w.yaml"
cp "$project/.cdikit.yaml" "$TMP/.cdikit.yaml"
expect_status 1 "$cdikit" validate --strict --root "$TMP/root"
expect_out '^1 file: 0 errors, 1 warning$'
cp "$project/.cdikit.yaml" "$TMP/root/etc/cdi/.cdikit.yaml"
expect_status 1 "$cdikit" validate --strict --root "$TMP/root"
expect_out '^/etc/cdi/\.cdikit\.yaml: warning: .*\[config-in-spec-dir\]$'
expect_out '^1 file: 0 errors, 1 warning$'
mv "$TMP/root/etc/cdi/.cdikit.yaml" "$TMP/root/etc/.cdikit.yaml"
expect_status 0 "$cdikit" validate --strict --root "$TMP/root"
mv "$TMP/root/etc/.cdikit.yaml" "$TMP/root/.cdikit.yaml"
expect_status 0 "$cdikit" validate --strict --root "$TMP/root"
echo 'nothing: 1' >"$TMP/root/.cdikit.yaml"
expect_status 2 "$cdikit" validate --root "$TMP/root"
expect_err '^cdikit validate: /\.cdikit\.yaml:1:1: '
rm "$TMP/.cdikit.yaml"

# ---- what a configuration cannot say is told with its place ----
refuse() { # PATTERN, the configuration being standard input
    cat >"$project/.cdikit.yaml"
    expect_status 2 "$cdikit" validate "$project/other/w.yaml"
    expect_err "/project/\\.cdikit\\.yaml:$1"
}
refuse '1:1: unknown key "rule"; the only one is rules' <<<'rule: {}'
refuse '2:3: there is no rule "env-from"; did you mean env-form\?' <<<$'rules:\n  env-from: off'
refuse '2:13: a rule is set to error, warning or off' <<<$'rules:\n  env-form: true'
refuse '2:13: a rule is set to error, warning or off' <<<$'rules:\n  env-form: [off]'
refuse '3:3: the rule is set twice' <<<$'rules:\n  env-form: off\n  env-form: off'
refuse '2:1: rules is there twice' <<<$'rules: {}\nrules: {}'
refuse '1:8: rules is a list of lines' <<<'rules: [env-form]'
refuse '1:1: a configuration has "rules:"' <<<'- env-form'
refuse '2:1: ' <<<'rules: ['
for text in '' '# nothing' 'rules: {}' '--- ~'; do
    printf '%s\n' "$text" >"$project/.cdikit.yaml"
    expect_status 0 "$cdikit" validate "$project/other/w.yaml"
    expect_out '0 errors, 1 warning$'
done
rm "$project/.cdikit.yaml"
mkfifo "$project/.cdikit.yaml"
expect_status 3 timeout 5 "$cdikit" validate "$project/other/w.yaml"
expect_err 'project/\.cdikit\.yaml: not a regular file'
rm "$project/.cdikit.yaml"

# ---- comments ----
sed '1i # cdikit: ignore-file env-form, device-name' bad/findings.yaml >"$TMP/ignored.yaml"
expect_status 1 "$cdikit" validate "$TMP/ignored.yaml"
expect_out '\[node-path-empty\]$'
check "silenced" test "${OUT#*env-form}${OUT#*device-name}" = "$OUT$OUT"
sed '1i # cdikit: ignore-file env-from' good/vendor.yaml >"$TMP/ignored.yaml"
expect_status 0 "$cdikit" validate "$TMP/ignored.yaml"
expect_out 'ignored\.yaml:1:23: warning: there is no rule "env-from" \[ignore-comment\]$'
# Findings across files are silenced like others, each in its file.
mkdir "$TMP/twins"
sed 's/name:.*/& # cdikit: ignore device-conflict/' root/etc/cdi/twin-a.yaml >"$TMP/twins/a.yaml"
cp root/etc/cdi/twin-b.yaml "$TMP/twins/b.yaml"
expect_status 1 "$cdikit" validate "$TMP/twins"
expect_out '/b\.yaml:4:13: error: .*\[device-conflict\]$'
expect_out '^2 files: 1 error, 0 warnings$'
expect_status 0 "$cdikit" validate --rule device-conflict=off "$TMP/twins"

# ---- the same device elsewhere ----
expect_status 0 "$cdikit" validate --strict root/etc/cdi/twin-a.yaml root/etc/cdi/twin-b.yaml
expect_status 0 "$cdikit" validate --rule device-in-files=warning root/etc/cdi/twin-a.yaml root/etc/cdi/twin-b.yaml
expect_out '^root/etc/cdi/twin-a\.yaml:4:13: warning: device twin\.org/gpu=t0 is defined in root/etc/cdi/twin-b\.yaml too \[device-in-files\]$'
expect_out '^2 files: 0 errors, 2 warnings$'
expect_status 1 "$cdikit" validate --rule device-in-files=warning root/etc/cdi
expect_out '\[device-conflict\]$'

# ---- what engines pass over in a directory ----
odd=$TMP/odd
mkdir -p "$odd/sub" "$odd/plain" "$odd/x.yaml" "$odd/.git"
touch "$odd/README.md" "$odd/a.yaml~" "$odd/.git/x.yaml" "$odd/plain/x.txt"
cp good/vendor.yaml "$odd/a.YAML"
cp good/vendor.yaml "$odd/b.yml"
cp good/vendor.yaml "$odd/sub/c.json"
expect_status 0 "$cdikit" validate "$odd"
expect_out 'odd/a\.YAML: warning: .*\[file-name\]$'
expect_out 'odd/b\.yml: warning: .*\[file-name\]$'
expect_out 'odd/sub: warning: .*\[sub-directory\]$'
expect_out 'odd/x\.yaml: warning: .*\[sub-directory\]$'
expect_out '^0 files: 0 errors, 4 warnings$'
expect_status 0 "$cdikit" validate "$odd/b.yml"
expect_out 'odd/b\.yml: warning: .*\[file-name\]$'
expect_status 0 "$cdikit" validate --strict --rule file-name=off "$odd/b.yml"
sed '1i # cdikit: ignore-file file-name' good/vendor.yaml >"$odd/b.yml"
expect_status 0 "$cdikit" validate --strict "$odd/b.yml"
cp good/vendor.yaml "$odd/plain.txt"
expect_status 0 "$cdikit" validate --strict "$odd/plain.txt"

# ---- patterns ----
tree=$TMP/tree
mkdir -p "$tree/a/b/c" "$tree/.hidden" "$tree/[x]"
for name in a/1.yaml a/2.json a/b/3.yaml a/b/c/4.yaml .hidden/5.yaml a/.6.yaml '[x]/7.yaml' a/b/notes.txt; do
    cp good/other.json "$tree/$name"
done
ln -s . "$tree/a/loop"
cd "$tree" || exit 1
# files PATTERN: the files that fit, in their order
files() { "$cdikit" validate -v "$@" 2>&1 | sed -n 's/: ok$//p' | tr '\n' ' '; }
check "*" test "$(files 'a/*.yaml')" = 'a/1.yaml '
check "**" test "$(files '**/*.yaml')" = '[x]/7.yaml a/1.yaml a/b/3.yaml a/b/c/4.yaml '
check "a/**" test "$(files 'a/**/*.yaml')" = 'a/1.yaml a/b/3.yaml a/b/c/4.yaml '
check "** in the middle" test "$(files 'a/**/c/*')" = 'a/b/c/4.yaml '
check "** twice" test "$(files '**/**/b/**/*.yaml')" = 'a/b/3.yaml a/b/c/4.yaml '
check "** at the end" test "$(files 'a/b/**')" = 'a/b/3.yaml a/b/c/4.yaml a/b/notes.txt '
check "?" test "$(files 'a/?.[jy]*')" = 'a/1.yaml a/2.json '
check "all but some, as in git" test "$(files 'a/[!2]*')" = 'a/1.yaml '
check "all but a range, twice" test "$(files '[!b-z]/[!2-9].[!j]*')" = 'a/1.yaml '
check "also so" test "$(files 'a/[^2]*')" = 'a/1.yaml '
mkdir marks
cp a/1.yaml 'marks/!.json'
cp a/1.yaml 'marks/[!.json'
check "! elsewhere in a class" test "$(files 'marks/[[!a].json')" = 'marks/!.json '
check "! after an escaped [" test "$(files 'marks/\[!.*')" = 'marks/[!.json '
rm -r marks
check "a dot" test "$(files 'a/.*.yaml')" = 'a/.6.yaml '
check "a hidden directory" test "$(files '.h*/*')" = '.hidden/5.yaml '
check "absolute" test "$(files "$tree/a/b/*.yaml")" = "$tree/a/b/3.yaml "
check "dots" test "$(files './a/../a/*.json')" = './a/../a/2.json '
check "a file of that name" test "$(files '[x]/7.yaml')" = '[x]/7.yaml '
check "through a link" test "$(files 'a/loop/*.json')" = 'a/loop/2.json '
expect_status 3 "$cdikit" validate 'b/*.yaml' a/1.yaml
expect_err 'b/\*\.yaml: no file fits this pattern'
expect_out '^1 file: 0 errors'

# ---- many files: one is open at a time ----
mkdir "$TMP/many"
for i in $(seq 400); do
    printf 'cdiVersion: 0.3.0\nkind: vendor.com/device\ndevices: [{name: d%s, containerEdits: {env: [A=b]}}]\n' \
        "$i" >"$TMP/many/$i.yaml"
done
for operand in "$TMP/many" "$TMP/many/*.yaml"; do
    # shellcheck disable=SC2016 # for the other shell
    expect_status 0 bash -c 'ulimit -n 16 && exec "$@"' - "$cdikit" validate "$operand"
    expect_out '^400 files: 0 errors, 0 warnings$'
done

finish
