#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit schema, and what an independent validator makes of it
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
cd "$TOP" || exit 1

expect_status 0 "$cdikit" schema
expect_file specs/cdi-schema.json
expect_status 0 "$cdikit" schema --output "$TMP/schema.json"
check "the same in a file" cmp "$TMP/schema.json" specs/cdi-schema.json
expect_status 2 "$cdikit" schema x

mkdir "$TMP/changes"
part "examples by a JSON Schema validator" "$(python_with jsonschema)" tests/cli/schema.py "$cdikit" "$TMP/changes"
finish
