# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # much is for those that source this
# Containers whose program is linked against the driver's libcuda: their roots, and what the hooks
# have to make of them. Sourced after ../lib.sh and containers.bash.

MACHINE_OF_DRIVER=a100x8
DRIVER_VERSION=$(sed -n 's/^system driver=\([^ ]*\).*/\1/p' \
    "$TOP/tests/fakenode/machines/$MACHINE_OF_DRIVER.machine")
DRIVER_LIBS=/usr/lib/x86_64-linux-gnu
DRIVER_SAYS='driver 12[0-9]*, 8 devices'

# What the container's program looks at: that it has a driver and what else the hooks make. It ends
# with a line "ok".
LINKS_THERE="test \"\$(readlink $DRIVER_LIBS/libcuda.so)\" = libcuda.so.1 && test -e $DRIVER_LIBS/libcuda.so.1"
PROFILE_THERE='grep -q "\"EGLVisibleDGPUDevices\",0xff\]" /etc/nvidia/nvidia-application-profiles-rc.d/10-container.conf'
LOOK_GLIBC="cuda && $LINKS_THERE && grep -q libcuda.so.1 /etc/ld.so.cache && $PROFILE_THERE && echo ok"
LOOK_MUSL="cuda && $LINKS_THERE && grep -q $DRIVER_LIBS /etc/ld-musl-x86_64.path && $PROFILE_THERE && echo ok"

# copy_libraries_of PROGRAM ROOT: those that it needs, but the driver's.
copy_libraries_of() {
    local lib
    ldd "$1" | grep -oE '/[^ ]+' | grep -v libcuda | while read -r lib; do
        mkdir -p "$2$(dirname "$lib")"
        cp "$lib" "$2$lib"
    done
}

# make_glibc_root ROOT: as Debian has it.
make_glibc_root() {
    make_rootfs
    mv "$TMP/rootfs" "$1"
    mkdir -p "$1/etc/ld.so.conf.d" "$1/usr/lib" "$1/opt"
    ln -s usr/lib "$1/lib"
    mkdir -p "$1/usr/lib64"
    ln -s usr/lib64 "$1/lib64"
    echo 12 >"$1/etc/debian_version"
    echo 'include /etc/ld.so.conf.d/*.conf' >"$1/etc/ld.so.conf"
    gcc -o "$1/bin/cuda" "$TOP/tests/e2e/cuda.c" "$BUILD/fakenode-stubs/libcuda.so" &&
        copy_libraries_of "$1/bin/cuda" "$1"
}

# make_musl_root ROOT: as Alpine has it. The driver that its program can load is $MUSL_DRIVER.
MUSL_DRIVER=$TMP/libcuda-musl.so
make_musl_root() {
    make_rootfs
    mv "$TMP/rootfs" "$1"
    mkdir -p "$1/etc" "$1/lib" "$1/usr/lib"
    echo 3.18.0 >"$1/etc/alpine-release"
    cp /lib/ld-musl-x86_64.so.1 "$1/lib"
    musl-gcc -shared -fPIC -D_GNU_SOURCE -I"$TOP" -Wl,-soname,libcuda.so.1 -o "$MUSL_DRIVER" \
        "$TOP"/tests/fakenode/stubs/{cuda,model}.c "$TOP"/tests/fakenode/{desc,vocabulary}.c &&
        musl-gcc -o "$1/bin/cuda" "$TOP/tests/e2e/cuda.c" "$MUSL_DRIVER"
}

# driver_said: whether the container's program, whose output is in $TMP/said, found all.
driver_said() { cat "$TMP/said"; grep -qx "$DRIVER_SAYS" "$TMP/said" && grep -qx ok "$TMP/said"; }
