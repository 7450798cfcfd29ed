#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit generate: each of nvidia-ctk's options by its names and its variable, and which of
# command line, environment, configuration and default counts. All of it runs on one node.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"
need_node "the options of generate"
if [ ! -e /run/fakenode/machine ]; then
    _finished=1
    rm -rf "$TMP"
    exec "$fakenode" run "$(_machine options)" -- bash "$0"
fi
ln -s "$cdikit" "$TMP/nvidia-ctk"
ctk=$TMP/nvidia-ctk
config=/etc/nvidia-container-runtime
cd "$TMP" || exit 1

# Each line: option and aliases, its variable, a value, another value, and what the document has
# with the first, which it has neither with the second nor without; after "!", what it has not.
rows() {
    grep -v '^#' <<'END'
mode,discovery-mode                  MODE gdrcopy nvml /dev/gdrdrv
mode,discovery-mode                  MODE GDRCopy NVML /dev/gdrdrv
format                               OUTPUT_FORMAT yaml json ^cdiVersion:
format                               OUTPUT_FORMAT YAML JSON ^cdiVersion:
driver-root                          NVIDIA_CTK_DRIVER_ROOT /drv / "/drv/usr/lib64/libcuda
dev-root                             NVIDIA_CTK_DEV_ROOT /devs / "/devs/dev/nvidia1"
device-name-strategy                 DEVICE_NAME_STRATEGIES type-index uuid "name":"gpu1"
device-id,device-ids,device,devices  DEVICE_IDS none 0,1 NVCT_EMPTY_DEVICE
vendor,cdi-vendor                    VENDOR example.com nvidia.com "kind":"example.com/gpu"
vendor,cdi-vendor                    VENDOR v nvidia.com "kind":"v/gpu"
class,cdi-class                      CLASS card gpu "kind":"nvidia.com/card"
class,cdi-class                      CLASS c gpu "kind":"nvidia.com/c"
nvidia-cdi-hook-path,nvidia-ctk-path NVIDIA_CTK_CDI_HOOK_PATH /opt/hook /x "path":"/opt/hook","args":\["hook",
nvidia-cdi-hook-path,nvidia-ctk-path NVIDIA_CTK_CDI_HOOK_PATH nvidia-ctk /x "path":"/usr/local/bin/nvidia-ctk","args":\["nvidia-ctk","hook",
ldconfig-path                        LDCONFIG_PATH /sbin/l /x "update-ldcache","--ldconfig-path","/sbin/l","--folder"
config-search-path                   CONFIG_SEARCH_PATHS /opt/config,/opt/more /x "/opt/config/OpenCL/vendors/nvidia.icd"
config-search-path                   CONFIG_SEARCH_PATHS /opt/config:/opt/more /x "/opt/more/nvidia/nvoptix.bin"
library-search-path                  LIBRARY_SEARCH_PATHS /opt/lib /usr/lib/x86_64-linux-gnu "/opt/lib/libcuda.so.570.86.15"
library-search-path                  LIBRARY_SEARCH_PATHS /none,/opt/lib /usr/lib/x86_64-linux-gnu "/opt/lib/libcuda.so.570.86.15"
disable-hook,disable-hooks           DISABLED_HOOKS chmod,update-ldcache chmod !"update-ldcache"
disable-hook,disable-hooks           DISABLED_HOOKS all chmod !"hookName"
enable-hook,enable-hooks             ENABLED_HOOKS update-ldcache,chmod update-ldcache "chmod","--mode","755","--path","/dev/dri"
feature-flag,feature-flags           FEATURE_FLAGS enable-explicit-driver-libraries,disable-nvsandboxutils disable-nvsandboxutils "/usr/lib/x86_64-linux-gnu/libOpenCL.so.1.0.0"
feature-flag,feature-flags           FEATURE_FLAGS disable-nvsandboxutils,disable-ipc-discoverer disable-nvsandboxutils !persistenced/socket
feature-flag,feature-flags           FEATURE_FLAGS no-additional-gids-for-device-nodes disable-nvsandboxutils !additionalGids
END
}

# gives PATTERN COMMAND...: the document has it, or with "!" it has not.
gives() {
    local pattern=$1
    shift
    "$@" >"$TMP/document" 2>"$TMP/.err" || return
    if [ "${pattern#!}" = "$pattern" ]; then
        grep -q -- "$pattern" "$TMP/document"
    else
        ! grep -q -- "${pattern#!}" "$TMP/document"
    fi
}
without() { ! gives "$@"; }

same() { cmp "$TMP/document" "$TMP/first"; }

json=NVIDIA_CTK_CDI_GENERATE_OUTPUT_FORMAT=json
while read -r names variable value other pattern; do
    case $variable in NVIDIA_*) ;; *) variable=NVIDIA_CTK_CDI_GENERATE_$variable ;; esac
    name=${names%%,*}
    check "--$name $value" gives "$pattern" env $json "$cdikit" generate "--$name" "$value"
    cp "$TMP/document" "$TMP/first"
    check "without --$name $value" without "$pattern" env $json "$cdikit" generate
    for alias in ${names//,/ }; do
        check "--$alias=$value" gives "$pattern" env $json "$cdikit" generate "--$alias=$value"
        check "--$alias=$value: the same" same
        check "nvidia-ctk -$alias $value" gives "$pattern" env $json "$ctk" cdi generate "-$alias" "$value"
        check "nvidia-ctk -$alias $value: the same" same
    done
    check "$variable=$value" gives "$pattern" env $json "$variable=$value" "$cdikit" generate
    check "$variable=$value: the same" same
    check "$variable=$value nvidia-ctk" gives "$pattern" env $json "$variable=$value" "$ctk" cdi generate
    check "$variable=$value nvidia-ctk: the same" same
    check "--$name $value is more than $variable=$other" gives "$pattern" \
        env $json "$variable=$other" "$cdikit" generate "--$name" "$value"
    check "--$name $other is more than $variable=$value" without "$pattern" \
        env $json "$variable=$value" "$cdikit" generate "--$name" "$other"
done < <(rows)

# ---- an empty list is one ----
expect_status 0 env $json "$cdikit" generate -q
cp "$TMP/.out" "$TMP/first"
for name in disable-hook enable-hook feature-flag csv.ignore-pattern csv.file library-search-path \
    config-search-path; do
    expect_status 0 env $json "$cdikit" generate -q "--$name="
    check "--$name= is as none" cmp "$TMP/.out" "$TMP/first"
    expect_status 0 env $json "$ctk" cdi generate "-$name" ""
    check "nvidia-ctk -$name '' is as none" cmp "$TMP/.out" "$TMP/first"
done

# ---- roots are those of who started the tool ----
while read -r name dir; do
    expect_status 0 env $json "$cdikit" generate -q "--$name" "/$dir"
    cp "$TMP/.out" "$TMP/first"
    # shellcheck disable=SC2016
    expect_status 0 env $json sh -c 'cd / && exec "$@"' - "$cdikit" generate -q "--$name" "$dir"
    check "--$name is relative" cmp "$TMP/.out" "$TMP/first"
done <<'END'
driver-root drv
dev-root devs
END

# ---- switches ----
all='"name":"all"'
no_all=NVIDIA_CTK_CDI_GENERATE_NO_ALL_DEVICE
check "the device all" gives "$all" env $json "$cdikit" generate
for value in 1 t T true TRUE True; do
    check "$no_all=$value" gives "!$all" env $json $no_all=$value "$cdikit" generate
    check "--no-all-device=$value" gives "!$all" env $json "$cdikit" generate "--no-all-device=$value"
done
for value in 0 f F false FALSE False ""; do
    check "$no_all=$value" gives "$all" env $json $no_all=$value "$cdikit" generate
    check "--no-all-device and $no_all=$value" gives "!$all" \
        env $json $no_all=$value "$cdikit" generate --no-all-device
done
for value in yes no 2 bogus; do
    expect_status 2 env $no_all=$value "$cdikit" generate
    expect_err "$no_all"
    expect_status 1 env $no_all=$value "$ctk" cdi generate
done

# ---- output ----
expect_status 0 env NVIDIA_CTK_CDI_OUTPUT_FILE_PATH="$TMP/env.json" "$cdikit" generate -q
check "by the variable" grep -q '^{' "$TMP/env.json"
expect_status 0 env NVIDIA_CTK_CDI_OUTPUT_FILE_PATH="$TMP/not.json" "$cdikit" generate -q --output "$TMP/o.json"
check "the option is more" cmp "$TMP/env.json" "$TMP/o.json"
check "than the variable" test ! -e "$TMP/not.json"
expect_status 0 env NVIDIA_CTK_CDI_OUTPUT_FILE_PATH= "$cdikit" generate -q
check "none is standard output" test -n "$OUT"
# What is not .yaml or .json gets the ending of its format.
while read -r format name written first; do
    for tool in "$cdikit generate" "$ctk cdi generate"; do
        rm -rf "$TMP/dir"
        # shellcheck disable=SC2086
        expect_status 0 env $json $tool ${format:+--format $format} --output "$TMP/dir/$name"
        check "written is $written" test "$(ls "$TMP/dir")" = "$written"
        check "$written begins with $first" test "$(head -c 1 "$TMP/dir/$written")" = "$first"
    done
done <<'END'
json a.json a.json {
yaml a.yaml a.yaml -
json a.yaml a.yaml -
yaml a.json a.json {
json a a.json {
yaml a a.yaml -
json a.txt a.txt.json {
yaml d.YAML d.YAML.yaml -
END
expect_err 'warning|2 GPUs'
for name in a.yaml a.YAML a.yml a.json a.JSON; do
    first=-
    [ "${name%[jJ]*}" = "$name" ] || first="{"
    rm -rf "$TMP/dir"
    expect_status 0 "$cdikit" generate -q --output "$TMP/dir/$name"
    check "the format of $name" test "$(head -c 1 "$TMP/dir/"*)" = "$first"
done
expect_status 0 "$cdikit" generate --format json --output "$TMP/a.yaml"
expect_err 'warning: .*a\.yaml'

# ---- lists: the first replaces the default, others are added, an empty variable is none ----
strategies=NVIDIA_CTK_CDI_GENERATE_DEVICE_NAME_STRATEGIES
expect_status 0 env $json $strategies=pci "$cdikit" generate -q --device-name-strategy type-index \
    --device-name-strategy index --no-all-device --device-id 1 --device-ids 0
expect_facts ^device <<'END'
device 0
device 1
device gpu0
device gpu1
END
expect_status 0 env $json $strategies= NVIDIA_CTK_CDI_GENERATE_DEVICE_IDS= "$cdikit" generate -q
expect_lines 5 ^device "$(facts)"

# ---- an empty value is one ----
for variable in MODE OUTPUT_FORMAT; do
    expect_status 2 env NVIDIA_CTK_CDI_GENERATE_$variable= "$cdikit" generate
    expect_err "$variable"
    expect_status 1 env NVIDIA_CTK_CDI_GENERATE_$variable= "$ctk" cdi generate
done

env $json "$cdikit" generate -q >"$TMP/first"
for option in driver-root dev-root nvidia-cdi-hook-path ldconfig-path output csv.compat-container-root; do
    check "--$option ''" gives . env $json "$cdikit" generate "--$option" ""
    check "--$option '': as without" same
done
for option in disable-hook enable-hook feature-flag library-search-path config-search-path; do
    variable=${option//-/_}
    check "no $option in the environment" gives . env $json \
        "NVIDIA_CTK_CDI_GENERATE_${variable^^}S=" "NVIDIA_CTK_CDI_GENERATE_${variable^^}ES=" "$cdikit" generate
    check "no $option in the environment: as without" same
done
check "no hooks in the environment" gives . env $json NVIDIA_CTK_CDI_GENERATE_DISABLED_HOOKS= \
    NVIDIA_CTK_CDI_GENERATE_ENABLED_HOOKS= "$cdikit" generate
check "no hooks in the environment: as without" same

# ---- the hook program: a path as it is, a name by $PATH and the usual directories ----
mkdir "$TMP/hooks" "$TMP/hooks/nvidia-ctk"
for name in nvidia-cdi-hook my-hook; do
    echo >"$TMP/hooks/$name"
    chmod 755 "$TMP/hooks/$name"
done
hook() { gives "\"path\":\"$1\"" env $json PATH="$2" "$cdikit" generate ${3+--nvidia-cdi-hook-path "$3"}; }
check "the usual directories" hook /usr/local/bin/nvidia-cdi-hook /none
check "PATH first" hook "$TMP/hooks/nvidia-cdi-hook" "/none:$TMP/hooks:$PATH"
check "a name in PATH" hook "$TMP/hooks/my-hook" "$TMP/hooks" my-hook
check "a directory is no program" hook /usr/local/bin/nvidia-ctk "$TMP/hooks" nvidia-ctk
chmod 644 "$TMP/hooks/nvidia-cdi-hook"
check "nor is what cannot be executed" hook /usr/local/bin/nvidia-cdi-hook "$TMP/hooks"
check "an absolute path, whatever it is" hook "$TMP/none" "$PATH" "$TMP/none"
rm /usr/local/bin/nvidia-cdi-hook
check "else /usr/bin" hook /usr/bin/nvidia-cdi-hook "$PATH"
expect_status 0 "$cdikit" generate
expect_err 'warning: /usr/bin/nvidia-cdi-hook is not'
touch /usr/local/bin/nvidia-cdi-hook
chmod 755 /usr/local/bin/nvidia-cdi-hook

# ---- what is refused ----
while read -r option value; do
    expect_status 2 "$cdikit" generate "--$option" "$value" --output "$TMP/none.yaml"
    expect_err "${value##*,}"
    expect_status 1 "$ctk" cdi generate "--$option" "$value" --output "$TMP/none.yaml"
    check "nothing on stdout" test -z "$OUT"
done <<'END'
format xml
format
mode
vendor
class
format yml
mode bogus
mode pci,nvml
device-name-strategy bogus
device-name-strategy Index
device-name-strategy index,bogus
vendor 1vendor
vendor vendor/x
class .gpu
class gpu_
enable-hook all
enable-hook chmod,all
nvidia-cdi-hook-path ./hook
END
expect_status 2 "$cdikit" generate --bogus
expect_status 1 "$ctk" cdi generate --bogus
expect_status 2 "$cdikit" generate operand
expect_status 0 "$ctk" --quiet cdi generate operand --vendor example.com
expect_status 2 "$cdikit" generate --output
check "no file" test ! -e "$TMP/none.yaml"
# Names that are not known are passed over.
expect_status 0 "$cdikit" generate --feature-flag bogus --disable-hook nonsense
expect_err 'warning: .*bogus'
expect_err 'warning: .*nonsense'
# Directories that are not absolute, too.
expect_status 0 "$cdikit" generate --config-search-path "etc,/etc:usr/share:/usr/share"
expect_lines 1 "warning: --config-search-path: 'etc'" "$ERR"
expect_lines 1 "warning: --config-search-path: 'usr/share'" "$ERR"
expect_lines 2 warning "$ERR"
expect_status 1 "$cdikit" generate --library-search-path lib --output "$TMP/none.yaml"
expect_err "warning: --library-search-path: 'lib'"

# ---- the driver root of the configuration ----
root() { gives '"/drv/usr/lib64/libcuda' env $json "$@"; }
no_root() { gives '!"/drv/usr/lib64/libcuda' env $json "$@"; }
mkdir -p "$TMP/xdg/nvidia-container-runtime"
cp $config/driver-root.toml "$TMP/xdg/nvidia-container-runtime/config.toml"
file=NVIDIA_CTK_CONFIG_FILE_PATH
for tool in "$cdikit generate" "$ctk cdi generate"; do
    check "$tool: no configuration" no_root $tool
    check "$tool: $file" root $file=$config/driver-root.toml $tool
    check "$tool: XDG_CONFIG_HOME" root XDG_CONFIG_HOME="$TMP/xdg" $tool
    check "$tool: no XDG_CONFIG_HOME" no_root XDG_CONFIG_HOME= $tool
    check "$tool: $file is more than XDG_CONFIG_HOME" root XDG_CONFIG_HOME=/none $file=$config/driver-root.toml $tool
    check "$tool: NVIDIA_CTK_DRIVER_ROOT is more" no_root NVIDIA_CTK_DRIVER_ROOT=/ $file=$config/driver-root.toml $tool
    check "$tool: also an empty one" no_root NVIDIA_CTK_DRIVER_ROOT= $file=$config/driver-root.toml $tool
    check "$tool: --driver-root is more" no_root $file=$config/driver-root.toml $tool --driver-root /
    check "$tool: a broken file is none" no_root $file=$config/broken.toml $tool
    check "$tool: one of other settings alone is none" no_root $file=$config/other-settings.toml $tool
    check "$tool: a missing file is none" no_root $file=/none/config.toml $tool
    cp $config/driver-root.toml $config/config.toml
    check "$tool: the usual file" root $tool
    check "$tool: but for another" no_root $file=$config/broken.toml $tool
    rm $config/config.toml
done
expect_status 0 env $file=$config/broken.toml "$cdikit" generate
expect_err "warning: .*configuration"
expect_err "$config/broken\\.toml"
check "nvidia-ctk --config" root "$ctk" --config $config/driver-root.toml cdi generate
check "--config is more than $file" root $file=$config/other-root.toml \
    "$ctk" --config $config/driver-root.toml cdi generate
check "NVIDIA_CTK_CONFIG" root NVIDIA_CTK_CONFIG=$config/driver-root.toml "$ctk" cdi generate

finish
