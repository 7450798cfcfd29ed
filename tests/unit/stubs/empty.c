/* SPDX-License-Identifier: Apache-2.0 */
/* A library that opens and has none of the functions that anybody asks for. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

__attribute__((visibility("default"))) void nothing_of_use(void)
{
}
