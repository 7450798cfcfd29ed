#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The rules of cdikit validate: what is told of them, and how they are set.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
fixtures=$TOP/tests/cli/fixtures
cd "$fixtures" || exit 1

# ---- what is told of them ----
expect_status 0 "$cdikit" validate --explain env-form
expect_out '^### env-form$'
expect_out '^\*\*error\*\* - an environment variable is NAME=VALUE\.$'
expect_out '^Source: CDI library\.$'
expect_status 0 "$cdikit" validate --explain version-too-high
expect_out '^\*\*off by default\*\* - '
expect_status 0 "$cdikit" validate --explain live-mount-missing
expect_out '^\*\*error\*\* - '
expect_status 0 "$cdikit" validate --explain env-form --json
check "one rule as JSON" python3 -c '
import json, sys
rule = json.load(open(sys.argv[1]))
sys.exit((rule["rule"], rule["severity"], rule["source"]) != ("env-form", "error", "CDI library")
         or not rule["help"].endswith("."))' "$TMP/.out"
expect_status 0 "$cdikit" validate --explain all
expect_file "$TOP/docs/rules.md"
expect_status 0 "$cdikit" validate --rules --json
check "every rule has a help" python3 -c '
import json, sys
rules = json.load(open(sys.argv[1]))
sys.exit(len(rules) < 80 or not all(r["help"] and r["summary"] and r["source"] for r in rules)
         or len({r["rule"] for r in rules}) != len(rules))' "$TMP/.out"
expect_status 2 "$cdikit" validate --explain env-from
expect_err 'there is no rule "env-from"; did you mean env-form\?'
expect_status 2 "$cdikit" validate --explain ''
expect_status 2 "$cdikit" validate --explain env-form good/vendor.yaml
expect_err -- '--explain go alone'
expect_status 2 "$cdikit" validate --explain env-form --rules

finish
