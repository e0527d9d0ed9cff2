/* Any bytes from a websocket: what comes of them is the same however they were cut, and no more
 * comes out than went in. The first byte chooses how to cut. */
#include <stdlib.h>
#include <string.h>

#include "feeds/client/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

struct told {
    struct buf text;
    bool open, ended;
};

static void
tell(struct told *told, enum frames_kind kind, const struct frames_got *got)
{
    must(!told->ended || kind == FRAMES_MORE);
    switch (kind) {
    case FRAMES_PART:
        must(got->first != told->open);
        must(!got->last || got->left == 0);
        told->open = !got->last;
        if (got->first) {
            buf_add(&told->text, got->binary ? "b" : "t", 1);
        }
        buf_add_str(&told->text, got->bytes);
        if (got->last) {
            buf_add(&told->text, "|", 1);
        }
        break;
    case FRAMES_PINGED:
        must(got->bytes.len <= FRAMES_CONTROL_MAX);
        break;
    case FRAMES_CLOSED:
    case FRAMES_REFUSED:
        must((kind == FRAMES_REFUSED) == (got->why != NULL));
        must(utf8_valid(got->bytes) && got->bytes.len <= FRAMES_CONTROL_MAX);
        buf_printf(&told->text, "%d %d", kind, got->code);
        told->ended = true;
        break;
    default:
        break;
    }
}

static void
read_in_pieces(struct str bytes, size_t size, struct told *told)
{
    struct frames frames = {0};
    struct frames_got got;
    for (size_t at = 0; at < bytes.len; at += size) {
        size_t len = bytes.len - at < size ? bytes.len - at : size, used = 0, now;
        char *piece = malloc(len); /* so that a read behind it is seen */
        must(piece);
        memcpy(piece, bytes.ptr + at, len);
        enum frames_kind kind;
        do {
            kind = frames_next(&frames, (struct str){piece + used, len - used}, &now, &got);
            must(now <= len - used);
            tell(told, kind, &got);
            used += now;
        } while (kind != FRAMES_MORE);
        must(used == len);
        free(piece);
    }
}

/* The payload as a message of ours: written as RFC 6455 says, and it is the same again. */
static void
check_put(struct str payload)
{
    static const unsigned char mask[4] = {0x9a, 0, 0xff, 0x31};
    struct buf out = {0};
    frames_put(&out, FRAMES_TEXT, payload, mask);
    size_t head = payload.len < 126 ? 2 : payload.len < 65536 ? 4 : 10;
    must(out.len == head + 4 + payload.len && memcmp(out.ptr + head, mask, 4) == 0);
    for (size_t i = 0; i < payload.len; i++) {
        must((unsigned char)(out.ptr[head + 4 + i] ^ payload.ptr[i]) == mask[i & 3]);
    }
    buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    struct str bytes = {(const char *)data + 1, size - 1};
    struct told whole = {{0}, false, false}, cut = {{0}, false, false};
    read_in_pieces(bytes, bytes.len, &whole);
    read_in_pieces(bytes, data[0] % 32u + 1, &cut);
    must(str_eq(buf_str(&whole.text), buf_str(&cut.text)) && whole.open == cut.open);
    check_put(bytes);
    buf_free(&whole.text);
    buf_free(&cut.text);
    return 0;
}
