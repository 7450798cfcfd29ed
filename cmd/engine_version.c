/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/engine_version.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/executable.h"
#include "runtime/child.h"

#define INSTALLED "@installed"

/* A version is a line; the program may have to wait for a lock of its storage. */
#define MOST_SECONDS 20
#define MOST_OUTPUT  65536

/* Programs that are not called as their engine is. */
static const struct {
    const char *engine, *program;
} programs[] = {
    {"docker", "dockerd"},
    {"cri-o", "crio"},
};

bool engine_version_is_installed(const char *text)
{
    const char *at = strchr(text, '@');

    return at && strcmp(at, INSTALLED) == 0;
}

bool engine_version_word(const char *said, char *buf, size_t size)
{
    static const char separators[] = " \t\r\n,";

    for (said += strspn(said, separators); *said; said += strspn(said, separators)) {
        size_t len = strcspn(said, separators);

        if (ascii_isdigit(said[*said == 'v']) && memchr(said, '.', len) && len < size) {
            (void)memcpy(buf, said, len);
            buf[len] = '\0';
            return true;
        }
        said += len;
    }
    return false;
}

/* What the program says of its version, malloc'ed. */
static int ask_program(const struct call *call, const char *engine, char **said,
                       struct cdi_error *err)
{
    struct child_result result;
    const char *name = engine, *path;
    char version[] = "--version";
    char *argv[] = {NULL, version, NULL};
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
        if (strcmp(programs[i].engine, engine) == 0)
            name = programs[i].program;
    if (!executable_find(name, getenv("PATH"), call->arena, &path))
        return cdi_error_nomem(err);
    if (!path)
        return cdi_error_set(err, CDI_ERR_IO,
                             "cannot ask %s for its version: there is no program %s", engine, name);
    argv[0] = arena_strdup(call->arena, path);
    if (!argv[0])
        return cdi_error_nomem(err);
    r = child_run(argv, environ, MOST_SECONDS, MOST_OUTPUT, &result, err);
    if (r < 0)
        return cdi_error_wrap(err, r, "asking %s for its version", engine);
    *said = TAKE_PTR(result.out);
    child_result_clear(&result);
    return 0;
}

/* Reads ENGINE@installed. */
static int read_installed(const struct call *call, const char *engine, struct engine_version *out,
                          struct cdi_error *err)
{
    _cleanup_free_ char *said = NULL;
    const char *text;
    char word[128];
    int r = engine_parse_any(engine, out, err);

    if (r == 0)
        r = ask_program(call, engine, &said, err);
    if (r < 0)
        return r;
    if (!said || !engine_version_word(said, word, sizeof word))
        return cdi_error_set(err, CDI_ERR_IO, "%s --version does not say what version it is",
                             engine);
    text = arena_printf(call->arena, "%s@%s", engine, word);
    return text ? engine_parse_any(text, out, err) : cdi_error_nomem(err);
}

int engine_version_read(const struct call *call, const char *text, struct engine_version *out,
                        struct cdi_error *err)
{
    const char *engine;

    if (!engine_version_is_installed(text))
        return engine_parse_any(text, out, err);
    engine = arena_strndup(call->arena, text, strcspn(text, "@"));
    return engine ? read_installed(call, engine, out, err) : cdi_error_nomem(err);
}
