#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-hook update-ldcache: the loader cache and the links are those that ldconfig(8) makes in a
# copy of the same root, programs find the libraries, and nothing outside of the root is touched.
. "$(dirname "$0")/../lib.sh"
unset NVIDIA_CTK_DEBUG NVIDIA_CTK_QUIET NVIDIA_CDI_DEBUG NVIDIA_CDI_QUIET
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$TMP/bin" "$TMP/host" "$TMP/in"
ln -s "$BUILD/cdikit-hook" "$TMP/bin/nvidia-cdi-hook"
hook=$TMP/bin/nvidia-cdi-hook
root=$TMP/bundle/rootfs
state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":1,\"bundle\":\"$TMP/bundle\"}"
multiarch=/usr/lib/x86_64-linux-gnu
driver=/opt/driver/lib

if [ "$(uname -m)" != x86_64 ]; then
    skip "update-ldcache" "the libraries of this test are those of x86-64"
    finish
fi

# ---- libraries ----
# They have nothing in them; each is linked from one object in some ten milliseconds.
echo 'int answer(void) { return 42; }' >"$TMP/in/answer.c"
gcc -fPIC -c -o "$TMP/in/x86-64.o" "$TMP/in/answer.c"
gcc -m32 -fPIC -c -o "$TMP/in/i386.o" "$TMP/in/answer.c"
gcc -mx32 -fPIC -c -o "$TMP/in/x32.o" "$TMP/in/answer.c"

# lib PATH SONAME [OPTION...]: a library of the container; SONAME may be "".
lib() {
    local path=$root/$1 soname=$2
    shift 2
    mkdir -p "${path%/*}"
    ld -shared ${soname:+-soname "$soname"} "$@" -o "$path" "$TMP/in/x86-64.o"
}
# Those of i386 link to libc: ldconfig before glibc 2.37 knows by that what they are for.
ld -m elf_i386 -shared -soname libc.so.6 -o "$TMP/in/libc32.so" "$TMP/in/i386.o"
lib32() {
    mkdir -p "$root/${1%/*}"
    ld -m elf_i386 -shared --no-as-needed -soname "$2" -o "$root/$1" "$TMP/in/i386.o" "$TMP/in/libc32.so"
}
libx32() { mkdir -p "$root/${1%/*}" && ld -m elf32_x86_64 -shared -soname "$2" -o "$root/$1" "$TMP/in/x32.o"; }

# fresh: an empty container.
fresh() {
    chmod -R u+rwx "$TMP/bundle" 2>/dev/null
    rm -rf "$TMP/bundle"
    mkdir -p "$root"
    echo '{"ociVersion":"1.0.2","root":{"path":"rootfs"}}' >"$TMP/bundle/config.json"
}

# call STATUS WORD...: update-ldcache, with the state on standard input.
call() {
    local status=$1
    shift
    expect_status "$status" timeout 20 "$hook" update-ldcache "$@" <<<"$state"
}

put() { mkdir -p "$(dirname "$root/$1")" && printf '%s\n' "${@:2}" >"$root/$1"; }
link() { mkdir -p "$(dirname "$root/$1")" && ln -sfn "$2" "$root/$1"; }
has() { check "$1 is: ${*:2}" test "$(cat "$root/$1")" = "$(printf '%s\n' "${@:2}")"; }
silent() { check "nothing is told" test -z "$OUT$ERR"; }

# cached ROOT: the entries of its cache in order. ldconfig before glibc 2.37 tells libraries that
# do not link to libc from others; loaders do not.
cached() { ldconfig -p -C "$1/etc/ld.so.cache" | sed -e 1d -e '/^Cache generated/d' -e 's/(ELF/(libc6/'; }
links() { (cd "$1" && find . -type l -printf '%p -> %l\n' | sort); }
files() { (cd "$1" && find . -printf '%p %y %i %m %s %T@ %l\n' | sort); }

