#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate where the driver fails: what is left out, when mode pci stands in, and what the
# vendor's libraries are asked.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate with failures"
first=GPU-f36d0110-063e-5e77-9f47-2da4d441c45c # of two-gpus
second=GPU-95a25d28-31ff-5323-82e3-fa4555f6b73b
out=$TMP/out/nvidia.yaml
mkdir "$TMP/out"

# failing FAILURES COMMAND...: with that in FAKENODE_FAIL.
failing() {
    local -x FAKENODE_FAIL=$1
    shift
    "$@"
}

# ---- NVML fails for one GPU: that one is left out ----
for function in nvmlDeviceGetHandleByIndex nvmlDeviceGetUUID nvmlDeviceGetMinorNumber \
    nvmlDeviceGetPciInfo nvmlDeviceGetMigMode; do
    expect_status 4 failing "$function=15@1" on two-gpus "$cdikit" generate --format json
    expect_facts -E '^device|^all: node /dev/nvidia' <<END
device 0
device $first
device all
all: node /dev/nvidia0 195:0 0666
END
    expect_err "warning: GPU 1 .*left out: $function.*GPU is lost"
    expect_lines 1 "$function" "$ERR"
    expect_err '1 of 2 GPUs'
    expect_lines 0 'on no PCI bus' "$ERR"
    [ "$function" != nvmlDeviceGetPciInfo ] || expect_err "GPU 1 \\($second\\) is left out"
done
expect_status 4 failing nvmlDeviceGetUUID=15@1 on two-gpus "$cdikit" generate -q --output "$out"
check "quiet about what is left out" test -z "$ERR"
check "the rest is written" grep -q "$first" "$out"
check "and no more" test "$(grep -c -e "$second" -e '"1"' "$out")" = 0

# By the name of nvidia-ctk, too, that is no success.
expect_status 4 failing nvmlDeviceGetUUID=15@1 on two-gpus "$cdikit" cdi generate --output "$out"
expect_status 0 on two-gpus "$cdikit" cdi generate --output "$out"
for command in "generate" "refresh" "cdi generate"; do
    # shellcheck disable=SC2086
    expect_status 0 "$cdikit" $command --help
    expect_out '^  4  .*left out'
done

# Asked for by its id it is missed; another is not.
echo old >"$out"
for id in 1 0,1; do
    expect_status 1 failing nvmlDeviceGetMinorNumber=15@1 on two-gpus "$cdikit" generate --device-id "$id" \
        --output "$out"
    expect_err 'GPU 1 .*GPU is lost'
done
expect_status 1 failing nvmlDeviceGetMinorNumber=15@1 on two-gpus "$cdikit" generate --output "$out" \
    --device-id "$second"
expect_status 1 failing nvmlDeviceGetMinorNumber=15 on two-gpus "$cdikit" generate --output "$out"
expect_err 'GPU 0 .*GPU 1 .*GPU is lost'
expect_lines 1 . "$ERR"
check "the old file is left" test "$(cat "$out")" = old
expect_status 0 failing nvmlDeviceGetMinorNumber=15@1 on two-gpus "$cdikit" generate -q --device-id 0

# ---- --strict ----
for quiet in "" -q; do
    # shellcheck disable=SC2086
    expect_status 1 failing nvmlDeviceGetUUID=15@1 on two-gpus "$cdikit" generate $quiet --strict \
        --output "$out"
    expect_err 'GPU 1 .*GPU is lost'
    check "the old file is left" test "$(cat "$out")" = old
    check "nothing beside it" test "$(ls "$TMP/out")" = nvidia.yaml
done
expect_status 1 failing nvmlDeviceGetUUID=15@1 on two-gpus "$cdikit" generate --strict
check "nothing on stdout" test -z "$OUT"
expect_status 0 on two-gpus "$cdikit" generate -q --strict
expect_status 1 on mig-old-names "$cdikit" generate --strict
expect_err 'MIG device 0:0'
expect_status 1 on missing-node "$cdikit" generate --strict
expect_err '/dev/nvidia2'

# ---- a MIG device that fails; the node of a capability is missing ----
expect_status 4 failing nvmlDeviceGetGpuInstanceId=999@0 on mig-small "$cdikit" generate --format json \
    --device-name-strategy index
