/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for a document on a node and for an engine, which diagnose/ checks. For cdi/rules.h and
 * cdi/rules.c to include: RULE(name, id, severity, what must hold, where that is from, help). No
 * guard, on purpose. An error: a container with the device does not start, gets another device
 * or an unusable one, or gives root away.
 */
RULE(LIVE_UNSEEN, "live-unseen", WARNING, "what a document names can be looked at",
     "stat(2), \"Errors\"",
     "A path of the document leads through a directory that the user of this command may not "
     "enter, or that does not answer. Whether it is right is not known. Run the command as root.")
RULE(LIVE_DANGLING, "live-dangling", ERROR,
     "a path on the node that is a symlink leads to what exists", "OCI runtime-spec, config.md",
     "The path exists, but is a symlink to something that does not, or that leads back to it. "
     "After a change of the driver the links of libraries are the first to be left behind. Install "
     "what the link leads to, or generate the document again with `cdikit refresh`.")
RULE(LIVE_MOUNT_MISSING, "live-mount-missing", ERROR,
     "the hostPath of a bind mount exists on the node", "OCI runtime-spec, config.md, \"Mounts\"",
     "Runtimes fail to start a container whose mount has no source. If the file belongs to a "
     "driver that was updated or removed, generate the document again, for example with `cdikit "
     "refresh`; else install the file, or remove the mount.")
RULE(LIVE_NODE_MISSING, "live-node-missing", ERROR,
     "a device node without type and numbers exists on the node",
     "CDI library: what a node leaves open is taken from the host's node",
     "Without type and numbers engines ask the host's node for them, and refuse to start the "
     "container when there is none. Nodes appear when the driver is loaded and has found the "
     "device; those of NVIDIA's driver may have to be made, with `nvidia-modprobe` or "
     "`nvidia-ctk system create-device-nodes`.")
RULE(LIVE_NODE_NUMBERS_ONLY, "live-node-numbers-only", WARNING,
     "a device node with type and numbers exists on the node, too", "CDI library; runc; crun",
     "Where the document says type and numbers, a runtime that runs as root makes the node from "
     "them, whether or not there is such a device: opening it fails then. Rootless runtimes mount "
     "the host's node instead, and do not start the container.")
RULE(LIVE_NODE_TYPE, "live-node-type", ERROR,
     "a device node is a node on the node, of the type that the document says",
     "CDI library: lstat(2), and the types must agree",
     "There is a file, a directory or a symlink in place of the device node, or a character device "
     "where the document says a block device. Engines look at the path itself and do not follow a "
     "symlink: name what it leads to as hostPath.")
RULE(LIVE_NODE_NUMBERS, "live-node-numbers", ERROR,
     "a device node has the numbers that the document says",
     "CDI library: the numbers of the "
     "document win",
     "A container gets the device of the numbers in the document, whatever the host's node of that "
     "path is. Drivers with a dynamic major number may have another one each time they are loaded. "
     "Generate the document again, or leave out type, major and minor: then engines take those of "
     "the host's node.")
RULE(LIVE_NODE_ACCESS, "live-node-access", WARNING,
     "permissions and mode of a device node let somebody read or write",
     "Linux, Documentation/admin-guide/cgroup-v1/devices.rst",
     "What a container may do with a device is what both the permissions in the document and the "
     "mode of the node allow. Here they allow neither reading nor writing, so that nobody but who "
     "overrides modes can open the node, or nobody at all.")
RULE(LIVE_HOOK_MISSING, "live-hook-missing", ERROR, "the program of a hook exists on the node",
     "OCI runtime-spec, config.md, \"POSIX-platform Hooks\"",
     "Runtimes do not start a container whose hook they cannot run. Install the program, or "
     "generate the document again where it is elsewhere now.")
RULE(LIVE_HOOK_NOT_EXECUTABLE, "live-hook-not-executable", ERROR,
     "the program of a hook can be executed",
     "OCI runtime-spec, config.md, \"POSIX-platform Hooks\"",
     "The path of a hook is a directory, or a file that nobody may execute, and no container with "
     "it starts.")
RULE(LIVE_HOOK_WRITABLE, "live-hook-writable", ERROR,
     "nobody but its owner can write or replace the program of a hook",
     "OCI runtime-spec: hooks run in the runtime's namespace",
     "Runtimes that run as root run hooks as root, outside of the container. Whoever can write to "
     "the program, or take it out of its directory and put another one there, is root as soon as "
     "somebody starts a container with the device.")
RULE(LIVE_HOOK_OWNER, "live-hook-owner", WARNING, "the program of a hook belongs to root",
     "OCI runtime-spec: hooks run in the runtime's namespace",
     "The owner of a hook program can change it, and what it is then runs as root. Rootless "
     "engines run hooks as their user, who may well own them.")
RULE(LIVE_NET_DEVICE_MISSING, "live-net-device-missing", ERROR,
     "the network interface of a net device exists on the node",
     "OCI runtime-spec, config-linux.md, \"Net Devices\"",
     "Runtimes move the interface into the container, and fail without it. Where a container has "
     "it already it is not to be seen on the host until that container ends.")
RULE(LIVE_DRIVER_MISSING, "live-driver-missing", ERROR,
     "NVIDIA's kernel module is loaded where a document has files of its driver",
     "NVIDIA's driver: /proc/driver/nvidia/version",
     "The document mounts libraries of NVIDIA's driver, and no GPU works without the kernel module "
     "of the same version. Load it with `modprobe nvidia`; after an update of the kernel it may "
     "have to be built first.")
RULE(LIVE_DRIVER_VERSION, "live-driver-version", ERROR,
     "the files of NVIDIA's driver in a document have the version of the kernel module",
     "NVIDIA's driver: /proc/driver/nvidia/version, and the names of its libraries",
     "The driver's libraries work with a kernel module of exactly their version and report a "
     "mismatch otherwise. Either the driver was updated after the document was generated (then "
     "`cdikit refresh` makes it new), or the module of the old driver is still loaded (then "
     "restart the node, or reload the modules).")
RULE(TARGET_VERSION, "target-version", ERROR, "the engine that was named knows cdiVersion",
     "docs/engines.md",
     "An engine reads documents with the CDI library that it was built with, and refuses every "
     "version that this library does not know. Declare the lowest version that the document "
     "needs; if that is too much for the engine, `cdikit convert --for ENGINE@VERSION` leaves out "
     "what can be left out.")
RULE(TARGET_FIELD, "target-field", ERROR, "the engine that was named knows all members and names",
     "docs/engines.md; CDI library: it decodes strictly",
     "A member or a form of name that is newer than the engine's CDI library makes it refuse the "
     "whole document, a member also when it is empty. `cdikit convert --for ENGINE@VERSION` leaves "
     "out what can be left out.")
RULE(TARGET_VALUE, "target-value", ERROR, "the engine that was named accepts all values",
     "docs/engines.md; CDI library, its releases",
     "The CDI library became more lenient over time: the value is valid today, and the library of "
     "that engine refuses it, or crashes. The finding says what to write instead.")
RULE(TARGET_DROPPED, "target-dropped", WARNING, "the engine that was named uses all that it reads",
     "docs/engines.md",
     "The engine loads the document, and leaves something of it out of the container without a "
     "word. The finding says what that is, and what to do instead.")
