# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What holds under every engine, whatever way a container asks for a device. Sourced after
# wrapped.bash.
#
#   ENGINE      the engine
#   ASK         the variable or annotation for a device, `printf` puts the device in it

# wrapped COMMAND WORD...: the engine's. on ID COMMAND WORD...: one of the commands for a container.
wrapped() { "wrapped_${ENGINE}_$1" "${@:2}"; }
on() { "wrapped_${ENGINE}_do" "$@"; }
has_command() {
    local commands=COMMANDS_$ENGINE
    [[ " ${!commands} " = *" $1 "* ]]
}
# shellcheck disable=SC2059 # that is what it is
ask() { printf "$ASK" "$1"; }

# writes NAME COMMAND...: counts whether it succeeds; what it writes is in $TMP/said.
writes() {
    local name="$ENGINE: $1"
    shift
    if "$@" >"$TMP/said" 2>"$TMP/said.err" </dev/null; then
        ok "$name"
    else
        not_ok "$name" "status $?: $(tail -n 20 "$TMP/said" "$TMP/said.err")"
    fi
}
# ends STATUS NAME COMMAND...: the same, for any status.
ends() {
    local status=0 want=$1 name="$ENGINE: $2"
    shift 2
    "$@" >"$TMP/said" 2>"$TMP/said.err" </dev/null || status=$?
    if [ "$status" = "$want" ]; then
        ok "$name"
    else
        not_ok "$name" "status $status, expected $want: $(tail -n 20 "$TMP/said" "$TMP/said.err")"
    fi
}

# --- what a container sees, on a machine with two GPUs -------------------------------------------

ALL_NODES="find /dev -type c -o -type b | $DESCRIBE"

# try MAJOR:MINOR...: whether the container may open devices of its own making. The nodes of the
# machine lead to no driver: ENXIO, where a cgroup says EPERM.
# shellcheck disable=SC2016 # expanded in the container
TRY='try() {
    for n; do
        busybox rm -f /dev/try
        busybox mknod /dev/try c ${n%:*} ${n#*:} || return
        said=$( (: <>/dev/try) 2>&1 )
        case $said in
        "" | *"No such device or address") echo $n may ;;
        *"Operation not permitted") echo $n may not ;;
        *) echo $n $said ;;
        esac
    done
    busybox rm -f /dev/try
}'
# Of GPU 1: itself, its DRM nodes, what all GPUs share. Then of GPU 0, and of nobody:
# /dev/loop-control and /dev/kmsg.
THOSE='195:1 226:2 226:129 195:255 195:254 511:0'
OTHERS='195:0 226:1 226:128 10:237 1:11'
# cgroup_said FILE: whether the container may open those that it asked for, alone.
expect_cgroup() {
    local n
    for n in $THOSE; do echo "$n may"; done >"$TMP/may"
    for n in $OTHERS; do echo "$n may not"; done >>"$TMP/may"
    check "$ENGINE: $1: the cgroup lets it open its devices and no other" \
        diff "$TMP/may" "$2"
}

LIBRARIES='/usr/lib/x86_64-linux-gnu/libcuda.so.570.133.20 /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.570.133.20 /usr/bin/nvidia-smi'

# section N: of what was said, between the lines "--".
section() { awk -v n="$1" '/^--$/ { at++; next } at == n - 1' "$TMP/said"; }

# base_for REQUEST: the file with the nodes of a container like this that asks for nothing. (One with
# an annotation comes by another way with some engines.)
base_for() { if is_annotation "$1"; then echo "$TMP/base.annotation"; else echo "$TMP/base"; fi; }

# test_nothing_asked [REQUEST]
test_nothing_asked() {
    local base name="a container that asks for nothing${1:+, $1}"
    base=$(base_for "${1-}")
    writes "$name" wrapped run "${1-}" "$ALL_NODES; echo --; $TRY; try $THOSE"
    section 1 >"$base"
    check "$ENGINE: $name has /dev/null" grep -q '^/dev/null 1:3 ' "$base"
    check "$ENGINE: $name has nothing of a GPU" lacks "$base" -E 'nvidia|dri'
    check "$ENGINE: $name may open nothing of one" \
        test "$(section 2 | grep -c 'may not$')" = "$(wc -w <<<"$THOSE")"
}

# test_sees NAME REQUEST: the request is for GPU 1.
test_sees() {
    local name=$1
    writes "$name" wrapped run "$2" "$ALL_NODES; echo --; $TRY; try $THOSE $OTHERS
        echo --; env; echo --; sha256sum $LIBRARIES"
    { cat "$(base_for "$2")" && expected_nodes nvidia1 card2 renderD129; } | sort >"$TMP/expected"
    check "$ENGINE: $name: the nodes of GPU 1 and no other" diff "$TMP/expected" <(section 1 | sort)
    section 2 >"$TMP/tried"
    expect_cgroup "$name" "$TMP/tried"
    section 3 >"$TMP/env"
    check "$ENGINE: $name: environment" grep -qx 'NVIDIA_VISIBLE_DEVICES=void' "$TMP/env"
    check "$ENGINE: $name: environment of the engine" grep -q '^PATH=.*/bin' "$TMP/env"
    # shellcheck disable=SC2086 # three files
    check "$ENGINE: $name: libraries are the node's" \
        diff <(sha256sum $LIBRARIES) <(section 4)
}

