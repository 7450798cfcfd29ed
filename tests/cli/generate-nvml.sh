#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --mode nvml: which devices, what they are called and what is in them.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate by NVML"
gpu=GPU-11111111-2222-4333-8444-555555555555
other=GPU-66666666-7777-4888-9999-aaaaaaaaaaaa
mig=MIG-11111111-0000-4000-8000-000000000000
gfx=MIG-11111111-0000-4000-8000-000000000002

# generate MACHINE ARGUMENT...: as JSON, quietly, with status 0.
generate() {
    local machine=$1
    shift
    expect_status 0 on "$machine" "$cdikit" generate -q --format json "$@"
}

# ---- one GPU, the whole document ----
expect_status 0 on small "$cdikit" generate -q --device-name-strategy index
expect_file "$TOP/tests/cli/expected/generate-small.yaml"
expect_status 0 on small "$cdikit" generate -q --mode nvml --device-name-strategy index
expect_file "$TOP/tests/cli/expected/generate-small.yaml"
expect_status 0 on small "$cdikit" generate -q --mode pci --device-name-strategy index
expect_file "$TOP/tests/cli/expected/generate-small.yaml"

# ---- GPUs and MIG devices: nodes by minor, capabilities by the minor of the GPU ----
generate mig-small --device-name-strategy index --disable-hook all
expect_facts -v ^common <<'END'
version 0.7.0
kind nvidia.com/gpu
device 0:0
0:0: node /dev/nvidia1 195:1 0666
0:0: node /dev/nvidia-caps/nvidia-cap201 236:201 0444
0:0: node /dev/nvidia-caps/nvidia-cap202 236:202 0444
device 0:2
0:2: node /dev/nvidia1 195:1 0666
0:2: node /dev/dri/card0 226:0 0660 gid=44
0:2: node /dev/dri/renderD128 226:128 0660 gid=44
0:2: node /dev/nvidia-caps/nvidia-cap219 236:219 0444
0:2: node /dev/nvidia-caps/nvidia-cap221 236:221 0444
0:2: gid 44
device 1
1: node /dev/nvidia0 195:0 0666
device all
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidia1 195:1 0666
all: node /dev/dri/card0 226:0 0660 gid=44
all: node /dev/dri/renderD128 226:128 0660 gid=44
all: node /dev/nvidia-caps/nvidia-cap201 236:201 0444
all: node /dev/nvidia-caps/nvidia-cap202 236:202 0444
all: node /dev/nvidia-caps/nvidia-cap219 236:219 0444
all: node /dev/nvidia-caps/nvidia-cap221 236:221 0444
all: gid 44
END
# Links of DRM devices only for the one that does graphics; the mode of folders never for MIG.
generate mig-small --device-name-strategy index --enable-hook chmod
expect_facts -E '^[^c].* hook ' <<'END'
0:2: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
all: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
END
generate small --device-name-strategy index --enable-hook chmod --no-all-device
expect_facts -E '^0: hook ' <<'END'
0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:3b:00.0-card --link ../renderD128::/dev/dri/by-path/pci-0000:3b:00.0-render
0: hook chmod --mode 755 --path /dev/dri
END
# The number of GPUs and their instances is not bounded by one digit; GPU 2 has no instance.
generate mig-mixed --device-name-strategy index --disable-hook all --no-all-device
expect_facts -E '^(device|1:1: node|3:2: node)' <<'END'
device 0
device 1:0
device 1:1
1:1: node /dev/nvidia1 195:1 0666
1:1: node /dev/nvidia-caps/nvidia-cap156 236:156 0444
1:1: node /dev/nvidia-caps/nvidia-cap158 236:158 0444
device 1:2
device 1:3
device 1:4
device 3:0
device 3:1
device 3:2
3:2: node /dev/nvidia3 195:3 0666
3:2: node /dev/nvidia-caps/nvidia-cap417 236:417 0444
3:2: node /dev/nvidia-caps/nvidia-cap418 236:418 0444
END
# Sorted by their bytes.
generate a100x16 --device-name-strategy index
expect_facts ^device <<'END'
device 0
device 1
device 10
device 11
device 12
device 13
device 14
device 15
device 2
device 3
device 4
device 5
device 6
device 7
device 8
device 9
device all
END

