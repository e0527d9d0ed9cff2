#include "wall/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/log.h"
#include "wall/naming.h"

#define SILENCE_MS 15000
#define OFFSETS 8 /* clock samples looked back on */

struct feed {
    struct client *client;
    struct tickets *tickets;
    bool connected, has_state, in_sync;
    bool loading;  /* from a snapshot's first part until its figures are whole */
    bool settling; /* its last part was folded: the figures are being made, nothing is taken */
    const struct client_item *item; /* being folded; NULL */
    size_t at;                      /* rows or events of it that are folded */
    bool suspect;                   /* a gap, a bad message or a divergence not yet made good */
    bool diverged;
    uint64_t seq, next_seq, version, welcomes;
    char log[256], next_log[256];
    int64_t offsets[OFFSETS]; /* arrival here less time_ms there; the least has the least delay */
    size_t offsets_count;
    int64_t newest_ms;
    char lost[160];
    char *wall;
    struct control control;
    struct log_limit diverge_limit, load_limit;
};

struct feed *
feed_start(const struct client_config *config, struct tickets *tickets, struct err *err)
{
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        abort();
    }
    feed->tickets = tickets;
    feed->wall = str_dup(str_from(config->wall));
    feed->client = client_start(config, err);
    if (!feed->client) {
        free(feed->wall);
        free(feed);
        return NULL;
    }
    return feed;
}

void
feed_stop(struct feed *feed)
{
    if (feed) {
        if (feed->item) {
            client_give(feed->client, feed->item);
        }
        client_stop(feed->client);
        free(feed->wall);
        free(feed);
    }
}

static void
sample_offset(struct feed *feed, const struct client_item *item, int64_t hub_ms)
{
    feed->offsets[feed->offsets_count++ % OFFSETS] = item->arrived_ms - hub_ms;
}

static int64_t
offset_of(const struct feed *feed)
{
    size_t count = feed->offsets_count < OFFSETS ? feed->offsets_count : OFFSETS;
    int64_t least = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || feed->offsets[i] < least) {
            least = feed->offsets[i];
        }
    }
    return least;
}

static void
abort_load(struct feed *feed)
{
    if (feed->loading) {
        tickets_load_abort(feed->tickets);
        feed->loading = false;
    }
}

static void
take_welcome(struct feed *feed, const struct client_item *item)
{
    const struct message_welcome *welcome = &item->message.welcome;
    feed->offsets_count = 0; /* this may be another hub's clock */
    sample_offset(feed, item, welcome->time_ms);
    snprintf(feed->next_log, sizeof feed->next_log, "%.*s", STR_ARG(welcome->log));
    naming_set(feed->tickets, &welcome->directory, NULL);
    feed->connected = true;
    feed->welcomes++;
    log_line(LOG_LEVEL_INFO, "feed", "connected; %s",
             welcome->mode == MESSAGE_MODE_RESUME ? "resuming" : "a snapshot follows");
}

static void
begin_part(struct feed *feed, const struct message_snapshot *part)
{
    if (part->part == 1) {
        abort_load(feed);
        tickets_load_begin(feed->tickets);
        tickets_load_expect(feed->tickets, part->rows_count * (uint64_t)part->parts);
        feed->loading = true;
        feed->in_sync = false;
    }
}

/* What the last part has behind its rows; as take_part. */
static bool
take_others(struct feed *feed, const struct message_snapshot *part, size_t *most)
{
    const struct message_events *alarms = &part->alarms, *commitments = &part->commitments;
    size_t at = feed->at - part->rows_count, count = alarms->count + commitments->count;
    for (; *most && at < count; --*most, at++, feed->at++) {
        tickets_load_other(feed->tickets, at < alarms->count
                                              ? &alarms->events[at]
                                              : &commitments->events[at - alarms->count]);
    }
    return at == count;
}

