#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sarif.py FILE: checks a SARIF log.

The structure is written by hand from the OASIS standard, SARIF Version 2.1.0: of each object that
cdikit writes what section 3 demands and allows. Beyond that: indices lead somewhere, URIs are URIs.
Prints a line for each result: URI:LINE:COLUMN LEVEL RULE MEMBER.
"""
import json
import re
import sys
import urllib.parse

import jsonschema


def an(properties, required=(), **more):
    """An object without other properties than these."""
    return {"type": "object", "properties": properties, "required": list(required),
            "additionalProperties": False, **more}


def ref(name):
    return {"$ref": f"#/definitions/{name}"}


def array(items, **more):
    return {"type": "array", "items": items, **more}


TEXT = {"type": "string", "minLength": 1}
NUMBER = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
SEMVER = {"type": "string", "pattern": r"^\d+\.\d+\.\d+"}  # 3.19.12

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **an({"$schema": {"type": "string", "format": "uri"},  # 3.13
          "version": {"const": "2.1.0"},
          "runs": array(ref("run"), minItems=1)}, ["version", "runs"]),
    "definitions": {
        "run": an({"tool": ref("tool"),  # 3.14
                   "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                   "originalUriBaseIds": {"type": "object",
                                          "additionalProperties": ref("artifactLocation")},
                   "invocations": array(ref("invocation")),
                   "results": array(ref("result"))}, ["tool"]),
        "tool": an({"driver": ref("toolComponent")}, ["driver"]),  # 3.18
        "toolComponent": an({"name": TEXT, "semanticVersion": SEMVER,  # 3.19
                             "informationUri": {"type": "string"},
                             "rules": array(ref("reportingDescriptor"), uniqueItems=True)},
                            ["name"]),
        "reportingDescriptor": an({"id": TEXT,  # 3.49
                                   "shortDescription": ref("multiformatMessageString"),
                                   "fullDescription": ref("multiformatMessageString"),
                                   "help": ref("multiformatMessageString"),
                                   "helpUri": {"type": "string"},
                                   "defaultConfiguration": ref("reportingConfiguration")},
                                  ["id"]),
        "reportingConfiguration": an({"enabled": {"type": "boolean"}, "level": LEVEL}),  # 3.50
        "multiformatMessageString": an({"text": TEXT, "markdown": TEXT}, ["text"]),  # 3.12
        "message": an({"text": TEXT}, ["text"]),  # 3.11
        "invocation": an({"executionSuccessful": {"type": "boolean"},  # 3.20
                          "toolExecutionNotifications": array(ref("notification"))},
                         ["executionSuccessful"]),
        "notification": an({"level": LEVEL, "message": ref("message"),  # 3.58
                            "locations": array(ref("location"))}, ["message"]),
        "result": an({"ruleId": TEXT, "ruleIndex": {"type": "integer", "minimum": 0},  # 3.27
                      "level": LEVEL, "message": ref("message"),
                      "locations": array(ref("location"))}, ["message"]),
        "location": an({"physicalLocation": ref("physicalLocation"),  # 3.28
                        "logicalLocations": array(ref("logicalLocation"))}),
        "physicalLocation": an({"artifactLocation": ref("artifactLocation"),  # 3.29
                                "region": ref("region")}, ["artifactLocation"]),
        "artifactLocation": an({"uri": {"type": "string"}, "uriBaseId": TEXT,  # 3.4
                                "description": ref("message")}),
        "region": an({"startLine": NUMBER, "startColumn": NUMBER}, ["startLine"]),  # 3.30
        "logicalLocation": an({"fullyQualifiedName": TEXT}, minProperties=1),  # 3.33
    },
}


def place(run, location):
    """Of a location: the file, as its bytes would be typed, and the region."""
    physical = location["physicalLocation"]
    artifact = physical["artifactLocation"]
    uri = artifact["uri"]
    # RFC 3986: nothing but these characters, and percent only before two digits.
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/:-]|%[0-9A-F]{2})+", uri), uri
    if uri.startswith("file:///"):  # 3.4.4: an absolute URI has no base
        assert "uriBaseId" not in artifact, artifact
        uri = uri[len("file://"):]
    else:
        assert artifact["uriBaseId"] in run["originalUriBaseIds"], artifact
        assert ":" not in uri.split("/")[0], uri
        assert not uri.startswith("./"), uri
    region = physical.get("region", {})
    return urllib.parse.unquote(uri), region.get("startLine", 0), region.get("startColumn", 0)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        log = json.load(f)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(log, SCHEMA, cls=jsonschema.Draft202012Validator)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    ids = [rule["id"] for rule in rules]
    assert len(set(ids)) == len(ids), "a rule is there twice"
    assert run["columnKind"] == "unicodeCodePoints"
    for rule in rules:
        told = {"shortDescription", "fullDescription", "help", "defaultConfiguration"}
        assert told <= set(rule), rule
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"], result
        # 3.11.5: braces are placeholders, unless they come in pairs.
        assert not re.search(r"[{}]", re.sub(r"{{|}}", "", result["message"]["text"])), result
        (location,) = result["locations"]
        uri, line, column = place(run, location)
        member = "".join(it["fullyQualifiedName"] for it in location.get("logicalLocations", []))
        print(f"{uri}:{line}:{column} {result['level']} {result['ruleId']} {member}".rstrip())
    (invocation,) = run["invocations"]
    for notification in invocation.get("toolExecutionNotifications", []):
        (location,) = notification["locations"]
        print(f"{place(run, location)[0]} {notification['level']} unreadable")
    print(f"successful {invocation['executionSuccessful']}")


main()
