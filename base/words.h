/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of words with commas between them. */
#ifndef CDIKIT_BASE_WORDS_H
#define CDIKIT_BASE_WORDS_H

#include <stdbool.h>

/*
 * Cuts the next word off a list, without the blanks around it, and moves the list behind it.
 * "" for an empty word, NULL at the end.
 */
char *words_next(char **list);

/* True if the list (NULL: an empty one) has the word, to the letter: blanks belong to words. */
bool words_have(const char *list, const char *word);

#endif
