#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks fakenode: builds every machine and looks at it, runs commands on nodes, and sees that
# the host is as before. Needs root.
# shellcheck disable=SC2016  # programs for another shell
. "$(dirname "$0")/../lib.sh"

if [ "$(id -u)" -ne 0 ]; then
    skip "simulated nodes" "device nodes and mounts need root"
    finish
fi
here=$TOP/tests/fakenode
fakenode=$BUILD/fakenode
export FAKENODE_MACHINES="$here/machines"
scratch=$TMP
export TMPDIR="$scratch/tmp"
mkdir "$TMPDIR" "$scratch/cwd" "$scratch/nodes"
cd "$scratch/cwd" || exit 1
libdir=usr/lib/x86_64-linux-gnu

# is EXPECTED COMMAND...: the command prints exactly that
is() {
    local expected=$1 got
    shift
    got=$("$@" 2>&1) || true
    [ "$got" = "$expected" ] || { printf "'%s' gave '%s', not '%s'\n" "$*" "$got" "$expected"; return 1; }
}

# fails STATUS TEXT COMMAND...: the command fails so and its stderr has that text
fails() {
    local expected=$1 text=$2 status=0
    shift 2
    "$@" >/dev/null 2>"$scratch/stderr" || status=$?
    [ "$status" -eq "$expected" ] || { echo "'$*' exited with $status, not $expected"; return 1; }
    [ -z "$text" ] || grep -qF -- "$text" "$scratch/stderr" || { echo "'$*' said: $(cat "$scratch/stderr")"; return 1; }
}

absent() {
    [ ! -e "$1" ] && [ ! -L "$1" ]
}

node_is() { # PATH TYPE,MODE,MAJOR:MINOR,GID
    is "$2" stat -c '%F,%a,%Hr:%Lr,%g' "$1"
}

check_pci() { # TREE BDF VENDOR DEVICE CLASS
    local dir=$1/sys/bus/pci/devices/$2
    local bytes="${3:4:2}${3:2:2}${4:4:2}${4:2:2}"
    check "$dir is a link" test -L "$dir"
    check "$dir vendor" is "$3" cat "$dir/vendor"
    check "$dir device" is "$4" cat "$dir/device"
    check "$dir class" is "$5" cat "$dir/class"
    check "$dir config" is 256 stat -c %s "$dir/config"
    check "$dir config ids" is "$bytes" bash -c 'od -An -tx1 -N4 "$1" | tr -d " \n"' - "$dir/config"
    check "$dir resources" is 13 grep -c '^0x' "$dir/resource"
}

check_cache() { # TREE
    command -v ldconfig >/dev/null || return 0
    ldconfig -p -C "$1/etc/ld.so.cache" >"$scratch/cache"
    check "$1: libcuda in the cache" grep -q 'libcuda.so.1 ' "$scratch/cache"
}

check_library() { # TREE
    local lib=$1/$libdir/libcuda.so.570.133.20
    check "$1: SONAME link" is libcuda.so.570.133.20 readlink "$1/$libdir/libcuda.so.1"
    check "$1: dev link" is libcuda.so.1 readlink "$1/$libdir/libcuda.so"
    command -v readelf >/dev/null || return 0
    check "$1: SONAME" grep -qF '[libcuda.so.1]' <(readelf -d "$lib")
    check "$1: readelf is content" is '' bash -c 'readelf -hlds "$1" 2>&1 >/dev/null' - "$lib"
}

