#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wall/base/log.h"

#include "feeds/hub/server_parts.h"

#define BODIES_MAX (64 << 20)  /* of all requests together */
#define DISCARD_MAX (64 << 20) /* a refused body is read up to this, so that the answer arrives */
#define BODY_MS 60000          /* for a whole body */

#define TYPE_JSON "application/json"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define RETRY "retry-after: 2\r\n"

/* ---- answering ---- */

static const char *
status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } known[] = {{200, "OK"},
                 {202, "Accepted"},
                 {400, "Bad Request"},
                 {401, "Unauthorized"},
                 {403, "Forbidden"},
                 {404, "Not Found"},
                 {405, "Method Not Allowed"},
                 {408, "Request Timeout"},
                 {411, "Length Required"},
                 {413, "Content Too Large"},
                 {415, "Unsupported Media Type"},
                 {429, "Too Many Requests"},
                 {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].status == status)
            return known[i].text;
    }
    return "Error";
}

static void
set_answer(struct server_request *request, int status, const char *type, const char *extra,
           const char *text)
{
    request->status = status;
    request->type = type;
    request->extra = extra;
    buf_clear(&request->answer);
    buf_printf(&request->answer, "%s", text);
}

static void
write_head(struct buf *out, int status, const char *type, const char *extra, bool closes,
           size_t length)
{
    buf_printf(out,
               "HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n"
               "cache-control: no-store\r\nconnection: %s\r\n%s\r\n",
               status, status_text(status), type, length, closes ? "close" : "keep-alive", extra);
}

/* Writes the answer; what the socket does not take at once libwebsockets keeps and sends later. */
static int
send_answer(struct server *server, struct server_request *request)
{
    struct buf out = {0};
    static const char room[LWS_PRE];
    buf_add(&out, room, LWS_PRE);
    write_head(&out, request->status, request->type, request->extra ? request->extra : "",
               request->closes, request->answer.len);
    buf_add_str(&out, buf_str(&request->answer));
    size_t len = out.len - LWS_PRE;
    int sent = lws_write(request->wsi, (unsigned char *)out.ptr + LWS_PRE, len, LWS_WRITE_HTTP);
    buf_free(&out);
    buf_free(&request->answer);
    request->answered = true;
    if (request->status >= 400)
        server->counts.refused++;
    return sent < 0 ? -1 : 0;
}

static void
drop_body(struct server *server, struct server_request *request)
{
    server->body_bytes -= request->body.len;
    buf_free(&request->body);
}

/* The connection is used again, or closed where its body was not read to the end. */
static int
finish(struct server *server, struct server_request *request)
{
    bool closes = request->closes;
    drop_body(server, request);
    request->id = 0;
    if (closes)
        return -1;
    return lws_http_transaction_completed(request->wsi) ? -1 : 0;
}

/* ---- requests ---- */

static bool
header(struct lws *wsi, enum lws_token_indexes token, char *out, size_t size)
{
    return lws_hdr_copy(wsi, out, (int)size, token) > 0;
}

/* false: the answer is set. */
static bool
check_type(struct lws *wsi, struct server_request *request)
{
    char type[256] = "";
    header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof type);
    type[strcspn(type, "; \t")] = '\0';
    if (strcasecmp(type, "application/cloudevents+json") == 0) {
        request->kind = INTAKE_ONE;
        return true;
    }
    if (strcasecmp(type, "application/cloudevents-batch+json") == 0) {
        request->kind = INTAKE_BATCH;
        return true;
    }
    set_answer(request, 415, TYPE_JSON, "",
               "{\"errors\":[{\"index\":null,\"error\":\"the content type must be "
               "application/cloudevents+json or application/cloudevents-batch+json\"}]}");
    return false;
}

#define TOO_LARGE                                                                                  \
    "{\"errors\":[{\"index\":null,\"error\":\"at most 8 MiB and 10,000 events in one request\"}]}"

