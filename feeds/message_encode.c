#include <math.h>

#include "feeds/event_codec.h"
#include "feeds/message.h"
#include "feeds/writer.h"

static void
pair_str(struct writer *writer, const char *key, struct str text)
{
    writer_key(writer, str_from(key));
    writer_str(writer, text);
}

static void
pair_int(struct writer *writer, const char *key, int64_t value)
{
    writer_key(writer, str_from(key));
    writer_int(writer, value);
}

static void
pair_bool(struct writer *writer, const char *key, bool value)
{
    writer_key(writer, str_from(key));
    writer_bool(writer, value);
}

static void
write_events(struct writer *writer, const char *key, const struct message_events *events)
{
    writer_key(writer, str_from(key));
    if (events->bodies) {
        writer_list(writer, events->bodies->count);
        writer_raw_list(writer, buf_str(&events->bodies->bytes), events->bodies->count);
    } else {
        writer_list(writer, events->count);
        for (size_t i = 0; i < events->count; i++) {
            event_write(&events->events[i], writer);
        }
    }
    writer_end(writer);
}

/* ---- rows of a snapshot ---- */

static void
write_place(struct writer *writer, const struct event_data *fields)
{
    double degrees[2] = {fields->lon, fields->lat};
    for (int i = 0; i < 2; i++) {
        if (fields->has & EVENT_F_PLACE) {
            writer_real(writer, nearbyint(degrees[i] * 1e7) / 1e7);
        } else {
            writer_null(writer);
        }
    }
}

static void
write_optional(struct writer *writer, const struct event_data *fields, uint32_t bit,
               struct str text)
{
    if (fields->has & bit) {
        writer_str(writer, text);
    } else {
        writer_null(writer);
    }
}

/* Whether the columns say all that the registration did. */
static bool
registration_in_columns(const struct event_ticket *row)
{
    int registrations = 0;
    for (size_t i = 0; i < row->milestones_count; i++) {
        const struct event_milestone *milestone = &row->milestones[i];
        bool registers = milestone->type == EVENT_REGISTERED;
        if (milestone->type == EVENT_AMENDED || (registers && milestone->data->extra.len)) {
            return false;
        }
        registrations += registers;
    }
    return registrations == 1;
}

static void
write_milestones(struct writer *writer, const struct event_ticket *row)
{
    bool leave_out = registration_in_columns(row);
    size_t count = 0;
    for (size_t i = 0; i < row->milestones_count; i++) {
        enum event_type type = row->milestones[i].type;
        count += type >= EVENT_REGISTERED && type <= EVENT_TICKET_LAST;
    }
    writer_list(writer, count);
    for (size_t i = 0; i < row->milestones_count; i++) {
        const struct event_milestone *milestone = &row->milestones[i];
        if (milestone->type < EVENT_REGISTERED || milestone->type > EVENT_TICKET_LAST) {
            continue;
        }
        const struct event_data *data = milestone->data;
        bool empty = !data->has && !data->cleared && !data->extra.len;
        empty |= leave_out && milestone->type == EVENT_REGISTERED;
        writer_list(writer, empty ? 2 : 3);
        writer_str(writer, str_from(event_type_name(milestone->type)));
        writer_int(writer, milestone->time_ms);
        if (!empty) {
            struct event_data own;
            if (milestone->due_ms) {
                own = *data;
                own.due_ms = milestone->due_ms;
                data = &own;
            }
            event_data_write(milestone->type, data, writer);
        }
        writer_end(writer);
    }
    writer_end(writer);
}

static const char *const columns[] = {"ticket",  "channel",      "category", "kind",
                                      "street",  "community",    "lon",      "lat",
                                      "urgency", "confidential", "summary",  "milestones"};
#define COLUMNS (sizeof columns / sizeof *columns)