expect_facts ^device <<'END'
device 1
device all
END
expect_err 'warning: MIG device 0:0 .*nvmlDeviceGetGpuInstanceId'
sed '$a missing path=/dev/nvidia-caps/nvidia-cap202' "$TOP/tests/cli/fixtures/machines/mig-small.machine" \
    >"$TMP/no-cap.machine"
expect_status 4 on "$TMP/no-cap.machine" "$cdikit" generate --format json --device-name-strategy index
expect_facts -E '^device|^all: node .*caps' <<'END'
device 0:2
device 1
device all
all: node /dev/nvidia-caps/nvidia-cap219 236:219 0444
all: node /dev/nvidia-caps/nvidia-cap221 236:221 0444
END
expect_err 'warning: MIG device 0:0 .*nvidia-cap202'
expect_status 4 on missing-node "$cdikit" generate --format json --device-name-strategy index
expect_facts -E '^device|^all: node /dev/nvidia' <<'END'
device 0
device 1
device 3
device all
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidia1 195:1 0666
all: node /dev/nvidia3 195:3 0666
END

# ---- mode pci stands in for an NVML that is missing or fails, and that is said once ----
expect_status 0 on no-nvml "$cdikit" generate --format json --device-name-strategy index --disable-hook all
expect_facts -E '^device|^[^c].*: ' <<'END'
device 0
0: node /dev/nvidia1 195:1 0666
device 1
1: node /dev/nvidia0 195:0 0666
device all
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidia1 195:1 0666
END
expect_lines 1 'warning: .*NVML' "$ERR"
expect_status 0 on nvml-broken "$cdikit" generate --format json
expect_lines 1 'warning: .*NVML.*999' "$ERR"
expect_lines 5 ^device "$(facts)"
expect_status 0 on nvml-broken "$cdikit" generate -q
check "quiet" test -z "$ERR"
expect_status 1 on nvml-broken "$cdikit" generate --mode nvml --output "$out"
expect_err 999
expect_status 1 on no-nvml "$cdikit" generate --mode nvml --output "$out"
expect_err 'libnvidia-ml\.so\.1'
check "the old file is left" test "$(cat "$out")" = old
for code in 9 12 18 999; do
    expect_status 0 failing "nvmlInit=$code" on two-gpus "$cdikit" generate --format json
    expect_lines 1 'warning: .*NVML' "$ERR"
    expect_lines 5 ^device "$(facts)"
done
# A driver that was just loaded can fail once.
expect_status 0 failing nvmlDeviceGetCount=999x1 on two-gpus "$cdikit" generate
expect_lines 0 NVML "$ERR"

# A file that is no library, a library that is not NVML.
lib=/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1
for record in "file path=$lib content=\"text\"" "file path=$lib" "dir path=$lib" "lib path=$lib soname=libx.so.1" \
    "link path=$lib target=$lib" "link path=$lib target=/none"; do
    { cat "$TOP/tests/cli/fixtures/machines/no-nvml.machine" && echo "$record"; } >"$TMP/odd.machine"
    expect_status 0 timeout 20 "$fakenode" run "$TMP/odd.machine" -- "$cdikit" generate --format json
    expect_lines 1 'warning: .*NVML' "$ERR"
    expect_lines 5 ^device "$(facts)"
    expect_status 1 timeout 20 "$fakenode" run "$TMP/odd.machine" -- "$cdikit" generate --mode nvml
done
# The same of libnvidia-sandboxutils, which nobody needs.
lib=/usr/lib/x86_64-linux-gnu/libnvidia-sandboxutils.so.1
for record in "file path=$lib content=\"text\"" "dir path=$lib" "lib path=$lib soname=libx.so.1"; do
    { cat "$TOP/tests/cli/fixtures/machines/small.machine" && echo "$record"; } >"$TMP/odd.machine"
    expect_status 0 on "$TMP/odd.machine" "$cdikit" generate --device-name-strategy index
    expect_file "$TOP/tests/cli/expected/generate-small.yaml"
done

# ---- MIG devices without NVML: by capabilities, but without UUID ----
expect_status 0 failing nvmlInit=999 on mig-small "$cdikit" generate -q --format json --no-all-device \
    --device-name-strategy pci
expect_facts -E '^device|^.*gi.*: node .*caps' <<'END'
device 0000:3b:00.0-gi7-ci0
0000:3b:00.0-gi7-ci0: node /dev/nvidia-caps/nvidia-cap201 236:201 0444
0000:3b:00.0-gi7-ci0: node /dev/nvidia-caps/nvidia-cap202 236:202 0444
device 0000:3b:00.0-gi9-ci1
0000:3b:00.0-gi9-ci1: node /dev/nvidia-caps/nvidia-cap219 236:219 0444
0000:3b:00.0-gi9-ci1: node /dev/nvidia-caps/nvidia-cap221 236:221 0444
device 0000:5e:00.0
END

