/* SPDX-License-Identifier: Apache-2.0 */
/* Characters on a terminal, whatever the locale. */
#ifndef CDIKIT_BASE_COLUMNS_H
#define CDIKIT_BASE_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include <cdikit/macros.h>

/*
 * True for what shows nothing of its own, acts upon the terminal or turns the text around:
 * controls (U+0000 too), bidirectional and zero-width formatting, line separators, byte order
 * mark.
 */
bool columns_invisible(uint32_t point) CDI_PURE;

/*
 * How many columns a character that is not invisible takes: 0 for one that is combined with the
 * one before it, 2 for the wide ones of East Asia and pictures, else 1. Source: Unicode,
 * EastAsianWidth.txt and the general categories Mn and Me, by blocks.
 */
unsigned columns_of(uint32_t point) CDI_PURE;

#endif
