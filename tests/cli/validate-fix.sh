#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit validate --fix and --diff.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
expected=$TOP/tests/cli/expected
cd "$TMP" || exit 1

# A document with a repair of each kind, and an error that only its author can repair.
write_broken() {
    printf '%s\n' '# made by hand' 'cdiVersion: "0.3.0"   # the first' 'kind: vendor.com/class' \
        'kind: vendor.com/class' 'annotations:' '    a.b/c: 007' '' 'devices:' \
        '  - name: "0"   # digits are fine' '    containerEdits:' '      env: [ A=b,   C=d ]' \
        '      deviceNodes:' '        - {path: /dev/a, type: char}' \
        'containerEdits:' '  hooks:' \
        '    - {hookName: createcontainer, path: /bin/a, args: [a], env: [A=b]}' \
        '  additionalGIDs: [5]' '  env: [nothing]' >"$1"
}

# ---- --diff shows and changes nothing ----
write_broken a.yaml
cp a.yaml before
expect_status 1 "$cdikit" validate --diff a.yaml
expect_file "$expected/validate-fix.diff"
expect_err 'findings in 1 file can be repaired with --fix'
check "nothing was written" cmp a.yaml before
cp .out patch.diff
# Also with --fix.
expect_status 1 "$cdikit" validate --fix --diff a.yaml
expect_file "$expected/validate-fix.diff"
check "nothing was written" cmp a.yaml before
expect_status 1 "$cdikit" validate --diff - <a.yaml
expect_out '^--- standard input$'

# ---- --fix does what --diff has shown, and reports the rest ----
expect_status 1 "$cdikit" validate --fix a.yaml
expect_out '^a\.yaml:17:[0-9]+: error: .*\[env-form\]$'
expect_out '^1 file: 1 error, 0 warnings$'
expect_err 'findings in 1 file repaired'
cp before patched.yaml
check "patch takes the difference" patch -s patched.yaml patch.diff
check "it is what --fix wrote" cmp patched.yaml a.yaml
check "as many lines, less the repeated one" test "$(wc -l <a.yaml)" = "$(($(wc -l <before) - 1))"
check "comments and blanks are kept" grep -q '^cdiVersion: "0.7.0"   # the first$' a.yaml

# ---- a second time there is nothing to do ----
inode=$(stat -c '%i %Y' a.yaml)
expect_status 1 "$cdikit" validate --fix a.yaml
check "the file was left alone" test "$(stat -c '%i %Y' a.yaml)" = "$inode"
expect_status 1 "$cdikit" validate --diff a.yaml
check "no difference" test -z "$OUT"
sed -i '/nothing/d' a.yaml
expect_status 0 "$cdikit" validate --diff a.yaml
expect_status 0 "$cdikit" validate --fix --strict a.yaml

# ---- mode and owner are kept, a symlink is followed, no other file is left ----
mkdir dir
write_broken dir/b.yaml
chmod 640 dir/b.yaml
ln -s dir/b.yaml link.yaml
expect_status 1 "$cdikit" validate --fix -q link.yaml
check "quiet" test -z "$OUT$ERR"
check "the link is one still" test -L link.yaml
check "what it leads to is repaired" grep -q '"0.7.0"' dir/b.yaml
check "the mode" test "$(stat -c %a dir/b.yaml)" = 640
check "nothing else" test "$(ls -A dir)" = b.yaml

# ---- line ends ----
write_broken c.yaml
sed -i 's/$/\r/; /nothing/d' c.yaml
expect_status 0 "$cdikit" validate --fix --strict c.yaml
check "no carriage return" test "$(grep -c $'\r' c.yaml)" = 0

# ---- --json tells of what is left, on standard output alone ----
write_broken d.yaml
expect_status 1 "$cdikit" validate --fix --json d.yaml
check "one finding is left" python3 -c '
import json, sys
found = json.load(open(sys.argv[1]))["findings"]
sys.exit([f["rule"] for f in found] != ["env-form"])' .out

# ---- a rule that is off by default, and one of an engine ----
printf 'cdiVersion: 1.0.0\nkind: vendor.com/class\ndevices: [{name: dev, containerEdits: {env: [A=b]}}]\n' >e.yaml
expect_status 0 "$cdikit" validate --diff e.yaml
expect_status 0 "$cdikit" validate --fix --target podman@4.3 e.yaml
check "the engine knows it now" grep -q '^cdiVersion: 0.3.0$' e.yaml

# ---- names that engines load ----
mkdir names
cp a.yaml names/a.yml
cp a.yaml names/b.YAML
expect_status 1 "$cdikit" validate --diff names/a.yml
expect_out '^rename from names/a\.yml$'
expect_out '^rename to names/a\.yaml$'
expect_status 0 "$cdikit" validate --fix names/a.yml
expect_err 'names/a\.yml is now called a\.yaml'
check "renamed" test -e names/a.yaml -a ! -e names/a.yml
# With that name both would be lost.
expect_status 0 "$cdikit" validate --fix names/b.YAML
expect_err 'is not renamed to b\.yaml: another document there has one of its devices'
check "not renamed" test -e names/b.YAML -a ! -e names/b.yaml
# Of several with one device the first gets its name; --diff shows the same.
mkdir same
for name in a.yml b.yml c.JSON; do cp names/a.yaml "same/$name"; done
expect_status 1 "$cdikit" validate --diff same
check "one name" test "$(grep -c '^rename to same/a\.yaml$' .out)-$(grep -c '^rename to' .out)" = 1-1
expect_err 'same/b\.yml is not renamed to b\.yaml: another document there'
expect_status 0 "$cdikit" validate --fix same
check "one is renamed" test "$(ls -A same | tr '\n' ' ')" = 'a.yaml b.yml c.JSON '
# It does not take longer than reading each document once would.
mkdir load
for i in $(seq 1500); do sed "s/\"0\"/\"$i\"/" names/a.yaml >"load/$i.yml"; done
check "1500 files, in time" timeout 20 "$cdikit" validate --fix -q load
check "all are renamed" test "$(ls load | grep -c 'yaml$')" = 1500
# Nor over another file, nor a document with errors.
sed 's/"0"/"1"/' a.yaml >names/a.yml
expect_status 3 "$cdikit" validate --fix names/a.yml
expect_err 'cannot rename it to a\.yaml, which exists'
write_broken names/c.yml
expect_status 1 "$cdikit" validate --fix names/c.yml
check "not renamed" test -e names/c.yml

