#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nvidia-ctk's command line: the program by that name, and "cdikit cdi ...".
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
for name in ${!NVIDIA_*}; do unset "$name"; done
mkdir "$TMP/bin"
ln -s "$cdikit" "$TMP/bin/nvidia-ctk"
ctk=$TMP/bin/nvidia-ctk
root=$TOP/tests/cli/fixtures/root
specs=$root/etc/cdi,$root/var/run/cdi

# ---- help and version ----
expect_status 0 "$ctk"
expect_out '^Usage: nvidia-ctk COMMAND'
expect_out '^  cdi '
expect_out 'NVIDIA_CTK_DEBUG'
check "nothing on stderr" test -z "$ERR"
cp "$TMP/.out" "$TMP/help"
for arguments in --help -h -help help h --help=true "--debug help" "help --quiet"; do
    # shellcheck disable=SC2086 # words of a command
    expect_status 0 "$ctk" $arguments
    expect_file "$TMP/help"
done
expect_status 0 "$ctk" --version
expect_file <(echo 'NVIDIA Container Toolkit CLI version unknown')
expect_err 'cdikit [0-9]'
expect_status 0 "$ctk" -v --quiet
check "quiet" test -z "$ERR"
mkdir "$TMP/copied" && cp "$cdikit" "$TMP/copied/nvidia-ctk"
expect_status 0 "$TMP/copied/nvidia-ctk" -version
expect_out '^NVIDIA Container Toolkit CLI'
for group in cdi "cdi transform" system info; do
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" $group
    expect_out "^Usage: nvidia-ctk $group COMMAND"
done
for command in "config default" "cdi generate" "cdi list" "cdi transform root" "system create-device-nodes" \
    "system create-dev-char-symlinks"; do
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" $command --help
    expect_out "^Usage: nvidia-ctk $command \\[OPTION"
    expect_out '^  -d, --debug'
    cp "$TMP/.out" "$TMP/help"
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" help $command
    expect_file "$TMP/help"
    expect_status 0 "$ctk" "${command%% *}" h ${command#* }
    expect_file "$TMP/help"
done
expect_status 0 "$ctk" config --help
expect_out '^Usage: nvidia-ctk config \[OPTION'
expect_out '  -i, --in-place'
expect_status 0 "$cdikit" cdi
expect_out '^Usage: cdikit cdi '
expect_status 0 "$cdikit" cdi list --help
expect_out '^Usage: cdikit cdi list'
expect_status 0 "$cdikit" --help cdi list
expect_out '^Usage: cdikit cdi list'

# ---- words that are no command ----
for words in bogus "cdi bogus" "cdi transform bogus" "info extra" "--quiet cdi bogus" "help bogus" \
    "cdi --debug bogus" "system bogus"; do
    # shellcheck disable=SC2086
    expect_status 3 "$ctk" $words
    expect_err '^nvidia-ctk.*: unknown command'
done
expect_status 3 "$ctk" "cdi list"
expect_status 3 "$ctk" ""
expect_status 0 "$ctk" info help
expect_out '^Usage: nvidia-ctk info'
expect_status 3 "$ctk" cdi lits
expect_err "did you mean 'list'"
expect_status 3 "$cdikit" cdi bogus
expect_status 3 "$cdikit" cdi system

# ---- failures ----
for words in "--bogus" "cdi --bogus" "cdi list --bogus" "cdi list -x" "cdi transform root --relative-to x" \
    "--debug=perhaps cdi list" "cdi list --spec-dir"; do
    # shellcheck disable=SC2086
    expect_status 1 "$ctk" $words
    expect_err '^nvidia-ctk'
    check "nothing on stdout" test -z "$OUT"
done
expect_status 1 env NVIDIA_CTK_DEBUG=perhaps "$ctk" cdi list
expect_err NVIDIA_CTK_DEBUG
expect_status 1 "$ctk" cdi transform root --input "$TMP/none"
expect_status 1 "$cdikit" cdi transform root --input "$TMP/none"
expect_status 1 "$cdikit" cdi list --bogus
"$ctk" cdi list --spec-dir "$specs" >/dev/full 2>/dev/null
check "status 1 for a full disk" test $? = 1

# ---- list ----
sed -n 's/^\([^ ]*\) .*/\1/p' "$TOP/tests/cli/expected/list-names.txt" >"$TMP/names"
[ -s "$TMP/names" ] || cp "$TOP/tests/cli/expected/list-names.txt" "$TMP/names"
n=$(wc -l <"$TMP/names")
for options in "--spec-dir $specs" "--spec-dir=$root/etc/cdi --spec-dir=$root/var/run/cdi" \
    "-spec-dir $specs" "-spec-dir=$specs ignored operands" "ignored --spec-dir $specs --debug"; do
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" cdi list $options
    expect_file "$TMP/names"
    expect_err "Found $n CDI devices"
    expect_err 'broken\.yaml'
    # shellcheck disable=SC2086
    expect_status 0 "$cdikit" cdi list $options
    expect_file "$TMP/names"
done
expect_status 0 env NVIDIA_CTK_CDI_SPEC_DIRS="$specs" "$ctk" cdi list
expect_file "$TMP/names"
expect_status 0 env NVIDIA_CTK_CDI_SPEC_DIRS="$specs" "$ctk" cdi list --spec-dir "$TMP"
check "the command line goes before the environment" test -z "$OUT"
expect_err 'Found 0 CDI devices'
for quiet in "--quiet cdi list" "cdi --quiet list" "cdi list --quiet" "--debug cdi list --quiet"; do
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" $quiet --spec-dir "$specs"
    expect_file "$TMP/names"
    check "quiet: $quiet" test -z "$ERR"
done
expect_status 0 env NVIDIA_CTK_QUIET=true NVIDIA_CTK_DEBUG=1 "$ctk" cdi list --spec-dir "$specs"
check "quiet by the environment" test -z "$ERR"
for debug in "--debug cdi list" "-d cdi list" "cdi -d list" "cdi list -d"; do
    # shellcheck disable=SC2086
    expect_status 0 "$ctk" $debug --spec-dir "$specs"
    expect_err 'priority 1'
done
expect_status 0 "$ctk" --config "$TMP/none" cdi list --spec-dir "$specs"
expect_file "$TMP/names"
cd "$root/etc/cdi" || exit 1
expect_status 0 "$ctk" cdi list --spec-dir=
check "an empty name is the working directory" test -n "$OUT"
cd "$TOP" || exit 1

# ---- generate and transform are the commands of cdikit ----
expect_status 1 "$ctk" cdi generate --mode nothinglikeit
expect_status 1 "$ctk" cdi generate -mode=nothinglikeit
expect_err '^nvidia-ctk cdi generate: '
expect_status 0 "$cdikit" transform root --to /x --input "$root/etc/cdi/vendor.yaml"
cp "$TMP/.out" "$TMP/transformed"
expect_status 0 "$ctk" cdi transform root -to=/x -input "$root/etc/cdi/vendor.yaml" ignored
expect_file "$TMP/transformed"
expect_status 0 "$cdikit" cdi transform root --to /x <"$root/etc/cdi/vendor.yaml"
expect_file "$TMP/transformed"
finish
