#include "feeds/hub/tokens.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/when.h"

#define TOKENS_SECRET_MIN 16
#define TOKENS_SECRET_MAX 512
#define TOKENS_MAX 10000

struct tokens {
    struct yaml_doc *doc;
    struct arena arena;
    struct tokens_entry *entries;
    size_t count;
};

static const char *const right_names[] = {"read", "publish", "write", "operate", "admin", NULL};

struct raw_entry {
    struct str secret, name, expires;
    const struct yaml_node *scope, *rights;
};

static const struct yaml_field fields[] = {
    {.key = "token",
     .kind = YAML_STR,
     .offset = offsetof(struct raw_entry, secret),
     .required = true,
     .help = "the secret, at least 16 printable characters"},
    {.key = "name",
     .kind = YAML_STR,
     .offset = offsetof(struct raw_entry, name),
     .required = true,
     .help = "who holds it, for the log"},
    {.key = "scope",
     .kind = YAML_NODE,
     .offset = offsetof(struct raw_entry, scope),
     .required = true,
     .help = "all, or a list of street codes"},
    {.key = "rights",
     .kind = YAML_NODE,
     .offset = offsetof(struct raw_entry, rights),
     .required = true,
     .help = "a list of read, publish, write, operate, admin"},
    {.key = "expires",
     .kind = YAML_STR,
     .offset = offsetof(struct raw_entry, expires),
     .help = "RFC 3339 time after which it is refused"},
    {.key = NULL},
};

static void
read_scope(struct tokens *tokens, struct tokens_entry *entry, const struct yaml_node *node,
           struct yaml_report *report)
{
    if (!node)
        return;
    if (yaml_shape(node) == YAML_SCALAR && str_is(yaml_scalar(node), "all")) {
        entry->everywhere = true;
        return;
    }
    if (yaml_shape(node) != YAML_LIST || yaml_count(node) == 0) {
        yaml_error(report, node, "scope: must be all or a list of street codes");
        return;
    }
    entry->streets_count = yaml_count(node);
    entry->streets = arena_zalloc(&tokens->arena, entry->streets_count, sizeof(struct str));
    for (size_t i = 0; i < entry->streets_count; i++) {
        const struct yaml_node *item = yaml_item(node, i);
        entry->streets[i] = yaml_scalar(item);
        if (yaml_shape(item) != YAML_SCALAR || !entry->streets[i].len || entry->streets[i].len > 64)
            yaml_error(report, item, "scope: a street code has 1 to 64 bytes");
    }
}

static void
read_rights(struct tokens_entry *entry, const struct yaml_node *node, struct yaml_report *report)
{
    if (!node)
        return;
    if (yaml_shape(node) != YAML_LIST || yaml_count(node) == 0) {
        yaml_error(report, node, "rights: must be a list of read, publish, write, operate, admin");
        return;
    }
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *item = yaml_item(node, i);
        int right = 0;
        while (right_names[right] && !str_is(yaml_scalar(item), right_names[right]))
            right++;
        if (right_names[right])
            entry->rights |= 1U << right;
        else
            yaml_error(report, item,
                       "rights: unknown right; known: read, publish, write, operate, admin");
    }
}

static void
check_secret(struct str secret, const struct yaml_node *at, struct yaml_report *report)
{
    if (secret.len < TOKENS_SECRET_MIN || secret.len > TOKENS_SECRET_MAX)
        yaml_error(report, at, "token: must have at least %d and at most %d characters",
                   TOKENS_SECRET_MIN, TOKENS_SECRET_MAX);
    for (size_t i = 0; i < secret.len; i++) {
        /* What fits into an Authorization header without quoting. */
        if (secret.ptr[i] <= ' ' || secret.ptr[i] > '~') {
            yaml_error(report, at, "token: only printable ASCII without spaces can be sent");
            return;
        }
    }
}

static void
read_entry(struct tokens *tokens, const struct yaml_node *node, struct yaml_report *report)
{
    struct tokens_entry *entry = &tokens->entries[tokens->count];
    struct raw_entry raw = {0};
    if (yaml_shape(node) != YAML_MAP) {
        yaml_error(report, node, "each entry must be a map with token, name, scope, rights");
        return;
    }
    if (!yaml_read(node, fields, &raw, report))
        return;
    *entry = (struct tokens_entry){.secret = raw.secret, .name = raw.name, .expires_ms = INT64_MAX};
    check_secret(raw.secret, yaml_get(node, "token"), report);
    read_scope(tokens, entry, raw.scope, report);
    read_rights(entry, raw.rights, report);
    if (raw.expires.len && !when_parse(raw.expires, &entry->expires_ms))
        yaml_error(report, yaml_get(node, "expires"),
                   "expires: must be an RFC 3339 time with an offset");
    if (raw.secret.len && tokens_find(tokens, raw.secret))
        yaml_error(report, yaml_get(node, "token"), "token: stands in the file twice");
    tokens->count++;
}

struct tokens *
tokens_load(const char *path, struct yaml_report *report)
{
    struct tokens *tokens = calloc(1, sizeof *tokens);
    if (!tokens)
        abort();
    int before = report->count;
    tokens->doc = yaml_load(path, report);
    if (tokens->doc) {
        const struct yaml_node *root = yaml_root(tokens->doc);
        if (yaml_shape(root) != YAML_LIST || yaml_count(root) == 0 ||
            yaml_count(root) > TOKENS_MAX) {
            yaml_error(report, root, "must be a list of 1 to %d tokens", TOKENS_MAX);
        } else {
            tokens->entries =
                arena_zalloc(&tokens->arena, yaml_count(root), sizeof *tokens->entries);
            for (size_t i = 0; i < yaml_count(root); i++)
                read_entry(tokens, yaml_item(root, i), report);
        }
    }
    if (report->count > before) {
        tokens_free(tokens);
        return NULL;
    }
    return tokens;
}

void
tokens_free(struct tokens *tokens)
{
    if (!tokens)
        return;
    yaml_free(tokens->doc);
    arena_free(&tokens->arena);
    free(tokens);
}

static bool
same_secret(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < a.len; i++)
        differs |= (unsigned char)(a.ptr[i] ^ b.ptr[i]);
    return differs == 0;
}

const struct tokens_entry *
tokens_find(const struct tokens *tokens, struct str secret)
{
    const struct tokens_entry *found = NULL;
    for (size_t i = 0; i < tokens->count; i++) {
        if (same_secret(tokens->entries[i].secret, secret))
            found = &tokens->entries[i];
    }
    return found;
}

const struct tokens_entry *
tokens_open_house(void)
{
    static const struct tokens_entry all = {.name = {"local", 5},
                                            .everywhere = true,
                                            .rights = TOKENS_READ | TOKENS_PUBLISH | TOKENS_WRITE |
                                                      TOKENS_OPERATE | TOKENS_ADMIN,
                                            .expires_ms = INT64_MAX};
    return &all;
}
