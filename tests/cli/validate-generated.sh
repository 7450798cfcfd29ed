#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What `cdikit generate` writes has no warnings, on any simulated node and in any mode.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "validate what is generated"

# clean MACHINE OPTION...: the document that generate writes there, if it writes any.
documents=0
clean() {
    local name="$*"
    rm -f "$TMP/document.yaml"
    on "$1" "$cdikit" generate -q --output "$TMP/document.yaml" "${@:2}" >/dev/null 2>&1
    [ -e "$TMP/document.yaml" ] || return 0
    documents=$((documents + 1))
    check "$name" "$cdikit" validate --strict "$TMP/document.yaml"
}

for file in "$TOP"/tests/fakenode/machines/*.machine; do
    machine=$(basename "$file" .machine)
    case $machine in *bighost* | mig16x7) continue ;; esac
    clean "$machine"
done
for mode in pci management imex gds gdrcopy mofed nvswitch csv wsl amd intel; do
    for machine in a100x8 gds other-vendors orin wsl2; do
        clean "$machine" --mode "$mode"
    done
done
clean desktop --enable-hook chmod --device-name-strategy uuid --device-name-strategy type-index
clean driver-container --driver-root /run/nvidia/driver
check "there were documents" test "$documents" -gt 25
finish
