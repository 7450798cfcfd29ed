#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-hook enable-cuda-compat: what it writes into a container's root, and what an image that means
# harm cannot make of that.
. "$(dirname "$0")/../lib.sh"
unset NVIDIA_CTK_DEBUG NVIDIA_CDI_DEBUG NVIDIA_CTK_QUIET NVIDIA_CDI_QUIET
bundle=$TMP/bundle root=$TMP/bundle/rootfs host=$TMP/host
conf=etc/ld.so.conf.d/00-compat-7a78c6ad-8891-5fe0-a38a-8d7b49d1bb9d.conf
lib=libcuda.so.575.57.08
with_note=$TOP/tests/fuzz/seeds/compat/wide # CUDA 12.9, branches 535 to 575
mkdir "$TMP/bin"
ln -s "$BUILD/cdikit-hook" "$TMP/bin/nvidia-cdi-hook"

# What is beside the root: it holds all that a link out of the root could be useful for.
for dir in . compat cuda/compat local/cuda/compat usr/local/cuda/compat; do
    mkdir -p "$host/$dir"
    echo x >"$host/$dir/$lib"
done
mkdir "$host/ld.so.conf.d"
echo keep >"$host/keep"
host_state() { (cd "$host" && find . -printf '%p %y %m %n %s %T@ %C@ %l\n' | sort); }
before=$(host_state)

# fresh [DIR]: a new root, with a library in DIR.
fresh() {
    rm -rf "$bundle"
    mkdir -p "$root/${1-usr/local/cuda/compat}"
    echo x >"$root/${1-usr/local/cuda/compat}/$lib"
    printf '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}' >"$bundle/config.json"
}

