#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the history of such hooks holds, in containers that runc and crun start, of root and of a
# user namespace. What can be told of a hook alone is in the scripts beside this one.
# shellcheck disable=SC2016,SC2034 # evaluated
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"
# shellcheck source=tests/e2e/containers.bash
. "$TOP/tests/e2e/containers.bash"

if [ "$NAMESPACE" != root ]; then
    skip 'containers of runc and crun' 'containers need root'
    finish
fi
evil=$TOP/tests/hostile/evil.c
# Users of a container have to get at all of this.
chmod 755 "$TMP"
mkdir "$SPACE/bin"
cp "$NAIVE" "$SPACE/bin/naive"
cp "$HOOK" "$SPACE/bin/cdikit-hook"
compile "$SPACE/bin/evil.so" -shared -fPIC -DLIBRARY "$evil"
compile "$SPACE/bin/static" -static "$evil"
mkdir "$SPACE/template/bundle/rootfs/bin"
cp "$(command -v busybox)" "$SPACE/template/bundle/rootfs/bin/sh"
cp "$(command -v busybox)" "$SPACE/template/bundle/rootfs/bin/cat"
cp -a "$SPACE/template" "$SPACE/template.root"
cp -a "$SPACE/template" "$SPACE/template.user"
chown -hR 100000:100000 "$SPACE/template.user"
chmod 700 "$SPACE/template.user/host/dri"
rm -rf "$SPACE/template"

words() { # WORD...: as JSON
    local json
    json=$(printf ', "%s"' "$@")
    echo "[${json#, }]"
}

