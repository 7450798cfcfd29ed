#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate on machines that are not as they should be: never a crash, a hang or a document
# that engines refuse.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate on odd machines"
tree mig-small "$TMP/whole"
node=$TMP/node
nvidia=$node/proc/driver/nvidia
first=0000:3b:00.0 # has MIG
second=0000:5e:00.0
information=$nvidia/gpus/$second/information
minors=$node/proc/driver/nvidia-caps/mig-minors
cache=$node/etc/ld.so.cache
libs=$node/usr/lib/x86_64-linux-gnu

fresh() {
    rm -rf "$node"
    cp -a "$TMP/whole" "$node"
}

# sound NAME STATUS...: of the last command: it ended by itself with one of these, said something
# that a terminal can show where it failed, and what it wrote is valid.
sound() {
    local name=$1 said=''
    shift
    [[ " $* " = *" $STATUS "* ]] || said="status $STATUS, expected one of $*"
    grep -aq 'Sanitizer\|runtime error' "$TMP/.err" && said+=" a sanitizer's finding"
    [ "$STATUS" = 0 ] || [ -n "$ERR" ] || said+=" no message"
    tr -d '\n' <"$TMP/.err" | LC_ALL=C grep -aq '[[:cntrl:]]' && said+=" control characters in the message"
    if [ -s "$TMP/.out" ]; then
        cp "$TMP/.out" "$TMP/document.json"
        "$cdikit" validate "$TMP/document.json" >"$TMP/findings" 2>&1 ||
            said+=" an invalid document: $(cat "$TMP/findings")"
    elif [ "$STATUS" = 0 ] || [ "$STATUS" = 4 ]; then
        said+=" no document"
    fi
    if [ -z "$said" ]; then
        ok "$name: status $STATUS"
    else
        not_ok "$name" "$said"$'\n'"$(tr -d '\0' <"$TMP/.err" | cat -v)"
    fi
}

run() {
    STATUS=0
    "$@" >"$TMP/.out" 2>"$TMP/.err" || STATUS=$?
    ERR=$(tr -d '\0' <"$TMP/.err")
    _last="odd input"
}

# generate ARGUMENT...: on the node, as JSON.
generate() { timeout 20 "$cdikit" generate --root "$node" --format json "$@"; }
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups timeout 20 "$@"; }

# survives NAME STATUSES [ARGUMENT...]: the node as it is now.
survives() {
    local name=$1 statuses=$2
    shift 2
    run generate --mode management
    sound "$name, mode management" 0 1 3
    check "$name, --explain" explains
    [ $# -gt 0 ] || set -- --device-name-strategy index
    run generate "$@"
    # shellcheck disable=SC2086
    sound "$name" $statuses
}

explains() {
    generate --explain >"$TMP/.out"
    [ $? -le 4 ]
}

# each_kind FILE STATUSES [KIND...]: with something else in the place of a file.
each_kind() {
    local file=$1 statuses=$2 kind
    shift 2
    [ $# -gt 0 ] || set -- missing directory fifo loop dangling empty big noise device
    for kind; do
        fresh
        rm -rf "$file"
        mkdir -p "${file%/*}"
        case $kind in
        directory) mkdir "$file" ;;
        fifo) mkfifo "$file" ;;
        loop) ln -s "${file##*/}" "$file" ;;
        dangling) ln -s /none/at/all "$file" ;;
        empty) : >"$file" ;;
        big) truncate -s 3G "$file" ;;
        noise) head -c 100000 /bin/bash >"$file" ;;
        device) mknod "$file" c 1 5 ;;
        esac
        survives "${file#"$node"} is: $kind" "$statuses"
    done
}

# ---- as it should be ----
fresh
survives "nothing is odd" "0"
expect_lines 1 '^device 1$' "$(python3 "$TOP/tests/cli/facts.py" <"$TMP/document.json")"

