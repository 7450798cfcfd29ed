# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The container engines, one interface for each. Sourced after ../lib.sh, on a simulated node.
#
#   ENGINE_version   what it calls itself, e.g. 5.4.2
#   ENGINE_start     starts its servers, if it has any, on sockets and directories in $TMP
#   ENGINE_run USER GROUPS DEVICE SCRIPT
#                    a container of busybox with the CDI device, in which USER with the
#                    additional GROUPS (may be empty) runs SCRIPT; status is the script's, or
#                    another than 0 when the engine refuses
#   ENGINE_stop      ends what was started
#
# Before ENGINE_start a caller may set DOCKER_MEMBERS, of daemon.json; CONTAINERD_RUNTIMES, tables of
# containerd's configuration; and CONTAINERD_ALONE, to do without a pod of Kubernetes.
#
# What they make in the cgroup hierarchies is beneath $CGROUP, so that the caller can remove it.
# CAP_SYS_RESOURCE may be missing, as in most CI machines: no limit is raised, and none asked for.

SERVERS=()
DOCKER_MEMBERS='"features": {"cdi": true}'
CONTAINERD_RUNTIMES='' CONTAINERD_ALONE=''
NAMES_IN_CONTAINER='cat echo env find grep id ls sh sha256sum sleep sort stat touch true'

# rootfs DIR: a root directory for a container. Never the same twice: engines leave the places
# that they mounted on.
rootfs() {
    local name
    mkdir -p "$1"/{bin,dev,proc,sys,tmp}
    chmod 0755 "$1"
    cp "$(command -v busybox)" "$1/bin/busybox"
    for name in $NAMES_IN_CONTAINER; do ln -s busybox "$1/bin/$name"; done
    add_driver_user "$1"
}

# add_driver_user DIR: a program that wants libcuda of its loader, with what it needs but that.
add_driver_user() {
    local lib
    cp "$BUILD/fakenode-stubs/ask" "$1/bin/ask"
    ldd "$BUILD/fakenode-stubs/ask" | grep -oE '/[^ ]+' | while read -r lib; do
        mkdir -p "$1${lib%/*}"
        cp "$lib" "$1$lib"
    done
    mkdir -p "$1/etc"
    # What the stub of the driver answers from.
    cp /run/fakenode/machine "$1/machine"
}

# server LOG COMMAND...: starts it; its pid is kept for stop_servers.
server() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null &
    SERVERS+=($!)
}

# answers COMMAND...: waits until it succeeds, as long as the servers live.
answers() {
    local pid
    for _ in $(seq 300); do
        "$@" >/dev/null 2>&1 && return 0
        for pid in "${SERVERS[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done
        sleep 0.1
    done
    return 1
}

stop_servers() {
    local i
    for ((i = ${#SERVERS[@]} - 1; i >= 0; i--)); do
        kill "${SERVERS[i]}" 2>/dev/null
        wait "${SERVERS[i]}" 2>/dev/null
    done
    SERVERS=()
}

# Podman has no server.
podman_version() { podman --version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }
podman_start() { :; }
podman_stop() { :; }
podman_here() {
    podman --root "$TMP/podman" --runroot "$TMP/podman-run" --tmpdir "$TMP/podman-tmp" \
        --storage-driver vfs --cgroup-manager cgroupfs --events-backend none "$@"
}
podman_run() { # USER GROUPS DEVICE SCRIPT
    local dir groups=()
    [ -z "$2" ] || groups=(--group-add "$2")
    dir=$(mktemp -d "$TMP/rootfs.XXXXXX")
    rootfs "$dir"
    podman_here run --rm --ulimit host --network none --cgroup-parent "$CGROUP" \
        --user "$1" "${groups[@]}" --device "$3" --rootfs "$dir" /bin/sh -c "$4"
}

# Docker resolves the device in the server. The client has no other configuration than this one.
docker_version() { dockerd --version | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }
docker_start() {
    export DOCKER_HOST=unix://$TMP/docker.sock DOCKER_CONFIG=$TMP/docker-config
    cat >"$TMP/daemon.json" <<JSON
{
  $DOCKER_MEMBERS,
  "data-root": "$TMP/docker", "exec-root": "$TMP/docker-run", "pidfile": "$TMP/docker.pid",
  "hosts": ["$DOCKER_HOST"], "storage-driver": "vfs", "cgroup-parent": "$CGROUP",
  "bridge": "none", "iptables": false, "ip6tables": false
}
JSON
    server "$TMP/server.log" dockerd --config-file "$TMP/daemon.json"
    answers docker version || return 1
    rootfs "$TMP/image"
    tar -C "$TMP/image" -c . | docker import - cdikit-test >/dev/null
}
docker_stop() { stop_servers; }
docker_run() { # USER GROUPS DEVICE SCRIPT
    local groups=()
    [ -z "$2" ] || groups=(--group-add "$2")
    docker run --rm --network none --user "$1" "${groups[@]}" --device "$3" cdikit-test \
        /bin/sh -c "$4"
}

# containerd as Kubernetes uses it.
containerd_version() { containerd --version | grep -oE ' v?[0-9]+(\.[0-9]+)+' | head -n 1 | tr -d ' v'; }
containerd_start() {
    CRI_SOCKET=$TMP/containerd.sock CRI_IMAGE=localhost/cdikit-test:1 POD=
    cat >"$TMP/containerd.toml" <<TOML
version = 2
root = "$TMP/containerd"
state = "$TMP/containerd-run"
[grpc]
address = "$CRI_SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
enable_cdi = true
cdi_spec_dirs = ["/etc/cdi", "/var/run/cdi"]
sandbox_image = "$CRI_IMAGE"
restrict_oom_score_adj = true
$CONTAINERD_RUNTIMES
TOML
    server "$TMP/server.log" containerd --config "$TMP/containerd.toml"
    answers ctr --address "$CRI_SOCKET" version || return 1
    [ -z "$CONTAINERD_ALONE" ] || return 0
    rootfs "$TMP/image"
    image_archive "$TMP/image" "$CRI_IMAGE" "$TMP/image.tar"
    ctr --address "$CRI_SOCKET" --namespace k8s.io images import --no-unpack \
        "$TMP/image.tar" >/dev/null || return 1
    # The part that serves CRI learns of the image from an event, and would download it before.
    answers cri_has_image && cri_pod
}
containerd_stop() {
    # A container that ends at that moment makes the call fail: "ttrpc: closed". It can be repeated.
    [ -z "${POD-}" ] || answers cri_remove_pod || echo "the pod cannot be removed" >&2
    stop_servers
}
cri_has_image() {
    cri ImageService/ImageStatus "$(pb 1 "$(pb_text 1 "$CRI_IMAGE")")" && [ -n "$REPLY_ID" ]
}
containerd_run() { # USER GROUPS DEVICE SCRIPT
    cri_run "$1" "$(pb 17 "$(pb_text 1 "$3")")" "$4"
}
