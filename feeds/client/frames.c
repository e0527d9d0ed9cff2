#include "feeds/client/frames.h"

#include <string.h>

/* ---- reading ---- */

static bool
is_control(enum frames_opcode opcode)
{
    return opcode >= FRAMES_CLOSE;
}

static enum frames_kind
refuse(struct frames *frames, struct frames_got *out, uint16_t code, const char *why)
{
    frames->ended = true;
    *out = (struct frames_got){.code = code, .why = why};
    return FRAMES_REFUSED;
}

/* What is wrong with a frame's first two bytes; NULL = nothing. */
static const char *
look_at_head(const struct frames *frames)
{
    enum frames_opcode opcode = frames->head[0] & 15;
    unsigned len = frames->head[1] & 127u;
    if (frames->head[0] & 0x70) {
        return "a frame with reserved bits";
    }
    if (frames->head[1] & 0x80) {
        return "a masked frame";
    }
    switch (opcode) {
    case FRAMES_CONTINUATION:
        return frames->in_message ? NULL : "a continuation of no message";
    case FRAMES_TEXT:
    case FRAMES_BINARY:
        return frames->in_message ? "a message in the midst of another" : NULL;
    case FRAMES_CLOSE:
    case FRAMES_PING:
    case FRAMES_PONG:
        return !(frames->head[0] & 0x80)  ? "a control frame in fragments"
               : len > FRAMES_CONTROL_MAX ? "a control frame over 125 bytes"
                                          : NULL;
    default:
        return "a frame with a reserved opcode";
    }
}

/* The whole head is there. RFC 6455 §5.2: the shortest form, and no sign bit. */
static const char *
take_head(struct frames *frames)
{
    unsigned len = frames->head[1] & 127u;
    frames->left = len;
    if (len >= 126) {
        frames->left = 0;
        for (size_t i = 2; i < frames->head_need; i++) {
            frames->left = frames->left << 8 | frames->head[i];
        }
        if (frames->left >> 63 || frames->left < (len == 126 ? 126u : 65536u)) {
            return "a frame whose length is not written as it must be";
        }
    }
    frames->opcode = frames->head[0] & 15;
    frames->final = frames->head[0] & 0x80;
    frames->head_len = 0;
    frames->in_payload = true;
    frames->control_len = 0;
    if (frames->opcode == FRAMES_TEXT || frames->opcode == FRAMES_BINARY) {
        frames->in_message = true;
        frames->begun = false;
        frames->binary = frames->opcode == FRAMES_BINARY;
    }
    return NULL;
}

/* false: more is needed, or *why says what is wrong. */
static bool
read_head(struct frames *frames, struct str bytes, size_t *used, const char **why)
{
    for (; *used < bytes.len; (*used)++) {
        frames->head[frames->head_len++] = (unsigned char)bytes.ptr[*used];
        if (frames->head_len == 2) {
            unsigned len = frames->head[1] & 127u;
            frames->head_need = len == 127 ? 10 : len == 126 ? 4 : 2;
            *why = look_at_head(frames);
        }
        if (frames->head_len >= 2 && !*why && frames->head_len == frames->head_need) {
            *why = take_head(frames);
            (*used)++;
            return !*why;
        }
        if (*why) {
            return false;
        }
    }
    return false;
}

