/* SPDX-License-Identifier: Apache-2.0 */
/* nvidia-container-cli.user, whose default depends on the distribution. */
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/config.h"

#define OS_RELEASE_MAX_SIZE (1U << 16)

bool config_os_is_suse(const char *os_release)
{
    static const char id_like[] = "ID_LIKE=", between[] = " \t\r\"'";
    const char *line = os_release;

    while (strncmp(line, id_like, sizeof id_like - 1) != 0) {
        line = strchr(line, '\n');
        if (!line)
            return false;
        line++;
    }
    line += sizeof id_like - 1;
    while (*line && *line != '\n') {
        size_t len = strcspn(line, " \t\r\n\"'");

        if ((len == 4 && memcmp(line, "suse", 4) == 0) ||
            (len == 8 && memcmp(line, "opensuse", 8) == 0))
            return true;
        line += len;
        line += strspn(line, between);
    }
    return false;
}

const char *config_cli_user(const struct config *config)
{
    _cleanup_free_ char *text = NULL;
    size_t len;

    if (config->cli.user)
        return config->cli.user;
    if (file_read(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX_SIZE, &text, &len, NULL) < 0)
        return "";
    return config_os_is_suse(text) ? "root:video" : "";
}
