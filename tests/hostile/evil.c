/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image would like to be run or loaded: leaves the file MARKER. As a program, it stands
 * for a loader, an ldconfig, a script's interpreter; as a library, for one that is preloaded, a
 * character set or a name service.
 */
#include <fcntl.h>
#include <unistd.h>

__attribute__((constructor)) static void leave_mark(void)
{
    int fd = open(MARKER, O_WRONLY | O_CREAT, 0644);

    if (fd >= 0)
        close(fd);
}

#ifndef LIBRARY
int main(void)
{
    return 0;
}
#endif