/* How the body comes; false: the answer is set, and it is not read. */
static bool
check_length(struct lws *wsi, struct server_request *request)
{
    char length[32] = "", encoding[64] = "";
    bool has_length = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0;
    header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, length, sizeof length);
    /* Blanks behind a value are no part of it (RFC 9110, 5.5). */
    for (size_t n = strlen(length); n > 0 && (length[n - 1] == ' ' || length[n - 1] == '\t');)
        length[--n] = '\0';
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
        header(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING, encoding, sizeof encoding);
        request->is_chunked = request->closes = true;
        if (has_length || strcasecmp(encoding, "chunked") != 0) {
            set_answer(request, 400, TYPE_TEXT, "",
                       "a body is chunked or has a length, not both\n");
            return false;
        }
        return true;
    }
    int64_t bytes = 0;
    if (!has_length) {
        set_answer(request, 411, TYPE_TEXT, "", "content-length is missing\n");
    } else if (!str_to_i64(str_from(length), &bytes) || bytes < 0) {
        set_answer(request, 400, TYPE_TEXT, "", "content-length is no number\n");
    } else if (bytes > SERVER_BODY_MAX) {
        set_answer(request, 413, TYPE_JSON, "", TOO_LARGE);
        if (bytes <= DISCARD_MAX) {
            request->discards = true;
            return true;
        }
    } else {
        return true;
    }
    request->closes = true;
    return false;
}

static void
unauthorised(struct server *server, struct server_request *request)
{
    server->counts.unauthorised++;
    set_answer(request, 401, TYPE_TEXT, "www-authenticate: Bearer\r\n",
               "a valid token is needed: Authorization: Bearer TOKEN\n");
}

/* Begins a POST. Headers decide first; a refused body is read and dropped, so that the sender
 * gets to read the answer. */
static bool
begin_post(struct server *server, struct lws *wsi, struct server_request *request, const char *path)
{
    const struct tokens_entry *token = server_token(server, wsi);
    char expect[32] = "";
    if (!check_length(wsi, request))
        return false;
    if (strcmp(path, "/healthz") == 0 || strcmp(path, "/metrics") == 0) {
        set_answer(request, 405, TYPE_TEXT, "allow: GET\r\n", "this is read with GET\n");
    } else if (strcmp(path, "/events") != 0) {
        set_answer(request, 404, TYPE_TEXT, "", "no such path\n");
    } else if (!token) {
        unauthorised(server, request);
    } else if (!(token->rights & TOKENS_WRITE)) {
        set_answer(request, 403, TYPE_TEXT, "", "this token may not write\n");
    } else if (request->status == 0) {
        check_type(wsi, request);
    }
    request->discards = request->status != 0;
    header(wsi, WSI_TOKEN_HTTP_EXPECT, expect, sizeof expect);
    if (strcasecmp(expect, "100-continue") != 0)
        return true;
    if (request->discards) {
        request->closes = true; /* the body will not come */
        return false;
    }
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    unsigned char out[LWS_PRE + sizeof go_on];
    memcpy(out + LWS_PRE, go_on, sizeof go_on);
    return lws_write(wsi, out + LWS_PRE, sizeof go_on - 1, LWS_WRITE_HTTP_HEADERS) > 0;
}

static void
begin_get(struct server *server, struct lws *wsi, struct server_request *request, const char *path)
{
    if (strcmp(path, "/healthz") == 0) {
        bool fails = intake_is_failing(server->intake);
        set_answer(request, fails ? 503 : 200, TYPE_TEXT, fails ? RETRY : "",
                   fails ? "the event log cannot be written\n" : "ok\n");
    } else if (strcmp(path, "/metrics") == 0) {
        if (!server_token(server, wsi)) {
            unauthorised(server, request);
            return;
        }
        set_answer(request, 200, "text/plain; version=0.0.4; charset=utf-8", "", "");
        server_metrics(server, &request->answer);
    } else if (strcmp(path, "/events") == 0) {
        set_answer(request, 405, TYPE_TEXT, "allow: POST\r\n", "events are sent with POST\n");
    } else if (strcmp(path, SERVER_PATH) == 0) {
        set_answer(request, 400, TYPE_TEXT, "", "this is a websocket\n");
    } else {
        set_answer(request, 404, TYPE_TEXT, "", "no such path\n");
    }
}

