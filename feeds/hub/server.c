#include "feeds/hub/server.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/clock.h"
#include "wall/base/log.h"

#include "feeds/hub/server_parts.h"

#define TICK_US 250000
#define BYE_MS 3000 /* for all walls to read their goodbye */

struct server_loop {
    struct lws_protocols protocols[4];
    struct lws_extension extensions[2];
    struct lws_sorted_usec_list tick, wake;
    struct server *server;
};

struct session_now
server_now(void)
{
    return (struct session_now){.mono_ms = clock_mono_ns() / 1000000, .wall_ms = clock_wall_ms()};
}

bool
server_submit(void *user, struct intake_job *job)
{
    struct server *server = user;
    return intake_submit(server->intake, job);
}

const struct tokens_entry *
server_token(struct server *server, struct lws *wsi)
{
    char text[640];
    if (!server->tokens)
        return tokens_open_house();
    int len = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_AUTHORIZATION);
    if (len < 7 || strncasecmp(text, "Bearer ", 7) != 0)
        return NULL;
    struct str secret = {text + 7, (size_t)len - 7};
    while (secret.len && secret.ptr[0] == ' ') {
        secret.ptr++;
        secret.len--;
    }
    const struct tokens_entry *token = tokens_find(server->tokens, secret);
    return token && clock_wall_ms() < token->expires_ms ? token : NULL;
}

/* ---- what the writer thread has done ---- */

static void
append_done(struct intake_job *job)
{
    struct server_append_wait *wait = job->waiter;
    pthread_mutex_lock(&wait->mutex);
    wait->ok = job->result == INTAKE_LOGGED;
    wait->done = true;
    pthread_cond_signal(&wait->wake);
    pthread_mutex_unlock(&wait->mutex);
}

static void
apply_job(struct server *server, const struct intake_job *job)
{
    struct state_change change;
    for (size_t i = 0; i < job->count; i++) {
        if (!job->seqs[i])
            continue;
        session_feed_before(&server->feed, job->events[i].subject);
        state_apply(server->feed.state, &job->events[i], job->seqs[i], job->events[i].json,
                    &change);
        recent_add(&server->feed.recent, &change);
    }
    server->counts.events_accepted += job->accepted;
    server->counts.events_repeated += job->repeated;
}

static void
answer_job(struct server *server, struct intake_job *job)
{
    for (struct server_request *r = server->requests; r; r = r->next) {
        if (r->id == job->asker) {
            server_http_done(r, job);
            return;
        }
    }
    for (struct server_wall *w = server->walls; w; w = w->next) {
        if (w->id == job->asker) {
            session_published(w->session, job);
            return;
        }
    }
}

static void
take_jobs(struct server *server)
{
    struct intake_job *job = intake_take(server->intake);
    while (job) {
        struct intake_job *next = job->next;
        if (job->result == INTAKE_LOGGED && job->seqs)
            apply_job(server, job);
        server->counts.batches_invalid += job->result == INTAKE_INVALID;
        server->counts.batches_failed += job->result == INTAKE_FAILED;
        if (job->asker)
            answer_job(server, job);
        else
            append_done(job);
        intake_job_free(job);
        job = next;
    }
}

static void
take_directory(struct server *server)
{
    struct names *fresh = atomic_exchange(&server->new_directory, NULL);
    if (!fresh)
        return;
    names_free(server->directory);
    server->directory = fresh;
    server->feed.directory = fresh->message;
    for (struct server_wall *w = server->walls; w; w = w->next)
        session_directory(w->session);
}

static void
take_tokens(struct server *server)
{
    struct tokens *fresh = atomic_exchange(&server->new_tokens, NULL);
    if (!fresh)
        return;
    for (struct server_wall *w = server->walls; w; w = w->next)
        session_retoken(w->session, fresh);
    tokens_free(server->tokens);
    server->tokens = fresh;
}

/* ---- the loop ---- */

