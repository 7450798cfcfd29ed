/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a document by lines and columns, counted as libyaml counts them: CR, LF, CR LF,
 * U+0085, U+2028 and U+2029 end a line (YAML 1.1, 4.1.4), and a column is a character.
 */
#ifndef CDIKIT_CDI_TEXT_H
#define CDIKIT_CDI_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <cdikit/error.h>

/* How far a text has been read, line by line. */
struct text_lines {
    const char *s;   /* what is left */
    const char *end; /* of the text */
    unsigned number; /* of the line that was read last, 0 at first */
    bool carriage_return;
    bool simple; /* no line ends in anything but a line feed */
};

/* Begins with the first line; a byte order mark of UTF-8 is passed over. */
struct text_lines text_lines_of(const char *text, size_t len);

/*
 * The next line, without what ends it; false when there is none. `carriage_return` then says
 * whether CR LF ends it.
 */
bool text_lines_next(struct text_lines *lines, const char **line, size_t *len);

/* A place in a text that moves on to later ones without going over it again. */
struct text_cursor {
    const char *text;
    size_t len;
    struct text_lines first; /* before the first line; zeroes until something is looked for */
    struct text_lines lines; /* after the line that the cursor is in */
    const char *at;          /* in that line */
    const char *line_end;
    unsigned column;
    size_t again; /* bytes that were gone over more than once */
};

struct text_cursor text_cursor_at(const char *text, size_t len);

/*
 * What stands at a position, up to the end of its line; NULL where there is none, where the text
 * is UTF-16, and once there was too much going back and forth: that is not worth quadratic time.
 */
const char *text_cursor_find(struct text_cursor *cursor, struct cdi_position pos, size_t *len);

/* True for a text in UTF-16, by its byte order mark. */
bool text_is_utf16(const char *text, size_t len);

/* True for a text that begins with a byte order mark, of UTF-8 or UTF-16. */
bool text_has_mark(const char *text, size_t len);

#endif