build_all() {
    local machine tree
    for machine in $("$fakenode" list); do
        tree=$scratch/nodes/$machine
        check "build $machine" "$fakenode" build "$machine" "$tree"
        check "show $machine" is "$(cat "$here/machines/$machine.machine")" "$fakenode" show "$machine"
        case $machine in
        nodriver | not-loaded | old-390 | gh200 | orin | thor-dgpu | wsl2 | driver-container | \
            debian-current | lib64 | nixos | nocache | gke | mig-gfx | mig-mixed | mig-old-names) continue ;; # below
        esac
        check_library "$tree"
        check_cache "$tree"
        check "$machine: GPU in procfs" grep -q 'GPU UUID: . GPU-' "$tree"/proc/driver/nvidia/gpus/*/information
        check "$machine: persistenced" test -S "$tree/run/nvidia-persistenced/socket"
        check "$machine: /lib is merged" test -e "$tree/lib/firmware/nvidia/570.133.20/gsp_ga10x.bin"
    done
}

check_desktop() {
    local tree=$scratch/nodes/desktop
    check_pci "$tree" 0000:01:00.0 0x10de 0x2684 0x030000
    check "nvidia0" node_is "$tree/dev/nvidia0" 'character special file,666,195:0,0'
    check "nvidiactl" node_is "$tree/dev/nvidiactl" 'character special file,666,195:255,0'
    check "uvm" node_is "$tree/dev/nvidia-uvm" 'character special file,666,511:0,0'
    check "card" node_is "$tree/dev/dri/card1" 'character special file,660,226:1,44'
    check "render" node_is "$tree/dev/dri/renderD128" 'character special file,660,226:128,44'
    check "by-path" is ../card1 readlink "$tree/dev/dri/by-path/pci-0000:01:00.0-card"
    check "drm in sysfs" test -d "$tree/sys/bus/pci/devices/0000:01:00.0/drm/renderD128"
    check "drm class" is 226:128 cat "$tree/sys/class/drm/renderD128/dev"
    check "drm device" is 0x10de cat "$tree/sys/dev/char/226:1/device/vendor"
    check "no MIG" absent "$tree/proc/driver/nvidia-caps"
    check "X module" test -e "$tree/usr/lib/xorg/modules/extensions/libglxserver_nvidia.so"
}

check_others() {
    local tree=$scratch/nodes
    check "8 GPUs" is 8 bash -c 'ls -d "$1"/dev/nvidia[0-7] | wc -l' - "$tree/a100x8"
    check "minor is not the index" grep -q 'Device Minor: . 2$' "$tree/a100x8/proc/driver/nvidia/gpus/0000:07:00.0/information"
    check "mig-minors" is 4322 bash -c 'wc -l <"$1"' - "$tree/a100x8/proc/driver/nvidia-caps/mig-minors"
    check "missing node" absent "$tree/missing-node/dev/nvidia2"
    check "its neighbour" test -c "$tree/missing-node/dev/nvidia3"
    check "its PCI device" grep -q 'Device Minor: . 2$' "$tree/missing-node/proc/driver/nvidia/gpus/0000:81:00.0/information"
    check "MIG access" grep -qx 'DeviceFileMinor: 12' "$tree/mig/proc/driver/nvidia/capabilities/gpu0/mig/gi1/access"
    check "MIG cap" node_is "$tree/mig/dev/nvidia-caps/nvidia-cap13" 'character special file,444,236:13,0'
    check "MIG config cap" node_is "$tree/mig/dev/nvidia-caps/nvidia-cap1" 'character special file,400,236:1,0'
    check_pci "$tree/nodriver" 0000:07:00.0 0x10de 0x20b0 0x030200
    check "no driver bound" absent "$tree/nodriver/sys/bus/pci/devices/0000:07:00.0/driver"
    check "no driver loaded" absent "$tree/nodriver/proc/driver/nvidia"
    check "no nodes" absent "$tree/nodriver/dev/nvidia0"
    check_pci "$tree/other-vendors" 0000:03:00.0 0x1002 0x744c 0x030000
    check_pci "$tree/other-vendors" 0000:00:02.0 0x8086 0xa780 0x030000
    check_pci "$tree/other-vendors" 0000:05:00.0 0x8086 0x1533 0x020000
    check "usable" node_is "$tree/desktop-usable/dev/nvidia0" 'character special file,666,1:3,0'
    check "usable" node_is "$tree/desktop-usable/dev/nvidiactl" 'character special file,666,1:5,0'
    check "bighost libraries" is 1300 bash -c 'find "$1" -type f -name "*filler*" | wc -l' - "$tree/a100x8-bighost/$libdir"
    check "bighost cache" is 700 bash -c 'ldconfig -p -C "$1" | grep -c filler' - "$tree/a100x8-bighost/etc/ld.so.cache"
}

# Where libraries lie, and what kind they are.
check_layouts() {
    local tree=$scratch/nodes store
    check "without the driver's modules" absent "$tree/not-loaded/proc/driver/nvidia"
    check "without the driver's modules" absent "$tree/not-loaded/dev/nvidiactl"
    check "but with its libraries" test -e "$tree/not-loaded/$libdir/libnvidia-ml.so.570.133.20"
    check "older libraries" test -e "$tree/mismatch/$libdir/libnvidia-ml.so.570.133.20"
    check "than modules" grep -q ' 570.86.15 ' "$tree/mismatch/proc/driver/nvidia/version"
    check "no loader cache" absent "$tree/nocache/etc/ld.so.cache"
    check "no loader cache" absent "$tree/nixos/etc/ld.so.cache"
    store=$(readlink "$tree/nixos/run/opengl-driver/lib")
    check "the store" test -e "$tree/nixos$store/libcuda.so.570.133.20"
    check "only the alternatives" is /etc/alternatives/nvidia--libcuda.so.1-x86_64-linux-gnu \
        readlink "$tree/debian-current/$libdir/libcuda.so.1"
    check "lead to the library" test -e \
        "$tree/debian-current$(readlink "$tree/debian-current/etc/alternatives/nvidia--libcuda.so.1-x86_64-linux-gnu")"
    check "libraries of 64 bits" is 2 bash -c 'od -An -tu1 -j4 -N1 "$1" | tr -d " "' - \
        "$tree/lib64/usr/lib64/libcuda.so.570.133.20"
    check "libraries of 32 bits" is 1 bash -c 'od -An -tu1 -j4 -N1 "$1" | tr -d " "' - \
        "$tree/lib64/usr/lib/libcuda.so.570.133.20"
    check "X modules" test -e "$tree/lib64/usr/lib64/xorg/modules/drivers/nvidia_drv.so"
    check "nothing of the driver on the host" absent "$tree/driver-container/$libdir/libcuda.so.1"
    check "nodes on the host" test -c "$tree/driver-container/dev/nvidia1"
    check "nodes in the driver root" node_is "$tree/driver-container/run/nvidia/driver/dev/nvidia1" \
        'character special file,666,195:1,0'
    check "DRM nodes in the driver root" test -c "$tree/driver-container/run/nvidia/driver/dev/dri/card2"
    check "aarch64" test -e "$tree/gh200/usr/lib/aarch64-linux-gnu/libcuda.so.580.65.06"
    check "a PCI domain that is not 0" test -e "$tree/gh200/sys/bus/pci/devices/0009:01:00.0/vendor"
    if command -v readelf >/dev/null; then
        check "SONAME of 32 bits" grep -qF '[libcuda.so.1]' \
            <(readelf -d "$tree/lib64/usr/lib/libcuda.so.570.133.20")
        check "readelf is content with 32 bits" is '' bash -c 'readelf -hlds "$1" 2>&1 >/dev/null' - \
            "$tree/lib64/usr/lib/libcuda.so.570.133.20"
    fi
    command -v ldconfig >/dev/null || return 0
    check_cache "$tree/gke"
    check_cache "$tree/driver-container/run/nvidia/driver"
    check "32 bits in the cache" grep -q 'libcuda.so.1 (ELF) ' <(ldconfig -p -C "$tree/lib64/etc/ld.so.cache")
    check "not in the host's cache" fails 1 '' grep -q libcuda \
        <(ldconfig -p -C "$tree/driver-container/etc/ld.so.cache")
}

# What stands beside the GPUs, and GPUs that are not on every bus.
check_beside() {
    local tree=$scratch/nodes
    check "NVSwitch nodes" is 4 bash -c 'ls "$1"/dev/nvidia-nvswitch[0-9] | wc -l' - "$tree/h100x8"
    check "the last NVSwitch" node_is "$tree/h100x8/dev/nvidia-nvswitch3" 'character special file,666,508:3,0'
    check_pci "$tree/h100x8" 0000:a3:00.0 0x10de 0x22a3 0x068000
    check "IMEX channel" node_is "$tree/h100x8/dev/nvidia-caps-imex-channels/channel2047" \
        'character special file,666,507:2047,0'
    check "verbs count from their minor" node_is "$tree/h100x8/dev/infiniband/uverbs1" \
        'character special file,666,231:193,0'
    check "MPS directory" is '777 directory' stat -c '%a %F' "$tree/h100x8/tmp/nvidia-mps"
    check "GDS nodes" is 16 bash -c 'ls "$1"/dev/nvidia-fs* | wc -l' - "$tree/gds"
    check "Tegra" is Tegra cat "$tree/orin/sys/devices/soc0/family"
    check "csv" grep -qx 'dev, /dev/nvmap' \
        "$tree/orin/etc/nvidia-container-runtime/host-files-for-container.d/devices.csv"
    check "no PCI GPU" is '' ls "$tree/orin/sys/bus/pci/devices"
    check "no bus" is '' ls "$tree/wsl2/sys/bus/pci/devices"
    check "dxg" node_is "$tree/wsl2/dev/dxg" 'character special file,666,10:125,0'
    check "112 MIG devices" is 226 bash -c 'ls "$1/dev/nvidia-caps" | wc -l' - "$tree/mig16x7"
    printf 'system driver=1.2\ngpu uuid=GPU-x name=x devid=0x1 pci=0000:01:00.0 proc=no\n' >noproc.machine
    check "GPU without procfs" "$fakenode" build ./noproc.machine "$tree/noproc"
    check "GPU without procfs" absent "$tree/noproc/proc/driver/nvidia/gpus"
    check "but on the bus" test -e "$tree/noproc/sys/bus/pci/devices/0000:01:00.0/vendor"
}

# answers MACHINE ARGUMENTS EXPECTED [VARIABLE=VALUE...]: what a library says on the node
answers() {
    local machine=$1 arguments=$2 expected=$3
    shift 3
    # shellcheck disable=SC2086  # several words
    check "$machine: $arguments $*" is "$expected" \
        "$fakenode" run "$machine" -- env "$@" "$PWD/ask" $arguments
}

check_stubs() {
    local gpu='GPU-0b1c2d3e-0000-4000-8000-000000000001'
    cp "$BUILD/fakenode-stubs/ask" ask
    cat >stub.machine <<MACHINE
system driver=580.65.06 cuda=13000 nvml=13.580.65.06
gpu uuid=$gpu name="GPU A" pci=00000009:41:00.0 minor=3 devid=0x20b010de mig=on drm=card1,renderD128 addressing=ats
gpu uuid=3e66ba85-e4f9-5743-adc5-05f9e60b1769 name="GPU B (nvgpu)" pci=unsupported minor=1 devid=0
giprofile gpu=0 prof=2 id=9
giprofile gpu=* prof=17 id=39
mig gpu=0 index=1 uuid=MIG-00000001 gi=2 ci=1 gi_prof=2 gi_prof_id=9 ci_prof=1 ci_prof_id=1 mem_mib=100
mig gpu=0 index=4 uuid=MIG-00000002 gi=5 ci=0 gi_prof=17 gi_prof_id=39 ci_prof=2 ci_prof_id=2 mem_mib=200
driver groups=compute,utility,sandboxutils
MACHINE
    answers ./stub.machine nvml 'driver 580.65.06 cuda 13000 gpus 2
gpu 0 GPU-0b1c "GPU A" 00000009:41:00.0 minor 3, mig 0 1, addressing 0 2
mig 0:1 MIG-0000 gi 2 profile 2, ci 1 profile 1, slices 2/3, 100 MiB
mig 0:4 MIG-0000 gi 5 profile 17, ci 0 profile 2, slices 3/3, 200 MiB
gpu 1 3e66ba85 "GPU B (nvgpu)" none minor 1, mig 3 9, addressing 3 9'
    answers ./stub.machine cuda 'cuda 13000 gpus 2'
    answers ./stub.machine "sandboxutils $gpu MIG-00000002" '0 /dev/nvidia3
1 /dev/dri/card1
2 /dev/dri/renderD128
3 /dev/dri/by-path/pci-0009:41:00.0-card -> ../card1
4 /dev/dri/by-path/pci-0009:41:00.0-render -> ../renderD128
11 /proc/driver/nvidia/gpus/0009:41:00.0
0 /dev/nvidia3
1 /dev/dri/card1
2 /dev/dri/renderD128
3 /dev/dri/by-path/pci-0009:41:00.0-card -> ../card1
4 /dev/dri/by-path/pci-0009:41:00.0-render -> ../renderD128
10 /dev/nvidia-caps/nvidia-cap453
10 /dev/nvidia-caps/nvidia-cap454
11 /proc/driver/nvidia/gpus/0009:41:00.0'
    answers wsl2 dxcore 'adapter wddm 3100 store /usr/lib/wsl/drivers/iigd_dch.inf_amd64_0b7c1f
adapter wddm 3100 store /usr/lib/wsl/drivers/nv_dispi.inf_amd64_2a7e8a1d6b8cc9b7'

    # A function came with a driver: -1 is a function that is not there.
    sed 's/^system.*/& nvml_level=390/' stub.machine >old.machine
    answers ./old.machine nvml 'driver 580.65.06 cuda 13000 gpus 2