# as_ldconfig NAME WORD...: the hook does in the root what ldconfig does in a copy of it, which has
# the hook's files in /etc; and a second time it does nothing.
as_ldconfig() {
    local name=$1 twin=$TMP/twin before
    shift
    rm -rf "$twin"
    cp -a "$root" "$twin"
    call 0 "$@"
    silent
    mkdir -p "$twin/etc"
    cp -a "$root"/etc/ld.so.conf* "$twin/etc/"
    ldconfig -r "$twin" 2>/dev/null
    check "$name: the cache is ldconfig's" diff <(cached "$twin") <(cached "$root")
    check "$name: the links are ldconfig's" diff <(links "$twin") <(links "$root")
    check "$name: the cache has the mode 644" test "$(stat -c %a "$root/etc/ld.so.cache")" = 644
    before=$(files "$root")
    call 0 "$@"
    silent
    check "$name: a second run changes nothing" diff <(echo "$before") <(files "$root")
    cp "$twin/etc/ld.so.cache" "$root/etc/ld.so.cache"
    before=$(files "$root")
    call 0 "$@"
    check "$name: ldconfig's own cache is good enough" diff <(echo "$before") <(files "$root")
}

# a Debian: merged /usr, multiarch, and what else there is in such directories.
debian() {
    fresh
    mkdir -p "$root$multiarch" "$root/usr/lib64" "$root/usr/lib32"
    for dir in lib lib64 lib32; do ln -s "usr/$dir" "$root/$dir"; done
    put etc/debian_version 12.11
    put etc/ld.so.conf 'include /etc/ld.so.conf.d/*.conf'
    put etc/ld.so.conf.d/x86_64-linux-gnu.conf '# Multiarch support' /usr/local/lib/x86_64-linux-gnu \
        /lib/x86_64-linux-gnu "$multiarch"
    put etc/ld.so.conf.d/libc.conf /usr/local/lib
    put etc/ld.so.conf.d/zz_i386-biarch-compat.conf /lib32 /usr/lib32
}

# ---- the cache and the links ----
debian
lib $multiarch/liba.so.1.2 liba.so.1
lib $multiarch/liba.so.1.10 liba.so.1
link $multiarch/liba.so.1 liba.so.1.2
link $multiarch/liba.so liba.so.1
lib $multiarch/libb.so.2 libb.so.2
lib $multiarch/glibc-hwcaps/x86-64-v2/libb.so.2.1 libb.so.2 -z x86-64-v2
lib $multiarch/glibc-hwcaps/x86-64-v3/libb.so.2 libb.so.2 -z x86-64-v3
lib $multiarch/glibc-hwcaps/x86-64-v4/libonly.so.1 libonly.so.1
lib $multiarch/libnoname-1.so ''
lib $multiarch/libodd.so.1.0 'odd name'
lib $multiarch/blas/libblas.so.3.11 libblas.so.3
link $multiarch/libblas.so.3 /etc/alternatives/libblas.so.3
link etc/alternatives/libblas.so.3 $multiarch/blas/libblas.so.3.11
link $multiarch/libchain.so.1 libchain.so.1.1
link $multiarch/libchain.so.1.1 libchain.so.1.1.1
lib $multiarch/libchain.so.1.1.1 libchain.so.1
link $multiarch/libother.so.7 libb.so.2
put $multiarch/libscript.so 'GROUP ( liba.so.1 )'
: >"$root$multiarch/libempty.so.1"
lib $multiarch/libforeign.so.1 libforeign.so.1
printf '\267\0' | dd of="$root$multiarch/libforeign.so.1" bs=1 seek=18 conv=notrunc status=none
lib $multiarch/libnew.so.1.dpkg-old libnew.so.1
lib usr/lib/libold.so.1 libold.so.1
lib usr/lib64/ld-linux-x86-64.so.2 ld-linux-x86-64.so.2
lib usr/local/lib/liba.so.1.1 liba.so.1
lib32 usr/lib32/liba.so.1.2 liba.so.1
libx32 usr/lib32/libx.so.1 libx.so.1
lib $driver/libcuda.so.570.1 libcuda.so.1
link $driver/libcuda.so libcuda.so.570.1
as_ldconfig Debian --folder $multiarch,$driver
has etc/ld.so.conf.d/00-nvcr-cdikit.conf $driver
has etc/ld.so.conf.d/zz-nvcr-cdikit.conf /lib/x86_64-linux-gnu $multiarch /lib /usr/lib
has etc/ld.so.conf 'include /etc/ld.so.conf.d/*.conf'
check "the highest version has the link" test "$(readlink "$root$multiarch/liba.so.1")" = liba.so.1.10

