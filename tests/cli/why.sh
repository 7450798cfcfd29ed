#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit why: for every cause a root that has it, and one that has not.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
expected=$TOP/tests/cli/expected

# root NAME: an empty root of that name, in $root.
root() {
    root=$TMP/$1
    rm -rf "$root"
    mkdir -p "$root/etc/cdi"
}

# spec PATH KIND DEVICE...: a document beneath the root whose devices set a variable.
spec() {
    local path=$root/$1 kind=$2 device
    shift 2
    mkdir -p "${path%/*}"
    printf 'cdiVersion: "0.5.0"\nkind: %s\ndevices:\n' "$kind" >"$path"
    for device; do
        printf '  - name: "%s"\n    containerEdits:\n      env: [A=%s]\n' "$device" "$device" >>"$path"
    done
}

# usable NAME OPTION..., cause CAUSE NAME OPTION...: the answer; of causes the first.
usable() {
    expect_status 0 "$cdikit" why --root "$root" "$@"
    check "$*: no problem" test "${OUT#*problem:}" = "$OUT"
}
cause() {
    local cause=$1
    shift
    expect_status 1 "$cdikit" why --root "$root" "$@"
    check "$*: $cause" test "$(sed -n 's/^  problem: .* \[\([a-z-]*\)[]:].*/\1/p' "$TMP/.out" |
        head -n 1)" = "$cause"
}
note() {
    local cause=$1
    shift
    usable "$@"
    expect_out "^  note: .* \\[${cause}[]:]"
}

# ---- nothing is wrong ----
root good
spec etc/cdi/v.yaml v.com/gpu one two
usable v.com/gpu=one
expect_out '^v\.com/gpu=one: usable$'
expect_out '^  /etc/cdi/v\.yaml:4:11 defines it$'
expect_out '^  it gives a container 1 environment variable$'
check "and that is all" test "$(wc -l <"$TMP/.out")" = 3
usable v.com/gpu=one v.com/gpu=two v.com/gpu=one
check "each name once" test "$(grep -c ': usable' "$TMP/.out")" = 2
usable -q v.com/gpu=one
for engine in podman@5.4 docker@28.5 containerd@2.1 cri-o@1.34; do
    usable --engine "$engine" v.com/gpu=one
done

# ---- the name ----
cause name-not-qualified one
expect_out '^      do: did you mean v\.com/gpu=one\?$'
cause name-not-qualified v.com/gpu:two
expect_out '^      do: did you mean v\.com/gpu=two\?$'
cause name-not-qualified v.com/gpu
expect_out '^      do: did you mean v\.com/gpu=one or v\.com/gpu=two\?$'
cause name-not-qualified /dev/null
cause device-unknown v.com/gpu=tow
expect_out '^      at /etc/cdi/v\.yaml:4:3$'
expect_out '^      do: did you mean v\.com/gpu=two\?$'
cause kind-unknown v.org/gpu=one
expect_out '^      do: did you mean v\.com/gpu=one\?$'
cause kind-unknown other.org/net=one
expect_status 1 "$cdikit" why --root "$root" v.com/gpu=one v.com/gpu=tow two
check "an answer for each name" test "$(grep -c ': \(not \)\?usable$' "$TMP/.out")" = 3
printf 'v.com/gpu=\033[31m\n' >"$TMP/name"
expect_status 1 "$cdikit" why --root "$root" "$(cat "$TMP/name")"
# What to do is for the node, and not for who looks at its files.
expect_status 1 "$cdikit" why --root "$root" v.com/gpu=tow two
check "that is said once" test "$(grep -c '^What is to be done is for the node itself' "$TMP/.out")" = 1
expect_status 1 "$cdikit" why --spec-dir "$root/etc/cdi" v.com/gpu=tow
check "and not of this machine" bash -c '! grep -q "node itself" "$0"' "$TMP/.out"
expect_status 1 "$cdikit" why --root "$root" "$(cat "$TMP/name")"
check "no control characters" test -z "$(tr -d '\012\040-\176' <"$TMP/.out")"

