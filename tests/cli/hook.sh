#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-hook: the command line that nvidia-cdi-hook has, how the container's root is found, and
# what the simple hooks do.
. "$(dirname "$0")/../lib.sh"
unset NVIDIA_CTK_DEBUG NVIDIA_CTK_QUIET NVIDIA_CDI_DEBUG NVIDIA_CDI_QUIET
mkdir -p "$TMP/bin"
ln -s "$BUILD/cdikit-hook" "$TMP/bin/nvidia-cdi-hook"
hook=$TMP/bin/nvidia-cdi-hook
root=$TMP/bundle/rootfs
state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":1,\"bundle\":\"$TMP/bundle\"}"

# fresh: an empty container.
fresh() {
    chmod -R u+rwx "$TMP/bundle" 2>/dev/null
    rm -rf "$TMP/bundle"
    mkdir -p "$root"
    echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}' >"$TMP/bundle/config.json"
}

# call STATUS WORD...: nvidia-cdi-hook, with the state on standard input.
call() {
    local status=$1
    shift
    expect_status "$status" "$hook" "$@" <<<"$state"
}

# link PATH TARGET: a symlink of the container.
link() { check "$1 is a link to $2" test "$(readlink "$root/$1")" = "$2"; }
absent() { check "there is no $1" test ! -e "$root/$1" -a ! -L "$root/$1"; }
mode() { check "$1 has the mode $2" test "$(stat -c %a "$root/$1")" = "$2"; }

# ---- the command line ----
fresh
call 0
expect_err 'no hook is named'
call 0 new-hook --some option
expect_err '"new-hook" is not a hook'
call 0 create-symlink
expect_err 'did you mean create-symlinks'
call 0 --quiet new-hook
check "quiet: nothing is told" test -z "$ERR$OUT"
call 0 --foo
call 1 --foo create-symlinks --link a::/b
expect_err 'no option "--foo"'
call 1 create-symlinks --bogus
expect_err 'create-symlinks has no option "--bogus"'
call 0 noop with words
call 0 --version
expect_out '^NVIDIA CDI Hook version '
call 0 -h
expect_out '^  create-symlinks$'
expect_out '^  setup-container$'
check "noop is not told of" test -z "$(grep noop <<<"$OUT")"
call 0 help
expect_out '^  update-application-profile$'
call 0 chmod --help
expect_out '^  --mode MODE$'
expect_status 0 "$BUILD/cdikit-hook" --version
expect_out '^cdikit-hook version '
expect_status 0 "$BUILD/cdikit-hook" --help
expect_out '^  prestart$'
mkfifo "$TMP/fifo"
SECRET=of-the-image "$hook" create-symlinks --link a::/b <"$TMP/fifo" &
exec 9>"$TMP/fifo"
for _ in $(seq 100); do
    readlink "/proc/$!/exe" 2>/dev/null | grep -q cdikit-hook && [ -z "$(tr -d '\0' <"/proc/$!/environ")" ] && break
    sleep 0.05
done
check "the environment is gone while the hook runs" test -z "$(tr -d '\0' <"/proc/$!/environ")"
echo "$state" >&9
exec 9>&-
wait $!
NVIDIA_CTK_DEBUG=maybe call 1 noop
expect_err 'NVIDIA_CTK_DEBUG: "maybe"'
NVIDIA_CTK_DEBUG='' call 0 noop
NVIDIA_CTK_DEBUG=true call 0 create-symlinks --link a::/debugged
expect_err 'debug: made the link /debugged to a'
NVIDIA_CDI_DEBUG=1 call 0 create-symlinks --link b::/debugged
expect_err 'made the link'
NVIDIA_CTK_DEBUG=true NVIDIA_CTK_QUIET=true call 0 create-symlinks --link c::/debugged
check "quiet wins" test -z "$ERR"

# ---- through the tool ----
for tool in "$BUILD/cdikit" "$TMP/bin/nvidia-ctk"; do
    ln -sf "$BUILD/cdikit" "$TMP/bin/nvidia-ctk"
    fresh
    expect_status 0 "$tool" hook create-symlinks --link "t::/x" <<<"$state"
    link x t
    expect_status 1 "$tool" hook create-symlinks --bogus <<<"$state"
    expect_status 0 "$tool" hook new-hook --bogus <<<"$state"
    expect_err 'is not a hook'
done
NVIDIA_CTK_DEBUG=true expect_status 0 "$TMP/bin/nvidia-ctk" hook create-symlinks --link "u::/x" <<<"$state"
expect_err 'made the link'