# Directories that ld.so.conf has, in the ways in which it can have them.
debian
put etc/ld.so.conf "  $driver  # the driver's" 'hwcap 1 nosegneg' 'include more/*.conf' /usr/local/lib/
put etc/more/b.conf /opt/b 'include /etc/ld.so.conf.d/*.conf /etc/none.conf'
put etc/more/a.conf /opt/a '' '# nothing' 'include a.conf'
for dir in a b; do lib opt/$dir/liba.so.1 liba.so.1; done
lib $driver/libcuda.so.570.1 libcuda.so.1
lib usr/local/lib/liba.so.1 liba.so.1
as_ldconfig "ld.so.conf with includes" --folder $driver --folder /opt/b --folder /opt/c
has etc/ld.so.conf.d/00-nvcr-cdikit.conf /opt/c

# Another distribution on this host, with a driver of a host that is a Debian.
fresh
lib usr/lib64/liba.so.1.2 liba.so.1
lib lib64/libb.so.1 libb.so.1
lib $multiarch/libcuda.so.570.1 libcuda.so.1
lib $multiarch/vdpau/libvdpau_nvidia.so.570.1 libvdpau_nvidia.so.1
as_ldconfig "another distribution" --folder $multiarch --folder $multiarch/vdpau
has etc/ld.so.conf 'include /etc/ld.so.conf.d/*.conf'
has etc/ld.so.conf.d/00-nvcr-cdikit.conf $multiarch $multiarch/vdpau
has etc/ld.so.conf.d/zz-nvcr-cdikit.conf /lib /usr/lib /lib64 /usr/lib64 /libx32 /usr/libx32

# Nothing but a program, and not even /etc.
fresh
mkdir "$root/bin"
as_ldconfig "an empty root" --folder $driver

# All libraries of this machine.
debian
find /usr/lib/x86_64-linux-gnu -maxdepth 1 -name '*.so*' -size -2000k -exec cp -a -t "$root$multiarch" {} +
find "$root$multiarch" -xtype l -delete
lib $driver/libcuda.so.570.1 libcuda.so.1
as_ldconfig "this machine's libraries" --folder $driver

# The parts of a folder's path that mean nothing are not written, and each is written once.
fresh
call 0 --folder "$driver/" --folder "/opt//driver/x/../lib" --folder opt/driver/lib --folder '' \
    --folder /usr/lib/
silent
has etc/ld.so.conf.d/00-nvcr-cdikit.conf $driver
for folder in $'/a\n/b' $'/a\tb' '/a#b' '/a=b' ' /a' '/a '; do
    fresh
    call 1 --folder "$folder"
    expect_err 'cannot be written into ld.so.conf'
    check "nothing is made" test -z "$(ls "$root")"
done
call 1 --ldconfig-path ''

# ---- what ldconfig would not do ----
# It removes links that lead nowhere, which may be those of a volume that is not mounted yet.
debian
link $multiarch/libgone.so.1 libgone.so.1.2
call 0 --folder $driver
check "a link that leads nowhere stays" test -L "$root$multiarch/libgone.so.1"

# A directory that names files by the working directory of a program is a way to other files.
debian
put etc/ld.so.conf relative/lib /opt/a
lib relative/lib/librelative.so.1 librelative.so.1
lib opt/a/liba.so.1 liba.so.1
call 0
check "a relative directory is passed over" test "$(cached "$root" | grep -c relative)" = 0

# A SONAME becomes the name of a link.
debian
lib $multiarch/libevil.so.1 ../../../../evil
lib $multiarch/libevil.so.2 /evil
call 0
silent
check "no link leaves its directory" test -z "$(find "$root" -name evil)"

# A container has the devices of two documents, each with a hook: both drivers are found.
debian
lib $driver/libcuda.so.570.1 libcuda.so.1
lib opt/other/libother.so.1 libother.so.1
call 0 --folder $driver
call 0 --folder /opt/other
silent
has etc/ld.so.conf.d/00-nvcr-cdikit.conf $driver /opt/other
check "the first hook's library is found" grep -q libcuda.so.1 <(cached "$root")
check "the second hook's library is found" grep -q libother.so.1 <(cached "$root")
before=$(files "$root")
call 0 --folder $driver
check "the order stays" diff <(echo "$before") <(files "$root")
call 0
check "a hook without folders takes nothing away" diff <(echo "$before") <(files "$root")

