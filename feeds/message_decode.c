#include <math.h>
#include <stddef.h>
#include <string.h>

#include "feeds/message.h"
#include "feeds/message_codec.h"
#include "feeds/pack.h"
#include "feeds/writer.h"

#define NAME_BYTES 128                          /* walls, nodes, logs, refs, scenes */
#define NOTE_BYTES 4096                         /* a message for operators */
#define THUMBNAIL_BYTES (64 * 1024 / 3 * 4 + 8) /* 64 KiB in base64 */
#define EVENT_LEAST_BYTES 64 /* no valid event is shorter: bounds what a list is given */

/* ---- fields by table ---- */

static bool
take_field(struct message_reader *reader, const char *where, const struct message_field *field,
           const struct value *value, char *out)
{
    void *to = out + field->offset;
    bool fits = false;
    switch (field->want) {
    case MESSAGE_WANT_TEXT:
        fits = value->kind == VALUE_STR && value->text.len >= field->min &&
               value->text.len <= field->max && event_text_clean(value->text);
        if (fits) {
            *(struct str *)to = event_keep(&reader->store, value->text);
        }
        break;
    case MESSAGE_WANT_COUNT:
        fits = value_count(value, to);
        break;
    case MESSAGE_WANT_INTEGER:
        fits = value_integer(value, to);
        break;
    case MESSAGE_WANT_REAL:
        fits = value_number(value, to);
        break;
    case MESSAGE_WANT_BOOL:
        fits = value->kind == VALUE_BOOL;
        *(bool *)to = fits && value->truth;
        break;
    case MESSAGE_WANT_VALUE:
    default:
        *(struct value *)to = *value;
        fits = true;
        break;
    }
    return fits || err_set(reader->err, "%s: %s: wrong type or out of range", where, field->key);
}

bool
message_read(struct message_reader *reader, const struct value *map, const char *where,
             const struct message_field *fields, void *out)
{
    uint64_t seen = 0;
    struct str key;
    struct value child;
    if (map->kind != VALUE_MAP) {
        return err_set(reader->err, "%s: not an object", where);
    }
    for (struct value_walk walk = value_walk(map); value_next(&walk, &key, &child);) {
        int i = 0;
        while (fields[i].key && !str_is(key, fields[i].key)) {
            i++;
        }
        if (!fields[i].key) {
            reader->out->unknown_fields += !str_is(key, "kind");
            continue;
        }
        if (seen & (UINT64_C(1) << i)) {
            return err_set(reader->err, "%s: %s: stands twice", where, fields[i].key);
        }
        if (child.kind == VALUE_NULL) {
            continue;
        }
        seen |= UINT64_C(1) << i;
        if (!take_field(reader, where, &fields[i], &child, out)) {
            return false;
        }
    }
    for (int i = 0; fields[i].key; i++) {
        if (fields[i].required && !(seen & (UINT64_C(1) << i))) {
            return err_set(reader->err, "%s: %s: missing (or null)", where, fields[i].key);
        }
    }
    return true;
}

/* ---- lists of events ---- */

/* The event's text for the log: only what could also travel on to other walls. */
static bool
keep_event_json(struct message_reader *reader, const struct value *value, struct event *event,
                struct err *err)
{
    if (value_has_twins(value)) {
        return err_set(err, "a key stands twice in one object");
    }
    struct buf text = {0};
    struct writer writer = writer_to(&text, false);
    value_write(value, &writer);
    bool fits = text.len <= EVENT_MAX_BYTES;
    if (fits) {
        event->json = arena_str(reader->store.arena, buf_str(&text));
    }
    buf_free(&text);
    return fits || err_set(err, "longer than %d bytes", EVENT_MAX_BYTES);
}

