#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schema.py CDIKIT DIR: the examples in specs/, judged by a JSON Schema validator and by cdikit.

A document of specs/cdi is good for both. One of specs/cdi/bad says in comments what is wrong,

    - DEBUG # rule: env-form, other-rule    in this line
    # rule: no-document                     somewhere in the file
    # schema: cannot tell                   the schema has nothing against an error
    # schema: refuses it                    what engines load

and cdikit finds that, and no other error. Then every member of specs/cdi/every-field.yaml is
changed in many ways, and the two judge alike, but for what a schema cannot tell.

DIR is for temporary files. Prints what tests/lib.sh prints.
"""
import copy
import json
import os
import re
import subprocess
import sys

import jsonschema
import yaml

# What compares values with each other, or looks at the text, is beyond a schema.
BEYOND = {"syntax", "duplicate-key", "device-duplicate",
          "net-device-host-name-duplicate", "net-device-name-duplicate"}
# No example: it would be huge, or is about the file's name and its neighbours, a node, an engine.
ELSEWHERE = re.compile("limit|annotations-size|device-conflict|file-name|sub-directory|"
                       "config-in-spec-dir|device-in-files|live-.*|target-.*")
count = {"passed": 0, "failed": 0}


def check(name, good, seen=""):
    count["passed" if good else "failed"] += 1
    print(f"{'ok' if good else 'not ok'} {name}")
    if not good and seen:
        print(f"    {seen}")


def findings(cdikit, files, options=()):
    """For each file the list of (severity, rule, line)."""
    said = subprocess.run([cdikit, "validate", "--format", "json", *options, "--", *files],
                          stdout=subprocess.PIPE, check=False).stdout
    result = {file: [] for file in files}
    for it in json.loads(said)["findings"]:
        result[it["file"]].append((it["severity"], it["rule"], it.get("line")))
    return result


def errors(found):
    return sorted({rule for severity, rule, _ in found if severity == "error"})


def load(path):
    """The first YAML document of a file; YAML 1.1, as engines read JSON, too."""
    with open(path, "rb") as f:
        return next(iter(yaml.safe_load_all(f)), None)


def expected(text):
    """What the comments say: a set of (rule, line), line None for anywhere."""
    result = set()
    for number, line in enumerate(text.splitlines(), 1):
        match = re.search(r"# rule: (.+)$", line)
        if match:
            where = None if line.startswith("#") else number
            result |= {(rule, where) for rule in match.group(1).split(", ")}
    return result


def list_rules(cdikit):
    """The severity of each rule."""
    said = subprocess.run([cdikit, "validate", "--rules", "--json"], stdout=subprocess.PIPE,
                          check=True).stdout
    return {it["rule"]: it["severity"] for it in json.loads(said)}


def judge_bad(cdikit, rules, validator, path):
    """Returns the rules that it is an example of."""
    with open(path, encoding="utf-8-sig") as f:
        text = f.read()
    want = expected(text)
    asked = [f"--rule={rule}=warning" for rule, _ in want if rules.get(rule) == "off"]
    found = findings(cdikit, [path], asked)[path]
    places = {(rule, line) for _, rule, line in found} | {(rule, None) for _, rule, _ in found}
    check(f"{path} says what is wrong", want)
    for rule, line in sorted(want, key=str):
        check(f"{path}: {rule} in line {line or 'any'}", (rule, line) in places, found)
    check(f"{path}: no other error", set(errors(found)) <= {rule for rule, _ in want}, found)
    if "syntax" in errors(found):
        try:
            load(path)
            check(f"{path}: another parser refuses it", False)
        except yaml.YAMLError:
            check(f"{path}: another parser refuses it", True)
        return {"syntax"}
    valid, good = validator.is_valid(load(path)), not errors(found)
    marks = {True: "# schema: cannot tell", False: "# schema: refuses it"}
    check(f"{path}: the schema's verdict", (valid != good) == (marks[valid] in text), (valid, good))
    check(f"{path}: no other mark", marks[not valid] not in text)
    if valid:
        check(f"{path}: beyond a schema", set(errors(found)) <= BEYOND, found)
    return {rule for rule, _ in want}


def members(node, path=()):
    """Every place in a document."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from members(value, (*path, key))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def put(document, path, value):
    document = copy.deepcopy(document)
    if not path:
        return value
    at(document, path[:-1])[path[-1]] = value
    return document


def without(document, path):
    document = copy.deepcopy(document)
    del at(document, path[:-1])[path[-1]]
    return document


VALUES = [{}, [], "", "text", "/", "..", "a b", "=", "A=1", "rwm", "none", "x\ny", "1.0.0", "9.9.9", 0,
          -1, 2**32 - 1, 2**32, 2**63 - 1, 2**63, -2**63, 1.5, True, [[]], [{}], [""], ["A=1"], [0],
          {"path": "/dev/x"}, {"x": "y"}, {"x": 1}, {"env": []}, {"env": ["A=1"]}, {"closID": "a"}]


def coerced(old, value):
    """The reader makes text of what YAML takes for numbers and such, as engines do."""
    if isinstance(old, str):
        return isinstance(value, (bool, int, float))
    pair = (old, value)
    if all(isinstance(it, dict) for it in pair):
        pair = tuple(list(it.values()) for it in pair)
    if not all(isinstance(it, list) and it for it in pair):
        return False
    return all(isinstance(it, str) for it in pair[0]) and coerced("", pair[1][0])


