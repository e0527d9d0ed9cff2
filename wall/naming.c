#include "wall/naming.h"

#include "wall/base/arena.h"

static struct str
named(struct str code, const struct naming_alias *alias)
{
    return alias && str_eq(code, alias->code) ? alias->as : code;
}

static const struct tickets_name *
convert(struct arena *arena, const struct message_name *names, size_t count,
        const struct naming_alias *alias)
{
    struct tickets_name *out = arena_zalloc(arena, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        out[i].code = named(names[i].code, alias);
        out[i].name = names[i].name;
        out[i].parent = named(names[i].parent, alias);
    }
    return out;
}

void
naming_set(struct tickets *tickets, const struct message_directory *from,
           const struct naming_alias *alias)
{
    struct arena arena = {0};
    struct tickets_directory to = {
        .streets = convert(&arena, from->streets, from->streets_count, alias),
        .communities = convert(&arena, from->communities, from->communities_count, alias),
        .units = convert(&arena, from->units, from->units_count, alias),
        .categories = convert(&arena, from->categories, from->categories_count, alias),
        .channels = convert(&arena, from->channels, from->channels_count, alias),
        .streets_count = from->streets_count,
        .communities_count = from->communities_count,
        .units_count = from->units_count,
        .categories_count = from->categories_count,
        .channels_count = from->channels_count,
    };
    tickets_set_directory(tickets, &to);
    arena_free(&arena);
}
