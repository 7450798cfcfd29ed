# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # much is for those that source this
# Engines that start their containers by cdikit-runtime, one interface for each. Sourced on a
# simulated node, after ../lib.sh, containers.bash and those of ../engines.
#
#   wrapped_ENGINE_start           its servers, if it has any; ENGINE_stop of ../engines ends them
#   wrapped_ENGINE_run REQUEST SCRIPT
#                                  a container of busybox that runs SCRIPT; its output and status
#   wrapped_ENGINE_begin ID REQUEST SCRIPT
#                                  the same in the background
#   wrapped_ENGINE_do ID COMMAND [WORD...]
#                                  one of the COMMANDS_ENGINE:
#       exec SCRIPT    in the container; its output and status
#       state          running, paused or another word
#       pause, resume, update (CPU shares to 512), kill SIGNAL, restart
#       wait           for the end: prints the status
#       remove         what is left of it, running or not
#
# A REQUEST is NAME=VALUE: an environment variable, or an annotation if NAME has a slash; or nothing.
# A container may make device nodes; whether it can open them is the cgroup's affair.

COMMANDS_runc='exec state pause resume update kill wait restart remove'
COMMANDS_crun=$COMMANDS_runc COMMANDS_podman=$COMMANDS_runc COMMANDS_docker=$COMMANDS_runc
COMMANDS_ctr='exec state pause resume kill wait restart remove'
COMMANDS_cri='exec state pause resume update kill wait remove'

SERIAL=0
unused_name() {
    SERIAL=$((SERIAL + 1))
    NAME=$1-$$-$SERIAL
}

