# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the command tests and the container tests share. A test script begins with
#
#     . "$(dirname "$0")/../lib.sh"
#
# and ends with `finish`. Each check is counted and prints one line, "ok NAME" or
# "not ok NAME" with what was seen; the last line is "N passed, N failed, N skipped".
#
#   BUILD   where the programs are (default build/plain)
#   TOP     the top of the source tree
#   TMP     a private directory, removed at the end
#   OUT ERR STATUS   what the last expect_status saw; the exact bytes are in
#                    $TMP/.out and $TMP/.err

set -u
export LC_ALL=C

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build/plain}
case $BUILD in
/*) ;;
*) BUILD=$TOP/$BUILD ;;
esac
TMP=$(mktemp -d "${TMPDIR:-/tmp}/cdikit-test.XXXXXX") || exit 1
OUT='' ERR='' STATUS=0

_passed=0 _failed=0 _skipped=0 _finished=0 _last=

# What a script wants done at its end, before $TMP goes: define a function of this name.
cleanup() { :; }

_at_exit() {
    local status=$?

    cleanup
    rm -rf --one-file-system "$TMP"
    if [ "$_finished" = 0 ]; then
        echo "not ok ${0##*/}: ended early with status $status"
        echo "$_passed passed, $((_failed + 1)) failed, $_skipped skipped"
        exit 1
    fi
}
trap _at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ok() {
    _passed=$((_passed + 1))
    echo "ok $1"
}

# not_ok NAME [WHAT-WAS-SEEN]
not_ok() {
    _failed=$((_failed + 1))
    echo "not ok $1"
    if [ -n "${2-}" ]; then
        printf '%s\n' "$2" | head -n 40 | sed 's/^/    /'
    fi
}

# skip NAME REASON
skip() {
    _skipped=$((_skipped + 1))
    echo "skip $1: $2"
}

# check NAME COMMAND...: passes if the command exits with 0.
check() {
    local name=$1 said
    shift
    if said=$("$@" 2>&1 </dev/null); then
        ok "$name"
    else
        not_ok "$name" "status $? of: $*"$'\n'"$said"
    fi
}

# python_with MODULE: the name of a python3 that has it. What the distribution packages is for its
# own, which need not be the first in PATH.
python_with() {
    local python
    for python in python3 /usr/bin/python3; do
        if "$python" -c "import $1" 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    return 1
}

# part NAME COMMAND...: a test script of its own; what it counts counts here.
part() {
    local name=$1 line log=$TMP/.part
    shift
    "$@" >"$log" 2>&1 </dev/null
    line=$(tail -n 1 "$log")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        sed '$d' "$log"
        _passed=$((_passed + BASH_REMATCH[1])) _failed=$((_failed + BASH_REMATCH[2]))
        _skipped=$((_skipped + BASH_REMATCH[3]))
    else
        not_ok "$name" "$(tail -n 20 "$log")"
    fi
}

# expect_status N COMMAND...: runs the command, keeps what it wrote in OUT and ERR.
# Standard input is the caller's, so that `expect_status 0 cmd <file` works.
expect_status() {
    local want=$1
    shift
    _last="${*##"$BUILD"/}"
    _last=${_last//$'\n'/ }
    STATUS=0
    "$@" >"$TMP/.out" 2>"$TMP/.err" || STATUS=$?
    # tr: a shell variable cannot hold a NUL.
    OUT=$(tr -d '\0' <"$TMP/.out")
    ERR=$(tr -d '\0' <"$TMP/.err")
    if [ "$STATUS" = "$want" ]; then
        ok "$_last"
    else
        not_ok "$_last" "status $STATUS, expected $want"$'\n'"stdout: $OUT"$'\n'"stderr: $ERR"
    fi
}

_expect_match() {
    if grep -Eq -- "$3" <<<"$2"; then
        ok "$_last: $1 has /$3/"
    else
        not_ok "$_last: $1 has /$3/" "$2"
    fi
}

# expect_out PATTERN, expect_err PATTERN: grep -E on what the last expect_status saw.
expect_out() { _expect_match stdout "$OUT" "$1"; }
expect_err() { _expect_match stderr "$ERR" "$1"; }

# expect_file FILE: the last standard output is, byte for byte, this file.
expect_file() {
    local said
    if said=$(diff -u "$1" "$TMP/.out" 2>&1); then
        ok "$_last: stdout is ${1##*/}"
    else
        not_ok "$_last: stdout is ${1##*/}" "$said"
    fi
}

finish() {
    _finished=1
    echo "$_passed passed, $_failed failed, $_skipped skipped"
    [ "$_failed" = 0 ] || exit 1
    exit 0
}