# What an engine left of its containers' cgroups. (conmon stays in its own, and crun beneath a v2
# hierarchy that controls nothing.)
cgroups_left() {
    find /sys/fs/cgroup -type d -path "*$CGROUP/*" ! -path '*/unified/*' ! -name conmon ${POD:+! -name "$POD"}
}

# --- the life of a container ----------------------------------------------------------------------

WAITING='trap "exit 5" TERM; while :; do sleep 0.1; done'

test_status() {
    ends 37 'the status of a container' wrapped run "$(ask 1)" 'exit 37'
}

# again NAME: what the container "life" sees and may, later in its life.
again() {
    writes "exec, $1" on life exec "$TRY; try $THOSE $OTHERS"
    cp "$TMP/said" "$TMP/tried"
    expect_cgroup "exec, $1" "$TMP/tried"
}
expect_state() {
    local state
    state=$(on life state)
    check "$ENGINE: its state is $1" test "$state" = "$1"
}

test_life() {
    local status
    writes 'a container in the background' wrapped begin life "$(ask 1)" "$WAITING"
    expect_state running
    again 'of one that runs'
    ends 7 'exec: its status' on life exec 'exit 7'
    writes 'exec: its output' on life exec 'echo create --bundle /none --version'
    check "$ENGINE: exec: nothing but its output" \
        test "$(cat "$TMP/said")" = 'create --bundle /none --version'
    writes 'pause' on life pause
    expect_state paused
    writes 'resume' on life resume
    expect_state running
    if has_command update; then
        writes 'update' on life update
        again 'after an update'
    fi
    if has_command restart; then
        writes 'restart' on life restart
        expect_state running
        again 'after a restart'
    fi
    writes 'a signal' on life kill TERM
    writes 'the end' on life wait
    status=$(cat "$TMP/said")
    check "$ENGINE: a signal reaches the container, and its status us" test "$status" = 5
    writes 'remove' on life remove
    check "$ENGINE: nothing is left of its cgroup" \
        test -z "$(cgroups_left)"
}

test_killed() {
    writes 'a container to be killed' wrapped begin killed "$(ask 1)" "$WAITING"
    writes 'kill' on killed kill KILL
    writes 'wait' on killed wait
    check "$ENGINE: the status of one that was killed" test "$(cat "$TMP/said")" = 137
    writes 'remove' on killed remove
}

# --- what goes wrong ------------------------------------------------------------------------------

# refused NAME REQUEST PATTERN: the engine tells what the wrapper said, and starts nothing.
refused() {
    if wrapped run "$2" 'echo started' >"$TMP/said" 2>&1 </dev/null; then
        not_ok "$ENGINE: $1 is refused" "$(cat "$TMP/said")"
    else
        ok "$ENGINE: $1 is refused"
    fi
    check "$ENGINE: $1: the engine says why" grep -Eq "$3" "$TMP/said"
    check "$ENGINE: $1: nothing was started" lacks "$TMP/said" -x started
    check "$ENGINE: $1: nothing is left of its cgroup" \
        test -z "$(cgroups_left)"
}

# A node's own mistakes stop no container from being stopped.
test_broken_config() {
    writes 'a container' wrapped begin life "$(ask 1)" "$WAITING"
    cp "$CONFIG_TOML" "$TMP/kept.toml"
    printf '[nvidia-container-runtime]\nruntimes = "runc"\n' >"$CONFIG_TOML"
    writes 'config.toml is broken: kill' on life kill KILL
    writes 'config.toml is broken: wait' on life wait
    check "$ENGINE: config.toml is broken: its status" test "$(cat "$TMP/said")" = 137
    writes 'config.toml is broken: remove' on life remove
    refused 'a container with a broken config.toml' "$(ask 1)" 'config\.toml:2:12: .*array of strings'
    cp "$TMP/kept.toml" "$CONFIG_TOML"
}

# --- devices that can be used, on a machine whose nodes are those of /dev/null and /dev/zero ------

# shellcheck disable=SC2016 # expanded in the container
USE='busybox head -c 2 /dev/nvidiactl | busybox od -An -tx1 && echo text >/dev/nvidia0 &&
    : <>/dev/dri/renderD128 && echo used'
test_use() {
    writes 'using the devices' wrapped run "$(ask 0)" "$USE"
    check "$ENGINE: they were read and written" test "$(cat "$TMP/said")" = $' 00 00\nused'
}

# --- the engine's own ways ------------------------------------------------------------------------

test_docker_info() {
    writes 'info' docker info --format '{{.DefaultRuntime}} {{.RuncCommit.ID}}'
    check "$ENGINE: the wrapper is the default, and its version is the low-level runtime's" \
        grep -Fqx "cdikit $(runc --version | sed -n 's/^commit: //p')" "$TMP/said"
}