bool
message_read_events(struct message_reader *reader, const struct value *list, const char *name,
                    size_t max, bool keep_json, struct message_events *out, struct str *error)
{
    if (list->kind != VALUE_LIST) {
        return err_set(reader->err, "%s: not a list", name);
    }
    size_t most = reader->bytes / EVENT_LEAST_BYTES + 1;
    most = list->count < most ? list->count : most;
    most = most < max ? most : max;
    struct event *events = arena_alloc(reader->store.arena, (most + 1) * sizeof *events);
    struct value entry;
    size_t looked_at = 0;
    for (struct value_walk walk = value_walk(list);
         looked_at < max && out->count < most && value_next(&walk, NULL, &entry); looked_at++) {
        struct event *event = &events[out->count];
        struct err err = {0};
        if (!event_from_value(&reader->store, &entry, reader->holds_nul, event, &err) ||
            (keep_json && !keep_event_json(reader, &entry, event, &err))) {
            reader->out->invalid_events++;
            if (error && error->len == 0) {
                *error = arena_str(reader->store.arena, str_from(err.text));
            }
            continue;
        }
        reader->out->unknown_types += event->type == EVENT_UNKNOWN;
        reader->out->unknown_fields += event->unknown_fields;
        out->count++;
    }
    out->events = events;
    return true;
}

/* ---- the kinds, wall to hub ---- */

#define TEXT(owner, member, is_required, least, most)                                              \
    {                                                                                              \
#member, MESSAGE_WANT_TEXT, is_required, offsetof(owner, member), least, most              \
    }
#define COUNT(owner, member, is_required)                                                          \
    {                                                                                              \
#member, MESSAGE_WANT_COUNT, is_required, offsetof(owner, member), 0, 0                    \
    }
#define VALUE(owner, member, is_required)                                                          \
    {                                                                                              \
#member, MESSAGE_WANT_VALUE, is_required, offsetof(owner, member), 0, 0                    \
    }

static bool
read_hello(struct message_reader *reader, const struct value *map)
{
    struct {
        struct message_hello hello;
        struct value resume, since_ms;
    } raw = {0};
    static const struct message_field fields[] = {
        {"protocol", MESSAGE_WANT_INTEGER, true, offsetof(struct message_hello, protocol), 0, 0},
        TEXT(struct message_hello, wall, true, 1, NAME_BYTES),
        TEXT(struct message_hello, node, false, 0, NAME_BYTES),
        {"resume", MESSAGE_WANT_VALUE, false, offsetof(__typeof__(raw), resume), 0, 0},
        {"since_ms", MESSAGE_WANT_VALUE, false, offsetof(__typeof__(raw), since_ms), 0, 0},
        {0}};
    static const struct message_field resume_fields[] = {
        {"log", MESSAGE_WANT_TEXT, true, offsetof(struct message_hello, resume_log), 1, NAME_BYTES},
        {"seq", MESSAGE_WANT_COUNT, true, offsetof(struct message_hello, resume_seq), 0, 0},
        {0}};
    if (!message_read(reader, map, "hello", fields, &raw)) {
        return false;
    }
    raw.hello.has_resume = raw.resume.kind != VALUE_NULL;
    raw.hello.has_since = raw.since_ms.kind != VALUE_NULL;
    if (raw.hello.has_resume &&
        !message_read(reader, &raw.resume, "hello: resume", resume_fields, &raw.hello)) {
        return false;
    }
    if (raw.hello.has_since && !value_count(&raw.since_ms, &raw.hello.since_ms)) {
        return err_set(reader->err, "hello: since_ms: wrong type or out of range");
    }
    reader->out->hello = raw.hello;
    return true;
}

static bool
read_publish(struct message_reader *reader, const struct value *map)
{
    struct {
        struct str ref;
        struct value events;
    } raw = {0};
    static const struct message_field fields[] = {
        TEXT(__typeof__(raw), ref, true, 0, NAME_BYTES), VALUE(__typeof__(raw), events, true), {0}};
    if (!message_read(reader, map, "publish", fields, &raw)) {
        return false;
    }
    struct message_publish *out = &reader->out->publish;
    *out = (struct message_publish){.ref = raw.ref};
    if (!message_read_events(reader, &raw.events, "publish: events", MESSAGE_PUBLISH_MAX, true,
                             &out->events, &out->error)) {
        return false;
    }
    out->entries = raw.events.count;
    return true;
}