static void
write_row(struct writer *writer, const struct event_ticket *row)
{
    const struct event_data *fields = &row->fields;
    writer_list(writer, COLUMNS);
    writer_str(writer, row->ticket);
    writer_str(writer, fields->channel);
    writer_str(writer, fields->category);
    write_optional(writer, fields, EVENT_F_KIND, str_from(event_kind_names[fields->kind]));
    writer_str(writer, fields->street);
    write_optional(writer, fields, EVENT_F_COMMUNITY, fields->community);
    write_place(writer, fields);
    writer_str(writer, str_from(event_urgency_names[fields->urgency]));
    writer_bool(writer, fields->confidential);
    write_optional(writer, fields, EVENT_F_SUMMARY, fields->summary);
    write_milestones(writer, row);
    writer_end(writer);
}

void
message_bodies_add_row(struct message_bodies *bodies, enum message_format format,
                       const struct event_ticket *row)
{
    if (format == MESSAGE_JSON && bodies->count > 0) {
        buf_add(&bodies->bytes, ",", 1);
    }
    bodies->count++;
    struct writer writer = writer_to(&bodies->bytes, format == MESSAGE_PACK);
    write_row(&writer, row);
}

static void
write_snapshot(struct writer *writer, const struct message_snapshot *snapshot)
{
    pair_int(writer, "seq", snapshot->seq);
    pair_int(writer, "part", snapshot->part);
    pair_int(writer, "parts", snapshot->parts);
    writer_key(writer, STR("columns"));
    writer_list(writer, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        writer_str(writer, str_from(columns[i]));
    }
    writer_end(writer);
    writer_key(writer, STR("tickets"));
    if (snapshot->row_bodies) {
        writer_list(writer, snapshot->row_bodies->count);
        writer_raw_list(writer, buf_str(&snapshot->row_bodies->bytes), snapshot->row_bodies->count);
    } else {
        writer_list(writer, snapshot->rows_count);
        for (size_t i = 0; i < snapshot->rows_count; i++) {
            write_row(writer, &snapshot->rows[i]);
        }
    }
    writer_end(writer);
    if (snapshot->part == snapshot->parts) {
        write_events(writer, "alarms", &snapshot->alarms);
        write_events(writer, "commitments", &snapshot->commitments);
    }
}

/* ---- directory and board ---- */

/* parent_key: NULL where the list's entries have none. A parent that is not there is null. */
static void
write_names(struct writer *writer, const char *key, const char *parent_key, bool null_parent,
            const struct message_name *names, size_t count)
{
    if (count == 0) {
        return;
    }
    writer_key(writer, str_from(key));
    writer_map(writer);
    for (size_t i = 0; i < count; i++) {
        writer_key(writer, names[i].code);
        writer_map(writer);
        pair_str(writer, "name", names[i].name);
        if (parent_key && (names[i].parent.len || null_parent)) {
            writer_key(writer, str_from(parent_key));
            if (names[i].parent.len) {
                writer_str(writer, names[i].parent);
            } else {
                writer_null(writer);
            }
        }
        if (names[i].kind.len) {
            pair_str(writer, "kind", names[i].kind);
        }
        writer_end(writer);
    }
    writer_end(writer);
}

static void
write_directory(struct writer *writer, const struct message_directory *directory)
{
    writer_key(writer, STR("directory"));
    writer_map(writer);
    write_names(writer, "streets", NULL, false, directory->streets, directory->streets_count);
    write_names(writer, "communities", "street", false, directory->communities,
                directory->communities_count);
    write_names(writer, "units", NULL, false, directory->units, directory->units_count);
    write_names(writer, "categories", "parent", true, directory->categories,
                directory->categories_count);
    write_names(writer, "channels", NULL, false, directory->channels, directory->channels_count);
    writer_end(writer);
}

static void
pair_real(struct writer *writer, const char *key, double value)
{
    writer_key(writer, str_from(key));
    writer_real(writer, value);
}