is_annotation() { [[ ${1%%=*} = */* ]]; }

# --- runc and crun, by a program that does what engines do -------------------------------------

# What was begun in the background, by name.
declare -A BEGUN

wrapped_bundle_start() {
    printf 'nvidia-container-runtime.runtimes = ["%s"]\n' "$1" >"$CONFIG_TOML"
    # A node shows one kind of cgroups, which suits crun.
    BEFORE=() GLOBALS=(--root "$TMP/state-$1")
    export CAPABILITIES='"CAP_KILL", "CAP_MKNOD"'
}
wrapped_runc_start() { wrapped_bundle_start runc; }
wrapped_crun_start() { wrapped_bundle_start crun; }
runc_stop() { :; }
crun_stop() { :; }

bundle_for() { # ID REQUEST SCRIPT
    local variable='' annotation=''
    if is_annotation "$2"; then
        annotation="\"${2%%=*}\": \"${2#*=}\""
    else
        variable=${2#*=}
    fi
    ROOTFS=$TMP/rootfs-$1 CGROUPS_PATH=$CGROUP/$1
    rootfs "$ROOTFS"
    make_bundle "$1" "$3" "$variable" "$annotation"
}
shim() { # ID
    "$TOP/tests/e2e/shim.py" "$TMP/bundle-$1" "$1" "$RUNTIME" "${GLOBALS[@]}"
}
wrapped_bundle_run() {
    local status=0
    unused_name run
    bundle_for "$NAME" "$@"
    shim "$NAME" || status=$?
    rt delete --force "$NAME"
    return "$status"
}
wrapped_bundle_begin() {
    bundle_for "$@"
    wrapped_bundle_again "$1"
}
wrapped_bundle_again() {
    shim "$1" >"$TMP/shim.$1" 2>&1 </dev/null &
    BEGUN[$1]=$!
    wait_for "$1" running || { cat "$TMP/shim.$1"; return 1; }
}
wrapped_bundle_do() { # ID COMMAND [WORD...]
    local id=$1
    case $2 in
    exec) rt exec "$id" /bin/sh -c "$3" ;;
    state) status_of "$id" ;;
    update) rt update --cpu-share 512 "$id" ;;
    kill) rt kill "$id" "$3" ;;
    wait)
        wait_for "$id" stopped || return
        wait "${BEGUN[$id]}"
        echo $?
        ;;
    restart)
        rt kill "$id" KILL && wrapped_bundle_do "$id" wait >/dev/null && rt delete "$id" &&
            wrapped_bundle_again "$id"
        ;;
    remove) rt delete --force "$id" ;;
    *) rt "$2" "$id" ;;
    esac
}
for engine in runc crun; do
    for action in run begin 'do'; do
        eval "wrapped_${engine}_$action() { wrapped_bundle_$action \"\$@\"; }"
    done
done

# --- engines whose command is as Docker's -------------------------------------------------------

# The client of this engine, and its options for a container.
ENGINE_CLIENT=() ENGINE_RUN=()

wrapped_podman_start() {
    podman_start
    ENGINE_CLIENT=(podman_here --runtime "$RUNTIME")
    ENGINE_RUN=(--ulimit host --cgroup-parent "$CGROUP")
}
# With RUNTIME_BY=option the wrapper is a runtime that is asked for, else the server's default.
wrapped_docker_start() {
    DOCKER_MEMBERS="\"runtimes\": {\"cdikit\": {\"path\": \"$RUNTIME\"}}"
    ENGINE_CLIENT=(docker) ENGINE_RUN=()
    if [ "${RUNTIME_BY-}" = option ]; then
        ENGINE_RUN=(--runtime=cdikit)
    else
        DOCKER_MEMBERS+=', "default-runtime": "cdikit"'
    fi
    docker_start
}
image_for() { # sets IMAGE
    if [ "${ENGINE_CLIENT[0]}" = docker ]; then
        IMAGE=(cdikit-test)
    else
        IMAGE=(--rootfs "$(mktemp -d "$TMP/rootfs.XXXXXX")")
        rootfs "${IMAGE[1]}"
    fi
}
start_by_client() { # REQUEST SCRIPT OPTION...
    local asks=() script=$2
    [ -z "$1" ] || asks=(--env "$1")
    ! is_annotation "$1" || asks=(--annotation "$1")
    shift 2
    image_for
    "${ENGINE_CLIENT[@]}" run "${ENGINE_RUN[@]}" --network none --cap-add MKNOD "${asks[@]}" "$@" \
        "${IMAGE[@]}" /bin/sh -c "$script"
}
wrapped_client_run() { start_by_client "$1" "$2" --rm; }
wrapped_client_begin() { start_by_client "$2" "$3" --detach --name "$1"; }
wrapped_client_do() { # ID COMMAND [WORD...]
    local id=$1 words
    case $2 in
    exec) words=(exec "$id" /bin/sh -c "$3") ;;
    state) words=(inspect --format '{{.State.Status}}' "$id") ;;
    resume) words=(unpause "$id") ;;
    update) words=(update --cpu-shares 512 "$id") ;;
    kill) words=(kill --signal "$3" "$id") ;;
    restart) words=(restart -t 1 "$id") ;;
    remove) words=(rm --force "$id") ;;
    *) words=("$2" "$id") ;;
    esac
    "${ENGINE_CLIENT[@]}" "${words[@]}"
}
for engine in podman docker; do
    for action in run begin 'do'; do
        eval "wrapped_${engine}_$action() { wrapped_client_$action \"\$@\"; }"
    done
done

# --- containerd, by its own client --------------------------------------------------------------

CTR_NAMESPACE=default
ctr_here() { ctr --address "$CRI_SOCKET" --namespace "$CTR_NAMESPACE" "$@"; }
wrapped_ctr_start() {
    CONTAINERD_ALONE=1
    containerd_start
    export CAPABILITIES='"CAP_KILL", "CAP_MKNOD"'
}
ctr_stop() { containerd_stop; }

# An annotation comes as those of Kubernetes do: in the OCI document that somebody else wrote.
start_by_ctr() { # ID REQUEST SCRIPT OPTION...
    local id=$1 request=$2 script=$3 dir what=()
    shift 3
    if is_annotation "$request"; then
        bundle_for "$id" "$request" "$script"
        what=(--config "$BUNDLE/config.json" "$id")
    else
        dir=$(mktemp -d "$TMP/rootfs.XXXXXX")
        rootfs "$dir"
        what=(--cgroup "$CGROUP/$id")
        [ -z "$request" ] || what+=(--env "$request")
        what+=(--rootfs "$dir" "$id" /bin/sh -c "$script")
    fi
    ctr_here run --runc-binary "$RUNTIME" "$@" "${what[@]}"
}
wrapped_ctr_run() {
    unused_name run
    start_by_ctr "$NAME" "$1" "$2" --rm
}
wrapped_ctr_begin() { start_by_ctr "$1" "$2" "$3" --detach --null-io; }
wrapped_ctr_do() { # ID COMMAND [WORD...]
    local id=$1
    case $2 in
    exec)
        unused_name exec
        ctr_here tasks exec --exec-id "$NAME" "$id" /bin/sh -c "$3"
        ;;
    state) ctr_here tasks list | awk -v id="$id" '$1 == id { print tolower($3) }' ;;
    kill) ctr_here tasks kill --signal "$3" "$id" ;;
    wait)
        for _ in $(seq 200); do
            [ "$(wrapped_ctr_do "$id" state)" != stopped ] || break
            sleep 0.05
        done
        # It warns of a status that is not 0.
        ctr_here tasks delete "$id" 2>&1 | sed -nE 's/.*exit code ([0-9]+).*/\1/p'
        ;;
    restart)
        ctr_here tasks delete --force "$id" >/dev/null
        ctr_here tasks start --detach --null-io "$id"
        ;;
    remove)
        ctr_here tasks delete --force "$id" >/dev/null 2>&1
        ctr_here containers delete "$id"
        ;;
    *) ctr_here tasks "$2" "$id" ;;
    esac
}

