#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nvidia-ctk config: which file, what is printed and what is written. Keys and values are for the
# unit tests.
. "$(dirname "$0")/../lib.sh"
for name in ${!NVIDIA_*} XDG_CONFIG_HOME; do unset "$name"; done
mkdir "$TMP/bin"
ln -s "$BUILD/cdikit" "$TMP/bin/nvidia-ctk"
ctk=$TMP/bin/nvidia-ctk
cd "$TMP" || exit 1
umask 022

# The machine that the test runs on has a word in it.
sed -e "s|@/sbin/ldconfig\"|@/sbin/ldconfig$([ -e /sbin/ldconfig.real ] && echo .real)\"|" \
    "$TOP/tests/cli/expected/ctk-config.toml" >default.toml
if grep -qsE '^ID_LIKE=.*\b(open)?suse\b' /etc/os-release; then
    sed -i 's|^#user|user|' default.toml
fi
sed -e 's|^log-level.*|log-level = "debug"|' -e 's|^#no-cgroups.*|no-cgroups = true|' default.toml >set.toml
set_both=(--set nvidia-container-runtime.log-level=debug --set nvidia-container-cli.no-cgroups)

# ---- the default ----
for command in "config default" "config create-default" "config generate-default" \
    "config --config-file $TMP/none" "config -c $TMP/none" "config --config=$TMP/none" \
    "--config $TMP/ignored config -config $TMP/none"; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 0 "$ctk" $command
    expect_file default.toml
done
expect_status 0 "$ctk" config default -o new.toml
check "written" cmp default.toml new.toml
check "nothing on stdout" test -z "$OUT"
expect_status 1 "$ctk" config default --output no/new.toml
check "and no directory made" test ! -e no

# ---- which file ----
mkdir -p home/nvidia-container-runtime
echo '# mine' >home/nvidia-container-runtime/config.toml
echo '# another' >env.toml
expect_status 0 env XDG_CONFIG_HOME="$TMP/home" "$ctk" config
expect_out '^# mine$'
expect_status 0 env XDG_CONFIG_HOME="$TMP/home" NVIDIA_CTK_CONFIG_FILE_PATH="$TMP/env.toml" "$ctk" config
expect_out '^# another$'
expect_status 0 env XDG_CONFIG_HOME="$TMP/home" NVIDIA_CTK_CONFIG_FILE_PATH= "$ctk" config
expect_out '^# mine$'
expect_status 0 env NVIDIA_CTK_CONFIG_FILE_PATH="$TMP/env.toml" "$ctk" config --config-file none
expect_file default.toml
expect_status 0 env NVIDIA_CTK_CONFIG="$TMP/env.toml" "$ctk" config -c none
expect_file default.toml

# ---- setting keys ----
expect_status 0 "$ctk" config -c none "${set_both[@]}"
expect_file set.toml
expect_status 0 "$ctk" config -c none --set nvidia-container-runtime.log-level=x "${set_both[@]}"
expect_file set.toml
expect_status 0 "$ctk" config -c none --set nvidia-container-runtime.runtimes=a,b:c --set-list-separator=,
expect_out '^runtimes = \["a", "b:c"\]$'
expect_status 1 "$ctk" config -c none --set-list-separator= --set disable-require
expect_status 1 "$ctk" config -c none "${set_both[@]}" --set nvidia-container-cli.rooot=x
expect_err 'did you mean nvidia-container-cli\.root\?'
check "nothing on stdout" test -z "$OUT"

# ---- where it is written ----
expect_status 0 "$ctk" config -c new/dir/config.toml -i "${set_both[@]}"
check "a new file" cmp set.toml new/dir/config.toml
check "for all to read" test "$(stat -c %a new/dir/config.toml)" = 644
printf '# mine\n\n[nvidia-container-runtime]  # the runtime\nlog-level = "info" # less\nunknown = 1\n' >own.toml
printf '# mine\n\n[nvidia-container-cli]\nno-cgroups = true\n\n[nvidia-container-runtime]  # the runtime\nlog-level = "debug" # less\nunknown = 1\n' >own-set.toml
chmod 640 own.toml
cp own.toml before.toml
expect_status 0 "$ctk" config -c own.toml "${set_both[@]}"
expect_file own-set.toml
check "only printed" cmp own.toml before.toml
expect_status 0 "$ctk" config -c own.toml "${set_both[@]}" -o other/own.toml
check "to another file" cmp own-set.toml other/own.toml
check "not to the one that was read" cmp own.toml before.toml
expect_status 1 "$ctk" config -c own.toml -i "${set_both[@]}" --set nothing=1
check "all keys or none" cmp own.toml before.toml
ln -s own.toml link.toml
expect_status 0 "$ctk" config -io ignored.toml -c link.toml "${set_both[@]}"
expect_err 'warning: --output ignored\.toml is ignored'
check "in place" cmp own-set.toml own.toml
check "mode and link stay" test "$(stat -c %a own.toml) $(readlink link.toml)" = "640 own.toml"
check "--in-place goes first" test ! -e ignored.toml
expect_status 0 "$ctk" config -c own.toml -i "${set_both[@]}"
check "once more changes nothing" cmp own-set.toml own.toml

# ---- what is no TOML ----
echo 'a = ' >bad.toml
cp bad.toml before.toml
expect_status 1 "$ctk" config -c bad.toml -i --set disable-require
expect_err 'bad\.toml:1:'
check "it stays" cmp bad.toml before.toml
expect_status 1 "$ctk" config -c "$TMP"
echo 'nvidia-container-cli = {}' >inline.toml
expect_status 1 "$ctk" config -c inline.toml --set nvidia-container-cli.no-cgroups
expect_err 'inline\.toml:1:.*inline|inline\.toml:1:.*edit the file'
expect_status 1 "$ctk" config -c none --set "swarm-resource=$(printf '\377')"
finish