/* Up to *most rows, and what follows the last ones; false: there is more. */
static bool
take_part(struct feed *feed, const struct client_item *item, size_t *most)
{
    const struct message_snapshot *part = &item->message.snapshot;
    if (feed->at == 0) {
        begin_part(feed, part);
    }
    if (!feed->loading) {
        return true; /* an earlier part was refused */
    }
    struct err err = {""};
    size_t left = feed->at < part->rows_count ? part->rows_count - feed->at : 0;
    size_t count = left < *most ? left : *most;
    if (count && !tickets_load_rows(feed->tickets, part->rows + feed->at, count, &err)) {
        log_limited(&feed->load_limit, 10000, LOG_LEVEL_WARNING, "feed",
                    "a snapshot cannot be used: %s", err.text);
        abort_load(feed);
        feed->suspect = true;
        client_answer(feed->client, item, CLIENT_UNLOADABLE);
        return true;
    }
    feed->at += count;
    *most -= count;
    if (feed->at < part->rows_count || (item->last_part && !take_others(feed, part, most))) {
        return false;
    }
    if (item->last_part) {
        tickets_load_end(feed->tickets);
        feed->settling = true;
        feed->next_seq = (uint64_t)part->seq;
    }
    return true;
}

/* Up to *most events; false: there are more of them. */
static bool
take_events(struct feed *feed, const struct client_item *item, size_t *most)
{
    const struct message_happened *happened = &item->message.happened;
    for (; *most && feed->at < happened->events.count; --*most) {
        const struct event *event = &happened->events.events[feed->at++];
        tickets_apply(feed->tickets, event, true);
        if (event->type == EVENT_REGISTERED && event->time_ms > feed->newest_ms) {
            feed->newest_ms = event->time_ms;
        }
    }
    if (feed->at < happened->events.count) {
        return false;
    }
    for (size_t i = 0; i < happened->left_count; i++) {
        tickets_forget(feed->tickets, happened->left[i]);
    }
    feed->seq = (uint64_t)happened->seq;
    return true;
}

static void
take_heartbeat(struct feed *feed, const struct client_item *item)
{
    const struct message_heartbeat *beat = &item->message.heartbeat;
    uint64_t count = 0, digest = 0;
    sample_offset(feed, item, beat->time_ms);
    if (!item->compare || feed->loading || !feed->has_state) {
        return;
    }
    tickets_digest(feed->tickets, STR(""), &count, &digest);
    if (count == (uint64_t)beat->tickets && digest == beat->digest) {
        feed->in_sync = true;
        feed->suspect = feed->diverged = false;
        client_answer(feed->client, item, CLIENT_AGREES);
        return;
    }
    log_limited(&feed->diverge_limit, 30000, LOG_LEVEL_WARNING, "feed",
                "the state differs from the hub's (%llu tickets here, %lld there): asking for all "
                "of it again",
                (unsigned long long)count, (long long)beat->tickets);
    feed->in_sync = false;
    feed->suspect = feed->diverged = true;
    client_answer(feed->client, item, CLIENT_DIFFERS);
}

/* false: only a part of it was taken. */
static bool
take_message(struct feed *feed, const struct client_item *item, size_t *most)
{
    switch (item->message.kind) {
    case MESSAGE_WELCOME:
        take_welcome(feed, item);
        break;
    case MESSAGE_SNAPSHOT:
        return take_part(feed, item, most);
    case MESSAGE_EVENTS:
        return take_events(feed, item, most);
    case MESSAGE_HEARTBEAT:
        take_heartbeat(feed, item);
        break;
    case MESSAGE_DIRECTORY:
        naming_set(feed->tickets, &item->message.directory, NULL);
        break;
    case MESSAGE_CONTROL:
        control_take(&feed->control, &item->message.control, feed->wall);
        break;
    default:
        break;
    }
    return true;
}

static bool
take(struct feed *feed, const struct client_item *item, size_t *most)
{
    switch (item->kind) {
    case CLIENT_MESSAGE:
        return take_message(feed, item, most);
    case CLIENT_RESYNCING:
        abort_load(feed);
        feed->in_sync = false;
        feed->suspect = true;
        return true;
    case CLIENT_LOST:
        abort_load(feed);
        feed->connected = feed->in_sync = false;
        snprintf(feed->lost, sizeof feed->lost, "%s", item->text);
        return true;
    default:
        return true;
    }
}