# ---- a state that nobody needs ----
# crun fails the container if its hook has ended before it gets the state.
written_late() { # COMMAND...: gets the state some time after its start
    python3 -c 'import os, subprocess, sys, time
r, w = os.pipe()
hook = subprocess.Popen(sys.argv[1:], stdin=r)
os.close(r)
time.sleep(0.1)
os.write(w, b"{}")
os.close(w)
sys.exit(hook.wait())' "$@"
}
for words in "new-hook" "" "noop" "enable-cuda-compat" "chmod --mode 755"; do
    # shellcheck disable=SC2086
    expect_status 0 written_late "$hook" $words
done
ln -sf "$BUILD/cdikit-hook" "$TMP/bin/nvidia-container-runtime-hook"
for name in cdikit-hook nvidia-container-runtime-hook; do
    ln -sf "$BUILD/cdikit-hook" "$TMP/bin/$name"
    expect_status 0 written_late "$TMP/bin/$name" poststart
done

# ---- the container's root ----
fresh
echo "{\"BUNDLE\":\"$TMP/bundle\"}" >"$TMP/state"
expect_status 0 "$hook" create-symlinks --link a::/spec --container-spec "$TMP/state" </dev/null
link spec a
(cd "$TMP" && "$hook" create-symlinks --link a::/relative-spec --container-spec state </dev/null)
link relative-spec a
expect_status 0 "$hook" create-symlinks --link a::/dash --container-spec - <<<"$state"
link dash a
expect_status 0 "$hook" create-symlinks --link a::/told <<<"{\"bundle\":\"/nonexistent\",\"root\":\"$root\"}"
link told a
expect_status 0 "$hook" create-symlinks --link a::/below <<<"{\"bundle\":\"$TMP/bundle\",\"root\":\"rootfs\"}"
link below a
for path in "$root/" "$root//" "$TMP/bundle/../bundle/rootfs" "./rootfs/." "$TMP/other"; do
    ln -sfn "$root" "$TMP/other"
    echo "{\"root\":{\"path\":\"$path\"}}" >"$TMP/bundle/config.json"
    rm -f "$root/way"
    call 0 create-symlinks --link a::/way
    link way a
done
echo '{}' >"$TMP/bundle/config.json"
call 0 create-symlinks --link a::/in-bundle
check "without a root it is the bundle" test "$(readlink "$TMP/bundle/in-bundle")" = a
for path in / // /. ""; do
    printf '{"root":{"path":"%s"}}' "$path" >"$TMP/bundle/config.json"
    [ -n "$path" ] || rm "$TMP/bundle/config.json"
    for words in "create-symlinks --link a::/tmp/cdikit-hook-test" "chmod --mode 755 --path /tmp" \
        update-application-profile; do
        # shellcheck disable=SC2086
        call 1 $words
    done
done
check "nothing was done on the host" test ! -L /tmp/cdikit-hook-test
for text in "" "[]" "{" '{"bundle":1}' '{}'; do
    expect_status 1 "$hook" create-symlinks --link a::/b <<<"$text"
done
expect_status 1 "$hook" create-symlinks --link a::/b <<<'{"bundle":"/nonexistent"}'
expect_err '/nonexistent/config.json'

# ---- create-symlinks ----
fresh
call 0 create-symlinks --link libcuda.so.1::/usr/lib/libcuda.so
link usr/lib/libcuda.so libcuda.so.1
mode usr/lib 755
call 0 create-symlinks --link 'a::/x/one,b::/x/two' --link /etc/passwd::x/three --link=../up::/../../x/four
link x/one a
link x/two b
link x/three /etc/passwd
link x/four ../up
call 0 create-symlinks --link a::/x/dir/
link x/dir/dir a
echo text >"$root/x/file"
call 0 create-symlinks --link new::/x/file --link other::/x/one
link x/file new
link x/one other
for bad in a a::b::c ::/x/y a:: a::/ a::/x/. a::/x/.. ""; do
    call 1 create-symlinks --link "$bad"
done
call 1 create-symlinks --link good::/x/first --link wrong
absent x/first
mkdir "$root/x/full"
call 1 create-symlinks --link a::/x/full
expect_err 'cannot make the link /x/full: Is a directory'
ln -s /nowhere "$root/dangling"
call 1 create-symlinks --link a::/dangling/y
absent nowhere
check "nothing is left behind" test -z "$(find "$root" -name '.cdikit*')"
(umask 077 && "$hook" create-symlinks --link a::/umask/y <<<"$state")
mode umask 755

