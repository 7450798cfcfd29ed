#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cdikit version
. "$(dirname "$0")/../lib.sh"
cdikit=$BUILD/cdikit

expect_status 0 "$cdikit" version
expect_out '^cdikit [0-9]+\.[0-9]+\.[0-9]+$'
cp "$TMP/.out" "$TMP/version"
expect_status 0 "$cdikit" --version
check "version is --version" cmp "$TMP/version" "$TMP/.out"
expect_status 0 "$cdikit" version --verbose
expect_out '^CDI 0\.1\.0 .* 1\.1\.0$'
expect_status 0 "$cdikit" version --json
expect_out '"1\.1\.0"'
expect_status 2 "$cdikit" version now

finish
