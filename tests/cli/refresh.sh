#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit refresh: when it generates, when it does not, and what it survives.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
node=$TMP/node
file=$TMP/out/nvidia.yaml
state=$TMP/out/.nvidia.yaml.cdikit

# ---- wrong use needs no machine ----
expect_status 2 "$cdikit" refresh --output -
expect_err '--output FILE'
expect_status 2 "$cdikit" refresh --output ''
for seconds in x 1x -1 1.5 '' 86401 99999999999999999999; do
    expect_status 2 "$cdikit" refresh --wait="$seconds "
    expect_err 'number of seconds up to 86400'
done
expect_status 2 "$cdikit" refresh --wait 5
expect_err "unexpected operand '5'"
expect_status 2 "$cdikit" refresh --check
expect_status 2 "$cdikit" refresh --explain
expect_status 0 "$cdikit" refresh --help
expect_out '^ +--wait\[=SECONDS\]'
mkdir "$TMP/empty"
expect_status 1 "$cdikit" refresh --root "$TMP/empty" --output "$file"
check "no file" test ! -e "$file"

if [ "$(id -u)" != 0 ] || [ ! -x "$BUILD/fakenode" ]; then
    skip "refresh on a simulated node" "needs root and $BUILD/fakenode"
    finish
fi
"$BUILD/fakenode" build a100x8 "$node" || exit 1
rm -rf "$TMP/out"

# settled: what changes now is older than the kernel's tick when it is next looked at.
settled() { sleep 0.05; }

refresh() { "$cdikit" refresh --root "$node" --output "$file" --disable-hook all "$@"; }

# refreshed WHY: it is generated anew and written; the next time there is nothing to do.
refreshed() {
    settled
    expect_status 0 refresh -v
    expect_err "^cdikit refresh: rewritten: $1\$"
    nothing
}

# looked WHY: it is generated anew, but there was no need to write.
looked() {
    local before
    before=$(stat -c %i "$file")
    settled
    expect_status 0 refresh
    expect_err "^cdikit refresh: generated again, and still the same: $1\$"
    check "the file is left alone" test "$(stat -c %i "$file")" = "$before"
    nothing
}

# nothing: there is nothing to do, and no file is touched.
nothing() {
    local before
    before=$(stat -c '%i %Z %s' "$file" "$state")
    expect_status 0 refresh -v
    expect_err 'nothing to do: [0-9]+ facts are as they were'
    check "nothing is touched" test "$(stat -c '%i %Z %s' "$file" "$state")" = "$before"
}

# same: the file is what generate writes.
same() {
    check "it is what generate writes" "$cdikit" generate -q --check --root "$node" \
        --output "$file" --disable-hook all
}

# ---- the first time ----
refreshed 'nothing is known of an earlier time'
same
check "mode of the state" test "$(stat -c %a "$state")" = 600
check "mode of the document" test "$(stat -c %a "$file")" = 644
check "nothing else is left there" test "$(find "$TMP/out" -type f | wc -l)" = 2
expect_status 0 refresh
check "without --verbose nothing is said" test -z "$OUT$ERR"
expect_status 0 "$cdikit" list --names --spec-dir "$TMP/out"
check "engines do not load the state" test -z "$ERR"
expect_status 0 refresh --force
expect_err 'rewritten: as --force asks for'
nothing

# ---- the document ----
rm "$file"
refreshed '.*/nvidia\.yaml vanished'
echo '# comment' >>"$file"
refreshed '.*/nvidia\.yaml changed'
cp -p "$file" "$file.new" && mv "$file.new" "$file"
looked '.*/nvidia\.yaml changed'
chmod 600 "$file"
refreshed '.*/nvidia\.yaml changed'
check "mode of the document" test "$(stat -c %a "$file")" = 644

expect_status 0 "$cdikit" refresh --root "$node" --output "$TMP/other/nvidia.yml" --disable-hook all
check "one warning that engines do not load it" test "$(grep -c 'engines load only' <<<"$ERR")" = 1

