/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"

#define WIDTH 80

/* The longest list of choices that stands in place of a value's name. */
#define MOST_CHOICES 30

static size_t choices_length(const struct option *option)
{
    size_t len = 0;

    for (size_t i = 0; option->choices && option->choices[i]; i++)
        len += strlen(option->choices[i]) + 1;
    return len;
}

/* What stands for the value: its choices, its name, or "". */
static void put_value(const struct option *option, char value[MOST_CHOICES + 1])
{
    size_t len = choices_length(option);
    char *end = value;

    (void)snprintf(value, MOST_CHOICES + 1, "%s", option->value ? option->value : "");
    for (size_t i = 0; len <= MOST_CHOICES && option->choices && option->choices[i]; i++)
        end = stpcpy(stpcpy(end, i ? "|" : ""), option->choices[i]);
}

void help_option_name(const struct option *option, char *buf, size_t size)
{
    char letter[] = "-x, ", value[MOST_CHOICES + 1];

    letter[1] = option->letter;
    put_value(option, value);
    if (option->type == OPTION_OPTIONAL)
        (void)snprintf(buf, size, "%s--%s[=%s]", option->letter ? letter : "", option->name, value);
    else
        (void)snprintf(buf, size, "%s--%s%s%s", option->letter ? letter : "", option->name,
                       *value ? " " : "", value);
}

static void add_names(struct strbuf *b, const char *before, const char *dashes,
                      const char *const *names)
{
    for (size_t i = 0; names && names[i]; i++)
        strbuf_printf(b, "%s%s%s", i ? ", " : before, dashes, names[i]);
}

void help_option_text(const struct option *option, struct strbuf *b)
{
    strbuf_addstr(b, option->help);
    if (choices_length(option) > MOST_CHOICES)
        add_names(b, ": ", "", option->choices);
    add_names(b, "; also ", "--", option->aliases);
    add_names(b, "; environment: ", "", option->env);
}

void help_wrapped(FILE *f, const char *text, const char *end, int indent)
{
    int column = indent;

    while (text < end) {
        int len = (int)strcspn(text, " \n");

        if (len > end - text)
            len = (int)(end - text);
        if (column > indent && column + 1 + len > WIDTH) {
            (void)fprintf(f, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            (void)putc(' ', f);
            column++;
        }
        (void)fprintf(f, "%.*s", len, text);
        column += len;
        text += len;
        text += strspn(text, " \n");
    }
    (void)putc('\n', f);
}

/* Paragraphs: those that begin with a blank stay as they are. */
static void print_paragraphs(FILE *f, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");

        end = end ? end : text + strlen(text);
        if (*text == ' ')
            (void)fprintf(f, "%.*s\n", (int)(end - text), text);
        else
            help_wrapped(f, text, end, 0);
        (void)putc('\n', f);
        text = end + strspn(end, "\n");
    }
}

static void print_option_text(FILE *f, const struct option *option)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    help_option_text(option, &b);
    if (!b.failed)
        help_wrapped(f, b.s, b.s + b.len, 30);
}

static void print_options(FILE *f, const struct option *options)
{
    for (const struct option *o = options; o && o->name; o++) {
        char name[128];
        int len;

        help_option_name(o, name, sizeof name);
        len = fprintf(f, "  %s%s", o->letter ? "" : "    ", name);
        if (len < 28)
            (void)fprintf(f, "%*s", 30 - len, "");
        else
            (void)fprintf(f, "\n%30s", "");
        print_option_text(f, o);
    }
}

void help_overview(FILE *f)
{
    (void)fputs("Usage: cdikit COMMAND [OPTION...] [OPERAND...]\n\n"
                "The Container Device Interface: documents, devices, container configurations.\n\n"
                "Commands:\n",
                f);
    for (size_t i = 0; commands[i]; i++)
        (void)fprintf(f, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    (void)fputs("\n'cdikit help COMMAND' says everything about one of them.\n", f);
}

void help_options(const struct option *const *tables, size_t n)
{
    (void)puts("Options:");
    for (size_t i = 0; i < n; i++)
        print_options(stdout, tables[i]);
    (void)putchar('\n');
}

static void print_statuses(const struct status_text *statuses)
{
    for (const struct status_text *s = statuses; s && s->text; s++)
        (void)printf("  %d  %s\n", s->status, s->text);
}

void help_statuses(const struct tool *tool, const struct command *command)
{
    (void)puts("Exit status:");
    print_statuses(tool->statuses);
    print_statuses(command ? command->more_statuses : NULL);
}

static void print_examples(const struct example *examples)
{
    if (!examples)
        return;
    (void)puts("Examples:");
    for (const struct example *e = examples; e->line; e++)
        (void)printf("  %s\n      %s\n", e->line, e->what);
    (void)putchar('\n');
}

void help_command(const struct tool *tool, const char *name, const struct command *command)
{
    const struct option *const tables[] = {command->options, command->more_options, tool->options};

    for (size_t i = 0; command->usage[i]; i++)
        (void)printf("%s %s [OPTION...]%s%s\n", i ? "      " : "Usage:", name,
                     *command->usage[i] ? " " : "", command->usage[i]);
    (void)putchar('\n');
    print_paragraphs(stdout, command->description);
    help_options(tables, ARRAY_SIZE(tables));
    if (!tool->lenient)
        print_examples(command->examples);
    help_statuses(tool, command);
    if (!tool->lenient && command->exit_notes) {
        (void)putchar('\n');
        help_wrapped(stdout, command->exit_notes, command->exit_notes + strlen(command->exit_notes),
                     0);
    }
}

/* The command */

struct help_options {
    bool man;
    int completion;
};

static const char *const completion_choices[] = {"bash", NULL};

static const struct option options[] = {
    {.name = "man",
     .type = OPTION_SWITCH,
     .offset = offsetof(struct help_options, man),
     .help = "print the manual page, for man -l; without COMMAND that of cdikit"},
    {.name = "completion",
     .type = OPTION_CHOICE,
     .offset = offsetof(struct help_options, completion),
     .value = "SHELL",
     .choices = completion_choices,
     .help = "print the completion of command lines for this shell"},
    {.name = NULL},
};

static const char *const usage[] = {"[COMMAND]", NULL};

static const struct example examples[] = {
    {"cdikit help validate", "everything about 'validate'"},
    {"cdikit help --man validate | man -l -", "the same as a manual page"},
    {". <(cdikit help --completion bash)", "completion in the running shell"},
    {NULL, NULL},
};

static int run(const struct call *call, struct cdi_error *err)
{
    const struct help_options *o = call->options;
    const struct command *command = NULL;
    const char *name = NULL;

    if (o->completion && (o->man || call->n_operands))
        return cdi_error_set(err, CDI_ERR_USAGE, "--completion goes alone");
    if (call->n_operands) {
        command = command_find(call->operands[0], err);
        if (!command)
            return -(int)err->code;
        name = arena_printf(call->arena, "%s %s", call->tool->name, command->name);
        if (!name)
            return cdi_error_nomem(err);
    }
    if (o->completion)
        completion_bash();
    else if (o->man)
        man_page(command);
    else if (command)
        help_command(call->tool, name, command);
    else
        help_overview(stdout);
    return STATUS_DONE;
}

const struct command command_help = {
    .name = "help",
    .summary = "say how a command is used",
    .usage = usage,
    .description = "Lists the commands, or prints all that there is to know of one of them. The "
                   "manual pages and the completion of command lines are made from the same "
                   "tables as this help.",
    .options = options,
    .options_size = sizeof(struct help_options),
    .max_operands = 1,
    .examples = examples,
    .run = run,
};
