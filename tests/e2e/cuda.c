/* SPDX-License-Identifier: Apache-2.0 */
/* A program that needs the driver: it does not start unless its loader finds libcuda.so.1. */
#include <stdio.h>

int cuInit(unsigned flags);
int cuDriverGetVersion(int *version);
int cuDeviceGetCount(int *count);

int main(void)
{
    int version = 0, count = 0;

    if (cuInit(0) != 0 || cuDriverGetVersion(&version) != 0 || cuDeviceGetCount(&count) != 0)
        return 1;
    return printf("driver %d, %d devices\n", version, count) < 0;
}
