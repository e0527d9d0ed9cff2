#include "wall/feed.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/log.h"

#define SILENCE_MS 15000
#define OFFSETS 8 /* clock samples looked back on */

struct feed {
    struct client *client;
    struct tickets *tickets;
    bool connected, has_state, in_sync;
    bool loading; /* between tickets_load_begin and its end */
    bool suspect; /* a gap, a bad message or a divergence not yet made good */
    bool diverged;
    uint64_t seq, version, welcomes;
    char log[256], next_log[256];
    int64_t offsets[OFFSETS]; /* arrival here less time_ms there; the least has the least delay */
    size_t offsets_count;
    int64_t newest_ms;
    char lost[160];
    char *wall;
    struct control control;
    struct arena scratch; /* one message's */
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
        client_stop(feed->client);
        arena_free(&feed->scratch);
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

static const struct tickets_name *
convert_names(struct feed *feed, const struct message_name *names, size_t count)
{
    struct tickets_name *out = arena_zalloc(&feed->scratch, count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++) {
        out[i].code = names[i].code;
        out[i].name = names[i].name;
        out[i].parent = names[i].parent;
    }
    return out;
}

static void
take_directory(struct feed *feed, const struct message_directory *from)
{
    struct tickets_directory to = {
        .streets = convert_names(feed, from->streets, from->streets_count),
        .communities = convert_names(feed, from->communities, from->communities_count),
        .units = convert_names(feed, from->units, from->units_count),
        .categories = convert_names(feed, from->categories, from->categories_count),
        .channels = convert_names(feed, from->channels, from->channels_count),
        .streets_count = from->streets_count,
        .communities_count = from->communities_count,
        .units_count = from->units_count,
        .categories_count = from->categories_count,
        .channels_count = from->channels_count,
    };
    tickets_set_directory(feed->tickets, &to);
    arena_reset(&feed->scratch);
}

static void
abort_load(struct feed *feed)
{
    if (feed->loading) {
        tickets_load_abort(feed->tickets);
        feed->loading = false;
    }
}

static size_t
take_welcome(struct feed *feed, const struct client_item *item)
{
    const struct message_welcome *welcome = &item->message.welcome;
    feed->offsets_count = 0; /* this may be another hub's clock */
    sample_offset(feed, item, welcome->time_ms);
    snprintf(feed->next_log, sizeof feed->next_log, "%.*s", STR_ARG(welcome->log));
    take_directory(feed, &welcome->directory);
    feed->connected = true;
    feed->welcomes++;
    log_line(LOG_LEVEL_INFO, "feed", "connected; %s",
             welcome->mode == MESSAGE_MODE_RESUME ? "resuming" : "a snapshot follows");
    return 0;
}

static bool
load_rows(struct feed *feed, const struct message_snapshot *part)
{
    for (size_t i = 0; i < part->rows_count; i++) {
        struct err err = {""};
        if (!tickets_load_row(feed->tickets, &part->rows[i], &err)) {
            log_limited(&feed->load_limit, 10000, LOG_LEVEL_WARNING, "feed",
                        "a snapshot cannot be used: %s", err.text);
            return false;
        }
    }
    return true;
}

static void
load_others(struct feed *feed, const struct message_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        tickets_load_other(feed->tickets, &events->events[i]);
    }
}

static size_t
take_snapshot(struct feed *feed, const struct client_item *item)
{
    const struct message_snapshot *part = &item->message.snapshot;
    if (part->part == 1) {
        abort_load(feed);
        tickets_load_begin(feed->tickets);
        tickets_load_expect(feed->tickets, part->rows_count * (uint64_t)part->parts);
        feed->loading = true;
        feed->in_sync = false;
    }
    if (!feed->loading) {
        return 0; /* an earlier part was refused */
    }
    if (!load_rows(feed, part)) {
        abort_load(feed);
        feed->suspect = true;
        client_answer(feed->client, item, CLIENT_UNLOADABLE);
        return part->rows_count;
    }
    if (item->last_part) {
        load_others(feed, &part->alarms);
        load_others(feed, &part->commitments);
        tickets_load_end(feed->tickets);
        feed->loading = feed->suspect = feed->diverged = false;
        feed->has_state = true;
        feed->seq = (uint64_t)part->seq;
        memcpy(feed->log, feed->next_log, sizeof feed->log);
    }
    return part->rows_count;
}

