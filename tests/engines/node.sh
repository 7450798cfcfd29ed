#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One container engine uses, on a simulated node and by its own CDI support, what `cdikit generate`
# wrote. Started by tests/engines/run.

# A tmpfs, on which containerd can stack its overlays; the rest of the node is an overlay already.
export TMPDIR=/run
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/engines/cri.bash
. "$(dirname "$0")/cri.bash"
# shellcheck source=tests/engines/engines.bash
. "$(dirname "$0")/engines.bash"
# shellcheck source=tests/engines/nodes.bash
. "$(dirname "$0")/nodes.bash"

ENGINE=$1
MACHINE=$(sed -n 's/^describe text="\(.*\)"$/\1/p' /run/fakenode/machine)
VERSIONS='0.3.0 0.4.0 0.5.0 0.6.0 0.7.0 0.8.0 1.0.0 1.1.0'
cleanup() { "${ENGINE}_stop"; }

# at_least VERSION VERSION: whether the first is not older than the second.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | tail -n 1)" = "$1" ]; }

# Why Docker's groups are its own: see https://github.com/moby/moby/pull/52579
takes_gids() {
    grep -q additionalGids "$DOCUMENT" && [ "$ENGINE" != docker ]
}

# --- which documents the engine reads -----------------------------------------------------------

# A device without any GPU for each version of CDI.
write_probes() {
    local version
    for version in $VERSIONS; do
        cat >"/etc/cdi/probe-$version.yaml" <<YAML
cdiVersion: $version
kind: example.com/probe
devices:
- name: v$version
  containerEdits:
    env: [PROBE=$version]
YAML
    done
}

# Sets NEWEST, the newest version that the engine accepts: as its distribution built it, which may
# be with another release of the CDI library than the project's own.
find_newest() {
    local version said refused=
    NEWEST=
    for version in $VERSIONS; do
        # shellcheck disable=SC2016 # expanded in the container
        said=$("${ENGINE}_run" 0 '' "example.com/probe=v$version" 'echo "probe $PROBE"' 2>/dev/null)
        if [ "$said" = "probe $version" ]; then
            [ -z "$refused" ] || not_ok "$ENGINE accepts $version but not $refused"
            NEWEST=$version
        else
            refused=$version
        fi
    done
    rm -f /etc/cdi/probe-*.yaml
}

# promised_version: the newest that `--for` takes this engine to read. It says so when it leaves
# something out, and leaves out nothing for an engine that reads all.
promised_version() {
    local said
    said=$("$BUILD/cdikit" convert --for "$ENGINE@$VERSION" - 2>&1 >/dev/null <<YAML
cdiVersion: 1.1.0
kind: example.com/probe
devices:
- name: newest
  containerEdits:
    env: [PROBE=1]
    intelRdt: {closID: probe, enableMonitoring: true}
YAML
    ) || return 1
    said=$(sed -n 's/.* reads up to CDI \([0-9.]*\).*/\1/p' <<<"$said" | head -n 1)
    echo "${said:-1.1.0}"
}

# The promise is of the engine's own releases; a distribution may have built it with a newer
# library, with an older one it would be broken.
test_promise() {
    local promised
    promised=$(promised_version)
    check "cdikit knows which documents $ENGINE $VERSION reads" test -n "$promised"
    check "$ENGINE $VERSION accepts $promised, as --for promises" at_least "$NEWEST" "$promised"
    [ "$promised" = "$NEWEST" ] || echo "note for $ENGINE $VERSION, --for keeps to $promised"
}

# A container of this machine has no /proc/driver/nvidia.
generate_for_engine() {
    "$BUILD/cdikit" generate --quiet --mode pci --nvidia-cdi-hook-path "$BUILD/cdikit-hook" "$@" \
        --disable-hook disable-device-node-modification --for "$ENGINE@$VERSION" --output "$DOCUMENT"
}

# A server learns of a new document from inotify.
wait_for_document() {
    for _ in $(seq 20); do
        "${ENGINE}_run" 0 '' nvidia.com/gpu=all true >/dev/null 2>&1 && return
        sleep 0.2
    done
}

# --- what a container sees ----------------------------------------------------------------------

# in_container NAME USER GROUPS DEVICE SCRIPT: counts whether it succeeds; $TMP/said is what it said.
in_container() {
    local name=$1
    shift
    if "${ENGINE}_run" "$@" >"$TMP/said" 2>"$TMP/said.err"; then
        ok "$name"
    else
        not_ok "$name" "status $?: $(cat "$TMP/said" "$TMP/said.err")"
    fi
}

test_nodes() { # DEVICE NAME...
    local device=nvidia.com/gpu=$1
    shift
    in_container "a container with $device" 0 '' "$device" "$LOOK"
    expected_nodes "$@" >"$TMP/expected"
    check "$device: the machine has /dev/$1" grep -q "^/dev/$1 " "$TMP/expected"
    check "$device: the nodes of its GPU alone, with numbers, mode and owner" \
        diff "$TMP/expected" "$TMP/said"
}

