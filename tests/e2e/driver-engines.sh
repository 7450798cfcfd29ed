#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# After `cdikit generate`, with its hooks, a program that is linked against libcuda starts in a
# container of Docker, and in one of podman for a user who is not root, and calls it; and a second
# start of that container makes nothing new in it. Without arguments both engines; with one, that
# engine on the simulated node that this is started on.

[ $# = 0 ] || export TMPDIR=/run
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
if [ $# = 0 ]; then
    for engine in docker rootless; do
        part "a driver under $engine" timeout 300 "$TOP/tests/engines/run" / $engine a100x8 "$0"
    done
    finish
fi
for part in ../engines/engines containers wrapped driver; do
    # shellcheck source=/dev/null
    . "$(dirname "$0")/$part.bash"
done
ENGINE=$1
unset NVIDIA_CTK_CONFIG_FILE_PATH

# need ENGINE PROGRAM...: ends the script with a skip if one is not installed.
need() {
    local program missing=()
    for program in "${@:2}" busybox gcc; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    [ ${#missing[@]} != 0 ] || return 0
    skip "a driver under $1" "not installed: ${missing[*]}"
    finish
}

# --- the engines: ENGINE_ready, then -------------------------------------------------------------
#
#   ENGINE_take NAME ROOT          from now on NAME is what containers can have as root
#   client WORD...                 the engine's command
#   ENGINE_container ID NAME WORD...
#                                  makes a container and runs the words in it
#   ENGINE_etc ID NAME DIR         the /etc of that container is copied to DIR

docker_ready() {
    need docker dockerd docker
    cleanup() { docker_stop; }
    wrapped_docker_start >"$TMP/start" 2>&1 && return
    not_ok "docker starts" "$(cat "$TMP/start"; tail -n 20 "$TMP/server.log")"
    finish
}
docker_take() { tar -C "$2" -c . | docker import - "$1"; }
docker_container() {
    client run --name "$1" --network none "${ASKED[@]}" "$2" "${@:3}"
}
docker_etc() { docker cp "$1:/etc" "$3"; }

# A user of the node, whose files vanish with it, with 65536 more users of his own.
USER_ID=64123
rootless_ready() {
    local place
    need rootless podman newuidmap setpriv
    USER_HOME=$TMP/home
    echo "cdikit-test:x:$USER_ID:$USER_ID::$USER_HOME:/bin/sh" >>/etc/passwd
    echo "cdikit-test:x:$USER_ID:" >>/etc/group
    for place in /etc/subuid /etc/subgid; do echo 'cdikit-test:2000000:65536' >>$place; done
    chmod 0711 "$TMP"
    mkdir -p "$USER_HOME/run"
    chmod 0700 "$USER_HOME/run"
    chown -R $USER_ID:$USER_ID "$USER_HOME"
    # Who may not mount another /proc than he sees, sees one without the node's files in it.
    cleanup() { umount "$TMP"/whole/*; }
    for place in proc sysfs; do
        mkdir -p "$TMP/whole/$place"
        mount -t $place $place "$TMP/whole/$place"
    done
    rootfs "$USER_HOME/plain"
    chown -R $USER_ID:$USER_ID "$USER_HOME/plain"
    LOWLEVEL=$(command -v runc || command -v crun)
    if ! client run --rm --runtime "$LOWLEVEL" "${ROOTLESS_RUN[@]}" --rootfs "$USER_HOME/plain" \
        /bin/cat /proc/self/uid_map >"$TMP/start" 2>&1 </dev/null; then
        skip "a driver under rootless podman" \
            "without our programs it starts no container either: $(tail -n 1 "$TMP/start")"
        finish
    fi
    check "rootless: who is root in a container is an ordinary user" \
        grep -qE "^ *0 +$USER_ID +1\$" "$TMP/start"
}
ROOTLESS_RUN=(--ulimit host --network none)
rootless_take() {
    cp -a "$2" "$USER_HOME/$1"
    chown -R $USER_ID:$USER_ID "$USER_HOME/$1"
}
rootless_container() {
    client run --runtime "$RUNTIME" --name "$1" "${ROOTLESS_RUN[@]}" "${ASKED[@]}" \
        --rootfs "$USER_HOME/$2" "${@:3}"
}
rootless_etc() { cp -a "$USER_HOME/$2/etc" "$3"; }

client() {
    case $ENGINE in
    docker) docker "$@" ;;
    rootless)
        (
            cd "$USER_HOME" &&
                setpriv --reuid $USER_ID --regid $USER_ID --clear-groups env -i PATH="$PATH" \
                    HOME="$USER_HOME" XDG_RUNTIME_DIR="$USER_HOME/run" \
                    podman --root "$USER_HOME/podman" --runroot "$USER_HOME/run/podman" \
                    --tmpdir "$USER_HOME/run/tmp" --storage-driver vfs --cgroup-manager cgroupfs \
                    --events-backend none "$@"
        )
        ;;
    esac
}

# --- what is tested --------------------------------------------------------------------------------

# As for who had NVIDIA's toolkit. Others than root get at them here.
install_programs() {
    local name
    for name in cdikit cdikit-runtime cdikit-hook; do
        cp --remove-destination "$BUILD/$name" /usr/bin && chmod 0755 "/usr/bin/$name" || return
    done
    ln -sf cdikit-hook /usr/bin/nvidia-cdi-hook
    RUNTIME=/usr/bin/cdikit-runtime
    # So that its hook has nothing to do: a container of this machine has no /proc/driver/nvidia.
    sed -i 's/^ModifyDeviceFiles: 1$/ModifyDeviceFiles: 0/' /proc/driver/nvidia/params
}

configure() { # MODE LOWLEVEL
    mkdir -p "${CONFIG_TOML%/*}"
    cat >"$CONFIG_TOML" <<TOML
[nvidia-container-runtime]
mode = "$1"
runtimes = ["$2"]
TOML
}

# same_etc DIR DIR: but for what engines write themselves.
same_etc() {
    diff <(listing "$1") <(listing "$2") && test -d "$1/nvidia"
}
listing() {
    (cd "$1" && find . -printf '%P %y %m %l\n' && find . -type f -exec sha256sum {} +) |
        grep -vE '(^| \./)(hosts|hostname|resolv\.conf|mtab)( |$)' | sort
}

TESTS=0
# test_driver HOW ROOT LOOK: twice, and the second start changes nothing.
test_driver() {
    local how="$ENGINE, $1" id
    TESTS=$((TESTS + 1))
    id=driver-$TESTS
    check "$how: starts" try "${ENGINE}_container" "$id" "$2" /bin/sh -c "exec 2>&1; $3"
    check "$how: its program calls the driver, and finds links and files" driver_said
    "${ENGINE}_etc" "$id" "$2" "$TMP/etc-$id" >/dev/null
    check "$how: starts again" try client start --attach "$id"
    check "$how: calls the driver again" driver_said
    "${ENGINE}_etc" "$id" "$2" "$TMP/etc-$id-again" >/dev/null
    check "$how: the second start changes nothing in /etc" \
        same_etc "$TMP/etc-$id" "$TMP/etc-$id-again"
    client rm --force "$id" >/dev/null
}
# try COMMAND...: what it writes is in $TMP/said, and shown if it fails.
try() { "$@" >"$TMP/said" 2>&1 || { cat "$TMP/said"; return 1; }; }

document() { # GENERATE-OPTION...
    check "a document${1:+ with $1}" /usr/bin/cdikit generate -q "$@" --output /etc/cdi/nvidia.yaml
}

# take NAME ROOT: each test has its own, untouched.
take() {
    cp /run/fakenode/machine "$2/machine"
    check "$ENGINE takes a root for $1" "${ENGINE}_take" "$1" "$2"
}

install_programs || exit 1
"${ENGINE}_ready"
ASKED=(--env NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=all --env FAKENODE_MACHINE=/machine)
make_glibc_root "$TMP/glibc-root" || exit 1
lowlevels=()
for lowlevel in runc crun; do
    if command -v "$lowlevel" >/dev/null; then
        lowlevels+=("$lowlevel")
    else
        skip "a driver under $ENGINE with $lowlevel" "$lowlevel is not installed"
    fi
done
for lowlevel in "${lowlevels[@]}"; do
    configure cdi "$lowlevel"
    for option in '' --single-hook; do
        name=glibc-$lowlevel$option
        take "$name" "$TMP/glibc-root"
        # shellcheck disable=SC2086 # none, or one
        document $option
        test_driver "$lowlevel, glibc${option:+, $option}" "$name" "$LOOK_GLIBC"
    done
done

# Nothing but the machine itself says what a name means.
rm -f /etc/cdi/*
configure jit-cdi "${lowlevels[0]}"
ASKED[1]=NVIDIA_VISIBLE_DEVICES=all
take glibc-jit "$TMP/glibc-root"
test_driver 'jit-cdi, glibc' glibc-jit "$LOOK_GLIBC"

if ! command -v musl-gcc >/dev/null; then
    skip "a driver under $ENGINE with musl" 'musl-gcc is not installed'
    finish
fi
ASKED[1]=NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=all
make_musl_root "$TMP/musl-root" || exit 1
cp "$MUSL_DRIVER" "$DRIVER_LIBS/libcuda.so.$DRIVER_VERSION"
document
for lowlevel in "${lowlevels[@]}"; do
    configure cdi "$lowlevel"
    take "musl-$lowlevel" "$TMP/musl-root"
    test_driver "$lowlevel, musl" "musl-$lowlevel" "$LOOK_MUSL"
done
finish
