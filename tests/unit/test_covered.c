/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/covered.h"
#include "base/arena.h"
#include "base/cleanup.h"
#include "base/strbuf.h"
#include "tests/unit/edits.h"

/* "SOURCE:DESTINATION" */
static void add_mounts(struct strbuf *text, const char *list)
{
    strbuf_addstr(text, "{\"mounts\":[");
    for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ') {
        int source = (int)strcspn(at, ":"), destination = (int)strcspn(at + source, " ") - 1;

        strbuf_printf(text, "%s{\"destination\":\"%.*s\",\"source\":\"%.*s\"}",
                      at == list ? "" : ",", destination, at + source + 1, source, at);
    }
    strbuf_addstr(text, "]}");
}

static const struct {
    const char *before, *after;
    const char *says[3];
} cases[] = {
    {"", "", {NULL}},
    {"/a:/data", "/a:/data", {NULL}},
    {"/a:/data", "/a:/data /lib/x:/usr/lib/x", {NULL}},
    {"/a:/", "/a:/ /x:/usr/lib/x", {NULL}},
    /* the same place */
    {"/a:/data",
     "/b:/data",
     {"the container's mount at /data (from /a) is replaced by that of a device"}},
    /* a device's hides the container's, which is mounted first */
    {"/a:/usr/lib",
     "/a:/usr/lib /b:/usr",
     {"the container's mount at /usr/lib (from /a) is hidden by that of a device at /usr (from "
      "/b)"}},
    {"/a:/usr/lib/",
     "/a:/usr/lib/ /b:/usr//lib",
     {"the container's mount at /usr/lib/ (from /a) is hidden by that of a device at /usr//lib "
      "(from /b)"}},
    {"/a:/usr/lib /c:/usr/lib/c",
     "/a:/usr/lib /c:/usr/lib/c /b:/",
     {"the container's mount at /usr/lib (from /a) is hidden", "/usr/lib/c (from /c) is hidden"}},
    /* the container's hides a device's */
    {"/a:/usr",
     "/b:/usr/lib/x /a:/usr",
     {"a device's mount at /usr/lib/x (from /b) is hidden by the container's own at /usr (from "
      "/a)"}},
    /* neighbours hide nothing */
    {"/a:/usr/lib", "/a:/usr/lib /b:/usr/lib64", {NULL}},
    {"/a:/usr/lib64", "/b:/usr/lib /a:/usr/lib64", {NULL}},
    {"/a:/usr/lib", "/a:/usr/lib /b:/usr/lib/x", {NULL}},
    /* what the container hides of its own is its own affair, and so with devices */
    {"/a:/usr/lib /b:/usr", "/a:/usr/lib /b:/usr", {NULL}},
    {"", "/a:/usr/lib /b:/usr", {NULL}},
    /* not by a mount that has no source */
    {":/usr/lib",
     ":/usr/lib :/usr",
     {"the container's mount at /usr/lib (from ) is hidden by that of a device at /usr (from )"}},
};

static void list(const char *mounts, struct arena *arena, struct covered_mounts *out)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    struct cdi_oci *oci;

    add_mounts(&text, mounts);
    oci = edits_parse(text.s);
    cr_assert_eq(covered_list(oci, arena, out, NULL), 0, "%s", text.s);
    /* What is listed does not need the document. */
    cdi_oci_free(oci);
}

Test(covered, compare)
{
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct covered_mounts before, after;
        const char **texts;
        size_t n, want = 0;

        list(cases[i].before, arena, &before);
        list(cases[i].after, arena, &after);
        cr_assert(covered_compare(&before, &after, arena, &texts, &n));
        while (cases[i].says[want])
            want++;
        cr_expect_eq(n, want, "%zu: %zu, %s", i, n, n ? texts[0] : "");
        for (size_t k = 0; k < n && k < want; k++)
            cr_expect(strstr(texts[k], cases[i].says[k]), "%zu: %s", i, texts[k]);
    }
}

/* n mounts at one place, each written otherwise, and a device's behind them. */
static void many(struct covered_mounts *before, struct covered_mounts *after, size_t n,
                 struct arena *arena)
{
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

    for (size_t i = 0; i < n; i++) {
        strbuf_printf(&text, "%s/%zu:/a", i ? " " : "", i);
        for (size_t bit = 0; bit < 16; bit++)
            strbuf_addstr(&text, i >> bit & 1 ? "/./" : "//");
    }
    list(text.s, arena, before);
    strbuf_addstr(&text, " /b:/");
    list(text.s, arena, after);
}

Test(covered, thousands, .timeout = 10)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    struct covered_mounts before, after;
    const char **texts;
    size_t n;

    many(&before, &after, 20000, arena);
    cr_assert(covered_compare(&before, &after, arena, &texts, &n));
    cr_assert_eq(n, 9, "%zu", n);
    cr_expect(strstr(texts[0], "(from /0) is hidden by that of a device at / (from /b)"), "%s",
              texts[0]);
    cr_expect(strstr(texts[7], "(from /7) is hidden"), "%s", texts[7]);
    cr_expect_str_eq(texts[8], "19992 more mounts are replaced or hidden");
    /* Nothing new, nothing to say. */
    cr_assert(covered_compare(&after, &after, arena, &texts, &n));
    cr_expect_eq(n, 0);
}

Test(covered, long_paths, .timeout = 10)
{
    _cleanup_arena_ struct arena *arena = arena_new();
    _cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
    struct covered_mounts before, after;
    const char **texts;
    size_t n;

    strbuf_addstr(&text, "/a:");
    for (size_t i = 0; i < 1000000; i++)
        strbuf_addstr(&text, "/a");
    list(text.s, arena, &before);
    strbuf_addstr(&text, " /b:/a/a");
    list(text.s, arena, &after);
    cr_assert(covered_compare(&before, &after, arena, &texts, &n));
    cr_expect_eq(n, 1);
}

Test(covered, odd_documents)
{
    static const struct {
        const char *text;
        int r;
        size_t n;
    } odd[] = {
        {"{}", 0, 0},
        {"{\"mounts\":null}", 0, 0},
        {"{\"mounts\":[{},null,{\"destination\":null}]}", 0, 3},
        {"{\"mounts\":[{\"destination\":1}]}", -CDI_ERR_INVALID, 0},
        {"{\"mounts\":[{\"destination\":\"/a\",\"source\":[]}]}", -CDI_ERR_INVALID, 0},
        {"{\"mounts\":[1]}", -CDI_ERR_INVALID, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
        _cleanup_arena_ struct arena *arena = arena_new();
        struct cdi_oci *oci = edits_parse(odd[i].text);
        struct covered_mounts mounts;

        cr_expect_eq(covered_list(oci, arena, &mounts, NULL), odd[i].r, "%s", odd[i].text);
        if (odd[i].r == 0)
            cr_expect_eq(mounts.n, odd[i].n, "%s", odd[i].text);
        cdi_oci_free(oci);
    }
}
