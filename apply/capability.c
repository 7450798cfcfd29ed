/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a document gives its container a capability. */
#include <string.h>

#include "apply/oci.h"

bool cdi_oci_has_capability(struct cdi_oci *oci, const char *name)
{
    struct json *process, *list = NULL;
    bool found = false;

    if (oci_section(oci, OCI_PROCESS, false, &process, NULL) == 0)
        list = json_find(&oci->doc, json_find(&oci->doc, process, "capabilities"), "bounding");
    if (list && list->type == JSON_ARRAY)
        for (struct json *v = json_first(&oci->doc, list); v && !found; v = v->next) {
            const char *text = json_string(&oci->doc, v);

            found = text && strcmp(text, name) == 0;
        }
    if (json_check(&oci->doc, NULL) == 0)
        return found;
    oci_undo(oci, NULL);
    return false;
}
