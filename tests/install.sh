#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What `make install` leaves, and that it can be used: the headers, the pkg-config file and the
# library build and run the example program.
. "$(dirname "$0")/lib.sh"
cd "$TOP" || exit 1

dest=$TMP/dest
check "make install honours DESTDIR and prefix" \
    make --no-print-directory -s install DESTDIR="$dest" prefix=/opt/cdikit
for file in bin/cdikit bin/cdikit-runtime bin/cdikit-hook lib/libcdikit.so lib/libcdikit.so.0 \
    lib/pkgconfig/libcdikit.pc include/cdikit/cdikit.h share/man/man1/cdikit.1 \
    share/man/man8/cdikit-runtime.8 share/man/man8/cdikit-hook.8 \
    share/bash-completion/completions/cdikit share/cdikit/cdi-schema.json \
    lib/systemd/system/cdikit-refresh.service lib/systemd/system/cdikit-refresh.path lib/udev/rules.d/99-cdikit-refresh.rules; do
    check "installed: $file" test -s "$dest/opt/cdikit/$file"
done
check "nothing outside the prefix" test "$(ls -A "$dest")" = opt

# The units run what was installed, and systemd understands them.
units=$dest/opt/cdikit/lib/systemd/system
check "no placeholder is left in the units" test -z "$(grep -h '@[a-z]*@' "$units"/*)"
check "the service runs the program" grep -qx 'ExecStart=/opt/cdikit/bin/cdikit refresh --wait' \
    "$units/cdikit-refresh.service"
if command -v systemd-analyze >/dev/null; then
    mkdir "$TMP/units"
    sed "s|=/opt/cdikit|=$dest/opt/cdikit|" "$units/cdikit-refresh.service" \
        >"$TMP/units/cdikit-refresh.service"
    cp "$units/cdikit-refresh.path" "$TMP/units"
    expect_status 0 systemd-analyze verify --man=no "$TMP/units/cdikit-refresh.service" \
        "$TMP/units/cdikit-refresh.path"
    check "systemd has nothing to say of the units" test -z "$(grep cdikit "$TMP/.err")"
else
    skip "systemd-analyze verify" "there is no systemd-analyze"
fi

# They run as root on hostile input: no fixed addresses, and no loader that listens to variables.
for program in cdikit-runtime cdikit-hook; do
    expect_status 0 readelf -hl "$dest/opt/cdikit/bin/$program"
    expect_out 'Type: +DYN'
    check "$program needs no loader" test "$(grep -c ' INTERP ' "$TMP/.out")" = 0
done

lib=$dest/opt/cdikit/lib
expect_status 0 readelf -d "$lib/libcdikit.so.0"
expect_out 'SONAME.*\[libcdikit\.so\.0\]'
expect_status 0 nm -D --defined-only "$lib/libcdikit.so.0"
expect_out ' T cdi_oci_inject@@LIBCDIKIT_'
foreign=$(awk '$3 !~ /^(cdi_|LIBCDIKIT_)/ { print $3 }' "$TMP/.out")
check "only cdi_ symbols are exported ($foreign)" test -z "$foreign"

# Every public function is exported, and every header can be included alone, from C and C++.
for header in "$dest"/opt/cdikit/include/cdikit/*.h; do
    name=$(basename "$header")
    printf '#include <cdikit/%s>\nint main(void) { return 0; }\n' "$name" >"$TMP/one.c"
    check "$name compiles alone as C99" \
        gcc -std=c99 -pedantic -Wall -Wextra -Werror -I"$dest/opt/cdikit/include" -o "$TMP/one" "$TMP/one.c"
done
exported=" $(awk '{ sub(/@.*/, "", $3); printf "%s ", $3 }' "$TMP/.out") "
tr '\n' ' ' < <(cat "$dest"/opt/cdikit/include/cdikit/*.h) | grep -oE 'CDI_EXPORT[^;(]*\(' |
    grep -oE 'cdi_[a-z0-9_]+\(' | tr -d '(' | sort >"$TMP/declared"
sed -n 's/^\t\(cdi_[a-z0-9_]*\);$/\1/p' cdi/libcdikit.sym >"$TMP/listed"
check "cdi/libcdikit.sym lists what the headers declare, in order" \
    diff "$TMP/declared" "$TMP/listed"
check "cdi/libcdikit.sym has no patterns but one" test "$(grep -c '[*]' cdi/libcdikit.sym)" = 1
for function in $(cat "$TMP/declared"); do
    case $exported in
    *" $function "*) ok "exported: $function" ;;
    *) not_ok "exported: $function" ;;
    esac
done

export PKG_CONFIG_PATH=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dest
# shellcheck disable=SC2046 # flags are words
check "the example builds through pkg-config" \
    gcc -std=gnu11 -Wall -Wextra -Werror -o "$TMP/inject" examples/inject.c $(pkg-config --cflags --libs libcdikit)
mkdir "$TMP/specs"
cat >"$TMP/specs/example.yaml" <<'EOF'
cdiVersion: "0.5.0"
kind: example.com/device
devices:
  - name: "0"
    containerEdits:
      deviceNodes:
        - {path: /dev/example0, type: c, major: 1, minor: 3}
containerEdits:
  env: [EXAMPLE=yes]
EOF
echo '{"ociVersion": "1.0.2", "process": {"env": ["A=b"]}, "x-kept": 18446744073709551615}' >"$TMP/config.json"
export LD_LIBRARY_PATH=$lib
expect_status 0 "$TMP/inject" "$TMP/specs" "$TMP/config.json" example.com/device=0
expect_out '"EXAMPLE=yes"'
expect_out '"/dev/example0"'
expect_out '"x-kept": ?18446744073709551615'
expect_status 1 "$TMP/inject" "$TMP/specs" "$TMP/config.json" example.com/device=1
expect_err 'example.com/device=1'
expect_status 3 "$TMP/inject" "$TMP/specs" "$TMP/none.json" example.com/device=0
expect_status 2 "$TMP/inject"
finish