# ---- chmod ----
fresh
mkdir -p "$root/dev/dri" "$root/dev/two"
chmod 700 "$root/dev/dri" "$root/dev/two"
call 0 chmod --mode 755 --path /dev/dri,/dev/two --path /dev/absent
mode dev/dri 755
mode dev/two 755
call 0 chmod --mode 2775 --path /dev/dri
expect_err 'only the permissions 775 are set'
mode dev/dri 775
call 0 chmod --mode 0
call 1 chmod --path /dev/dri
call 1 chmod --mode "" --path /dev/dri
call 1 chmod --mode 755 --path " "
for bad in 999 0o755 -755 " 755" 77777777777777; do
    call 1 chmod --mode "$bad" --path /dev/dri
done
mode dev/dri 775
mkdir -m 700 "$TMP/outside"
ln -s "$TMP/outside" "$root/escape"
ln -s ../../../outside "$root/escape2"
call 0 chmod --mode 777 --path /escape --path /escape2 --path /../../outside
check "the host's directory stays" test "$(stat -c %a "$TMP/outside")" = 700

if unshare -m true 2>/dev/null; then
    mkdir -p "$TMP/volume/dri" "$root/vol" "$root/dev/own"
    chmod 700 "$TMP/volume/dri" "$root/dev/own"
    ln -s /vol "$root/to-volume"
    export TMP root hook state
    # shellcheck disable=SC2016 # expanded there
    expect_status 0 unshare -m bash -eu -c 'mount --make-rprivate /
        mount --bind "$TMP/volume" "$root/vol"
        mount -t tmpfs none "$root/dev"
        mkdir -m 700 "$root/dev/own"
        "$hook" chmod --mode 755 --path /to-volume/dri --path /vol/dri --path /vol --path /dev/own <<<"$state"
        stat -c %a "$root/dev/own"'
    check "a directory of the container's /dev is changed" test "$OUT" = 755
    expect_err 'the mode of /to-volume/dri stays: it is mounted into the container'
    check "what is mounted from the host stays" test "$(stat -c %a "$TMP/volume/dri")" = 700
else
    skip "chmod of what is mounted" "needs a mount namespace"
fi

# ---- messages that nobody reads ----
fresh
mkdir -p "$root/dev/dri"
chmod 700 "$root/dev/dri"
mkfifo "$TMP/unread"
(exec 2>"$TMP/unread"; "$hook" setup-container --mode 2755 --path /dev/dri --link a::/last <<<"$state") &
exec 8<"$TMP/unread"
exec 8<&-
wait $!
link last a

# ---- update-application-profile ----
profile=etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf
# has_mask HEX
has_mask() {
    printf '{"profiles":[{"name":"_container_","settings":["EGLVisibleDGPUDevices",0x%s]}],"rules":[{"pattern":[],"profile":"_container_"}]}' \
        "$1" >"$TMP/profile"
    check "the mask is $1" cmp "$TMP/profile" "$root/$profile"
}
fresh
call 0 update-application-profile
absent etc
mkdir "$root/dev"
call 0 update-application-profile
absent etc
if mknod "$root/dev/nvidia0" c 195 3 2>/dev/null; then
    call 0 update-application-profile
    has_mask 8
    mode $profile 444
    mode etc/nvidia 555
    mknod "$root/dev/nvidia10" c 195 15
    mknod "$root/dev/nvidia5" c 195 64
    mknod "$root/dev/nvidia6" b 195 1
    mknod "$root/dev/nvidiactl" c 195 255
    mknod "$root/dev/nvidia1x" c 195 2
    touch "$root/dev/nvidia7"
    ln -s nvidia0 "$root/dev/nvidia8"
    call 0 update-application-profile
    expect_err '/dev/nvidia5 has the minor number 64'
    has_mask 8008
    before=$(stat -c %i.%Y.%Z "$root/$profile")
    call 0 --quiet update-application-profile
    check "a second time changes nothing" test "$(stat -c %i.%Y.%Z "$root/$profile")" = "$before"
    check "and quiet warns of nothing" test -z "$ERR"
else
    skip "update-application-profile" "needs the right to make device nodes"
fi

# ---- several at once ----
fresh
mkdir -p "$root/dev/dri"
chmod 700 "$root/dev/dri"
: >"$root/dev/dri/card1"
call 0 setup-container
call 0 setup-container --mode 755 --path /dev/dri --link "a::/x" \
    --device-link "../card1::/dev/dri/by-path/pci-1-card" --device-link "../card2::/dev/dri/by-path/pci-2-card"