# An image's ld.so.conf that includes nothing makes the drop-ins useless.
fresh
put etc/ld.so.conf /opt/extra
lib $driver/libcuda.so.570.1 libcuda.so.1
call 0 --folder $driver
expect_err 'does not include /etc/ld.so.conf.d/\*.conf: .*"/opt/driver/lib"'
has etc/ld.so.conf /opt/extra
call 0 --quiet --folder $driver
silent

# setup-container does the same, behind the links that it makes.
small() {
    debian
    lib $driver/libcuda.so.570.1 libcuda.so.1
}
small
setup=(setup-container --update-ldcache --folder "$driver" --link "libcuda.so.1::$driver/libcuda.so")
call 0 --folder $driver
expect_status 0 "$hook" "${setup[@]}" <<<"$state"
check "setup-container: the library is found by both names" \
    test "$(cached "$root" | grep -c libcuda)" = 2

# ---- programs ----
cat >"$TMP/in/program.c" <<'C'
#include <stdio.h>
int answer(void);
int main(void) { return printf("%d\n", answer()) < 0; }
C
# program COMPILER: /program in the root, which needs libcuda.so.1.
program() {
    lib $driver/libcuda.so.570.1 libcuda.so.1
    "$1" -o "$root/program" "$TMP/in/program.c" "$root$driver/libcuda.so.570.1"
}
# loads NAME, and fails NAME: the program does, or does not find its library.
loads() { check "$1: the program finds its library" test "$(chroot "$root" /program 2>&1)" = 42; }
fails() { check "$1: without the hook it does not" test "$(chroot "$root" /program 2>&1)" != 42; }

if [ "$(id -u)" != 0 ]; then
    skip "programs" "needs the right to chroot"
else
    debian
    cp -L /lib64/ld-linux-x86-64.so.2 "$root/usr/lib64/"
    cp -L "$(gcc -print-file-name=libc.so.6)" "$root$multiarch/"
    program gcc
    fails glibc
    call 0 --folder $driver
    silent
    loads glibc
    # By the cache, and not in another way.
    mv "$root/etc/ld.so.cache" "$root/etc/cache"
    fails "glibc, cache removed"
    call 0 --folder $driver
    loads "glibc, cache made anew"
    # Of two the better one: that for this processor, which has a level of its own.
    mkdir -p "$root$driver/glibc-hwcaps/x86-64-v2"
    echo 'int answer(void) { return 43; }' | gcc -fPIC -x c -c -o "$TMP/in/v2.o" -
    ld -shared -soname libcuda.so.1 -o "$root$driver/glibc-hwcaps/x86-64-v2/libcuda.so.1" "$TMP/in/v2.o"
    call 0 --folder $driver
    check "glibc: the library for this processor" test "$(chroot "$root" /program 2>&1)" = 43

    if ! musl=$(command -v musl-gcc) || [ ! -e /lib/ld-musl-x86_64.so.1 ]; then
        skip "musl" "it is not installed"
    else
        # alpine: a root of musl alone.
        alpine() {
            fresh
            mkdir -p "$root/lib" "$root/etc"
            cp -L /lib/ld-musl-x86_64.so.1 "$root/lib/"
            put etc/alpine-release 3.20.0
            program "$musl"
        }
        alpine
        fails musl
        call 0 --folder $driver
        silent
        loads musl
        has etc/ld-musl-x86_64.path $driver /lib /usr/lib /lib64 /usr/lib64 /libx32 /usr/libx32
        before=$(files "$root")
        call 0 --folder $driver
        check "musl: a second run changes nothing" diff <(echo "$before") <(files "$root")
        # A file that is there replaces the loader's own directories.
        alpine
        mkdir -p "$root/usr/local/lib"
        mv "$root$driver/libcuda.so.570.1" "$root/usr/local/lib/libcuda.so.1"
        loads "musl, /usr/local/lib"
        call 0 --folder /opt/other
        loads "musl, /usr/local/lib still"
        has etc/ld-musl-x86_64.path /opt/other /lib /usr/local/lib /usr/lib /lib64 /usr/lib64 /libx32 \
            /usr/libx32
        # One of the image goes on, without a newline at its end and with colons.
        alpine
        printf '/lib:/usr/lib\n/opt/image' >"$root/etc/ld-musl-x86_64.path"
        call 0 --folder $driver
        loads "musl, the image's file"
        has etc/ld-musl-x86_64.path /lib:/usr/lib /opt/image $driver /lib64 /usr/lib64 /libx32 /usr/libx32
        # Not Alpine, but musl nevertheless; and musl beside glibc, which is left alone.
        alpine
        rm "$root/etc/alpine-release"
        call 0 --folder $driver
        loads "musl, another distribution"
        debian
        put lib/ld-musl-x86_64.so.1 loader
        put lib64/ld-linux-x86-64.so.2 loader
        call 0 --folder $driver
        check "musl beside glibc is left alone" test ! -e "$root/etc/ld-musl-x86_64.path"
    fi
