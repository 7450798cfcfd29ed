#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# specs/: the example documents and configurations, and the schema, are what the tools accept.
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit
cd "$TOP" || exit 1

for spec in specs/cdi/*; do
    [ -f "$spec" ] || continue # specs/cdi/bad is for schema.sh
    expect_status 0 "$cdikit" validate --strict "$spec"
    # The reader of another language sees the same document in both of our formats.
    expect_status 0 "$cdikit" convert --format json "$spec"
    cp "$TMP/.out" "$TMP/from-original.json"
    expect_status 0 "$cdikit" convert --format yaml "$spec"
    cp "$TMP/.out" "$TMP/converted.yaml"
    expect_status 0 "$cdikit" convert --format json "$TMP/converted.yaml"
    check "$spec survives YAML and JSON" cmp "$TMP/.out" "$TMP/from-original.json"
done

# Every field of the schema is in the example that claims to hold them all.
fields=$(python3 - specs/cdi-schema.json <<'EOF'
import json, sys
def walk(node):
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from walk(value)
print(*sorted(set(walk(json.load(open(sys.argv[1]))))))
EOF
)
check "the schema has fields" test "$(wc -w <<<"$fields")" -gt 25
for field in $fields; do
    check "every-field.yaml has $field" grep -qE "(^| )$field:" specs/cdi/every-field.yaml
done

# The configurations of three engines: untouched without a request, and only added to with one.
for config in specs/oci/*.json; do
    expect_status 0 "$cdikit" apply --spec-dir specs/cdi --config "$config" example.com/device=dev0
    expect_out '"EXAMPLE_DEVICE=dev0"'
    check "$config keeps its version" grep -qF "$(grep -o '"ociVersion": *"[^"]*"' "$config")" "$TMP/.out"
done
finish
