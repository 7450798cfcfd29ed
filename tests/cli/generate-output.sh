#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate: how the file is written, and that nothing but the machine is in it.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "the output of generate"
tree two-gpus "$TMP/tree"
generate=("$cdikit" generate -q --root "$TMP/tree")
"${generate[@]}" >"$TMP/first.yaml" || exit 1
cd "$TMP" || exit 1

# same NAME COMMAND...: writes the bytes of the first document.
same() {
    local name=$1
    shift
    if "$@" >"$TMP/again.yaml" 2>"$TMP/.err" && cmp "$TMP/first.yaml" "$TMP/again.yaml"; then
        ok "the same bytes: $name"
    else
        not_ok "the same bytes: $name" "$(cat "$TMP/.err")"
    fi
}

# ---- the same bytes whatever is around ----
same "once more" "${generate[@]}"
for locale in C POSIX C.UTF-8 en_US.UTF-8 tr_TR.UTF-8 de_DE.ISO-8859-1 bogus ""; do
    same "locale '$locale'" env LC_ALL="$locale" LANG="$locale" "${generate[@]}"
done
same "hardly an environment" env -i PATH="$PATH" "${generate[@]}"
same "another environment" env TZ=Asia/Tokyo HOME=/none USER=nobody TERM=xterm COLUMNS=20 LINES=3 \
    TMPDIR=/none NO_COLOR=1 LD_BIND_NOW=1 "${generate[@]}"
same "in /" env -C / "${generate[@]}"
same "in the tree" env -C "$TMP/tree/usr" "${generate[@]}"
same "a relative root" "$cdikit" generate -q --root tree
same "another spelling of the root" "$cdikit" generate -q --root ./tree/../tree//
ln -s tree "$TMP/link"
same "a symlink to the root" "$cdikit" generate -q --root link
for mask in 000 022 077 777; do
    same "umask $mask" bash -c "umask $mask && exec \"\$@\"" - "${generate[@]}"
done
chmod 755 "$TMP"
same "another user" setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$cdikit" generate -q --root "$TMP/tree"
same "--verbose" "${generate[@]}" --verbose
same "--output -" "${generate[@]}" --output -
"${generate[@]}" --explain >"$TMP/.out"
check "--explain is no document" test "$(head -n 1 "$TMP/.out")" != ---

# Files of a tmpfs are listed from the youngest to the oldest.
reversed=$(mktemp -d /dev/shm/cdikit-test.XXXXXX) || reversed=$TMP/reversed
cleanup() { rm -rf --one-file-system "$reversed"; }
mkdir -p "$reversed/a" "$reversed/b"
(cd "$TMP/tree" && find . ! -type s | sort | tar -c --no-recursion -T -) | tar -x -C "$reversed/a"
(cd "$TMP/tree" && find . ! -type s | sort -r | tar -c --no-recursion -T -) | tar -x -C "$reversed/b"
dir=usr/lib/x86_64-linux-gnu
if [ "$(ls -U "$reversed/a/$dir")" = "$(ls -U "$reversed/b/$dir")" ]; then
    skip "the order of readdir" "there is no tmpfs in /dev/shm"
else
    "$cdikit" generate -q --root "$reversed/a" >"$TMP/a.yaml"
    "$cdikit" generate -q --root "$reversed/b" >"$TMP/b.yaml"
    check "whatever the order of readdir" cmp "$TMP/a.yaml" "$TMP/b.yaml"
    check "with libraries" grep -q libcuda "$TMP/a.yaml"
fi

# ---- at the real paths it is the same document ----
expect_status 0 on two-gpus "$cdikit" generate -q
expect_file "$TMP/first.yaml"
expect_status 0 on two-gpus "$cdikit" generate -q --mode pci
expect_file "$TMP/first.yaml"
expect_status 0 on two-gpus "$cdikit" generate -q --root /
expect_file "$TMP/first.yaml"

# ---- the file ----
out=$TMP/made/for/it/nvidia.yaml
for mask in 000 022 077; do
    rm -rf "$TMP/made"
    (umask $mask && "${generate[@]}" --output "$out")
    check "umask $mask: the file" cmp "$TMP/first.yaml" "$out"
    check "umask $mask: its mode" test "$(stat -c %a "$out")" = 644
    check "umask $mask: its directory" test "$(stat -c %a "$TMP/made/for")" = "$(printf %o $((0755 & ~mask)))"
done
# Replaced, not written into: who has the old one open reads the old one.
for old in 600 444 4755; do
    echo old >"$out"
    chmod $old "$out"
    exec 5<"$out"
    expect_status 0 "${generate[@]}" --output "$out"
    check "the old file is whole" test "$(cat <&5)" = old
    check "the new file" cmp "$TMP/first.yaml" "$out"
    check "its mode" test "$(stat -c %a "$out")" = 644
    exec 5<&-