static bool
read_resync(struct message_reader *reader, const struct value *map)
{
    static const struct message_field fields[] = {{0}};
    return message_read(reader, map, "resync", fields, NULL);
}

static bool
read_status(struct message_reader *reader, const struct value *map)
{
    struct {
        struct message_status status;
        struct value faults;
    } raw = {0};
    static const struct message_field fields[] = {
        TEXT(struct message_status, wall, true, 1, NAME_BYTES),
        TEXT(struct message_status, node, false, 0, NAME_BYTES),
        TEXT(struct message_status, scene, false, 0, NAME_BYTES),
        COUNT(struct message_status, seq, false),
        COUNT(struct message_status, frame, false),
        COUNT(struct message_status, frame_ms, false),
        {"offset_ms", MESSAGE_WANT_INTEGER, false, offsetof(struct message_status, offset_ms), 0,
         0},
        {"stale", MESSAGE_WANT_BOOL, false, offsetof(struct message_status, stale), 0, 0},
        {"faults", MESSAGE_WANT_VALUE, false, offsetof(__typeof__(raw), faults), 0, 0},
        TEXT(struct message_status, thumbnail, false, 0, THUMBNAIL_BYTES),
        {0}};
    static const struct message_field fault_fields[] = {
        COUNT(struct message_faults, unknown_kinds, false),
        COUNT(struct message_faults, unknown_types, false),
        COUNT(struct message_faults, unknown_fields, false),
        COUNT(struct message_faults, invalid_events, false),
        COUNT(struct message_faults, bad_messages, false),
        COUNT(struct message_faults, gaps, false),
        COUNT(struct message_faults, divergences, false),
        COUNT(struct message_faults, resyncs, false),
        COUNT(struct message_faults, reconnects, false),
        {0}};
    if (!message_read(reader, map, "status", fields, &raw)) {
        return false;
    }
    if (raw.faults.kind != VALUE_NULL &&
        !message_read(reader, &raw.faults, "status: faults", fault_fields, &raw.status.faults)) {
        return false;
    }
    reader->out->status = raw.status;
    return true;
}

/* ---- the kinds, hub to wall ---- */

static bool
read_welcome(struct message_reader *reader, const struct value *map)
{
    struct {
        int64_t protocol, seq, time_ms;
        struct str log, mode;
        struct value directory;
    } raw = {0};
    static const struct message_field fields[] = {COUNT(__typeof__(raw), protocol, true),
                                                  TEXT(__typeof__(raw), log, true, 1, NAME_BYTES),
                                                  COUNT(__typeof__(raw), seq, true),
                                                  COUNT(__typeof__(raw), time_ms, true),
                                                  TEXT(__typeof__(raw), mode, true, 1, NAME_BYTES),
                                                  VALUE(__typeof__(raw), directory, false),
                                                  {0}};
    if (!message_read(reader, map, "welcome", fields, &raw)) {
        return false;
    }
    struct message_welcome *out = &reader->out->welcome;
    *out = (struct message_welcome){.log = raw.log, .seq = raw.seq, .time_ms = raw.time_ms};
    if (raw.protocol != MESSAGE_PROTOCOL) {
        return err_set(reader->err, "welcome: protocol: not %d", MESSAGE_PROTOCOL);
    }
    if (!str_is(raw.mode, "resume") && !str_is(raw.mode, "snapshot")) {
        return err_set(reader->err, "welcome: mode: not resume or snapshot");
    }
    out->mode = str_is(raw.mode, "resume") ? MESSAGE_MODE_RESUME : MESSAGE_MODE_SNAPSHOT;
    return raw.directory.kind == VALUE_NULL ||
           message_read_directory(reader, &raw.directory, &out->directory);
}

