#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cdikit-runtime in front of a runtime that only notes what it gets: which one is executed and
# with what, what is refused and how that is told, what becomes of config.json. Needs no root.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

RUNTIME=$BUILD/cdikit-runtime
mkdir -p "$TMP/bin" "$TMP/cdi" "$TMP/b"
"${CC:-cc}" -D_GNU_SOURCE -o "$TMP/bin/runc" "$TOP/tests/e2e/notes.c" || exit 1
export NOTES=$TMP/notes PATH=$TMP/bin:$PATH NVIDIA_CTK_CONFIG_FILE_PATH=$TMP/config.toml
cat >"$TMP/usual.toml" <<TOML
[nvidia-container-runtime.modes.cdi]
spec-dirs = ["$TMP/cdi"]
TOML
cat >"$TMP/cdi/a.yaml" <<'YAML'
cdiVersion: 0.6.0
kind: example.com/device
devices:
  - name: a
    containerEdits:
      env: [CDI=a]
YAML
requests='{"ociVersion":"1.0.2","process":{"args":["x"],"env":["NVIDIA_VISIBLE_DEVICES=example.com/device=a"],"cwd":"/"},"root":{"path":"r"}}'

fingerprint() { stat -c '%i %Y %y %a' "$1" && cat "$1"; }

# start WORD...: from a clean start, with what setup has changed.
start() {
    rm -f "$NOTES" "$TMP/log"
    expect_status "$@"
}
executed() { check 'the runtime was executed' test -e "$NOTES"; }
refused() {
    check 'no runtime was executed' test ! -e "$NOTES"
    check 'one line on stderr' \
        test "$(grep -c '^cdikit-runtime: ' "$TMP/.err") $(wc -l <"$TMP/.err")" = '1 1'
    check 'nothing on stdout' test ! -s "$TMP/.out"
}
# logged PATTERN: the one entry of the log file.
logged() {
    # shellcheck disable=SC2016 # expanded by sh
    check "the log has one entry with /$1/" \
        sh -c '[ "$(wc -l <"$1")" = 1 ] && grep -Eq -- "$2" "$1"' sh "$TMP/log" "$1"
}
usual() { cp "$TMP/usual.toml" "$TMP/config.toml"; }
config() { printf '%s\n' "$1" >"$TMP/b/config.json"; }

### Words, streams and descriptors.
usual
words=(--root /r --log "$TMP/log" exec -t c sh -c 'a b' '' --version $'new\nline')
start 42 "$RUNTIME" "${words[@]}"
check 'the runtime was executed' test -e "$NOTES"
check 'argv[0] is the path of the runtime, the other words are the same' \
    cmp "$NOTES" <(printf '%s\n' "$TMP/bin/runc" "${words[@]}")
check 'a pass-through does not make the log file' test ! -e "$TMP/log"
start 42 "$RUNTIME"
executed
config "$requests"
start 42 env -i NOTES="$NOTES" PATH="$TMP/bin:/bin:/usr/bin" \
    NVIDIA_CTK_CONFIG_FILE_PATH="$TMP/config.toml" "$RUNTIME" create -b "$TMP/b" c 7</dev/null
executed
mv "$NOTES.state" "$TMP/state"
"$TMP/bin/runc" 7</dev/null
check 'inherited descriptors stay, and no other comes' cmp "$TMP/state" "$NOTES.state"
check 'descriptor 7 is there' grep -qx 'open 7' "$TMP/state"
# What is closed, and which signals are ignored, also stays.
for closed in '' '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    for signals in '' 'PIPE' 'XFSZ' 'PIPE XFSZ'; do
        line="${signals:+trap \"\" $signals;} exec \"\$@\" $closed"
        sh -c "$line" sh "$TMP/bin/runc"
        mv "$NOTES.state" "$TMP/state"
        for words in "create -b $TMP/b c" "state c"; do
            config "$requests"
            rm -f "$NOTES.state"
            # shellcheck disable=SC2086
            sh -c "$line" sh "$RUNTIME" $words
            check "$line, ${words%% *}: the runtime finds what the wrapper found" \
                cmp "$TMP/state" "$NOTES.state"
        done
    done
done

