#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What every command has in common: options, help, manual pages, completion, output failures.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
commands='list show resolve why validate convert transform generate facts refresh doctor apply annotation name schema cdi help version'

# ---- without a command ----
expect_status 2 "$cdikit"
expect_err '^Usage: cdikit COMMAND'
expect_status 0 "$cdikit" --help
expect_out '^Usage: cdikit COMMAND'
expect_status 0 "$cdikit" -h
expect_status 0 "$cdikit" help
for command in $commands; do
    check "help lists $command" grep -q "^  $command " "$TMP/.out"
done
expect_status 0 "$cdikit" --version
expect_out '^cdikit [0-9]+\.[0-9]+\.[0-9]+$'
expect_status 2 "$cdikit" --names list
expect_err 'unknown option --names before the command'
expect_status 2 "$cdikit" -vx list
expect_err 'unknown option -vx before the command'
expect_status 2 "$cdikit" -- list

# ---- the options of every command, before it ----
for option in -v --verbose -vv '-v -v'; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 0 "$cdikit" $option list --spec-dir "$TMP"
    expect_err 'priority 0'
done
expect_status 0 "$cdikit" -q list --spec-dir "$TMP/none"
check "quiet" test -z "$OUT$ERR"
expect_status 0 "$cdikit" --help list
expect_out '^Usage: cdikit list'
expect_status 0 "$cdikit" -v --help
expect_out '^Usage: cdikit COMMAND'
expect_status 0 "$cdikit" -v --version
expect_out '^CDI 0\.1\.0'
expect_status 0 "$cdikit" --version -v
expect_out '^CDI 0\.1\.0'
expect_status 2 "$cdikit" -v
expect_err '^Usage: cdikit COMMAND'
expect_status 2 "$cdikit" -v valdate
expect_err "did you mean 'validate'"
expect_status 2 "$cdikit" valdate
expect_err "did you mean 'validate'"
expect_status 2 "$cdikit" nothinglikeit
check "no far-fetched hint" test "${ERR#*did you mean}" = "$ERR"

# ---- help of each command ----
for command in $commands; do
    expect_status 0 "$cdikit" "$command" --help
    expect_out "^Usage: cdikit $command \\[OPTION\\.\\.\\.\\]"
    expect_out '^Exit status:'
    cp "$TMP/.out" "$TMP/help"
    expect_status 0 "$cdikit" help "$command"
    check "help $command is $command --help" cmp "$TMP/help" "$TMP/.out"
    expect_status 0 "$cdikit" "$command" -h
    check "$command: no line of help is longer than 80" test "$(awk 'length > 80' "$TMP/help" | wc -l)" = 0
done
expect_status 2 "$cdikit" help nothinglikeit
expect_err "^Try 'cdikit help'\.$"
expect_status 2 "$cdikit" help list show

# ---- manual pages ----
for command in '' $commands; do
    # shellcheck disable=SC2086 # without a command there is no word
    expect_status 0 "$cdikit" help --man $command
    cp "$TMP/.out" "$TMP/page.1"
    if command -v man >/dev/null; then
        warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$TMP/page.1" 2>&1 >/dev/null)
        check "manual page ${command:-cdikit}: no warnings" test -z "$warnings"
    else
        skip "manual page ${command:-cdikit}" "no man"
    fi
done

# ---- options ----
expect_status 2 "$cdikit" list --nmaes
expect_err 'did you mean --names\?'
expect_status 2 "$cdikit" list --names=yes
expect_err "--names cannot be .yes.: it is true or false"
expect_status 0 "$cdikit" list --names=true --spec-dir "$TMP/none"
check "no names" test -z "$OUT"
expect_status 2 "$cdikit" list --spec-dir
expect_err -- '--spec-dir needs a value'
expect_status 2 "$cdikit" list --spec-dir=
expect_err 'empty value'
expect_status 2 "$cdikit" list -x
expect_status 2 "$cdikit" list -spec-dir x
expect_err 'two dashes'
expect_status 2 "$cdikit" convert --format xml file
expect_err 'one of yaml, json'
expect_status 2 "$cdikit" list operand
expect_err "Try 'cdikit list --help'"
expect_status 0 "$cdikit" list --spec-dir "$TMP/none" --spec-dir="$TMP/none" -vq
expect_err 'priority 0'
check "-vq is quiet too" test "${ERR#*warning}" = "$ERR"
expect_status 0 "$cdikit" list --spec-dir "$TMP/none" -qv
expect_err 'priority 0'
expect_status 0 "$cdikit" resolve --help
expect_out 'paths that are'
check "resolve reads no device nodes" test "${OUT#*device nodes}" = "$OUT"
expect_status 0 "$cdikit" apply --help
expect_out 'the device nodes'
expect_status 0 "$cdikit" generate --help
expect_out '--device-ids'
expect_out 'NVIDIA_CTK_CDI_GENERATE_DEVICE_IDS'
expect_status 0 "$cdikit" help --man generate
expect_out 'device\\-ids'
expect_out 'NVIDIA_CTK_CDI_GENERATE_DEVICE_IDS'
expect_status 2 env NVIDIA_CTK_CDI_GENERATE_NO_ALL_DEVICE=perhaps "$cdikit" generate --root "$TMP"
expect_err 'environment variable NVIDIA_CTK_CDI_GENERATE_NO_ALL_DEVICE: '
expect_status 1 env NVIDIA_CTK_CDI_GENERATE_NO_ALL_DEVICE= "$cdikit" generate --root "$TMP"
expect_status 2 env NVIDIA_CTK_CDI_GENERATE_VENDOR=1x "$cdikit" generate --root "$TMP"
expect_status 1 env NVIDIA_CTK_CDI_GENERATE_VENDOR=1x "$cdikit" generate --root "$TMP" --cdi-vendor x
expect_status 0 "$cdikit" name --json -- a/b=c
expect_status 0 "$cdikit" name a/b=c --json
expect_status 2 "$cdikit" name -- a/b=c --json

