#include "feeds/message.h"

#include "feeds/event_codec.h"
#include "feeds/writer.h"

static const char *const kind_names[MESSAGE_KIND_COUNT] = {
    [MESSAGE_HELLO] = "hello",         [MESSAGE_PUBLISH] = "publish",
    [MESSAGE_RESYNC] = "resync",       [MESSAGE_STATUS] = "status",
    [MESSAGE_WELCOME] = "welcome",     [MESSAGE_SNAPSHOT] = "snapshot",
    [MESSAGE_EVENTS] = "events",       [MESSAGE_HEARTBEAT] = "heartbeat",
    [MESSAGE_DIRECTORY] = "directory", [MESSAGE_BOARD] = "board",
    [MESSAGE_CONTROL] = "control",     [MESSAGE_PUBLISHED] = "published",
    [MESSAGE_REFUSED] = "refused",     [MESSAGE_GOODBYE] = "goodbye",
};

const char *
message_kind_name(enum message_kind kind)
{
    return kind_names[kind];
}

const char *
message_refusal_name(enum message_refusal reason)
{
    static const char *const names[MESSAGE_REFUSAL_COUNT] = {"not-allowed", "invalid", "too-large",
                                                             "overloaded", "other"};
    return names[reason];
}

const char *
message_bye_name(enum message_bye reason)
{
    static const char *const names[MESSAGE_BYE_COUNT] = {
        "slow-consumer",  "token-expired", "scope-changed", "cursor-unknown",
        "protocol-error", "overloaded",    "shutdown",      "other"};
    return names[reason];
}

void
message_bodies_clear(struct message_bodies *bodies)
{
    buf_clear(&bodies->bytes);
    bodies->count = 0;
}

void
message_bodies_free(struct message_bodies *bodies)
{
    buf_free(&bodies->bytes);
    bodies->count = 0;
}

/* A writer behind the entries so far. */
static struct writer
begin_body(struct message_bodies *bodies, enum message_format format)
{
    if (format == MESSAGE_JSON && bodies->count > 0) {
        buf_add(&bodies->bytes, ",", 1);
    }
    bodies->count++;
    return writer_to(&bodies->bytes, format == MESSAGE_PACK);
}

void
message_bodies_add_json(struct message_bodies *bodies, enum message_format format,
                        struct str event_json)
{
    struct writer writer = begin_body(bodies, format);
    writer_json(&writer, event_json);
}

void
message_bodies_add_event(struct message_bodies *bodies, enum message_format format,
                         const struct event *event)
{
    struct writer writer = begin_body(bodies, format);
    event_write(event, &writer);
}