### What a create does to config.json.
config "$requests"
chmod 600 "$TMP/b/config.json"
start 42 "$RUNTIME" create --bundle "$TMP/b" c
executed
check 'the device is injected' grep -q '"CDI=a"' "$TMP/b/config.json"
check 'the mode is kept' test "$(stat -c %a "$TMP/b/config.json")" = 600
check 'nothing is left over' test "$(ls -A "$TMP/b")" = config.json
(cd "$TMP/b" && config "$requests" && NOTES=$TMP/notes "$RUNTIME" create c)
check 'without --bundle it is the working directory' grep -q '"CDI=a"' "$TMP/b/config.json"
# crun's words mean something else to runc; the file that is executed decides.
cp "$TMP/bin/runc" "$TMP/bin/crun"
{ printf 'nvidia-container-runtime.runtimes = ["crun"]\n' && cat "$TMP/usual.toml"; } \
    >"$TMP/crun.toml"
for config_toml in usual crun; do
    rm -rf "$TMP/cwd"
    mkdir -p "$TMP/cwd/=b"
    echo "$requests" >"$TMP/cwd/=b/config.json"
    cp "$TMP/cwd/=b/config.json" "$TMP/cwd/config.json"
    config "$requests"
    (cd "$TMP/cwd" && ln -s ../b b &&
        NVIDIA_CTK_CONFIG_FILE_PATH=$TMP/$config_toml.toml "$RUNTIME" create -b=b c)
    (cd "$TMP/cwd" && grep -l '"CDI=a"' b/config.json =b/config.json config.json) >"$TMP/edited"
    case $config_toml in usual) expected=b/config.json ;; *) expected='=b/config.json' ;; esac
    check "$config_toml: create -b=b edits $expected" test "$(cat "$TMP/edited")" = "$expected"
done
config "$requests"
mv "$TMP/b/config.json" "$TMP/other.json"
start 42 env NVIDIA_CTK_CONFIG_FILE_PATH="$TMP/crun.toml" \
    "$RUNTIME" create --config "$TMP/other.json" -b "$TMP/b" c
check "crun's --config" grep -q '"CDI=a"' "$TMP/other.json"

config '{"ociVersion":"1.0.2",  "process":{"env":["A=B"]}, "future":[1.0, 1e3]}'
before=$(fingerprint "$TMP/b/config.json")
for command in 'create -b' 'create --bundle' 'run --bundle' 'restore --bundle'; do
    # shellcheck disable=SC2086 # two words
    start 42 "$RUNTIME" $command "$TMP/b" c
    executed
    check "$command: a config.json without requests is untouched" \
        test "$before" = "$(fingerprint "$TMP/b/config.json")"
done
config "$requests"
before=$(fingerprint "$TMP/b/config.json")
for command in 'run --bundle' 'start --bundle' '-b create c --bundle' '--version create --bundle'; do
    # shellcheck disable=SC2086
    start 42 "$RUNTIME" $command "$TMP/b" c
    executed
    check "$command: not a create" test "$before" = "$(fingerprint "$TMP/b/config.json")"
done

### config.json that is no file, or no JSON.
refuse_config() { # NAME PATTERN: config.json as it is
    start 1 timeout 20 "$RUNTIME" --log "$TMP/log" --log-format json create -b "$TMP/b" c
    refused
    expect_err "$2"
    logged "^\{\"level\":\"error\",\"msg\":\".*\",\"time\":\"[^\"]*\"\}$"
}
rm "$TMP/b/config.json"
refuse_config missing 'b/config\.json: .*No such file'
mkdir "$TMP/b/config.json"
refuse_config directory 'b/config\.json: .*[Ii]s a directory'
rmdir "$TMP/b/config.json"
mkfifo "$TMP/b/config.json"
refuse_config fifo 'b/config\.json: not a regular file'
rm "$TMP/b/config.json"
ln -s /dev/zero "$TMP/b/config.json"
refuse_config device 'b/config\.json: not a regular file'
rm "$TMP/b/config.json"
truncate -s 200M "$TMP/b/config.json"
refuse_config '200 MB of nothing' 'b/config\.json:1:1: '
truncate -s 300M "$TMP/b/config.json"
refuse_config '300 MB' 'b/config\.json: larger than'
rm "$TMP/b/config.json"
config '{"process": {"env": ["a",}}'
refuse_config 'not JSON' 'b/config\.json:1:26: '
config ''
refuse_config 'empty' 'b/config\.json:'
config '{"process": {"env": "NVIDIA_VISIBLE_DEVICES=example.com/device=a"}}'
refuse_config 'env of a wrong type' 'b/config\.json:1:21: .*env'
rm "$TMP/b/config.json"

