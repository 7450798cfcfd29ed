/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for containerEdits, for cdi/rules.h and cdi/rules.c to include:
 * RULE(name, id, severity, what must hold, where that is from, help). No guard, on purpose.
 */
RULE(ENV_FORM, "env-form", ERROR, "an environment variable is NAME=VALUE", "CDI library",
     "Each item of env has a name, an '=' and a value, which may be empty. A name alone does not "
     "hand on the host's variable: engines refuse the document.")
RULE(ENV_DUPLICATE, "env-duplicate", WARNING, "one containerEdits has a variable once",
     "CDI library: the later one wins",
     "The same environment variable is set twice by one containerEdits, and only the last value "
     "reaches the container.")
RULE(ENV_SELF_REFERENCE, "env-self-reference", WARNING,
     "the value of a variable does not refer to the variable",
     "OCI runtime-spec, config.md \"env\"",
     "Nobody expands $PATH in the environment of a container: PATH=$PATH:/opt/bin replaces the "
     "image's PATH with just these characters. A document cannot extend a variable. For libraries "
     "there is a hook that updates the loader's cache, and for programs a mount into a directory "
     "of the usual PATH.")
RULE(NODE_PATH_EMPTY, "node-path-empty", ERROR, "a device node has a path", "CDI library",
     "path says where the node is in the container, and where it is on the host unless hostPath "
     "does.")
RULE(NODE_TYPE, "node-type", ERROR, "a device node's type is b, c, u, p or absent",
     "CDI library (SPEC.md has the words block and char)",
     "The types are those of mknod(1): b for block, c and u for character devices, p for a FIFO. "
     "Without a type that of the host's node is used.")
RULE(NODE_TYPE_MISSING, "node-type-missing", OFF, "a device node has a type",
     "CDI library: what is absent is looked up on the host",
     "Type and numbers that are absent are those of the node on the host at the time when a "
     "container is created; if there is none, the container does not start. That is what a "
     "generated document relies on, so this rule is off by default. Switch it on for a document "
     "that is written for hosts which lack the node at that time: with a type, and a major number "
     "unless it is a FIFO, no node is needed.")
RULE(NODE_PERMISSIONS, "node-permissions", ERROR,
     "a device node's permissions are letters of \"rwm\", or none",
     "CDI library (none: after release 1.1.0)",
     "They say what the cgroup of the container may do: read, write, mknod. Without them it is "
     "all three.")
RULE(NODE_PERMISSIONS_NONE, "node-permissions-none", WARNING,
     "a device node's permissions are not \"none\"", "CDI library, release 1.1.0",
     "The permissions \"none\" are in the specification, but no release of the CDI library up to "
     "1.1.0 knows them, whatever version the document declares: those engines refuse it.")
RULE(NODE_PATH_RELATIVE, "node-path-relative", WARNING, "a device node's path is absolute",
     "OCI runtime-spec, config-linux.md \"Devices\"",
     "A node's path in the container is absolute in the configuration that runtimes are given; "
     "what they do with another one differs.")
RULE(NODE_HOST_PATH_RELATIVE, "node-host-path-relative", WARNING,
     "a device node's hostPath is absolute", "CDI SPEC.md, \"deviceNodes\": a path on the host",
     "A relative hostPath is looked up from wherever the engine happens to run.")
RULE(NODE_PATH_DUPLICATE, "node-path-duplicate", WARNING,
     "one containerEdits has a device node's path once",
     "OCI runtime-spec, config-linux.md \"Devices\": a path is one device",
     "Two nodes of one containerEdits have the same path in the container. The later one takes the "
     "place of the earlier, while the cgroup allows both.")
RULE(
    NODE_SYMLINK, "node-symlink", WARNING, "a device node's host path is not a symlink",
    "CDI library: it does not follow symlinks; udev",
    "The path is one that udev makes a symlink, as those beneath /dev/dri/by-path, /dev/disk/by-id "
    "and /dev/char. Engines do not follow it and fail with \"not a device node\". Name the node "
    "itself; to have the link in the container, too, use a hook. With a type and a major number "
    "the host's node is not needed, and there is no finding.")
RULE(NODE_NUMBER, "node-number", WARNING, "device numbers are not negative",
     "Linux: numbers are unsigned", "A negative number is cut to some other one, or refused.")