# The nodes of most machines lead to no driver: ENXIO, where a cgroup would say EPERM.
test_opening() { # DEVICE NODE...
    local device=nvidia.com/gpu=$1
    shift
    in_container "$device: opening $*" 0 '' "$device" \
        "for n in $* nvidiactl nvidia-uvm; do (: <>/dev/\$n) 2>&1; echo tried \$n; done"
    check "$device: each was tried" test "$(grep -c ^tried "$TMP/said")" = $(($# + 2))
    check "$device: the container is allowed to" \
        lacks "$TMP/said" -vE '^tried |No such device or address$'
}

test_use() {
    in_container "a node can be read and written" 0 '' nvidia.com/gpu=0 \
        'test "$(busybox head -c 2 /dev/nvidiactl | busybox od -An -tx1)" = " 00 00" &&
            echo text >/dev/nvidia0 && : <>/dev/dri/renderD128'
}

test_environment() {
    in_container "the environment" 0 '' nvidia.com/gpu=0 env
    check "NVIDIA_VISIBLE_DEVICES=void" grep -qx 'NVIDIA_VISIBLE_DEVICES=void' "$TMP/said"
}

# Every library of the driver's version and nvidia-smi, in their place with their content.
test_files() {
    local files version file
    version=$(sed -n 's/^system driver=\([^ ]*\).*/\1/p' /run/fakenode/machine)
    mapfile -t files < <(find /usr/lib/x86_64-linux-gnu -name "*.so.$version" && echo /usr/bin/nvidia-smi)
    check "the node has driver files" test "${#files[@]}" -gt 20
    sha256sum "${files[@]}" | sort >"$TMP/expected"
    in_container "driver files" 0 '' nvidia.com/gpu=0 "sha256sum ${files[*]} | sort"
    check "driver files are those of the node" diff "$TMP/expected" "$TMP/said"

    in_container "mounts of driver files" 0 '' nvidia.com/gpu=0 "grep ' /usr/' /proc/mounts"
    check "each file has a mount of its own" test "$(wc -l <"$TMP/said")" -ge "${#files[@]}"
    check "all are ro, nosuid and nodev" \
        lacks "$TMP/said" -vE '^[^ ]+ /usr/[^ ]+ [^ ]+ ro,([^ ]+,)?nosuid,nodev[, ]'
    for file in "/usr/lib/x86_64-linux-gnu/libcuda.so.$version" /usr/bin/nvidia-smi; do
        in_container "nobody writes to $file" 0 '' nvidia.com/gpu=0 "! touch $file 2>/dev/null"
    done
}

# The links, the loader's cache and the profile are the hooks' work.
test_driver() { # HOW
    local mask
    mask=$(printf '0x%x' $((1 << 0x$(stat -c %T /dev/nvidia0))))
    in_container "$1: a program finds the driver" 0 '' nvidia.com/gpu=0 \
        'FAKENODE_MACHINE=/machine ask cuda'
    check "$1: it answers" grep -q . "$TMP/said"
    in_container "$1: the loader knows it" 0 '' nvidia.com/gpu=0 \
        'grep -q libcuda.so.1 /etc/ld.so.cache && test -e /usr/lib/x86_64-linux-gnu/libcuda.so'
    in_container "$1: the profile" 0 '' nvidia.com/gpu=0 \
        'cat /etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf && echo'
    check "$1: the profile names the GPU" grep -q "\"EGLVisibleDGPUDevices\",$mask\\]" "$TMP/said"
}

# The node of the desktop is for root and group 44, video.
test_group() {
    local open=': <>/dev/dri/renderD128' group=44
    takes_gids && group=
    in_container "an ordinary user opens a DRM node${group:+ with --group-add}" \
        1000 "$group" nvidia.com/gpu=0 "$open"
}

test_refused() { # DEVICE
    local device=$1
    if "${ENGINE}_run" 0 '' "$device" 'echo started' >"$TMP/said" 2>&1; then
        not_ok "$device is refused" "$(cat "$TMP/said")"
    else
        ok "$device is refused"
    fi
    check "$device: the engine says which" grep -q "unresolvable CDI devices.*$device" "$TMP/said"
    check "$device: nothing was started" lacks "$TMP/said" -x started
}

# --- the machines -------------------------------------------------------------------------------

machine_desktop() {
    local uuid=GPU-7b6cd55c-0692-5f11-a623-d923721507ca device
    for device in all 0 "$uuid"; do
        test_nodes "$device" nvidia0 card1 renderD128
    done
    test_use
    test_group
    test_files
    test_driver "hooks"
    check "a document with one hook" generate_for_engine --single-hook
    wait_for_document
    test_driver "one hook"
}

# Minors are not in the order of the bus: see tests/fakenode/machines/a100x8.machine.
machine_a100x8() {
    test_nodes 0 nvidia2 card3 renderD130
    test_opening 0 nvidia2
    test_nodes 3 nvidia1 card2 renderD129
    test_nodes GPU-5e6809fc-360f-5769-b6c2-aaa53487ec7d nvidia7 card8 renderD135
    test_opening GPU-5e6809fc-360f-5769-b6c2-aaa53487ec7d nvidia7
    test_nodes all nvidia{0..7} card{1..8} renderD{128..135}
    test_opening all nvidia{0..7}
}

VERSION=$("${ENGINE}_version")
NAME="$ENGINE $VERSION"
write_probes
if ! "${ENGINE}_start" >"$TMP/start" 2>&1; then
    not_ok "$NAME starts" "$(cat "$TMP/start"; tail -n 20 "$TMP/server.log")"
    finish
fi
find_newest
if [ -z "$NEWEST" ]; then
    not_ok "$NAME accepts a CDI document" "$("${ENGINE}_run" 0 '' example.com/probe=v0.3.0 true 2>&1)"
    finish
fi
ok "$NAME accepts a CDI document"

case $MACHINE in
*desktop*)
    DOCUMENT=/etc/cdi/nvidia.yaml
    check "a document for it" generate_for_engine
    wait_for_document
    echo "note $NAME accepts up to $NEWEST"
    test_promise
    machine_desktop
    ;;
*A100*)
    DOCUMENT=/var/run/cdi/nvidia.yaml
    check "a document for it" generate_for_engine
    wait_for_document
    machine_a100x8
    ;;
esac
test_environment
test_refused nvidia.com/gpu=99
test_refused example.com/none=0
finish
