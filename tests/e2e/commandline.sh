#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wrapper edits the config.json that runc and crun then open, however the command line names
# it, and none where they open none. strace tells what they open.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

RUNTIME=$BUILD/cdikit-runtime
dirs=(cwd D E create undle undle=D "=D" "=E" -x -b -- D/c)
mkdir -p "$TMP/cdi"
cat >"$TMP/cdi/a.yaml" <<'YAML'
cdiVersion: 0.6.0
kind: example.com/device
devices:
  - name: a
    containerEdits:
      mounts: [{hostPath: /x, containerPath: /edited}]
YAML

# Bundles beneath the working directory; a runtime that reads one creates nothing from it.
make_bundles() {
    rm -rf "$TMP/cwd"
    for dir in "${dirs[@]}"; do
        [ "$dir" = cwd ] || dir=cwd/$dir
        mkdir -p "$TMP/$dir"
        echo '{"ociVersion":"1.0.2","annotations":{"cdi.k8s.io/x":"example.com/device=a"}}' \
            >"$TMP/$dir/config.json"
    done
    cp "$TMP/cwd/config.json" "$TMP/cwd/other.json"
}

# opened RUNTIME WORD...: the first configuration that the runtime opens, from the top of cwd.
opened() {
    (cd "$TMP/cwd" && timeout 20 strace -f -qq -e trace=openat,chdir -o "$TMP/trace" "$@" \
        >/dev/null 2>&1 </dev/null)
    python3 - "$TMP/trace" "$TMP/cwd" <<'PYTHON'
import os, re, sys
top = cwd = os.path.realpath(sys.argv[2])
for line in open(sys.argv[1]):
    if m := re.search(r'chdir\("(.*)"\) += 0', line):
        cwd = os.path.join(cwd, m[1])
    elif m := re.search(r'openat\(AT_FDCWD, "(.*/)?((config|other)\.json)", .*\) += \d', line):
        print(os.path.relpath(os.path.realpath(os.path.join(cwd, (m[1] or "") + m[2])), top))
        break
PYTHON
}

# edited RUNTIME WORD...: what the wrapper edits with this runtime behind it.
edited() {
    cat >"$TMP/config.toml" <<TOML
nvidia-container-runtime.runtimes = ["$1"]
nvidia-container-runtime.modes.cdi.spec-dirs = ["$TMP/cdi"]
TOML
    shift
    (cd "$TMP/cwd" && NVIDIA_CTK_CONFIG_FILE_PATH=$TMP/config.toml timeout 20 "$RUNTIME" "$@" \
        >/dev/null 2>&1 </dev/null)
    (cd "$TMP/cwd" && grep -rl '"/edited"' . | sed 's|^\./||')
}

# Globals and create's words; '_' is an empty word. Options that neither runtime has are left out:
# both refuse them, but the wrapper takes them for those of a newer one.
lines='
create -b D c
create -b=D c
create -bD c
create -bundle D c
create -bundle=D c
create --bundle D c
create --bundle=D c
create --b D c
create --b=D c
create --bun D c
create --bun=D c
create ---bundle D c
create c --bundle D
create c -b D
create c -bD
create create -b D
create -- c --bundle D
create -- -b D c
create -- c
create -b D -- c
create -b D c --
create -b D c -- d
create --bundle= c
create --bundle _ c
create -b= c
create --bundle
create c --bundle
create c -b
create -b E -b D c
create -b D -b=E c
create --bundle E -b D c
create --bundle D --bundle=E c
create --bundle -x c
create --bundle -- c
create --bundle -b -b D c
create -bbD c
create --no-pivot -b D c
create --no-pivot=true -b D c
create --no-pivot=F -b D c
create --no-pivot=maybe -b D c
create --no-pivot c -b D
create c --no-pivot -b D
create -b D --no-pivot c
create -b D c --no-pivot
create -b D --no-pivot --no-new-keyring c
create --no -b D c
create --help -b D c
create --help=false -b D c
create -h -b D c
create -b D c --help
create --h -b D c
create --usage -b D c
create -? -b D c
create -?b D c
create --version -b D c
create -v -b D c
create -V -b D c
create -b D
create -b D c d
create _ -b D c
create - -b D c
create -b D -
create
create -f other.json c
create -fother.json c
create --config other.json -b D c
create --config=other.json -b D c
create --conf other.json c
create --config config.json -b D c
create --config=./config.json -b D c
create --config= -b D c
create -f D/config.json -b E c
create -f other.json -f config.json -b D c
create --preserve-fds 3 -b D c
create --preserve-fds=0 -b D c
create --pid-file --bundle D c
create --pid-file -b -b D c
create --pid-file --no-pivot -b D c
create --pid-file=--bundle -b D c
create -b D --pid-file
create --pid E -b D c
create --p E -b D c
create --c E -b D c
create --prog E -b D c
create --console-socket create -b D c
create --console-socket -b -b D c
create --no-new-keyring -b D c
create -=x -b D c
--help create -b D c
--help=false create -b D c
-h create -b D c
--usage create -b D c
-? create -b D c
--version create -b D c
--version=false create -b D c
-v create -b D c
-V create -b D c
--debug create -b D c
--debug=false create -b D c
--debug=1 create -b D c
-debug create -b D c
--deb create -b D c
--bundle D create c
-b D create c
-b create create c
--systemd-cgroup create -b D c
--systemd-cgroup=true create -b D c
--rootless create create -b D c
--log l create -b D c
--log-format json create -b D c
--log-f json create -b D c
--lo json create -b D c
--root create create -b D c
--root=create create create
-- create -b D c
-- --debug create -b D c
--debug -- create -b D c
run -b D c
help create -b D c
'

for name in runc crun; do
    if [ "$(id -u)" != 0 ] || ! strace -o /dev/null true 2>/dev/null || ! command -v "$name" >/dev/null; then
        skip "the command line of $name" 'this needs root, strace and the runtime'
        continue
    fi
    path=$(command -v "$name")
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        read -ra words <<<"$line"
        words=("${words[@]/#_/}")
        make_bundles
        theirs=$(opened "$path" --root "$TMP/state" "${words[@]}")
        case $line in run*) theirs= ;; esac # no create, whatever it opens
        make_bundles
        ours=$(edited "$path" --root "$TMP/state" "${words[@]}")
        check "$name $line: ${theirs:-nothing}" test "$ours" = "$theirs"
        rm -rf "$TMP/state"
    done <<<"$lines"
done
finish
