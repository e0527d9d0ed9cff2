#include "feeds/client/upgrade.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455 §1.3 */

/* The fields of an answer that count, each at most once. */
enum field { FIELD_UPGRADE, FIELD_ACCEPT, FIELD_PROTOCOL, FIELD_COUNT };

struct fields {
    struct str value[FIELD_COUNT];
    bool there[FIELD_COUNT];
    bool connection; /* a Connection field names Upgrade */
};

struct upgrade_key
upgrade_key(const unsigned char random[16])
{
    struct upgrade_key key = {.sent = ""};
    char text[UPGRADE_KEY_CAP + sizeof GUID];
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_EncodeBlock((unsigned char *)key.sent, random, 16);
    int wrote = snprintf(text, sizeof text, "%s" GUID, key.sent);
    if (!EVP_Digest(text, (size_t)wrote, hash, &len, EVP_sha1(), NULL)) {
        abort(); /* out of memory, or a library without SHA-1 */
    }
    EVP_EncodeBlock((unsigned char *)key.answer, hash, (int)len);
    return key;
}

void
upgrade_ask(struct buf *out, const struct client_url *url, const struct upgrade_key *key,
            const char *token)
{
    bool bare = strchr(url->host, ':'); /* an IPv6 address */
    buf_printf(out, "GET %s HTTP/1.1\r\nHost: %s%s%s", url->path, bare ? "[" : "", url->host,
               bare ? "]" : "");
    if (url->port != (url->tls ? 443 : 80)) {
        buf_printf(out, ":%d", url->port);
    }
    buf_printf(out,
               "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: %s, %s\r\n",
               key->sent, MESSAGE_SUBPROTOCOL_PACK, MESSAGE_SUBPROTOCOL_JSON);
    if (token) {
        buf_printf(out, "Authorization: Bearer %s\r\n", token);
    }
    buf_add(out, "\r\n", 2);
}

/* ---- the answer ---- */

static enum upgrade_verdict
bad(struct upgrade_answer *out, const char *why)
{
    out->why = why;
    return UPGRADE_BAD;
}

static bool
same(struct str a, const char *text)
{
    return a.len == strlen(text) && (a.len == 0 || strncasecmp(a.ptr, text, a.len) == 0);
}

static struct str
trim(struct str s)
{
    while (s.len && (*s.ptr == ' ' || *s.ptr == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) {
        s.len--;
    }
    return s;
}

/* A comma-separated list that holds the token. */
static bool
names(struct str list, const char *token)
{
    for (;;) {
        const char *comma = list.len ? memchr(list.ptr, ',', list.len) : NULL;
        size_t len = comma ? (size_t)(comma - list.ptr) : list.len;
        if (same(trim((struct str){list.ptr, len}), token)) {
            return true;
        }
        if (!comma) {
            return false;
        }
        list = (struct str){comma + 1, list.len - len - 1};
    }
}

/* A line without its CRLF; false: none is whole yet, or *why says what is wrong with it. */
static bool
next_line(struct str bytes, size_t *at, struct str *line, const char **why)
{
    size_t limit = bytes.len < UPGRADE_HEAD_MAX ? bytes.len : UPGRADE_HEAD_MAX;
    for (size_t i = *at; i < limit; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c == '\n' && i > *at && bytes.ptr[i - 1] == '\r') {
            *line = (struct str){bytes.ptr + *at, i - 1 - *at};
            *at = i + 1;
            return true;
        }
        bool lone_cr = i > *at && bytes.ptr[i - 1] == '\r';
        if (c == '\n' || lone_cr || (c < 0x20 && c != '\r' && c != '\t') || c == 0x7f) {
            *why = "an answer with control characters or lone line ends";
            return false;
        }
    }
    if (limit == UPGRADE_HEAD_MAX) {
        *why = "an answer whose head is over 8 KiB";
    }
    return false;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 101 Switching Protocols"; 0: no status line. old: of HTTP/1.0. */
static int
read_status(struct str line, bool *old)
{
    *old = str_starts(line, "HTTP/1.0 ");
    if ((!*old && !str_starts(line, "HTTP/1.1 ")) || line.len < 12 ||
        (line.len > 12 && line.ptr[12] != ' ')) {
        return 0;
    }
    const char *d = line.ptr + 9;
    if (!is_digit(d[0]) || !is_digit(d[1]) || !is_digit(d[2])) {
        return 0;
    }
    int status = (d[0] - '0') * 100 + (d[1] - '0') * 10 + d[2] - '0';
    return status >= 100 && status <= 599 ? status : 0;
}

static bool
is_name(struct str name)
{
    static const char marks[] = "!#$%&'*+-.^_`|~"; /* RFC 9110 §5.6.2 */
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !is_digit(c) && !memchr(marks, c, sizeof marks - 1)) {
            return false;
        }
    }
    return name.len > 0;
}