# ---- files of another kind ----
each_kind "$nvidia/version" "0 1 3 4"
each_kind "$information" "0 1 3 4"
each_kind "$minors" "0 1 3 4"
each_kind "$cache" "0 4"
each_kind "$node/sys/bus/pci/devices/$second/vendor" "0 1 3 4"
each_kind "$node/sys/bus/pci/devices/$first/drm" "0 4"
each_kind "$node/sys/module/firmware_class/parameters/path" "0 4"
each_kind "$libs/libcuda.so.570.86.15" "0 1 4"
each_kind "$node/dev/nvidia0" "0 4"
each_kind "$node/dev/nvidiactl" "0 4"
each_kind "$node/dev/dri" "0 4"
each_kind "$node/dev/nvidia-caps" "4"
for dir in dev proc sys etc usr run lib proc/driver/nvidia/gpus sys/bus/pci/devices sys/bus; do
    fresh
    rm -rf "${node:?}/$dir"
    survives "no /$dir" "0 1 3 4"
    : >"$node/$dir"
    survives "/$dir is a file" "0 1 3 4"
done

# ---- what a GPU's node cannot be: the GPU is left out, and the other is there ----
for kind in file directory block symlink fifo; do
    fresh
    rm "$node/dev/nvidia0"
    case $kind in
    file) : >"$node/dev/nvidia0" ;;
    directory) mkdir "$node/dev/nvidia0" ;;
    block) mknod "$node/dev/nvidia0" b 195 0 ;;
    symlink) mknod "$node/dev/x" c 195 0 && ln -s x "$node/dev/nvidia0" ;;
    fifo) mkfifo "$node/dev/nvidia0" ;;
    esac
    expect_status 4 "$cdikit" generate --root "$node" --format json --device-name-strategy index
    expect_facts ^device <<'END'
device 0:0
device 0:1
device all
END
    expect_err 'warning: .*left out: /dev/nvidia0'
done

# ---- texts of the driver ----
while IFS= read -r line; do
    fresh
    sed -i "s|^GPU UUID:.*|GPU UUID: $line|" "$information"
    survives "UUID '$line'" "0 1 4" --device-name-strategy index,uuid
done <<'END'

