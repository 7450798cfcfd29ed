#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody swaps a directory of the container and a symlink out of it while hooks run.
# CVE-2026-24260, CVE-2018-15664, CVE-2021-30465, CVE-2024-45310, CVE-2025-23359, CVE-2025-23267.
# shellcheck disable=SC2016 # evaluated
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

RUNS=${RUNS-400}

# racing NAME WORD...: PAIRS are paths, of which each is swapped with one of the same name and
# ".link". The naive program has to lose within as many runs; where the machine has more to do than
# this, and there is hardly a race, within some more.
racing() {
    local name=$1 flag said
    shift
    RUNS=$((RUNS * 10)) run_race "$NAIVE" '' "$@"
    if [[ $said != *lost=1* ]]; then
        not_ok "$name" "the naive program has not lost: $said"
        return
    fi
    for flag in '' -n; do
        run_race "$HOOK" "$flag" "$@"
        # Some runs must have come through, or it would be no race.
        if [[ $said != *' crashes=0 lost=0'* || $said = *successes=0* || -n $PROBLEMS ]]; then
            not_ok "$name${flag:+ (old kernel)}" "$said$PROBLEMS"
            return
        fi
    done
    ok "$name: $said"
}

# run_race PROGRAM FLAG WORD...: sets said and PROBLEMS.
run_race() {
    local program=$1 flag=$2 pair options=()
    shift 2
    anew
    eval "$PREPARE" || exit 1
    for pair in $PAIRS; do
        [ -e "$pair.link" ] || ln -s "$HOST/${pair##*/}" "$pair.link" || exit 1
        options+=(-x "$pair:$pair.link")
    done
    before_it 2000
    # shellcheck disable=SC2086 # a flag or none
    said=$(cd / && "$TOOLS/race" $flag -m -i "$STATE" "${WATCH[@]}" -r "$RUNS" "${options[@]}" \
        "$program" "$@" 2>&1)
    STATUS=0 MS=0 RSS=0 LEFT=0
    seen
}
WATCH=(-w "$HOST")

lib=$ROOT/usr/lib/x86_64-linux-gnu
# The names that the links lead to.
PREPARE='mkdir -p "$HOST"/cuda/compat "$HOST/opt" "$ROOT/opt"'
PAIRS=$lib
racing 'create-symlinks' create-symlinks --link libcuda.so.1::/usr/lib/x86_64-linux-gnu/libcuda.so \
    --link b::/usr/lib/x86_64-linux-gnu/new/libother.so
PAIRS=$ROOT/opt
racing 'create-symlinks makes directories' create-symlinks --link a::/opt/new/deep/link --link a::/opt/other/link
PAIRS="$lib $ROOT/etc/ld.so.conf.d"
racing 'update-ldcache' "${LDCACHE[@]}"
PAIRS=$ROOT/etc
racing 'update-ldcache, /etc' "${LDCACHE[@]}"
PAIRS="$ROOT/etc/ld.so.conf.d $ROOT/usr/local/cuda"
racing 'enable-cuda-compat' "${COMPAT[@]}"
PAIRS=$ROOT/dev/dri
racing 'chmod' chmod --mode 0755 --path /dev/dri
if has_devices; then
    PAIRS=$ROOT/etc/nvidia
    racing 'update-application-profile' "${PROFILE[@]}"
else
    skip 'update-application-profile' "$WHY"
fi
PAIRS="$ROOT/etc $lib"
racing 'setup-container' "${SETUP[@]}"

# Files and links to files of the host.
PREPARE='echo old >"$ROOT/etc/ld.so.cache"; echo /usr/lib >"$ROOT/etc/ld.so.conf"'
PAIRS="$ROOT/etc/ld.so.cache $ROOT/etc/ld.so.conf"
racing 'update-ldcache, its files' "${LDCACHE[@]}"

# A directory moves out of the container while `..` is looked up in it: what is three above
# opt/a/b/c, is three above moved/out/b/c then.
WATCH=(-d "$A/moved" -x "$ROOT/opt/a/b:$A/moved/out/b")
PREPARE='mkdir -p "$ROOT/opt/a/b/c" "$A/moved/out/b/c"'
PAIRS=
racing 'a directory moves out of the container' create-symlinks \
    --link "x::/opt/a/b/$(printf 'c/../%.0s' {1..600})../../y/link"
finish