static bool
read_left(struct message_reader *reader, const struct value *list, struct message_happened *out)
{
    if (list->kind == VALUE_NULL) {
        return true;
    }
    if (list->kind != VALUE_LIST) {
        return err_set(reader->err, "events: left: not a list");
    }
    struct str *left = arena_alloc(reader->store.arena, (list->count + 1) * sizeof *left);
    struct value entry;
    for (struct value_walk walk = value_walk(list); value_next(&walk, NULL, &entry);) {
        if (entry.kind != VALUE_STR || !event_subject_valid(entry.text)) {
            return err_set(reader->err, "events: left: not a list of ticket numbers");
        }
        left[out->left_count++] = event_keep(&reader->store, entry.text);
    }
    out->left = left;
    return true;
}

static bool
read_events(struct message_reader *reader, const struct value *map)
{
    struct {
        int64_t prev, seq;
        struct value events, left;
    } raw = {0};
    static const struct message_field fields[] = {COUNT(__typeof__(raw), prev, true),
                                                  COUNT(__typeof__(raw), seq, true),
                                                  VALUE(__typeof__(raw), events, true),
                                                  VALUE(__typeof__(raw), left, false),
                                                  {0}};
    if (!message_read(reader, map, "events", fields, &raw)) {
        return false;
    }
    if (raw.seq < raw.prev) {
        return err_set(reader->err, "events: seq is before prev");
    }
    struct message_happened *out = &reader->out->happened;
    *out = (struct message_happened){.prev = raw.prev, .seq = raw.seq};
    return message_read_events(reader, &raw.events, "events: events", SIZE_MAX, false, &out->events,
                               NULL) &&
           read_left(reader, &raw.left, out);
}

/* Sixteen lower-case hex digits. */
static bool
parse_digest(struct str text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.len != 16) {
        return false;
    }
    for (size_t i = 0; i < 16; i++) {
        char c = text.ptr[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            return false;
        }
        value = value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    *out = value;
    return true;
}

static bool
read_heartbeat(struct message_reader *reader, const struct value *map)
{
    struct {
        int64_t seq, time_ms, tickets;
        struct str digest;
    } raw = {0};
    static const struct message_field fields[] = {COUNT(__typeof__(raw), seq, true),
                                                  COUNT(__typeof__(raw), time_ms, true),
                                                  COUNT(__typeof__(raw), tickets, true),
                                                  TEXT(__typeof__(raw), digest, true, 16, 16),
                                                  {0}};
    if (!message_read(reader, map, "heartbeat", fields, &raw)) {
        return false;
    }
    struct message_heartbeat *out = &reader->out->heartbeat;
    *out = (struct message_heartbeat){raw.seq, raw.time_ms, raw.tickets, 0};
    return parse_digest(raw.digest, &out->digest) ||
           err_set(reader->err, "heartbeat: digest: not 16 lower-case hex digits");
}

static bool
read_directory(struct message_reader *reader, const struct value *map)
{
    struct {
        struct value directory;
    } raw = {0};
    static const struct message_field fields[] = {VALUE(__typeof__(raw), directory, true), {0}};
    reader->out->directory = (struct message_directory){0};
    return message_read(reader, map, "directory", fields, &raw) &&
           message_read_directory(reader, &raw.directory, &reader->out->directory);
}

