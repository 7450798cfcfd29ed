#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where the wrapper takes the names of devices from, and from where it does not: an image, a label
# or a checkpoint says nothing. CVE-2026-53492, CVE-2026-53488; CVE-2024-21626 of the descriptors.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/containers.bash
. "$(dirname "$0")/containers.bash"

mkdir -p "$TMP/bin" "$TMP/cdi" "$TMP/b"
"${CC:-cc}" -D_GNU_SOURCE -o "$TMP/bin/runc" "$TOP/tests/e2e/notes.c" || exit 1
export NOTES=$TMP/notes
cat >"$TMP/cdi/a.yaml" <<'YAML'
cdiVersion: 0.6.0
kind: example.com/device
devices:
  - name: a
    containerEdits:
      env: [CDI=a]
YAML
settings() { # LINE...: of config.toml
    printf '%s\n' "$@" '[nvidia-container-runtime]' "runtimes = [\"$TMP/bin/runc\"]" 'mode = "cdi"' \
        '[nvidia-container-runtime.modes.cdi]' "spec-dirs = [\"$TMP/cdi\"]" \
        "annotation-prefixes = [\"cdi.k8s.io/\"]" >"$TMP/config.toml"
}
# config ENV ANNOTATIONS [MEMBERS]: config.json.
config() {
    printf '{"ociVersion":"1.0.2","process":{"args":["x"],"env":[%s],"cwd":"/"},"root":{"path":"r"},
        "annotations":{%s}%s}' "$1" "$2" "${3-}" >"$TMP/b/config.json"
}
create() { # STATUS NAME
    rm -f "$NOTES"
    expect_status "$1" "$RUNTIME" create --bundle "$TMP/b" c
    _last=$2
}
injected() { grep -q '"CDI=a"' "$TMP/b/config.json"; }

# taken NAME ENV ANNOTATIONS [MEMBERS], ignored with the same: whether the device is injected.
taken() {
    config "${@:2}"
    create 42 "$1"
    check "$1: is a request" injected
}
ignored() {
    local before
    config "${@:2}"
    before=$(fingerprint "$TMP/b/config.json")
    create 42 "$1"
    check "$1: is none, and config.json is untouched" test "$before" = "$(fingerprint "$TMP/b/config.json")"
}
refused() { # NAME ENV ANNOTATIONS
    config "${@:2}"
    create 1 "$1"
    check "$1: no runtime is executed" test ! -e "$NOTES"
    check "$1: told on one line" test "$(wc -l <"$TMP/.err") $(tr -d '\n' <"$TMP/.err" | tr -dc '[:cntrl:]' | wc -c)" = '1 0'
}

settings
device=example.com/device=a
taken 'NVIDIA_VISIBLE_DEVICES' "\"NVIDIA_VISIBLE_DEVICES=$device\"" ''
taken 'an annotation of cdi.k8s.io' '' "\"cdi.k8s.io/x\":\"$device\""
for name in CDI_DEVICES NVIDIA_VISIBLE_DEVICES_ XNVIDIA_VISIBLE_DEVICES nvidia_visible_devices \
    DOCKER_RESOURCE_DEVICES CDI.K8S.IO/X 'cdi.k8s.io/x'; do
    ignored "the variable $name of an image" "\"$name=$device\"" ''
done
for key in x org.opencontainers.image.x io.container.cdi.k8s.io/x xcdi.k8s.io/x CDI.k8s.io/x \
    cdi.k8s.io io.kubernetes.cri.checkpoint/cdi.k8s.io/x 'cdi.k8s.io\\/x'; do
    ignored "the annotation $key" '' "\"$key\":\"$device\""
done
ignored 'labels of an image' '' '' ",\"labels\":{\"cdi.k8s.io/x\":\"$device\"},\"Labels\":{\"cdi.k8s.io/x\":\"$device\"}"
ignored 'annotations that are elsewhere' '' '' ",\"linux\":{\"annotations\":{\"cdi.k8s.io/x\":\"$device\"}}"
# An administrator may close the environment to those who are not privileged.
settings 'accept-nvidia-visible-devices-envvar-when-unprivileged = false'
ignored 'the variable of an image that may not ask' "\"NVIDIA_VISIBLE_DEVICES=$device\"" ''
taken 'an annotation, when images may not ask' '' "\"cdi.k8s.io/x\":\"$device\""
settings

# Names that are none.
long=$(head -c 65536 /dev/zero | tr '\0' a)
for name in '../../a' 'example.com/device=../a' 'example.com/../device=a' '/etc/cdi/a.yaml' 'example.com/device=a/b' \
    'example.com/device=a\nx' 'example.com/device\n=a' 'example.com/device=' '=a' 'example.com=a' \
    'example.com/device=a b' 'example.com/device=a\u0000' 'example.com/dev\u001bice=a' "example.com/device=$long" \
    "$long/device=a"; do
    refused "the annotation of ${name:0:40}" '' "\"cdi.k8s.io/x\":\"$name\""
done

# A working directory that is a descriptor: CVE-2024-21626. The wrapper has left none open.
test_descriptors() {
    local fd
    for fd in 3 4 5 6 7 8 9 10; do
        make_bundle "cwd-$fd" 'cat config.json a.yaml ../cdi/a.yaml config.toml ../config.toml' ''
        sed -i "s|\"cwd\": \"/\"|\"cwd\": \"/proc/self/fd/$fd\"|" "$BUNDLE/config.json"
        run_container "cwd-$fd" >"$TMP/.err" 2>&1
        check "$LOWLEVEL: working directory /proc/self/fd/$fd" test ! -s "$TMP/said"
        [ -z "$(status_of "cwd-$fd")" ] || rt delete --force "cwd-$fd" >/dev/null 2>&1
    done
}
for name in runc crun; do
    if use_runtime "$name"; then
        make_rootfs
        test_descriptors
    else
        skip "working directories under $name" "$WHY"
    fi
done
finish
