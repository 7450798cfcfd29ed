#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-hook prestart, and nvidia-container-runtime-hook: what it executes, and when it does not.
. "$(dirname "$0")/../lib.sh"
unset NVIDIA_CTK_CONFIG_FILE_PATH
mkdir -p "$TMP/bin" "$TMP/bundle" "$TMP/etc" "$TMP/cli"
export XDG_CONFIG_HOME=$TMP/none
ln -s "$BUILD/cdikit-hook" "$TMP/bin/nvidia-container-runtime-hook"
ln -s "$BUILD/cdikit-hook" "$TMP/bin/nvidia-container-toolkit"
hook=$TMP/bin/nvidia-container-runtime-hook
config=$TMP/etc/config.toml

# An nvidia-container-cli that tells what it was called with.
cat >"$TMP/cli/nvidia-container-cli" <<'CLI'
#!/bin/sh
printf '%s\n' "$0" "$@"
env | grep -E '^(PATH|EXTRA|KEPT)=' | sort
CLI
chmod 755 "$TMP/cli/nvidia-container-cli"

# bundle PROCESS-MEMBERS [ROOT-PATH]: a config.json.
bundle() {
    printf '{"ociVersion":"1.0.2","x-new":[1],"process":{%s},"root":{"path":"%s"}}' \
        "$1" "${2:-rootfs}" >"$TMP/bundle/config.json"
}
privileged='"capabilities":{"bounding":["CAP_SYS_ADMIN"]}'
state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":4711,\"bundle\":\"$TMP/bundle\"}"

# prestart STATUS [WORD...]: runs the hook, by default with -config "$config" prestart.
prestart() {
    local status=$1
    shift
    [ $# -gt 0 ] || set -- "$hook" -config "$config" prestart
    expect_status "$status" env PATH="$TMP/cli:/usr/bin:/bin" KEPT=old EXTRA=old "$@" <<<"$state"
}

# config LINES: writes config.toml.
config() { printf '%s\n' "$1" >"$config"; }

# ---- what nvidia-container-cli gets ----
config ''
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0,GPU-1"]'
prestart 0
cat >"$TMP/expected" <<EOF
$TMP/cli/nvidia-container-cli
--load-kmods
configure
--cuda-compat-mode=ldconfig
--ldconfig=@/sbin/ldconfig
--device=0,GPU-1
--compute
--utility
--pid=4711
$TMP/bundle/rootfs
EXTRA=old
KEPT=old
PATH=$TMP/cli:/usr/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin
EOF
[ ! -e /sbin/ldconfig.real ] || sed -i 's|@/sbin/ldconfig|&.real|' "$TMP/expected"
expect_file "$TMP/expected"
check "nothing but that is said" test -z "$ERR"

# By its own name, and by the older one.
prestart 0 "$BUILD/cdikit-hook" prestart -config="$config"
expect_file "$TMP/expected"
prestart 0 "$TMP/bin/nvidia-container-toolkit" --config="$config" prestart ignored
expect_file "$TMP/expected"
prestart 0 env NVIDIA_CTK_CONFIG_FILE_PATH="$config" "$hook" prestart
expect_file "$TMP/expected"
prestart 0 env NVIDIA_CTK_CONFIG_FILE_PATH="$config" "$hook" -config= prestart
expect_file "$TMP/expected"
# Without any config.toml: defaults.
prestart 0 "$hook" prestart
expect_file "$TMP/expected"
# A relative root is in the bundle, wherever the hook is started; an older runtime's state.
state="{\"pid\":4711,\"bundlePath\":\"$TMP/bundle\"}"
prestart 0 env -C / "$hook" -config "$config" prestart
expect_file "$TMP/expected"
state='{"pid":4711}'
prestart 0 env -C "$TMP/bundle" "$hook" -config "$config" prestart
expect_file "$TMP/expected"
state="{\"ociVersion\":\"1.0.2\",\"id\":\"c\",\"pid\":4711,\"bundle\":\"$TMP/bundle\"}"

# Every argument.
config '
supported-driver-capabilities = "all"
[nvidia-container-cli]
root = "/driver"
path = "'"$TMP"'/cli/nvidia-container-cli"
environment = ["EXTRA=new", "PATH=/usr/bin:/bin:/only"]
debug = "/log"
ldcache = "/cache"
load-kmods = true
no-pivot = true
no-cgroups = true
user = "root:video"
ldconfig = "@/nowhere/ldconfig.real"
[nvidia-container-runtime.modes.legacy]
cuda-compat-mode = "hook"
[features]
disable-imex-channel-creation = true'
bundle "$privileged"',"env":["NVIDIA_VISIBLE_DEVICES=all","NVIDIA_DRIVER_CAPABILITIES=all",
    "NVIDIA_REQUIRE_CUDA=cuda>=12.0 brand=tesla","NVIDIA_IMEX_CHANNELS=3,4",
    "NVIDIA_MIG_CONFIG_DEVICES=all","NVIDIA_MIG_MONITOR_DEVICES=0"]' /a/./rootfs