printf '%s' "$requests" >"$TMP/target"
chmod 640 "$TMP/target"
ln -s ../target "$TMP/b/config.json"
start 42 "$RUNTIME" create -b "$TMP/b" c
executed
check 'a symlink is replaced by a file with the mode of its target' \
    test "$(stat -c '%F %a' "$TMP/b/config.json")" = 'regular file 640'
check 'and has the device' grep -q '"CDI=a"' "$TMP/b/config.json"
check 'and its target is as it was' test "$(cat "$TMP/target")" = "$requests"
rm "$TMP/b/config.json"

### Closed streams, and few descriptors.
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- >&- 2>&-'; do
    config "$requests"
    rm -f "$NOTES"
    expect_status 42 sh -c "exec \"\$@\" $closed" sh "$RUNTIME" create -b "$TMP/b" c
    check "$closed: the device is injected" grep -q '"CDI=a"' "$TMP/b/config.json"
    check "$closed: nothing else is in config.json" python3 -m json.tool "$TMP/b/config.json"
    config "${requests/=a/=none}"
    rm -f "$TMP/log"
    expect_status 1 sh -c "exec \"\$@\" $closed" sh "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
    check "$closed: config.json is untouched" test "$(cat "$TMP/b/config.json")" = "${requests/=a/=none}"
    logged '^time="[^"]*" level=error msg=".*example.com/device=none'
done
config "$requests"
start 42 sh -c 'ulimit -n 16; exec "$@"' sh "$RUNTIME" create -b "$TMP/b" c
rm -f "$NOTES"
# shellcheck disable=SC2016 # expanded by sh
check 'a closed stream that cannot be filled is a failure' \
    sh -c '! (exec <&-; ulimit -n 0; exec "$@")' sh "$RUNTIME" create -b "$TMP/b" c
check 'and nothing is done then' test ! -e "$NOTES"
check '16 descriptors are enough' grep -q '"CDI=a"' "$TMP/b/config.json"

### Killed at any moment: the old file is there or the new one.
config "$requests"
NOTES=/dev/null "$RUNTIME" create -b "$TMP/b" c
cp "$TMP/b/config.json" "$TMP/new.json"
torn=0
for i in $(seq 60); do
    config "$requests"
    cp "$TMP/b/config.json" "$TMP/old.json"
    timeout -s KILL "0.000$((i % 10))$((i / 10))" "$RUNTIME" create -b "$TMP/b" c 2>/dev/null
    cmp -s "$TMP/b/config.json" "$TMP/old.json" || cmp -s "$TMP/b/config.json" "$TMP/new.json" ||
        torn=$((torn + 1))
done 2>/dev/null
check 'config.json is never torn' test "$torn" = 0
rm -f "$TMP"/b/.cdikit.*

### Command lines that create nothing: the low-level runtime says why.
config "$requests"
before=$(fingerprint "$TMP/b/config.json")
for command in 'create c --bundle' "create --help -b $TMP/b c" "--help create -b $TMP/b c" \
    "create -b $TMP/b" "create -b $TMP/b c d"; do
    # shellcheck disable=SC2086
    start 42 env -C "$TMP/b" "$RUNTIME" $command
    check "$command: config.json is untouched" test "$before" = "$(fingerprint "$TMP/b/config.json")"
done