# ---- names ----
generate mig-small --device-name-strategy type-index
expect_facts ^device <<'END'
device all
device gpu1
device mig0:0
device mig0:2
END
generate mig-small --device-name-strategy uuid --no-all-device
expect_facts ^device <<END
device $other
device $mig
device $gfx
END
generate mig-small --device-name-strategy pci --no-all-device
expect_facts ^device <<'END'
device 0000:3b:00.0-gi7-ci0
device 0000:3b:00.0-gi9-ci1
device 0000:5e:00.0
END
generate mig-small --no-all-device
expect_facts ^device <<END
device 0:0
device 0:2
device 1
device $other
device $mig
device $gfx
END
expect_status 2 on small "$cdikit" generate --device-name-strategy uuid,uuid
# The MIG devices of old drivers have a name that engines would refuse.
expect_status 4 on mig-old-names "$cdikit" generate --format json
expect_facts ^device <<'END'
device 0:0
device all
END
expect_err 'warning: MIG device 0:0 .*UUID.*name'
expect_status 1 on mig-old-names "$cdikit" generate --device-name-strategy uuid

# ---- ids ----
while read -r id names; do
    generate mig-small --device-id "$id" --device-name-strategy index --no-all-device
    expect_facts ^device < <(printf 'device %s\n' $names)
done <<END
1 1
$other 1
0:2 0:2
$gfx 0:2
$mig,1 0:0 1
1,0:0 0:0 1
all,1 0:0 0:2 1
1,all 0:0 0:2 1
0 0
$gpu 0
END
generate mig-small --device-id 0 --device-name-strategy index --disable-hook all --no-all-device
expect_facts '^0: node' <<'END'
0: node /dev/nvidia1 195:1 0666
0: node /dev/dri/card0 226:0 0660 gid=44
0: node /dev/dri/renderD128 226:128 0660 gid=44
END
for id in 2 0:1 1:0 9:9 GPU-00000000-0000-4000-8000-000000000000 MIG-00000000-0000-4000-8000-000000000000 \
    00000000-0000-4000-8000-000000000000 4294967296 99999999999999999999999 GPU-bogus; do
    expect_status 1 on mig-small "$cdikit" generate --device-id "$id" --output "$TMP/none.yaml"
    expect_err "$id"
done
for id in "" "1, 0:0" bogus -1 +1 0x1 1.0 0:0:0 0: :0 1,1 "1,$other" "1,"; do
    expect_status 2 on mig-small "$cdikit" generate --device-id "$id" --output "$TMP/none.yaml"
done
check "no file" test ! -e "$TMP/none.yaml"

# ---- all and none ----
for ids in none none,1 1,none; do
    expect_status 0 on mig-small "$cdikit" generate --format json --device-id "$ids"
    expect_facts -v '^common' <<'END'
version 0.3.0
kind nvidia.com/gpu
device none
none: env NVCT_EMPTY_DEVICE=
END
    expect_err "warning: .*all"
done
expect_status 0 on mig-small "$cdikit" generate -q --format json --device-id none --no-all-device
generate small --device-id none
expect_facts '^common: node' <<'END'
common: node /dev/nvidia-modeset 195:254 0666
common: node /dev/nvidia-uvm 511:0 0666
common: node /dev/nvidia-uvm-tools 511:1 0666
common: node /dev/nvidiactl 195:255 0666
END
expect_status 0 on mig-small "$cdikit" generate --format json --device-name-strategy index \
    --device-id all,none
expect_facts ^device <<'END'
device 0:0
device 0:2
device 1
END
expect_err "warning: .*all"

# ---- a GPU that only drives a display is described if it is asked for ----
generate dgx-display --device-name-strategy index --no-all-device
expect_facts ^device <<'END'
device 0
device 1
device 2
device 4
END
generate dgx-display --device-name-strategy index --no-all-device --device-id 3
expect_facts '^device\|/dev/nvidia[0-9]' <<'END'
device 3
3: node /dev/nvidia3 195:3 0666
END

# ---- a PCI domain beyond 16 bits; no MIG in the library ----
generate gh200 --device-name-strategy pci --no-all-device
expect_facts ^device <<'END'
device 0009:01:00.0
device 0019:01:00.0
END
generate old-390 --device-name-strategy index
expect_facts ^device <<'END'
device 0
device all
END

