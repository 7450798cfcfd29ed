/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages in man(7) macros. */
#include <ctype.h>
#include <string.h>

#include <cdikit/registry.h>
#include <cdikit/version.h>

#include "base/strbuf.h"
#include "cmd/help.h"

/* Text of len bytes with what roff would take for itself escaped. */
static void put_roff_n(const char *text, size_t len)
{
    static const char *const escapes[128] = {
        ['\\'] = "\\(rs", ['-'] = "\\-",   ['\''] = "\\(aq", ['"'] = "\\(dq",
        ['`'] = "\\(ga",  ['^'] = "\\(ha", ['~'] = "\\(ti",
    };
    bool line_begins = true;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (line_begins && c == '.')
            (void)fputs("\\&", stdout);
        if (c < 128 && escapes[c])
            (void)fputs(escapes[c], stdout);
        else
            (void)putchar(c);
        line_begins = c == '\n';
    }
}

static void put_roff(const char *text)
{
    put_roff_n(text, strlen(text));
}

static void put_upper(const char *text)
{
    for (; *text; text++) {
        char c = (char)toupper((unsigned char)*text);

        put_roff_n(&c, 1);
    }
}

static void put_title(const char *command)
{
    (void)fputs(".\\\" Printed by cdikit help --man.\n.TH CDIKIT", stdout);
    if (command) {
        (void)fputs("\\-", stdout);
        put_upper(command);
    }
    (void)printf(" 1 \"\" \"cdikit %s\" \"cdikit manual\"\n", cdi_library_version());
}

/* As help prints them: what begins with a blank stays as it is. */
static void put_paragraphs(const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);

        (void)puts(*text == ' ' ? ".PP\n.nf" : ".PP");
        put_roff_n(text, len);
        (void)putchar('\n');
        if (*text == ' ')
            (void)puts(".fi");
        text += len;
        text += strspn(text, "\n");
    }
}

static void put_option_text(const struct option *option)
{
    _cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

    help_option_text(option, &b);
    if (!b.failed)
        put_roff(b.s);
}

static void put_options(const struct option *options)
{
    for (const struct option *o = options; o && o->name; o++) {
        char name[128];
        char *value;

        help_option_name(o, name, sizeof name);
        value = strchr(strstr(name, "--"), ' ');
        (void)fputs(".TP\n\\fB", stdout);
        put_roff_n(name, value ? (size_t)(value - name) : strlen(name));
        (void)fputs("\\fR", stdout);
        if (value) {
            (void)fputs(" \\fI", stdout);
            put_roff(value + 1);
            (void)fputs("\\fR", stdout);
        }
        (void)putchar('\n');
        put_option_text(o);
        (void)putchar('\n');
    }
}

static void put_statuses(const struct status_text *statuses)
{
    for (const struct status_text *s = statuses; s && s->text; s++) {
        (void)printf(".TP\n\\fB%d\\fR\n", s->status);
        put_roff(s->text);
        (void)putchar('\n');
    }
}

static void put_exit_status(const struct command *command)
{
    (void)puts(".SH EXIT STATUS");
    put_statuses(tool_cdikit.statuses);
    put_statuses(command ? command->more_statuses : NULL);
    if (command && command->exit_notes)
        put_paragraphs(command->exit_notes);
}

static void put_examples(const struct example *examples)
{
    if (!examples)
        return;
    (void)puts(".SH EXAMPLES");
    for (; examples->line; examples++) {
        (void)fputs(".TP\n\\fB", stdout);
        put_roff(examples->line);
        (void)fputs("\\fR\n", stdout);
        put_roff(examples->what);
        (void)putchar('\n');
    }
}

static void man_command(const struct command *command)
{
    put_title(command->name);
    (void)fputs(".SH NAME\ncdikit\\-", stdout);
    put_roff(command->name);
    (void)fputs(" \\- ", stdout);
    put_roff(command->summary);
    (void)puts("\n.SH SYNOPSIS\n.nf");
    for (size_t i = 0; command->usage[i]; i++) {
        (void)fputs("\\fBcdikit ", stdout);
        put_roff(command->name);
        (void)fputs("\\fR [\\fIOPTION\\fR...] ", stdout);
        put_roff(command->usage[i]);
        (void)putchar('\n');
    }
    (void)puts(".fi\n.SH DESCRIPTION");
    put_paragraphs(command->description);
    (void)puts(".SH OPTIONS");
    put_options(command->options);
    put_options(command->more_options);
    put_options(tool_cdikit.options);
    put_examples(command->examples);
    put_exit_status(command);
    (void)puts(".SH SEE ALSO\n.BR cdikit (1)");
}

static void man_overview(void)
{
    put_title(NULL);
    (void)puts(".SH NAME\n"
               "cdikit \\- the Container Device Interface: documents, devices, configurations\n"
               ".SH SYNOPSIS\n"
               "\\fBcdikit\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
               ".SH DESCRIPTION\n"
               "A CDI document says how a container gets access to a device: which device nodes,\n"
               "mounts, environment variables and hooks it needs. The commands of \\fBcdikit\\fR\n"
               "write, check and list such documents, and apply them to the configuration of an\n"
               "OCI container.\n"
               ".SH COMMANDS");
    for (size_t i = 0; commands[i]; i++) {
        (void)fputs(".TP\n\\fBcdikit\\-", stdout);
        put_roff(commands[i]->name);
        (void)fputs("\\fR(1)\n", stdout);
        put_roff(commands[i]->summary);
        (void)putchar('\n');
    }
    (void)puts(".SH OPTIONS\nEvery command has these, before its name or behind it.");
    put_options(tool_cdikit.options);
    put_exit_status(NULL);
    (void)puts(".SH ENVIRONMENT\n"
               ".TP\n\\fBNO_COLOR\\fR\n"
               "If it is set and not empty, nothing is printed in colour.\n"
               ".SH FILES\n"
               ".TP\n\\fI" CDI_DEFAULT_STATIC_DIR "\\fR\n"
               "documents of the administrator\n"
               ".TP\n\\fI" CDI_DEFAULT_DYNAMIC_DIR "\\fR\n"
               "generated documents; they go before the others");
    (void)puts(".SH SEE ALSO");
    for (size_t i = 0; commands[i]; i++) {
        (void)fputs(".BR cdikit\\-", stdout);
        put_roff(commands[i]->name);
        (void)puts(commands[i + 1] ? " (1)," : " (1)");
    }
}

void man_page(const struct command *command)
{
    if (command)
        man_command(command);
    else
        man_overview();
}
