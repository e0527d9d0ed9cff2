#include "feeds/hub/recent.h"

#include <stdlib.h>
#include <string.h>

static size_t
weight(const struct recent_entry *entry)
{
    return sizeof *entry + entry->change.subject.len + entry->change.json.len;
}

static void
drop_oldest(struct recent *recent)
{
    struct recent_entry *entry = recent->entries[recent->from];
    recent->bytes_held -= weight(entry);
    message_bodies_free(&entry->packed);
    free(entry);
    recent->from = (recent->from + 1) & (recent->cap - 1);
    recent->count--;
    recent->first_seq++;
}

static void
grow(struct recent *recent)
{
    size_t cap = recent->cap ? recent->cap * 2 : 1024;
    struct recent_entry **entries = malloc(cap * sizeof *entries);
    if (!entries)
        abort();
    for (size_t i = 0; i < recent->count; i++)
        entries[i] = recent->entries[(recent->from + i) & (recent->cap - 1)];
    free(recent->entries);
    recent->entries = entries;
    recent->cap = cap;
    recent->from = 0;
}

void
recent_add(struct recent *recent, const struct state_change *change)
{
    struct recent_entry *entry = malloc(sizeof *entry + change->subject.len + change->json.len + 1);
    if (!entry)
        abort();
    *entry = (struct recent_entry){.change = *change, .bytes_before = recent->bytes_added};
    memcpy(entry->text, change->subject.ptr, change->subject.len);
    memcpy(entry->text + change->subject.len, change->json.ptr, change->json.len);
    entry->change.subject.ptr = entry->text;
    entry->change.json.ptr = entry->text + change->subject.len;
    if (recent->count == recent->cap)
        grow(recent);
    if (recent->count == 0)
        recent->first_seq = change->seq;
    recent->entries[(recent->from + recent->count++) & (recent->cap - 1)] = entry;
    recent->bytes_added += change->json.len;
    recent->bytes_held += weight(entry);
    while (recent->bytes_held > RECENT_MAX_BYTES && recent->count > 1)
        drop_oldest(recent);
}

struct recent_entry *
recent_get(const struct recent *recent, int64_t seq)
{
    if (seq < recent->first_seq || seq >= recent->first_seq + (int64_t)recent->count)
        return NULL;
    size_t at = (size_t)(seq - recent->first_seq);
    return recent->entries[(recent->from + at) & (recent->cap - 1)];
}

uint64_t
recent_bytes_after(const struct recent *recent, int64_t seq)
{
    if (recent->count == 0 || seq >= recent->first_seq + (int64_t)recent->count - 1)
        return 0;
    const struct recent_entry *next = recent_get(recent, seq + 1);
    return next ? recent->bytes_added - next->bytes_before : RECENT_MAX_BYTES;
}

void
recent_free(struct recent *recent)
{
    while (recent->count)
        drop_oldest(recent);
    free(recent->entries);
    *recent = (struct recent){0};
}
