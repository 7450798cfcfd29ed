/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of the engines' configurations have in common. */
#ifndef CDIKIT_DIAGNOSE_ENGINE_READING_H
#define CDIKIT_DIAGNOSE_ENGINE_READING_H

#include "base/toml.h"
#include "diagnose/engine_config.h"

/* A configuration in the making. Functions that return int go on with 0 and end with an error. */
struct engine_reading {
    const struct root *root;
    const struct engine_version *version;
    const struct engine_user *user; /* NULL: root, without files of his own */
    struct arena *arena;
    struct engine_config *out;
    struct cdi_error *err;

    const char *file; /* that is being read */
    const char **files;
    struct engine_dir *dirs;
    struct engine_runtime *runtimes;
    struct engine_problem *problems;
};

/* How much of a configuration file is read. */
#define ENGINE_FILE_LIMIT (1U << 20)

/* Reads one file that exists, with what a reader keeps from file to file; reports what is wrong. */
typedef int engine_file_reader(struct engine_reading *reading, void *own, char *text, size_t len);

/*
 * Reads a file if it is there, and remembers it; one that cannot be read is a problem. `must_exist`
 * makes its absence one.
 */
int engine_read_file(struct engine_reading *reading, const char *path, bool must_exist,
                     engine_file_reader *read, void *own) CDI_MUST_CHECK;

/* Parses the text of the current file; *table is NULL if it is broken, which is reported. */
int engine_parse_toml(struct engine_reading *reading, const char *text, size_t len,
                      const struct toml **table) CDI_MUST_CHECK;

/* Keys for engine_toml_at(). */
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A value in tables in tables, by keys that end with NULL; NULL if it is not there. */
const struct toml *engine_toml_at(const struct toml *table, const char *const *keys) CDI_PURE;

/* Reports what the engine refuses in the current file, or (remark) what has no effect there. */
int engine_problem(struct engine_reading *reading, struct cdi_position pos, const char *fmt, ...)
    CDI_PRINTF(3, 4) CDI_MUST_CHECK;
int engine_remark(struct engine_reading *reading, struct cdi_position pos, const char *fmt, ...)
    CDI_PRINTF(3, 4) CDI_MUST_CHECK;

/* Makes an error of the current file, with its place, a problem; one of memory stays an error. */
int engine_take_error(struct engine_reading *reading, const struct cdi_error *why) CDI_MUST_CHECK;

/* Reports that a value has not the type that the engine wants: "an array of strings". */
int engine_wrong_type(struct engine_reading *reading, struct cdi_position pos, const char *key,
                      const char *wanted) CDI_MUST_CHECK;

/* The spec dirs: forgets those that were set, and adds one. */
void engine_clear_dirs(struct engine_reading *reading, struct cdi_position pos);
int engine_add_dir(struct engine_reading *reading, const char *path,
                   struct engine_place place) CDI_MUST_CHECK;

/* Takes the spec dirs from an array of strings, in place of those that were set before. */
int engine_set_dirs(struct engine_reading *reading, const struct toml *array) CDI_MUST_CHECK;

/* The setting of CDI's switch. */
void engine_set_cdi(struct engine_reading *reading, bool on, struct cdi_position pos);

/* Registers a runtime, in place of one of the same name. path may be NULL. */
int engine_set_runtime(struct engine_reading *reading, const char *name, size_t name_len,
                       const char *path, struct cdi_position pos) CDI_MUST_CHECK;

int engine_set_default_runtime(struct engine_reading *reading, const char *name,
                               struct cdi_position pos) CDI_MUST_CHECK;

/* Who manages control groups: "systemd" or "cgroupfs"; nothing else is taken for one. */
void engine_set_cgroup_driver(struct engine_reading *reading, const char *name,
                              struct cdi_position pos);

/* True for an engine that runs without root's rights. */
static inline bool engine_is_rootless(const struct engine_reading *reading)
{
    return reading->user && reading->user->uid != 0;
}

/* The path of a name in the user's configuration directory; NULL if that is not known. */
int engine_user_path(struct engine_reading *reading, const char *name,
                     const char **path) CDI_MUST_CHECK;

/* One for each engine: fills reading->out, whose defaults are set already. */
int engine_read_podman(struct engine_reading *reading) CDI_MUST_CHECK;
int engine_read_docker(struct engine_reading *reading) CDI_MUST_CHECK;
int engine_read_containerd(struct engine_reading *reading) CDI_MUST_CHECK;
int engine_read_crio(struct engine_reading *reading) CDI_MUST_CHECK;

#endif