# ---- device nodes ----
mv "$node/dev/nvidia3" "$TMP/nvidia3"
settled
expect_status 4 refresh
expect_err 'GPU [0-9] .* is left out'
expect_err 'rewritten: /dev/nvidia3 vanished'
expect_status 4 refresh
expect_err 'generated again, and still the same: nothing is known'
mv "$TMP/nvidia3" "$node/dev/nvidia3"
refreshed 'nothing is known of an earlier time'
same
chmod 600 "$node/dev/nvidia3"
refreshed '/dev/nvidia3 changed'
chgrp 44 "$node/dev/nvidia3"
refreshed '/dev/nvidia3 changed'
rm "$node/dev/nvidia3" && mknod -m 666 "$node/dev/nvidia3" c 195 33
refreshed '/dev/nvidia3 changed'
same
rm -f "$node/dev/nvidia-modeset"
refreshed '/dev/nvidia-modeset vanished'
mknod -m 666 "$node/dev/nvidia-modeset" c 195 254
refreshed '/dev/nvidia-modeset appeared'
same

# ---- libraries, configuration, programs ----
lib=$(cd "$node" && echo usr/lib/x86_64-linux-gnu/libcuda.so.*.*)
touch "$node/$lib"
looked "/$lib changed"
cp "$node/$lib" "${node}/${lib/libcuda/libnvidia-new}"
refreshed '/usr/lib/x86_64-linux-gnu changed'
rm "${node}/${lib/libcuda/libnvidia-new}"
refreshed '/usr/lib/x86_64-linux-gnu changed'
touch "$node/etc/ld.so.cache"
looked '/etc/ld\.so\.cache changed'
mkdir -p "$node/usr/share/nvidia" && echo x >"$node/usr/share/nvidia/nvoptix.bin.new"
mkdir -p "$node/usr/share/egl/egl_external_platform.d"
settled
expect_status 0 refresh -q
echo '{}' >"$node/usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json"
refreshed '/usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json (appeared|changed)'
rm "$node/usr/bin/nvidia-smi"
refreshed '/usr/bin/nvidia-smi vanished'
same