# ---- one document by the coherence of the GPUs' memory ----
generate gh200 --device-name-strategy index --feature-flag enable-coherent-annotations
expect_facts -E '^(version|kind|device|all: node /dev/nvidia)' <<'END'
version 0.7.0
kind nvidia.com/gpu
device 0
device 1
device all
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidia1 195:1 0666
version 0.7.0
kind nvidia.com/gpu.coherent
device 0
device all
all: node /dev/nvidia0 195:0 0666
version 0.7.0
kind nvidia.com/gpu.noncoherent
device 1
device all
all: node /dev/nvidia1 195:1 0666
END
expect_no_fact 'annotations|gpu\.nvidia\.com'
expect_lines 3 '^common: env NVIDIA_VISIBLE_DEVICES=void$' "$(facts)"
generate gh200 --device-name-strategy index
expect_facts ^kind <<<'kind nvidia.com/gpu'
# No addressing mode is "not coherent"; MIG devices are neither.
generate small --feature-flag enable-coherent-annotations
expect_facts ^kind <<'END'
kind nvidia.com/gpu
kind nvidia.com/gpu.noncoherent
END
generate mig --feature-flag enable-coherent-annotations
expect_facts ^kind <<<'kind nvidia.com/gpu'
generate small --feature-flag enable-coherent-annotations --class card
expect_facts -E '^(version|kind)' <<'END'
version 0.7.0
kind nvidia.com/card
version 0.7.0
kind nvidia.com/card.noncoherent
END
# Of a GPU that fails to tell, it is said that it is in neither.
untold=nvmlDeviceGetAddressingMode=999@0
FAKENODE_FAIL=$untold expect_status 0 on gh200 "$cdikit" generate --format json \
    --device-name-strategy index --feature-flag enable-coherent-annotations
expect_facts -E '^(kind|device)' <<'END'
kind nvidia.com/gpu
device 0
device 1
device all
kind nvidia.com/gpu.noncoherent
device 1
device all
END
expect_err 'in no document by coherence: nvmlDeviceGetAddressingMode failed'
# Nobody asked.
FAKENODE_FAIL=$untold expect_status 0 on gh200 "$cdikit" generate
expect_lines 0 coherence "$ERR"
for file in nv.yaml nv.json; do
    expect_status 0 on gh200 "$cdikit" generate -q --feature-flag enable-coherent-annotations \
        --output "$TMP/split/$file"
    check "no output" test -z "$OUT"
    for part in "" .coherent .noncoherent; do
        expect_status 0 "$cdikit" convert --format json "$TMP/split/${file%.*}$part.${file##*.}"
        expect_facts ^kind <<<"kind nvidia.com/gpu$part"
    done
done
expect_status 0 on gh200 "$cdikit" generate -q --feature-flag enable-coherent-annotations
check "YAML documents, each with its start" test "$(grep -c '^---$' "$TMP/.out")" = 3
expect_status 0 on gh200 "$cdikit" generate -q --feature-flag enable-coherent-annotations \
    --output /dev/stdout
check "so too by its name" test "$(grep -c '^kind:' "$TMP/.out")" = 3
# One that cannot be written is no reason for the others.
mkdir -p "$TMP/blocked/nv.coherent.yaml"
expect_status 3 on gh200 "$cdikit" generate -q --feature-flag enable-coherent-annotations \
    --output "$TMP/blocked/nv.yaml"
expect_err nv.coherent.yaml
expect_lines 1 . "$ERR"
check "the first is there" test -f "$TMP/blocked/nv.yaml"
check "the third is there" test -f "$TMP/blocked/nv.noncoherent.yaml"
mkdir "$TMP/blocked/nv.noncoherent.json"
mkdir "$TMP/blocked/nv.coherent.json"
expect_status 3 on gh200 "$cdikit" generate -q --feature-flag enable-coherent-annotations \
    --output "$TMP/blocked/nv.json"
expect_err nv.coherent.json
expect_err nv.noncoherent.json
check "six files" test "$(find "$TMP/split" -type f | wc -l)" = 6

finish
