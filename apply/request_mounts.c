/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices that mounts of /dev/null ask for, below a directory of that meaning. Kubernetes' device
 * plugins use them where variables do not count.
 */
#include <string.h>

#include <cdikit/name.h>

#include "apply/oci.h"
#include "apply/request_internal.h"
#include "base/arena.h"
#include "base/path.h"
#include "base/quote.h"

#define DIRECTORY "/var/run/nvidia-container-devices"

/* What follows a prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* "vendor/class/name" or a qualified name. */
static int add_cdi(struct request_job *job, const char *text, struct cdi_error *err)
{
    const char *class_ = strchr(text, '/'), *rest = class_ ? strchr(class_ + 1, '/') : NULL;
    const char *name = text;

    if (rest) {
        name = arena_printf(job->arena, "%.*s=%s", (int)(rest - text), text, rest + 1);
        if (!name)
            return cdi_error_nomem(err);
    }
    if (cdi_name_is_qualified(name)) {
        request_note(job, false, "a mount at " DIRECTORY "/cdi asks for %s",
                     quote_string(name).text);
        return request_add(job, &job->devices, name, err);
    }
    if (rest)
        return cdi_error_set(err, CDI_ERR_INVALID,
                             "the mount at %s asks for a device of the name %s, which is not a "
                             "qualified one, VENDOR/CLASS=NAME",
                             quote_string(text - strlen(DIRECTORY "/cdi/")).text,
                             quote_string(name).text);
    request_note(job, true, "the mount at %s is no request: it names no vendor, class and device",
                 quote_string(text - strlen(DIRECTORY "/cdi/")).text);
    return 0;
}

/* What a mount asks for, by the name that it has in the directory. */
typedef int add_request(struct request_job *job, const char *name, struct cdi_error *err);

static int add_channel(struct request_job *job, const char *name, struct cdi_error *err)
{
    const char *channel = behind(name, "imex/");

    if (!channel)
        return 0;
    request_note(job, false, "a mount asks for the IMEX channel %s", quote_string(channel).text);
    return request_add(job, &job->imex, channel, err);
}

static int add_device(struct request_job *job, const char *name, struct cdi_error *err)
{
    const char *rest = behind(name, "cdi/");

    if (behind(name, "imex/"))
        return 0;
    if (rest)
        return add_cdi(job, rest, err);
    request_note(job, false, "a mount asks for %s", quote_string(name).text);
    return request_add(job, &job->devices, name, err);
}

static int read_mount(struct request_job *job, struct json *mount, add_request *add,
                      struct cdi_error *err)
{
    const char *source, *destination, *name;
    int r = oci_element_text(job->oci, OCI_MOUNTS, mount, "source", &source, err);

    if (r == 0)
        r = oci_element_text(job->oci, OCI_MOUNTS, mount, "destination", &destination, err);
    if (r < 0)
        return r;
    source = path_clean(job->arena, source);
    destination = path_clean(job->arena, destination);
    if (!source || !destination)
        return cdi_error_nomem(err);
    name = strcmp(source, "/dev/null") == 0 ? behind(destination, DIRECTORY "/") : NULL;
    return name ? add(job, name, err) : 0;
}

static int read_mounts(struct request_job *job, add_request *add, struct cdi_error *err)
{
    struct json *mounts;
    int r = oci_section(job->oci, OCI_MOUNTS, false, &mounts, err);

    for (struct json *v = r == 0 ? json_first(&job->oci->doc, mounts) : NULL; v && r == 0;
         v = v->next)
        r = read_mount(job, v, add, err);
    return r == 0 ? json_check(&job->oci->doc, err) : r;
}

int request_imex_from_mounts(struct request_job *job, struct cdi_error *err)
{
    return job->rules->volume_mounts ? read_mounts(job, add_channel, err) : 0;
}

int request_from_mounts(struct request_job *job, struct cdi_error *err)
{
    int r;

    if (!job->rules->volume_mounts) {
        request_note(job, false,
                     "mounts are not looked at: accept-nvidia-visible-devices-as-volume-mounts is "
                     "false");
        return 0;
    }
    r = read_mounts(job, add_device, err);
    if (r == 0 && job->devices.n == 0)
        request_note(job, false, "no mount below " DIRECTORY " asks for devices");
    return r;
}
