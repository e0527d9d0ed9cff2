/* load: the rows of a protocol snapshot into the state that is being loaded. */
#include <stddef.h>

#include "feeds/tickets/fetch.h"
#include "feeds/tickets/inside.h"

#include "wall/base/hash.h"

/* Rows looked at together. Each leads to four places in memory that are in no cache of this core:
 * the index is far larger than those, and what the row points to was written by another core. All
 * are asked for before the first is needed: with a million tickets 75 in place of 220 ns a row for
 * the index alone. */
#define BLOCK 32
/* A row's texts lie together, where it was not JSON; its number comes first, then its codes. What
 * is fetched beyond them costs a million tickets 0.04 s. */
#define TEXT_BYTES 128

/* What is wrong with a row, before anything of it is taken. */
static bool
check_row(const struct event_ticket *row, struct err *err)
{
    bool registered = false;
    if (row->ticket.len == 0 || row->ticket.len > 64) {
        return err_set(err, "snapshot: a ticket's number has 1 to 64 bytes, not %zu",
                       row->ticket.len);
    }
    for (size_t i = 0; i < row->milestones_count; i++) {
        const struct event_milestone *m = &row->milestones[i];
        if (m->type < EVENT_REGISTERED || m->type >= EVENT_REMOVED) {
            return err_set(err, "snapshot: ticket %.*s: milestone %zu is of no ticket's type",
                           STR_ARG(row->ticket), i + 1);
        }
        if (i && m->time_ms < row->milestones[i - 1].time_ms) {
            return err_set(err, "snapshot: ticket %.*s: milestone %zu is out of order",
                           STR_ARG(row->ticket), i + 1);
        }
        registered = registered || m->type == EVENT_REGISTERED;
    }
    if (!registered) {
        return err_set(err, "snapshot: ticket %.*s has no registration", STR_ARG(row->ticket));
    }
    return true;
}

static bool
take_row(struct store *store, const struct event_ticket *row, uint64_t hash, struct err *err)
{
    if (!check_row(row, err)) {
        return false;
    }
    uint32_t ticket = store_ticket_of(store, row->ticket, hash);
    if (store->tickets[ticket].count) {
        return err_set(err, "snapshot: ticket %.*s is there twice", STR_ARG(row->ticket));
    }
    store_load(store, ticket, row);
    return true;
}

/* Asks for what taking the rows will read; their places in the index are written, too. */
static void
fetch_block(const struct store *store, const struct event_ticket *rows, size_t count,
            uint64_t hashes[BLOCK])
{
    for (size_t i = 0; i < count; i++) {
        const struct event_ticket *row = &rows[i];
        hashes[i] = row->hash ? row->hash : hash_keyed(row->ticket);
        store_fetch(store, hashes[i]);
        fetch_bytes(row->ticket.ptr, TEXT_BYTES);
        fetch_bytes(row->milestones, row->milestones_count * sizeof *row->milestones);
        fetch_bytes(&row->fields, offsetof(struct event_data, crs));
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t m = 0; m < rows[i].milestones_count; m++) {
            const struct event_data *data = rows[i].milestones[m].data;
            fetch_bytes(data, data == &event_no_data ? 0 : FETCH_LINE);
        }
    }
}

bool
tickets_load_rows(struct tickets *tickets, const struct event_ticket *rows, size_t count,
                  struct err *err)
{
    if (!tickets->loading) {
        return err_set(err, "snapshot: a row outside of a snapshot");
    }
    struct store *store = &tickets->loading->store;
    uint64_t hashes[BLOCK];
    for (size_t at = 0; at < count; at += BLOCK) {
        size_t block = count - at < BLOCK ? count - at : BLOCK;
        fetch_block(store, rows + at, block, hashes);
        for (size_t i = 0; i < block; i++) {
            if (!take_row(store, &rows[at + i], hashes[i], err)) {
                return false;
            }
        }
    }
    return true;
}

bool
tickets_load_row(struct tickets *tickets, const struct event_ticket *row, struct err *err)
{
    return tickets_load_rows(tickets, row, 1, err);
}
