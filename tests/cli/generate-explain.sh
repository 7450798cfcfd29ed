#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --explain: by capability, what was looked for, where, and what was found.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "generate --explain"
tree nodes "$TMP/tree"

# section NAME: the lines below that heading; entry NAME: the lines below that entry of it.
section() { awk -v name="$1" '/^[^ ]/ { on = $0 == name } on && /^ /' <<<"$OUT"; }
entry() { section "$1" | awk -v name="  $2" '/^  [^ ]/ { on = index($0, name) == 1 } on && /^    /'; }
# has NAME TEXT EXPECTED: it is this, but for white space in front.
has() { check "$1" test "$(sed 's/^ *//' <<<"$2")" = "$3"; }

expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree" --output "$TMP/none.yaml"
check "no file" test ! -e "$TMP/none.yaml"
expect_lines 0 '^---|cdiVersion' "$OUT"
for name in compute graphics firmware ipc binaries; do
    expect_lines 1 "^$name\$" "$OUT"
done
expect_lines 0 '^[^ ].*[^a-z0-9]' "$OUT"
has "a library by its capability" "$(entry compute '*.so.570.86.15')" /usr/lib64/libcuda.so.570.86.15
has "configuration" "$(entry compute OpenCL/vendors/nvidia.icd)" /etc/OpenCL/vendors/nvidia.icd
has "firmware" "$(entry firmware 'nvidia/570.86.15/gsp*.bin')" /lib/firmware/nvidia/570.86.15/gsp_ga10x.bin
has "a socket" "$(entry ipc nvidia-persistenced/socket)" /run/nvidia-persistenced/socket
has "a program" "$(entry binaries nvidia-smi)" /usr/bin/nvidia-smi
# What is not there has the places, in the order in which they were searched.
expect_lines 1 '^  nvidia-fabricmanager/socket: not found' "$OUT"
has "a socket that is not there" "$(entry ipc nvidia-fabricmanager/socket)" $'/run\n/var/run'
expect_lines 1 '^  nvidia-imex: not found' "$OUT"
has "a program that is not executable" "$(entry binaries nvidia-imex:)" "$(tr : '\n' <<<"$PATH")"
check "each place once" test -z "$(entry graphics libnvidia-egl-gbm.so | sort | uniq -d)"
for place in /usr/lib64 /usr/lib/x86_64-linux-gnu /usr/lib/aarch64-linux-gnu/nvidia/current /etc/ld.so.cache; do
    expect_lines 1 "^    $place\$" "$(entry graphics libnvidia-egl-gbm.so)"
done
cp "$TMP/.out" "$TMP/first"
LC_ALL=C.UTF-8 expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree"
check "the same again" cmp "$TMP/first" "$TMP/.out"
PATH=/opt/first:$PATH expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree"
has "PATH counts" "$(entry binaries nvidia-imex: | head -n 1)" /opt/first
expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree" --library-search-path /usr/lib64
has "the places that were given" "$(entry graphics libnvidia-egl-gbm.so)" /usr/lib64
expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree" --mode management
expect_lines 0 'libnvidia-egl-gbm|^display$' "$OUT"
has "a library" "$(entry compute '*.so.570.86.15')" /usr/lib64/libcuda.so.570.86.15

# ---- in the modes with files of their own; where the libraries are not there ----
expect_status 0 on orin "$cdikit" generate -q --explain
expect_out '/usr/lib/aarch64-linux-gnu/nvidia/libcuda\.so\.1\.1$'
expect_out '/usr/lib/aarch64-linux-gnu/nvidia/libabsent\.so: not found'
expect_status 0 on wsl2 "$cdikit" generate -q --explain
expect_out '/usr/lib/wsl/lib/libdxcore\.so$'
expect_lines 0 'not found' "$OUT"
expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree" --mode gds
expect_out '/etc/cufile\.json$'
while read -r mode pattern file; do
    expect_status 0 "$cdikit" generate -q --explain --root "$TMP/tree" --mode "$mode"
    check "what is looked for" grep -qxF "  $pattern" "$TMP/.out"
    check "what is found" grep -qxF "    $file" "$TMP/.out"
done <<'END'
management /dev/nvidia-caps/nvidia-cap* /dev/nvidia-caps/nvidia-cap2
imex /dev/nvidia-caps-imex-channels/channel* /dev/nvidia-caps-imex-channels/channel10
gds /dev/nvidia-fs* /dev/nvidia-fs0
gdrcopy /dev/gdrdrv /dev/gdrdrv
mofed /dev/infiniband/uverbs* /dev/infiniband/uverbs1
nvswitch /dev/nvidia-nvswitch* /dev/nvidia-nvswitch0
cuda-compat lib*.so.570.86.15 /usr/lib64
END
rm "$TMP/tree/dev/gdrdrv"
expect_status 1 "$cdikit" generate -q --explain --root "$TMP/tree" --mode gdrcopy
expect_out '^  /dev/gdrdrv: not found$'
rm "$TMP/tree/usr/lib64/libcuda.so.570.86.15"
expect_status 1 "$cdikit" generate -q --explain --root "$TMP/tree"
expect_out 'libcuda\.so\.570\.86\.15: not found'
expect_out '^ *//?usr/lib/x86_64-linux-gnu$'
tree nodes "$TMP/tree"


# ---- it is no document, and none is written ----
expect_status 0 "$cdikit" generate --explain --root "$TMP/tree" --output "$TMP/none.yaml"
expect_err "warning: nothing is written to $TMP/none.yaml"
check "no file" test ! -e "$TMP/none.yaml"

# ---- the exit status is that of the document ----
expect_status 1 "$cdikit" generate --explain --root "$TMP/tree" --device-id 7
expect_status 2 "$cdikit" generate --explain --root "$TMP/tree" --mode bogus
expect_status 4 on missing-node "$cdikit" generate --explain
expect_err 'left out: /dev/nvidia2'
"$cdikit" generate -q --explain --root "$TMP/tree" >/dev/full 2>"$TMP/.err"
check "status 3 for a full disk" test $? = 3

finish