gpu 0 GPU-0b1c "GPU A" 00000009:41:00.0 minor 3, mig -1 9, addressing -1 9
gpu 1 3e66ba85 "GPU B (nvgpu)" none minor 1, mig -1 9, addressing -1 9'
    sed -e 's/^system.*/& nvml_level=525/' -e /^mig/d stub.machine >older.machine
    answers ./older.machine nvml 'driver 580.65.06 cuda 13000 gpus 2
gpu 0 GPU-0b1c "GPU A" 00000009:41:00.0 minor 3, mig 0 1, addressing -1 9
gpu 1 3e66ba85 "GPU B (nvgpu)" none minor 1, mig 3 9, addressing -1 9'
}

check_stub_failures() {
    answers nvml-broken nvml 'ask: nvmlInit_v2: 999 Unknown Error'
    answers mismatch nvml 'ask: nvmlInit_v2: 18 Driver/library version mismatch'
    answers not-loaded nvml 'ask: nvmlInit_v2: 9 Driver Not Loaded'
    answers two-gpus cuda 'cuda 12080 gpus 2' FAKENODE_FAIL=nvmlInit=999
    answers two-gpus cuda 'ask: cuDeviceGetCount: 3' FAKENODE_FAIL=cuDeviceGetCount=3
    answers ./stub.machine nvml 'driver 580.65.06 cuda 13000 gpus 2
gpu 0 GPU-0b1c "GPU A" 00000009:41:00.0 minor 3, mig 0 1, addressing 0 2
mig 0:4 MIG-0000 gi 5 profile 17, ci 0 profile 2, slices 3/3, 200 MiB
ask: nvmlDeviceGetName: 15 GPU is lost' \
        FAKENODE_FAIL=nvmlDeviceGetName=15@1,nvmlDeviceGetMigDeviceHandleByIndex=6x2
    check "a wrong FAKENODE_FAIL" fails 125 'expected func=code[@gpu][xTIMES]' \
        "$fakenode" run two-gpus -- env FAKENODE_FAIL=nvmlInit ./ask nvml
    check "call log" "$fakenode" run two-gpus -- env "FAKENODE_LOG=$PWD/calls" ./ask cuda
    check "call log" is $'cuInit\ncuDriverGetVersion\ncuDeviceGetCount' cat calls
    check "call log" "$fakenode" run two-gpus -- env "FAKENODE_LOG=$PWD/calls" ./ask nvml
    check "call log appends, with GPUs" grep -qx 'nvmlDeviceGetName 1' calls
    check "delay" bash -c 'start=$(date +%s%N); "$@" && [ $(($(date +%s%N) - start)) -ge 1000000000 ]' - \
        "$fakenode" run two-gpus -- env FAKENODE_INIT_DELAY_MS=1000 ./ask nvml
    check "another description" is 'cuda 13000 gpus 2' \
        "$fakenode" run mig -- env "FAKENODE_MACHINE=$PWD/stub.machine" ./ask cuda
    cp "$fakenode" lone
    check "without stubs" ./lone build two-gpus "$scratch/nodes/lone"
    check "a library without content" test \
        "$(stat -c %s "$scratch/nodes/lone/$libdir/libnvidia-ml.so.570.133.20")" -lt 1000
    check "--stubs" ./lone --stubs "$BUILD/fakenode-stubs" build two-gpus "$scratch/nodes/stubs"
    check "--stubs" cmp "$BUILD/fakenode-stubs/libnvidia-ml.580.so" \
        "$scratch/nodes/stubs/$libdir/libnvidia-ml.so.570.133.20"
    check "no such stubs" fails 125 'cannot read /nowhere/' ./lone --stubs /nowhere build two-gpus "$scratch/nodes/none"
}