# hook STATUS [OPTION...]: runs it, by default as generated documents call it. It must be quick.
state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"status\":\"creating\",\"pid\":1,\"bundle\":\"$bundle\"}"
hook() {
    local status=$1
    shift
    [ $# -gt 0 ] || set -- --host-driver-version=535.183.06
    expect_status "$status" timeout 10 "$BUILD/cdikit-hook" enable-cuda-compat "$@" <<<"$state"
}

# writes NAME FOLDER, writes_nothing NAME: what is in the root after that.
writes() {
    check "$1: the drop-in names $2" test "$(timeout 5 cat "$root/$conf" 2>&1)" = "$2"
    check "$1: nothing else is in its folder" test "$(ls -A "$root/etc/ld.so.conf.d")" = "${conf##*/}"
}
writes_nothing() { check "$1: no drop-in" test ! -e "$root/$conf"; }
untouched() { check "$1: the host is as it was" test "$(host_state)" = "$before"; }

# ---- the work ----
fresh
hook 0
writes "newer branch" /usr/local/cuda/compat
check "mode of the drop-in" test "$(stat -c %a "$root/$conf")" = 644
check "mode of its folder" test "$(stat -c %a "$root/etc/ld.so.conf.d")" = 755
expect_err 'warning: .*not an ELF file'
inode=$(stat -c %i "$root/$conf")
hook 0
check "a second run changes nothing" test "$(stat -c %i "$root/$conf")" = "$inode"
hook 0 --quiet --host-driver-version 535.183.06
check "--quiet is quiet" test -z "$ERR"
# The container is started again, and the host's driver is newer now.
hook 0 --host-driver-version=580.65.06
writes_nothing "newer host"

fresh
(umask 077 && exec "$TMP/bin/nvidia-cdi-hook" enable-cuda-compat --host-driver-version=535.183.06 <<<"$state" 2>/dev/null)
check "another umask: mode of the drop-in" test "$(stat -c %a "$root/$conf")" = 644
check "another umask: mode of its folder" test "$(stat -c %a "$root/etc/ld.so.conf.d")" = 755

fresh
for version in 575.10.10 590.44.01 nonsense; do
    hook 0 --host-driver-version=$version
    writes_nothing "host $version"
done
expect_err 'warning: --host-driver-version: "nonsense" is not a version'
hook 0 --host-cuda-version=12.2
writes_nothing "CUDA's version, and a library without a note"
check "no folder is made" test ! -e "$root/etc"

fresh
cp "$with_note" "$root/usr/local/cuda/compat/$lib"
hook 0 --host-driver-version=525.60.13
writes_nothing "a branch that the note does not have"
hook 0 --host-driver-version=575.10.10
writes "the same branch, older" /usr/local/cuda/compat
check "nothing is said of that" test -z "$ERR"
hook 0 --host-cuda-version=12.9
writes_nothing "the same CUDA"
hook 0 --host-cuda-version=12.8 --debug
writes "older CUDA" /usr/local/cuda/compat
expect_err "debug: .*\"$lib\" is used"

fresh opt/compat
hook 0
writes_nothing "a folder that is missing"
hook 0 --host-driver-version=535.183.06 --cuda-compat-container-root=/opt/compat
check "another folder has a drop-in of its own" grep -x /opt/compat -r "$root/etc/ld.so.conf.d"
writes_nothing "another folder"
fresh
hook 0
hook 0 --host-driver-version=535.183.06 --cuda-compat-container-root=/opt/compat
writes "a hook of another folder, which is missing" /usr/local/cuda/compat

# Nothing is known of the host: standard input is not even read.
fresh
state=garbage hook 0 --cuda-compat-container-root=/opt/compat
state='' hook 0 --host-driver-version= --host-cuda-version=
writes_nothing "nothing known"
state=garbage hook 1
state='{}' hook 1
hook 1 --host-driver-version
hook 1 --host-driver-version=535.183.06 --no-such-option
writes_nothing "wrong use"

# ---- where the root is ----
ln -sfn bundle "$TMP/link"
for path in "$root" "$root/" "$TMP//bundle/./rootfs" "$TMP/link/rootfs" "$bundle/../bundle/rootfs//" rootfs; do
    fresh
    state="{\"bundle\":\"$bundle\",\"root\":\"$path\"}" hook 0
    writes "root $path" /usr/local/cuda/compat
done
fresh
mv "$root" "$TMP/elsewhere"
ln -s "$TMP/elsewhere" "$root"
hook 0
writes "a root that is a link" /usr/local/cuda/compat
rm -rf "$TMP/elsewhere"
fresh
state="{\"bundle\":\"$bundle\",\"root\":\"/\"}" hook 1
fresh
printf '%s' "$state" >"$TMP/state"
expect_status 0 "$BUILD/cdikit-hook" enable-cuda-compat --host-driver-version=535 --container-spec="$TMP/state" </dev/null
writes "a file with the state" /usr/local/cuda/compat

# ---- links ----
fresh usr/local/cuda-12.9/compat
ln -s cuda-12.9 "$root/usr/local/cuda"
hook 0
writes "a relative link" /usr/local/cuda-12.9/compat
fresh opt/cuda/compat
mkdir -p "$root/usr/local"
ln -s /opt/cuda "$root/usr/local/cuda"
hook 0
writes "an absolute link" /opt/cuda/compat
fresh compat
mkdir -p "$root/usr/local"
ln -s ../../../../../../ "$root/usr/local/cuda"
hook 0
writes "a link above the root" /compat

# A component that leads out of the root: absolute, relative, and through procfs.
up=../../../../../../../../../../..
for component in etc etc/ld.so.conf.d usr usr/local usr/local/cuda usr/local/cuda/compat; do
    for way in "$host" "$up$host" "/proc/self/root$host" "/proc/1/root$host" "/proc/self/cwd/../..$host" /proc/self/fd/0; do
        case $component in
        etc*) fresh ;;
        *) fresh x ;;
        esac
        mkdir -p "$root/$(dirname "$component")"
        ln -s "$way" "$root/$component"
        case $component in
        etc*) hook 1 ;;
        *) hook 0 ;;
        esac
        case $component in
        etc*) ;;
        *) writes_nothing "$component -> $way" ;;
        esac
        check "$component -> $way: no path of the host is told" test "${ERR#*"$root"}" = "$ERR"
        untouched "$component -> $way"
    done
done
# The same path in the root is where it leads to.
fresh
mkdir -p "$root$host"
ln -s "$host" "$root/etc"
hook 0
check "an absolute link stays in the root" test -f "$root$host/ld.so.conf.d/${conf##*/}"
untouched "an absolute link"

# ---- what has the fixed names ----
for target in "$host/keep" "$up$host/keep" "$up$host/new"; do
    fresh
    mkdir -p "$root/etc/ld.so.conf.d"
    ln -s "$target" "$root/$conf"
    hook 0
    writes "a drop-in that links to $target" /usr/local/cuda/compat
    fresh
    mkdir -p "$root/etc/ld.so.conf.d"
    ln -s "$target" "$root/$conf"
    hook 0 --host-driver-version=590
    fresh
    rm "$root/usr/local/cuda/compat/$lib"
    ln -s "$target" "$root/usr/local/cuda/compat/$lib"
    hook 0
    writes_nothing "a library that links to $target"
    untouched "links to $target"
