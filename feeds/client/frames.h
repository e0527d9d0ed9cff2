/* frames: the framing of a websocket, a client's side (RFC 6455 §5); pure.
 *
 * Takes bytes as they come, in pieces of any size, and hands payload over where it lies: nothing is
 * copied but a control frame, nothing allocated. A frame's announced length is only ever counted
 * down from. Whatever a server must not send (masked, reserved bits or opcodes, a message in the
 * midst of another, a wrong close) ends the connection with the code that is told. It does not look
 * into payload: whether text is UTF-8 is for who reads the message. One thread; no hidden state. */
#ifndef FEEDS_CLIENT_FRAMES_H
#define FEEDS_CLIENT_FRAMES_H

#include "wall/base/str.h"

#define FRAMES_CONTROL_MAX 125

enum frames_opcode {
    FRAMES_CONTINUATION = 0,
    FRAMES_TEXT = 1,
    FRAMES_BINARY = 2,
    FRAMES_CLOSE = 8,
    FRAMES_PING = 9,
    FRAMES_PONG = 10
};

enum frames_code {
    FRAMES_NORMAL = 1000,
    FRAMES_PROTOCOL_ERROR = 1002,
    FRAMES_NO_CODE = 1005, /* a close without one; never on the wire */
    FRAMES_INVALID_TEXT = 1007,
    FRAMES_TOO_LONG = 1009
};

/* Zero is the state before the first byte; the rest is the reader's own. */
struct frames {
    unsigned char head[10], control[FRAMES_CONTROL_MAX];
    size_t head_len, head_need, control_len;
    uint64_t left; /* of the frame's payload */
    enum frames_opcode opcode;
    bool final, in_payload;
    bool in_message, binary, begun; /* a message's frame came; its kind; a part was handed out */
    bool ended;                     /* by a close or an error: nothing is read any more */
};

enum frames_kind {
    FRAMES_MORE,    /* all was taken, and more is needed */
    FRAMES_PART,    /* of a message */
    FRAMES_PINGED,  /* to be answered with a pong of the same bytes */
    FRAMES_CLOSED,  /* by the peer: code, and bytes = its reason (valid UTF-8) */
    FRAMES_REFUSED, /* close with code; why says what was wrong */
    FRAMES_KIND_COUNT
};

struct frames_got {
    struct str bytes; /* in what was given, or in the reader: until its next call */
    bool first, last, binary;
    uint64_t left; /* bytes of the frame still to come, as announced */
    uint16_t code;
    const char *why;
};

/* The next thing in bytes, of which *used were taken (all of them with FRAMES_MORE). Call again
 * with the rest. A pong is passed over. */
enum frames_kind frames_next(struct frames *frames, struct str bytes, size_t *used,
                             struct frames_got *out);

/* Adds one whole frame, masked as a client's are. mask: 4 random bytes, other ones each time. */
void frames_put(struct buf *out, enum frames_opcode opcode, struct str payload,
                const unsigned char mask[4]);
/* Adds a close frame; the reason is cut at 123 bytes. */
void frames_put_close(struct buf *out, uint16_t code, const char *reason,
                      const unsigned char mask[4]);

#endif
