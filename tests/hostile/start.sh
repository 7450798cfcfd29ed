#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How a hook is started: with an image's environment, in its root directory, with descriptors that
# a runtime forgot, any umask; and what others see of it while it runs. CVE-2025-23266,
# CVE-2019-14271, CVE-2024-21626, CVE-2022-29162, CVE-2019-5736, CVE-2024-0135 as far as it is the
# hook's own program.
# shellcheck disable=SC2016,SC2034,SC2053 # evaluated by attack; patterns
# shellcheck source=tests/hostile/hostile.bash
. "$(dirname "$0")/hostile.bash"

evil=$TOP/tests/hostile/evil.c
LINKS=(create-symlinks --link libcuda.so.1::/usr/lib/libcuda.so)
mkdir "$SPACE/evil"
compile "$SPACE/evil/evil.so" -shared -fPIC -DLIBRARY "$evil"
compile "$SPACE/evil/evil" -static "$evil"

# --- the environment of the image --------------------------------------------------------------------

# What the image would have loaded, from its root directory, which is where runc starts a hook.
image_code='cp "$SPACE/evil/evil.so" "$ROOT/evil.so"; cp "$ROOT/evil.so" "$ROOT/EVIL.so"
    printf "module UTF-16// EVIL// EVIL 1\nmodule EVIL// UTF-16// EVIL 1\n" >"$ROOT/gconv-modules"
    mkdir -p "$ROOT$A" "$ROOT/evil/LC_CTYPE"'
PREPARE=$image_code WHERE=$ROOT
environment() { # NAME VARIABLE=VALUE...
    local name=$1
    shift
    BEFORE=(env "$@")
    attack "$name in the environment" 0 "${LINKS[@]}"
    BEFORE=()
}
environment LD_PRELOAD LD_PRELOAD=/proc/self/cwd/evil.so
environment LD_AUDIT LD_AUDIT=/proc/self/cwd/evil.so
environment GCONV_PATH GCONV_PATH=/proc/self/cwd OUTPUT_CHARSET=EVIL//
environment 'everything' LD_PRELOAD=/proc/self/cwd/evil.so LD_AUDIT=/proc/self/cwd/evil.so \
    LD_LIBRARY_PATH=/proc/self/cwd LD_BIND_NOW=1 LD_DEBUG=all LD_DEBUG_OUTPUT=/proc/self/cwd/debug \
    LD_PROFILE=libc.so.6 LD_PROFILE_OUTPUT=/proc/self/cwd GLIBC_TUNABLES=glibc.malloc.perturb=165 \
    GCONV_PATH=/proc/self/cwd OUTPUT_CHARSET=EVIL// CHARSET=EVIL// LOCPATH=/proc/self/cwd LC_ALL=evil \
    LANG=evil LANGUAGE=evil NLSPATH=/proc/self/cwd/%N TEXTDOMAINDIR=/proc/self/cwd MALLOC_CHECK_=3 \
    MALLOC_PERTURB_=165 MALLOC_TRACE=/proc/self/cwd/trace HOSTALIASES=/proc/self/cwd/evil.so \
    RES_OPTIONS=debug TMPDIR=/proc/self/cwd PATH=/proc/self/cwd IFS=/ HOME=/proc/self/cwd \
    ASAN_OPTIONS=log_path=/proc/self/cwd/asan

# The image's own ldconfig, name services and loader.
mkdir "$SPACE/evil/nss"
compile "$SPACE/evil/nss/libnss_evil.so.2" -shared -fPIC -DLIBRARY "$evil"
BEFORE=() WHERE=/
PREPARE=$image_code'; cp "$SPACE/evil/evil" "$ROOT/sbin/ldconfig"; cp "$SPACE/evil/evil" "$ROOT/sbin/ldconfig.real"'
attack 'ldconfig of the image' 0 "${LDCACHE[@]}"
PREPARE=$image_code'; printf "#!/none\n" >"$ROOT/sbin/ldconfig"; chmod 755 "$ROOT/sbin/ldconfig"
    echo "passwd: evil" >"$ROOT/etc/nsswitch.conf"; cp "$SPACE/evil/nss/"* "$ROOT/usr/lib/x86_64-linux-gnu"
    cp "$SPACE/evil/nss/"* "$ROOT/lib"'
attack 'name services of the image' 0 "${LDCACHE[@]}"

# --- descriptors, umask ------------------------------------------------------------------------------

# The state of its processes where they end.
REPORT=$SPACE/report LAUNCH=(-f "$HOST" -r "$SPACE/report")
reported() { grep -qE -- "^$1" "$REPORT"; }
PREPARE='rm -f "$REPORT"'
PROOF=after
AFTER='! reported "[a-z]+ fd ([0-9]+=($HOST|socket:)|(1[0-9]|20)=)"'
for words in "${LINKS[*]}" "${LDCACHE[*]}" "${COMPAT[*]}" "${CHMOD[*]}" "${SETUP[*]}"; do
    read -ra words <<<"$words"
    attack "${words[0]}: the descriptors of the runtime are closed" 0 "${words[@]}"
done

# Without standard output and error a file of the container gets their numbers.
LAUNCH=(-c) PREPARE='mkdir -p "$ROOT/etc/nvidia"'
AFTER='! grep -rqsE "writing|warning|cdikit" "$ROOT/etc"'
if has_devices; then
    attack 'no standard error: what it says goes into no file' 0 "${PROFILE[@]}"
else
    skip 'no standard error' "$WHY"
fi