done
fresh
mkdir -p "$root/etc/ld.so.conf.d"
ln "$host/keep" "$root/$conf"
hook 0
writes "a drop-in that is a hard link" /usr/local/cuda/compat
check "a drop-in that is a hard link: the file is as it was" test "$(cat "$host/keep")" = keep
before=$(host_state)
fresh
mkdir -p "$root/$conf"
hook 1
hook 0 --host-driver-version=590

# ---- mounts ----
# A volume may be the host's: nothing is written into it, or removed.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # in_volume VERSION: the hook, with $host as /etc's volume.
    in_volume() {
        # shellcheck disable=SC2016
        expect_status 0 unshare -m sh -ec 'mount --bind "$1" "$2"; shift 2; exec "$@"' sh "$host" \
            "$root/vol" "$BUILD/cdikit-hook" enable-cuda-compat --host-driver-version="$1" <<<"$state"
        untouched "/etc in a volume, $1"
    }
    echo /usr/local/cuda/compat >"$host/${conf#etc/}"
    before=$(host_state)
    fresh
    mkdir "$root/vol"
    ln -s vol "$root/etc"
    in_volume 535.183.06
    expect_err 'is not written: its directory is mounted'
    in_volume 590.44.01
    rm -r "$host/ld.so.conf.d"
    before=$(host_state)
    in_volume 535.183.06
    mkdir "$host/ld.so.conf.d"
    before=$(host_state)
else
    skip "volumes" "needs the right to mount"
fi

# ---- no regular files ----
special() { # KIND PATH
    case $1 in
    fifo) mkfifo "$2" ;;
    socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" ;;
    device) mknod "$2" c 1 5 ;; # /dev/zero, that has no end
    directory) mkdir "$2" ;;
    esac
}
for kind in fifo socket device directory; do
    if [ $kind = device ] && [ "$(id -u)" != 0 ]; then
        skip "a device in place of a file" "needs root"
        continue
    fi
    fresh
    rm "$root/usr/local/cuda/compat/$lib"
    check "a $kind" special $kind "$root/usr/local/cuda/compat/$lib"
    hook 0
    writes_nothing "a $kind in place of the library"
    [ $kind != directory ] || continue
    fresh
    mkdir -p "$root/etc/ld.so.conf.d"
    check "a $kind" special $kind "$root/$conf"
    hook 0
    writes "a $kind in place of the drop-in" /usr/local/cuda/compat
    for folder in etc etc/ld.so.conf.d; do
        fresh
        mkdir -p "$(dirname "$root/$folder")"
        check "a $kind" special $kind "$root/$folder"
        hook 1
    done
    fresh x
    mkdir -p "$root/usr/local/cuda"
    check "a $kind" special $kind "$root/usr/local/cuda/compat"
    hook 0
    writes_nothing "a $kind in place of the folder"
done

# ---- too much of it ----
fresh
(cd "$root/usr/local/cuda/compat" && seq 70000 | xargs touch)
hook 0
writes_nothing "70000 entries"
fresh
ln -s $lib "$root/usr/local/cuda/compat/libcuda.so.1.1"
hook 0
writes "a link does not count" /usr/local/cuda/compat
echo x >"$root/usr/local/cuda/compat/libcuda.so.576.1"
hook 0
writes_nothing "two libraries"
expect_err 'more than one libcuda'
fresh x
mkdir -p "$root/usr/local"
ln -s cuda "$root/usr/local/cuda"
hook 0
writes_nothing "a link to itself"
fresh
ln -s etc "$root/etc"
hook 1
fresh
hook 0 --host-driver-version=535 --cuda-compat-container-root="$(printf '/x%.0s' {1..3000})"
hook 0 --host-driver-version=535 --cuda-compat-container-root="/$(printf 'x%.0s' {1..300})"
writes_nothing "a path that is too long"
fresh
truncate -s 1T "$root/usr/local/cuda/compat/$lib"
hook 0
writes "a library of 1 TiB" /usr/local/cuda/compat

# ---- names that ld.so.conf would take for something else ----
for name in $'a\nb' $'a\033[2Jb' 'a#b' 'a=b'; do
    fresh "$name/compat"
    mkdir -p "$root/usr/local"
    ln -s "/$name" "$root/usr/local/cuda"
    hook 0
    writes_nothing "the folder $(printf %q "$name")"
    check "control characters are not printed" test "$(tr -d '\n\t -~' <"$TMP/.err")" = ''
done
untouched "the end"
finish