fi

# ---- caches that are there ----
# restored NAME: whatever was there before, the cache is right.
restored() {
    call 0 --folder $driver
    silent
    check "$1: the cache is right" grep -q libcuda.so.1 <(cached "$root")
    check "$1: it is a file" test ! -L "$root/etc/ld.so.cache" -a -f "$root/etc/ld.so.cache"
}
small
echo garbage >"$root/etc/ld.so.cache"
restored garbage
small
cp /etc/ld.so.cache "$root/etc/ld.so.cache"
truncate -s 1000 "$root/etc/ld.so.cache"
restored truncated
small
truncate -s 10G "$root/etc/ld.so.cache"
restored "10 GiB"
small
mkfifo "$root/etc/ld.so.cache"
restored "a FIFO"
small
echo secret >"$TMP/host/file"
link etc/ld.so.cache "$TMP/host/file"
restored "a link to the host"
check "the host's file is as it was" test "$(cat "$TMP/host/file")" = secret
small
ln "$TMP/host/file" "$root/etc/ld.so.cache"
restored "a hard link to the host"
check "the host's file is as it was" test "$(cat "$TMP/host/file")" = secret
small
call 0 --folder $driver
chmod 600 "$root/etc/ld.so.cache"
restored "mode 600"
check "and others can read it" test "$(stat -c %a "$root/etc/ld.so.cache")" = 644
small
mkdir "$root/etc/ld.so.cache"
call 1 --folder $driver
expect_err 'ld.so.cache: .*Is a directory'
# One that names libraries of other machines alone: programs of those have no other.
small
call 0 --folder $driver
printf '\3\12' | dd of="$root/etc/ld.so.cache" bs=1 seek=48 conv=notrunc status=none
before=$(sha256sum <"$root/etc/ld.so.cache")
call 0 --folder $driver
expect_err 'ld.so.cache of the container is that of another machine'
check "it stays as it is" test "$before" = "$(sha256sum <"$root/etc/ld.so.cache")"
small
call 0 --folder $driver
printf '\3' | dd of="$root/etc/ld.so.cache" bs=1 seek=28 conv=notrunc status=none
call 0 --folder $driver
expect_err 'another machine'

# ---- images that mean ill ----
# unharmed STATUS NAME: the hook ends so, soon, and the host has what it had.
unharmed() {
    local before
    before=$(files "$TMP/host")
    call "$1" --folder $driver
    check "$2: the host is as it was" diff <(echo "$before") <(files "$TMP/host")
}
for target in "$TMP/host" "../../../../../../../../../..$TMP/host"; do
    for path in etc etc/ld.so.conf.d; do
        small
        rm -r "${root:?}/$path"
        link $path "$target"
        unharmed 1 "$path leads to ${target::2}"
        small
        rm -r "${root:?}/$path"
        link $path "$target"
        mkdir -p "$root$TMP/host"
        unharmed 0 "$path leads to ${target::2}, which the container has"
    done
    small
    rm -r "${root:?}/opt"
    mkdir -p "$root/opt/driver"
    cp "$TMP/in/x86-64.o" "$TMP/host/libx.so.1"
    ld -shared -soname liblured.so.1 -o "$TMP/host/liblured.so.1.2" "$TMP/in/x86-64.o"
    link $driver "$target"
    unharmed 0 "the folder leads to ${target::2}"
    check "what is there is not found" test "$(cached "$root" | grep -c lured)" = 0
    for file in ld.so.conf ld.so.cache ld.so.cache~ ld-musl-x86_64.path ld.so.conf.d/00-nvcr-cdikit.conf \
        ld.so.conf.d/zz-nvcr-cdikit.conf; do
        small
        put etc/alpine-release 3
        link etc/$file "$target/file"
        unharmed 0 "etc/$file leads to ${target::2}"
    done