# ---- spec dirs ----
cause no-spec-dir --spec-dir /none v.com/gpu=none
expect_out 'no spec dir exists: /none '
usable --spec-dir /none --spec-dir /etc/cdi v.com/gpu=one
cause dir-not-read --spec-dir /none v.com/gpu=one
expect_out '^      at /etc/cdi/v\.yaml:4:11$'
root runs
spec var/run/cdi/v.yaml v.com/gpu one
usable v.com/gpu=one
cause dir-not-read --spec-dir /etc/cdi v.com/gpu=one
root flat
rmdir "$root/etc/cdi"
: >"$root/etc/cdi"
cause dir-not-readable v.com/gpu=one
expect_out 'cannot be read as .*: Not a directory'

# ---- files ----
root broken
spec etc/cdi/v.yaml v.com/gpu one two
sed -i 's/A=two/two/' "$root/etc/cdi/v.yaml"
cause file-rejected v.com/gpu=tow
expect_out '/etc/cdi/v\.yaml is of this kind, and is refused .*\[file-rejected: env-form\]$'
expect_out '^      do: did you mean v\.com/gpu=two\?$'
cause file-rejected v.com/gpu=one
expect_out '\[file-rejected: env-form\]$'
expect_out '^      at /etc/cdi/v\.yaml:9:13$'
expect_out 'do: .*`cdikit validate /etc/cdi/v\.yaml` shows everything$'
sed -i 's/\[two\]/[A=two]/' "$root/etc/cdi/v.yaml"
usable v.com/gpu=one
echo '  - name: [' >>"$root/etc/cdi/v.yaml"
cause file-rejected v.com/gpu=one
expect_out '/etc/cdi/v\.yaml seems to be of this kind, .*\[file-rejected: syntax\]$'
cause kind-unknown v.com/other=one

root empty
spec etc/cdi/v.yaml v.com/gpu one two
sed -i 's/env: \[A=two\]/env: []/' "$root/etc/cdi/v.yaml"
cause device-without-edits v.com/gpu=two
expect_out '\[device-without-edits: device-edits-empty\]$'
cause file-rejected v.com/gpu=one
sed -i 's/env: \[\]/env: [A=two]/' "$root/etc/cdi/v.yaml"
usable v.com/gpu=two

root names
for name in v.yml V.YAML v.JSON v.yaml.bak v.yaml~; do
    spec "etc/cdi/$name" v.com/gpu one
    cause file-name v.com/gpu=one
    expect_out "^      at /etc/cdi/$name\$"
    mv "$root/etc/cdi/$name" "$root/etc/cdi/good.yaml"
    usable v.com/gpu=one
    rm "$root/etc/cdi/good.yaml"
done
spec etc/cdi/sub/v.yaml v.com/gpu one
cause file-in-subdirectory v.com/gpu=one
expect_out '^      do: move it into /etc/cdi$'
mv "$root/etc/cdi/sub/v.yaml" "$root/etc/cdi"
usable v.com/gpu=one
spec etc/cdi/v.yml v.com/gpu one
note file-name v.com/gpu=one
usable -q v.com/gpu=one
check "quiet leaves notes out" test "${OUT#*note:}" = "$OUT"
mkfifo "$root/etc/cdi/fifo.yml" "$root/etc/cdi/fifo.yaml"
note file-not-readable v.com/gpu=one
rm "$root"/etc/cdi/fifo.*

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    # beneath a root that another user can look into
    nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
    chmod 755 "$TMP"
    cp "$cdikit" "$TMP/cdikit"
    root closed
    spec etc/cdi/v.yaml v.com/gpu one
    expect_status 0 nobody "$TMP/cdikit" why --root "$root" v.com/gpu=one
    chmod 600 "$root/etc/cdi/v.yaml"
    expect_status 1 nobody "$TMP/cdikit" why --root "$root" v.com/gpu=one
    expect_out '/etc/cdi/v\.yaml cannot be read as .*uid 65534.*Permission denied.*\[file-not-readable\]$'
    expect_out '^      do: chmod a\+r /etc/cdi/v\.yaml'
    chmod 700 "$root/etc/cdi"
    expect_status 1 nobody "$TMP/cdikit" why --root "$root" v.com/gpu=one
    expect_out 'spec dir /etc/cdi cannot be read as .*uid 65534.*\[dir-not-readable\]$'
    usable v.com/gpu=one

    # an engine of that user: the files in the home count
    root rootless
    spec home/u/.config/cdi/v.yaml v.com/gpu one
    spec opt/cdi/v.yaml v.com/gpu two
    mkdir -p "$root/home/u/.config/docker" "$root/home/u/.config/containers"
    echo '{"features": {"cdi": false}}' >"$root/home/u/.config/docker/daemon.json"
    printf '[engine]\ncdi_spec_dirs = ["/opt/cdi"]\n' >"$root/home/u/.config/containers/containers.conf"
    user() { nobody env -u XDG_CONFIG_HOME HOME=/home/u "$TMP/cdikit" why --root "$root" "$@"; }
    expect_status 1 user --engine docker@29.2 --rootless v.com/gpu=one
    expect_out '\[cdi-switched-off\]$'
    expect_out '^      at /home/u/\.config/docker/daemon\.json:1:22$'
    expect_out 'systemctl --user restart docker$'
    expect_out '^  /home/u/\.config/cdi/v\.yaml:4:11 defines it$'
    expect_status 1 user --engine docker@29.2 v.com/gpu=one
    expect_out '\[kind-unknown\]$'
    expect_status 0 user --engine podman@5.4 v.com/gpu=two
    expect_out '^  /opt/cdi/v\.yaml:4:11 defines it$'
    expect_status 1 "$cdikit" why --root "$root" --engine podman@4.9 v.com/gpu=two
    expect_status 2 "$cdikit" why --engine docker --rootless v.com/gpu=one
    expect_err 'and that is root'
