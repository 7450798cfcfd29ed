#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit doctor: each check on a simulated node that is sound, and on one with the fault.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../node.sh"

# ---- use ----
expect_status 2 "$cdikit" doctor more
expect_status 2 "$cdikit" doctor --fix --root "$TMP"
expect_err '--fix repairs the node that it runs on'
expect_status 2 "$cdikit" doctor --checks --root "$TMP"
expect_err '--checks goes alone'
expect_status 3 "$cdikit" doctor --root "$TMP/none"
expect_err "$TMP/none: No such file"
expect_status 2 "$cdikit" doctor --engine rkt
expect_err 'rkt'
expect_status 2 "$cdikit" doctor --engine docker@installed --root "$TMP"
expect_err 'does not go with --root'
expect_status 2 "$cdikit" doctor --engine docker --checks
expect_status 0 "$cdikit" doctor --help
expect_out '^Usage: cdikit doctor'
expect_status 0 "$cdikit" doctor --checks --json
check "docs/doctor.md has the table" python3 -c '
import json, sys
checks = json.load(open(sys.argv[1]))
text = open(sys.argv[2]).read().split("## ")[1]
rows = [line.split(" | ") for line in text.splitlines(True) if line.startswith("| `")]
want = [["| `%s`" % c["id"], c["summary"], c["repair"] + (" (`--fix`)" if c["fix"] else "") + " |\n"]
        for c in checks]
sys.exit("in docs/doctor.md:\n%s\nis:\n%s" % (rows, want) if rows != want else 0)
' "$TMP/.out" "$TOP/docs/doctor.md"
expect_status 0 "$cdikit" doctor --checks
expect_out '^spec-stale +--fix +what cdikit refresh wrote is of the node as it is$'
expect_out '^selinux +- +SELinux lets containers use devices$'
need_node "cdikit doctor"

# put FILE [TEXT]: a file of the node.
put() {
    mkdir -p "$node/$(dirname "$1")"
    printf '%s\n' "${2-}" >"$node/$1"
}

program() {
    put "$1" '#!/bin/sh'
    chmod 755 "$node/$1"
}

