/* SPDX-License-Identifier: Apache-2.0 */
/* Writing down container edits, and what tests of them share. */
#ifndef CDIKIT_TESTS_EDITS_H
#define CDIKIT_TESTS_EDITS_H

#include <cdikit/oci.h>

#define ITEMS(...)   \
    (const char *[]) \
    {                \
        __VA_ARGS__  \
    }
#define TEXTS(...)                                                     \
    {                                                                  \
        ITEMS(__VA_ARGS__), sizeof ITEMS(__VA_ARGS__) / sizeof(char *) \
    }
#define LIST(name, type, ...) \
    .name = (type[]){__VA_ARGS__}, .n_##name = sizeof((type[]){__VA_ARGS__}) / sizeof(type)
#define ENV(...)                  \
    {                             \
        .env = TEXTS(__VA_ARGS__) \
    }
#define NODES(...)                                              \
    {                                                           \
        LIST(device_nodes, struct cdi_device_node, __VA_ARGS__) \
    }
#define NET_DEVICES(...)                                      \
    {                                                         \
        LIST(net_devices, struct cdi_net_device, __VA_ARGS__) \
    }
#define MOUNTS(...)                                 \
    {                                               \
        LIST(mounts, struct cdi_mount, __VA_ARGS__) \
    }
#define HOOKS(...)                                \
    {                                             \
        LIST(hooks, struct cdi_hook, __VA_ARGS__) \
    }
#define GIDS(...)                                    \
    {                                                \
        LIST(additional_gids, uint32_t, __VA_ARGS__) \
    }
#define RDT(...)                             \
    {                                        \
        .intel_rdt = &(struct cdi_intel_rdt) \
        {                                    \
            __VA_ARGS__                      \
        }                                    \
    }

/* A node whose numbers are given; no such node is on the host. */
#define NODE(p, t, ma, mi, ...)                                                         \
    {                                                                                   \
        .path = (p), .host_path = "/none/x", .type = (t), .major = (ma), .minor = (mi), \
        __VA_ARGS__                                                                     \
    }

/* A document, or its text; malloc'ed. Failing is a failure of the test. */
struct cdi_oci *edits_parse(const char *text);
char *edits_format(const struct cdi_oci *oci);

/* True if both are JSON and the same to cJSON. */
bool edits_same_json(const char *a, const char *b);

#endif