/* NULL, or what is wrong with the field. */
static const char *
take_field(struct str line, struct fields *fields)
{
    static const char *const known[FIELD_COUNT] = {
        [FIELD_UPGRADE] = "upgrade",
        [FIELD_ACCEPT] = "sec-websocket-accept",
        [FIELD_PROTOCOL] = "sec-websocket-protocol",
    };
    const char *colon = memchr(line.ptr, ':', line.len);
    struct str name = {line.ptr, colon ? (size_t)(colon - line.ptr) : 0};
    if (!is_name(name)) { /* a folded line too: it begins with a space */
        return "an answer with a line that is no header field";
    }
    struct str value = trim((struct str){colon + 1, line.len - name.len - 1});
    if (same(name, "connection")) {
        fields->connection = fields->connection || names(value, "upgrade");
    } else if (same(name, "sec-websocket-extensions")) {
        return "an answer with an extension that was not offered";
    }
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (same(name, known[i])) {
            if (fields->there[i]) {
                return "an answer that gives a field of the upgrade twice";
            }
            fields->there[i] = true;
            fields->value[i] = value;
        }
    }
    return NULL;
}

static enum upgrade_verdict
judge(const struct fields *fields, const struct upgrade_key *key, struct upgrade_answer *out)
{
    struct str protocol = fields->value[FIELD_PROTOCOL];
    if (!same(fields->value[FIELD_UPGRADE], "websocket") || !fields->connection) {
        return bad(out, "an answer that upgrades to no websocket");
    }
    if (!str_is(fields->value[FIELD_ACCEPT], key->answer)) {
        return bad(out, "an answer to another request (Sec-WebSocket-Accept)");
    }
    if (str_is(protocol, MESSAGE_SUBPROTOCOL_PACK)) {
        out->format = MESSAGE_PACK;
    } else if (str_is(protocol, MESSAGE_SUBPROTOCOL_JSON)) {
        out->format = MESSAGE_JSON;
    } else {
        return bad(out, "an answer that selects no subprotocol that was offered");
    }
    return UPGRADE_DONE;
}

enum upgrade_verdict
upgrade_read(struct str bytes, const struct upgrade_key *key, struct upgrade_answer *out)
{
    struct fields fields = {0};
    struct str line;
    const char *why = NULL;
    size_t at = 0;
    bool old, in_head = false;
    *out = (struct upgrade_answer){0};
    while (next_line(bytes, &at, &line, &why)) {
        if (!in_head) {
            out->status = read_status(line, &old);
            if (out->status == 0 || (old && out->status < 200)) {
                return bad(out, "an answer that is not HTTP/1.1");
            }
            if (out->status >= 200) { /* its head and body are not asked for */
                return UPGRADE_REFUSED;
            }
            in_head = true;
            continue;
        }
        if (line.len == 0 && out->status == 101) {
            out->len = at;
            return judge(&fields, key, out);
        }
        if (line.len == 0) { /* 100, 103: the answer proper is still to come */
            in_head = false;
            fields = (struct fields){0};
            continue;
        }
        why = take_field(line, &fields);
        if (why) {
            break;
        }
    }
    return why ? bad(out, why) : UPGRADE_MORE;
}