else
    skip "another user" "not root"
fi

# ---- definitions ----
root twice
spec etc/cdi/a.yaml v.com/gpu one two
spec etc/cdi/b.yaml v.com/gpu one
cause device-conflict v.com/gpu=one
expect_out '^      at /etc/cdi/a\.yaml:4:11$'
expect_out '^      at /etc/cdi/b\.yaml:4:11$'
usable v.com/gpu=two
rm "$root/etc/cdi/b.yaml"
spec var/run/cdi/b.yaml v.com/gpu one
note device-shadowed v.com/gpu=one
expect_out '^  /var/run/cdi/b\.yaml:4:11 defines it$'
expect_out '/var/run/cdi/b\.yaml wins'
usable v.com/gpu=two

# ---- UUID and index ----
root gpus
uuid=GPU-aaaaaaaa-1111-2222-3333-444444444444
mkdir -p "$root/proc/driver/nvidia/gpus/0000:3b:00.0" "$root/dev"
printf 'Model: \t\t X\nGPU UUID: \t %s\nDevice Minor: \t 3\n' "$uuid" \
    >"$root/proc/driver/nvidia/gpus/0000:3b:00.0/information"
cat >"$root/etc/cdi/n.yaml" <<'EOS'
cdiVersion: "0.5.0"
kind: nvidia.com/gpu
devices:
  - name: "0"
    containerEdits: {deviceNodes: [{path: /dev/nvidia3, type: c, major: 195, minor: 3}]}
EOS
cause device-unknown "nvidia.com/gpu=$uuid"
expect_out 'by index, not by UUID'
expect_out '^      do: on this node that is nvidia\.com/gpu=0;'
# One that the driver leaves out does not count, although its address comes first.
mkdir "$root/proc/driver/nvidia/gpus/0000:01:00.0"
printf 'Model: \t\t X\nGPU UUID: \t GPU-bbbbbbbb-1111-2222-3333-444444444444\nDevice Minor: \t 3\nGPU Excluded: \t Yes\n' \
    >"$root/proc/driver/nvidia/gpus/0000:01:00.0/information"
cause device-unknown nvidia.com/gpu=GPU-bbbbbbbb-1111-2222-3333-444444444444
expect_out '^      do: .nvidia-smi -L. shows which index'
sed -i "s/\"0\"/$uuid/" "$root/etc/cdi/n.yaml"
cause device-unknown nvidia.com/gpu=0
expect_out 'by UUID, not by index'
expect_out "^      do: on this node that is nvidia\\.com/gpu=$uuid;"

