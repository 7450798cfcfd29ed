#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Container engines start their containers by cdikit-runtime, and these ask for devices by plain
# names, as they do on most nodes: in mode cdi, where the documents of the node say what a name
# means, and in mode jit-cdi, where they are not needed. Arguments as of engines.sh.

[ $# = 0 ] || export TMPDIR=/run
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
if [ $# = 0 ]; then
    # shellcheck source=tests/e2e/each-engine.bash
    . "$(dirname "$0")/each-engine.bash"
    each_engine "$0"
    finish
fi
for part in ../engines/cri ../engines/engines ../engines/nodes containers wrapped wrapped-tests; do
    # shellcheck source=/dev/null
    . "$(dirname "$0")/$part.bash"
done
export RUNTIME_BY=option
start_engine "$1"
UUID=GPU-95a25d28-31ff-5323-82e3-fa4555f6b73b
export ASK='NVIDIA_VISIBLE_DEVICES=%s'

cp "$CONFIG_TOML" "$TMP/usual.toml"
# The node has no program for hooks.
mode() {
    cat - "$TMP/usual.toml" >"$CONFIG_TOML" <<TOML
nvidia-container-runtime.mode = "$1"
nvidia-container-runtime.modes.jit-cdi.nvcdi-disable-hooks = ["all"]
TOML
}

# on_two_gpus MODE
on_two_gpus() {
    test_sees "$1, an index" "$(ask 1)"
    test_sees "$1, a UUID" "$(ask $UUID)"
    writes "$1, all" wrapped run "$(ask all)" "$LOOK"
    check "$ENGINE: $1, all: both GPUs" \
        diff <(expected_nodes nvidia0 nvidia1 card1 card2 renderD128 renderD129) "$TMP/said"
    writes "$1, void" wrapped run "$(ask void)" "$LOOK"
    check "$ENGINE: $1, void: nothing" test ! -s "$TMP/said"
    test_status
    test_life
    refused "$1, a GPU that is not there" "$(ask 99)" '(^|[^0-9])99([^0-9]|$)'
    # Whatever the mode, a qualified name is one of a document.
    refused "$1, a qualified name that is not there" \
        NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=99 'nvidia\.com/gpu=99'
}

for way in cdi jit-cdi; do
    mode $way
    # Nothing but the machine itself says what a name means.
    [ $way = cdi ] || rm -f /etc/cdi/*
    case $MACHINE in
    'two L4')
        test_nothing_asked
        on_two_gpus $way
        ;;
    *) test_use ;;
    esac
done
finish