/* true where more is waiting. */
static bool
take_some(struct feed *feed, size_t most)
{
    while (most && !feed->settling) {
        if (!feed->item) {
            feed->item = client_take(feed->client);
            feed->at = 0;
        }
        if (!feed->item) {
            return false;
        }
        if (!take(feed, feed->item, &most)) {
            return true;
        }
        feed->version += !feed->loading; /* a part of a snapshot shows only with the last one */
        client_give(feed->client, feed->item);
        feed->item = NULL;
        most -= most > 0;
    }
    return true;
}

/* The figures of a snapshot are whole: from now on they are what is shown. */
static void
settle(struct feed *feed)
{
    feed->loading = feed->settling = feed->suspect = feed->diverged = false;
    feed->has_state = true;
    feed->seq = feed->next_seq;
    memcpy(feed->log, feed->next_log, sizeof feed->log);
    feed->version++;
}

bool
feed_fold(struct feed *feed, int64_t moment_ms, uint32_t most)
{
    bool more = take_some(feed, most);
    bool ready = tickets_prepare(feed->tickets, moment_ms, most);
    if (feed->settling && ready) {
        settle(feed);
    }
    more |= !tickets_tidy(feed->tickets);
    return more || !ready;
}

static const char *
reason_of(const struct feed *feed, const struct feed_state *state)
{
    if (!feed->connected) {
        return feed->has_state ? "连接中断，正在重连" : "正在连接数据中心";
    }
    if (!feed->has_state) {
        return "正在读取数据";
    }
    if (state->age_ms >= SILENCE_MS) {
        return "数据中心没有响应";
    }
    if (feed->diverged) {
        return "与中心不一致，正在重取";
    }
    if (feed->suspect) {
        return "正在补取缺口";
    }
    return feed->in_sync ? "" : "正在核对数据";
}

static void
explain(const struct feed *feed, struct feed_state *state)
{
    if (!feed->connected) {
        snprintf(state->why, sizeof state->why, "not connected: %s",
                 *feed->lost ? feed->lost : "no answer yet");
    } else if (!feed->has_state) {
        snprintf(state->why, sizeof state->why, "connected, the snapshot is not complete");
    } else if (feed->suspect) {
        snprintf(state->why, sizeof state->why, "connected, %s",
                 feed->diverged ? "but the state differs from the hub's"
                                : "a gap is not yet made good");
    } else if (!feed->in_sync) {
        snprintf(state->why, sizeof state->why, "connected, but no heartbeat has agreed yet");
    }
}

void
feed_look(const struct feed *feed, int64_t mono_ms, struct feed_state *out)
{
    struct client_link link = client_link(feed->client);
    *out = (struct feed_state){
        .connected = feed->connected,
        .has_state = feed->has_state,
        .offset_ms = offset_of(feed),
        .seq = feed->seq,
        .faults = link.faults,
    };
    memcpy(out->log, feed->log, sizeof out->log);
    out->age_ms = link.heard_ms >= 0 && mono_ms > link.heard_ms ? mono_ms - link.heard_ms : 0;
    out->in_sync = feed->in_sync && out->age_ms < SILENCE_MS;
    out->stale = !feed->has_state || feed->suspect || out->age_ms >= SILENCE_MS;
    out->reason = reason_of(feed, out);
    explain(feed, out);
}

bool
feed_is_loading(const struct feed *feed)
{
    return feed->loading;
}

uint64_t
feed_version(const struct feed *feed)
{
    return feed->version;
}

int64_t
feed_hub_ms(const struct feed *feed, int64_t wall_ms)
{
    return wall_ms - offset_of(feed);
}

int64_t
feed_newest_ms(const struct feed *feed)
{
    return feed->newest_ms;
}

uint64_t
feed_welcomes(const struct feed *feed)
{
    return feed->welcomes;
}

struct control *
feed_control(struct feed *feed)
{
    return &feed->control;
}

void
feed_status(struct feed *feed, const struct client_status *status)
{
    client_status(feed->client, status);
}
