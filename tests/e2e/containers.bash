# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Containers of busybox for the container tests, run by cdikit-runtime in front of a real
# runtime. Sourced after ../lib.sh.

RUNTIME=$BUILD/cdikit-runtime
export NVIDIA_CTK_CONFIG_FILE_PATH=$TMP/config.toml

# use_runtime NAME: what `rt` puts behind the wrapper. Fails, with the reason in WHY, if it
# cannot run here.
use_runtime() {
    WHY=
    if [ "$(id -u)" != 0 ]; then
        WHY='containers need root'
    elif ! command -v "$1" >/dev/null; then
        WHY="$1 is not installed"
    elif ! command -v busybox >/dev/null || ! busybox --list | grep -qx od; then
        WHY='busybox is not installed'
    fi
    [ -z "$WHY" ] || return 1
    # shellcheck disable=SC2034 # for the messages of the scripts
    LOWLEVEL=$1
    cat >"$TMP/config.toml" <<TOML
[nvidia-container-runtime]
runtimes = ["$1"]
[nvidia-container-runtime.modes.cdi]
spec-dirs = ["$TMP/cdi"]
TOML
    case $1 in
    # crun refuses a mixture of cgroup v1 and v2, which some hosts have: show it v2 alone.
    crun)
        # shellcheck disable=SC2016 # expanded by the inner shell
        BEFORE=(unshare -m sh -c 'mount -t cgroup2 none /sys/fs/cgroup; exec "$0" "$@"')
        GLOBALS=(--cgroup-manager=disabled --root "$TMP/state-$1")
        ;;
    *)
        BEFORE=()
        GLOBALS=(--root "$TMP/state-$1")
        ;;
    esac
}

# rt WORD...: the wrapper.
rt() {
    "${BEFORE[@]}" "$RUNTIME" "${GLOBALS[@]}" "$@"
}

# make_rootfs: a root directory that all bundles share.
make_rootfs() {
    mkdir -p "$TMP"/rootfs/{bin,dev,proc,tmp}
    cp "$(command -v busybox)" "$TMP/rootfs/bin/busybox"
    for name in sh cat echo head od stat touch sleep true test ls; do
        ln -sf busybox "$TMP/rootfs/bin/$name"
    done
}

# make_bundle NAME SCRIPT [DEVICES [ANNOTATIONS]]: sets BUNDLE. A caller may set ROOTFS, its root
# directory, CGROUPS_PATH and CAPABILITIES.
make_bundle() {
    local capabilities=${CAPABILITIES-'"CAP_KILL"'}
    BUNDLE=$TMP/bundle-$1
    mkdir -p "$BUNDLE"
    local script=${2//\\/\\\\}
    script=${script//\"/\\\"}
    script=${script//$'\n'/\\n}
    cat >"$BUNDLE/config.json" <<JSON
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false,
    "user": {"uid": 0, "gid": 0},
    "args": ["/bin/sh", "-c", "$script"],
    "env": ["PATH=/bin"${3:+, \"NVIDIA_VISIBLE_DEVICES=$3\"}],
    "cwd": "/",
    "capabilities": {
      "bounding": [$capabilities], "effective": [$capabilities], "permitted": [$capabilities]
    }
  },
  "root": {"path": "${ROOTFS-$TMP/rootfs}", "readonly": true},
  "hostname": "cdikit",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
     "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]}
  ],
  "annotations": {${4-}},
  "linux": {
    ${CGROUPS_PATH:+"\"cgroupsPath\": \"$CGROUPS_PATH\","}
    "resources": {"devices": [{"allow": false, "access": "rwm"}]},
    "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}]
  }
}
JSON
}

# status_of ID: "running", "stopped" ..., or nothing.
status_of() {
    rt state "$1" 2>/dev/null | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p'
}

# wait_for ID STATUS
wait_for() {
    for _ in $(seq 200); do
        [ "$(status_of "$1")" = "$2" ] && return 0
        sleep 0.05
    done
    return 1
}

# run_container ID: create, start, wait for the end, delete. What the container wrote is in
# $TMP/said.
run_container() {
    rt create --bundle "$BUNDLE" "$1" >"$TMP/said" 2>"$TMP/.create.err" </dev/null || {
        cat "$TMP/.create.err" >&2
        return 1
    }
    rt start "$1" && wait_for "$1" stopped && rt delete "$1"
}

# What identifies a file: content, time, inode, mode.
fingerprint() {
    stat -c '%i %Y %y %a %s' "$1" && cat "$1"
}
