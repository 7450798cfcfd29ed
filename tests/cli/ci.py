#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a pipeline does with the files that we give to it, as far as these files use it.

ci.py hook FILE ID ARG...            pre-commit: runs a hook, in the current directory
ci.py matches FILE ID NAME           pre-commit: is this file one for the hook?
ci.py action FILE [INPUT=VALUE]...   GitHub: runs the steps of a composite action
ci.py gitlab FILE [NAME=VALUE]...    GitLab: runs the job of a file
ci.py documented DOCS                what the examples of the documentation refer to is there

The exit status is that of the command. TOP is where the files come from.
"""
import os
import re
import shlex
import subprocess
import sys

import yaml

TOP = os.environ["TOP"]


def load(path):
    with open(path, encoding="utf-8") as f:
        return yaml.safe_load(f)


def find_hook(path, name):
    (hook,) = [it for it in load(path) if it["id"] == name]
    # What pre-commit demands of a manifest.
    assert {"id", "name", "entry", "language"} <= set(hook), hook
    assert hook["language"] in ("script", "system"), hook
    return hook


def run_hook(path, name, *args):
    hook = find_hook(path, name)
    command = shlex.split(hook["entry"])
    if hook["language"] == "script":
        command[0] = os.path.join(TOP, command[0])
    return subprocess.run([*command, *hook.get("args", []), *args], check=False).returncode


def matches(path, name, file):
    return 0 if re.search(find_hook(path, name)["files"], file) else 1


def shell(text, environment):
    """As both run a script: bash that stops at the first failure."""
    return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text],
                          env={**os.environ, **environment}, check=False).returncode


def pairs(words):
    return dict(word.split("=", 1) for word in words)


def run_action(path, *words):
    action, given = load(path), pairs(words)
    assert {"name", "description", "inputs", "runs"} <= set(action), action.keys()
    assert action["runs"]["using"] == "composite"
    assert set(given) <= set(action["inputs"]), given
    inputs = {name: given.get(name, it.get("default")) for name, it in action["inputs"].items()}
    assert None not in inputs.values(), inputs
    for step in action["runs"]["steps"]:
        # An input in the script itself would be run as one.
        assert "${{" not in step["run"], step
        environment = {"GITHUB_ACTION_PATH": TOP}
        for name, value in step.get("env", {}).items():
            environment[name] = re.sub(r"\$\{\{ inputs\.(\w+) \}\}",
                                       lambda match: inputs[match.group(1)], value)
        assert step["shell"] == "bash"
        status = shell(step["run"], environment)
        if status:
            return status
    return 0


def run_gitlab(path, *words):
    (job,) = load(path).values()
    given = pairs(words)
    assert set(given) <= set(job["variables"]), given
    assert "cdi-junit.xml" == job["artifacts"]["reports"]["junit"]
    assert job["artifacts"]["when"] == "always"
    return shell("\n".join(job["before_script"] + job["script"]), {**job["variables"], **given})


def documented(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    blocks = {}
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        document = yaml.safe_load(block)
        if block.startswith("# .") and document:
            blocks[block.split("\n")[0][2:]] = document
    hooks = {it["id"] for it in load(os.path.join(TOP, ".pre-commit-hooks.yaml"))}
    for repo in blocks[".pre-commit-config.yaml"]["repos"]:
        assert {it["id"] for it in repo["hooks"]} <= hooks, repo
    for hook in hooks:
        assert f"`{hook}`" in text, hook
    action = load(os.path.join(TOP, "action.yml"))
    (job,) = blocks[".github/workflows/cdi.yml"]["jobs"].values()
    (step,) = [it for it in job["steps"] if "/cdikit@" in it["uses"]]
    assert set(step["with"]) <= set(action["inputs"]), step
    for name in action["inputs"]:
        assert re.search(rf"[` ]{name}[:`]", text), name
    gitlab = blocks[".gitlab-ci.yml"]
    (include,) = gitlab["include"]
    (job,) = load(TOP + include["file"]).values()
    assert set(gitlab["variables"]) == set(job["variables"]), gitlab["variables"]
    return 0


COMMANDS = {"hook": run_hook, "matches": matches, "action": run_action, "gitlab": run_gitlab,
            "documented": documented}
sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