# --- containerd, by the interface that a kubelet uses -------------------------------------------

wrapped_cri_start() {
    CONTAINERD_RUNTIMES=$(
        cat <<TOML
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
container_annotations = ["cdi.k8s.io/*"]
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "$RUNTIME"
TOML
    )
    # Its pods are at the kubelet's mercy; its containers are tasks like others.
    CTR_NAMESPACE=k8s.io
    containerd_start
}
cri_stop() { containerd_stop; }

request_member() { # REQUEST
    local field=6
    [ -n "$1" ] || return 0
    ! is_annotation "$1" || field=10
    pb $field "$(pb_text 1 "${1%%=*}")$(pb_text 2 "${1#*=}")"
}
wrapped_cri_run() { cri_run 0 "$(request_member "$1")" "$2"; }
declare -A CRI_IDS
wrapped_cri_begin() {
    cri_begin 0 "$(request_member "$2")" "$3" && CRI_IDS[$1]=$REPLY_ID
}
wrapped_cri_do() { # ID COMMAND [WORD...]
    local id=${CRI_IDS[$1]}
    case $2 in
    exec) cri_exec "$id" "$3" ;;
    update)
        cri RuntimeService/UpdateContainerResources "$(pb_text 1 "$id")$(pb 2 "$(pb_number 3 512)")"
        ;;
    remove)
        cri RuntimeService/StopContainer "$(pb_text 1 "$id")" &&
            cri RuntimeService/RemoveContainer "$(pb_text 1 "$id")"
        ;;
    wait) cri_status "$id" ;;
    *) wrapped_ctr_do "$id" "${@:2}" ;;
    esac
}

# --- starting one ---------------------------------------------------------------------------------

MACHINE=$(sed -n 's/^describe text="\(.*\)"$/\1/p' /run/fakenode/machine)
CONFIG_TOML=/etc/nvidia-container-runtime/config.toml

# start_engine ENGINE: sets ENGINE, with the machine's devices in /etc/cdi and all settings of the
# wrapper at their defaults. Ends the script if it does not start.
start_engine() {
    ENGINE=$1
    unset NVIDIA_CTK_CONFIG_FILE_PATH
    mkdir -p "${CONFIG_TOML%/*}"
    echo '# defaults' >"$CONFIG_TOML"
    cleanup() { "${ENGINE}_stop"; }
    check 'a document for the machine' "$BUILD/cdikit" generate --quiet --mode pci --disable-hook all \
        --output /etc/cdi/nvidia.yaml
    "wrapped_${ENGINE}_start" >"$TMP/start" 2>&1 && return
    not_ok "$ENGINE starts" "$(cat "$TMP/start"; tail -n 20 "$TMP/server.log" 2>/dev/null)"
    finish
}

# Docker's server has annotations since its API 1.43.
takes_annotations() {
    local version
    [ "$ENGINE" = docker ] || return 0
    version=$(docker version --format '{{.Server.APIVersion}}')
    [ "${version#*.}" -ge 43 ]
}
