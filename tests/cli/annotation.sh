#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit annotation: CDI's annotation tests, and maps that JSON readers disagree about.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit

# ---- key ----
expect_status 0 "$cdikit" annotation key vendor.class device
expect_out '^cdi\.k8s\.io/vendor\.class_device$'
expect_status 0 "$cdikit" annotation key v-e.n_d.or.cl-as_s d-e/v/i/c-e
expect_out '^cdi\.k8s\.io/v-e\.n_d\.or\.cl-as_s_d-e_v_i_c-e$'
expect_status 1 "$cdikit" annotation key '' device
expect_status 1 "$cdikit" annotation key vendor.class ''
expect_status 1 "$cdikit" annotation key _vendor.class device
expect_status 1 "$cdikit" annotation key vendor.class device_
expect_status 1 "$cdikit" annotation key -- -v d
expect_status 1 "$cdikit" annotation key "$(printf '1%.0s' {1..57})" device
expect_status 2 "$cdikit" annotation key vendor.class
expect_status 2 "$cdikit" annotation key a b c
expect_status 2 "$cdikit" annotation key --json a b

# ---- value ----
expect_status 0 "$cdikit" annotation value a/b=c d/e=f
expect_out '^a/b=c,d/e=f$'
expect_status 0 "$cdikit" annotation value
check "no device, empty value" test "$OUT" = ''
expect_status 1 "$cdikit" annotation value a/b=c /dev/null
expect_err '/dev/null'

# ---- parse ----
map=$TMP/map.json
cat >"$map" <<'EOF'
{
    "cdi.k8s.io/b": "vendor.com/class=b0,vendor.com/class=b1",
    "other": "x",
    "cdi.k8s.io/a": "vendor.com/class=a"
}
EOF
expect_status 0 "$cdikit" annotation parse "$map"
expect_file "$TOP/tests/cli/expected/annotation-parse.txt"
expect_status 0 "$cdikit" annotation parse - <"$map"
expect_file "$TOP/tests/cli/expected/annotation-parse.txt"
expect_status 0 "$cdikit" annotation parse --json "$map"
expect_file "$TOP/tests/cli/expected/annotation-parse.json"
for empty in '{}' 'null' '{" cdi.k8s.io/x": "bad"}'; do
    printf '%s' "$empty" >"$TMP/empty.json"
    expect_status 0 "$cdikit" annotation parse "$TMP/empty.json"
    check "asks for nothing: $empty" test -z "$OUT"
done

# rejected MAP PATTERN: parse ends with 1 and says why.
rejected() {
    printf '%s' "$1" >"$TMP/bad.json"
    expect_status 1 "$cdikit" annotation parse "$TMP/bad.json"
    expect_err "$2"
    expect_err 'bad\.json'
}
rejected '{"cdi.k8s.io/x": ""}' 'cdi\.k8s\.io/x'
rejected '{"cdi.k8s.io/x": "a/b=c,"}' 'cdi\.k8s\.io/x'
rejected '{"cdi.k8s.io/x": "a/b=c", "cdi.k8s.io/y": "bad"}' 'cdi\.k8s\.io/y'
rejected '{"cdi.k8s.io/x": "a/b=c\u0000"}' 'cdi\.k8s\.io/x'
rejected '{"cdi.k8s.io/x": "a/b=c", "cdi.k8s.io/x": "a/b=d"}' 'bad\.json:1:2[0-9]'
rejected '{"a": 1}' 'bad\.json:1:7: .*string'
rejected '[]' 'object'
rejected '{"a": "b"' 'bad\.json:1'
rejected '' 'bad\.json'
expect_status 3 "$cdikit" annotation parse "$TMP/none.json"
expect_status 2 "$cdikit" annotation parse
expect_status 2 "$cdikit" annotation parse --in-place "$map"

# ---- update ----
printf '{"a":"b"}' >"$map"
expect_status 0 "$cdikit" annotation update "$map" v.w d vendor.com/class=a vendor.com/class=b
expect_out '^\{"a":"b","cdi\.k8s\.io/v\.w_d":"vendor\.com/class=a,vendor\.com/class=b"\}$'
check "not in place" test "$(cat "$map")" = '{"a":"b"}'
chmod 0640 "$map"
expect_status 0 "$cdikit" annotation update --in-place "$map" v.w d vendor.com/class=a
check "in place" test "$(cat "$map")" = '{"a":"b","cdi.k8s.io/v.w_d":"vendor.com/class=a"}'
check "keeps its mode" test "$(stat -c %a "$map")" = 640
cp "$map" "$TMP/before"
expect_status 1 "$cdikit" annotation update --in-place "$map" v.w d vendor.com/class=a
expect_err 'already'
expect_status 1 "$cdikit" annotation update --in-place "$map" v.w e bad
expect_status 1 "$cdikit" annotation update --in-place "$map" _v e a/b=c
check "unchanged after failures" cmp "$TMP/before" "$map"
expect_status 0 "$cdikit" annotation update - v d a/b=c <<<'null'
expect_out '"cdi\.k8s\.io/v_d": ?"a/b=c"'
expect_status 2 "$cdikit" annotation update --in-place - v d a/b=c <<<'{}'
expect_status 2 "$cdikit" annotation update "$map" v
expect_status 2 "$cdikit" annotation update "$map" v d
expect_err 'annotation update FILE\|- PLUGIN ID DEVICE'

expect_status 2 "$cdikit" annotation
for form in 'key PLUGIN ID' 'value DEVICE\.\.\.' 'parse FILE\|-' 'update FILE\|- PLUGIN ID DEVICE'; do
    expect_err "cdikit annotation $form"
done
expect_status 2 "$cdikit" annotation prase
expect_err "did you mean 'parse'"

finish
