/* SPDX-License-Identifier: Apache-2.0 */
/* A low-level runtime that does nothing. */
int main(void)
{
    return 0;
}
