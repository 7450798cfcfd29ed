#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --mode csv: what the CSV files of Tegra systems list, and a discrete GPU beside.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate from CSV files"
lists=/etc/nvidia-container-runtime/host-files-for-container.d
lib=/usr/lib/aarch64-linux-gnu
igpu=GPU-f5c0f593-24c6-5cb1-93e2-42d3f7813c61 # of thor-dgpu
dgpu=GPU-3224a6ad-95a9-5a9f-a801-d1f05ffa2f21

# generate MACHINE ARGUMENT...: as JSON, quietly, with status 0.
generate() {
    local machine=$1
    shift
    expect_status 0 on "$machine" "$cdikit" generate -q --format json "$@"
}

# ---- the integrated GPU alone ----
generate orin
cp "$TMP/.out" "$TMP/orin.json"
expect_facts <<END
version 0.7.0
kind nvidia.com/gpu
device 0
0: node /dev/fb0 29:0 0666
0: node /dev/nvhost-ctrl 504:3 0666
0: node /dev/nvhost-gpu 504:6 0666
0: node /dev/nvidia0 195:0 0666
0: node /dev/nvidiactl 195:255 0666
0: node /dev/nvmap 10:62 0660 gid=44
0: node /dev/dri/card0 226:0 0660 gid=44
0: node /dev/dri/renderD128 226:128 0660 gid=44
0: node /dev/nvgpu/igpu0/ctrl 504:15 0666
0: gid 44
device all
all: node /dev/fb0 29:0 0666
all: node /dev/nvhost-ctrl 504:3 0666
all: node /dev/nvhost-gpu 504:6 0666
all: node /dev/nvidia0 195:0 0666
all: node /dev/nvidiactl 195:255 0666
all: node /dev/nvmap 10:62 0660 gid=44
all: node /dev/dri/card0 226:0 0660 gid=44
all: node /dev/dri/renderD128 226:128 0660 gid=44
all: node /dev/nvgpu/igpu0/ctrl 504:15 0666
all: gid 44
common: env NVIDIA_VISIBLE_DEVICES=void
common: hook create-symlinks --link libcuda.so.1::$lib/nvidia/libcuda.so --link libcuda.so.1.1::$lib/nvidia/libcuda.so.1 --link libnvidia-ptxjitcompiler.so.540.4.0::$lib/nvidia/libnvidia-ptxjitcompiler.so.1 --link libnvbufsurface.so.1.0.0::$lib/nvidia/libnvbufsurface.so
common: hook create-symlinks --link libcuda.so.1.1::$lib/nvidia/libcuda.so.1 --link libnvbufsurface.so.1.0.0::$lib/nvidia/libnvbufsurface.so --link nvidia/libcuda.so.1.1::$lib/libcuda.so --link $lib/nvidia/libnvbufsurface.so::$lib/libnvbufsurface.so
common: hook enable-cuda-compat --host-cuda-version=12.6 --cuda-compat-container-root=/usr/local/cuda/compat_orin
common: hook update-ldcache --folder $lib/nvidia
common: mount /etc/nv_tegra_release
common: mount /lib/firmware/tegra23x
common: mount /etc/vulkan/icd.d/nvidia_icd.json
common: mount $lib/nvidia/libEGL_nvidia.so.0
common: mount $lib/nvidia/libcuda.so.1.1
common: mount $lib/nvidia/libnvbufsurface.so.1.0.0
common: mount $lib/nvidia/libnvidia-ml.so.1
common: mount $lib/nvidia/libnvidia-ptxjitcompiler.so.540.4.0
common: mount $lib/nvidia/libnvrm_gpu.so
END
for arguments in "--mode csv" "--mode CSV" "--device-id 0" "--device-id all" "--feature-flag disable-multiple-csv-devices" \
    "--csv.file $lists/devices.csv --csv.file $lists/drivers.csv" "--csv.file $lists/devices.csv,$lists/drivers.csv" \
    "--csv.file $lists/devices.csv,$lists/none.csv,$lists/drivers.csv" "--csv.compat-container-root=" \
    "--csv.ignore-pattern *.so" "--csv.ignore-pattern libcuda.so.1"; do
    # shellcheck disable=SC2086
    generate orin $arguments
    check "the same document" cmp "$TMP/orin.json" "$TMP/.out"
done
expect_status 0 on orin sh -c "cd $lists && '$cdikit' generate -q --format json --csv.file devices.csv,../host-files-for-container.d/drivers.csv"
check "the same document by relative names" cmp "$TMP/orin.json" "$TMP/.out"

# ---- ids and names ----
generate orin --device-name-strategy type-index,index,uuid --no-all-device
expect_facts ^device <<'END'
device 0
device gpu0
END
for arguments in "--device-name-strategy uuid" "--device-id 1" "--device-id none" "--device-id 0:0" \
    "--device-id bogus" "--device-id 3c9e35f4-60c4-5a8f-b93c-b905f95aa5a6" "--csv.file /none.csv"; do
    # shellcheck disable=SC2086
    expect_status 1 on orin "$cdikit" cdi generate --mode csv $arguments --output "$TMP/none.yaml"
