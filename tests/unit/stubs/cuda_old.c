/* SPDX-License-Identifier: Apache-2.0 */
#define NO_ATTRIBUTE
#include "tests/unit/stubs/cuda.c"
