#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What pipelines are given: the hooks of pre-commit, the GitHub Action, the job for GitLab. The
# commands are taken from the files, and run.
. "$(dirname "$0")/../lib.sh"
fixtures=$TOP/tests/cli/fixtures
python=$(command -v "$(python_with yaml)")
export TOP CDIKIT_BUILD=$BUILD

run() { "$python" "$TOP/tests/cli/ci.py" "$@"; }
project=$TMP/project
mkdir -p "$project/cdi" "$project/bad"
cp "$fixtures/good/vendor.yaml" "$project/cdi/good.yaml"
cp "$fixtures/bad/findings.yaml" "$fixtures/bad/warning.yaml" "$project/bad"
cp "$fixtures/bad/warning.yaml" "$project/bad/a name.yaml"
cd "$project" || exit 1

# ---- pre-commit ----
hooks=$TOP/.pre-commit-hooks.yaml
for hook in cdikit-validate cdikit-validate-system; do
    PATH=$BUILD:$PATH expect_status 0 run hook "$hooks" "$hook" cdi/good.yaml "bad/a name.yaml"
    PATH=$BUILD:$PATH expect_status 1 run hook "$hooks" "$hook" cdi/good.yaml bad/findings.yaml
    expect_out '^bad/findings\.yaml:7:17: error: .*\[env-form\]$'
    PATH=$BUILD:$PATH expect_status 1 run hook "$hooks" "$hook" --fail-on=warning bad/warning.yaml
    for name in cdi/a.yaml deploy/cdi/b.json etc/cdi/c.yml; do
        expect_status 0 run matches "$hooks" "$hook" "$name"
    done
    for name in a.yaml cdi/sub/a.yaml mycdi/a.yaml cdi/a.txt; do
        expect_status 1 run matches "$hooks" "$hook" "$name"
    done
done

# ---- the tool of a checkout is built when it is needed ----
mkdir -p "$TMP/tree/packaging/ci" "$TMP/bin"
cp "$TOP/packaging/ci/cdikit" "$TMP/tree/packaging/ci"
cat >"$TMP/bin/make" <<EOS
#!/bin/bash
echo building
echo "\$*" >>"$TMP/made"
[ -e "$TMP/may-build" ] || exit 2
mkdir -p "$TMP/tree/build/plain"
printf '#!/bin/sh\necho "ran \$*"\n' >"$TMP/tree/build/plain/cdikit"
chmod +x "$TMP/tree/build/plain/cdikit"
EOS
chmod +x "$TMP/bin/make"
checkout() { env -u CDIKIT_BUILD PATH="$TMP/bin:$PATH" "$TMP/tree/packaging/ci/cdikit" "$@"; }
expect_status 3 checkout validate x
expect_err "^building$"
expect_err "build-deps build"
check "nothing on stdout" test -z "$OUT"
touch "$TMP/may-build"
expect_status 0 checkout validate x
expect_err '^building$'
check "its result alone on stdout" test "$OUT" = "ran validate x"
expect_status 0 checkout validate y
check "it is built once" test "$OUT$ERR" = "ran validate y"
check "in its tree" grep -q -- "-C $TMP/tree .* $TMP/tree/build/plain/cdikit\$" "$TMP/made"
ln -s "$TMP/tree/packaging/ci/cdikit" "$TMP/bin/cdikit-link"
check "also through a link" test "$(env -u CDIKIT_BUILD "$TMP/bin/cdikit-link" z)" = "ran z"

# ---- GitHub ----
action=$TOP/action.yml
expect_status 0 run action "$action" paths=cdi
expect_out '^cdikit [0-9]'
check "no command for what is good" test "$(grep -c '^::' "$TMP/.out")" = 0
expect_status 1 run action "$action" paths=$'cdi\n\nbad/findings.yaml\nbad/a name.yaml\n'
expect_out '^::error file=bad/findings\.yaml,line=7,col=17,title=env-form::'
expect_out '^::warning file=bad/a name\.yaml,line=8,col=23,title=hook-path-relative::'
expect_status 0 run action "$action" paths=bad/warning.yaml
expect_status 1 run action "$action" paths=bad/warning.yaml 'options=--fail-on warning'
expect_status 1 run action "$action" 'paths=b*/find*.yaml'
expect_out '^::error file=bad/findings\.yaml,'
expect_status 1 run action "$action" paths=bad sarif=cdi.sarif
expect_out '^::error file=bad/findings\.yaml,'
check "a SARIF log" "$(python_with jsonschema)" "$TOP/tests/cli/sarif.py" cdi.sarif
expect_status 2 run action "$action" 'paths='
expect_out '^::error .*"paths" is empty$'
expect_status 3 run action "$action" paths=none.yaml
expect_out '^::error file=none\.yaml,title=unreadable::'
# shellcheck disable=SC2016 # this must not be run
expect_status 3 run action "$action" 'paths=$(touch ran); touch ran'
check "an input is no script" test ! -e ran

# ---- GitLab ----
job=$TOP/packaging/gitlab/validate.yml
PATH=$BUILD:$PATH expect_status 0 run gitlab "$job"
expect_out '0 errors, 0 warnings$'
check "a report" python3 "$TOP/tests/cli/junit.py" cdi-junit.xml
PATH=$BUILD:$PATH expect_status 1 run gitlab "$job" 'CDI_PATHS=cdi bad/findings.yaml'
expect_out '^bad/findings\.yaml:7:17: error: .*\[env-form\]$'
check "a report of failures" python3 "$TOP/tests/cli/junit.py" cdi-junit.xml
check "has them" grep -q 'type="env-form"' cdi-junit.xml
PATH=$BUILD:$PATH expect_status 1 run gitlab "$job" CDI_PATHS=bad/warning.yaml 'CDI_OPTIONS=--fail-on warning'
check "a warning fails there" grep -q '<failure type="hook-path-relative"' cdi-junit.xml
PATH=$BUILD:$PATH expect_status 1 run gitlab "$job" CDI_PATHS=
expect_err 'CDI_PATHS'
# An image without cdikit gets it from a repository.
cp -r "$TOP/packaging" "$TMP/repository"
mkdir "$TMP/clone"
mv "$TMP/repository" "$TMP/clone/packaging"
git -C "$TMP/clone" init -q -b v1
git -C "$TMP/clone" add .
git -C "$TMP/clone" -c user.name=t -c user.email=t@example.com commit -qm t
printf '#!/bin/sh\necho "$@" >>"%s/installed"\n' "$TMP" >"$TMP/bin/apt-get"
chmod +x "$TMP/bin/apt-get"
rm "$TMP/bin/make"
if PATH=/usr/bin:/bin command -v cdikit >/dev/null; then
    skip "an image without cdikit" "it is installed here"
else
    PATH=$TMP/bin:/usr/bin:/bin expect_status 1 run gitlab "$job" CDI_PATHS=bad/findings.yaml \
        CDIKIT_REPOSITORY="file://$TMP/clone" CDIKIT_REF=v1
    expect_out '^bad/findings\.yaml:7:17: error: .*\[env-form\]$'
    check "git is installed for it" grep -q '^install .* git' "$TMP/installed"
fi

# ---- the documentation ----
expect_status 0 run documented "$TOP/docs/ci.md"
finish
