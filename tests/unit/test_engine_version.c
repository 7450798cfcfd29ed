/* SPDX-License-Identifier: Apache-2.0 */
/* What `podman --version`, `dockerd --version`, `containerd --version`, `crio --version` print. */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "cmd/engine_version.h"

Test(engine_version, word)
{
    static const struct {
        const char *said, *word;
    } cases[] = {
        {"podman version 4.3.1\n", "4.3.1"},
        {"Docker version 20.10.24+dfsg1, build 5d6db84\n", "20.10.24+dfsg1"},
        {"containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n",
         "1.6.20~ds1"},
        {"containerd github.com/containerd/containerd/v2 v2.1.0 abcdef1\n", "v2.1.0"},
        {"crio version 1.30.0\nGitCommit:      1234567\n", "1.30.0"},
        {"version 5\n5.4.2", "5.4.2"},
    };
    static const char *const none[] = {"", "\n", "podman version unknown", "5", "v", "version. 7"};
    char word[32];

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        cr_assert(engine_version_word(cases[i].said, word, sizeof word), "%s", cases[i].said);
        cr_expect_str_eq(word, cases[i].word);
    }
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        cr_expect_not(engine_version_word(none[i], word, sizeof word), "%s", none[i]);
    cr_expect_not(engine_version_word("1.2.3", word, 5), "has no room");
}

Test(engine_version, installed)
{
    cr_expect(engine_version_is_installed("podman@installed"));
    cr_expect_not(engine_version_is_installed("podman"));
    cr_expect_not(engine_version_is_installed("podman@5.4"));
    cr_expect_not(engine_version_is_installed("podman@installed.1"));
}
