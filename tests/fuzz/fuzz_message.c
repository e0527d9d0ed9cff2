/* Any bytes as a message: the first byte's low bit chooses the encoding. What is taken must survive
 * being written and read in both. */
#include <stdlib.h>

#include "feeds/message_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Encodes and decodes; what comes out must encode to the same bytes. A message may grow beyond the
 * limit when it is written out in full; then there is nothing to compare. */
static void
check_again(enum message_format format, const struct message *message, struct arena *arena)
{
    struct buf first = {0}, second = {0};
    struct message again;
    struct err err = {0};
    message_encode(format, message, &first);
    enum message_result result = message_decode(format, buf_str(&first), arena, &again, &err);
    if (first.len <= MESSAGE_MAX_BYTES) {
        must(result == MESSAGE_OK && again.kind == message->kind);
        message_encode(format, &again, &second);
        must(str_eq(buf_str(&first), buf_str(&second)));
    } else {
        must(result == MESSAGE_BROKEN);
    }
    buf_free(&first);
    buf_free(&second);
}

/* The rows of a snapshot are read in a way of their own: it must come to the same. */
static void
check_general(struct str bytes, enum message_result result, const struct message *quick,
              struct arena *arena)
{
    struct message general;
    struct err err = {0};
    struct buf first = {0}, second = {0};
    must(message_decode_by_values(MESSAGE_PACK, bytes, arena, &general, &err) == result);
    must(general.kind == quick->kind);
    if (result == MESSAGE_OK && quick->kind == MESSAGE_SNAPSHOT) {
        must(general.unknown_fields == quick->unknown_fields);
        must(general.unknown_types == quick->unknown_types);
        must(general.invalid_events == quick->invalid_events);
        message_encode(MESSAGE_PACK, quick, &first);
        message_encode(MESSAGE_PACK, &general, &second);
        must(str_eq(buf_str(&first), buf_str(&second)));
    }
    buf_free(&first);
    buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    struct arena arena = {0};
    struct str bytes = {(const char *)data + 1, size - 1};
    enum message_format format = data[0] & 1 ? MESSAGE_PACK : MESSAGE_JSON;
    struct message message;
    struct err err = {0};
    enum message_result result = message_decode(format, bytes, &arena, &message, &err);
    must((result == MESSAGE_BROKEN) == (err.text[0] != '\0'));
    if (format == MESSAGE_PACK) {
        check_general(bytes, result, &message, &arena);
    }
    bool other_reason =
        (message.kind == MESSAGE_REFUSED && message.refused.reason == MESSAGE_REFUSAL_OTHER) ||
        (message.kind == MESSAGE_GOODBYE && message.goodbye.reason == MESSAGE_BYE_OTHER);
    if (result == MESSAGE_OK && !other_reason) {
        check_again(MESSAGE_JSON, &message, &arena);
        check_again(MESSAGE_PACK, &message, &arena);
    }
    arena_free(&arena);
    return 0;
}