### config.toml: errors are told in the engine's log, too.
config "$requests"
refuse_toml() { # TEXT PATTERN
    printf '%s\n' "$1" >"$TMP/config.toml"
    start 1 "$RUNTIME" --log "$TMP/log" --log-format json create -b "$TMP/b" c
    refused
    expect_err "config\.toml:$2"
    logged "\"level\":\"error\",\"msg\":\".*config\.toml:$2"
    # A container that is there can be stopped and removed.
    start 42 "$RUNTIME" --log "$TMP/log" --log-format json delete c
    executed
    check 'nothing on stdout and stderr' test ! -s "$TMP/.out" -a ! -s "$TMP/.err"
    logged "\"level\":\"warning\",\"msg\":\".*config\.toml:$2"
    start 42 "$RUNTIME" delete c
    executed
    expect_err "^cdikit-runtime: warning: .*config\.toml:$2"
    check 'nothing on stdout' test ! -s "$TMP/.out"
}
refuse_toml 'nvidia-container-runtime = 3' '1:28: .*must be a table'
refuse_toml $'[nvidia-container-runtime]\nruntimes = "runc"' '2:12: .*must be an array of strings'
refuse_toml $'a = 1\na = 2' '2:1: '
printf 'nvidia-container-runtime.runtimes = []\n' >"$TMP/config.toml"
start 1 "$RUNTIME" state c
refused
printf 'nvidia-container-runtime.modes.cdi.spec-dirs = []\n' >"$TMP/config.toml"
start 1 "$RUNTIME" create -b "$TMP/b" c
refused
expect_err 'example.com/device=a'
rm "$TMP/config.toml"
start 42 "$RUNTIME" state c
executed
mkdir "$TMP/config.toml"
start 1 "$RUNTIME" create -b "$TMP/b" c
refused
start 42 "$RUNTIME" state c
executed
rmdir "$TMP/config.toml"

{ echo 'nvidia-container-runtime.lgo-level = "debug"' && cat "$TMP/usual.toml"; } >"$TMP/config.toml"
config "$requests"
start 42 "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
executed
logged 'level=warning msg=".*config\.toml:1:38: .*lgo-level.*log-level'
check 'the engine has the warning, stderr has nothing' test ! -s "$TMP/.err"
start 42 "$RUNTIME" --log "$TMP/log" state c
check 'a key that is not known is told at creates alone' test ! -e "$TMP/log" -a ! -s "$TMP/.err"

### Plain names, and variables that are there.
cat >"$TMP/cdi/plain.yaml" <<'YAML'
cdiVersion: 0.6.0
kind: example.com/plain
devices:
  - name: "0"
    containerEdits:
      env: [OLD=new]
YAML
{ printf 'nvidia-container-runtime.mode = "cdi"\n' && cat "$TMP/usual.toml" &&
    printf 'default-kind = "example.com/plain"\n'; } >"$TMP/config.toml"
config '{"ociVersion":"1.0.2","process":{"env":["NVIDIA_VISIBLE_DEVICES=0,0","OLD=old","Z=z"]}}'
start 42 "$RUNTIME" create -b "$TMP/b" c
executed
check 'mode cdi: a plain name is of the default kind, a new value stands behind the old one' \
    grep -Fq '"env":["NVIDIA_VISIBLE_DEVICES=0,0","OLD=old","Z=z","OLD=new"]' "$TMP/b/config.json"
before=$(fingerprint "$TMP/b/config.json")
start 42 "$RUNTIME" create -b "$TMP/b" c
check 'a second create changes nothing' test "$before" = "$(fingerprint "$TMP/b/config.json")"

### Who may ask by a variable.
{ echo 'accept-nvidia-visible-devices-envvar-when-unprivileged = false' && cat "$TMP/usual.toml"; } \
    >"$TMP/config.toml"
config "$requests"
before=$(fingerprint "$TMP/b/config.json")
start 42 "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
executed
check 'not an unprivileged container' test "$before" = "$(fingerprint "$TMP/b/config.json")"
logged 'level=warning msg="NVIDIA_VISIBLE_DEVICES does not count'
config "${requests/\"args\"/\"capabilities\":\{\"bounding\":[\"CAP_SYS_ADMIN\"]\},\"args\"}"
start 42 "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
check 'a privileged one' grep -q '"CDI=a"' "$TMP/b/config.json"
check 'no warning' test ! -e "$TMP/log"