# In a directory, too, unless that is silenced.
mkdir yml
cp a.yaml yml/a.yml
expect_status 0 "$cdikit" validate --fix --rule file-name=off yml
check "not renamed" test -e yml/a.yml
expect_status 0 "$cdikit" validate yml
expect_out '^yml/a\.yml: warning: .*\[file-name\]$'
expect_status 1 "$cdikit" validate --diff yml
expect_out '^rename to yml/a\.yaml$'
expect_status 0 "$cdikit" validate --fix --strict yml
expect_err 'yml/a\.yml is now called a\.yaml'
check "renamed" test "$(ls -A yml)" = a.yaml
# What gets such a name is checked, repaired and compared as others are, by that name.
mkdir again
cp a.yaml again/first.yaml
sed 's/"0"/"1"/; s/"007"/007/; s/A=b/A=b, A=c/' a.yaml >again/p.yml
expect_status 1 "$cdikit" validate --diff again
expect_out '^rename to again/p\.yaml$'
expect_out '^[+]    a\.b/c: "007"$'
expect_status 1 "$cdikit" validate --fix --strict again
expect_out '^again/p\.yaml:[0-9]*:[0-9]*: warning: .*\[env-duplicate\]$'
expect_out '^2 files: 0 errors, '
check "repaired" grep -q '"007"' again/p.yaml
cp .out first
expect_status 1 "$cdikit" validate --fix --strict again
check "the same findings as the second time" cmp .out first
mkdir -p twice/a twice/b
cp a.yaml twice/a/a.yaml
cp a.yaml twice/b/b.yml
expect_status 1 "$cdikit" validate --fix --rule device-in-files=error twice/a twice/b
expect_out '^twice/b/b\.yaml:.*\[device-in-files\]$'
mv twice/b/b.yaml twice/b/b.yml
expect_status 1 "$cdikit" validate --fix --caret always --rule device-in-files=error twice/a twice/b
check "with the lines of both" test "$(grep -c 'name: "0"' .out)" = 2
# A document that engines refuse keeps its name, and its text.
mkdir kept
write_broken kept/p.yml
cp kept/p.yml before
expect_status 0 "$cdikit" validate --fix kept
expect_out '^kept/p\.yml: warning: .*\[file-name\]$'
check "as it was" cmp kept/p.yml before
sed '1i # cdikit: ignore-file file-name' a.yaml >silent.yml
expect_status 0 "$cdikit" validate --fix --strict silent.yml
check "not renamed" test -e silent.yml

# ---- what the run does not want is not repaired, what it wants more is ----
write_broken off.yaml
expect_status 1 "$cdikit" validate --diff --rule coerced-scalar=off off.yaml
check "no quotes" test "$(grep -c '"007"' .out)" = 0
sed -i '/a\.b\/c/s/$/ # cdikit: ignore coerced-scalar/' off.yaml
expect_status 1 "$cdikit" validate --fix off.yaml
check "silenced, and not repaired" grep -q 'a\.b/c: 007 #' off.yaml
printf 'cdiVersion: 1.0.0\nkind: vendor.com/class\ndevices: [{name: dev, containerEdits: {env: [A=b]}}]\n' >high.yaml
expect_status 0 "$cdikit" validate --fix --rule version-too-high=warning high.yaml
check "the lowest version" grep -q '^cdiVersion: 0.3.0$' high.yaml

# ---- directories, the spec dirs, and a root ----
mkdir -p root/etc/cdi many
write_broken many/a.yaml
sed 's/"0" /"1" /' many/a.yaml >many/b.yaml
expect_status 1 "$cdikit" validate --fix many
expect_err 'findings in 2 files repaired'
expect_out '^2 files: 2 errors, 0 warnings$'
write_broken root/etc/cdi/a.yaml
expect_status 1 "$cdikit" validate --fix --root root
expect_out '^/etc/cdi/a\.yaml:17:'
check "beneath the root" grep -q '"0.7.0"' root/etc/cdi/a.yaml

# ---- what is not replaced ----
mkfifo fifo.yaml
expect_status 3 timeout 5 "$cdikit" validate --fix fifo.yaml
expect_status 3 "$cdikit" validate --fix none.yaml
expect_status 2 "$cdikit" validate --fix - <a.yaml
expect_err 'standard input is none'
expect_status 2 "$cdikit" validate --diff --json a.yaml
expect_status 2 "$cdikit" validate --fix --min-version a.yaml
if [ "$(id -u)" = 0 ]; then
    # A directory that may not be written to: the findings are those of the file as it is.
    mkdir -m 755 closed
    write_broken closed/a.yaml
    chmod 755 "$TMP"
    cp "$cdikit" "$TMP/cdikit"
    expect_status 3 setpriv --reuid=65534 --regid=65534 --clear-groups "$TMP/cdikit" validate --fix closed/a.yaml
    expect_err 'closed/a\.yaml: .*Permission denied'
    expect_out '^closed/a\.yaml:2:13: error: .*\[version-too-low\]$'
    write_broken before
    check "the file is as it was" cmp closed/a.yaml before
fi
finish