prestart 0
cat >"$TMP/expected" <<EOF
$TMP/cli/nvidia-container-cli
--root=/driver
--load-kmods
--no-create-imex-channels
--no-pivot
--debug=/log
--ldcache=/cache
--user=root:video
configure
--cuda-compat-mode=disabled
--ldconfig=@/nowhere/ldconfig
--no-cgroups
--device=all
--mig-config=all
--mig-monitor=0
--imex-channel=3,4
--compat32
--compute
--display
--graphics
--ngx
--utility
--video
--require=cuda>=12.0 brand=tesla
--pid=4711
/a/rootfs
EXTRA=new
KEPT=old
PATH=/usr/bin:/bin:/only
EOF
expect_file "$TMP/expected"
prestart 0 "$hook" -debug -config "$config" prestart
expect_out '^--debug=/dev/stderr$'

# The driver root has the program, too.
mkdir -p "$TMP/driver/usr/bin"
cp "$TMP/cli/nvidia-container-cli" "$TMP/driver/usr/bin/"
config "nvidia-container-cli.root = '$TMP/driver'"
prestart 0
expect_out "^$TMP/driver/usr/bin/nvidia-container-cli\$"
expect_out "^PATH=$TMP/driver$TMP/cli:$TMP/driver/usr/bin:$TMP/driver/bin:$TMP/driver/usr/local/sbin:.*:$TMP/driver/sbin:$TMP/cli:/usr/bin:/bin:/usr/local/sbin:"

# ---- nothing to do ----
config ''
for env in '' '"env":[]' '"env":["NVIDIA_VISIBLE_DEVICES="]' '"env":["NVIDIA_VISIBLE_DEVICES=void"]'; do
    bundle "$env"
    prestart 0
    check "nothing is executed or said" test -z "$OUT$ERR"
done
config 'nvidia-container-runtime.mode = "cdi"'
prestart 0
check "nor is the mode looked at" test -z "$OUT$ERR"
config 'accept-nvidia-visible-devices-envvar-when-unprivileged = false'
bundle '"env":["NVIDIA_VISIBLE_DEVICES=all"]'
prestart 0
check "a container that may not ask gets nothing" test -z "$OUT"
expect_err 'warning: NVIDIA_VISIBLE_DEVICES does not count'
# "none": the driver's files and no device.
config ''
bundle '"env":["NVIDIA_VISIBLE_DEVICES=none"]'
prestart 0
expect_out '^--utility$'
check "none: no device" test "$(grep -c '^--device' "$TMP/.out")" = 0
for command in poststart poststop; do
    prestart 0 "$hook" "$command"
    prestart 0 "$BUILD/cdikit-hook" "$command"
done

# ---- a mode that is not the hook's ----
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0"]'
for mode in cdi csv jit-cdi LEGACY; do
    config "nvidia-container-runtime.mode = '$mode'"
    prestart 1
    expect_err "mode is \"$mode\""
    expect_err 'docker run --runtime=nvidia'