### The low-level runtime.
printf 'nvidia-container-runtime.runtimes = ["/none/runc", "no-such-runtime"]\n' >"$TMP/config.toml"
start 1 "$RUNTIME" --log "$TMP/log" state c
refused
logged '/none/runc, no-such-runtime'
usual
mkdir "$TMP/first"
ln -s "$RUNTIME" "$TMP/first/runc"
start 42 env PATH="$TMP/first:$PATH" "$TMP/first/runc" state c
executed
printf 'nvidia-container-runtime.runtimes = ["%s"]\n' "$TMP/first/runc" >"$TMP/config.toml"
start 1 timeout 20 "$RUNTIME" state c
refused
expect_err 'this program itself'
# Copies of the wrapper do not execute each other.
mkdir "$TMP/copies"
cp "$RUNTIME" "$TMP/copies/runc"
cp "$RUNTIME" "$TMP/copies/other"
printf 'nvidia-container-runtime.runtimes = ["%s", "%s"]\n' "$TMP/copies/runc" "$TMP/copies/other" \
    >"$TMP/config.toml"
start 1 timeout 20 "$RUNTIME" state c
refused
expect_err 'this program itself'
printf 'no program' >"$TMP/bin/nothing"
chmod +x "$TMP/bin/nothing"
printf 'nvidia-container-runtime.runtimes = ["nothing"]\n' >"$TMP/config.toml"
start 1 "$RUNTIME" --log "$TMP/log" state c
refused
logged 'cannot execute'

### What a message quotes.
usual
esc=$(printf '\033')
config "${requests/=a/=none}"
for format in text json; do
    start 1 "$RUNTIME" --log "$TMP/log" --log-format $format create -b "$TMP/${esc}[2J
level=error msg=forged" c
    refused
    check 'no control character on stderr' sh -c '! tr -d "\n" <"$1" | grep -q "[[:cntrl:]]"' sh "$TMP/.err"
    logged '\\x1b\[2J\\+nlevel=error'
done
long=$(head -c 100000 /dev/zero | tr '\0' x)
config "${requests/device=a\"/device=$long\"}"
start 1 "$RUNTIME" --log "$TMP/log" --log-format json create -b "$TMP/b" c
refused
check 'stderr has a limit' test "$(wc -c <"$TMP/.err")" -le 8300
check 'so has the log' test "$(wc -c <"$TMP/log")" -le 8400
config "{\"annotations\":{\"cdi.k8s.io/$long\":\"x,\"}}"
{ echo 'nvidia-container-runtime.mode = "cdi"' && cat "$TMP/usual.toml"; } >"$TMP/config.toml"
start 1 "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
refused
check 'stderr has a limit' test "$(wc -c <"$TMP/.err")" -le 8300
start 1 "$RUNTIME" --log "$TMP/log" create -b "$TMP/$(head -c 3000 <<<"$long")/" c
check 'a message of 3000 bytes is whole' grep -q 'x\{100\}: .*: File name too long$' "$TMP/.err"

### Writing fails.
# limited BYTES COMMAND...: no file may become larger (setrlimit(2)); a signal says so.
limited() {
    python3 -c 'import resource, subprocess, sys
n = int(sys.argv[1])
run = subprocess.run(sys.argv[2:], stderr=subprocess.PIPE,
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)))
sys.stderr.buffer.write(run.stderr)
sys.exit(run.returncode if run.returncode >= 0 else 128 - run.returncode)' "$@"
}
config "$requests"
before=$(fingerprint "$TMP/b/config.json")
for bytes in 0 10; do
    rm -f "$NOTES"
    expect_status 1 limited $bytes "$RUNTIME" create -b "$TMP/b" c
    refused
    expect_err 'b/config\.json: cannot replace: File too large'
    check "at most $bytes bytes: config.json is untouched" \
        test "$before" = "$(fingerprint "$TMP/b/config.json")"
    check "at most $bytes bytes: nothing is left over" test "$(ls -A "$TMP/b")" = config.json