modes_are() { # MODE PATTERN...: there is such a file, and each has the mode
    local file n=0 mode=$1
    shift
    for file; do
        [ -e "$file" ] || continue
        n=$((n + 1))
        [ "$(stat -c %a "$file")" = "$mode" ] || return 1
    done
    [ "$n" != 0 ]
}
PREPARE='rm -rf "$ROOT/etc/ld.so.conf.d"; echo 3.20 >"$ROOT/etc/alpine-release"'
for mask in 077 000; do
    LAUNCH=(-u "$mask")
    AFTER='modes_are 644 "$ROOT/etc/ld.so.cache" "$ROOT"/etc/ld-musl-* && modes_are 755 "$ROOT/etc"'
    attack "umask $mask: update-ldcache" 0 "${LDCACHE[@]}"
    AFTER='modes_are 644 "$ROOT/etc/ld.so.conf.d"/*compat* && modes_are 755 "$ROOT/etc/ld.so.conf.d"'
    attack "umask $mask: enable-cuda-compat" 0 "${COMPAT[@]}"
    if has_devices; then
        AFTER='modes_are 444 "$ROOT$PROFILE_FILE" && modes_are 555 "$ROOT$(dirname "$PROFILE_FILE")"'
        attack "umask $mask: update-application-profile" 0 "${PROFILE[@]}"
    else
        skip "umask $mask: update-application-profile" "$WHY"
    fi
done
# A directory that others may write to, the naive program makes only of these masks.
PROOF=after LAUNCH=(-u 077)
AFTER='modes_are 755 "$ROOT/opt" "$ROOT/opt/x"'
attack 'umask 077: create-symlinks' 0 create-symlinks --link a::/opt/x/link

# --- what others see -----------------------------------------------------------------------------------

LAUNCH=(-r "$SPACE/report") PREPARE='rm -f "$REPORT"' WHERE=$ROOT
for words in "${LINKS[*]}" "${LDCACHE[*]}" "${COMPAT[*]}" "${CHMOD[*]}" "${PROFILE[*]}" "${SETUP[*]}"; do
    read -ra words <<<"$words"
    # Of CAP_DAC_OVERRIDE and CAP_FOWNER some: 2 and 8.
    AFTER='reported "main CapEff 0{15}[028a]$" && reported "main CapPrm 0{15}[028a]$"'
    attack "${words[0]}: capabilities" 0 "${words[@]}"
    AFTER='reported "main CapInh 0{16}$" && reported "main CapAmb 0{16}$" && reported "main NoNewPrivs 1$"'
    attack "${words[0]}: no new privileges" 0 "${words[@]}"
    AFTER='reported "main neighbour" && ! reported "[a-z]+ neighbour [a-z/0]+=yes"'
    attack "${words[0]}: a neighbour cannot look into it" 0 "${words[@]}"
    AFTER='reported "main cwd /$"'
    attack "${words[0]}: it does not stay in the root directory of the container" 0 "${words[@]}"
    AFTER='reported "main exe" && ! reported "child "'
    PROOF=seen
    endured "${words[0]}: nothing else is started" 0 plain "${words[@]}" &&
        ok "${words[0]}: nothing else is started"
    PROOF=after
done
LAUNCH=() WHERE=/

# --- the root directory that it is told ------------------------------------------------------------------

state_root() { echo "{\"ociVersion\": \"1.0.2\", \"bundle\": \"$A/bundle\", \"root\": \"$1\"}" >"$STATE"; }
PROOF=seen AFTER=:
PREPARE='state_root /'
attack 'the root of the host: create-symlinks' 1 create-symlinks --link "x::$HOST/x"
attack 'the root of the host: chmod' 1 chmod --mode 755 --path "$HOST/dri"
PREPARE='state_root /..//.'
attack 'the root of the host by another name' 1 create-symlinks --link "x::$HOST/x"
PREPARE='ln -s / "$A/link"; state_root "$A/link"'
attack 'a link to the root of the host' 1 create-symlinks --link "x::$HOST/x"
# These would write to /etc of the host, or read its /dev.
PREPARE='state_root /'
BEFORE=(unshare -m sh -c "mount --bind '$HOST' /etc && mkdir -p /etc/nvidia && exec \"\$@\"" sh)
attack 'the root of the host: update-ldcache' 1 update-ldcache --folder /opt/none
attack 'the root of the host: enable-cuda-compat' 1 "${COMPAT[@]}" \
    --cuda-compat-container-root="$ROOT/usr/local/cuda/compat"
if has_devices; then
    BEFORE=(unshare -m sh -c "mount --bind '$HOST' /etc && mount --bind '$ROOT/dev' /dev && exec \"\$@\"" sh)
    attack 'the root of the host: update-application-profile' 1 "${PROFILE[@]}"
else
    skip 'the root of the host: update-application-profile' "$WHY"
fi
BEFORE=()
# The same directory by other names.
for root in "$ROOT/" "$ROOT//" "$ROOT/../rootfs" "$A/link" "$A/link/"; do
    PREPARE='ln -s bundle/rootfs "$A/link"; state_root "$root"'
    AFTER='compgen -G "$ROOT/etc/ld.so.conf.d/*compat*" >/dev/null &&
        grep -qx /usr/local/cuda/compat "$ROOT"/etc/ld.so.conf.d/*compat*'
    endured "root ${root#"$A/"}: enable-cuda-compat" 0 plain "${COMPAT[@]}" &&
        ok "root ${root#"$A/"}: enable-cuda-compat"
    AFTER='[ -s "$ROOT/etc/ld.so.cache" ]'
    endured "root ${root#"$A/"}: update-ldcache" 0 plain "${LDCACHE[@]}" &&
        ok "root ${root#"$A/"}: update-ldcache"
done
finish
