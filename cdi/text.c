/* SPDX-License-Identifier: Apache-2.0 */
#include "cdi/text.h"

#include <stdint.h>
#include <string.h>

enum {
    MOST_AGAIN = 16, /* times the text; beside: */
    SOME_AGAIN = 1 << 16,
};

static const char mark[] = "\xEF\xBB\xBF";

bool text_is_utf16(const char *text, size_t len)
{
    return len >= 2 && (memcmp(text, "\xFE\xFF", 2) == 0 || memcmp(text, "\xFF\xFE", 2) == 0);
}

static bool has_utf8_mark(const char *text, size_t len)
{
    return len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0;
}

bool text_has_mark(const char *text, size_t len)
{
    return has_utf8_mark(text, len) || text_is_utf16(text, len);
}

/* True if all breaks of a text are line feeds. Most texts are ASCII, and looked through fast. */
static bool is_simple(const char *text, size_t len)
{
    uint64_t word, all = 0;
    size_t i = 0;

    for (; i + sizeof word <= len; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        all |= word;
    }
    for (; i < len; i++)
        all |= (unsigned char)text[i];
    return (all & 0x8080808080808080U) == 0 && !memchr(text, '\r', len);
}

struct text_lines text_lines_of(const char *text, size_t len)
{
    size_t start = has_utf8_mark(text, len) ? sizeof mark - 1 : 0;

    return (struct text_lines){
        .s = text + start,
        .end = text + len,
        .simple = is_simple(text + start, len - start),
    };
}

/* How many bytes of a line break begin here, 0 if none does. */
static size_t break_length(const char *s, const char *end)
{
    static const char separator[] = "\xE2\x80";

    switch ((unsigned char)*s) {
    case '\n':
        return 1;
    case '\r':
        return s + 1 < end && s[1] == '\n' ? 2 : 1;
    case 0xC2:
        return s + 1 < end && (unsigned char)s[1] == 0x85 ? 2 : 0;
    case 0xE2:
        return end - s > 2 && memcmp(s, separator, 2) == 0 &&
                       ((unsigned char)s[2] == 0xA8 || (unsigned char)s[2] == 0xA9)
                   ? 3
                   : 0;
    default:
        return 0;
    }
}

/* Where a line ends, and how many bytes its break has. */
static const char *find_break(const struct text_lines *lines, size_t *bytes)
{
    const char *s = lines->s;

    *bytes = 0;
    if (lines->simple) {
        s = memchr(s, '\n', (size_t)(lines->end - s));
        *bytes = s != NULL;
        return s ? s : lines->end;
    }
    while (s < lines->end && (*bytes = break_length(s, lines->end)) == 0)
        s++;
    return s;
}

bool text_lines_next(struct text_lines *lines, const char **line, size_t *len)
{
    const char *s;
    size_t bytes;

    if (lines->s == lines->end)
        return false;
    s = find_break(lines, &bytes);
    *line = lines->s;
    *len = (size_t)(s - lines->s);
    lines->carriage_return = bytes == 2 && *s == '\r';
    lines->s = s + bytes;
    lines->number++;
    return true;
}

struct text_cursor text_cursor_at(const char *text, size_t len)
{
    return (struct text_cursor){.text = text, .len = len};
}

/* Goes to the beginning, if what was read of the text so far may be read again. */
static bool go_back(struct text_cursor *cursor)
{
    cursor->again += (size_t)(cursor->at - cursor->text);
    if (cursor->again > MOST_AGAIN * cursor->len + SOME_AGAIN)
        return false;
    cursor->lines = cursor->first;
    return true;
}

/* Goes to the first column of a later line. */
static bool find_line(struct text_cursor *cursor, unsigned number)
{
    size_t len;

    while (cursor->lines.number < number) {
        if (!text_lines_next(&cursor->lines, &cursor->at, &len))
            return false;
        cursor->line_end = cursor->at + len;
        cursor->column = 1;
    }
    return true;
}

const char *text_cursor_find(struct text_cursor *cursor, struct cdi_position pos, size_t *len)
{
    bool before = pos.line < cursor->lines.number ||
                  (pos.line == cursor->lines.number && pos.column < cursor->column);

    if (pos.line == 0 || text_is_utf16(cursor->text, cursor->len))
        return NULL;
    if (!cursor->first.end)
        cursor->lines = cursor->first = text_lines_of(cursor->text, cursor->len);
    if ((before && !go_back(cursor)) || !find_line(cursor, pos.line))
        return NULL;
    for (; cursor->column < pos.column && cursor->at < cursor->line_end; cursor->column++) {
        cursor->at++;
        while (cursor->at < cursor->line_end && ((unsigned char)*cursor->at & 0xC0) == 0x80)
            cursor->at++;
    }
    *len = (size_t)(cursor->line_end - cursor->at);
    return cursor->column == pos.column ? cursor->at : NULL;
}