done
check "no file" test ! -e "$TMP/none.yaml"

# ---- options ----
generate orin --csv.compat-container-root /compat
expect_facts compat <<<'common: hook enable-cuda-compat --host-cuda-version=12.6 --cuda-compat-container-root=/compat'
generate orin --csv.ignore-pattern '**/libcuda.so*'
expect_facts -E 'hook create' <<END
common: hook create-symlinks --link libcuda.so.1::$lib/nvidia/libcuda.so --link libcuda.so.1.1::$lib/nvidia/libcuda.so.1 --link libnvidia-ptxjitcompiler.so.540.4.0::$lib/nvidia/libnvidia-ptxjitcompiler.so.1 --link libnvbufsurface.so.1.0.0::$lib/nvidia/libnvbufsurface.so
common: hook create-symlinks --link libnvbufsurface.so.1.0.0::$lib/nvidia/libnvbufsurface.so --link $lib/nvidia/libnvbufsurface.so::$lib/libnvbufsurface.so
END
generate orin --csv.ignore-pattern "$lib/*,$lib/nvidia/*"
expect_lines 1 'hook create-symlinks' "$(facts)"
generate orin --csv.ignore-pattern "/usr/*"
check "* stays in one directory" cmp "$TMP/orin.json" "$TMP/.out"
generate orin --csv.file "$lists/devices.csv" --csv.file "$lists/extra.csv"
expect_facts mount <<'END'
common: mount /etc/nv_tegra_release
common: mount /usr/bin/tegrastats
END
expect_no_fact update-ldcache
while read -r option variable value pattern; do
    generate orin "--csv.$option" "$value"
    expect_lines 1 "$pattern" "$(facts)"
    cp "$TMP/.out" "$TMP/first"
    expect_status 0 on orin env "NVIDIA_CTK_CDI_GENERATE_CSV_$variable=$value" "$cdikit" generate -q --format json
    check "the same by the variable" cmp "$TMP/first" "$TMP/.out"
    expect_status 0 on orin env "NVIDIA_CTK_CDI_GENERATE_CSV_$variable=/x" "$cdikit" generate -q --format json \
        "--csv.$option" "$value"
    check "the option is more" cmp "$TMP/first" "$TMP/.out"
done <<END
file FILES $lists/devices.csv,$lists/extra.csv mount./usr/bin/tegrastats
ignore-pattern IGNORE_PATTERNS /x,**/*.so hook.create-symlinks.--link.libcuda.so.1.1::$lib/nvidia/libcuda.so.1\$
compat-container-root CONTAINER_COMPAT_ROOT /c container-root=/c\$
END

# ---- without an answer of NVML there is no version to compare with ----
FAKENODE_FAIL=nvmlInit=999 generate orin --mode csv
expect_facts -E '^device|compat' <<'END'
device 0
device all
END
# A Tegra system is one without NVML, too.
FAKENODE_FAIL=nvmlInit=999 expect_status 0 on orin "$cdikit" generate --format json
expect_err 'warning: NVML is not used .*: the GPUs are described by CSV files'
expect_facts -E '^device|tegra_release' <<'END'
device 0
device all
common: mount /etc/nv_tegra_release
END
FAKENODE_FAIL=nvmlSystemGetCudaDriverVersion=999 generate orin --mode csv
expect_no_fact host-cuda-version

# ---- another machine's tree: nothing is loaded ----
tree orin "$TMP/tree"
expect_status 0 "$cdikit" generate -q --format json --root "$TMP/tree"
expect_facts < <(python3 "$TOP/tests/cli/facts.py" <"$TMP/orin.json" | grep -v enable-cuda-compat)
# A file that is not there is said, and without any entry there is nothing to write.
expect_status 1 "$cdikit" generate --root "$TMP/tree" --mode csv --csv.file /none.csv --output "$TMP/none.yaml"
expect_err /none.csv
: >"$TMP/tree/empty.csv"
expect_status 1 "$cdikit" generate --root "$TMP/tree" --mode csv --csv.file /empty.csv --output "$TMP/none.yaml"
expect_err /empty.csv
expect_status 0 "$cdikit" generate --root "$TMP/tree" --mode csv --csv.file "/none.csv,$lists/devices.csv"
expect_err 'warning: .*/none.csv'
rm "$TMP/tree/dev/"{fb0,nvhost*,nvmap,nvidia0,nvidiactl} "$TMP/tree/dev/dri/"*[0-9]* "$TMP/tree/dev/nvgpu/igpu0/ctrl"
expect_status 1 "$cdikit" generate --root "$TMP/tree" --output "$TMP/none.yaml"
expect_err "$lists/devices.csv"
check "no file" test ! -e "$TMP/none.yaml"