static int
begin(struct server *server, struct lws *wsi, struct server_request *request, const char *path)
{
    bool is_get = lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
    bool is_post = lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0;
    server->counts.requests++;
    if (!request->is_listed) {
        request->is_listed = true;
        request->next = server->requests;
        server->requests = request;
    }
    request->wsi = wsi;
    request->id = 0;
    request->status = 0;
    request->extra = "";
    request->is_post = is_post;
    request->is_chunked = request->closes = request->answered = request->discards = false;
    request->has_body = false;
    request->chunked = (struct chunked){0};
    request->began_ms = server_now().mono_ms;
    drop_body(server, request);
    if (is_post) {
        server->counts.posts++;
        if (begin_post(server, wsi, request, path))
            return 0;
        /* Refused already: what libwebsockets still takes for its body is never handed in. */
        request->closes = request->discards = request->has_body = true;
    } else if (is_get) {
        begin_get(server, wsi, request, path);
    } else {
        set_answer(request, 405, TYPE_TEXT, "allow: GET, POST\r\n", "no such method\n");
        request->closes = true;
    }
    lws_callback_on_writable(wsi);
    return 0;
}

/* The answer is set: asks for room to write it. libwebsockets does not write to an HTTP connection
 * whose reading is held. */
static void
answer_is_set(struct server_request *request)
{
    lws_rx_flow_control(request->wsi, 1);
    lws_callback_on_writable(request->wsi);
}

/* The body is there: to the writer thread, or to the answer. */
static void
body_is_there(struct server *server, struct server_request *request)
{
    if (request->has_body)
        return;
    request->has_body = true;
    if (request->discards || request->status != 0) {
        answer_is_set(request);
        return;
    }
    lws_rx_flow_control(request->wsi, 0); /* the next request waits for this one's answer */
    struct intake_job *job = intake_job_create(request->kind, ++server->last_id);
    server->body_bytes -= request->body.len;
    job->body = request->body;
    request->body = (struct buf){0};
    request->id = job->asker;
    if (intake_submit(server->intake, job))
        return;
    intake_job_free(job);
    request->id = 0;
    set_answer(request, 503, TYPE_JSON, RETRY,
               "{\"errors\":[{\"index\":null,\"error\":\"the hub is busy\"}]}");
    answer_is_set(request);
}

static void
give_up(struct server *server, struct server_request *request, int status, const char *text)
{
    drop_body(server, request);
    set_answer(request, status, TYPE_JSON, status == 503 ? RETRY : "", text);
    request->discards = true;
    server->counts.too_large += status == 413;
}

static int
take_body(struct server *server, struct server_request *request, const char *bytes, size_t len)
{
    struct str piece = {bytes, len};
    enum chunked_state state = CHUNKED_MORE;
    if (request->has_body)
        return 0;
    size_t before = request->body.len;
    if (request->is_chunked)
        state = chunked_take(&request->chunked, piece, &request->body);
    else if (!request->discards)
        buf_add_str(&request->body, piece);
    server->body_bytes += request->body.len - before;
    if (request->discards)
        drop_body(server, request);
    else if (request->body.len > SERVER_BODY_MAX)
        give_up(server, request, 413, TOO_LARGE);
    else if (server->body_bytes > BODIES_MAX)
        give_up(server, request, 503,
                "{\"errors\":[{\"index\":null,\"error\":\"the hub is busy\"}]}");
    if (state == CHUNKED_BROKEN)
        give_up(server, request, 400,
                "{\"errors\":[{\"index\":null,\"error\":\"broken chunked encoding\"}]}");
    bool late = server_now().mono_ms - request->began_ms > BODY_MS;
    if (late)
        return -1;
    /* The rest of a chunked body that is too long is not worth reading. */
    if (state == CHUNKED_DONE || state == CHUNKED_BROKEN ||
        (request->is_chunked && request->discards && request->status == 413))
        body_is_there(server, request);
    return 0;
}