# ---- the node ----
root node
spec etc/cdi/v.yaml v.com/gpu one
cat >>"$root/etc/cdi/v.yaml" <<'EOS'
      mounts: [{hostPath: /usr/lib/x.so, containerPath: /x, options: [bind]}]
EOS
cause host v.com/gpu=one
expect_out '\[host: live-mount-missing\]$'
expect_out '^      at /etc/cdi/v\.yaml:7:27$'
mkdir -p "$root/usr/lib"
: >"$root/usr/lib/x.so"
usable v.com/gpu=one

# ---- engines ----
root engines
spec etc/cdi/v.yaml v.com/gpu one
mkdir -p "$root/etc/docker" "$root/etc/containerd" "$root/etc/crio" "$root/etc/containers" "$root/opt/cdi"
daemon=$root/etc/docker/daemon.json

cause cdi-switched-off --engine docker@27.5.1 v.com/gpu=one
expect_out '^      do: set "features": \{"cdi": true\} in /etc/docker/daemon\.json, then systemctl restart docker$'
echo '{"features": {"cdi": true}}' >"$daemon"
usable --engine docker@27.5.1 v.com/gpu=one
echo '{"features": {"cdi": false}}' >"$daemon"
cause cdi-switched-off --engine docker@29.0.0 v.com/gpu=one
expect_out '^      at /etc/docker/daemon\.json:1:22$'
rm "$daemon"
usable --engine docker@29.0.0 v.com/gpu=one
note engine-version --engine docker v.com/gpu=one
cause engine-without-cdi --engine docker@24.0.7 v.com/gpu=one
cause engine-without-cdi --engine podman@4.0.0 v.com/gpu=one

echo '{"features": {"cdi": true},}' >"$daemon"
cause engine-config --engine docker@29.0.0 v.com/gpu=one
expect_out '^      at /etc/docker/daemon\.json:1:28$'
echo '{"cdi-spec-dirs": ["/opt/cdi"]}' >"$daemon"
cause dir-not-read --engine docker@29.0.0 v.com/gpu=one
expect_out '^      at /etc/docker/daemon\.json:1:19$'
usable --engine docker@29.0.0 --spec-dir /etc/cdi v.com/gpu=one
cp "$root/etc/cdi/v.yaml" "$root/opt/cdi"
usable --engine docker@29.0.0 v.com/gpu=one
expect_out '^  /opt/cdi/v\.yaml:4:11 defines it$'
expect_status 0 "$cdikit" why -v --root "$root" --engine docker@29.0.0 v.com/gpu=one
expect_err '^cdikit why: read /etc/docker/daemon\.json$'
expect_err '^cdikit why: spec dir /opt/cdi, priority 0$'
rm "$root/opt/cdi/v.yaml" "$daemon"

cause cdi-switched-off --engine containerd@1.7.20 v.com/gpu=one
cat >"$root/etc/containerd/config.toml" <<'EOS'
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  enable_cdi = true
EOS
usable --engine containerd@1.7.20 v.com/gpu=one
sed -i 's/true/false/' "$root/etc/containerd/config.toml"
cause cdi-switched-off --engine containerd@2.1.0 v.com/gpu=one
expect_out '^      at /etc/containerd/config\.toml:3:16$'

printf '[crio.runtime]\ncdi_spec_dirs = ["/opt/cdi"]\n' >"$root/etc/crio/crio.conf"
cause dir-not-read --engine cri-o v.com/gpu=one
expect_out '^      at /etc/crio/crio\.conf:2:17$'
printf '[crio.runtime]\ncdi_spec_dirs = []\n' >"$root/etc/crio/crio.conf"
cause no-spec-dir --engine cri-o v.com/none=one
expect_out 'is told to look into no directory'
rm "$root/etc/crio/crio.conf"
usable --engine cri-o v.com/gpu=one

printf '[engine]\ncdi_spec_dirs = ["/opt/cdi"]\n' >"$root/etc/containers/containers.conf"
cause dir-not-read --engine podman@5.4 v.com/gpu=one
note engine-config --engine podman@4.9 v.com/gpu=one
rm "$root/etc/containers/containers.conf"