static size_t
take_events(struct feed *feed, const struct client_item *item)
{
    const struct message_happened *happened = &item->message.happened;
    for (size_t i = 0; i < happened->events.count; i++) {
        const struct event *event = &happened->events.events[i];
        tickets_apply(feed->tickets, event, true);
        if (event->type == EVENT_REGISTERED && event->time_ms > feed->newest_ms) {
            feed->newest_ms = event->time_ms;
        }
    }
    for (size_t i = 0; i < happened->left_count; i++) {
        tickets_forget(feed->tickets, happened->left[i]);
    }
    feed->seq = (uint64_t)happened->seq;
    return happened->events.count + 1;
}

static size_t
take_heartbeat(struct feed *feed, const struct client_item *item)
{
    const struct message_heartbeat *beat = &item->message.heartbeat;
    uint64_t count = 0, digest = 0;
    sample_offset(feed, item, beat->time_ms);
    if (!item->compare || feed->loading || !feed->has_state) {
        return 0;
    }
    tickets_digest(feed->tickets, STR(""), &count, &digest);
    if (count == (uint64_t)beat->tickets && digest == beat->digest) {
        feed->in_sync = true;
        feed->suspect = feed->diverged = false;
        client_answer(feed->client, item, CLIENT_AGREES);
        return 0;
    }
    log_limited(&feed->diverge_limit, 30000, LOG_LEVEL_WARNING, "feed",
                "the state differs from the hub's (%llu tickets here, %lld there): asking for all "
                "of it again",
                (unsigned long long)count, (long long)beat->tickets);
    feed->in_sync = false;
    feed->suspect = feed->diverged = true;
    client_answer(feed->client, item, CLIENT_DIFFERS);
    return 0;
}

static size_t
take_message(struct feed *feed, const struct client_item *item)
{
    switch (item->message.kind) {
    case MESSAGE_WELCOME:
        return take_welcome(feed, item);
    case MESSAGE_SNAPSHOT:
        return take_snapshot(feed, item);
    case MESSAGE_EVENTS:
        return take_events(feed, item);
    case MESSAGE_HEARTBEAT:
        return take_heartbeat(feed, item);
    case MESSAGE_DIRECTORY:
        take_directory(feed, &item->message.directory);
        return 0;
    case MESSAGE_CONTROL:
        control_take(&feed->control, &item->message.control, feed->wall);
        return 0;
    default:
        return 0;
    }
}

static size_t
take(struct feed *feed, const struct client_item *item)
{
    switch (item->kind) {
    case CLIENT_MESSAGE:
        return take_message(feed, item);
    case CLIENT_RESYNCING:
        abort_load(feed);
        feed->in_sync = false;
        feed->suspect = true;
        return 0;
    case CLIENT_LOST:
        abort_load(feed);
        feed->connected = feed->in_sync = false;
        snprintf(feed->lost, sizeof feed->lost, "%s", item->text);
        return 0;
    default:
        return 0;
    }
}

bool
feed_fold(struct feed *feed, size_t max_events)
{
    size_t done = 0;
    while (done < max_events) {
        const struct client_item *item = client_take(feed->client);
        if (!item) {
            return false;
        }
        bool whole = item->kind == CLIENT_MESSAGE && item->last_part;
        done += take(feed, item) + 1;
        feed->version += !feed->loading; /* a part of a snapshot shows only with the last one */
        client_give(feed->client, item);
        if (whole) {
            malloc_trim(0); /* decoded parts weigh much more than what is kept of them */
        }
    }
    return true;
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
        return "数据与中心不一致，正在重取";
    }
    if (feed->suspect) {
        return "数据有缺口，正在重取";
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
