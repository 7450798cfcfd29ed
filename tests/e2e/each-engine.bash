# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Runs a test script once for each engine of this machine. Sourced after ../lib.sh.

# engine_missing ENGINE: prints what it lacks here.
engine_missing() {
    local program
    case $1 in
    docker) set -- dockerd docker ;;
    ctr) set -- containerd ctr ;;
    cri) set -- containerd ctr curl ;;
    esac
    for program in "$@" busybox; do
        command -v "$program" >/dev/null || echo "$program is not installed"
    done
}

# each_engine SCRIPT: on machines with simulated GPUs. Its checks count as ours.
each_engine() {
    local engine machine start missing
    for engine in runc crun podman docker ctr cri; do
        missing=$(engine_missing "$engine" | paste -sd,)
        if [ -n "$missing" ]; then
            skip "containers of $engine" "$missing"
            continue
        fi
        start=$SECONDS
        for machine in two-gpus desktop-usable; do
            part "$engine on $machine" timeout 200 "$TOP/tests/engines/run" / "$engine" "$machine" "$1"
        done
        echo "note $engine took $((SECONDS - start)) s"
    done
}
