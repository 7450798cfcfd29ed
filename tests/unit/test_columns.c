/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "base/columns.h"

Test(columns, widths)
{
    static const struct {
        uint32_t point;
        unsigned columns;
    } cases[] = {
        {'a', 1},     {0xA0, 1},     {0xE9, 1},                /* LATIN SMALL LETTER E WITH ACUTE */
        {0x300, 0},                                            /* COMBINING GRAVE ACCENT */
        {0x36F, 0},   {0x370, 1},    {0x1100, 2},              /* HANGUL CHOSEONG KIYEOK */
        {0x3042, 2},                                           /* HIRAGANA LETTER A */
        {0x4E00, 2},  {0x9FFF, 2},   {0xA4D0, 1}, {0xAC00, 2}, /* HANGUL SYLLABLE GA */
        {0xFE0F, 0},                                           /* VARIATION SELECTOR-16 */
        {0xFF01, 2},                                           /* FULLWIDTH EXCLAMATION MARK */
        {0xFF61, 1},                                           /* HALFWIDTH IDEOGRAPHIC FULL STOP */
        {0x1F600, 2},                                          /* GRINNING FACE */
        {0x20000, 2}, {0x10FFFF, 1},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        cr_expect_eq(columns_of(cases[i].point), cases[i].columns, "U+%04X", cases[i].point);
}

Test(columns, invisible)
{
    static const uint32_t hidden[] = {0, 0x1B, 0x7F, 0x9F, 0x200B, 0x200F, 0x2028, 0x202E, 0xFEFF};
    static const uint32_t shown[] = {' ', '~', 0xA0, 0x200A, 0x2010, 0x202F, 0x3000, 0xFFFD};

    for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
        cr_expect(columns_invisible(hidden[i]), "U+%04X", hidden[i]);
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
        cr_expect_not(columns_invisible(shown[i]), "U+%04X", shown[i]);
}