static bool
read_moment(struct message_reader *reader, const struct value *map, struct message_control *out)
{
    struct {
        struct str mode;
        int64_t at_ms;
        double speed;
    } raw = {.at_ms = -1, .speed = 1.0};
    static const struct message_field fields[] = {
        TEXT(__typeof__(raw), mode, true, 1, NAME_BYTES),
        COUNT(__typeof__(raw), at_ms, false),
        {"speed", MESSAGE_WANT_REAL, false, offsetof(__typeof__(raw), speed), 0, 0},
        {0}};
    static const char *const modes[MESSAGE_MOMENT_COUNT] = {"live", "at", "replay"};
    if (!message_read(reader, map, "control: moment", fields, &raw)) {
        return false;
    }
    int mode = 0;
    while (mode < MESSAGE_MOMENT_COUNT && !str_is(raw.mode, modes[mode])) {
        mode++;
    }
    if (mode == MESSAGE_MOMENT_COUNT || (mode != MESSAGE_LIVE && raw.at_ms < 0) ||
        !(raw.speed > 0.0)) {
        return err_set(reader->err, "control: moment: not live, at or replay with at_ms and speed");
    }
    out->moment = (enum message_moment)mode;
    out->at_ms = raw.at_ms < 0 ? 0 : raw.at_ms;
    out->speed = raw.speed;
    return true;
}

static bool
read_control(struct message_reader *reader, const struct value *map)
{
    struct {
        struct str wall, scene;
        int64_t present_ms;
        struct value moment, focus;
    } raw = {0};
    static const struct message_field fields[] = {TEXT(__typeof__(raw), wall, true, 1, NAME_BYTES),
                                                  TEXT(__typeof__(raw), scene, true, 1, NAME_BYTES),
                                                  COUNT(__typeof__(raw), present_ms, true),
                                                  VALUE(__typeof__(raw), moment, true),
                                                  VALUE(__typeof__(raw), focus, false),
                                                  {0}};
    static const struct message_field focus_fields[] = {
        {"street", MESSAGE_WANT_TEXT, false, offsetof(struct message_control, focus_street), 0, 64},
        {0}};
    if (!message_read(reader, map, "control", fields, &raw)) {
        return false;
    }
    struct message_control *out = &reader->out->control;
    *out = (struct message_control){
        .wall = raw.wall, .scene = raw.scene, .present_ms = raw.present_ms};
    return read_moment(reader, &raw.moment, out) &&
           (raw.focus.kind == VALUE_NULL ||
            message_read(reader, &raw.focus, "control: focus", focus_fields, out));
}

static bool
read_published(struct message_reader *reader, const struct value *map)
{
    static const struct message_field fields[] = {
        TEXT(struct message_published, ref, true, 0, NAME_BYTES),
        COUNT(struct message_published, seq, true),
        {0}};
    reader->out->published = (struct message_published){0};
    return message_read(reader, map, "published", fields, &reader->out->published);
}

static bool
read_refused(struct message_reader *reader, const struct value *map)
{
    struct {
        struct str ref, reason, message;
    } raw = {0};
    static const struct message_field fields[] = {
        TEXT(__typeof__(raw), ref, true, 0, NAME_BYTES),
        TEXT(__typeof__(raw), reason, true, 1, NAME_BYTES),
        TEXT(__typeof__(raw), message, false, 0, NOTE_BYTES),
        {0}};
    if (!message_read(reader, map, "refused", fields, &raw)) {
        return false;
    }
    int reason = 0;
    while (reason < MESSAGE_REFUSAL_OTHER &&
           !str_is(raw.reason, message_refusal_name((enum message_refusal)reason))) {
        reason++;
    }
    reader->out->refused =
        (struct message_refused){raw.ref, raw.message, (enum message_refusal)reason};
    return true;
}

static bool
read_goodbye(struct message_reader *reader, const struct value *map)
{
    struct {
        struct str reason, message;
        int64_t retry_after_ms;
    } raw = {0};
    static const struct message_field fields[] = {
        TEXT(__typeof__(raw), reason, true, 1, NAME_BYTES),
        TEXT(__typeof__(raw), message, false, 0, NOTE_BYTES),
        COUNT(__typeof__(raw), retry_after_ms, false),
        {0}};
    if (!message_read(reader, map, "goodbye", fields, &raw)) {
        return false;
    }
    int reason = 0;
    while (reason < MESSAGE_BYE_OTHER &&
           !str_is(raw.reason, message_bye_name((enum message_bye)reason))) {
        reason++;
    }
    reader->out->goodbye =
        (struct message_goodbye){(enum message_bye)reason, raw.retry_after_ms, raw.message};
    return true;
}

