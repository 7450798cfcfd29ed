/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/rules.h"

#define ERROR   CDI_SEVERITY_ERROR
#define WARNING CDI_SEVERITY_WARNING

const struct cdi_rule rules[N_RULES + 1] = {
    [RULE_VERSION_UNKNOWN] = {"version-unknown", ERROR,
                              "cdiVersion is a released version of the CDI specification"},
    [RULE_VERSION_TOO_LOW] = {"version-too-low", ERROR,
                              "cdiVersion is not below what the members in use need"},
    [RULE_KIND_FORM] = {"kind-form", ERROR, "kind is VENDOR/CLASS"},
    [RULE_VENDOR_NAME] = {"vendor-name", ERROR,
                          "the vendor begins with a letter, ends with a letter or digit and holds "
                          "letters, digits, '_', '-', '.'"},
    [RULE_CLASS_NAME] = {"class-name", ERROR,
                         "the class begins with a letter, ends with a letter or digit and holds "
                         "letters, digits, '_', '-', '.'"},
    [RULE_VENDOR_NOT_DNS] = {"vendor-not-dns", WARNING,
                             "the vendor is a DNS subdomain of at most 253 characters"},
    [RULE_CLASS_TOO_LONG] = {"class-too-long", WARNING, "the class has at most 63 characters"},
    [RULE_ANNOTATION_KEY] = {"annotation-key", WARNING,
                             "an annotation's key is a Kubernetes qualified name"},
    [RULE_ANNOTATIONS_SIZE] = {"annotations-size", WARNING,
                               "one set of annotations has at most 262144 bytes"},
    [RULE_DEVICE_NAME] = {"device-name", ERROR,
                          "a device name begins and ends with a letter or digit and holds "
                          "letters, digits, '_', '-', '.', ':'"},
    [RULE_DEVICE_EDITS_EMPTY] = {"device-edits-empty", ERROR,
                                 "a device's containerEdits change something"},
    [RULE_DEVICE_DUPLICATE] = {"device-duplicate", ERROR, "a device name is used once in a file"},
    [RULE_DEVICES_MISSING] = {"devices-missing", ERROR, "there is at least one device"},
    [RULE_ENV_FORM] = {"env-form", ERROR, "an environment variable is NAME=VALUE"},
    [RULE_NODE_PATH_EMPTY] = {"node-path-empty", ERROR, "a device node has a path"},
    [RULE_NODE_TYPE] = {"node-type", ERROR, "a device node's type is b, c, u, p or absent"},
    [RULE_NODE_PERMISSIONS] = {"node-permissions", ERROR,
                               "a device node's permissions are letters of \"rwm\", or none"},
    [RULE_NODE_PATH_RELATIVE] = {"node-path-relative", WARNING, "a device node's path is absolute"},
    [RULE_NODE_HOST_PATH_RELATIVE] = {"node-host-path-relative", WARNING,
                                      "a device node's hostPath is absolute"},
    [RULE_NODE_PATH_DUPLICATE] = {"node-path-duplicate", WARNING,
                                  "one containerEdits has a device node's path once"},
    [RULE_NODE_NUMBER] = {"node-number", WARNING, "device numbers are not negative"},
    [RULE_NODE_MINOR_IGNORED] = {"node-minor-ignored", WARNING,
                                 "a device node with a minor number has a major number"},
    [RULE_NODE_FILE_MODE] = {"node-file-mode", WARNING,
                             "a device node's fileMode has permission bits only"},
    [RULE_HOOK_NAME] = {"hook-name", ERROR, "hookName is the name of an OCI hook"},
    [RULE_HOOK_PATH_EMPTY] = {"hook-path-empty", ERROR, "a hook has a path"},
    [RULE_HOOK_ENV_FORM] = {"hook-env-form", ERROR, "a hook's environment variable is NAME=VALUE"},
    [RULE_HOOK_PATH_RELATIVE] = {"hook-path-relative", WARNING, "a hook's path is absolute"},
    [RULE_HOOK_TIMEOUT] = {"hook-timeout", WARNING,
                           "a hook's timeout is a positive number of seconds"},
    [RULE_HOOK_PRESTART] = {"hook-prestart", WARNING,
                            "hookName is not prestart, which the OCI runtime specification "
                            "deprecates"},
    [RULE_MOUNT_HOST_PATH_EMPTY] = {"mount-host-path-empty", ERROR, "a mount has a hostPath"},
    [RULE_MOUNT_CONTAINER_PATH_EMPTY] = {"mount-container-path-empty", ERROR,
                                         "a mount has a containerPath"},
    [RULE_MOUNT_HOST_PATH_RELATIVE] = {"mount-host-path-relative", WARNING,
                                       "the hostPath of a bind mount is absolute"},
    [RULE_MOUNT_CONTAINER_PATH_RELATIVE] = {"mount-container-path-relative", WARNING,
                                            "a mount's containerPath is absolute"},
    [RULE_MOUNT_CONTAINER_PATH_DUPLICATE] = {"mount-container-path-duplicate", WARNING,
                                             "one containerEdits has a mount's containerPath once"},
    [RULE_MOUNT_NO_TYPE] = {"mount-no-type", WARNING,
                            "a mount has a type, or the option bind or rbind"},
    [RULE_RDT_CLOS_ID] = {"rdt-clos-id", ERROR,
                          "closID is \"/\", or the name of a directory below resctrl"},
    [RULE_NET_DEVICE_HOST_NAME_EMPTY] = {"net-device-host-name-empty", ERROR,
                                         "a network device has a hostInterfaceName"},
    [RULE_NET_DEVICE_NAME_EMPTY] = {"net-device-name-empty", ERROR, "a network device has a name"},
    [RULE_NET_DEVICE_HOST_NAME_DUPLICATE] = {"net-device-host-name-duplicate", ERROR,
                                             "one containerEdits has a hostInterfaceName once"},
    [RULE_NET_DEVICE_NAME_DUPLICATE] = {"net-device-name-duplicate", ERROR,
                                        "one containerEdits has a network device's name once"},
    [RULE_NET_DEVICE_NAME_KERNEL] = {"net-device-name-kernel", WARNING,
                                     "a network device's names are ones that Linux accepts"},
    [RULE_GID_ZERO] = {"gid-zero", WARNING, "additionalGids does not hold 0, which is ignored"},
};

const struct cdi_rule *cdi_rules(void)
{
    return rules;
}
