/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <string.h>

char *words_next(char **list)
{
    static const char blanks[] = " \t\n\v\f\r";
    char *word = strsep(list, ",");
    size_t len;

    if (!word)
        return NULL;
    word += strspn(word, blanks);
    len = strlen(word);
    while (len && strchr(blanks, word[len - 1]))
        word[--len] = '\0';
    return word;
}

bool words_have(const char *list, const char *word)
{
    size_t len = strlen(word);

    while (list) {
        if (strncmp(list, word, len) == 0 && (list[len] == ',' || !list[len]))
            return true;
        list = strchr(list, ',');
        list = list ? list + 1 : NULL;
    }
    return false;
}
