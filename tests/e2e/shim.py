#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""shim.py BUNDLE ID RUNTIME [OPTION...]: what an engine's shim does with a runtime.

Creates the container and starts it, becomes the parent of its process as a child subreaper
(prctl(2)), and ends as it ends: with its status, or with 128 and the signal.
"""
import ctypes
import os
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36

bundle, name, runtime = sys.argv[1], sys.argv[2], sys.argv[3:]
pid_file = os.path.join(bundle, "pid")
if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
for words in (["create", "--bundle", bundle, "--pid-file", pid_file, name], ["start", name]):
    status = subprocess.run(runtime + words, stdin=subprocess.DEVNULL).returncode
    if status != 0:
        sys.exit(status if status > 0 else 128 - status)
with open(pid_file) as f:
    _, status = os.waitpid(int(f.read()), 0)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
