/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/machine/account.h"

#include "base/arena.h"

int account_begin(struct account *account, const char *kind, const char *prefix,
                  const char *pattern, struct cdi_error *err)
{
    struct account_entry entry = {.kind = kind}, *grown;

    if (!account->wanted)
        return 0;
    entry.pattern = arena_printf(account->arena, "%s%s", prefix, pattern);
    grown = arena_grow(account->arena, account->items, account->n, sizeof entry);
    if (!entry.pattern || !grown)
        return cdi_error_nomem(err);
    account->items = grown;
    grown[account->n++] = entry;
    return 0;
}

int account_hit(struct account *account, const char *prefix, const char *path,
                struct cdi_error *err)
{
    struct account_entry *entry;
    struct account_hit hit = {.path = path}, *grown;

    if (!account->wanted)
        return 0;
    entry = &account->items[account->n - 1];
    hit.host_path = arena_printf(account->arena, "%s%s", prefix, path);
    grown = arena_grow(account->arena, entry->hits, entry->n_hits, sizeof hit);
    if (!hit.host_path || !grown)
        return cdi_error_nomem(err);
    entry->hits = grown;
    grown[entry->n_hits++] = hit;
    return 0;
}