sed -i 's/0\.5\.0/0.7.0/; s/env: .*/&\n      additionalGids: [44]/' "$root/etc/cdi/v.yaml"
cause engine-too-old --engine podman@4.9.4 v.com/gpu=one
expect_out '\[engine-too-old: target-version\]$'
expect_out '^      at /etc/cdi/v\.yaml:1:13$'
expect_out 'cdikit convert --for podman@4\.9\.4.* or install podman 5\.1\.0 or newer$'
usable --engine podman@5.1 v.com/gpu=one
note engine-drops --engine docker@28.2 v.com/gpu=one
note engine-version --engine podman v.com/gpu=one
expect_out 'declares CDI 0\.7\.0, which podman reads from 5\.1\.0 on'

# ---- an engine that is installed ----
mkdir "$TMP/bin"
cat >"$TMP/bin/podman" <<'EOS'
#!/bin/sh
echo "podman version 4.9.4"
EOS
chmod 755 "$TMP/bin/podman"
expect_status 1 env PATH="$TMP/bin" "$cdikit" why --engine podman@installed \
    --spec-dir "$root/etc/cdi" v.com/gpu=one
expect_out 'podman@4\.9\.4 reads up to CDI 0\.6\.0'
cat >"$TMP/bin/dockerd" <<'EOS'
#!/bin/sh
echo "Docker version 24.0.7, build afdd53b"
EOS
printf '#!/bin/sh\necho hello\n' >"$TMP/bin/podman"
chmod 755 "$TMP/bin/dockerd"
expect_status 1 env PATH="$TMP/bin" "$cdikit" why --engine docker@installed \
    --spec-dir "$root/etc/cdi" v.com/gpu=one
expect_out 'docker 24\.0\.7 does not know CDI'
expect_status 3 env PATH="$TMP/bin" "$cdikit" why --engine podman@installed v.com/gpu=one
expect_err 'podman --version does not say what version it is$'
rm "$TMP/bin/podman"
expect_status 2 "$cdikit" why --engine podman@installed --root "$root" v.com/gpu=one
expect_err 'does not go with --root'

# ---- relative directories ----
cd "$root" || exit 1
expect_status 0 "$cdikit" why --spec-dir etc/cdi/ v.com/gpu=one
expect_out '^  etc/cdi/v\.yaml:4:11 defines it$'
mv etc/cdi/v.yaml etc/cdi/v.yml
expect_status 1 "$cdikit" why --spec-dir etc/cdi/ v.com/gpu=one
expect_out '^      at etc/cdi/v\.yml$'
mv etc/cdi/v.yml etc/cdi/v.yaml
cd "$TOP" || exit 1

# ---- for programs ----
root json
spec etc/cdi/v.yaml v.com/gpu one
spec var/run/cdi/v.yaml v.com/gpu one
expect_status 1 "$cdikit" why --json --root "$root" --engine docker@27.5.1 v.com/gpu=one one
expect_file "$expected/why.json"

mkdir -p "$root/etc/docker"
echo '{}' >"$root/etc/docker/daemon.json"
sed -i 's/A=one/one/' "$root/etc/cdi/v.yaml"
rm "$root/var/run/cdi/v.yaml"
expect_status 1 "$cdikit" why --json --root "$root" --engine docker@28.5 v.com/gpu=one
expect_out '"rule": "env-form"'
expect_out '"/etc/docker/daemon\.json"'
expect_out '"cdi": "on"'

# ---- wrong use ----
expect_status 2 "$cdikit" why
expect_status 2 "$cdikit" why --engine dokcer v.com/gpu=one
expect_err 'did you mean docker\?'
expect_status 2 "$cdikit" why --engine docker@x v.com/gpu=one
expect_status 2 "$cdikit" why --rootless v.com/gpu=one
expect_err '[-]-rootless goes with --engine'
expect_status 3 "$cdikit" why --root "$TMP/nowhere" v.com/gpu=one

expect_status 2 "$cdikit" why --causes v.com/gpu=one
expect_err '[-]-causes goes alone'

# ---- the causes, as they are documented ----
expect_status 0 "$cdikit" why --causes
check "docs/why.md has them all" diff <(sed 's/  \+/ /' "$TMP/.out") \
    <(sed -n 's/^| `\([a-z-]*\)` | \(.*\) |$/\1 \2/p' "$TOP/docs/why.md")

finish
