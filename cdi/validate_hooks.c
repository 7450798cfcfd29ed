/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for hooks. Source: see docs/rules.md. */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/cleanup.h"
#include "base/path.h"
#include "base/quote.h"
#include "cdi/validate_internal.h"

static const char *const hook_names[] = {
    "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
};

/* True if they differ in nothing but case, '-' and '_'. */
static bool is_nearly(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, "-_");
        b += strspn(b, "-_");
        if (ascii_tolower(*a) != ascii_tolower(*b))
            return false;
        if (!*a)
            return true;
    }
}

static int report_hook_name(struct walk *walk, const struct member *at, const char *name)
{
    char hint[128] = "the names are prestart, createRuntime, createContainer, startContainer, "
                     "poststart and poststop";

    for (size_t i = 0; i < ARRAY_SIZE(hook_names); i++)
        if (is_nearly(name, hook_names[i]))
            (void)snprintf(hint, sizeof hint, "did you mean \"%s\"?", hook_names[i]);
    if (!*name)
        return walk_report(walk, RULE_HOOK_NAME, MEMBER(at, "hookName"), hint,
                           "hookName is missing or empty");
    return walk_report(walk, RULE_HOOK_NAME, MEMBER(at, "hookName"), hint,
                       "%s is not the name of an OCI hook", quote_string(name).text);
}

/* True if one of the names is the beginning of the other: python3 and python3.11. */
static bool is_same_program(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);

    return n && m && memcmp(a, b, n < m ? n : m) == 0;
}

static int warn_of_args(struct walk *walk, const struct member *at, const struct cdi_hook *hook)
{
    const char *path = validate_text(hook->path);
    char hint[sizeof(struct quoted) + 64];
    const char *program = path_base(path), *name;

    if (hook->args.n == 0 || !*program)
        return 0;
    name = path_base(validate_text(hook->args.items[0]));
    if (is_same_program(name, program))
        return 0;
    (void)snprintf(hint, sizeof hint, "put %s before it", quote_string(program).text);
    return walk_report(walk, RULE_HOOK_ARGS, ITEM(at, "args", 0), hint,
                       "the first of args is the program's own name, and %s is not that of %s",
                       quote_string(hook->args.items[0]).text, quote_string(path).text);
}

/* A hook whose environment runc 1.2 and before take from the container. */
static int warn_of_environment(struct walk *walk, const struct member *at,
                               const struct cdi_hook *hook)
{
    if (hook->env.n || strcmp(validate_text(hook->hook_name), "createContainer") != 0)
        return 0;
    return walk_report(walk, RULE_HOOK_ENV_MISSING, MEMBER(at, "env"),
                       "give it a variable of its own, such as LC_ALL=C",
                       "without env runc 1.2 and before start %s with the environment of the image",
                       quote_string(hook->path).text);
}

static int warn_of_hook(struct walk *walk, const struct member *at, const struct cdi_hook *hook)
{
    int r = validate_relative(walk, RULE_HOOK_PATH_RELATIVE, MEMBER(at, "path"), hook->path);

    if (r == 0 && hook->timeout.set && hook->timeout.value <= 0)
        r = walk_report(walk, RULE_HOOK_TIMEOUT, MEMBER(at, "timeout"),
                        "leave it out for no timeout", "timeout %lld is not positive",
                        (long long)hook->timeout.value);
    if (r == 0 && strcmp(validate_text(hook->hook_name), "prestart") == 0)
        r = walk_report(walk, RULE_HOOK_PRESTART, MEMBER(at, "hookName"),
                        "write createRuntime, or createContainer to run in the container's mounts",
                        "prestart hooks are deprecated by the OCI runtime specification");
    if (r == 0)
        r = warn_of_args(walk, at, hook);
    return r < 0 ? r : warn_of_environment(walk, at, hook);
}

int validate_hooks(struct walk *walk, const struct member *in, const struct cdi_edits *edits)
{
    for (size_t i = 0; i < edits->n_hooks; i++) {
        const struct cdi_hook *hook = &edits->hooks[i];
        const struct member *at = ITEM(in, "hooks", i);
        const char *name = validate_text(hook->hook_name);
        int r = 0;

        if (!validate_is_one_of(name, hook_names, ARRAY_SIZE(hook_names)))
            r = report_hook_name(walk, at, name);
        if (r == 0 && !*validate_text(hook->path))
            r = walk_report(walk, RULE_HOOK_PATH_EMPTY, MEMBER(at, "path"), NULL,
                            "the path of the %s hook is missing or empty", quote_string(name).text);
        if (r == 0)
            r = validate_env(walk, at, RULE_HOOK_ENV_FORM, &hook->env);
        if (r == 0 && walk_warns(walk))
            r = warn_of_hook(walk, at, hook);
        if (r < 0)
            return r;
    }
    return 0;
}
