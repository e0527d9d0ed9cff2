/* tokens: who may do what, from the token file (YAML).
 *
 *     - token: SECRET        # at least 16 characters
 *       name: duty wall
 *       scope: all           # or a list of street codes
 *       rights: [read]       # read, publish, write, operate, admin
 *       expires: 2027-01-01T00:00:00+08:00   # optional
 *
 * Owns its strings until tokens_free; read-only after loading, so any thread may look. Reads no
 * clock. Never writes a secret anywhere. */
#ifndef FEEDS_HUB_TOKENS_H
#define FEEDS_HUB_TOKENS_H

#include "wall/base/err.h"
#include "wall/base/yaml.h"

enum tokens_right {
    TOKENS_READ = 1 << 0,    /* the feed */
    TOKENS_PUBLISH = 1 << 1, /* publish on the feed */
    TOKENS_WRITE = 1 << 2,   /* POST /events */
    TOKENS_OPERATE = 1 << 3,
    TOKENS_ADMIN = 1 << 4
};

struct tokens_entry {
    struct str secret, name;
    bool everywhere;     /* scope: all */
    struct str *streets; /* else these codes */
    size_t streets_count;
    unsigned rights;    /* enum tokens_right bits */
    int64_t expires_ms; /* INT64_MAX = never */
};

struct tokens;

/* NULL where anything was reported. */
struct tokens *tokens_load(const char *path, struct yaml_report *report);
void tokens_free(struct tokens *tokens); /* NULL-safe */
/* The entry with that secret, expired or not; NULL = none. Its time does not depend on how much of
 * a secret was right. */
const struct tokens_entry *tokens_find(const struct tokens *tokens, struct str secret);
/* What everybody may do on a hub without a token file: all. */
const struct tokens_entry *tokens_open_house(void);

#endif