# ---- the output cannot be written ----
fixtures=$TOP/tests/cli/fixtures
root="--root $fixtures/root" config="--config $fixtures/oci/config.json" dev=vendor.com/device=dev0
for full in "version" "list --help" "help" "help --man list" "name a/b=c" "name --json a/b=c" schema \
    "list $root" "list $root --json" "show $root $dev" "resolve $root $dev" \
    "resolve $root --json $dev" "validate $fixtures/good" "validate --json $fixtures/good" \
    "validate --min-version $fixtures/good" "validate --rules" "validate --rules --json" \
    "convert $fixtures/good/vendor.yaml" "convert --format json $fixtures/good/vendor.yaml" \
    "apply $root $config $dev" "apply $root $config --diff $dev" \
    "apply $root $config --explain $dev" "apply $root $config --explain --json $dev" \
    "annotation key v d" "annotation value a/b=c" "annotation parse $fixtures/map.json" \
    "annotation parse --json $fixtures/map.json" "annotation update $fixtures/map.json v d a/b=c"; do
    # shellcheck disable=SC2086 # words of a command
    "$cdikit" $full >/dev/full 2>"$TMP/err"
    check "status 3 for a full disk: $full" test $? = 3
    check "says so: $full" grep -q "^cdikit ${full%% *}: .*cannot write.*No space left" "$TMP/err"
    # shellcheck disable=SC2086
    "$cdikit" $full >&- 2>"$TMP/err"
    check "status 3 for a closed output: $full" test $? = 3
    check "says so: $full" grep -q "^cdikit ${full%% *}: .*cannot write" "$TMP/err"
done
# A closed standard output must not become the file that is opened next.
printf '{}' >"$TMP/map"
"$cdikit" annotation update --in-place "$TMP/map" v d a/b=c >&- 2>/dev/null
check "with a closed output the file is right" grep -q '^{"cdi.k8s.io/v_d":"a/b=c"}$' "$TMP/map"
(
    set -o pipefail
    "$cdikit" help validate 2>"$TMP/err" | true
)
check "quiet when the reader goes away" test ! -s "$TMP/err"

# ---- completion ----
expect_status 0 "$cdikit" help --completion bash
cp "$TMP/.out" "$TMP/completion.bash"
check "completion is bash" bash -n "$TMP/completion.bash"
expect_status 2 "$cdikit" help --completion fish
expect_status 2 "$cdikit" help --completion bash list

# complete LINE: what bash would offer at its end, one a line.
complete_line() {
    PATH=$BUILD:$PATH bash -c '
        . "$1"
        COMP_LINE=$2 COMP_POINT=${#2} COMPREPLY=()
        _cdikit
        printf "%s\n" "${COMPREPLY[@]}"' bash "$TMP/completion.bash" "$1"
}
# expect_completion LINE ANSWER...
expect_completion() {
    local line=$1 want
    shift
    want=$(printf '%s\n' "$@")
    check "completes '$line'" test "$(complete_line "$line")" = "$want"
}
expect_completion 'cdikit va' validate
expect_completion 'cdikit list --na' --names
expect_completion 'cdikit generate --cdi-v' --cdi-vendor
expect_completion 'cdikit convert --format ' yaml json
expect_completion 'cdikit convert --format=j' json
expect_completion 'cdikit validate --format ' text json sarif github junit
expect_completion 'cdikit validate --format=s' sarif
expect_completion 'cdikit validate --caret ' auto always never
expect_completion 'cdikit annotation u' update
expect_completion 'cdikit cdi t' transform
expect_completion 'cdikit transform --relative-to ' host container
expect_completion 'cdikit help li' list
expect_completion 'cdikit --verb' --verbose
expect_completion 'cdikit -v va' validate
expect_completion 'cdikit generate --vendor v' ''

finish