mode dev/dri 755
link x a
link dev/dri/by-path/pci-1-card ../card1
absent dev/dri/by-path/pci-2-card
call 1 setup-container --link wrong
call 1 setup-container --path /dev/dri
expect_err 'needs --mode'

# ---- disable-device-node-modification ----
# in_namespace SCRIPT: runs with a /proc/driver of its own, with the parameters PARAMS.
in_namespace() {
    unshare -m bash -eu -c '
        mount --make-rprivate /
        mount -t tmpfs none /proc/driver
        [ -z "$PARAMS" ] || { mkdir /proc/driver/nvidia; printf "$PARAMS" >/proc/driver/nvidia/params; }
        mount --bind "$ROOT" "$ROOT"
        mount --make-shared "$ROOT"
        mount -t tmpfs none "$ROOT/proc"
        '"$1"
}
if unshare -m true 2>/dev/null && [ -d /proc/driver ]; then
    fresh
    mkdir "$root/proc"
    export ROOT=$root STATE=$state HOOK=$hook
    target='mkdir -p "$ROOT/proc/driver/nvidia"; cp /proc/driver/nvidia/params "$ROOT/proc/driver/nvidia"; '
    run='"$HOOK" disable-device-node-modification <<<"$STATE"; '
    PARAMS='A: 2\nModifyDeviceFiles: 1\nB: 3' expect_status 0 in_namespace "$target$run"'
        cat "$ROOT/proc/driver/nvidia/params"; grep "nvidia/params" /proc/self/mountinfo
        find "$ROOT" -mindepth 1 -maxdepth 1 -printf "%f\n"
        ! echo "ModifyDeviceFiles: 1" 2>/dev/null >"$ROOT/proc/driver/nvidia/params"'
    expect_out '^ModifyDeviceFiles: 0$'
    expect_out '^A: 2$'
    expect_out 'nvidia/params ro,nosuid,nodev,noexec[^ ]* - tmpfs'
    check "nothing else is made" test "$(tail -n 1 <<<"$OUT")" = proc
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 0 in_namespace \
        "$target$run$run"'grep -c "nvidia/params" /proc/self/mountinfo'
    check "a second time changes nothing" test "$OUT" = 1
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 0 in_namespace \
        "$target"'mount --bind "$ROOT/proc/driver/nvidia/params" "$ROOT/proc/driver/nvidia/params"
        mount --make-private "$ROOT/proc"
        mount --make-shared "$ROOT/proc/driver/nvidia/params"
        mkdir "$ROOT/proc/peer"; touch "$ROOT/proc/peer/params"
        mount --bind "$ROOT/proc/driver/nvidia/params" "$ROOT/proc/peer/params"; '"$run"'
        cat "$ROOT/proc/peer/params"'
    check "a shared mount does not tell its peers" test "$OUT" = 'ModifyDeviceFiles: 1'
    PARAMS='ModifyDeviceFiles: 0\n' expect_status 0 in_namespace \
        "$target$run"'! grep "nvidia/params" /proc/self/mountinfo'
    PARAMS='' expect_status 0 in_namespace '"$HOOK" disable-device-node-modification </dev/null'
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 1 in_namespace "$run"
    expect_err 'the container has no /proc/driver/nvidia/params'
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 1 in_namespace \
        'mkdir -p "$ROOT/proc/driver/nvidia/params"; '"$run"
    expect_err 'is not a regular file'
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 1 in_namespace \
        'mkdir -p "$ROOT/proc/driver/nvidia" "$ROOT/data"; echo text >"$ROOT/data/x"
        ln -s ../../../data/x "$ROOT/proc/driver/nvidia/params"; '"$run"
    expect_err 'is not a regular file'
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 1 in_namespace \
        'mkdir -p "$ROOT/data/nvidia"; cp /proc/driver/nvidia/params "$ROOT/data/nvidia"
        ln -s ../data "$ROOT/proc/driver"; '"$run"
    expect_err 'the container has no /proc/driver/nvidia/params'
    PARAMS='ModifyDeviceFiles: 1\n' expect_status 0 in_namespace \
        "$target"'"$HOOK" setup-container --disable-device-node-modification --link a::/y <<<"$STATE"
        cat "$ROOT/proc/driver/nvidia/params"'
    check "it is part of setup-container" test "$OUT" = "ModifyDeviceFiles: 0"
    link y a
else
    skip "disable-device-node-modification" "needs a mount namespace and /proc/driver"
fi

finish
