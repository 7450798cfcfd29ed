/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inject SPEC-DIR CONFIG.JSON DEVICE...
 *
 * Resolves qualified device names against one spec dir, applies their edits to an OCI
 * configuration and prints the result. Build it with
 *
 *     cc inject.c $(pkg-config --cflags --libs libcdikit)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cdikit/cdikit.h>

static int fail(struct cdi_error *err)
{
    char line[1024];
    int status = cdi_error_exit_status(err);

    cdi_error_format(err, line, sizeof line);
    fprintf(stderr, "inject: %s\n", line);
    cdi_error_clear(err);
    return status;
}

/* The whole of a file that is smaller than 16 MiB, or NULL. */
static char *slurp(const char *path, size_t *len)
{
    const size_t most = 16 << 20;
    FILE *f = fopen(path, "re");
    char *text = f ? malloc(most) : NULL;

    if (text)
        *len = fread(text, 1, most, f);
    if (text && (ferror(f) || *len == most)) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

int main(int argc, char **argv)
{
    struct cdi_error err = CDI_ERROR_INIT;
    struct cdi_registry *registry = NULL;
    struct cdi_oci *oci = NULL;
    char *input, *output = NULL;
    size_t len;
    int status = 0;

    if (argc < 4) {
        fprintf(stderr, "usage: %s SPEC-DIR CONFIG.JSON DEVICE...\n", argv[0]);
        return 2;
    }
    input = slurp(argv[2], &len);
    if (!input) {
        fprintf(stderr, "inject: cannot read %s\n", argv[2]);
        return 3;
    }
    if (cdi_registry_new(NULL, (const char *const *)&argv[1], 1, &registry, &err) < 0 ||
        cdi_oci_parse(input, len, argv[2], &oci, &err) < 0 ||
        cdi_oci_inject(oci, registry, (const char *const *)&argv[3], (size_t)argc - 3, NULL, &err) <
            0 ||
        cdi_oci_format(oci, &output, &len, &err) < 0)
        status = fail(&err);
    else
        fwrite(output, 1, len, stdout);
    free(output);
    free(input);
    cdi_oci_free(oci);
    cdi_registry_free(registry);
    return status;
}