static void
woken(struct server *server)
{
    take_jobs(server);
    take_directory(server);
    take_tokens(server);
    if (atomic_load(&server->stops) && !server->says_goodbye) {
        server->says_goodbye = true;
        for (struct server_wall *w = server->walls; w; w = w->next)
            session_goodbye(w->session, MESSAGE_SHUTDOWN, 2000, "the hub is being stopped");
    }
    server_feed_poke(server);
}

static void
tick(struct lws_sorted_usec_list *list)
{
    struct server_loop *loop = lws_container_of(list, struct server_loop, tick);
    server_feed_tick(loop->server);
    lws_sul_schedule(loop->server->context, 0, &loop->tick, tick, TICK_US);
}

static void
wake(struct lws_sorted_usec_list *list)
{
    struct server *server = lws_container_of(list, struct server_loop, wake)->server;
    session_feed_build(&server->feed);
    server_feed_poke(server);
}

void
server_wake_in(struct server *server, int64_t ms)
{
    lws_sul_schedule(server->context, 0, &server->loop->wake, wake, ms * LWS_US_PER_MS);
}

static void
ready(void *user)
{
    struct server *server = user;
    lws_cancel_service(server->context);
}

static int
http_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
        woken(lws_context_user(lws_get_context(wsi)));
        return 0;
    }
    return server_http_callback(wsi, (int)reason, user, in, len);
}

static int
feed_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    return server_feed_callback(wsi, (int)reason, user, in, len);
}

void
server_run(struct server *server)
{
    lws_sul_schedule(server->context, 0, &server->loop->tick, tick, TICK_US);
    while (!atomic_load(&server->stops) && lws_service(server->context, 0) >= 0)
        ;
    intake_finish(server->intake); /* what was handed in is logged, applied and answered */
    woken(server);
    int64_t until = server_now().mono_ms + BYE_MS;
    while (server->walls && server_now().mono_ms < until && lws_service(server->context, 0) >= 0)
        ;
    lws_sul_cancel(&server->loop->tick);
    lws_sul_cancel(&server->loop->wake);
}

void
server_stop(struct server *server)
{
    atomic_store(&server->stops, true);
    lws_cancel_service(server->context);
}

/* ---- making and unmaking ---- */

static void
emit_log(int level, const char *line)
{
    static struct log_limit limit;
    if (level & LLL_ERR)
        log_limited(&limit, 5000, LOG_LEVEL_WARNING, "hub", "network: %.*s",
                    (int)strcspn(line, "\n"), line);
}

static void
describe_protocols(struct server *server)
{
    server->loop->protocols[0] =
        (struct lws_protocols){.name = "http",
                               .callback = http_callback,
                               .per_session_data_size = sizeof(struct server_request),
                               .tx_packet_size = 1 << 20};
    snprintf(server->json_name, sizeof server->json_name, "%s", MESSAGE_SUBPROTOCOL_JSON);
    const char *const names[] = {server->json_name, MESSAGE_SUBPROTOCOL_PACK};
    for (int i = 0; i < 2; i++)
        server->loop->protocols[i + 1] =
            (struct lws_protocols){.name = names[i],
                                   .callback = feed_callback,
                                   .per_session_data_size = sizeof(struct server_wall),
                                   .rx_buffer_size = 65536,
                                   .id = i == 0 ? MESSAGE_JSON : MESSAGE_PACK,
                                   .tx_packet_size = 1 << 20};
    server->loop->extensions[0] =
        (struct lws_extension){"permessage-deflate", lws_extension_callback_pm_deflate,
                               "permessage-deflate; client_max_window_bits"};
}

