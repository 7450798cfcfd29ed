/* SPDX-License-Identifier: Apache-2.0 */
/* The rules for the text of a document, whatever it says. */
#include <string.h>

#include "cdi/text.h"
#include "cdi/validate_internal.h"

static int check_mark(struct walk *walk, const char *text, size_t len)
{
    if (!text_has_mark(text, len))
        return 0;
    return lint_add(walk->lint, RULE_BYTE_ORDER_MARK, "", (struct cdi_position){1, 1},
                    "save it as UTF-8 without a byte order mark",
                    text_is_utf16(text, len) ? "the text is UTF-16"
                                             : "the text begins with a byte order mark",
                    walk->err);
}

/* The first line that ends with CR LF, and the place of its end. */
static int check_carriage_returns(struct walk *walk, const char *text, size_t len)
{
    struct text_lines lines = text_lines_of(text, len);
    struct cdi_position pos = {0, 1};
    const char *s = text;
    size_t n = 0;

    if (text_is_utf16(text, len) || !memchr(text, '\r', len))
        return 0;
    while (!lines.carriage_return && text_lines_next(&lines, &s, &n))
        pos.line = lines.number;
    if (!lines.carriage_return)
        return 0;
    for (size_t i = 0; i < n; i++)
        pos.column += ((unsigned char)s[i] & 0xC0) != 0x80;
    return lint_add(walk->lint, RULE_CARRIAGE_RETURN, "", pos,
                    "convert the file, with dos2unix for example",
                    "lines end with a carriage return and a line feed", walk->err);
}

static int check_comments(struct walk *walk)
{
    const struct ignores *ignores = &walk->lint->ignores;
    int r = 0;

    for (size_t i = 0; r == 0 && i < ignores->n_problems; i++)
        r = lint_add(walk->lint, RULE_IGNORE_COMMENT, "", ignores->problems[i].pos,
                     ignores->problems[i].hint, ignores->problems[i].message, walk->err);
    return r;
}

int validate_text_form(struct walk *walk, const char *text, size_t len)
{
    int r = check_mark(walk, text, len);

    if (r == 0)
        r = check_carriage_returns(walk, text, len);
    return r < 0 ? r : check_comments(walk);
}