RULE(NODE_MINOR_IGNORED, "node-minor-ignored", WARNING,
     "a device node with a minor number has a major number",
     "CDI library: without a major number both come from the host",
     "The major number is absent or 0, so both numbers are looked up on the host and the minor "
     "number that is given has no effect.")
RULE(NODE_MAJOR_DYNAMIC, "node-major-dynamic", OFF,
     "the number of a driver whose major is dynamic is not written down",
     "Linux, Documentation/admin-guide/devices.txt; /proc/devices",
     "The kernel gives this driver a major number when it is loaded, and it can be another one "
     "after the next boot or on another host. A node with the old number is another device. "
     "Generated documents have such numbers, and are generated again when they change, so this "
     "rule is off by default. In a document that is written by hand leave out major and minor: "
     "they are then looked up on the host.")
RULE(
    NODE_FILE_MODE, "node-file-mode", WARNING,
    "a device node's fileMode has permission bits only, and is not octal digits read as decimal",
    "OCI runtime-spec, config-linux.md \"Devices\"",
    "fileMode is a number. 0666 is octal in YAML, but JSON has no octal numbers, and without its 0 "
    "it is not octal in YAML either: fileMode: 666 is the mode 01232. Write 438, or 0666 in YAML.")
RULE(HOOK_NAME, "hook-name", ERROR, "hookName is the name of an OCI hook",
     "OCI runtime-spec, config.md \"POSIX-platform Hooks\"; CDI library",
     "The names are prestart, createRuntime, createContainer, startContainer, poststart and "
     "poststop, in this spelling. Engines refuse a document with another one.")
RULE(HOOK_PATH_EMPTY, "hook-path-empty", ERROR, "a hook has a path", "CDI library",
     "path is the program that the runtime starts, as an absolute path on the host, or in the "
     "container for startContainer.")
RULE(HOOK_PATH_RELATIVE, "hook-path-relative", WARNING, "a hook's path is absolute",
     "CDI SPEC.md, \"hooks\"; OCI runtime-spec, config.md \"POSIX-platform Hooks\"",
     "Runtimes do not search for hooks, and start them with different working directories: one of "
     "them is the container's root file system, where the image decides what runs.")
RULE(HOOK_ARGS, "hook-args", WARNING, "a hook's args begin with the program's name",
     "CDI SPEC.md, \"hooks\": as in execv(3)",
     "args is the whole argument list, with the program's own name first, as for execv(3). If it "
     "begins with the first argument proper, the program takes that for its name and never sees "
     "it. The name counts as right if it, or the file name of path, is the beginning of the other.")
RULE(HOOK_ENV_FORM, "hook-env-form", ERROR, "a hook's environment variable is NAME=VALUE",
     "CDI library", "Each item of a hook's env has a name, an '=' and a value, which may be empty.")
RULE(HOOK_ENV_MISSING, "hook-env-missing", WARNING,
     "a createContainer hook has an environment of its own", "CVE-2025-23266; runc",
     "runc up to 1.2 starts a createContainer hook that has no env with the environment of the "
     "container, which the image sets, in the image's root directory and with the rights of the "
     "host's root. With LD_PRELOAD an image runs code of its own on the host, if the hook is "
     "linked dynamically (CVE-2025-23266). One variable is enough to prevent it; an empty list is "
     "not, for engines leave it out.")
RULE(HOOK_TIMEOUT, "hook-timeout", WARNING, "a hook's timeout is a positive number of seconds",
     "CDI SPEC.md, \"hooks\"; OCI runtime-spec, config.md \"POSIX-platform Hooks\"",
     "Runtimes do different things with a timeout of 0 or below. Leave it out for none.")
RULE(HOOK_PRESTART, "hook-prestart", WARNING,
     "hookName is not prestart, which the OCI runtime specification deprecates",
     "OCI runtime-spec, config.md \"Prestart\"",
     "createRuntime runs at the same point, in the same namespaces. A hook that works on the file "
     "system of the container is better a createContainer hook: the container's mounts are made "
     "by then.")
RULE(MOUNT_HOST_PATH_EMPTY, "mount-host-path-empty", ERROR, "a mount has a hostPath", "CDI library",
     "Engines demand it of every mount, also where the kernel needs no source; for a tmpfs it is "
     "\"tmpfs\" by custom.")
RULE(MOUNT_CONTAINER_PATH_EMPTY, "mount-container-path-empty", ERROR, "a mount has a containerPath",
     "CDI library", "It says where in the container the mount is made.")