links() { # the links of /dev/char, as udev makes them
    local path name
    mkdir -p "$node/dev/char"
    for path in "$node"/dev/nvidia* "$node"/dev/nvidia-caps/*; do
        name=${path#"$node/dev/"}
        [ ! -c "$path" ] ||
            ln -sfn "../$name" "$node/dev/char/$((0x$(stat -c %t "$path"))):$((0x$(stat -c %T "$path")))"
    done
}

# sound MACHINE: such a node with all that containers need.
sound() {
    node=$TMP/node
    tree "$1" "$node"
    mkdir -p "$node/etc/cdi" "$node/run/cdi" "$node/run/systemd/system"
    mkdir -p "$node/etc/systemd/system/multi-user.target.wants" "$node/var"
    ln -sfn ../run "$node/var/run"
    ln -s /lib/systemd/system/cdikit-refresh.service \
        "$node/etc/systemd/system/multi-user.target.wants/cdikit-refresh.service"
    put sys/fs/cgroup/cgroup.controllers 'cpu io memory'
    put sys/fs/selinux/enforce 1
    put sys/fs/selinux/booleans/container_use_devices '1 1'
    put etc/subuid 'user:100000:65536'
    put etc/subgid 'user:100000:65536'
    put proc/sys/user/max_user_namespaces 15000
    put proc/sys/kernel/osrelease 6.1.0
    put lib/modules/6.1.0/modules.dep 'updates/dkms/nvidia.ko.xz:
updates/dkms/nvidia-uvm.ko.xz: updates/dkms/nvidia.ko.xz
kernel/drivers/net/veth.ko.xz:'
    for name in podman dockerd crio nvidia-cdi-hook nvidia-container-runtime; do
        program "usr/bin/$name"
    done
    put etc/docker/daemon.json '{
    "features": {"cdi": true},
    "runtimes": {"nvidia": {"path": "nvidia-container-runtime", "args": []}},
    "exec-opts": ["native.cgroupdriver=systemd"]
}'
    links
    refresh
}

# refresh: the document of the node as it is now, and a moment for the clock of files.
refresh() {
    sleep 0.05
    "$cdikit" refresh -q --force --root "$node" --output "$node/run/cdi/nvidia.yaml" || not_ok "refresh"
}

# look STATUS: what there is to say.
look() { expect_status "$1" "$cdikit" doctor --root "$node" --json; }

# finds CHECK STATE PATTERN...: a finding of the last look has all of these, in any member.
finds() {
    local check=$1 state=$2
    shift 2
    check "$check finds: $state: $*" python3 -c '
import json, re, sys
check, state = sys.argv[2:4]
found = [f for c in json.load(open(sys.argv[1]))["checks"] if c["id"] == check for f in c["findings"]]
def fits(f):
    text = "\n".join("%s=%s" % (k, f[k]) for k in f)
    return re.fullmatch(state, f["state"]) and all(re.search(p, text, re.M) for p in sys.argv[4:])
sys.exit(0 if any(map(fits, found)) else "no such finding in %s" % found)' \
        "$TMP/.out" "$check" "$state" "$@"
}

# state CHECK STATE: of the whole check, in the last look.
state() {
    check "$1 is $2" python3 -c '
import json, sys
found = [c for c in json.load(open(sys.argv[1]))["checks"] if c["id"] == sys.argv[2]]
sys.exit(0 if [c["state"] for c in found] == [sys.argv[3]] else str(found))' "$TMP/.out" "$@"
}

# ---- a sound node: every check is ok, and has its evidence ----
sound two-gpus
look 0
check "all checks are ok" python3 -c '
import json, sys
report = json.load(open(sys.argv[1]))
bad = [c for c in report["checks"] if c["state"] != "ok"]
assert report["problems"] == report["warnings"] == report["unknown"] == 0, report
assert report["root"] == sys.argv[2] and report["repairs"] == []
sys.exit(str(bad) if bad else 0)' "$TMP/.out" "$node"
finds driver-loaded ok 'path=/proc/driver/nvidia/version' 'value=570\.133\.20'
finds driver-modules ok '4 modules .* proprietary kind'
finds driver-libraries ok 'path=/usr/lib/x86_64-linux-gnu/libcuda\.so\.570\.133\.20'
finds nodes ok 'all 6 device nodes'
finds node-numbers ok 'value=nvidia 195, nvidia-uvm 511'
finds char-links ok 'all 6 devices'
finds spec-dirs ok 'value=/etc/cdi, /var/run/cdi'
finds spec-stale ok 'path=/var/run/cdi/nvidia\.yaml'
finds engine-cdi ok 'podman reads CDI documents'
finds engine-cdi ok 'docker reads CDI documents' 'path=/etc/docker/daemon\.json:2:25'
finds engine-cdi ok 'cri-o reads CDI documents'
finds engine-runtimes ok 'docker.*"nvidia".*can be run'
finds refresh-units ok 'value=cdikit-refresh\.service'
expect_status 0 "$cdikit" doctor --root "$node"
expect_file "$TOP/tests/cli/expected/doctor.txt"
expect_status 0 "$cdikit" doctor --quiet --root "$node"
check "nothing to say with --quiet" test -z "$OUT$ERR"

# ---- the driver ----
mv "$node/proc/driver/nvidia/version" "$TMP/version"
look 1
finds driver-loaded problem 'the NVIDIA driver is not loaded' 'node_command=modprobe nvidia' 'fix=False'
state nodes not-applicable
mv "$TMP/version" "$node/proc/driver/nvidia/version"

mkdir "$TMP/information"
mv "$node/proc/driver/nvidia/gpus/0000:17:00.0" "$TMP/information/"
look 1
finds spec-stale problem 'value=/proc/driver/nvidia/gpus'
finds driver-loaded warning 'GPU 0000:17:00.0 is bound to the driver, which does not show it' 'NVRM'
driver=$(readlink "$node/sys/devices/pci0000:17/0000:17:00.0/driver")
ln -sfn "${driver%/*}/nouveau" "$node/sys/devices/pci0000:17/0000:17:00.0/driver"
mkdir -p "$node/sys/bus/pci/drivers/nouveau"
look 1
finds driver-loaded problem 'nouveau has taken GPU 0000:17:00.0'
rm "$node/sys/devices/pci0000:17/0000:17:00.0/driver"
look 1
finds driver-loaded problem 'no kernel driver has taken GPU 0000:17:00.0'
ln -sfn "$driver" "$node/sys/devices/pci0000:17/0000:17:00.0/driver"
mv "$TMP/information/0000:17:00.0" "$node/proc/driver/nvidia/gpus/"

put sys/module/nvidia_uvm/version 570.86.15
look 1
finds driver-modules problem 'path=/sys/module/nvidia_uvm/version' 'value=570\.86\.15' 'says 570\.133\.20'
put sys/module/nvidia_uvm/version 570.133.20
echo 'kernel/nvidia-570-open/nvidia.ko:' >>"$node/lib/modules/6.1.0/modules.dep"
look 0
finds driver-modules warning 'installed twice .* updates/dkms/nvidia.ko.xz and kernel/nvidia-570-open/nvidia.ko'
sed -i '$d' "$node/lib/modules/6.1.0/modules.dep"

put usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14
look 0
finds driver-libraries warning 'version 550\.54\.14 is left' 'path=/usr/lib/x86_64-linux-gnu/libcuda\.so\.550\.54\.14'
rm "$node/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14"
put etc/nvidia-container-runtime/config.toml '[nvidia-container-cli]
root = "/run/nvidia/driver"'
look 3
finds driver-libraries unknown 'driver root /run/nvidia/driver: No such file'
rm "$node/etc/nvidia-container-runtime/config.toml"

# ---- device nodes ----
rm "$node/dev/nvidia-uvm" "$node/dev/nvidia-modeset" "$node/dev/nvidia0"
look 1
finds nodes problem 'path=/dev/nvidia-uvm' 'node_command=nvidia-ctk system create-device-nodes --control-devices$' 'fix=False'
finds nodes warning 'path=/dev/nvidia-modeset' 'fix=False'
finds nodes problem 'path=/dev/nvidia0' 'node of GPU 0000:17:00\.0 does not exist' 'node_command=nvidia-modprobe -c 0$' 'fix=False'
finds spec-live problem '/dev/nvidia0'
sed -i '/nvidia-uvm/d' "$node/proc/devices"
look 1
finds nodes problem 'path=/dev/nvidia-uvm' 'module is not loaded' '--load-kernel-modules' 'fix=False'
sed -i 's/^195 nvidia$/511 nvidia-uvm\n&/' "$node/proc/devices"
mknod -m 666 "$node/dev/nvidia-uvm" c 510 0
mknod -m 666 "$node/dev/nvidia-modeset" c 195 254
mknod -m 600 "$node/dev/nvidia0" c 195 0
look 1
finds node-numbers problem 'path=/dev/nvidia-uvm' 'value=510:0' 'the kernel says 511:0' \
    'node_command=rm /dev/nvidia-uvm && nvidia-ctk system create-device-nodes --control-devices$' 'fix=False'
finds node-permissions warning 'path=/dev/nvidia0' 'value=0600' 'node_command=chmod 0666 /dev/nvidia0$'
rm "$node/dev/nvidia-uvm" "$node/dev/nvidia0"
mkdir "$node/dev/nvidia-uvm"
mknod -m 666 "$node/dev/nvidia0" c 195 0
look 1
finds node-numbers problem 'path=/dev/nvidia-uvm' 'and is none' 'node_command=rm -r /dev/nvidia-uvm '
rmdir "$node/dev/nvidia-uvm"
mknod -m 666 "$node/dev/nvidia-uvm" c 511 0
# The mode that the driver was told is right, whatever it is.
sed -i 's/^DeviceFileMode: 438/DeviceFileMode: 432/' "$node/proc/driver/nvidia/params"
chmod 660 "$node"/dev/nvidia*[a-z01]
look 1
finds spec-stale problem 'value=/dev/nvidia'
state node-permissions ok
chmod 666 "$node"/dev/nvidia*[a-z01]
sed -i 's/^DeviceFileMode: 432/DeviceFileMode: 438/' "$node/proc/driver/nvidia/params"

rm "$node/dev/char/195:255"
ln -sfn ../null "$node/dev/char/195:0"
look 1
finds char-links warning '1 of 6 devices' '/dev/nvidiactl' 'node_command=nvidia-ctk system create-dev-char-symlinks$' 'fix=False'
finds char-links problem 'path=/dev/char/195:0' 'node_command=ln -sfn /dev/nvidia0 /dev/char/195:0$' 'fix=False'
mv "$node/run/systemd" "$TMP/systemd"
look 1
state char-links not-applicable
finds engine-cgroup-driver problem 'docker is told to let systemd' 'value=systemd'
mv "$TMP/systemd" "$node/run/systemd"
links

# ---- documents ----
chmod 775 "$node/etc/cdi"
chmod 666 "$node/run/cdi/nvidia.yaml"
look 1
finds spec-dirs problem 'path=/etc/cdi' 'value=0775' 'node_command=chmod go-w /etc/cdi$'
finds spec-dirs problem 'path=/var/run/cdi/nvidia\.yaml' 'value=0666'
chmod 755 "$node/etc/cdi"
chmod 644 "$node/run/cdi/nvidia.yaml"
chown 1000 "$node/run/cdi/nvidia.yaml"
look 1
finds spec-dirs problem 'value=uid 1000' 'node_command=chown root /var/run/cdi/nvidia\.yaml$'
chown 0 "$node/run/cdi/nvidia.yaml"
refresh

put etc/cdi/broken.yaml 'cdiVersion: 0.5.0
kind: example.com/gpu
devices: 7'
look 1
finds spec-documents problem 'path=/etc/cdi/broken\.yaml' 'message=/etc/cdi/broken.yaml:3:10: ' 'cdikit validate /etc/cdi/broken.yaml'
rm "$node/etc/cdi/broken.yaml"
mkdir "$TMP/keep"
mv "$node/run/cdi/nvidia.yaml" "$TMP/keep/"
look 0
finds spec-documents warning 'no document of its GPUs' 'node_command=cdikit refresh$' 'fix=False'
mv "$TMP/keep/nvidia.yaml" "$node/run/cdi/"

example() { # NAME VALUE: a document of one device that does nothing but set a variable
    put "$1" "cdiVersion: 0.5.0
kind: example.com/thing
devices:
    - name: a
      containerEdits:
        env: [A=$2]
    - name: b
      containerEdits:
        env: [B=$2]"
}
example etc/cdi/thing.yml 1
example etc/cdi/OTHER.YAML 1
mkdir "$node/etc/cdi/more"
look 0
finds spec-ignored warning 'path=/etc/cdi/thing\.yml' 'node_command=mv /etc/cdi/thing.yml /etc/cdi/thing.yaml$'
finds spec-ignored warning 'node_command=mv /etc/cdi/OTHER.YAML /etc/cdi/OTHER.yaml$'
finds spec-ignored warning 'path=/etc/cdi/more' 'directories'
example etc/cdi/thing.yaml 1
look 0
finds spec-ignored warning 'path=/etc/cdi/thing\.yml' 'is taken'
rm -r "$node"/etc/cdi/*

# Engines load a name that is nothing but the ending.
example etc/cdi/.yaml 1
look 0
state spec-ignored ok
rm "$node/etc/cdi/.yaml"

example etc/cdi/thing.yaml 1
example etc/cdi/thing2.yaml 2
look 1
finds spec-conflicts problem 'path=/etc/cdi/thing\.yaml' '2 of its 2 devices are defined in /etc/cdi/thing2\.yaml'
finds spec-conflicts problem 'path=/etc/cdi/thing2\.yaml' 'in /etc/cdi/thing\.yaml'
rm "$node/etc/cdi/thing2.yaml"
example run/cdi/thing2.yaml 2
look 0
finds spec-shadowed warning 'path=/etc/cdi/thing\.yaml' 'hidden by /var/run/cdi/thing2\.yaml' 'node_command=rm /etc/cdi/thing.yaml$' 'fix=False'
sed -i 's/name: b/name: c/' "$node/etc/cdi/thing.yaml"
look 0
finds spec-shadowed warning '1 of its 2 devices are hidden' 'the others are used'
rm "$node/etc/cdi/thing.yaml" "$node/run/cdi/thing2.yaml"

# ---- documents and the node ----
refresh
put usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json '{}'
look 0
finds spec-stale warning 'value=.*(changed|appeared)' 'options were given'
refresh
rm "$node/usr/share/egl/egl_external_platform.d/20_nvidia_xlib.json"
look 1
finds spec-stale problem 'value=.* vanished'
finds spec-live problem '20_nvidia_xlib\.json' 'value=live-mount-missing'
refresh
look 0
state spec-stale ok
echo '# edited' >>"$node/run/cdi/nvidia.yaml"
look 0
finds spec-stale warning 'value=/var/run/cdi/nvidia.yaml changed'
echo damaged >"$node/run/cdi/.nvidia.yaml.cdikit"
look 0
finds spec-stale warning 'is damaged' 'node_command=cdikit refresh --output /var/run/cdi/nvidia.yaml$' 'fix=False'
mv "$node/dev/nvidia0" "$TMP/keep/"
"$cdikit" refresh -q --root "$node" --output "$node/run/cdi/nvidia.yaml"
mv "$TMP/keep/nvidia0" "$node/dev/"
look 0
finds spec-stale warning 'something had to be left out' 'node_command=cdikit refresh --output /var/run/cdi/nvidia.yaml$' 'fix=False'
refresh

program usr/bin/nvidia-cdi-hook
chmod 644 "$node/usr/bin/nvidia-cdi-hook"
look 1
finds hook-programs problem '/usr/bin/nvidia-cdi-hook' 'value=live-hook-not-executable'
chmod 777 "$node/usr/bin/nvidia-cdi-hook"
look 1
finds hook-programs problem 'value=live-hook-writable'
chmod 755 "$node/usr/bin/nvidia-cdi-hook"
chown 1000 "$node/usr/bin/nvidia-cdi-hook"
look 0
finds hook-programs warning 'value=live-hook-owner'
rm "$node/usr/bin/nvidia-cdi-hook"
look 1
finds hook-programs problem 'value=live-hook-missing'
program usr/bin/nvidia-cdi-hook
refresh

# ---- engines ----
put etc/docker/daemon.json '{"features": {"cdi": false}}'
look 1
finds engine-cdi problem 'docker does not read CDI documents' 'path=/etc/docker/daemon\.json:1:' 'hint=.*daemon\.json.*systemctl restart docker'
state engine-runtimes not-applicable
put etc/docker/daemon.json '{"features": {"cdi": false}, "runtimes": {"nvidia": {"path": "/opt/none"}}, "default-runtime": "nvidia"}'
look 1
finds engine-cdi warning 'docker does not read CDI documents, and containers get GPUs by a runtime alone'
finds engine-runtimes problem '"nvidia", its default, does not exist' 'value=/opt/none' 'no container starts'
put etc/docker/daemon.json '{}'
look 0
finds engine-cdi warning 'docker is not told' 'since version 28\.2\.0' 'hint=--engine docker@installed'
expect_status 1 "$cdikit" doctor --root "$node" --json --engine docker@28.2.0 --engine containerd@1.7.0
finds engine-cdi ok 'docker reads CDI documents'
finds engine-cdi problem 'containerd does not read CDI documents'
put etc/docker/daemon.json '{"features": {"cdi": true}, "exec-opts": ["native.cgroupdriver=cgroupfs"]}'
look 0
finds engine-cgroup-driver warning 'docker manages control groups itself' 'value=cgroupfs' 'path=/etc/docker/daemon\.json:1:43'
put etc/docker/daemon.json '{"features": {"cdi": true}, "cdi-spec-dirs": ["/etc/cdi", "/opt/cdi"]}'
look 1
finds engine-spec-dirs problem 'docker does not read /var/run/cdi' 'value=/etc/cdi, /opt/cdi' 'cdi-spec-dirs'
put etc/docker/daemon.json '{"features": {"cdi": true}, "cdi-spec-dirs": ["/etc/cdi", "/run/cdi"]}'
look 0
state engine-spec-dirs ok
put etc/docker/daemon.json '{'
look 1
finds engine-cdi problem 'docker: ' 'path=/etc/docker/daemon\.json:'
put etc/docker/daemon.json '{"features": {"cdi": true}}'
rm "$node"/usr/bin/{podman,dockerd,crio}
look 0
for check in engine-cdi engine-spec-dirs engine-runtimes engine-cgroup-driver; do state $check not-applicable; done

# ---- the host ----
put sys/fs/selinux/booleans/container_use_devices '0 0'
look 0
finds selinux warning 'value=0 0' 'node_command=setsebool -P container_use_devices on$' 'fix=False'
rm "$node/sys/fs/selinux/booleans/container_use_devices"
look 0
finds selinux warning 'no boolean'
put sys/fs/selinux/enforce 0
look 0
finds selinux ok 'only logs'
rm -r "$node/sys/fs/selinux"
look 0
state selinux not-applicable

rm "$node/sys/fs/cgroup/cgroup.controllers"
look 1
finds cgroup problem 'no control groups'
mkdir "$node/sys/fs/cgroup/devices"
look 0
finds cgroup warning 'value=v1' 'unified_cgroup_hierarchy'
put sys/fs/cgroup/unified/cgroup.controllers
look 0
finds cgroup warning 'value=hybrid'
put sys/fs/cgroup/cgroup.controllers

put proc/sys/user/max_user_namespaces 0
put proc/sys/kernel/unprivileged_userns_clone 0
rm "$node/etc/subgid"
chmod 700 "$node/run/cdi"
chmod 600 "$node/run/cdi/nvidia.yaml"
look 0
finds rootless warning 'path=/proc/sys/user/max_user_namespaces' 'node_command=sysctl -w user.max_user_namespaces=15000$'
finds rootless warning 'path=/proc/sys/kernel/unprivileged_userns_clone'
finds rootless warning 'path=/etc/subgid' 'no group ids'
finds rootless warning 'path=/var/run/cdi' 'node_command=chmod o\+rx /var/run/cdi$'
finds rootless warning 'path=/var/run/cdi/nvidia.yaml' 'node_command=chmod o\+r /var/run/cdi/nvidia.yaml$'
: >"$node/etc/subuid"
look 0
state rootless not-applicable
chmod 755 "$node/run/cdi"
chmod 644 "$node/run/cdi/nvidia.yaml"

wants=$node/etc/systemd/system/multi-user.target.wants
ln -s /lib/systemd/system/nvidia-cdi-refresh.path "$wants/nvidia-cdi-refresh.path"
look 0
finds refresh-units warning 'both write' 'node_command=systemctl disable --now nvidia-cdi-refresh.path nvidia-cdi-refresh.service$'
rm "$wants/cdikit-refresh.service"
look 0
finds refresh-units ok 'value=nvidia-cdi-refresh\.path'
rm "$wants/nvidia-cdi-refresh.path"
look 0
finds refresh-units warning 'nothing writes the documents again' 'node_command=systemctl enable --now cdikit-refresh.service cdikit-refresh.path$'
rm -r "$node/run/systemd"
look 0
state refresh-units not-applicable

# ---- commands, which are for the node and not for who looks at its files ----
put etc/cdi/thing.yml ''
look 0
check "no command, and no repair by --fix" python3 -c '
import json, sys
found = [f for c in json.load(open(sys.argv[1]))["checks"] for f in c["findings"]]
assert not any("command" in f or f.get("fix") for f in found), found
assert any("node_command" in f for f in found), found' "$TMP/.out"
expect_status 0 "$cdikit" doctor --root "$node"
expect_out '^    repair \(on the node\): mv /etc/cdi/thing\.yml /etc/cdi/thing\.yaml$'
check "and that is said once" test "$(grep -c '^The commands are for the node itself' "$TMP/.out")" = 1
check "no --fix" bash -c '! grep -q "repair: \|(--fix)" "$0"' "$TMP/.out"
rm "$node/etc/cdi/thing.yml"

# ---- a driver that is gone, libraries of another version ----
rm -r "$node/proc/driver" "$node/sys/bus" "$node/sys/devices" "$node/sys/module"
look 1
finds spec-leftover warning 'neither such a GPU nor their driver' 'node_command=rm /var/run/cdi/nvidia.yaml$' 'fix=False'
for check in driver-loaded driver-modules driver-libraries nodes; do state $check not-applicable; done
tree mismatch "$node"
look 1
finds driver-libraries problem 'value=570\.133\.20' 'loaded kernel module of 570\.86\.15'
rm "$node"/usr/lib/x86_64-linux-gnu/lib{cuda,nvidia-ml}.so*
rm -f "$node/etc/ld.so.cache"
look 1
finds driver-libraries problem 'are not installed'
for machine in wsl2 orin; do
    tree $machine "$node"
    expect_status 1 "$cdikit" doctor --root "$node" --json
    for check in driver-loaded nodes node-numbers; do state $check not-applicable; done
    finds spec-documents warning 'node_command=cdikit refresh'
done

# ---- repairs, on a node that runs; what its host has besides is not known here ----
hook="printf '#!/bin/sh\\n' >/usr/bin/nvidia-cdi-hook; chmod 755 /usr/bin/nvidia-cdi-hook"
# repair TEXT: on a node whose fault this shell text makes; prints what is left.
repair() {
    expect_status 0 on two-gpus sh -c "mkdir -p /run/systemd/system; $hook; $1; shift
        \"\$@\"; echo status \$? >&2" sh - "$cdikit" doctor --json --fix
}
repaired() { # COMMAND...: these were run, in this order, and none failed
    check "these were run: $*" python3 -c '
import json, sys
repairs = json.load(open(sys.argv[1]))["repairs"]
want = [{"command": c, "status": 0} for c in sys.argv[2:]]
sys.exit(str(repairs) if repairs != want else 0)' "$TMP/.out" "$@"
}
repair 'rm /dev/nvidia-uvm /dev/nvidia-modeset; mkdir -p /tmp/other/dev
    export ROOT=/tmp/other DEV_ROOT=/tmp/other DRY_RUN=true DEV_CHAR_PATH=/tmp/other NVIDIA_CTK_CDI_GENERATE_MODE=imex'
repaired 'nvidia-ctk system create-device-nodes --control-devices' \
    'nvidia-ctk system create-dev-char-symlinks' 'cdikit refresh'
expect_err '^cdikit doctor: running: nvidia-ctk system create-device-nodes --control-devices$'
for check in nodes node-numbers char-links spec-stale spec-live; do state $check ok; done
finds spec-documents ok '1 document'
ready="mkdir -p /run/systemd/system; '$cdikit' refresh -q
    (exec -a nvidia-ctk '$cdikit' system create-dev-char-symlinks); sleep 0.05"
expect_status 0 on two-gpus bash -c "$ready; '$cdikit' doctor --json --fix; true"
repaired
state spec-stale ok
# A document that refresh wrote, of a node that is another one now.
expect_status 0 on two-gpus bash -c "$ready; chmod 640 /dev/nvidia0
    '$cdikit' doctor --json; '$cdikit' doctor --json --fix >'$TMP/fixed'; true"
finds spec-stale problem 'value=/dev/nvidia0 changed' 'command=cdikit refresh --output /var/run/cdi/nvidia.yaml$' 'fix=True'
cp "$TMP/fixed" "$TMP/.out"
repaired 'cdikit refresh --output /var/run/cdi/nvidia.yaml'
state spec-stale ok
# One that was asked for otherwise is not replaced by what nobody asked for.
expect_status 0 on two-gpus bash -c "'$cdikit' refresh -q --no-all-device; chmod 640 /dev/nvidia0
    '$cdikit' doctor --json --fix; true"
repaired
finds spec-stale problem 'options were given'
# No document is written whose hooks could not run.
expect_status 0 on two-gpus bash -c "rm -f /usr/bin/nvidia-cdi-hook /usr/bin/cdikit-hook
    mkdir -p /run/systemd/system; '$cdikit' doctor --json --fix; true"
repaired 'nvidia-ctk system create-dev-char-symlinks'
finds spec-documents warning 'before that install /usr/bin/nvidia-cdi-hook' 'fix=False'
# What cannot be repaired ends nothing, and is told.
expect_status 0 on mismatch bash -c "$hook; '$cdikit' doctor --json --fix; true"
expect_err 'warning: cdikit refresh: status 1'
finds spec-documents warning 'no document of its GPUs'

# An engine that is asked for its version.
mkdir "$TMP/bin"
printf '#!/bin/sh\necho "Docker version 24.0.0, build 0123456"\n' >"$TMP/bin/dockerd"
chmod 755 "$TMP/bin/dockerd"
expect_status 0 on two-gpus bash -c "PATH=$TMP/bin:\$PATH '$cdikit' doctor --json --engine docker@installed; true"
finds engine-cdi '(problem|warning)' 'docker does not read CDI documents' 'use a newer version'

# ---- MIG ----
tree mig "$node"
expect_status 1 "$cdikit" doctor --root "$node" --json # no control groups
finds nodes ok 'all 9 device nodes'
state node-numbers ok
state node-permissions ok
rm "$node/dev/nvidia-caps/nvidia-cap12" "$node/dev/nvidia-caps/nvidia-cap13"
mknod -m 400 "$node/dev/nvidia-caps/nvidia-cap13" c 236 14
expect_status 1 "$cdikit" doctor --root "$node" --json
finds nodes problem 'path=/dev/nvidia-caps/nvidia-cap12' 'node_command=nvidia-modprobe -f /proc/driver/nvidia/capabilities/gpu0/mig/gi1/access$' 'fix=False'
finds node-numbers problem 'path=/dev/nvidia-caps/nvidia-cap13' 'value=236:14' 'says 236:13' 'node_command=rm /dev/nvidia-caps/nvidia-cap13 && nvidia-modprobe -f .*/gi1/ci0/access$'
finds node-permissions warning 'path=/dev/nvidia-caps/nvidia-cap13' 'node_command=chmod 0444 '

# ---- what is not what it should be ----
sound two-gpus
name=$(printf 'a\033[31m')
mkfifo "$node/etc/cdi/fifo.yaml"
ln -s loop.yaml "$node/etc/cdi/loop.yaml"
ln -s /nowhere "$node/etc/cdi/gone.yml"
echo 'no: document' >"$node/etc/cdi/$name.yaml"
rm "$node/etc/subuid" "$node/proc/devices"
mkfifo "$node/etc/subuid" "$node/proc/devices"
rm "$node/proc/driver/nvidia/version" && mkdir "$node/proc/driver/nvidia/version"
expect_status 3 timeout 20 "$cdikit" doctor --root "$node"
expect_out '^unknown: driver-loaded: not a regular file$'
expect_out '^unknown: rootless: not a regular file$'
expect_out '^problem: spec-documents: /etc/cdi/fifo.yaml: '
expect_out '^problem: spec-documents: /etc/cdi/loop.yaml: '
expect_out '^warning: spec-ignored: '
check "no control characters" bash -c '! grep -q "$(printf "\033")" "$0"' "$TMP/.out"
check "a word for the shell" grep -Fq "cdikit validate '/etc/cdi/a\\x1b[31m.yaml'" "$TMP/.out"

# ---- somebody who may not look ----
sound two-gpus
chmod 600 "$node/run/cdi/nvidia.yaml"
chmod 755 "$TMP" # for the other user
expect_status 3 setpriv --reuid 65534 --regid 65534 --clear-groups "$cdikit" doctor --root "$node" --json
finds spec-documents unknown 'path=/var/run/cdi/nvidia\.yaml' 'hint=look as root'
chmod 644 "$node/run/cdi/nvidia.yaml"
expect_status 3 setpriv --reuid 65534 --regid 65534 --clear-groups "$cdikit" doctor --root "$node"
expect_out '^unknown: spec-stale: '
expect_out '1 thing could not be looked at'
finish
