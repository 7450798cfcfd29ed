/* SPDX-License-Identifier: Apache-2.0 */
#define OLD_NVML
#include "tests/unit/stubs/nvml.c"
