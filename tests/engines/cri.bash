# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The calls of the Kubernetes Container Runtime Interface that start a container: what a kubelet
# says to containerd. gRPC is HTTP/2, which curl speaks; the messages are few and small, and are
# written in hexadecimal by the functions below.
#
# Field numbers are those of k8s.io/cri-api, pkg/apis/runtime/v1/api.proto; the encoding is
# protobuf's (field number and type, length, content).

# The variable-length integers of protobuf, below 16384.
pb_int() {
    if [ "$1" -lt 128 ]; then
        printf %02x "$1"
    else
        printf %02x%02x $(($1 % 128 + 128)) $(($1 / 128))
    fi
}

# pb FIELD HEX: a member that is a message. pb_text FIELD TEXT, pb_number FIELD NUMBER: the others.
pb() {
    pb_int $(($1 * 8 + 2))
    pb_int $((${#2} / 2))
    printf %s "$2"
}
pb_text() { pb "$1" "$(printf %s "$2" | od -An -v -tx1 | tr -d ' \n')"; }
pb_number() {
    pb_int $(($1 * 8))
    pb_int "$2"
}

# pb_read HEX: a line for each member, its field and its number or its content in hexadecimal.
pb_read() {
    local hex=$1 at=0 key
    while [ "$at" -lt ${#hex} ]; do
        pb_read_int
        key=$PB_INT
        pb_read_int
        if [ $((key % 8)) = 0 ]; then
            echo $((key / 8)) "$PB_INT"
        else
            echo $((key / 8)) "${hex:at:PB_INT*2}"
            at=$((at + PB_INT * 2))
        fi
    done
}
pb_read_int() { # sets PB_INT, and the caller's `at`
    local shift=0 byte=128
    PB_INT=0
    while [ "$byte" -ge 128 ]; do
        byte=$((16#${hex:at:2}))
        PB_INT=$((PB_INT + (byte % 128 << shift)))
        shift=$((shift + 7)) at=$((at + 2))
    done
}
# pb_member FIELD: the last such member of what pb_read prints.
pb_member() { awk -v field="$1" '$1 == field { value = $2 } END { print value }'; }

# The message of the last answer: what follows the five bytes of gRPC.
cri_answer() { tail -c +6 "$TMP/cri.answer" | od -An -v -tx1 | tr -d ' \n'; }

# cri SERVICE/METHOD HEX: one call. Fails with what the server said; else REPLY_ID is the first
# member of the answer, if that is a text: the id of what was made.
cri() {
    local message said
    message=$(printf '00%08x%s' $((${#2} / 2)) "$2" | sed 's/../\\x&/g')
    # shellcheck disable=SC2059 # the message is nothing but escapes
    printf "$message" >"$TMP/cri.request"
    curl --silent --show-error --max-time 60 --http2-prior-knowledge \
        --unix-socket "$CRI_SOCKET" --header 'content-type: application/grpc' \
        --header 'te: trailers' --data-binary "@$TMP/cri.request" --output "$TMP/cri.answer" \
        --dump-header "$TMP/cri.head" "http://localhost/runtime.v1.$1" || return 1
    if ! grep -q '^grpc-status: 0' "$TMP/cri.head"; then
        said=$(sed -n 's/^grpc-message: //p' "$TMP/cri.head" | tr -d '\r')
        echo "$1: $said" >&2
        return 1
    fi
    # Five bytes of gRPC, then field and length.
    REPLY_ID=$(tail -c +8 "$TMP/cri.answer" | tr -d '\0')
}

# An archive for `images import`, as `docker save` writes it, of the directory $1.
image_archive() { # DIR TAG FILE
    local dir=$TMP/archive sum
    mkdir -p "$dir"
    tar -C "$1" -cf "$dir/layer.tar" .
    sum=$(sha256sum "$dir/layer.tar")
    cat >"$dir/config.json" <<JSON
{"architecture": "$(dpkg --print-architecture)", "os": "linux", "config": {"Cmd": ["/bin/sleep", "1000"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:${sum%% *}"]}}
JSON
    cat >"$dir/manifest.json" <<JSON
[{"Config": "config.json", "RepoTags": ["$2"], "Layers": ["layer.tar"]}]
JSON
    tar -C "$dir" -cf "$3" manifest.json config.json layer.tar
    rm -rf "$dir"
}

# cri_pod: a pod in the network of the node, which needs no CNI plugin. Sets POD and POD_CONFIG.
cri_pod() {
    local name linux
    name=$(pb 1 "$(pb_text 1 pod)$(pb_text 2 uid)$(pb_text 3 default)")
    linux=$(pb_text 1 "$CGROUP")$(pb 2 "$(pb 1 "$(pb_number 1 2)")")
    POD_CONFIG=$name$(pb_text 3 "$TMP/logs")$(pb 8 "$linux")
    mkdir -p "$TMP/logs"
    cri RuntimeService/RunPodSandbox "$(pb 1 "$POD_CONFIG")" && POD=$REPLY_ID
}

cri_remove_pod() {
    cri RuntimeService/StopPodSandbox "$(pb_text 1 "$POD")" &&
        cri RuntimeService/RemovePodSandbox "$(pb_text 1 "$POD")"
}

# cri_create USER MEMBERS SCRIPT: a container of the pod, with these members of ContainerConfig.
# Sets REPLY_ID to its id, and CRI_LOG to the file in which it writes.
cri_create() {
    local name config
    name=$(basename "$(mktemp "$TMP/logs/XXXXXX")")
    config=$(pb 1 "$(pb_text 1 "$name")")$(pb 2 "$(pb_text 1 "$CRI_IMAGE")")
    config+=$(pb_text 3 /bin/sh)$(pb_text 3 -c)$(pb_text 3 "$3")
    config+=$(pb_text 11 "$name")$(pb 15 "$(pb 2 "$(pb 5 "$(pb_number 1 "$1")")")")$2
    CRI_LOG=$TMP/logs/$name
    cri RuntimeService/CreateContainer "$(pb_text 1 "$POD")$(pb 2 "$config")$(pb 3 "$POD_CONFIG")"
}

cri_begin() { # USER MEMBERS SCRIPT
    local id
    cri_create "$@" && id=$REPLY_ID && cri RuntimeService/StartContainer "$(pb_text 1 "$id")" &&
        REPLY_ID=$id
}

# cri_run USER MEMBERS SCRIPT: a container; what it writes, and its status.
cri_run() {
    cri_begin "$1" "$2" "($3
); echo ended with \$?" && cri_wait "$CRI_LOG"
}

# The log has "TIME STREAM F TEXT" in each line.
cri_wait() {
    local status
    for _ in $(seq 200); do
        status=$(sed -n 's/^[^ ]* stdout F ended with //p' "$1" 2>/dev/null)
        [ -z "$status" ] || break
        sleep 0.05
    done
    sed -E '/ F ended with [0-9]+$/d; s/^[^ ]* [^ ]* [^ ]* //' "$1"
    return "${status:-1}"
}

# cri_status ID: waits for the end of a container and prints its status.
cri_status() {
    local status
    for _ in $(seq 200); do
        cri RuntimeService/ContainerStatus "$(pb_text 1 "$1")" || return 1
        status=$(pb_read "$(pb_read "$(cri_answer)" | pb_member 1)")
        # Its state is CONTAINER_EXITED. A number that is 0 is not sent.
        [ "$(pb_member 3 <<<"$status")" != 2 ] || break
        sleep 0.05
    done
    status=$(pb_member 7 <<<"$status")
    echo "${status:-0}"
}

# cri_exec ID SCRIPT: what it writes, and its status.
cri_exec() {
    local answer status
    cri RuntimeService/ExecSync "$(pb_text 1 "$1")$(pb_text 2 /bin/sh)$(pb_text 2 -c)$(pb_text 2 "$2")" ||
        return 1
    answer=$(pb_read "$(cri_answer)")
    # shellcheck disable=SC2059 # the text is nothing but escapes
    printf "$(pb_member 1 <<<"$answer" | sed 's/../\\x&/g')"
    status=$(pb_member 3 <<<"$answer")
    return "${status:-0}"
}
