/* SPDX-License-Identifier: Apache-2.0 */
/* cdikit refresh: generate, if anything has changed since the last time. */
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "cmd/common.h"
#include "cmd/document.h"
#include "cmd/generate_options.h"
#include "cmd/generate_result.h"
#include "cmd/lower.h"
#include "cmd/refresh_wait.h"
#include "generate/facts.h"
#include "generate/refresh_state.h"
#include "generate/sources.h"

#define DEFAULT_OUTPUT "/var/run/cdi/nvidia.yaml"

struct refresh_options {
    struct generate_command_options generate; /* first: its table fills this part */
    const char *wait;
    bool force;
};

/* One refresh on its way. */
struct refresh {
    const struct call *call;
    const struct refresh_options *options;
    struct generate_options what;
    const char *output;
    struct document_output where; /* the same, and how */
    char asked[FINGERPRINT_HASH_SIZE];
    struct refresh_state state;
    struct fingerprint before; /* what the state remembers */
    const char *reason;        /* why there is something to do; NULL if there is nothing */
};

static void refresh_clear(struct refresh *refresh)
{
    refresh_state_close(&refresh->state);
}

static const struct option more_options[] = {
    {.name = "force",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct refresh_options, force),
     .help = "generate and write, whether anything has changed or not"},
    {.name = "wait",
     .type = OPTION_OPTIONAL,
     .offset = offsetof(struct refresh_options, wait),
     .value = "SECONDS",
     .help = "before generating, wait for the driver to be ready, and for another refresh of the "
             "document; 30 seconds at most unless given"},
    {.name = NULL},
};

/* Reads the state into refresh->before; *lacking says why there is nothing to compare with. */
static int recall(struct refresh *refresh, const char **lacking, struct cdi_error *err)
{
    _cleanup_free_ char *text = NULL;
    size_t len = 0;
    int r = 0;

    refresh->before = (struct fingerprint){.n = 0};
    if (refresh_state_read(&refresh->state, &text, &len) && len)
        r = fingerprint_parse(text, len, refresh->call->arena, &refresh->before, NULL);
    if (r == -CDI_ERR_NOMEM)
        return cdi_error_nomem(err);
    *lacking = refresh->before.asked ? NULL : "nothing is known of an earlier time";
    if (r < 0) {
        *lacking = "what is known of an earlier time is damaged, or of another version";
        refresh->before = (struct fingerprint){.n = 0};
    }
    return 0;
}

/* What the state remembers, and whether it is still so: in refresh->reason. */
static int compare(struct refresh *refresh, struct cdi_error *err)
{
    struct arena *arena = refresh->call->arena;
    int r = recall(refresh, &refresh->reason, err);

    if (r < 0)
        return r;
    if (refresh->options->force)
        refresh->reason = "as --force asks for";
    else if (!refresh->reason && strcmp(refresh->before.asked, refresh->asked) != 0)
        refresh->reason = "something else is asked for";
    else if (!refresh->reason)
        r = sources_compare(&refresh->before, &refresh->what, arena, &refresh->reason, err);
    if (r == 0 && !refresh->reason)
        message_detail(refresh->call, "nothing to do: %zu facts are as they were",
                       refresh->before.n);
    return r;
}

/* What only a person can put right. */
static int check_output(const char *output, struct cdi_error *err)
{
    struct stat st;

    if (!*output || strcmp(output, "-") == 0)
        return cdi_error_set(err, CDI_ERR_USAGE, "refresh needs a file to write: --output FILE");
    if (stat(output, &st) == 0 && !S_ISREG(st.st_mode))
        return cdi_error_set_at(err, CDI_ERR_IO, output, (struct cdi_position){0, 0},
                                "not a regular file, and nothing else can be kept up to date");
    return 0;
}

/* The files of documents, in order. */
struct files {
    const char *paths[GENERATE_MAX_DOCUMENTS];
    size_t n;
};

static int name_files(const struct refresh *refresh, const struct generate_documents *documents,
                      struct files *files, struct cdi_error *err)
{
    files->n = documents->n;
    for (size_t i = 0; i < documents->n; i++) {
        files->paths[i] = generate_output_name(refresh->call->arena, refresh->output,
                                               documents->items[i].suffix);
        if (!files->paths[i])
            return cdi_error_nomem(err);
    }
    return 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool is_among(const struct files *files, const char *name)
{
    for (size_t i = 0; i < files->n; i++)
        if (strcmp(base_name(files->paths[i]), name) == 0)
            return true;
    return false;
}

/*
 * Removes what an earlier refresh wrote and nobody has touched since. Documents are all in one
 * directory, which may have been called otherwise then.
 */
static int remove_surplus(const struct refresh *refresh, const struct files *files, bool *changed,
                          struct cdi_error *err)
{
    const struct refresh_state *state = &refresh->state;
    int r = 0;