done
config 'nvidia-container-runtime.mode = "cdi"
nvidia-container-runtime-hook.skip-mode-detection = true'
prestart 0
config 'nvidia-container-runtime.mode = "legacy"'
prestart 0
bundle '"env":["NVIDIA_VISIBLE_DEVICES=nvidia.com/gpu=0"]'
prestart 0
config ''
prestart 1
expect_err 'mode is "cdi", for all devices are asked for by qualified names'

# ---- what cannot be ----
config ''
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0"]'
prestart 1 env PATH="$TMP/nowhere" "$hook" -config "$config" prestart
expect_err "nvidia-container-cli is not in $TMP/nowhere:/usr/local/sbin:"
expect_err 'libnvidia-container-tools'
expect_err '"cdi" or "jit-cdi"'
config 'nvidia-container-cli.path = "/nowhere/cli"'
prestart 1
expect_err 'cannot execute /nowhere/cli: No such file'
config ''
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0","NVIDIA_MIG_CONFIG_DEVICES=all"]'
prestart 1
expect_err 'NVIDIA_MIG_CONFIG_DEVICES .*CAP_SYS_ADMIN'
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0","NVIDIA_DRIVER_CAPABILITIES=none"]'
prestart 1
expect_err 'NVIDIA_DRIVER_CAPABILITIES .*none'
config 'supported-driver-capabilities = "compute,video,wrong"'
prestart 1
expect_err 'supported-driver-capabilities .*"wrong"'
config 'nvidia-container-cli.ldconfig = "/sbin/ldconfig"'
prestart 1
expect_err "$config:1:33: .*@/sbin/ldconfig"
config 'nvidia-container-runtime.mod = "cdi"'
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0"]'
prestart 0
expect_err 'warning: .*config.toml:1:32: there is no key "nvidia-container-runtime.mod"; did you mean'

# A file that is named must exist; one that may be there need not.
prestart 1 "$hook" -config "$TMP/missing" prestart
expect_err "$TMP/missing: .*No such file"
prestart 1 env NVIDIA_CTK_CONFIG_FILE_PATH="$TMP/missing" "$hook" prestart
prestart 0 env XDG_CONFIG_HOME="$TMP/missing" "$hook" prestart

# ---- state and configuration ----
config ''
good=$state
for state in '' 'not json' '[]' '{"pid":"1","bundle":"/"}' '{"pid":-1}' '{"bundle":1}' \
    "{\"bundle\":\"$TMP/nowhere\"}" '{}' null; do
    prestart 1 env -C "$TMP/etc" "$hook" -config "$config" prestart
    check "a reason is given" test -n "$ERR"
done
state=$good
for missing in ociVersion process root root.path; do
    bundle '"env":["NVIDIA_VISIBLE_DEVICES=0"]'
    sed -i "s|\"${missing#*.}\":|\"x${missing#*.}\":|" "$TMP/bundle/config.json"
    prestart 1
    expect_err "has no $missing"
done
bundle ''
sed -i 's|}$||' "$TMP/bundle/config.json"
prestart 1
expect_err "$TMP/bundle/config.json"
bundle '"env":["NVIDIA_VISIBLE_DEVICES=0"]'
prestart 1 sh -c 'exec "$0" prestart <&-' "$hook"
check "a closed standard input" test -n "$ERR"

# ---- the command line ----
prestart 0 "$hook" -version
expect_out '^NVIDIA Container Runtime Hook version '
for help in -h -help --help; do
    prestart 0 "$hook" "$help"
    expect_err '^usage: '
done
prestart 2 "$hook"
expect_err '^usage: '
prestart 2 "$hook" unknown
prestart 2 "$hook" -- -debug
prestart 2 "$hook" -unknown prestart
expect_err 'no option "-unknown"'
prestart 2 "$hook" -config
expect_err 'config needs a value'
prestart 2 "$hook" -debug=perhaps prestart
prestart 0 "$hook" -debug=false -- prestart
prestart 0 "$BUILD/cdikit-hook" --version
expect_out '^cdikit-hook version '
prestart 0 "$BUILD/cdikit-hook" --help
expect_out '^  prestart$'
prestart 0 "$BUILD/cdikit-hook" prestart -help
expect_err '^usage: '
prestart 2 "$BUILD/cdikit-hook" prestart -unknown

finish