all
none
0:0
1
GPU-a/b
GPU-"quoted"
GPU- with blanks
GPU-\x1b[31mred
GPU-\x07\x08\x7f
GPU-\xff\xfe
GPU-é
GPU-????????-????-????-????-????????????
-GPU
GPU-
END
fresh
sed -i "s|^GPU UUID:.*|GPU UUID: GPU-$(printf 'a%.0s' {1..5000})|" "$information"
survives "a long UUID" "0 1 4" --device-name-strategy index,uuid
while IFS= read -r line; do
    fresh
    sed -i "s|^Device Minor:.*|$line|" "$information"
    survives "minor '$line'" "1 4"
    expect_lines 0 '"name":"1"' "$(cat "$TMP/document.json")"
done <<'END'

Device Minor:
Device Minor: -1
Device Minor: x
Device Minor: 0x0
Device Minor: 4294967296
Device Minor: 18446744073709551616
Device Minor: 1e9
Device Minor: ../../etc
END
fresh
printf 'Device Minor: 0\0\n\0\0GPU UUID: GPU-1\n' >"$information"
survives "NULs" "0 1 4" --device-name-strategy index,uuid
for version in 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  ../../../etc  x' 'NVRM version:' \
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  *  x' \
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15*[a]?  x' \
    "NVRM version: NVIDIA UNIX x86_64 Kernel Module  $(printf '5.%.0s' {1..3000})  x"; do
    fresh
    printf '%s\n' "$version" >"$nvidia/version"
    survives "version '${version:0:80}'" "0 1"
    expect_lines 0 '"(hostPath|containerPath)":"[^"]*(\*|\.\.)' "$(cat "$TMP/.out")"
done

# ---- mig-minors ----
while IFS= read -r line; do
    fresh
    sed -i "s|^gpu1/gi7/ci0/access .*|$line|" "$minors"
    survives "mig-minors '$line'" "4 0" --device-name-strategy pci
    expect_lines 0 'nvidia-cap202' "$(cat "$TMP/document.json")"
done <<'END'
gpu1/gi7/ci0/access
gpu1/gi7/ci0/access -1
gpu1/gi7/ci0/access x
gpu1/gi7/ci0/access  202
gpu1/gi7/ci0/access 202 
gpu1/gi7/ci0/access 202 203
gpu1/gi7/ci0/access 4294967498
gpu1/gi7/ci0/access 18446744073709551818
gpu4294967297/gi7/ci0/access 202
gpu1/gi7/ci0/access/../x 202
GPU1/gi7/ci0/access 202
END
fresh
yes 'gpu1/gi7/ci0/access 202' | head -n 2000000 >>"$minors"
survives "mig-minors of 48 MB" "0 1 3 4"

# ---- the loader cache, libraries ----
for size in 1 16 17 20 47 48 60 100; do
    fresh
    truncate -s "$size" "$cache"
    survives "the first $size bytes of the cache" "0"
done
fresh
printf '\xff\xff\xff\x7f' | dd of="$cache" bs=1 seek=20 conv=notrunc status=none
survives "a cache of 2^31 entries" "0"
# cache LENGTH N: so many entries that lead into one string; their copies would fill the memory.
cache() {
    python3 - "$1" "$2" >"$cache" <<'END'
import struct, sys
length, n = int(sys.argv[1]), int(sys.argv[2])
text = b"libcuda.so.1\0/" + b"x" * length + b"\0"
start = 48 + 24 * n
header = b"glibc-ld.so.cache1.1" + struct.pack("<II20x", n, len(text))
entries = b"".join(struct.pack("<iIIIQ", 0x303, start, start + 13 + i % 90, 0, 0) for i in range(n))
sys.stdout.buffer.write(header + entries + text)
END
}
for arguments in "2000000 20000" "4000 1000000"; do
    fresh
    # shellcheck disable=SC2086
    cache $arguments
    survives "a cache of a long string: $arguments" "0"
done
fresh
head -c 64 /proc/self/exe >"$libs/libcuda.so.570.86.15"
survives "a library of 64 bytes" "0 4"
fresh
name=$(printf 'x%.0s' {1..230})
: >"$libs/lib$name.so.570.86.15"
: >"$libs/lib
line.so.570.86.15"
: >"$libs/lib\"quoted\" 'name' \$(id).so.570.86.15"
: >"$libs/$(printf 'lib\x1b[31m.so.570.86.15')"
: >"$libs/$(printf 'lib\xff.so.570.86.15')"
: >"$libs/lib::x.so.570.86.15"
: >"$libs/.so.570.86.15"
mkfifo "$libs/libfifo.so.570.86.15"
survives "odd names of libraries" "0 1 4"
run timeout 20 "$cdikit" generate --root "$node"
check "as YAML, too" test "$STATUS" -le 4
fresh
for i in {1..3000}; do : >"$libs/lib$i.so.570.86.15"; done
survives "3000 libraries" "0 4"

# ---- a root whose path is odd ----
odd="$TMP/a b*[c]?'\"\$x"
mkdir "$odd"
fresh
mv "$node" "$odd/n"
node="$odd/n" run generate --device-name-strategy index
sound "a root with blanks and patterns in its path" 0
check "libraries are there" grep -q libcuda.so.570 "$TMP/document.json"
mkdir -p "$odd/n/d*[r]v/usr/lib64"
cp "$odd/n/usr/lib/x86_64-linux-gnu/libcuda.so.570.86.15" "$odd/n/d*[r]v/usr/lib64"
node="$odd/n" run generate --device-name-strategy index --driver-root "/d*[r]v" --dev-root /
sound "a driver root with patterns in its path" 0
check "libraries are there" grep -qF '"/d*[r]v/usr/lib64/libcuda.so.570.86.15"' "$TMP/document.json"

# ---- who may not read ----
chmod 755 "$TMP"
for file in "$nvidia/version" "$information" "$minors" "$cache" "$libs" "$libs/libcuda.so.570.86.15" \
    "$node/dev" "$node/dev/dri" "$node/proc/driver/nvidia/gpus" "$node/sys/bus/pci/devices/$second/vendor" \
    "$node/etc"; do
    fresh
    chmod 0 "$file"
    run nobody "$cdikit" generate --root "$node" --format json --device-name-strategy index
    sound "${file#"$node"} cannot be read" 0 1 3 4
    chmod 755 "$file"
done

# ---- arguments: what is no name, choice or id is wrong use; 3: a path that cannot be opened. The
# specification limits no name's length. ----
long=$(printf 'x%.0s' {1..100000})
fresh
while read -r status option value; do
    run generate --device-name-strategy index "--$option" "$value"
    sound "--$option ${value:0:10}..." "$status"
done <<END
2 device-id $long
0 vendor $long
0 class $long
2 device-name-strategy $long
2 format $long
2 mode $long
2 for $long
2 max-cdi-version $long
3 root /$long
3 driver-root /$long
3 dev-root /$long
3 output $TMP/$long
0 nvidia-cdi-hook-path /$long
0 ldconfig-path /$long
0 disable-hook $long
0 feature-flag $long
1 library-search-path /$long
0 driver-root ../..
2 nvidia-cdi-hook-path ../..
2 device-id ../..
2 vendor ../..
2 class ../..
0 config-search-path /$long
END
for value in $'\x1b[31m' $'a\nb' $'\xff' '%s%n' '"' "'" ' ' '*' '$(id)'; do
    while read -r status option; do
        run generate --device-name-strategy index "--$option" "$value"
        sound "--$option $(printf %q "$value")" "$status"
    done <<'END'
2 device-id
2 vendor
2 class
2 device-name-strategy
2 mode
2 format
3 driver-root
0 nvidia-cdi-hook-path
0 feature-flag
0 disable-hook
1 library-search-path
END
done
run generate --device-id "$(printf ',%.0s' {1..50000})"
sound "50000 commas" 2
run generate --disable-hook "$(printf 'x,%.0s' {1..30000})"
sound "30000 hooks" 0 4

# ---- what NVML says ----
sed "s|name=\"NVIDIA A100\" devid=0x20b010de mig=off|name=\"$(printf '\x1b[31mA\xff')\" devid=0x20b010de mig=off|" \
    "$TOP/tests/cli/fixtures/machines/mig-small.machine" >"$TMP/name.machine"
run on "$TMP/name.machine" "$cdikit" generate --format json --verbose
sound "a name with control characters" 0
while read -r uuid; do
    sed "s|uuid=GPU-6[^ ]*|uuid=$uuid|" "$TOP/tests/cli/fixtures/machines/mig-small.machine" >"$TMP/uuid.machine"
    run on "$TMP/uuid.machine" "$cdikit" generate --format json
    sound "NVML's UUID $uuid" 0 1 4
done <<END
all
none
1
0:0
GPU-a/b
"GPU with blanks"
"$(printf 'GPU-\x1b[31m')"
GPU-$(printf 'a%.0s' {1..80})
GPU-$(printf 'a%.0s' {1..91})
GPU-$(printf 'a%.0s' {1..92})
GPU-$(printf 'a%.0s' {1..300})
END
# A PCI domain of more than 16 bits is written as sysfs has it.
sed 's|pci=00000000:3b:00.0|pci=00010000:3b:00.0|; s|pci=00000000:5e:00.0|pci=fffffffe:5e:1f.7|' \
    "$TOP/tests/cli/fixtures/machines/mig-small.machine" >"$TMP/domain.machine"
expect_status 0 on "$TMP/domain.machine" "$cdikit" generate -q --format json --device-name-strategy pci \
    --no-all-device
expect_facts ^device <<'END'
device 10000:3b:00.0-gi7-ci0
device 10000:3b:00.0-gi9-ci1
device fffffffe:5e:1f.7
END
for name in 10000 fffffffe; do
    sed "s|pci=00000000:3b:00.0|pci=$(printf %08x "0x$name"):3b:00.0|" \
        "$TOP/tests/cli/fixtures/machines/small.machine" >"$TMP/domain.machine"
    rm -rf "$node"
    "$fakenode" build "$TMP/domain.machine" "$node"
    expect_status 0 "$cdikit" generate -q --root "$node" --format json --device-name-strategy pci
    expect_facts -E "^(device [^a]|$name:)" <<END
device $name:3b:00.0
$name:3b:00.0: node /dev/nvidia4 195:4 0666
$name:3b:00.0: node /dev/dri/card0 226:0 0660 gid=44
$name:3b:00.0: node /dev/dri/renderD128 226:128 0660 gid=44
$name:3b:00.0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-$name:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-$name:3b:00.0-render
$name:3b:00.0: gid 44
END
done

finish
