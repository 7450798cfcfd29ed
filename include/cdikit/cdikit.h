/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of libcdikit. */
#ifndef CDIKIT_CDIKIT_H
#define CDIKIT_CDIKIT_H

#include <cdikit/annotations.h>
#include <cdikit/error.h>
#include <cdikit/lower.h>
#include <cdikit/name.h>
#include <cdikit/oci.h>
#include <cdikit/registry.h>
#include <cdikit/schema.h>
#include <cdikit/spec.h>
#include <cdikit/transform.h>
#include <cdikit/validate.h>
#include <cdikit/version.h>

#endif