# ---- the kernel module and the libraries are of different versions ----
for mode in auto nvml pci; do
    expect_status 1 on mismatch "$cdikit" generate --mode "$mode" --output "$out"
    expect_err '570\.133\.20'
    expect_err '570\.86\.15'
    expect_err 'reboot|reload'
    check "the old file is left" test "$(cat "$out")" = old
done

# ---- no driver, no GPU ----
for machine in nodriver not-loaded; do
    expect_status 1 on "$machine" "$cdikit" generate --output "$out"
    check "a reason" test -n "$ERR"
    check "the old file is left" test "$(cat "$out")" = old
done

# ---- GPUs of others are not ours ----
expect_status 0 on other-vendors "$cdikit" generate -q --format json --device-name-strategy index \
    --disable-hook all
expect_facts -E '^(device|0: node)' <<'END'
device 0
0: node /dev/nvidia0 195:0 0666
0: node /dev/dri/card2 226:2 0660 gid=44
0: node /dev/dri/renderD130 226:130 0660 gid=44
device all
END

# ---- libnvidia-sandboxutils: whose files are the device's ----
caps='0:|device|^1:0'
FAKENODE_LOG=$TMP/log expect_status 0 on sandboxutils "$cdikit" generate -q --format json --no-all-device \
    --device-name-strategy index --disable-hook all
expect_lines 2 '^nvSandboxUtilsGetGpuResource' "$(cat "$TMP/log")"
rm -f "$TMP/log"
cp "$TMP/.out" "$TMP/asked.json"
expect_facts -E "^($caps)" <<'END'
device 0
0: node /dev/nvidia1 195:1 0666
0: node /dev/dri/card0 226:0 0660 gid=44
0: node /dev/dri/renderD128 226:128 0660 gid=44
0: gid 44
device 1:0
1:0: node /dev/nvidia0 195:0 0666
1:0: node /dev/nvidia-caps/nvidia-cap66 236:66 0444
1:0: node /dev/nvidia-caps/nvidia-cap67 236:67 0444
END
for how in "--feature-flag disable-nvsandboxutils" "--feature-flag disable-nvsandbox-utils"; do
    # shellcheck disable=SC2086
    FAKENODE_LOG=$TMP/log expect_status 0 on sandboxutils "$cdikit" generate -q --format json \
        --no-all-device --device-name-strategy index --disable-hook all $how
    check "the same" cmp "$TMP/asked.json" "$TMP/.out"
    expect_lines 0 nvSandboxUtils "$(cat "$TMP/log")"
    rm -f "$TMP/log"
done
# Whatever root the driver and the nodes are in, in a container they are at the usual paths.
sed 's|^lib path=|&/drv|' "$TOP/tests/cli/fixtures/machines/sandboxutils.machine" >"$TMP/drv.machine"
copy='for d in /drv /other; do mkdir -p $d/dev && cp -a /dev/nvidia* /dev/dri $d/dev; done && exec "$@"'
while read -r machine driver dev host; do
    # shellcheck disable=SC2016
    expect_status 0 on "$machine" sh -c "$copy" - "$cdikit" generate -q --format json --mode nvml \
        --no-all-device --device-name-strategy index --driver-root "$driver" --dev-root "$dev"
    expect_facts -E '^(0: (node|hook)|1:0: node)' <<END
0: node /dev/nvidia1${host:+=$host/dev/nvidia1} 195:1 0666
0: node /dev/dri/card0${host:+=$host/dev/dri/card0} 226:0 0660 gid=44
0: node /dev/dri/renderD128${host:+=$host/dev/dri/renderD128} 226:128 0660 gid=44
0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
1:0: node /dev/nvidia0${host:+=$host/dev/nvidia0} 195:0 0666
1:0: node /dev/nvidia-caps/nvidia-cap66${host:+=$host/dev/nvidia-caps/nvidia-cap66} 236:66 0444
1:0: node /dev/nvidia-caps/nvidia-cap67${host:+=$host/dev/nvidia-caps/nvidia-cap67} 236:67 0444
END
done <<END
$TMP/drv.machine /drv /drv /drv
$TMP/drv.machine /drv /other /other
$TMP/drv.machine /drv /
sandboxutils / /other /other
END
# A device that the library knows only in part is what NVML says of it; without graphics, no links.
# shellcheck disable=SC2016
expect_status 4 on sandboxutils sh -c 'rm /dev/nvidia-caps/nvidia-cap67 && exec "$@"' - "$cdikit" \
    generate --format json --no-all-device --device-name-strategy index