# ---- lines that are none; paths with commas and patterns ----
tree orin "$TMP/tree"
mkdir "$TMP/tree/data"
touch "$TMP/tree/data/a,b" "$TMP/tree/data/c1" "$TMP/tree/data/c2"
printf '%s\n' '# dev, /dev/fb0' '' ',' 'dev,' ',/dev/fb0' 'dev' 'DEV, /dev/fb0' 'file, /dev/fb0' $'\t' \
    $'  dev ,\t/dev/nvmap  ' 'lib, /data/a,b' 'lib,/data/c?' 'lib, /data/[' 'dir, /data/c1' 'dir,/data' \
    'dev, /data/c1' 'dev, /dev/dri' 'sym, /data/c1' 'lib, relative' $'dev, /dev/nvidiactl\r' >"$TMP/tree/list.csv"
expect_status 0 "$cdikit" generate -q --format json --root "$TMP/tree" --csv.file /list.csv --no-all-device
expect_facts -v -e ^version -e ^kind <<'END'
device 0
0: node /dev/nvidiactl 195:255 0666
0: node /dev/nvmap 10:62 0660 gid=44
0: gid 44
common: env NVIDIA_VISIBLE_DEVICES=void
common: mount /data
common: mount /data/a,b
common: mount /data/c1
common: mount /data/c2
common: mount /etc/nv_tegra_release
END
for kind in directory fifo loop big noise; do
    rm -rf "$TMP/tree/odd.csv"
    case $kind in
    directory) mkdir "$TMP/tree/odd.csv" ;;
    fifo) mkfifo "$TMP/tree/odd.csv" ;;
    loop) ln -s odd.csv "$TMP/tree/odd.csv" ;;
    big) truncate -s 3G "$TMP/tree/odd.csv" ;;
    noise) cp /bin/bash "$TMP/tree/odd.csv" ;;
    esac
    expect_status 0 timeout 20 "$cdikit" generate --format json --root "$TMP/tree" --csv.file /odd.csv,/list.csv
    expect_lines 2 '^device' "$(facts)"
done
printf 'dev, /dev/../../../../dev/fb0\nlib, ../../etc/passwd\n' >"$TMP/tree/list.csv"
expect_status 0 "$cdikit" generate -q --format json --root "$TMP/tree" --csv.file /list.csv --no-all-device
expect_facts '^0: node' <<<'0: node /dev/fb0 29:0 0666'
expect_no_fact passwd

# ---- a discrete GPU beside the integrated one ----
generate thor-dgpu --device-name-strategy index --no-all-device
expect_facts -E '^device|^[01]:|compat' <<'END'
device 0
0: node /dev/nvidia0 195:0 0666
0: node /dev/nvidia2 195:2 0666
0: node /dev/nvidiactl 195:255 0666
0: node /dev/nvmap 10:62 0660 gid=44
0: gid 44
device 1
1: node /dev/nvidia-modeset 195:254 0666
1: node /dev/nvidia-uvm 511:0 0666
1: node /dev/nvidia-uvm-tools 511:1 0666
1: node /dev/nvidia1 195:1 0666
1: node /dev/nvidiactl 195:255 0666
1: node /dev/nvmap 10:62 0660 gid=44
1: node /dev/dri/card2 226:2 0660 gid=44
1: node /dev/dri/renderD129 226:129 0660 gid=44
1: hook create-symlinks --link ../card2::/dev/dri/by-path/pci-0009:01:00.0-card --link ../renderD129::/dev/dri/by-path/pci-0009:01:00.0-render
1: gid 44
common: hook enable-cuda-compat --host-cuda-version=13.0
END
while read -r id name; do
    generate thor-dgpu --device-id "$id" --device-name-strategy index --no-all-device
    expect_facts ^device <<<"device $name"
done <<END
0 0
1 1
$igpu 0
$dgpu 1
END
# What is no GPU of these two is described by the files alone, and so must be 0.
generate thor-dgpu --feature-flag disable-multiple-csv-devices --device-name-strategy index --no-all-device
expect_facts -E '^device|^0: node' <<'END'
device 0
0: node /dev/nvidia0 195:0 0666
0: node /dev/nvidia1 195:1 0666
0: node /dev/nvidiactl 195:255 0666
0: node /dev/nvmap 10:62 0660 gid=44
END
for id in 2 0:0 MIG-11111111-0000-4000-8000-000000000000 GPU-00000000-0000-4000-8000-000000000000; do
    expect_status 1 on thor-dgpu "$cdikit" cdi generate --device-id "$id" --output "$TMP/none.yaml"
done
expect_status 1 on thor-dgpu "$cdikit" generate --device-id 1 --feature-flag disable-multiple-csv-devices
FAKENODE_FAIL=nvmlInit=999 generate thor-dgpu --mode csv --device-name-strategy index --no-all-device
expect_facts -E '^device|compat' <<<'device 0'
check "no file" test ! -e "$TMP/none.yaml"

# ---- where there are CSV files, but not a Tegra system's GPU, NVML decides ----
generate two-gpus
expect_lines 5 ^device "$(facts)"

finish
