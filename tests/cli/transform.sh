#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit transform root: its input, its output and its messages. The paths are for the unit tests.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit

cat >"$TMP/in.yaml" <<'EOF'
cdiVersion: 0.5.0
kind: example.com/dev
devices:
- name: one
  containerEdits:
    deviceNodes:
    - path: /dev/one
      hostPath: /driver/dev/one
containerEdits:
  mounts:
  - hostPath: /driver/lib
    containerPath: /lib
    options: [bind]
EOF
cat >"$TMP/host.yaml" <<'EOF'
---
cdiVersion: 0.5.0
kind: example.com/dev
devices:
- name: one
  containerEdits:
    deviceNodes:
    - path: /dev/one
      hostPath: /new/dev/one
containerEdits:
  mounts:
  - hostPath: /new/lib
    containerPath: /lib
    options:
    - bind
EOF
sed -e 's|/new/|/driver/|; s|: /dev/one|: /ctr/one|' "$TMP/host.yaml" >"$TMP/container.yaml"
move=(--from /driver --to /new)

# ---- input ----
expect_status 0 "$cdikit" transform root "${move[@]}" --input "$TMP/in.yaml"
expect_file "$TMP/host.yaml"
expect_status 0 "$cdikit" transform root "${move[@]}" <"$TMP/in.yaml"
expect_file "$TMP/host.yaml"
expect_status 0 "$cdikit" transform --input - root "${move[@]}" --relative-to host <"$TMP/in.yaml"
expect_file "$TMP/host.yaml"
expect_status 0 "$cdikit" transform root --relative-to container --from /dev --to /ctr \
    --input "$TMP/in.yaml"
expect_file "$TMP/container.yaml"
"$cdikit" convert --format json "$TMP/in.yaml" >"$TMP/in.json"
expect_status 0 "$cdikit" transform root "${move[@]}" --input "$TMP/in.json"
expect_file "$TMP/host.yaml"

# ---- what is refused ----
expect_status 1 "$cdikit" transform root "${move[@]}" </dev/null
expect_status 1 "$cdikit" transform root "${move[@]}" <<<'unknown: 1'
expect_err 'unknown'
sed 's|0\.5\.0|0.4.0|' "$TMP/in.yaml" >"$TMP/old.yaml"
expect_status 1 "$cdikit" transform root "${move[@]}" --input "$TMP/old.yaml"
expect_err '0\.5\.0'
check "nothing on stdout" test -z "$OUT"
expect_status 1 "$cdikit" transform root "${move[@]}" --input "$TMP/old.yaml" --output "$TMP/no.yaml"
check "no file" test ! -e "$TMP/no.yaml"
expect_status 3 "$cdikit" transform root --input "$TMP/none.yaml"
expect_status 2 "$cdikit" transform
expect_status 2 "$cdikit" transform roots
expect_status 2 "$cdikit" transform root root
expect_status 2 "$cdikit" transform root --relative-to guest --input "$TMP/in.yaml"
expect_err 'one of host, container'

# ---- output ----
cd "$TMP" || exit 1
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output new/out.yaml
check "missing directories are made" cmp host.yaml new/out.yaml
check "nothing on stdout" test -z "$OUT"
(umask 077 && "$cdikit" transform root "${move[@]}" --input in.yaml --output out.json)
check "JSON by the ending" grep -q '^{"cdiVersion":"0.5.0"' out.json
check "readable for all, whatever the umask" test "$(stat -c %a out.json)" = 644
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output out.txt
check "another name gets an ending" cmp host.yaml out.txt.yaml
check "and no other file" test ! -e out.txt
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output out.yml
check ".yml stays" cmp host.yaml out.yml
expect_err 'warning: .*engines load only'
mkdir dir
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output dir
check "a directory is no file" cmp host.yaml dir.yaml
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output /dev/stdout
expect_file host.yaml
check "and is not made a file of" test ! -e /dev/stdout.yaml
mkfifo fifo
cat fifo >from-fifo &
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output fifo
wait
check "a FIFO is written to" cmp host.yaml from-fifo
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output -
expect_file host.yaml
expect_status 0 "$cdikit" transform root "${move[@]}" --input in.yaml --output=
expect_file host.yaml
cp in.yaml same.yaml
expect_status 0 "$cdikit" transform root "${move[@]}" --input same.yaml --output same.yaml
check "in place" cmp host.yaml same.yaml
finish
