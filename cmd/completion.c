/* SPDX-License-Identifier: Apache-2.0 */
/* The completion of command lines for bash. */
#include <string.h>

#include "base/cleanup.h"
#include "cmd/help.h"
#include "cmd/option_value.h"

/* What a placeholder can stand for; the first that occurs in a usage line decides. */
static const char *const kinds[] = {"DEVICE", "NAME", "FILE", "DIR"};

static void put_words(const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        (void)printf("%s%s", i ? " " : "", words[i]);
}

static void put_command_names(void)
{
    for (size_t i = 0; commands[i]; i++)
        (void)printf("%s%s", i ? " " : "", commands[i]->name);
}

/* The kind that a placeholder or usage line means, or nothing. */
static void put_kind(const char *text)
{
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
        if (strstr(text, kinds[k])) {
            (void)fputs(kinds[k], stdout);
            return;
        }
}

/* The kind of a command's operands, or the words that they are. */
static void put_operands(const struct command *command)
{
    if (command->words)
        put_words(command->words);
    else if (strstr(command->usage[0], "COMMAND"))
        put_command_names();
    else
        put_kind(command->usage[0]);
}

static void put_option_names(const struct option *options)
{
    for (const struct option *o = options; o && o->name; o++) {
        (void)printf("--%s ", o->name);
        for (const char *const *alias = o->aliases; alias && *alias; alias++)
            (void)printf("--%s ", *alias);
    }
}

static void put_option_values(const struct command *command, const struct option *options)
{
    for (const struct option *o = options; o && o->name; o++) {
        if (option_is_alone(o))
            continue;
        (void)printf("    %s:--%s", command->name, o->name);
        for (const char *const *alias = o->aliases; alias && *alias; alias++)
            (void)printf(" | %s:--%s", command->name, *alias);
        (void)fputs(") kind='", stdout);
        if (o->choices)
            put_words(o->choices);
        else
            put_kind(o->value);
        (void)puts("' ;;");
    }
}

/*
 * '=' and ':' break words in bash, and are parts of device names: the words are taken from the
 * line itself, and what bash keeps of the last one is taken off the answers.
 */
static const char head[] =
    "# shellcheck shell=bash\n"
    "# Completion of cdikit for bash; printed by cdikit help --completion bash.\n"
    "_cdikit()\n"
    "{\n"
    "    local line=${COMP_LINE:0:COMP_POINT} cur prev command='' options='' kind='' word\n"
    "    local -a words answers=()\n"
    "    cur=${line##*[[:space:]]}\n"
    "    read -ra words <<<\"${line%\"$cur\"}\"\n"
    "    prev=${words[-1]}\n"
    "    for word in \"${words[@]:1}\"; do\n"
    "        [[ $word == -* ]] || { command=$word; break; }\n"
    "    done\n"
    "    if [[ $cur == --*=* ]]; then\n"
    "        prev=${cur%%=*} cur=${cur#*=}\n"
    "    fi\n";

static const char tail[] =
    "    if [[ $cur == -* ]]; then\n"
    "        mapfile -t answers < <(compgen -W \"$options\" -- \"$cur\")\n"
    "    else\n"
    "        case $kind in\n"
    "        '') ;;\n"
    "        DIR) mapfile -t answers < <(compgen -d -- \"$cur\") ;;\n"
    "        FILE) mapfile -t answers < <(compgen -f -- \"$cur\") ;;\n"
    "        DEVICE | NAME)\n"
    "            mapfile -t answers < <(compgen -W \"$(cdikit list --names --quiet 2>/dev/null)\" "
    "-- \"$cur\")\n"
    "            ;;\n"
    "        *) mapfile -t answers < <(compgen -W \"$kind\" -- \"$cur\") ;;\n"
    "        esac\n"
    "    fi\n"
    "    COMPREPLY=(\"${answers[@]#\"${cur%\"${cur##*[=:]}\"}\"}\")\n"
    "}\n"
    "complete -o filenames -F _cdikit cdikit\n";

void completion_bash(void)
{
    (void)fputs(head, stdout);
    (void)fputs("    case $command in\n    '') kind='", stdout);
    put_command_names();
    (void)fputs("' options='--version ", stdout);
    put_option_names(tool_cdikit.options);
    (void)puts("' ;;");
    for (size_t i = 0; commands[i]; i++) {
        (void)printf("    %s) options='", commands[i]->name);
        put_option_names(commands[i]->options);
        put_option_names(commands[i]->more_options);
        put_option_names(tool_cdikit.options);
        (void)fputs("' kind='", stdout);
        put_operands(commands[i]);
        (void)puts("' ;;");
    }
    (void)puts("    esac\n    case $command:$prev in");
    for (size_t i = 0; commands[i]; i++) {
        put_option_values(commands[i], commands[i]->options);
        put_option_values(commands[i], commands[i]->more_options);
    }
    (void)puts("    esac");
    (void)fputs(tail, stdout);
}