check_build_options() {
    check "directory in use" fails 125 'empty directory' "$fakenode" build desktop "$scratch/nodes/desktop"
    check "stand-ins" "$fakenode" --no-nodes --copy /etc/passwd=/usr/bin/mine build desktop "$scratch/nodes/plain"
    check "stand-in" test -f "$scratch/nodes/plain/dev/nvidia0"
    check "copy" cmp -s /etc/passwd "$scratch/nodes/plain/usr/bin/mine"
    command -v setpriv >/dev/null || return 0
    check "without CAP_MKNOD" fails 125 'give --no-nodes' \
        setpriv --bounding-set=-mknod --inh-caps=-mknod "$fakenode" build desktop "$scratch/nodes/no-cap"
}

check_bad_descriptions() {
    local line expected
    while IFS='|' read -r line expected; do
        printf '# comment\n\n%s\n' "$line" >bad.machine
        check "bad: $line" fails 125 "bad.machine:3: $expected" "$fakenode" build ./bad.machine "$scratch/nodes/bad"
    done <<'BAD'
nonsense a=b|unknown keyword 'nonsense'
gpu colour=red|'gpu' has no key 'colour'
gpu pci=0000:01:00.0|'gpu' needs a key 'uuid'
gpu pci=01:00|'pci=01:00': expected a PCI address
missing path=/a path=/b|'path' is given twice
missing path=/dev/../etc|'path=/dev/../etc': expected an absolute path
missing path|expected key=value
system nvml_level=400|'nvml_level=400': expected 390, 450, 525 or 580
lib path=/a soname=a bits=16|'bits=16': expected 64 or 32
missing path="/dev/x|the value of 'path' lacks its closing quote
nodes match=/dev/* mode=0999|'mode=0999': expected an octal mode
filler libs=many cached=1|'libs=many': expected a number
mig gpu=0 index=0 uuid=MIG-1 gi=1 ci=0|there is no GPU 0 with mig=on
BAD
    check "unknown machine" fails 125 "there is no machine 'nowhere'" "$fakenode" show nowhere
    printf 'driver groups=wings version=1\n' >bad.machine
    check "bad group" fails 125 "bad.machine:1: unknown group 'wings'" "$fakenode" build ./bad.machine "$scratch/nodes/bad1"
    printf 'node path=/dev/x major=1 minor=1 count=2\n' >bad.machine
    check "nothing to count" fails 125 "bad.machine:1: 'count' needs a path that ends in a number" \
        "$fakenode" build ./bad.machine "$scratch/nodes/bad3"
    printf 'missing path=/dev/none\n' >bad.machine
    check "nothing to miss" fails 125 "bad.machine:1: /dev/none is not" "$fakenode" build ./bad.machine "$scratch/nodes/bad2"
}

check_run() {
    local pid status
    check "node at its path" "$fakenode" run desktop -- test -c /dev/nvidia0
    check "real library path" "$fakenode" run desktop -- test -e "/$libdir/libcuda.so.570.133.20"
    check "loader cache" is 1 "$fakenode" run desktop -- sh -c 'ldconfig -p | grep -c "libcuda.so.1 "'
    check "procfs" "$fakenode" run mig -- test -e /proc/driver/nvidia/capabilities/gpu0/mig/gi9/ci0/access
    check "/proc/devices" "$fakenode" run desktop -- grep -qx '511 nvidia-uvm' /proc/devices
    check "PCI" is '0000:07:00.0' "$fakenode" run nodriver -- sh -c 'ls /sys/bus/pci/devices | grep 07'
    check "no CDI specs" is '' "$fakenode" run desktop -- sh -c 'ls -A /etc/cdi /var/run/cdi | grep -v :'
    check "standard nodes" "$fakenode" run desktop -- sh -c 'echo >/dev/null && test -c /dev/zero -a -d /dev/shm -a -d /dev/pts'
    check "usable node" "$fakenode" run desktop-usable -- sh -c 'echo x >/dev/nvidia0'
    check "working directory" is "$PWD" "$fakenode" run desktop -- pwd
    check "checkout" "$fakenode" run desktop -- test -e "$here/README.md"
    check "missing node" fails 1 '' "$fakenode" run missing-node -- test -e /dev/nvidia2
    check "exit status" fails 7 '' "$fakenode" run desktop -- sh -c 'exit 7'
    check "death by signal" fails 137 '' "$fakenode" run desktop -- sh -c 'kill -9 $$'
    check "no command" fails 127 'cannot run' "$fakenode" run desktop -- /nonexistent
    check "working directory is shared" "$fakenode" run desktop -- touch "$PWD/kept"
    check "working directory is shared" test -e "$PWD/kept"
    check "the rest is not" "$fakenode" run desktop -- sh -c 'touch "$TMPDIR/lost" /etc/fakenode-lost'
    check "share" "$fakenode" --share "$scratch/nodes" run desktop -- touch "$scratch/nodes/shared"
    check "share" test -e "$scratch/nodes/shared"

    "$fakenode" run desktop -- sh -c 'trap "exit 9" TERM; touch ready; while :; do sleep 0.1; done' &
    pid=$! status=0
    while [ ! -e ready ]; do sleep 0.05; done
    kill -TERM "$pid"
    wait "$pid" || status=$?
    check "SIGTERM is passed on" test "$status" -eq 9

    "$fakenode" run desktop -- flock lock sh -c 'touch locked; sleep 60' &
    pid=$!
    while [ ! -e locked ]; do sleep 0.05; done
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
    check "nothing outlives fakenode" flock -w 5 lock true
}

# A bundle in the working directory, whose container has the node's device and library.
make_bundle() {
    local file
    for file in /bin/sh $(ldd /bin/sh | grep -o '/[^ ]*'); do
        mkdir -p "bundle/rootfs/$(dirname "$file")"
        cp -L "$file" "bundle/rootfs/$file"
    done
    cat >bundle/config.json <<CONFIG
{
  "ociVersion": "1.0.2",
  "root": {"path": "rootfs"},
  "process": {
    "cwd": "/",
    "args": ["/bin/sh", "-c", "echo x >/dev/nvidia0 && test -s /libcuda.so"]
  },
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs"},
    {"destination": "/libcuda.so", "type": "bind", "source": "/$libdir/libcuda.so.1", "options": ["bind", "ro"]}
  ],
  "linux": {
    "namespaces": [{"type": "mount"}, {"type": "pid"}],
    "devices": [{"path": "/dev/nvidia0", "type": "c", "major": 1, "minor": 3}]
  }
}
CONFIG
}

check_containers() {
    local runtime
    make_bundle
    for runtime in runc crun; do
        command -v "$runtime" >/dev/null || { skip "container with $runtime" "$runtime is not installed"; continue; }
        check "container with $runtime" \
            "$fakenode" run desktop-usable -- "$runtime" run -b bundle "fakenode-selftest-$$"
    done
}

check_host() {
    check "no mounts are left" cmp "$scratch/mounts" /proc/self/mounts
    check "nothing is left in TMPDIR" is '' ls -A "$TMPDIR"
    check "the host's /etc" absent /etc/fakenode-lost
    check "the host's /dev" is "$dev_before" ls /dev
}

cat /proc/self/mounts >"$scratch/mounts"
dev_before=$(ls /dev)
build_all
check_desktop
check_others
check_layouts
check_beside
check_build_options
check_bad_descriptions
check_run
check_stubs
check_stub_failures
check_containers
check_host
finish