# ---- what the kernel shows ----
info=$(cd "$node" && echo proc/driver/nvidia/gpus/*/information)
info=${info%% *}
sed -i 's/^IRQ:.*/IRQ: 9999/' "$node/$info"
nothing
sed -i 's/GPU-[0-9a-f]*-/GPU-00000000-/' "$node/$info"
refreshed "/$info changed"
check "the new UUID" grep -q GPU-00000000- "$file"
mkdir -p "$node/proc/driver/nvidia/capabilities/gpu0/mig/gi1/ci0"
settled
expect_status 4 refresh
expect_err 'rewritten: /proc/driver/nvidia/capabilities/gpu0/mig (appeared|changed)'
rm -r "$node/proc/driver/nvidia/capabilities/gpu0/mig/gi1"
settled
expect_status 0 refresh
nothing
mkdir -p "$node/sys/bus/pci/devices/0001:00:00.0"
looked '/sys/bus/pci/devices changed'

# ---- what is asked for ----
settled
expect_status 0 refresh --class card
expect_err 'rewritten: something else is asked for'
refreshed 'something else is asked for'
mkdir -p "$node/etc/nvidia-container-runtime" "$node/opt"
cp -a "$node/dev" "$node/usr" "$node/etc" "$node/opt/"
printf '[nvidia-container-cli]\nroot = "/opt"\n' >"$node/etc/nvidia-container-runtime/config.toml"
refreshed 'something else is asked for'
check "the configured driver root" grep -q '/opt/usr/lib' "$file"
rm "$node/opt/dev/nvidia5"
settled
expect_status 4 refresh
expect_err 'rewritten: /opt/dev/nvidia5 vanished'
rm "$node/etc/nvidia-container-runtime/config.toml"
settled
expect_status 0 refresh

# ---- who asks does not matter ----
for where in PATH=/sbin:/bin PATH=/usr/bin:/opt/nowhere PATH= XDG_DATA_DIRS=/opt/share; do
    expect_status 0 env "$where" "$cdikit" refresh -v --root "$node" --output "$file" --disable-hook all
    expect_err 'nothing to do'
done

# ---- the state ----
damaged='what is known of an earlier time is damaged, or of another version'
echo garbage >"$state"
looked "$damaged"
head -c 700 "$state" >"$TMP/torn" && cat "$TMP/torn" >"$state"
looked "$damaged"
sed -i '1s/[0-9.]*$/0.0.0/' "$state"
looked "$damaged"
: >"$state"
looked 'nothing is known of an earlier time'
head -c 300000 /dev/urandom >"$state"
looked "$damaged"
for replace in 'ln -s victim' 'ln -s /nowhere/x' mkfifo; do
    echo precious >"$TMP/out/victim"
    rm "$state"
    $replace "$state"
    looked 'nothing is known of an earlier time'
    check "the state is a file ($replace)" test -f "$state" -a ! -L "$state"
    check "nothing else is written ($replace)" grep -qx precious "$TMP/out/victim"
done
rm "$TMP/out/victim"
chmod 666 "$state"
looked 'nothing is known of an earlier time'
check "mode of the state" test "$(stat -c %a "$state")" = 600
rm "$state" && mkdir "$state"
expect_status 3 refresh
expect_err '\.nvidia\.yaml\.cdikit: cannot remove what is in the place of a file'
rmdir "$state"
refresh -q

# ---- the directory and the document are no place to write ----
rm -f "$file" && mkfifo "$file"
expect_status 3 refresh
expect_err 'not a regular file'
rm "$file"
expect_status 0 refresh
if mkdir "$TMP/ro" && mount -t tmpfs cdikit-test "$TMP/ro" 2>/dev/null; then
    # shellcheck disable=SC2317 # lib.sh calls it
    cleanup() { umount "$TMP/ro"; }
    "$cdikit" refresh -q --root "$node" --output "$TMP/ro/nvidia.yaml" --disable-hook all
    mount -o remount,ro "$TMP/ro"
    expect_status 0 "$cdikit" refresh -v --root "$node" --output "$TMP/ro/nvidia.yaml" \
        --disable-hook all
    expect_err 'nothing to do'
    touch "$node/$lib"
    expect_status 3 "$cdikit" refresh --root "$node" --output "$TMP/ro/nvidia.yaml" \
        --disable-hook all
    expect_err 'Read-only file system'
else
    skip "a read-only directory" "no tmpfs can be mounted"
fi
expect_status 0 refresh

# ---- a failure leaves what is there ----
cp "$file" "$TMP/kept.yaml"
mv "$node/proc/driver" "$TMP/driver"
settled
expect_status 1 refresh
check "the document stays" cmp "$file" "$TMP/kept.yaml"
expect_status 1 refresh
mv "$TMP/driver" "$node/proc/driver"
settled
expect_status 0 refresh
nothing

# ---- --wait ----
expect_status 0 refresh -v --wait
expect_err 'nothing to do'
expect_status 0 refresh --wait=0 --force
mv "$node/proc/driver" "$TMP/driver"
expect_status 1 refresh --wait=0
expect_err 'not ready after 0 s: the NVIDIA driver is not loaded: there is no /proc/driver/nvidia/version'
(sleep 1 && mv "$TMP/driver" "$node/proc/driver") &
settled
expect_status 0 refresh -v --wait=20
expect_err 'waiting for the driver: the NVIDIA driver is not loaded'
wait
mv "$node/dev/nvidia2" "$TMP/nvidia2"
expect_status 1 refresh --wait=0
expect_err 'not ready after 0 s: there is no /dev/nvidia2'
mv "$TMP/nvidia2" "$node/dev/nvidia2"
sed -i 's/GPU-00000000-[0-9a-f-]*/GPU-????????-????-????-????-????????????/' "$node/$info"
expect_status 1 refresh --wait=0
expect_err 'GPU 0000:[0-9a-f:.]* has no UUID and number in /proc/driver/nvidia/gpus'
mv "$node/${info%/*}" "$TMP/gpu"
expect_status 1 refresh --wait=0
expect_err 'GPU 0000:[0-9a-f:.]* is not in /proc/driver/nvidia/gpus'
mv "$TMP/gpu" "$node/${info%/*}"
sed -i 's/GPU-?.*/GPU-00000000-1111-2222-3333-444444444444/' "$node/$info"
settled
expect_status 0 refresh --wait=0

# ---- --wait bounds the wait for another refresh, too ----
touch "$node/$lib"
settled
exec 9<"$state"
flock 9
start=$SECONDS
expect_status 3 refresh -v --wait=1
expect_err 'waiting for another refresh, which has locked .*/\.nvidia\.yaml\.cdikit$'
expect_err '/\.nvidia\.yaml\.cdikit: still locked after 1 s: another refresh'
check "it has waited for a second, not longer" test $((SECONDS - start)) -le 3
expect_status 3 refresh --wait=0
(sleep 1 && flock -u 9) &
expect_status 0 refresh --wait=20
expect_err 'generated again, and still the same'
wait
exec 9<&-

# ---- a driver root that comes and goes ----
mkdir -p "$node/run/driver" && cp -a "$node/usr" "$node/etc" "$node/run/driver/"
rooted() { refresh --driver-root /run/driver --dev-root / "$@"; }
settled
expect_status 0 rooted
mv "$node/run/driver" "$TMP/driver-root"
expect_status 1 rooted --wait=0
expect_err 'not ready after 0 s: cannot open the driver root /run/driver'
(sleep 1 && mv "$TMP/driver-root" "$node/run/driver") &
expect_status 0 rooted -v --wait=20
expect_err 'waiting for the driver: cannot open the driver root /run/driver'
wait
expect_status 0 refresh

# ---- several at once: one does it, all end well ----
for round in 1 2 3; do
    rm -f "$file" "$state"
    for i in $(seq 20); do
        refresh -v >"$TMP/said.$i" 2>&1 &
        eval "job$i=$!"
    done
    failed=0
    for i in $(seq 20); do
        eval "wait \$job$i" || failed=$((failed + 1))
    done
    check "round $round: none fails" test "$failed" = 0
    check "round $round: one writes" test "$(cat "$TMP"/said.* | grep -c 'rewritten')" = 1
    check "round $round: the others find it done" test "$(cat "$TMP"/said.* | grep -c 'nothing to do')" = 19
    same
done

# ---- killed at any moment: the old document or the new one, and the next time all is well ----
"$cdikit" generate -q --root "$node" --output "$TMP/a.yaml" --disable-hook all
mv "$node/dev/nvidia-modeset" "$TMP/modeset"
"$cdikit" generate -q --root "$node" --output "$TMP/b.yaml" --disable-hook all
mv "$TMP/modeset" "$node/dev/nvidia-modeset"
for i in $(seq 40); do
    if [ $((i % 2)) = 1 ]; then
        mv "$node/dev/nvidia-modeset" "$TMP/modeset"
    else
        mv "$TMP/modeset" "$node/dev/nvidia-modeset"
    fi
    "$cdikit" refresh -q --root "$node" --output "$file" --disable-hook all &
    pid=$!
    sleep "$(printf '0.%03d' $((RANDOM % 12)))"
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    cmp -s "$file" "$TMP/a.yaml" || cmp -s "$file" "$TMP/b.yaml" || cp "$file" "$TMP/bad.$i"
done
check "killed: the old or the new" test "$(find "$TMP" -name 'bad.*' | wc -l)" = 0
settled
expect_status 0 refresh
same
nothing

# ---- where NVML answers: it is asked while generating, and never else ----
cat >"$TMP/on-node" <<'END'
"$1" refresh -q --disable-hook all || exit 1
sleep 0.05
# What was made just before the first one is looked at once more.
"$1" refresh -q --disable-hook all || exit 1
LD_DEBUG=files "$1" refresh -v --disable-hook all >"$2/nothing" 2>&1 || exit 1
LD_DEBUG=files "$1" refresh --force --disable-hook all >"$2/force" 2>&1 || exit 1
"$1" list --names
END
expect_status 0 "$BUILD/fakenode" --share "$TMP" run mig -- bash "$TMP/on-node" "$cdikit" "$TMP"
expect_out '^nvidia\.com/gpu=MIG-'
check "nothing to do" grep -q 'nothing to do' "$TMP/nothing"
check "NVML is not loaded for that" test "$(grep -c libnvidia-ml "$TMP/nothing")" = 0
check "NVML is loaded to generate" grep -q libnvidia-ml "$TMP/force"

# ---- a relative name is another file where the working directory is another ----
cat >"$TMP/on-node" <<'END'
asks() { cd "$3" && "$1" refresh --disable-hook all --output "$2/csv/nvidia.yaml" --csv.file list.csv "${@:4}"; }
mkdir "$2/a" "$2/b"
cp /etc/nvidia-container-runtime/host-files-for-container.d/devices.csv "$2/a/list.csv"
cp "$2/a/list.csv" "$2/b/list.csv"
asks "$1" "$2" "$2/a" -q || exit 1
sleep 0.05
asks "$1" "$2" "$2/a" -q || exit 1
asks "$1" "$2" "$2/a" -v || exit 1
asks "$1" "$2" "$2/b"
END
expect_status 0 "$BUILD/fakenode" --share "$TMP" run orin -- bash "$TMP/on-node" "$cdikit" "$TMP"
expect_err 'nothing to do'
expect_err 'something else is asked for'

# ---- several documents: each is left alone if it is right ----
cat >"$TMP/on-node" <<'END'
split() { "$1" refresh --disable-hook all --output "$2/split/nvidia.yaml" "${@:3}"; }
others() { stat -c '%n %i' "$1/split/nvidia.yaml" "$1/split/nvidia.noncoherent.yaml"; }
parts='--feature-flag enable-coherent-annotations'
split "$1" "$2" $parts -q 2>&1 || exit 1
sleep 0.05
split "$1" "$2" $parts -q 2>&1 || exit 1
others "$2" >"$2/before"
rm "$2/split/nvidia.coherent.yaml"
split "$1" "$2" $parts 2>&1 || exit 1
others "$2" >"$2/after"
END
run_split() { expect_status 0 "$BUILD/fakenode" --share "$TMP" run gh200 -- bash "$TMP/on-node" "$cdikit" "$TMP"; }
run_split
expect_out 'rewritten: .*/nvidia\.coherent\.yaml vanished'
check "the two others are left alone" cmp "$TMP/before" "$TMP/after"

# ---- what was written and is no document any more is removed ----
files() { (cd "$TMP/split" && echo *); }
rm -rf "$TMP/split"
cat >"$TMP/on-node" <<'END'
split() { "$1" refresh --disable-hook all --output "$2/split/nvidia.yaml" "${@:3}"; }
parts='--feature-flag enable-coherent-annotations'
split "$1" "$2" $parts -q || exit 1
"$1" generate -q --check --disable-hook all --output "$2/split/nvidia.yaml" $parts || exit 1
"$1" generate --check --disable-hook all --output "$2/split/nvidia.yaml" 2>"$2/surplus" && exit 1
cd "$2/split" && split "$1" . -v --output nvidia.yaml
END
run_split
check "surplus" grep -q '/nvidia\.coherent\.yaml is surplus: it would not be written now' "$TMP/surplus"
check "surplus" test "$(wc -l <"$TMP/surplus")" = 2
expect_err '\./nvidia\.noncoherent\.yaml is removed'
expect_err 'rewritten: something else is asked for'
check "only the document of all is left" test "$(files)" = nvidia.yaml

cat >"$TMP/on-node" <<'END'
split() { "$1" refresh --disable-hook all --output "$2/split/nvidia.yaml" "${@:3}"; }
split "$1" "$2" --feature-flag enable-coherent-annotations -q || exit 1
echo '# mine' >>"$2/split/nvidia.coherent.yaml"
split "$1" "$2" --force
END
run_split
expect_err 'warning: .*/nvidia\.coherent\.yaml is left, though it would not be written now'
check "what was edited is left" test "$(files)" = 'nvidia.coherent.yaml nvidia.yaml'
rm "$TMP/split/nvidia.coherent.yaml"

# Also when a device is left out, and of that time, too.
cat >"$TMP/on-node" <<'END'
split() { "$1" refresh --disable-hook all --output "$2/split/nvidia.yaml" "${@:3}"; }
parts='--feature-flag enable-coherent-annotations'
split "$1" "$2" $parts -q || exit 1
rm /dev/nvidia1
split "$1" "$2" $parts -q
[ $? = 4 ] && cd "$2/split" && echo * >../partial
split "$1" "$2" -q
[ $? = 4 ]
END
run_split
check "no GPU, no document" grep -qx 'nvidia.coherent.yaml nvidia.yaml' "$TMP/partial"
check "only the document of all is left" test "$(files)" = nvidia.yaml
finish