done
small
rm "$root/etc/ld.so.conf"
mkfifo "$root/etc/ld.so.conf" "$root/etc/ld.so.conf.d/fifo.conf" "$root$driver/libfifo.so.1"
unharmed 0 "FIFOs"
small
put etc/ld.so.conf 'include /etc/ld.so.conf' 'include /etc/*' 'include /*/*/*/*/*' \
    'include /etc/ld.so.conf.d/*.conf'
truncate -s 10G "$root/etc/ld.so.conf.d/00-large.conf"
link etc/loop.d /etc
unharmed 0 "an ld.so.conf without end"
expect_err 'has too much in it'
small
for n in $(seq 300); do link $driver/loop/libl.so."$n" libl.so.$((n % 300 + 1)); done
link $driver/libself.so.1 libself.so.1
link $driver/glibc-hwcaps $driver
link $driver/x86-64-v3 .
unharmed 0 "links in circles"

# Each field of a library's headers with the values that are hard.
small
whole=$root$driver/libcuda.so.570.1
size=$(stat -c %s "$whole")
for at in $(seq 0 61 "$size"); do head -c "$at" "$whole" >"$root$driver/libcut.so.$at"; done
for at in $(seq 16 8 400); do
    cp "$whole" "$root$driver/libones.so.$at"
    printf '\377\377\377\377\377\377\377\177' |
        dd of="$root$driver/libones.so.$at" bs=1 seek="$at" conv=notrunc status=none
done
unharmed 0 "malformed libraries"
check "the one that is whole is found" grep -q libcuda.so.1 <(cached "$root")

# ---- roots that cannot be written ----
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    # on_read_only WORD...: the hook, with the root on a filesystem that is read-only.
    # shellcheck disable=SC2016
    on_read_only() {
        expect_status 0 unshare -m sh -c '
            cp -a "$1" "$1.copy" && mount -t tmpfs none "$1" && cp -a "$1.copy/." "$1" && rm -r "$1.copy" &&
            mount -o remount,ro "$1" && shift && exec "$@"' sh "$root" \
            "$hook" update-ldcache "$@" <<<"$state"
    }
    small
    on_read_only --folder $driver
    expect_err 'Read-only file system; programs in the container may not find'
    check "read-only: it is told once" test "$(wc -l <<<"$ERR")" = 1
    small
    call 0 --folder $driver
    on_read_only --folder $driver
    silent

    # with_mounts SCRIPT WORD...: the hook, after a script with $root and $volume, which is the
    # host's, in a mount namespace of their own; then what $after says, there.
    volume=$TMP/volume after=
    with_mounts() {
        local script=$1
        shift
        # shellcheck disable=SC2016
        expect_status 0 env root="$root" volume="$volume" after="$after" unshare -m sh -ec '
            eval "$1"; shift; "$@"; eval "$after"' sh "$script" "$hook" update-ldcache "$@" <<<"$state"
    }
    # volume: a new one.
    new_volume() {
        rm -rf "$volume"
        mkdir -p "$volume/etc/ld.so.conf.d" "$volume/lib"
        echo theirs >"$volume/etc/ld.so.cache"
        ld -shared -soname libcuda.so.1 -o "$volume/lib/libcuda.so.570.1" "$TMP/in/x86-64.o"
        before=$(files "$volume")
    }
    untouched() { check "$1: the volume is as it was" diff <(echo "$before") <(files "$volume"); }
    # shellcheck disable=SC2016
    {
        new_volume
        small
        rm -r "${root:?}/etc"
        mkdir "$root/vol"
        link etc /vol/etc
        with_mounts 'mount --bind "$volume" "$root/vol"' --folder $driver
        expect_err 'ld.so.cache is not written: its directory is mounted .*; programs in the container may not find'
        check "/etc in a volume: it is told once" test "$(wc -l <<<"$ERR")" = 1
        untouched "/etc in a volume"
        small
        with_mounts 'mount --bind "$volume/etc" "$root/etc"' --folder $driver
        untouched "/etc that is a volume"
        small
        with_mounts 'mount --bind "$volume" "$root/etc/ld.so.conf.d"' --folder $driver
        expect_err 'ld.so.conf.d/00-nvcr-cdikit.conf is not written: its directory is mounted'
        untouched "a volume of drop-ins"
        check "the cache is right nevertheless" grep -q libcuda.so.1 <(cached "$root")
        # What is in memory is the container's own.
        small
        after='cat "$root/etc/ld.so.conf.d/00-nvcr-cdikit.conf"; test -s "$root/etc/ld.so.cache"'
        with_mounts 'cp -a "$root/etc" "$root/x"; mount -t tmpfs none "$root/etc"; cp -a "$root/x/." "$root/etc"' \
            --folder $driver
        after=
        check "/etc in memory is written to" test "$OUT$ERR" = $driver
        # Others may use a volume's libraries: no links are made there.
        small
        with_mounts 'mount --bind "$volume/lib" "$root"'$driver --folder $driver
        silent
        untouched "a volume of libraries"
        check "the cache names the library itself" \
            grep -q "libcuda.so.1 .*=> $driver/libcuda.so.570.1\$" <(cached "$root")
        # A file that is mounted itself cannot be replaced.
        small
        echo x >"$root/etc/ld.so.cache"
        with_mounts 'mount --bind "$volume/etc/ld.so.cache" "$root/etc/ld.so.cache"' --folder $driver
        expect_err 'ld.so.cache: .*Device or resource busy; programs in the container may not find'
        untouched "a cache that is mounted"
    }
    # Where the container's root has no rights to another's file (EPERM), it starts, too.
    if unshare -Ur true 2>/dev/null; then
        small
        call 0 --folder $driver
        echo old >"$root/etc/ld.so.cache"
        chown 1 "$root/etc" "$root/etc/ld.so.cache"
        chmod 1777 "$root/etc"
        expect_status 0 unshare -Ur "$hook" update-ldcache --folder $driver <<<"$state"
        expect_err 'Operation not permitted; programs in the container may not find'
    else
        skip "a cache of another user" "needs a user namespace"
    fi