static bool
listen_on(struct server *server, const struct server_config *config, struct err *err)
{
    struct lws_context_creation_info info = {0};
    bool any = strcmp(config->host, "0.0.0.0") == 0 || strcmp(config->host, "::") == 0;
    info.port = config->port ? config->port : 0;
    info.iface = any ? NULL : config->host;
    info.protocols = server->loop->protocols;
    info.extensions = server->loop->extensions;
    info.user = server;
    info.gid = -1;
    info.uid = -1;
    info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND;
    if (!strchr(config->host, ':'))
        info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    info.pt_serv_buf_size = 65536;
    info.max_http_header_data = 8192;
    info.max_http_header_pool = 256;
    info.fd_limit_per_thread = 1024;
    info.timeout_secs = 30;
    info.keepalive_timeout = 60;
    info.alpn = "http/1.1";
    if (config->tls_cert) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = config->tls_cert;
        info.ssl_private_key_filepath = config->tls_key;
    }
    server->context = lws_create_context(&info);
    if (!server->context)
        return err_set(err,
                       "cannot listen on %s port %d: is the address this machine's, the port "
                       "free%s?",
                       config->host, config->port,
                       config->tls_cert ? ", and are certificate and key readable" : "");
    struct lws_vhost *vhost = lws_get_vhost_by_name(server->context, "default");
    server->port = vhost ? lws_get_vhost_listen_port(vhost) : 0;
    return server->port > 0 ||
           err_set(err, "cannot listen on %s port %d", config->host, config->port);
}

struct server *
server_create(const struct server_config *config, struct err *err)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->loop = calloc(1, sizeof *server->loop);
    if (!server->loop)
        abort();
    server->loop->server = server;
    lws_set_log_level(LLL_ERR, emit_log);
    server->tokens = config->tokens;
    server->directory = config->directory;
    if (config->directory)
        server->feed.directory = config->directory->message;
    server->feed.state = config->state;
    server->feed.folder = config->folder;
    server->feed.submit = server_submit;
    server->feed.user = server;
    server->started_ms = clock_wall_ms();
    describe_protocols(server);
    if (!listen_on(server, config, err)) {
        log_close(config->log);
        server_destroy(server);
        return NULL;
    }
    server->intake = intake_start(config->log, ready, server);
    return server;
}

int
server_port(const struct server *server)
{
    return server->port;
}

void
server_destroy(struct server *server)
{
    if (!server)
        return;
    intake_stop(server->intake);
    if (server->context)
        lws_context_destroy(server->context);
    session_feed_free(&server->feed);
    names_free(server->directory);
    names_free(atomic_load(&server->new_directory));
    tokens_free(server->tokens);
    tokens_free(atomic_load(&server->new_tokens));
    buf_free(&server->out);
    free(server->loop);
    free(server);
}

bool
server_append(struct server *server, const struct event *events, size_t count, struct err *err)
{
    struct server_append_wait wait = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                      .wake = PTHREAD_COND_INITIALIZER};
    struct intake_job *job = intake_job_create(INTAKE_EVENTS, 0);
    struct buf json = {0};
    job->events = arena_zalloc(&job->arena, count + 1, sizeof *job->events);
    job->count = count;
    for (size_t i = 0; i < count; i++) {
        job->events[i] = events[i];
        if (!events[i].json.len) {
            buf_clear(&json);
            event_to_json(&events[i], &json);
            job->events[i].json = arena_str(&job->arena, buf_str(&json));
        }
    }
    buf_free(&json);
    job->waiter = &wait;
    if (!intake_submit(server->intake, job)) {
        intake_job_free(job);
        return err_set(err, "the hub is busy or stopping");
    }
    pthread_mutex_lock(&wait.mutex);
    while (!wait.done)
        pthread_cond_wait(&wait.wake, &wait.mutex);
    pthread_mutex_unlock(&wait.mutex);
    return wait.ok || err_set(err, "the event log cannot be written");
}

void
server_set_tokens(struct server *server, struct tokens *tokens)
{
    tokens_free(atomic_exchange(&server->new_tokens, tokens));
    lws_cancel_service(server->context);
}

void
server_set_directory(struct server *server, struct names *directory)
{
    names_free(atomic_exchange(&server->new_directory, directory));
    lws_cancel_service(server->context);
}