/* ---- a whole message ---- */

static bool (*const readers[MESSAGE_KIND_COUNT])(struct message_reader *, const struct value *) = {
    [MESSAGE_HELLO] = read_hello,         [MESSAGE_PUBLISH] = read_publish,
    [MESSAGE_RESYNC] = read_resync,       [MESSAGE_STATUS] = read_status,
    [MESSAGE_WELCOME] = read_welcome,     [MESSAGE_SNAPSHOT] = message_read_snapshot,
    [MESSAGE_EVENTS] = read_events,       [MESSAGE_HEARTBEAT] = read_heartbeat,
    [MESSAGE_DIRECTORY] = read_directory, [MESSAGE_BOARD] = message_read_board,
    [MESSAGE_CONTROL] = read_control,     [MESSAGE_PUBLISHED] = read_published,
    [MESSAGE_REFUSED] = read_refused,     [MESSAGE_GOODBYE] = read_goodbye,
};

/* MESSAGE_KIND_COUNT: the message has no kind, or one that is no string. */
static enum message_kind
kind_of(const struct value *root)
{
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(root);
         root->kind == VALUE_MAP && value_next(&walk, &key, &child);) {
        if (!str_is(key, "kind")) {
            continue;
        }
        if (child.kind != VALUE_STR) {
            return MESSAGE_KIND_COUNT;
        }
        for (int kind = 1; kind < MESSAGE_KIND_COUNT; kind++) {
            if (str_is(child.text, message_kind_name((enum message_kind)kind))) {
                return (enum message_kind)kind;
            }
        }
        return MESSAGE_UNKNOWN;
    }
    return MESSAGE_KIND_COUNT;
}

static enum message_result
decode_root(struct message_reader *reader, const struct value *root)
{
    enum message_kind kind = kind_of(root);
    if (kind == MESSAGE_KIND_COUNT) {
        err_set(reader->err, "not an object with a kind");
        return MESSAGE_BROKEN;
    }
    reader->out->kind = kind;
    if (kind == MESSAGE_UNKNOWN) {
        return MESSAGE_IGNORED;
    }
    return readers[kind](reader, root) ? MESSAGE_OK : MESSAGE_BROKEN;
}

static enum message_result
decode(enum message_format format, struct str bytes, bool by_values, struct arena *arena,
       struct message *out, struct err *err)
{
    struct value_doc doc;
    struct value root;
    struct message_reader reader = {
        .store = {arena, format == MESSAGE_JSON}, .out = out, .err = err, .bytes = bytes.len};
    struct pack_gap gap;
    bool has_rows = false;
    memset(out, 0, sizeof *out);
    if (bytes.len > MESSAGE_MAX_BYTES) {
        err_set(err, "longer than %d bytes", MESSAGE_MAX_BYTES);
        return MESSAGE_BROKEN;
    }
    if (format == MESSAGE_PACK && !by_values) {
        has_rows = message_read_pack_rows(&reader.store, bytes, &reader.read, &gap);
    }
    bool parsed =
        format == MESSAGE_JSON
            ? value_parse_json(bytes, MESSAGE_MAX_DEPTH, false, &doc, &root, err)
            : value_parse_pack(bytes, MESSAGE_MAX_DEPTH, has_rows ? &gap : NULL, &doc, &root, err);
    if (!parsed) {
        return MESSAGE_BROKEN;
    }
    reader.holds_nul = doc.holds_nul;
    enum message_result result = decode_root(&reader, &root);
    value_finish(&doc);
    return result;
}

enum message_result
message_decode(enum message_format format, struct str bytes, struct arena *arena,
               struct message *out, struct err *err)
{
    return decode(format, bytes, false, arena, out, err);
}

enum message_result
message_decode_by_values(enum message_format format, struct str bytes, struct arena *arena,
                         struct message *out, struct err *err)
{
    return decode(format, bytes, true, arena, out, err);
}