    for (size_t i = 0; r == 0 && i < refresh->before.n; i++) {
        const struct fingerprint_fact *fact = &refresh->before.facts[i];
        const char *name = base_name(fact->path), *path;
        char now[FACT_SIZE];

        if (fact->where != FINGERPRINT_OUTPUT || is_among(files, name))
            continue;
        if (!(path = arena_printf(refresh->call->arena, "%s/%s", state->dir, name)))
            return cdi_error_nomem(err);
        fact_see_file(path, now);
        if (strcmp(now, FINGERPRINT_ABSENT) == 0)
            continue;
        if (fingerprint_change(fact->fact, now)) {
            message_warn(refresh->call,
                         "%s is left, though it would not be written now: it is not as it was "
                         "written",
                         path);
            continue;
        }
        r = refresh_state_remove(state, name, err);
        if (r == 0)
            message_detail(refresh->call, "%s is removed: it would not be written now", path);
        *changed = true;
    }
    return r;
}

/*
 * Nothing is remembered of a result that another time may be better, but the documents: the next
 * refresh tries.
 */
static int remember(const struct refresh *refresh, const struct generate_documents *documents,
                    const struct files *files, struct sources *sources, bool final,
                    struct cdi_error *err)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    size_t first = final ? 0 : sources->n;
    bool written;
    int r = 0;

    for (size_t i = 0; r == 0 && i < files->n; i++)
        r = sources_add_output(sources, files->paths[i], err);
    /* Looked at after the facts were: what somebody else has put there is not remembered as ours.
     */
    if (r == 0)
        r = generate_is_written(refresh->call, documents, &refresh->where, &written, err);
    if (r < 0)
        return r;
    if (!written)
        return refresh_state_write(&refresh->state, "", 0, err);
    fingerprint_format(&(struct fingerprint){final ? refresh->asked : NULL, sources->facts + first,
                                             sources->n - first},
                       &text);
    if (text.failed || sources->failed)
        return cdi_error_nomem(err);
    return refresh_state_write(&refresh->state, text.s, text.len, err);
}

/* Under the lock. */
static int generate_anew(struct refresh *refresh, bool *partial, struct cdi_error *err)
{
    _cleanup_(generate_report_clear) struct generate_report report = GENERATE_REPORT_INIT;
    _cleanup_(generate_documents_clear) struct generate_documents documents = {.n = 0};
    const struct call *call = refresh->call;
    struct sources sources;
    struct files files;
    bool changed = false, final;
    int r;

    sources_init(&sources, call->arena);
    refresh->what.sources = &sources;
    r = generate(&refresh->what, &documents, &report, err);
    refresh->what.sources = NULL;
    generate_tell(call, &report, r == 0);
    if (r == 0 && refresh->options->generate.strict)
        r = generate_check_strict(&report, err);
    if (r == 0)
        r = generate_prepare(call, &documents, err);
    if (r == 0)
        r = generate_write(call, &documents, &refresh->where, refresh->options->force, &changed,
                           err);
    if (r == 0)
        r = name_files(refresh, &documents, &files, err);
    if (r == 0)
        r = remove_surplus(refresh, &files, &changed, err);
    final = !generate_is_partial(&report) && !report.fallback;
    if (r == 0)
        r = remember(refresh, &documents, &files, &sources, final, err);
    if (r < 0)
        return r;
    if (report.summary)
        message_detail(call, "%s", report.summary);
    if (!call->quiet && changed)
        message_say(call, "rewritten: %s", refresh->reason);
    else if (!call->quiet)
        message_say(call, "generated again, and still the same: %s", refresh->reason);
    *partial = generate_is_partial(&report);
    return 0;
}