static void
write_rate(struct writer *writer, const struct message_rate *rate)
{
    writer_map(writer);
    pair_str(writer, "window", rate->window);
    pair_str(writer, "by", rate->by);
    pair_str(writer, "group", rate->group);
    pair_str(writer, "code", rate->code);
    pair_int(writer, "received", rate->received);
    pair_int(writer, "resolved", rate->resolved);
    pair_int(writer, "resolved_late", rate->resolved_late);
    pair_int(writer, "effective", rate->effective);
    pair_int(writer, "responded", rate->responded);
    pair_int(writer, "solved", rate->solved);
    pair_int(writer, "satisfied", rate->satisfied);
    pair_int(writer, "basic", rate->basic);
    pair_real(writer, "response", rate->response);
    pair_real(writer, "resolution", rate->resolution);
    pair_real(writer, "satisfaction", rate->satisfaction);
    pair_real(writer, "composite", rate->composite);
    writer_key(writer, STR("rank"));
    if (rate->rank) {
        writer_int(writer, rate->rank);
    } else {
        writer_null(writer);
    }
    writer_end(writer);
}

static void
write_board(struct writer *writer, const struct message_board *board)
{
    pair_int(writer, "at_ms", board->at_ms);
    writer_key(writer, STR("rates"));
    if (board->rates_json.len) {
        writer_json(writer, board->rates_json);
        return;
    }
    writer_list(writer, board->rates_count);
    for (size_t i = 0; i < board->rates_count; i++) {
        write_rate(writer, &board->rates[i]);
    }
    writer_end(writer);
}

/* ---- the other kinds ---- */

static void
write_hello(struct writer *writer, const struct message_hello *hello)
{
    pair_int(writer, "protocol", hello->protocol);
    pair_str(writer, "wall", hello->wall);
    pair_str(writer, "node", hello->node);
    if (hello->has_resume) {
        writer_key(writer, STR("resume"));
        writer_map(writer);
        pair_str(writer, "log", hello->resume_log);
        pair_int(writer, "seq", hello->resume_seq);
        writer_end(writer);
    }
    if (hello->has_since) {
        pair_int(writer, "since_ms", hello->since_ms);
    }
}

static void
write_status(struct writer *writer, const struct message_status *status)
{
    const struct message_faults *faults = &status->faults;
    pair_str(writer, "wall", status->wall);
    pair_str(writer, "node", status->node);
    pair_str(writer, "scene", status->scene);
    pair_int(writer, "seq", status->seq);
    pair_int(writer, "frame", status->frame);
    pair_int(writer, "frame_ms", status->frame_ms);
    pair_int(writer, "offset_ms", status->offset_ms);
    pair_bool(writer, "stale", status->stale);
    writer_key(writer, STR("faults"));
    writer_map(writer);
    pair_int(writer, "unknown_kinds", faults->unknown_kinds);
    pair_int(writer, "unknown_types", faults->unknown_types);
    pair_int(writer, "unknown_fields", faults->unknown_fields);
    pair_int(writer, "invalid_events", faults->invalid_events);
    pair_int(writer, "bad_messages", faults->bad_messages);
    pair_int(writer, "gaps", faults->gaps);
    pair_int(writer, "divergences", faults->divergences);
    pair_int(writer, "resyncs", faults->resyncs);
    pair_int(writer, "reconnects", faults->reconnects);
    writer_end(writer);
    if (status->thumbnail.len) {
        pair_str(writer, "thumbnail", status->thumbnail);
    }
}

static void
write_welcome(struct writer *writer, const struct message_welcome *welcome)
{
    pair_int(writer, "protocol", MESSAGE_PROTOCOL);
    pair_str(writer, "log", welcome->log);
    pair_int(writer, "seq", welcome->seq);
    pair_int(writer, "time_ms", welcome->time_ms);
    pair_str(writer, "mode",
             welcome->mode == MESSAGE_MODE_RESUME ? STR("resume") : STR("snapshot"));
    write_directory(writer, &welcome->directory);
}

static void
write_happened(struct writer *writer, const struct message_happened *happened)
{
    pair_int(writer, "prev", happened->prev);
    pair_int(writer, "seq", happened->seq);
    write_events(writer, "events", &happened->events);
    if (happened->left_count) {
        writer_key(writer, STR("left"));
        writer_list(writer, happened->left_count);
        for (size_t i = 0; i < happened->left_count; i++) {
            writer_str(writer, happened->left[i]);
        }
        writer_end(writer);
    }
}

