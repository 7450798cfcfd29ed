#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate --check: is a file what would be written now?
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
node=$TMP/node
file=$TMP/nvidia.yaml

expect_status 2 "$cdikit" generate --check
expect_err '--output FILE'
expect_status 2 "$cdikit" generate --check --output -
expect_status 2 "$cdikit" generate --check --explain --output "$file"
expect_err 'exclude each other'

if [ "$(id -u)" != 0 ] || [ ! -x "$BUILD/fakenode" ]; then
    skip "generate --check on a simulated node" "needs root and $BUILD/fakenode"
    finish
fi
"$BUILD/fakenode" build a100x8 "$node" || exit 1

# checked STATUS [OPTION...]: one check; what is there stays as it is.
checked() {
    local want=$1
    shift
    find "$TMP" -maxdepth 1 -printf '%f %i %s %T@\n' | grep -v '^\.\(out\|err\) \|^cdikit-test' | sort >"$TMP/.before"
    expect_status "$want" "$cdikit" generate --check --root "$node" --output "$file" "$@"
    find "$TMP" -maxdepth 1 -printf '%f %i %s %T@\n' | grep -v '^\.\(out\|err\) \|^cdikit-test' | sort >"$TMP/.after"
    sed -i '/^\.before\|^\.after/d' "$TMP/.before" "$TMP/.after"
    check "nothing is written" cmp "$TMP/.before" "$TMP/.after"
}

# ---- no file, no document ----
checked 1
expect_err 'nvidia\.yaml: cannot open: No such file'
check "no file" test ! -e "$file"
echo 'devices: [' >"$file"
checked 1
expect_err 'nvidia\.yaml:[0-9]+'
rm "$file" && mkfifo "$file"
checked 1
expect_err 'not a regular file'
rm "$file"

# ---- the same ----
"$cdikit" generate -q --root "$node" --output "$file" || exit 1
checked 0
check "no difference is printed" test -z "$OUT"
"$cdikit" generate -q --root "$node" --format json --output "$file" || exit 1
checked 0
# Devices in another order mean the same.
"$cdikit" generate -q --root "$node" --output "$file" --device-name-strategy uuid,index || exit 1
checked 0

# ---- another ----
"$cdikit" generate -q --root "$node" --output "$file" || exit 1
checked 1 --device-name-strategy index
expect_out '^--- .*nvidia\.yaml$'
expect_out '^-- name: GPU-'
expect_err 'not on this machine: GPU-'
checked 1 --vendor example.com
expect_err 'its kind is nvidia\.com/gpu, not example\.com/gpu'
checked 1 --device-name-strategy index,uuid,pci
expect_err 'missing: 0000:07:00\.0'
sed -i '0,/fileMode: .*/s//fileMode: 384/' "$file"
checked 1
expect_out '^-      fileMode: 384$'
expect_err 'different: '
checked 1 -q
check "quiet: only the difference" test -z "$ERR"
expect_out 'fileMode'
checked 1 --disable-hook all
expect_err 'different for every device'

# ---- not for all devices ----
rm "$node/dev/nvidia3"
"$cdikit" generate -q --root "$node" --output "$file"
checked 4
check "no difference is printed" test -z "$OUT"
checked 1 --strict
expect_err 'nothing is written, as --strict asks for'
rm -rf "$node/proc/driver" "$node/sys/bus/pci"
checked 1
finish
