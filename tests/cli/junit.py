#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""junit.py FILE: reads JUnit XML as Jenkins and GitLab do, and prints what they see.

Both take suites in any depth, of a case its class and name, and a failure or an error in it with
type, message and text. GitLab keeps one case for each class and name, and one failure of it.
Prints a line for each case: CLASS | NAME | passed, failure or error | TYPE | MESSAGE.
"""
import sys
import xml.etree.ElementTree as tree

COUNTS = ("tests", "failures", "errors", "skipped")


def outcome(case):
    troubles = [it for it in case if it.tag in ("failure", "error")]
    assert len(troubles) <= 1, case.attrib
    if not troubles:
        return "passed", "", ""
    assert troubles[0].text.strip(), case.attrib
    return troubles[0].tag, troubles[0].get("type"), troubles[0].get("message")


def main():
    root = tree.parse(sys.argv[1]).getroot()
    assert root.tag == "testsuites", root.tag
    seen, total = set(), dict.fromkeys(COUNTS, 0)
    for suite in root:
        assert suite.tag == "testsuite", suite.tag
        count = dict.fromkeys(COUNTS, 0)
        for case in suite:
            assert case.tag == "testcase", case.tag
            key = case.get("classname"), case.get("name")
            assert key not in seen, key
            seen.add(key)
            assert case.get("file") == suite.get("name") == key[0], key
            what, kind, message = outcome(case)
            count["tests"] += 1
            if what != "passed":
                count[what + "s"] += 1
            print(" | ".join((*key, what, kind, message)).rstrip(" |"))
        for name in COUNTS:
            assert int(suite.get(name)) == count[name], (suite.get("name"), name)
            total[name] += count[name]
    for name in COUNTS:
        assert int(root.get(name)) == total[name], name


main()
