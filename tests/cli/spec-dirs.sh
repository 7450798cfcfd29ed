#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --spec-dir and --root mean the same to every command, absolute and relative.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit

mkdir -p "$TMP/w/specs" "$TMP/w/bad" "$TMP/w/root/etc/cdi" "$TMP/w/root/specs"
cat >"$TMP/w/specs/a.yaml" <<'EOS'
cdiVersion: "0.5.0"
kind: v.com/c
devices: [{name: d, containerEdits: {env: [FROM=specs]}}]
EOS
sed 's/FROM=specs/FROM=etc/' "$TMP/w/specs/a.yaml" >"$TMP/w/root/etc/cdi/a.yaml"
sed 's/FROM=specs/FROM=root/' "$TMP/w/specs/a.yaml" >"$TMP/w/root/specs/a.yaml"
sed 's/FROM=specs/FROM/' "$TMP/w/specs/a.yaml" >"$TMP/w/bad/a.yaml"
cd "$TMP/w" || exit 1
echo '{}' >config.json

# where FROM OPTION...: with these options each command finds the document that says FROM.
where() {
    local from=$1
    shift
    expect_status 0 "$cdikit" list --names "$@"
    expect_out '^v\.com/c=d$'
    expect_status 0 "$cdikit" show "$@" v.com/c=d
    expect_out "FROM=$from"
    expect_status 0 "$cdikit" resolve "$@" v.com/c=d
    expect_out '^v\.com/c=d +active'
    expect_status 0 "$cdikit" apply "$@" --config config.json v.com/c=d
    expect_out "FROM=$from"
    expect_status 0 "$cdikit" validate "$@"
    expect_out '^1 file: 0 errors'
}
where specs --spec-dir specs
where specs --spec-dir ./specs/
where specs --spec-dir specs --root /
where specs --spec-dir ../w/specs
where specs --spec-dir "$PWD/specs"
where etc --root root
where etc --root "$PWD/root"
where root --root root --spec-dir specs
where root --root root --spec-dir /specs
where root --root "$PWD/root" --spec-dir specs

# ---- validate really looks there ----
for option in '' --json --strict; do
    # shellcheck disable=SC2086 # no option is no word
    expect_status 1 "$cdikit" validate $option --spec-dir bad
    expect_out 'env-form'
done
expect_status 0 "$cdikit" validate --min-version --spec-dir bad
expect_out '^0\.3\.0 +bad/a\.yaml'

# ---- a directory that was named and is not there ----
missing() {
    expect_err 'warning: spec dir none does not exist'
    check "says it once" test "$(grep -c 'does not exist' "$TMP/.err")" = 1
}
expect_status 0 "$cdikit" list --spec-dir none --spec-dir specs
missing
expect_status 0 "$cdikit" list --json --spec-dir none --spec-dir specs
missing
expect_status 0 "$cdikit" show --spec-dir none --spec-dir specs v.com/c=d
missing
expect_status 0 "$cdikit" resolve --spec-dir none --spec-dir specs v.com/c=d
missing
expect_status 0 "$cdikit" apply --spec-dir none --spec-dir specs --config config.json v.com/c=d
missing
expect_status 1 "$cdikit" apply --spec-dir none --config config.json v.com/c=d
missing
expect_status 0 "$cdikit" list --root root --spec-dir none
expect_err 'warning: spec dir none does not exist'
expect_status 0 "$cdikit" list -q --spec-dir none
check "quiet" test -z "$ERR"
expect_status 0 "$cdikit" list --root bad
check "the default directories may be missing" test "${ERR#*does not exist}" = "$ERR"
# What validate was told to check and cannot is a file that cannot be read.
for option in '' --json --strict --min-version; do
    # shellcheck disable=SC2086
    expect_status 3 "$cdikit" validate $option --spec-dir none --spec-dir specs
    expect_err 'spec dir none does not exist'
done
expect_status 3 "$cdikit" validate --root root --spec-dir none
expect_err 'spec dir none does not exist'
expect_status 0 "$cdikit" validate --root bad
expect_out '^0 files'

finish