def mutants(document):
    """(what was done, document) for each change."""
    for path in members(document):
        name = ".".join(map(str, path)) or "the document"
        old = at(document, path)
        for value in VALUES:
            if not coerced(old, value):
                yield f"{name} = {json.dumps(value)}", put(document, path, value)
        if path:
            yield f"without {name}", without(document, path)
        if isinstance(old, dict) and "annotations" not in path:
            yield f"{name} with an unknown member", put(document, path, {**old, "unknown": 1})
        if isinstance(old, list):
            yield f"{name} twice", put(document, path, old + old)


def spec(version, device=None, name="d", kind="vendor.com/device", **members):
    """A small document: a device with edits, and members of the document."""
    edits = {"env": ["A=1"], **(device or {})}
    return {"cdiVersion": version, "kind": kind, **members,
            "devices": [{"name": name, "containerEdits": edits}]}


VERSIONS = ["0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"]
MOUNT = {"hostPath": "/a", "containerPath": "/a", "options": ["bind"]}
# CDI SPEC.md, "Released versions", and what the CDI library makes of it: what is needed at least.
EDITS = [
    ("0.3.0", {}),
    ("0.3.0", {"mounts": [MOUNT]}),
    ("0.3.0", {"mounts": [{**MOUNT, "type": ""}]}),
    ("0.4.0", {"mounts": [{**MOUNT, "type": "bind"}]}),
    ("0.3.0", {"deviceNodes": [{"path": "/dev/x", "hostPath": ""}]}),
    ("0.5.0", {"deviceNodes": [{"path": "/dev/x", "hostPath": "/dev/x"}]}),
    ("0.3.0", {"additionalGids": []}),
    ("0.7.0", {"additionalGids": [5]}),
    ("0.7.0", {"intelRdt": {}}),
    ("0.7.0", {"intelRdt": {"closID": "foo", "enableMonitoring": False}}),
    ("1.1.0", {"intelRdt": {"schemata": []}}),
    ("1.1.0", {"intelRdt": {"enableMonitoring": True}}),
    ("0.3.0", {"netDevices": []}),
    ("1.1.0", {"netDevices": [{"hostInterfaceName": "a", "name": "b"}]}),
]
DOCUMENTS = [
    ("0.5.0", lambda version: spec(version, name="0d")),
    ("0.3.0", lambda version: spec(version, name="d.0")),
    ("0.6.0", lambda version: spec(version, kind="vendor.com/class.sub")),
    ("0.3.0", lambda version: spec(version, annotations={})),
    ("0.6.0", lambda version: spec(version, annotations={"a": "b"})),
    *((least, lambda version, edits=edits: spec(version, device=edits)) for least, edits in EDITS),
    *((least, lambda version, edits=edits: spec(version, containerEdits=edits)) for least, edits in EDITS),
]


def judge_versions(cdikit, validator, directory):
    path = os.path.join(directory, "version.json")
    for least, make in DOCUMENTS:
        for version in VERSIONS:
            document, good = make(version), VERSIONS.index(version) >= VERSIONS.index(least)
            with open(path, "w", encoding="utf-8") as f:
                json.dump(document, f)
            found = errors(findings(cdikit, [path])[path])
            check(f"CDI {version}: {json.dumps(document)}",
                  validator.is_valid(document) == good and
                  found == ([] if good else ["version-too-low"]), found)


def judge_mutants(cdikit, validator, directory):
    all_mutants = list(mutants(load("specs/cdi/every-field.yaml")))
    files, wrong = [], 0
    for number, (_, document) in enumerate(all_mutants):
        files.append(os.path.join(directory, f"{number:05}.json"))
        with open(files[-1], "w", encoding="utf-8") as f:
            json.dump(document, f)
    found = findings(cdikit, files)
    alike = {True: 0, False: 0}
    for file, (what, document) in zip(files, all_mutants):
        valid, rules = validator.is_valid(document), errors(found[file])
        if valid != (set(rules) <= BEYOND):
            wrong += 1
            check(what, False, f"the schema: {valid}, cdikit: {rules}")
        alike[valid] += 1
    check(f"{len(files)} changes are judged alike", not wrong and min(alike.values()) > 100, alike)


def main():
    cdikit, directory = sys.argv[1:]
    with open("specs/cdi-schema.json", encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    check("the schema is one of draft 2020-12",
          schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
    check("every object is strict",
          all(it["additionalProperties"] is False for it in (schema, *schema["$defs"].values())))
    validator = jsonschema.Draft202012Validator(schema)
    good = sorted(e.path for e in os.scandir("specs/cdi") if e.is_file())
    bad = sorted(e.path for e in os.scandir("specs/cdi/bad"))
    check("there are examples", len(good) > 8 and len(bad) > 25)
    for path in good:
        check(f"{path} by the schema", validator.is_valid(load(path)))
        found = findings(cdikit, [path])[path]
        check(f"{path} by cdikit", not found, found)
    seen, rules = set(), list_rules(cdikit)
    for path in bad:
        seen |= judge_bad(cdikit, rules, validator, path)
    for rule in rules:
        if not ELSEWHERE.fullmatch(rule):
            check(f"an example of {rule}", rule in seen)
    judge_versions(cdikit, validator, directory)
    judge_mutants(cdikit, validator, directory)
    print(f"{count['passed']} passed, {count['failed']} failed, 0 skipped")


main()