else
    skip "a read-only root" "needs the right to mount"
fi

# ---- the host's ldconfig ----
cat >"$TMP/in/probe.c" <<'C'
/* In place of ldconfig: tells what it has, and what it may. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
static void entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;
    while (dir && readdir(dir))
        n++;
    printf("%s %d\n", path, dir ? n - 2 : -1);
}
static void try(const char *what, int r) { printf("%s %s\n", what, r < 0 ? strerrorname_np(errno) : "done"); }
int main(int argc, char **argv, char **environment)
{
    struct rlimit limit;
    int n = 0;
    while (argc--)
        printf("%s ", *argv++);
    while (environment[n])
        n++;
    printf("\nenvironment %d\n", n);
    for (n = 3; n < 1024 && fcntl(n, F_GETFD) < 0; n++)
        ;
    printf("descriptor %d\n", n);
    entries("/proc");
    entries("/sys");
    entries("/dev");
    try("marker", open("/marker", O_RDONLY));
    try("mknod", mknod("/node", S_IFCHR | 0600, 0x103));
    try("mount", mount("none", "/opt", "tmpfs", 0, ""));
    try("socket", socket(AF_INET, SOCK_STREAM, 0));
    try("ptrace", (int)ptrace(PTRACE_TRACEME, 0, 0, 0));
    try("chroot", chroot("/opt"));
    try("setuid", setuid(1));
    try("fork", fork());
    try("core_pattern", open("/proc/sys/kernel/core_pattern", O_WRONLY));
    printf("pid %d\n", getpid());
    if (getrlimit(RLIMIT_CPU, &limit) == 0)
        printf("seconds %d\n", (int)limit.rlim_cur);
    return 3;
}
C
expected='ldconfig -f /etc/ld.so.conf -C /etc/ld.so.cache 
environment 0
descriptor 1024
/proc 0
/sys 0
/dev 0
marker done
mknod EPERM
mount EPERM
socket EPERM
ptrace EPERM
chroot EPERM
setuid EPERM
fork EPERM
core_pattern ENOENT
pid 1
seconds 10'

if [ "$(id -u)" != 0 ] || ! unshare -m true 2>/dev/null; then
    skip "the host's ldconfig" "needs the right to make namespaces"
    finish
fi
mkdir -m 755 "$TMP/tools"
if ! gcc -static -o "$TMP/tools/probe" "$TMP/in/probe.c" 2>"$TMP/.gcc"; then
    skip "what the host's ldconfig may do" "no static program can be linked here"
else
    small
    put proc/fake 1
    put sys/fake 1
    put dev/fake 1
    put marker
    # A build with sanitizers has no filter of system calls: what that leaves is not looked at.
    if [ -z "$(nm "$BUILD/cdikit-hook" 2>/dev/null | grep -m1 __asan)" ]; then
        mounts=$(cat /proc/self/mountinfo)
        call 1 --folder $driver --ldconfig-path "$TMP/tools/probe"
        expect_err 'ldconfig ended with status 3'
        check "what ldconfig has, and may do" diff <(echo "$expected") <(echo "$OUT")
        check "the host's mounts are as they were" diff <(echo "$mounts") /proc/self/mountinfo
        check "the container's directories are as they were" \
            test -f "$root/proc/fake" -a -f "$root/dev/fake"
    fi

    # refused NAME WHY: such a program is not run.
    refused() {
        small
        call 1 --folder $driver --ldconfig-path "$1"
        expect_err "$2"
        check "$1: it is not run" test -z "$OUT"
    }
    cp "$TMP/tools/probe" "$TMP/tools/writable" && chmod g+w "$TMP/tools/writable"
    refused "$TMP/tools/writable" 'others than root can change it'
    cp "$TMP/tools/probe" "$TMP/tools/other" && chown 1 "$TMP/tools/other"
    refused "$TMP/tools/other" 'others than root can change it'
    gcc -o "$TMP/tools/dynamic" "$TMP/in/probe.c"
    refused "$TMP/tools/dynamic" 'not linked statically'
    printf '#!/bin/sh\necho run\n' >"$TMP/tools/script" && chmod 755 "$TMP/tools/script"
    refused "$TMP/tools/script" 'not a program'
    mkfifo "$TMP/tools/fifo"
    refused "$TMP/tools/fifo" 'not a regular file'
    refused "$TMP/tools/none" 'cannot open the host.s ldconfig'
    refused sbin/ldconfig 'absolute path'
    refused @/sbin/ldconfig 'absolute path'
    small
    mkdir -p "$root/sbin"
    cp "$TMP/tools/probe" "$root/sbin/ldconfig"
    call 1 --folder $driver --ldconfig-path "$root/sbin/ldconfig"
    expect_err 'it is a file of the container'
    ln -s "$root/sbin/ldconfig" "$TMP/tools/into"
    call 1 --folder $driver --ldconfig-path "$TMP/tools/into"
    expect_err 'it is a file of the container'
    check "the container's program is not run" test -z "$OUT"

    # Some distributions have a script in its place.
    echo 'int main(void) { return 3; }' | gcc -static -x c -o "$TMP/tools/simple" -
    cp "$TMP/tools/simple" "$TMP/tools/script.real"
    for path in script script.real simple simple.real; do
        small
        call 1 --folder $driver --ldconfig-path "$TMP/tools/$path"
        expect_err 'ended with status 3'
    done
fi

if file=$(command -v ldconfig) && readelf -h "$file" >/dev/null 2>&1 && ! readelf -lW "$file" | grep -q INTERP; then
    small
    put sbin/ldconfig '#!/bin/sh' 'touch /ran'
    chmod 755 "$root/sbin/ldconfig"
    cp -a "$root" "$TMP/with-ldconfig"
    call 0 --folder $driver
    mv "$root" "$TMP/native"
    cp -a "$TMP/with-ldconfig" "$root"
    call 0 --folder $driver --ldconfig-path "$file"
    silent
    check "ldconfig writes the same cache" diff <(cached "$TMP/native") <(cached "$root")
    check "it makes the same links" diff <(links "$TMP/native") <(links "$root")
    check "the drop-ins are the same" diff -r "$TMP/native/etc/ld.so.conf.d" "$root/etc/ld.so.conf.d"
    check "the image's own was not run" test ! -e "$root/ran"
    check "nothing else is left" diff <(cd "$TMP/native" && find . | sort) \
        <(cd "$root" && find . ! -path './var*' | sort)
    rm -rf "$root"
    cp -a "$TMP/with-ldconfig" "$root"
    expect_status 0 "$BUILD/cdikit-hook" setup-container --update-ldcache --folder $driver \
        --ldconfig-path "$file" <<<"$state"
    check "so it does as a part of setup-container" diff <(cached "$TMP/native") <(cached "$root")
    link etc/ld.so.cache~ "$TMP/host/file"
    before=$(files "$TMP/host")
    call 1 --folder $driver --ldconfig-path "$file"
    check "ldconfig's temporary file leads to the host, which is as it was" \
        diff <(echo "$before") <(files "$TMP/host")
fi

finish
