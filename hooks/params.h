/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of NVIDIA's kernel driver, /proc/driver/nvidia/params: "Name: value" lines. */
#ifndef CDIKIT_HOOKS_PARAMS_H
#define CDIKIT_HOOKS_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

/*
 * Adds the text with "ModifyDeviceFiles: 1" turned into "ModifyDeviceFiles: 0" and a newline
 * behind each line: the driver's libraries then leave device nodes alone. False, with nothing
 * added, if no line is exactly that.
 */
bool params_forbid_nodes(const char *text, size_t len, struct strbuf *out);

#endif
