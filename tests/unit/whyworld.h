/* SPDX-License-Identifier: Apache-2.0 */
/* Facts for why_decide() that are written down in a test. */
#ifndef CDIKIT_TESTS_WHYWORLD_H
#define CDIKIT_TESTS_WHYWORLD_H

#include "base/cleanup.h"
#include "diagnose/why.h"

/* Facts in the making: /etc/cdi and /run/cdi, and what is in them. */
struct world {
    struct arena *arena;
    struct why_facts facts;
    struct why_dir dirs[2];
    struct cdi_registry_device devices[16], elsewhere[4];
    struct why_file files[8];
    struct cdi_spec *specs[16];
    size_t n_specs;
    struct engine_config engine;
    struct why_checks checks;
    struct why_answer answer;
};

struct world *world_new(void);
void world_freep(struct world **world);
#define _cleanup_world_ _cleanup_(world_freep)

/* Parses a document, which belongs to the world. */
struct cdi_spec *world_parse(struct world *world, const char *path, const char *text);

/* Adds the devices of a document to those that are read, or to the ones of `to`. */
void defined(struct world *world, const char *path, const char *text, size_t priority,
             enum cdi_device_state state);
void add_devices(struct world *world, struct why_devices *to, const char *path, const char *text,
                 size_t priority, enum cdi_device_state state);

/* Adds a file that does not count. */
void add_file(struct world *world, struct why_file file);

const struct why_answer *why_ask(struct world *world, const char *name);

/* The ids of the causes in their order, with '(' and ')' around notes. */
void expect(const struct world *world, const char *wanted);

/* What the first cause says, with what is to be done, and one of its places. */
void expect_text(const struct world *world, const char *message, const char *repair);
void expect_place(const struct world *world, size_t i, const char *wanted);

#define HEAD(kind) "cdiVersion: \"0.5.0\"\nkind: " kind "\ndevices:\n"
#define DEVICE(name) \
    "- {name: \"" name "\", containerEdits: {deviceNodes: [{path: /dev/" name "}]}}\n"

#define TWO HEAD("v.com/gpu") DEVICE("one") DEVICE("two")

#endif