# configure PROGRAM: config.json of a container with its hooks, which are lines of HOOKS.
configure() {
    local hooks='' line args user_mappings='' user_namespace='' capabilities
    while read -r line; do
        [ -n "$line" ] || continue
        read -ra args <<<"$line"
        hooks+="${hooks:+, }{\"path\": \"$1\", \"args\": $(words "${1##*/}" "${args[@]}")${HOOK_ENV:+, \"env\": [\"$HOOK_ENV\"]}}"
    done <<<"$HOOKS"
    [ -z "$FIRST_HOOK" ] || hooks="{\"path\": \"$FIRST_HOOK\", \"args\": [\"first\"], \"env\": [\"PATH=$PATH\"]}, $hooks"
    if [ "$USERS" = user ]; then
        user_namespace=', {"type": "user"}'
        user_mappings='"uidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],
            "gidMappings": [{"containerID": 0, "hostID": 100000, "size": 65536}],'
    fi
    capabilities=$(words CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_MKNOD CAP_SETGID CAP_SETUID)
    cat >"$A/bundle/config.json" <<JSON
{
  "ociVersion": "1.0.2",
  "process": {
    "terminal": false, "user": {"uid": 0, "gid": 0}, "cwd": "/",
    "args": ["/bin/sh", "-c", "${SCRIPT//$'\n'/\\n}"],
    "env": ["PATH=/bin"${IMAGE_ENV:+, \"$IMAGE_ENV\"}],
    "capabilities": {"bounding": $capabilities, "effective": $capabilities, "permitted": $capabilities}
  },
  "root": {"path": "rootfs", "readonly": $READONLY},
  "mounts": [
    {"destination": "/proc", $PROC},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}
  ],
  "hooks": {"createContainer": [$hooks]},
  "linux": {
    $user_mappings
    "namespaces": [{"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}$user_namespace]
  }
}
JSON
}

# start PROGRAM: the container; sets STATUS, PROBLEMS. What it wrote is in $TMP/.said.
start() {
    rm -rf "$SPACE/template"
    ln -s "template.$USERS" "$SPACE/template"
    anew
    eval "$PREPARE" || exit 1
    [ "$USERS" != user ] || chown -hR 100000:100000 "$ROOT" "$HOST"
    chown 100000:100000 "$A" # where MARKER may come to be
    configure "$1"
    before_it 5000
    launch runtime "${RUNTIME_BEFORE[@]}" "$LOWLEVEL" "${GLOBALS[@]}" run --bundle "$A/bundle" "hostile-$$"
    RSS=0 # the runtime's
    seen
    ! grep -q "$SECRET" "$TMP/.said" || PROBLEMS+=' the-container-read-it'
    "${RUNTIME_BEFORE[@]}" "$LOWLEVEL" "${GLOBALS[@]}" delete --force "hostile-$$" >/dev/null 2>&1
}

# in_containers NAME: for each runtime and kind of users. SCRIPT is what the container does; what it
# says has to match SAYS, if it is not empty. The container may fail to start, unless SAYS says that
# it does not.
in_containers() {
    local name
    for LOWLEVEL in $RUNTIMES; do
        if ! use_runtime "$LOWLEVEL"; then
            skip "$1: $LOWLEVEL" "$WHY"
            continue
        fi
        RUNTIME_BEFORE=("${BEFORE[@]}") BEFORE=()
        for USERS in root user; do
            name="$1: $LOWLEVEL, $USERS"
            [ "$NAIVE_SAYS" = nothing ] || start "$SPACE/bin/naive"
            if [ -z "$PROBLEMS" ] && ! naive_failed; then
                not_ok "$name" "the naive program withstands it"$'\n'"$(cat "$TMP/.said")"
                continue
            fi
            start "$SPACE/bin/cdikit-hook"
            [ -z "$SAYS" ] || grep -qE -- "$SAYS" "$TMP/.said" || PROBLEMS+=" does-not-say-$SAYS"
            if [ -z "$PROBLEMS" ]; then
                ok "$name"
            else
                not_ok "$name" "$PROBLEMS"$'\n'"$(cat "$TMP/.said")"
            fi
        done
    done
}
naive_failed() {
    case $NAIVE_SAYS in
    nothing) true ;;                                  # it is not asked: what follows is no attack
    yes) ! grep -qE -- "$SAYS" "$TMP/.said" ;;        # not to say SAYS is its failure
    no) false ;;
    esac
}
defaults() {
    PREPARE=: HOOKS='' FIRST_HOOK='' HOOK_ENV=NVIDIA_CTK_DEBUG=false IMAGE_ENV='' SCRIPT='echo inside' SAYS='^inside$'
    PROC='"type": "proc", "source": "proc"' READONLY=false RUNTIMES='runc crun' NAIVE_SAYS=no
}
link=create-symlinks\ --link\ libcuda.so.1::/usr/lib/x86_64-linux-gnu/libcuda.so

defaults
PREPARE='in_place_of /usr/lib/x86_64-linux-gnu "$HOST"; mkdir -p "$ROOT$HOST"' HOOKS=$link
in_containers 'CVE-2024-0134, the directory of a link is a link'
PREPARE='in_place_of /usr "$UP$HOST"; mkdir -p "$ROOT$HOST"'
in_containers 'CVE-2024-5154, a link with ..'
PREPARE='in_place_of /usr/lib/x86_64-linux-gnu "/proc/self/cwd/../../host"; mkdir -p "$HOST/x"' SAYS=
RUNTIMES=runc
in_containers 'CVE-2024-21626, a link into the working directory of the hook'

defaults
PREPARE='in_place_of /etc/ld.so.conf.d "$HOST"; in_place_of /etc/ld.so.cache "$HOST/ld.so.cache"
    mkdir -p "$ROOT$HOST"' HOOKS="${LDCACHE[*]}"
in_containers "CVE-2025-23267, update-ldcache's files are links"
PREPARE='in_place_of /etc "$UP$HOST"; mkdir -p "$ROOT$HOST"'
in_containers 'CVE-2025-23267, /etc is a link'

HOOKS=${SETUP[*]}
in_containers 'CVE-2025-23267, /etc is a link, and all hooks in one'

defaults
PREPARE='cp "$SPACE/bin/static" "$ROOT/sbin/ldconfig"; mkdir -p "$ROOT$A"; chmod 777 "$ROOT$A"' HOOKS="${LDCACHE[*]}"
in_containers "CVE-2024-0136 and CVE-2024-0137, the image's own ldconfig"

defaults
PREPARE='in_place_of /usr/local/cuda "$HOST"' HOOKS="${COMPAT[*]}"$'\n'"${LDCACHE[*]}"
SCRIPT='echo inside; cat /usr/lib/libcuda.so.mounted'
in_containers 'CVE-2024-0132, the directory of compat libraries is a link'
PREPARE='in_place_of /usr/local/cuda/compat/libcuda.so.999.1.1 "$HOST/secret"'
in_containers 'CVE-2025-23359, a compat library is a link'

defaults
PREPARE='cp "$SPACE/bin/evil.so" "$ROOT/evil.so"' HOOKS=$link
HOOK_ENV='' IMAGE_ENV=LD_PRELOAD=/proc/self/cwd/evil.so RUNTIMES=runc
in_containers "CVE-2025-23266, the image's LD_PRELOAD and a hook without environment"
IMAGE_ENV='' HOOK_ENV=LD_PRELOAD=$ROOT/evil.so RUNTIMES='runc crun'
in_containers 'CVE-2025-23266, LD_PRELOAD in the environment of the hook'
PREPARE='cp "$SPACE/bin/evil.so" "$ROOT/EVIL.so"; echo "module UTF-16// EVIL// EVIL 1" >"$ROOT/gconv-modules"
    echo "module EVIL// UTF-16// EVIL 1" >>"$ROOT/gconv-modules"'
HOOK_ENV="GCONV_PATH=$ROOT\", \"OUTPUT_CHARSET=EVIL//"
in_containers 'CVE-2019-14271, GCONV_PATH in the environment of the hook'

# crun makes the root read-only before the hooks run, runc afterwards.
defaults
READONLY=true HOOKS=${SETUP[*]} NAIVE_SAYS=nothing
SCRIPT='[ -L /usr/lib/x86_64-linux-gnu/libcuda.so ] && [ -s /etc/ld.so.cache ] && ! (: >/etc/new) 2>/dev/null && echo inside'
in_containers 'a root that is read-only'

# A hook that has nothing to do may not end before crun has written the state.
defaults
NAIVE_SAYS=nothing RUNTIMES=crun
for HOOKS in an-unknown-hook noop enable-cuda-compat disable-device-node-modification; do
    in_containers "nothing to do: $HOOKS"
done

# /dev is the runtime's, with a character device that the first hook puts there.
first_hook() { # LINE...
    printf '%s\n' '#!/bin/sh' 'set -e' "$@" >"$SPACE/bin/first"
    chmod 755 "$SPACE/bin/first"
    FIRST_HOOK=$SPACE/bin/first
}
defaults
first_hook "touch '$ROOT/dev/nvidia0'" "mount --bind /dev/null '$ROOT/dev/nvidia0'"
HOOKS=update-application-profile
PREPARE='in_place_of "$PROFILE_FILE" "$HOST/10-container.conf"'
SCRIPT="cat $PROFILE_FILE; echo; echo inside" SAYS='EGLVisibleDGPUDevices.,0x8[]]'
in_containers 'CVE-2025-24965, a fixed file is a link'

# The driver's parameters: the host's are where the kernel would have them; the container has some
# other file of procfs.
mount -t tmpfs -o mode=755 tmpfs /proc/driver && mkdir /proc/driver/nvidia || exit 1
echo 'ModifyDeviceFiles: 1' >/proc/driver/nvidia/params
defaults
driver=$ROOT/proc/driver
first_hook "mount -t tmpfs -o mode=755 tmpfs '$driver'" "mkdir '$driver/nvidia'" \
    "touch '$driver/nvidia/params'" "mount --bind '$ROOT/proc/version' '$driver/nvidia/params'"
HOOKS=disable-device-node-modification
# A fresh procfs is not to be had in a user namespace while something is mounted on this one.
PROC='"type": "bind", "source": "/proc", "options": ["rbind"]'
SCRIPT='for f in /proc/driver/nvidia/params /run/*/*; do echo ModifyDeviceFiles: 1 >$f; done 2>/dev/null
    cat /proc/driver/nvidia/params'
SAYS='^ModifyDeviceFiles: 0$' NAIVE_SAYS=yes
in_containers 'CVE-2021-1056, the container turns device nodes on again'
finish
