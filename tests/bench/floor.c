/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: a program that only execs the low-level runtime, which the FLOOR variable names. */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *runtime = getenv("FLOOR");

    if (argc < 1 || !runtime)
        return 2;
    argv[0] = runtime;
    (void)execve(runtime, argv, environ);
    return 111;
}
