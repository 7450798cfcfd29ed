# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What a container sees of a simulated node. Sourced after ../lib.sh, on the node.

# In what follows, paths of device nodes become: path, numbers, mode, owner, group.
# shellcheck disable=SC2016 # expanded in the container
DESCRIBE='sort | while read -r n; do stat -c "%n %t:%T %a %u %g" "$n"; done'

# The device nodes of GPUs, for the node and for a container. Those in nvidia-caps are of MIG, which
# nobody asks for here.
LOOK="find /dev -type c | grep -E '^/dev/(nvidia[^/]*|dri/.*)\$' | $DESCRIBE"

# lacks FILE GREP-OPTION... PATTERN: no line of the file matches.
lacks() {
    local file=$1
    shift
    ! grep -q "$@" "$file"
}

# expected_nodes NVIDIA CARD RENDER: the node's, of GPUs only those with these names.
expected_nodes() {
    busybox sh -c "$LOOK" | awk -v keep=" $* " '
        { name = $1; sub(".*/", "", name) }
        name ~ /^(nvidia|card|renderD)[0-9]+$/ && !index(keep, " " name " ") { next }
        { print }'
}