/* Sees whether there is something to do, and does it. */
static int do_refresh(struct refresh *refresh, bool *partial, struct cdi_error *err)
{
    struct refresh_wait wait;
    int r = refresh_wait_start(&wait, refresh->options->wait, err);

    if (r == 0)
        r = check_output(refresh->output, err);
    if (r == 0)
        r = refresh_state_open(&refresh->state, refresh->output, refresh->call->arena, err);
    if (r == 0)
        r = compare(refresh, err);
    if (r < 0 || !refresh->reason)
        return r;
    r = refresh_wait_for_driver(&wait, refresh->call, &refresh->what, err);
    if (r == 0)
        r = refresh_wait_for_lock(&wait, refresh->call, &refresh->state, err);
    /* Who had the lock may have done it. */
    if (r == 0)
        r = compare(refresh, err);
    return r == 0 && refresh->reason ? generate_anew(refresh, partial, err) : r;
}

static int run(const struct call *call, struct cdi_error *err)
{
    const struct refresh_options *o = call->options;
    _cleanup_(refresh_clear) struct refresh refresh = {
        .call = call,
        .options = o,
        .output = o->generate.output ? o->generate.output : DEFAULT_OUTPUT,
        .state = REFRESH_STATE_INIT,
    };
    struct lower_limit limit;
    bool partial = false;
    int r = generate_set_options(call, &refresh.what, err);

    /* A person's and a service's are others: they would replace each other's document. */
    refresh.what.search_path = NULL;
    refresh.what.data_dirs = NULL;
    if (r == 0)
        r = lower_limit(call, &o->generate.lower, &limit, err);
    if (r == 0)
        r = document_output_open(call, o->generate.format, refresh.output, &refresh.where, err);
    if (r == 0 && refresh.where.path)
        refresh.output = refresh.where.path;
    if (r == 0)
        r = fingerprint_asked(&refresh.what, refresh.output, (int)refresh.where.format,
                              limit.version, refresh.asked, err);
    if (r == 0)
        r = do_refresh(&refresh, &partial, err);
    if (r < 0)
        return r;
    return partial ? STATUS_PARTIAL : STATUS_DONE;
}

static const char *const usage[] = {"", NULL};

static const struct example examples[] = {
    {"cdikit refresh --wait", "at boot, and whenever something may have changed"},
    {"cdikit refresh --verbose --output /etc/cdi/nvidia.yaml", "why is it left, or rewritten?"},
    {NULL, NULL},
};

const struct command command_refresh = {
    .name = "refresh",
    .summary = "generate a CDI document anew if the machine has changed",
    .usage = usage,
    .description =
        "Keeps the document of cdikit generate up to date; its options are that command's, but "
        "--output is " DEFAULT_OUTPUT " unless given.\n\n"
        "Beside the document, in .NAME.cdikit, is kept what it was generated from: what was seen "
        "at each path that generating looked at, also where nothing was found. While all of "
        "that is as it was nothing is done, in a millisecond or two, and no library of the driver "
        "is loaded. This holds the version of the driver, its GPUs and MIG devices in /proc, what "
        "is on the PCI bus, device nodes (numbers, mode, owner), libraries and the directories "
        "that they were looked for in, ld.so.cache, the hook program, the options, cdikit's "
        "version, and the document itself. Else it is generated and, if it has become another, "
        "replaced at once.\n\n"
        "Whoever calls it gets the same: neither PATH nor XDG_DATA_DIRS counts, and programs and "
        "data are looked for in the usual directories (/usr/local/sbin, /usr/local/bin, "
        "/usr/sbin, /usr/bin, /sbin, /bin; /usr/local/share, /usr/share). A hook program that is "
        "elsewhere is named with --nvidia-cdi-hook-path.\n\n"
        "Several can run at the same time: one does the work, the others wait for it, with --wait "
        "no longer than that allows. When one "
        "is killed the old document is there, or the new one.\n\n"
        "What was written once and would not be written now, such as the document of coherent GPUs "
        "where there are none any more, is removed.\n\n"
        "Nothing is remembered, and each refresh generates, as long as a device is left out, or "
        "NVML should be asked and does not answer.\n\n"
        "What only the driver's libraries know is not noticed by itself, such as UUIDs of MIG "
        "devices that were destroyed and made again at the same place: use --force then.",
    .options = generate_command_table,
    .more_options = more_options,
    .options_size = sizeof(struct refresh_options),
    .examples = examples,
    .more_statuses = generate_statuses,
    .exit_notes = "Status 1: as generate; with --wait, the driver was not ready in time. Then the "
                  "document stays as it is. Status 3: it cannot be written; with --wait, another "
                  "refresh was not done in time.",
    .run = run,
};
