#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit facts: what it knows of a driver, and that it is no error to know nothing.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "facts"
tree desktop "$TMP/tree"
mkdir "$TMP/empty"

expect_said() { # the last standard output is standard input, and there is nothing on stderr
    cat >"$TMP/.want"
    expect_file "$TMP/.want"
    check "$_last: nothing on stderr" test -z "$ERR"
}
for words in facts 'cdi facts' 'cdi facts --driver-root=' 'facts --driver-root /'; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 0 on desktop "$cdikit" $words
    expect_said <<END
cuda 12.8
driver 570.133.20
END
done
# Tegra: the driver's version is not in /proc.
expect_status 0 on orin "$cdikit" facts
expect_said <<<'cuda 12.6'
# A driver in a container's root.
expect_status 0 on driver-container "$cdikit" facts --driver-root /run/nvidia/driver
expect_out '^cuda [0-9]+\.[0-9]+$'
expect_out '^driver 5'

# ---- what is not known is not said ----
expect_status 0 env FAKENODE_FAIL=cuDriverGetVersion=1 "$fakenode" --share "$TMP" run desktop -- \
    "$cdikit" facts
expect_said <<<'driver 570.133.20'
expect_status 0 on nodriver "$cdikit" facts
expect_said </dev/null
# No library of another root is loaded.
expect_status 0 "$cdikit" facts --root "$TMP/tree"
expect_said <<<'driver 570.133.20'
expect_status 0 "$cdikit" facts --root "$TMP/empty"
expect_said </dev/null

# ---- errors ----
expect_status 3 "$cdikit" facts --root "$TMP/none"
expect_err "$TMP/none: No such file"
expect_status 3 on desktop "$cdikit" facts --driver-root /run/none
expect_err 'driver root /run/none: No such file'
expect_status 2 "$cdikit" facts more
finish