RULE(MOUNT_HOST_PATH_RELATIVE, "mount-host-path-relative", WARNING,
     "the hostPath of a bind mount is absolute",
     "OCI runtime-spec, config.md \"Mounts\": relative to the bundle",
     "A relative source is looked up in the bundle of the container, a directory that the engine "
     "makes.")
RULE(MOUNT_CONTAINER_PATH_RELATIVE, "mount-container-path-relative", WARNING,
     "a mount's containerPath is absolute", "OCI runtime-spec, config.md \"Mounts\"",
     "Runtimes take it for a path beneath the container's root, warn of it, or refuse it.")
RULE(MOUNT_CONTAINER_PATH_DUPLICATE, "mount-container-path-duplicate", WARNING,
     "one containerEdits has a mount's containerPath once", "CDI library: the later one wins",
     "Two mounts of one containerEdits have the same containerPath, and only the later one is "
     "made.")
RULE(MOUNT_NO_TYPE, "mount-no-type", WARNING, "a mount has a type, or the option bind or rbind",
     "mount(2): no file system has the type \"\"",
     "CDI adds neither a type nor an option. Without both the runtime fails to make the mount, and "
     "the container does not start.")
RULE(MOUNT_OPTION_UNKNOWN, "mount-option-unknown", WARNING,
     "the options of a bind mount are those of the OCI runtime specification",
     "OCI runtime-spec, config.md \"Linux mount options\"; runc; crun",
     "A bind mount has no file system options, so that a runtime can do nothing with an option "
     "that it does not know: it is misspelt, and refused or passed over. Mounts of other types are "
     "not checked, for their file system may know the option.")
RULE(MOUNT_OPTIONS_CONFLICT, "mount-options-conflict", WARNING,
     "the options of a mount do not contradict each other",
     "OCI runtime-spec, config.md \"Linux mount options\"; mount(8)",
     "Of two options that exclude each other, as ro and rw, or shared and private, the later one "
     "wins with some runtimes and the mount fails with others. A type with a file system does not "
     "go with the option bind.")
RULE(MOUNT_LIBRARY_VERSIONED, "mount-library-versioned", OFF,
     "a mounted library is not named with its full version", "ld.so(8): names of shared libraries",
     "The file name of the source has the full version of a library, as libcuda.so.570.133.20, and "
     "is gone with the next update of the package: then the container does not start. Generated "
     "documents have such names, and are generated again after an update, so this rule is off by "
     "default. In a document that is written by hand name the link libcuda.so.1, which stays.")
RULE(RDT_CLOS_ID, "rdt-clos-id", ERROR, "closID is \"/\", or the name of a directory below resctrl",
     "CDI library; OCI runtime-spec, config-linux.md \"IntelRdt\"",
     "A class of service is a directory of the file system resctrl, so its name is neither \".\" "
     "nor \"..\", holds neither '/' nor a line break, and has less than 4096 bytes.")
RULE(NET_DEVICE_HOST_NAME_EMPTY, "net-device-host-name-empty", ERROR,
     "a network device has a hostInterfaceName", "CDI library",
     "It names the interface of the host that moves into the container.")
RULE(NET_DEVICE_NAME_EMPTY, "net-device-name-empty", ERROR, "a network device has a name",
     "CDI library", "It is what the interface is called in the container.")
RULE(NET_DEVICE_HOST_NAME_DUPLICATE, "net-device-host-name-duplicate", ERROR,
     "one containerEdits has a hostInterfaceName once", "CDI library",
     "An interface of the host can move into a container once only.")
RULE(NET_DEVICE_NAME_DUPLICATE, "net-device-name-duplicate", ERROR,
     "one containerEdits has a network device's name once", "CDI library",
     "Two interfaces of one container cannot have the same name.")
RULE(NET_DEVICE_NAME_KERNEL, "net-device-name-kernel", WARNING,
     "a network device's names are ones that Linux accepts",
     "Linux, net/core/dev.c, dev_valid_name()",
     "Linux has no interface with a name of more than 15 bytes, with '/', ':' or blanks in it, or "
     "called \".\" or \"..\".")
RULE(GID_ZERO, "gid-zero", WARNING, "additionalGids does not hold 0, which is ignored",
     "CDI library: injection skips 0", "The group 0 is never added to the process of a container.")