done
# unread FD COMMAND...: FD is a pipe that nobody reads any more.
unread() {
    python3 -c 'import os, subprocess, sys
r, w = os.pipe()
os.close(r)
fd = {sys.argv[1]: w}
run = subprocess.run(sys.argv[2:], stdout=fd.get("1"), stderr=fd.get("2"))
sys.exit(run.returncode if run.returncode >= 0 else 128 - run.returncode)' "$@"
}
config "${requests/=a/=none}"
rm -f "$TMP/log"
expect_status 1 unread 2 "$RUNTIME" --log "$TMP/log" create -b "$TMP/b" c
logged 'example.com/device=none'
expect_status 1 unread 2 "$RUNTIME" create -b "$TMP/b" c
mv "$TMP/config.toml" "$TMP/kept.toml"
echo broken >"$TMP/config.toml"
expect_status 42 unread 2 "$RUNTIME" state c
mv "$TMP/kept.toml" "$TMP/config.toml"

if [ "$(id -u)" != 0 ] || ! mkdir "$TMP/small" || ! mount -t tmpfs -o size=64k none "$TMP/small"; then
    skip 'a full filesystem' 'mounting needs root'
else
    cleanup() { umount "$TMP/small" 2>/dev/null; }
    mkdir "$TMP/small/b"
    filler=$(head -c 40000 /dev/zero | tr '\0' x)
    echo "${requests/\"x\"/\"$filler\"}" >"$TMP/small/b/config.json"
    before=$(fingerprint "$TMP/small/b/config.json")
    start 1 "$RUNTIME" --log "$TMP/log" create -b "$TMP/small/b" c
    refused
    expect_err 'small/b/config\.json: cannot replace: No space left on device'
    logged 'No space left on device'
    check 'a full filesystem: config.json is untouched' \
        test "$before" = "$(fingerprint "$TMP/small/b/config.json")"
    check 'a full filesystem: nothing is left over' test "$(ls -A "$TMP/small/b")" = config.json
    umount "$TMP/small"
fi

### A bundle in foreign hands.
# Whoever owns the directory of the bundle can put another one in its place at any moment. What is
# in the other directory must stay as it is, and what was read must stay private.
mkdir "$TMP/foreign" "$TMP/victim"
config "$requests"
cp "$TMP/b/config.json" "$TMP/foreign/config.json"
printf 'precious' >"$TMP/victim/config.json"
before=$(fingerprint "$TMP/victim/config.json")
ln -s foreign "$TMP/bundle"
(
    trap 'exit 0' TERM
    while :; do
        ln -sfn victim "$TMP/bundle"
        ln -sfn foreign "$TMP/bundle"
    done
) 2>/dev/null &
swapper=$!
for _ in $(seq 100); do
    cp "$TMP/b/config.json" "$TMP/foreign/config.json"
    NOTES=/dev/null "$RUNTIME" create -b "$TMP/bundle" c
done 2>/dev/null
kill "$swapper"
wait "$swapper" 2>/dev/null
check 'the file of another directory is never replaced' \
    test "$before" = "$(fingerprint "$TMP/victim/config.json")"
check 'nothing is left over' test -z "$(find "$TMP/victim" "$TMP/foreign" -name '.cdikit*')"

### The log.
usual
config "${requests/=a/=none}"
start 1 sh -c 'umask 022; exec "$@"' sh "$RUNTIME" --log "$TMP/new/dir/log" create -b "$TMP/b" c
refused
check 'the log and its directories are made' test "$(stat -c %a "$TMP/new/dir/log")" = 644
start 1 "$RUNTIME" --log /dev/stderr --log-format json create -b "$TMP/b" c
expect_err '^\{"level":"error".*\}$'
check 'a log that is stderr is told once' test "$(wc -l <"$TMP/.err")" = 1
start 1 "$RUNTIME" --log /proc/none/log create -b "$TMP/b" c
expect_err 'cannot open the log file /proc/none/log'
expect_err 'example.com/device=none'
start 1 "$RUNTIME" --log "$TMP/a" --log "$TMP/log" --log-format=json --log-format text create -b "$TMP/b" c
logged '^time='
config "$requests"
start 42 "$RUNTIME" --debug --log "$TMP/log" --log-format json create -b "$TMP/b" c
check '--debug: the decision is in the log' grep -q '"level":"info","msg":"mode cdi, 1 devices"' "$TMP/log"
check '--debug: and what was done' grep -q '"level":"debug","msg":".*config\.json is replaced"' "$TMP/log"
start 42 "$RUNTIME" --debug=false --log "$TMP/log" create -b "$TMP/b" c
check 'no log without --debug' test ! -e "$TMP/log"
finish
