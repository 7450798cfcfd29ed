/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A low-level runtime that only notes what it gets: its words in the file that NOTES names, its
 * open descriptors and its dispositions of signals in NOTES.state. Exits with 42.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *open_notes(const char *suffix)
{
    const char *base = getenv("NOTES");
    char path[4096];

    (void)snprintf(path, sizeof path, "%s%s", base ? base : "/dev/null", base ? suffix : "");
    return fopen(path, "w");
}

int main(int argc, char **argv)
{
    char is_open[64];
    struct sigaction action;
    FILE *f;

    for (int fd = 0; fd < (int)sizeof is_open; fd++)
        is_open[fd] = fcntl(fd, F_GETFD) >= 0;
    f = open_notes("");
    for (int i = 0; f && i < argc; i++)
        fprintf(f, "%s\n", argv[i]);
    if (!f || fclose(f) != 0)
        return 3;
    f = open_notes(".state");
    for (int fd = 0; f && fd < (int)sizeof is_open; fd++)
        if (is_open[fd])
            fprintf(f, "open %d\n", fd);
    for (int sig = 1; f && sig < NSIG; sig++)
        if (sigaction(sig, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            fprintf(f, "ignored %d\n", sig);
    return f && fclose(f) == 0 ? 42 : 3;
}
