# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of "cdikit generate" on simulated nodes share, beside lib.sh:
#
#     . "$(dirname "$0")/../lib.sh"
#     . "$(dirname "$0")/../node.sh"
#
# A MACHINE is a built-in one of fakenode's, or one of tests/cli/fixtures/machines.

cdikit=$BUILD/cdikit
fakenode=$BUILD/fakenode
for _name in ${!NVIDIA_*} ${!XDG_*} ${!FAKENODE_*}; do unset "$_name"; done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# need_node WHAT: ends the script with a skip where nodes cannot be simulated.
need_node() {
    if [ "$(id -u)" != 0 ] || [ ! -x "$fakenode" ]; then
        skip "$1" "needs root and $fakenode"
        finish
    fi
}

_machine() {
    if [ -e "$TOP/tests/cli/fixtures/machines/$1.machine" ]; then
        echo "$TOP/tests/cli/fixtures/machines/$1.machine"
    else
        echo "$1"
    fi
}

# on MACHINE COMMAND...: the command on that node. Beneath $TMP it can write to this machine.
on() {
    local machine
    machine=$(_machine "$1")
    shift
    "$fakenode" --share "$TMP" run "$machine" -- "$@"
}

# tree MACHINE DIR: the node's tree.
tree() {
    rm -rf "$2"
    "$fakenode" build "$(_machine "$1")" "$2" || exit 1
}

# Facts of the JSON document that the last expect_status saw, see facts.py.
facts() { python3 "$TOP/tests/cli/facts.py" <"$TMP/.out"; }

# expect_facts [GREP-ARGUMENTS]: the last document's facts (those that grep selects) are the
# lines on standard input, no more and no less.
expect_facts() {
    local said
    cat >"$TMP/.want"
    if [ $# = 0 ]; then facts; else facts | grep "$@"; fi >"$TMP/.facts" 2>&1
    if said=$(diff -u "$TMP/.want" "$TMP/.facts"); then
        ok "$_last: the facts${1+ of $*}"
    else
        not_ok "$_last: the facts${1+ of $*}" "$said"
    fi
}

# expect_no_fact PATTERN
expect_no_fact() {
    if facts >"$TMP/.facts" && ! grep -E -- "$1" "$TMP/.facts" >"$TMP/.want"; then
        ok "$_last: no fact /$1/"
    else
        not_ok "$_last: no fact /$1/" "$(cat "$TMP/.want")"
    fi
}

# expect_lines N PATTERN TEXT: so many lines fit.
expect_lines() {
    local n
    n=$(grep -Ec -- "$2" <<<"$3")
    if [ "$n" = "$1" ]; then
        ok "$_last: $1 lines with /$2/"
    else
        not_ok "$_last: $1 lines with /$2/" "$n of them in: $3"
    fi
}
