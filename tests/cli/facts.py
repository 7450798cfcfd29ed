#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a generated JSON document as one fact a line; what is usual is left out.

    version 0.7.0
    kind nvidia.com/gpu
    0: node /dev/nvidia0=/drv/dev/nvidia0 195:0 0666
    0: hook create-symlinks --link ../card0::/dev/dri/by-path/pci-0000:01:00.0-card
    0: gid 44
    common: env NVIDIA_VISIBLE_DEVICES=void
    common: mount /etc/x=/usr/share/x
    common: mount /run/s socket

Usual is: the host path is the container's; permissions rwm; a createContainer hook of
/usr/bin/nvidia-cdi-hook with its one variable; read-only mount options. What no line is for
is printed as JSON.
"""
import json
import sys

READ_ONLY = ["ro", "nosuid", "nodev", "rbind", "rprivate"]
SOCKET = ["nosuid", "nodev", "rbind", "rprivate", "noexec"]
HOOK = "/usr/bin/nvidia-cdi-hook"
HOOK_ENV = ["NVIDIA_CTK_DEBUG=false"]


def rest(item):
    return " " + json.dumps(item, sort_keys=True) if item else ""


def paths(host, container):
    return container if host is None else "%s=%s" % (container, host)


def node(item):
    text = paths(item.pop("hostPath", None), item.pop("path"))
    if {"major", "minor", "fileMode", "permissions"} & item.keys():
        text += " %d:%d" % (item.pop("major", 0), item.pop("minor", 0))
        text += " %04o" % item.pop("fileMode", 0)
        permissions = item.pop("permissions", "none")
        text += "" if permissions == "rwm" else " permissions=" + permissions
        gid = item.pop("gid", None)
        text += "" if gid is None else " gid=%d" % gid
    else:
        text += " bare"
    return text + rest(item)


def mount(item):
    host, container = item.pop("hostPath"), item.pop("containerPath")
    options = item.pop("options", None)
    kind = {str(READ_ONLY): "", str(SOCKET): " socket"}.get(str(options), " %s" % options)
    return paths(None if host == container else host, container) + kind + rest(item)


def hook(item):
    path, args, env = item.pop("path"), item.pop("args", []), item.pop("env", [])
    moment = item.pop("hookName")
    text = "" if path == HOOK else "[%s] " % path
    if args and args[0] == path.rsplit("/", 1)[-1]:
        args = args[1:]
    else:
        text += "[args from %s] " % args[:1]
    text += " ".join(args)
    text += "" if env == HOOK_ENV else " env=%s" % env
    return text + ("" if moment == "createContainer" else " at " + moment) + rest(item)


def edits(who, all_edits):
    for key, name, show in (
        ("env", "env", str),
        ("deviceNodes", "node", node),
        ("hooks", "hook", hook),
        ("mounts", "mount", mount),
        ("additionalGids", "gid", str),
    ):
        for item in all_edits.pop(key, []):
            print("%s: %s %s" % (who, name, show(item)))
    if all_edits:
        print("%s:%s" % (who, rest(all_edits)))


def main():
    # On standard output several documents follow each other.
    text = sys.stdin.read().strip()
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        text = text[end:].lstrip()
        print("version", document.pop("cdiVersion"))
        print("kind", document.pop("kind"))
        for device in document.pop("devices", []):
            name = device.pop("name")
            print("device", name)
            edits(name, device.pop("containerEdits", {}))
            if device:
                print("%s:%s" % (name, rest(device)))
        edits("common", document.pop("containerEdits", {}))
        if document:
            print("document:" + rest(document))


main()
