/* SPDX-License-Identifier: Apache-2.0 */
#define OLD_DXCORE
#include "tests/unit/stubs/dxcore.c"