static void
write_heartbeat(struct writer *writer, const struct message_heartbeat *heartbeat)
{
    char digest[16];
    for (int i = 0; i < 16; i++) {
        digest[i] = "0123456789abcdef"[heartbeat->digest >> (60 - 4 * i) & 15];
    }
    pair_int(writer, "seq", heartbeat->seq);
    pair_int(writer, "time_ms", heartbeat->time_ms);
    pair_int(writer, "tickets", heartbeat->tickets);
    pair_str(writer, "digest", (struct str){digest, sizeof digest});
}

static void
write_control(struct writer *writer, const struct message_control *control)
{
    static const char *const modes[MESSAGE_MOMENT_COUNT] = {"live", "at", "replay"};
    pair_str(writer, "wall", control->wall);
    pair_int(writer, "present_ms", control->present_ms);
    pair_str(writer, "scene", control->scene);
    writer_key(writer, STR("moment"));
    writer_map(writer);
    pair_str(writer, "mode", str_from(modes[control->moment]));
    if (control->moment != MESSAGE_LIVE) {
        pair_int(writer, "at_ms", control->at_ms);
    }
    if (control->moment == MESSAGE_REPLAY) {
        pair_real(writer, "speed", control->speed);
    }
    writer_end(writer);
    writer_key(writer, STR("focus"));
    if (control->focus_street.len) {
        writer_map(writer);
        pair_str(writer, "street", control->focus_street);
        writer_end(writer);
    } else {
        writer_null(writer);
    }
}

static void
write_refused(struct writer *writer, const struct message_refused *refused)
{
    pair_str(writer, "ref", refused->ref);
    pair_str(writer, "reason", str_from(message_refusal_name(refused->reason)));
    pair_str(writer, "message", refused->message);
}

static void
write_goodbye(struct writer *writer, const struct message_goodbye *goodbye)
{
    pair_str(writer, "reason", str_from(message_bye_name(goodbye->reason)));
    pair_int(writer, "retry_after_ms", goodbye->retry_after_ms);
    pair_str(writer, "message", goodbye->message);
}

void
message_encode(enum message_format format, const struct message *message, struct buf *out)
{
    struct writer writer = writer_to(out, format == MESSAGE_PACK);
    writer_map(&writer);
    pair_str(&writer, "kind", str_from(message_kind_name(message->kind)));
    switch (message->kind) {
    case MESSAGE_HELLO:
        write_hello(&writer, &message->hello);
        break;
    case MESSAGE_PUBLISH:
        pair_str(&writer, "ref", message->publish.ref);
        write_events(&writer, "events", &message->publish.events);
        break;
    case MESSAGE_STATUS:
        write_status(&writer, &message->status);
        break;
    case MESSAGE_WELCOME:
        write_welcome(&writer, &message->welcome);
        break;
    case MESSAGE_SNAPSHOT:
        write_snapshot(&writer, &message->snapshot);
        break;
    case MESSAGE_EVENTS:
        write_happened(&writer, &message->happened);
        break;
    case MESSAGE_HEARTBEAT:
        write_heartbeat(&writer, &message->heartbeat);
        break;
    case MESSAGE_DIRECTORY:
        write_directory(&writer, &message->directory);
        break;
    case MESSAGE_BOARD:
        write_board(&writer, &message->board);
        break;
    case MESSAGE_CONTROL:
        write_control(&writer, &message->control);
        break;
    case MESSAGE_PUBLISHED:
        pair_str(&writer, "ref", message->published.ref);
        pair_int(&writer, "seq", message->published.seq);
        break;
    case MESSAGE_REFUSED:
        write_refused(&writer, &message->refused);
        break;
    case MESSAGE_GOODBYE:
        write_goodbye(&writer, &message->goodbye);
        break;
    default: /* resync has nothing but its kind */
        break;
    }
    writer_end(&writer);
}
