#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-runtime is killed, interrupted and refused at each of its system calls, and gets bundles
# that nobody would make: config.json is the old one or the new one, and nothing hangs. The
# low-level runtime only notes what it gets. What needs no system call is in wrapper.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

RUNTIME=$BUILD/cdikit-runtime
mkdir -p "$TMP/bin" "$TMP/cdi" "$TMP/b"
"${CC:-cc}" -D_GNU_SOURCE -o "$TMP/bin/runc" "$TOP/tests/e2e/notes.c" || exit 1
export NOTES=/dev/null NVIDIA_CTK_CONFIG_FILE_PATH=$TMP/config.toml
cat >"$TMP/config.toml" <<TOML
nvidia-container-runtime.runtimes = ["$TMP/bin/runc"]
nvidia-container-runtime.modes.cdi.spec-dirs = ["$TMP/cdi"]
TOML
cat >"$TMP/cdi/a.yaml" <<'YAML'
cdiVersion: 0.6.0
kind: example.com/device
devices:
  - name: a
    containerEdits:
      env: [CDI=a]
YAML
echo '{"ociVersion":"1.0.2","process":{"args":["x"],"env":["NVIDIA_VISIBLE_DEVICES=example.com/device=a"],"cwd":"/"},"root":{"path":"r"}}' >"$TMP/old.json"
anew() {
    rm -rf "$TMP/b"
    mkdir "$TMP/b"
    cp "$TMP/old.json" "$TMP/b/config.json"
}
create=("$RUNTIME" create --bundle "$TMP/b" c)
anew
expect_status 42 "${create[@]}"
cp "$TMP/b/config.json" "$TMP/new.json"
check 'the device is injected' grep -q '"CDI=a"' "$TMP/new.json"
is_old() { cmp -s "$TMP/b/config.json" "$TMP/old.json"; }
is_new() { cmp -s "$TMP/b/config.json" "$TMP/new.json"; }

# --- at each system call ----------------------------------------------------------------------------

# system_calls: a line for each of a create, up to the low-level runtime: its name, and the how
# manieth of this name it is.
system_calls() {
    anew
    # The first execve is strace's own.
    strace -qq -o "$TMP/trace" "${create[@]}"
    awk -F'(' '$1 == "execve" && execs++ { exit } $1 !~ /^[a-z0-9_]+$/ { next } $1 != "execve" { print $1, ++n[$1] }' \
        "$TMP/trace"
}

# at_each WHAT INJECTION: what happens then, one line each; see judge_.
at_each() {
    local name n status
    while read -r name n; do
        anew
        status=0
        # Nothing of what is injected reaches the low-level runtime: it comes after the last one.
        timeout -s KILL 10 strace -qq -o /dev/null -e "trace=$name" -e "inject=$name:$2:when=$n" \
            "${create[@]}" >"$TMP/said" 2>&1 </dev/null || status=$?
        "judge_$1" "$status" || echo "$name $n: status $status, $(ls -A "$TMP/b" | tr '\n' ' ')$(cat "$TMP/said")"
    done <"$TMP/calls" >"$TMP/wrong" 2>/dev/null
    # shellcheck disable=SC2016 # expanded by sh
    check "$1 at each of $(wc -l <"$TMP/calls") system calls" sh -c 'cat "$1"; test ! -s "$1"' sh "$TMP/wrong"
}

# Only a kill between the naming of the complete new file and its renaming, one system call, can
# leave that beside it; it goes when the engine removes the bundle.
judge_killed() {
    [ "$1" = 137 ] || return 1
    is_old || is_new || return 1
    # shellcheck disable=SC2154 # of at_each
    [ "$(ls -A "$TMP/b")" = config.json ] || [ "$name" = renameat ]
}
# Whatever is wrong with a call, either it does not matter or it is told.
judge_failed() {
    [ "$(ls -A "$TMP/b")" = config.json ] || return 1
    case $1 in
    42) is_new ;;
    1) is_old && [ "$(grep -c '^cdikit-runtime: ' "$TMP/said")" = 1 ] ;;
    # Before main(), or a stop by the C library.
    127 | 134 | 139) is_old ;;
    *) return 1 ;;
    esac
}
# Interrupted calls are no failures.
judge_interrupted() {
    [ "$(ls -A "$TMP/b")" = config.json ] && [ "$1" = 42 ] && is_new
}

if ! strace -qq -o /dev/null true 2>/dev/null; then
    skip 'failures at each system call' 'strace is not installed, or may not trace'
else
    system_calls >"$TMP/calls"
    check 'the replacement is among the system calls' grep -q '^renameat' "$TMP/calls"
    at_each killed signal=KILL
    at_each failed error=EIO
    # The wrapper has no handler, so that opening is never interrupted: signal(7). What reads and
    # writes takes it as it is meant.
    sed -n -i -E '/^(read|pread64|write|pwrite64) /p' "$TMP/calls"
    check 'reading and writing are' grep -q '^write ' "$TMP/calls"
    at_each interrupted error=EINTR
fi

# --- bundles ----------------------------------------------------------------------------------------

# refused PATTERN BUNDLE
refused() {
    expect_status 1 timeout 10 "$RUNTIME" create --bundle "$2" c </dev/null
    _last="create in ${2:0:60}"
    expect_err "^cdikit-runtime: .*$1"
    check "$_last: one line" test "$(wc -l <"$TMP/.err")" = 1
}
accepted() { # BUNDLE
    anew
    expect_status 42 timeout 10 "$RUNTIME" create --bundle "$1" c </dev/null
    check "create in ${1:0:60}: the device is injected" is_new
}
ln -s loop "$TMP/loop"
refused 'Too many levels of symbolic links' "$TMP/loop"
refused 'File name too long' "$TMP/$(head -c 5000 /dev/zero | tr '\0' y)"
refused 'No such file' "$TMP/none/../b"
refused 'Not a directory' "$TMP/old.json"
refused 'No such file' "$TMP/new"$'\n'"line"
accepted "$TMP/b/../b/./../b"
ln -s b "$TMP/link"
accepted "$TMP/link"
mkdir "$TMP/two"$'\n'"lines"
accepted "$TMP/two"$'\n'"lines/../b"
anew
rm "$TMP/b/config.json"
ln -s config.json "$TMP/b/config.json"
refused 'Too many levels of symbolic links' "$TMP/b"

# --- the machine ------------------------------------------------------------------------------------

if [ "$(id -u)" != 0 ]; then
    skip 'a bundle that is read-only' 'mounting needs root'
    skip 'a machine without /proc' 'mounting needs root'
else
    # shellcheck disable=SC2016 # expanded by sh
    in_namespace() { # SCRIPT
        timeout 10 unshare -m sh -c "$1"' && exec "$@"' sh "${create[@]}"
    }
    anew
    export B=$TMP/b
    # shellcheck disable=SC2016
    expect_status 1 in_namespace 'mount --bind "$B" "$B" && mount -o remount,ro,bind "$B"'
    expect_err '^cdikit-runtime: .*b/config\.json: .*Read-only file system'
    check 'read-only: config.json is untouched' is_old
    anew
    expect_status 42 in_namespace 'umount -l /proc'
    check 'no /proc: the device is injected' is_new
fi

# Sixteen descriptors of which the engine's are twelve.
anew
# shellcheck disable=SC2016
expect_status 42 timeout 10 sh -c 'for i in 3 4 5 6 7 8 9; do eval "exec $i</dev/null"; done
    ulimit -n 16; exec "$@"' sh "${create[@]}"
check '16 descriptors are enough' is_new
finish