/* RFC 6455 §7.4, with what IANA registered since. */
static bool
valid_code(unsigned code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static enum frames_kind
read_close(struct frames *frames, struct frames_got *out)
{
    const unsigned char *body = frames->control;
    if (frames->control_len == 0) {
        out->code = FRAMES_NO_CODE;
        out->bytes = (struct str){0};
        frames->ended = true;
        return FRAMES_CLOSED;
    }
    unsigned code = frames->control_len >= 2 ? (unsigned)body[0] << 8 | body[1] : 0;
    if (!valid_code(code)) {
        return refuse(frames, out, FRAMES_PROTOCOL_ERROR, "a close with a code that there is not");
    }
    out->bytes = (struct str){(const char *)body + 2, frames->control_len - 2};
    if (!utf8_valid(out->bytes)) {
        return refuse(frames, out, FRAMES_INVALID_TEXT, "a close whose reason is not UTF-8");
    }
    out->code = (uint16_t)code;
    frames->ended = true;
    return FRAMES_CLOSED;
}

/* Payload of a control frame; FRAMES_MORE where there is nothing to tell of it (yet). */
static enum frames_kind
read_control(struct frames *frames, struct str bytes, size_t *used, struct frames_got *out)
{
    size_t here = bytes.len - *used < frames->left ? bytes.len - *used : (size_t)frames->left;
    if (here) { /* it fits: the head was looked at */
        memcpy(frames->control + frames->control_len, bytes.ptr + *used, here);
    }
    frames->control_len += here;
    frames->left -= here;
    *used += here;
    if (frames->left) {
        return FRAMES_MORE;
    }
    frames->in_payload = false;
    if (frames->opcode == FRAMES_CLOSE) {
        return read_close(frames, out);
    }
    out->bytes = (struct str){(const char *)frames->control, frames->control_len};
    return frames->opcode == FRAMES_PING ? FRAMES_PINGED : FRAMES_MORE;
}

static enum frames_kind
read_part(struct frames *frames, struct str bytes, size_t *used, struct frames_got *out)
{
    size_t here = bytes.len - *used < frames->left ? bytes.len - *used : (size_t)frames->left;
    bool whole = here == frames->left;
    if (!here && !whole) {
        return FRAMES_MORE;
    }
    frames->left -= here;
    out->bytes = (struct str){bytes.ptr + *used, here};
    out->first = !frames->begun;
    out->last = whole && frames->final;
    out->binary = frames->binary;
    out->left = frames->left;
    *used += here;
    frames->begun = true;
    frames->in_payload = !whole;
    frames->in_message = !out->last;
    return FRAMES_PART;
}

enum frames_kind
frames_next(struct frames *frames, struct str bytes, size_t *used, struct frames_got *out)
{
    *used = 0;
    *out = (struct frames_got){0};
    if (frames->ended) {
        *used = bytes.len;
        return FRAMES_MORE;
    }
    for (;;) {
        const char *why = NULL;
        if (!frames->in_payload && !read_head(frames, bytes, used, &why)) {
            return why ? refuse(frames, out, FRAMES_PROTOCOL_ERROR, why) : FRAMES_MORE;
        }
        if (!is_control(frames->opcode)) {
            return read_part(frames, bytes, used, out);
        }
        enum frames_kind kind = read_control(frames, bytes, used, out);
        if (kind != FRAMES_MORE || frames->in_payload) {
            return kind;
        }
    }
}

/* ---- writing ---- */

void
frames_put(struct buf *out, enum frames_opcode opcode, struct str payload,
           const unsigned char mask[4])
{
    unsigned char head[14] = {(unsigned char)(0x80u | opcode)};
    size_t len = 2, extra = payload.len < 126 ? 0 : payload.len < 65536 ? 2 : 8;
    head[1] = (unsigned char)(0x80u | (extra == 0 ? payload.len : extra == 2 ? 126 : 127));
    for (; extra; extra--) {
        head[len++] = (unsigned char)((uint64_t)payload.len >> (8 * (extra - 1)));
    }
    memcpy(head + len, mask, 4);
    len += 4;
    buf_reserve(out, len + payload.len + 1);
    buf_add(out, head, len);
    size_t at = out->len;
    buf_add_str(out, payload);
    for (size_t i = 0; i < payload.len; i++) {
        out->ptr[at + i] = (char)((unsigned char)out->ptr[at + i] ^ mask[i & 3]);
    }
}

void
frames_put_close(struct buf *out, uint16_t code, const char *reason, const unsigned char mask[4])
{
    char body[FRAMES_CONTROL_MAX];
    size_t len = strlen(reason) < sizeof body - 2 ? strlen(reason) : sizeof body - 2;
    body[0] = (char)(code >> 8);
    body[1] = (char)(code & 255);
    memcpy(body + 2, reason, len);
    frames_put(out, FRAMES_CLOSE, (struct str){body, len + 2}, mask);
}
