/* SPDX-License-Identifier: Apache-2.0 */
#define NO_CONTENT
#include "tests/unit/stubs/sandboxutils.c"
