#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit validate --target: what an engine would refuse or drop.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
cd "$TMP" || exit 1

cat >new.yaml <<'EOS'
cdiVersion: "0.7.0"
kind: vendor.com/class
devices:
- name: dev
  containerEdits:
    env: [A=b]
    additionalGids: [44]
EOS
cat >high.yaml <<'EOS'
cdiVersion: "1.0.0"
kind: vendor.com/class
devices:
- name: dev
  containerEdits:
    env: [A=b]
EOS

# ---- an engine that knows all of it, and one that does not ----
expect_status 0 "$cdikit" validate --strict --target podman@5.1 new.yaml
expect_out '^1 file: 0 errors, 0 warnings$'
expect_status 1 "$cdikit" validate --target podman@5.0 new.yaml
expect_out '^new\.yaml:1:13: error: podman@5\.0 reads up to CDI 0\.6\.0 .*\[target-version\]$'
expect_out 'hint: the document needs 0\.7\.0: .cdikit convert --for podman@5\.0. leaves out'
expect_out '^new\.yaml:7:5: error: additionalGids came with CDI 0\.7\.0, .*\[target-field\]$'
expect_out '^1 file: 2 errors, 0 warnings$'
# What the hint says works.
expect_status 0 "$cdikit" convert --for podman@5.0 new.yaml
cp .out lowered.yaml
expect_status 0 "$cdikit" validate --strict --target podman@5.0 lowered.yaml

# ---- a version that need not be so high ----
expect_status 1 "$cdikit" validate --target podman@4.3 high.yaml
expect_out 'hint: declare 0\.3\.0, which is all that the document needs$'

# ---- what is read and dropped; several engines in one run ----
expect_status 0 "$cdikit" validate --target docker@28.3 new.yaml
expect_out '^new\.yaml:7:21: warning: docker@28\.3 reads additionalGids and drops them, .*\[target-dropped\]$'
expect_status 1 "$cdikit" validate --target docker@28.3 --target podman@4.9 new.yaml
expect_out '^1 file: 2 errors, 1 warning$'
expect_status 1 "$cdikit" validate --target docker@28.3 --target podman@4.9 --json new.yaml high.yaml
check "the rules of the object" python3 -c '
import json, sys
found = json.load(open(sys.argv[1]))["findings"]
got = [(f["file"], f["rule"]) for f in found]
want = [("high.yaml", "target-version"), ("new.yaml", "target-version"), ("new.yaml", "target-field"),
        ("new.yaml", "target-dropped")]
sys.exit(str(got) if got != want else 0)' .out

# ---- the document's own errors and those of the engine come together ----
sed 's/A=b/nothing/' new.yaml >both.yaml
expect_status 1 "$cdikit" validate --target podman@5.0 both.yaml
expect_out '\[env-form\]'
expect_out '\[target-field\]'
# Of what is no document there is nothing to say.
echo 'devices: [' >broken.yaml
expect_status 1 "$cdikit" validate --target podman@5.0 broken.yaml
expect_out '^1 file: 1 error, 0 warnings$'

# ---- values that libraries became lenient about ----
sed 's/"0.7.0"/v0.3.0/; /additionalGids/d' new.yaml >v.yaml
expect_status 0 "$cdikit" validate --target podman@4.7 v.yaml
expect_status 1 "$cdikit" validate --target podman@4.6 v.yaml
expect_out '^v\.yaml:1:13: error: .* v0\.5\.2, knows no version that begins with v.*\[target-value\]$'

# ---- comments silence these rules, too ----
sed '/additionalGids/s/$/ # cdikit: ignore target-dropped/' new.yaml >silent.yaml
expect_status 0 "$cdikit" validate --strict --target docker@28.3 silent.yaml

# ---- wrong use ----
expect_status 2 "$cdikit" validate --target podmann@5.0 new.yaml
expect_err 'podman'
expect_status 2 "$cdikit" validate --target podman new.yaml
expect_err 'with its version'
expect_status 2 "$cdikit" validate --target docker@20.10 new.yaml
expect_status 2 "$cdikit" validate --min-version --target podman@5.0 new.yaml
expect_status 2 "$cdikit" validate --rules --target podman@5.0
expect_status 0 "$cdikit" validate --rules
expect_out '^target-field +error '
finish