done
check "nothing beside it" test "$(ls -A "${out%/*}")" = nvidia.yaml
inode=$(stat -c %i "$out")
expect_status 0 "${generate[@]}" --output "$out"
check "another file" test "$(stat -c %i "$out")" != "$inode"

# ---- a failure leaves the old file ----
echo old >"$out"
# left STATUS NAME COMMAND...
left() {
    local status=$1 name=$2
    shift 2
    expect_status "$status" "$@"
    check "$name: the old file is left" test "$(cat "$out")" = old
    check "$name: nothing is beside it" test "$(ls -A "${out%/*}")" = nvidia.yaml
    check "$name: a reason" test -n "$ERR"
}
left 1 "no such GPU" "${generate[@]}" --output "$out" --device-id 9
left 2 "wrong use" "${generate[@]}" --output "$out" --bogus
left 3 "no root" "$cdikit" generate --root /none --output "$out"
left 3 "no space" bash -c "ulimit -f 1; trap '' XFSZ; exec \"\$@\"" - "${generate[@]}" --output "$out"

# ---- where nothing can be written ----
: >"$TMP/file"
mkdir "$TMP/directory.yaml"
for target in "$TMP/file/x.yaml" "$TMP/directory.yaml" /dev/full /proc/none/x.yaml \
    "$TMP/$(printf 'n%.0s' {1..256}).yaml" "$TMP/loop/x.yaml"; do
    ln -sfn loop "$TMP/loop"
    expect_status 3 "${generate[@]}" --output "$target"
    expect_err "${target%/*}"
done
check "the directory is left" test -d "$TMP/directory.yaml" -a -z "$(ls -A "$TMP/directory.yaml")"
check "the file is left" test -f "$TMP/file"
check "/dev/full is left" test -c /dev/full
mkdir "$TMP/closed" && chmod 555 "$TMP/closed"
expect_status 3 setpriv --reuid 65534 --regid 65534 --clear-groups "${generate[@]}" \
    --output "$TMP/closed/x.yaml"
expect_err "closed/x.yaml.*Permission denied"
"${generate[@]}" >/dev/full 2>"$TMP/.err"
check "status 3 for a full disk" test $? = 3
check "and the reason" grep -q "No space left" "$TMP/.err"
"${generate[@]}" >&- 2>"$TMP/.err"
check "status 3 for a closed standard output" test $? = 3
check "and the reason" grep -q "standard output" "$TMP/.err"
"${generate[@]}" 2>&- >"$TMP/again.yaml"
check "status 0 without standard error" test $? = 0
check "the same document" cmp "$TMP/first.yaml" "$TMP/again.yaml"
"${generate[@]}" --output "$out" >&-
check "status 0 for a file without standard output" cmp "$TMP/first.yaml" "$out"
"${generate[@]}" --output "$out" <&- >&- 2>&-
check "status 0 for a file with nothing open" cmp "$TMP/first.yaml" "$out"

# ---- a FIFO and a device are written into ----
mkfifo "$TMP/fifo.yaml"
cat "$TMP/fifo.yaml" >"$TMP/again.yaml" &
expect_status 0 timeout 10 "${generate[@]}" --output "$TMP/fifo.yaml"
wait
check "through the FIFO" cmp "$TMP/first.yaml" "$TMP/again.yaml"
check "it is left" test -p "$TMP/fifo.yaml"
expect_status 0 "${generate[@]}" --output /dev/null
check "/dev/null is left" test -c /dev/null
expect_status 0 "${generate[@]}" --output /dev/stdout
expect_file "$TMP/first.yaml"

# ---- a link is replaced, and what it leads to is left; a descriptor's file is written ----
for target in victim none; do
    rm -f "$TMP/link.yaml"
    echo precious >"$TMP/victim"
    ln -s $target "$TMP/link.yaml"
    expect_status 0 "${generate[@]}" --output "$TMP/link.yaml"
    check "the link is a file now ($target)" test -f "$TMP/link.yaml" -a ! -L "$TMP/link.yaml"
    check "with the document ($target)" cmp "$TMP/first.yaml" "$TMP/link.yaml"
    check "nothing else is written ($target)" test "$(cat "$TMP/victim")" = precious -a ! -e "$TMP/none"
done
exec 7>"$TMP/seventh"
expect_status 0 "${generate[@]}" --output /dev/fd/7
exec 7>&-
check "through a descriptor" cmp "$TMP/first.yaml" "$TMP/seventh"

# ---- what is written is what the other commands read ----
expect_status 0 "$cdikit" validate --strict "$TMP/first.yaml"
for limit in "--max-cdi-version 0.5.0" "--for podman@4.3"; do
    # shellcheck disable=SC2086
    expect_status 0 "$cdikit" generate --root "$TMP/tree" $limit --format json
    expect_no_fact '^version 0\.[67]|: gid'
    expect_err 'additionalGids|groups'
done
# shellcheck disable=SC2086
expect_status 1 "$cdikit" generate --root "$TMP/tree" --max-cdi-version 0.3.0 --output "$TMP/none.yaml"
expect_status 2 "$cdikit" generate --root "$TMP/tree" --max-cdi-version 9 --output "$TMP/none.yaml"
expect_status 2 "$cdikit" generate --root "$TMP/tree" --for bogus@1 --output "$TMP/none.yaml"
expect_status 0 "$cdikit" generate -q --root "$TMP/tree" --max-cdi-version 0.3.0 --device-name-strategy type-index
check "no file" test ! -e "$TMP/none.yaml"

finish