expect_err '/dev/nvidia-caps/nvidia-cap67 does not exist'
expect_facts -E '^device' <<'END'
device 0
END
# Nor is it one where NVML cannot tell the rest.
# shellcheck disable=SC2016
expect_status 4 failing nvmlDeviceGetMinorNumber=999 on sandboxutils \
    sh -c 'rm /dev/nvidia-caps/nvidia-cap67 && exec "$@"' - "$cdikit" \
    generate --format json --no-all-device --device-name-strategy index
expect_err 'MIG device 1:0.*left out: .*nvmlDeviceGetMinorNumber'
expect_facts -E '^device' <<'END'
device 0
END
expect_status 0 on sandboxutils "$cdikit" generate -q --format json --no-all-device \
    --device-name-strategy index
expect_facts -E '^1:0: hook' </dev/null
# One that fails is not needed, and the links are as without it.
for failure in nvSandboxUtilsInit=1 nvSandboxUtilsGetGpuResource=1 nvSandboxUtilsGetDriverVersion=1; do
    expect_status 0 failing "$failure" on sandboxutils "$cdikit" generate -q --format json \
        --device-id 0 --device-name-strategy index --no-all-device
    expect_facts -E '^0: (node|hook)' <<'END'
0: node /dev/nvidia1 195:1 0666
0: node /dev/dri/card0 226:0 0660 gid=44
0: node /dev/dri/renderD128 226:128 0660 gid=44
0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
END
done

# ---- one session with each library, and none where nothing is asked ----
log() { cat "$TMP/log" 2>/dev/null; }
for arguments in "" "--mode nvml" "--device-id 0" "--explain" "--feature-flag enable-coherent-annotations"; do
    # shellcheck disable=SC2086
    FAKENODE_LOG=$TMP/log expect_status 0 on sandboxutils "$cdikit" generate -q $arguments
    expect_lines 1 '^nvmlInit' "$(log)"
    expect_lines 1 '^nvmlShutdown$' "$(log)"
    expect_lines 1 '^nvSandboxUtilsInit' "$(log)"
    expect_lines 1 '^nvSandboxUtilsShutdown$' "$(log)"
    expect_lines 0 '^cu' "$(log)"
    rm -f "$TMP/log"
done
# Shut down after failures, too.
FAKENODE_LOG=$TMP/log expect_status 1 failing nvmlDeviceGetName=15 on two-gpus "$cdikit" generate
check "as many ends as beginnings" test "$(log | grep -c ^nvmlInit)" = "$(log | grep -c ^nvmlShutdown)"
rm -f "$TMP/log"
FAKENODE_LOG=$TMP/log expect_status 1 on two-gpus "$cdikit" generate --mode pci --device-id 9
FAKENODE_LOG=$TMP/log expect_status 0 on two-gpus "$cdikit" generate -q --mode pci
FAKENODE_LOG=$TMP/log expect_status 0 on two-gpus "$cdikit" generate -q --mode management
FAKENODE_LOG=$TMP/log expect_status 1 on two-gpus "$cdikit" generate --mode imex
for mode in gds mofed; do
    FAKENODE_LOG=$TMP/log expect_status 0 on gds "$cdikit" generate -q --mode "$mode"
done
for mode in gdrcopy nvswitch; do
    FAKENODE_LOG=$TMP/log expect_status 1 on gds "$cdikit" generate --mode "$mode"
done
FAKENODE_LOG=$TMP/log expect_status 2 on two-gpus "$cdikit" generate --mode bogus
check "no library was loaded" test ! -e "$TMP/log"
# Beneath a root that is another machine's nothing is loaded either.
tree two-gpus "$TMP/tree"
FAKENODE_LOG=$TMP/log expect_status 0 on two-gpus "$cdikit" generate -q --root "$TMP/tree"
FAKENODE_LOG=$TMP/log expect_status 2 on two-gpus "$cdikit" generate --root "$TMP/tree" --mode nvml
expect_err root
check "no library was loaded" test ! -e "$TMP/log"

finish