void
server_http_done(struct server_request *request, struct intake_job *job)
{
    char text[160];
    switch (job->result) {
    case INTAKE_LOGGED:
        snprintf(text, sizeof text, "{\"accepted\":%zu,\"repeated\":%zu,\"seq\":%lld}",
                 job->accepted, job->repeated, (long long)job->head);
        set_answer(request, 202, TYPE_JSON, "", text);
        break;
    case INTAKE_INVALID:
        set_answer(request, 400, TYPE_JSON, "", "");
        buf_add_str(&request->answer, buf_str(&job->errors));
        break;
    case INTAKE_TOO_MANY:
        set_answer(request, 413, TYPE_JSON, "", TOO_LARGE);
        break;
    default:
        set_answer(
            request, 503, TYPE_JSON, RETRY,
            "{\"errors\":[{\"index\":null,\"error\":\"the event log cannot be written at the "
            "moment; nothing of this was taken\"}]}");
        break;
    }
    request->id = 0;
    answer_is_set(request);
}

/* ---- upgrades ---- */

/* MessagePack where it is offered. libwebsockets takes the first of the client's list whose name it
 * finds, right behind this call; so that the hub chooses, the JSON name is not there to be found
 * while MessagePack is on the list. */
static bool
choose_protocol(struct server *server, struct lws *wsi)
{
    char list[128];
    bool has_json = false, has_pack = false;
    if (lws_hdr_copy(wsi, list, sizeof list, WSI_TOKEN_PROTOCOL) <= 0)
        return false;
    char *save = NULL;
    for (char *name = strtok_r(list, ", \t", &save); name; name = strtok_r(NULL, ", \t", &save)) {
        has_pack = has_pack || strcmp(name, MESSAGE_SUBPROTOCOL_PACK) == 0;
        has_json = has_json || strcmp(name, MESSAGE_SUBPROTOCOL_JSON) == 0;
    }
    snprintf(server->json_name, sizeof server->json_name, "%s",
             has_pack ? "" : MESSAGE_SUBPROTOCOL_JSON);
    return has_json || has_pack;
}

/* 0: go on; -1: answered, hang up. */
static int
confirm_upgrade(struct server *server, struct lws *wsi, const char *what)
{
    char path[128] = "";
    struct server_request request = {.wsi = wsi, .closes = true};
    const struct tokens_entry *token = server_token(server, wsi);
    header(wsi, WSI_TOKEN_GET_URI, path, sizeof path);
    server->counts.requests++;
    if (strcmp(path, SERVER_PATH) != 0)
        set_answer(&request, 404, TYPE_TEXT, "", "the feed is at " SERVER_PATH "\n");
    else if (strcasecmp(what, "websocket") != 0)
        set_answer(&request, 400, TYPE_TEXT, "", "only websocket upgrades are known\n");
    else if (!token)
        unauthorised(server, &request);
    else if (!(token->rights & TOKENS_READ))
        set_answer(&request, 403, TYPE_TEXT, "", "this token may not read the feed\n");
    else if (atomic_load(&server->stops))
        set_answer(&request, 503, TYPE_TEXT, RETRY, "the hub is being stopped\n");
    else if (!choose_protocol(server, wsi))
        set_answer(&request, 400, TYPE_TEXT, "",
                   "offer the subprotocol " MESSAGE_SUBPROTOCOL_JSON " or " MESSAGE_SUBPROTOCOL_PACK
                   "\n");
    else
        return 0;
    send_answer(server, &request);
    return -1;
}

/* ---- the callback ---- */

static void
forget(struct server *server, struct server_request *request)
{
    for (struct server_request **p = &server->requests; *p; p = &(*p)->next) {
        if (*p == request) {
            *p = request->next;
            break;
        }
    }
    drop_body(server, request);
    buf_free(&request->answer);
    request->is_listed = false;
    request->id = 0;
}

int
server_http_callback(struct lws *wsi, int reason, void *user, void *in, size_t len)
{
    struct server *server = lws_context_user(lws_get_context(wsi));
    struct server_request *request = user;
    switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(server, wsi, in);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
        if (request)
            forget(server, request);
        return 0;
    case LWS_CALLBACK_HTTP:
        return begin(server, wsi, request, in);
    case LWS_CALLBACK_HTTP_BODY:
        return take_body(server, request, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        if (!request->is_chunked && request->is_post)
            body_is_there(server, request);
        return 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        if (request->answered || request->status == 0 || request->id)
            return 0;
        if (send_answer(server, request) < 0)
            return -1;
        return finish(server, request);
    default:
        return 0;
    }
}
