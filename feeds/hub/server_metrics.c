#include <inttypes.h>

#include "wall/base/clock.h"

#include "feeds/hub/server_parts.h"

/* Prometheus text format, version 0.0.4. */
static void
metric(struct buf *out, const char *type, const char *name, const char *help, double value)
{
    buf_printf(out,
               "# HELP wallboard_hub_%s %s\n# TYPE wallboard_hub_%s %s\nwallboard_hub_%s %.16g\n",
               name, help, name, type, name, value);
}

static void
counter(struct buf *out, const char *name, const char *help, uint64_t value)
{
    metric(out, "counter", name, help, (double)value);
}

static void
gauge(struct buf *out, const char *name, const char *help, double value)
{
    metric(out, "gauge", name, help, value);
}

/* A label's value: quotes, backslashes and line ends escaped. */
static void
label(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_printf(out, "\\%c", *text);
        else if (*text == '\n')
            buf_printf(out, "\\n");
        else
            buf_add(out, text, 1);
    }
}

static void
walls(struct server *server, struct buf *out)
{
    static const struct {
        const char *name, *help;
    } figures[] = {
        {"wall_cursor", "Last cursor sent to a wall."},
        {"wall_drawn_cursor", "Cursor that the wall says it has drawn; -1 before it says so."},
        {"wall_stale", "1 while the wall says that it draws its figures as stale."},
        {"wall_queue_bytes", "Live events that wait for a wall, in bytes."}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        buf_printf(out, "# HELP wallboard_hub_%s %s\n# TYPE wallboard_hub_%s gauge\n",
                   figures[i].name, figures[i].help, figures[i].name);
        for (const struct server_wall *w = server->walls; w; w = w->next) {
            struct session_status s = session_status(w->session);
            const double values[] = {(double)s.cursor, (double)s.drawn, s.stale ? 1 : 0,
                                     (double)s.queued_bytes};
            buf_printf(out, "wallboard_hub_%s{wall=\"", figures[i].name);
            label(out, s.wall);
            buf_printf(out, "\",node=\"");
            label(out, s.node);
            buf_printf(out, "\",connection=\"%" PRIu64 "\"} %.16g\n", w->id, values[i]);
        }
    }
}

static void
goodbyes(const struct session_counts *counts, struct buf *out)
{
    buf_printf(out, "# HELP wallboard_hub_goodbyes_total Goodbyes said, by reason.\n"
                    "# TYPE wallboard_hub_goodbyes_total counter\n");
    for (int i = 0; i < MESSAGE_BYE_OTHER; i++)
        buf_printf(out, "wallboard_hub_goodbyes_total{reason=\"%s\"} %" PRIu64 "\n",
                   message_bye_name((enum message_bye)i), counts->goodbyes[i]);
}

void
server_metrics(struct server *server, struct buf *out)
{
    const struct session_counts *s = &server->feed.counts;
    const struct server_counts *c = &server->counts;
    const struct state_scope all = {.everywhere = true};
    uint64_t tickets = 0, digest = 0;
    state_digest(server->feed.state, &all, INT64_MIN, &tickets, &digest);
    struct tickets_memory memory = tickets_memory(state_tickets(server->feed.state));
    gauge(out, "uptime_seconds", "Seconds since the hub began to listen.",
          (double)(clock_wall_ms() - server->started_ms) / 1000);
    gauge(out, "log_seq", "Cursor of the newest event of the log.",
          (double)state_head(server->feed.state));
    gauge(out, "log_failing", "1 while the event log cannot be written.",
          intake_is_failing(server->intake) ? 1 : 0);
    gauge(out, "tickets", "Registered tickets that are not removed.", (double)tickets);
    gauge(out, "tickets_bytes", "Memory held by the tickets.", (double)memory.total);
    gauge(out, "walls", "Walls connected now.", (double)server->walls_count);
    counter(out, "walls_opened_total", "Websockets opened.", c->walls_opened);
    counter(out, "requests_total", "HTTP requests, upgrades included.", c->requests);
    counter(out, "posts_total", "POST /events requests.", c->posts);
    counter(out, "refused_total", "HTTP answers of 400 and more.", c->refused);
    counter(out, "unauthorised_total", "Requests without a valid token.", c->unauthorised);
    counter(out, "events_accepted_total", "Events logged.", c->events_accepted);
    counter(out, "events_repeated_total", "Events that were logged before.", c->events_repeated);
    counter(out, "batches_invalid_total", "Batches refused for what is in them.",
            c->batches_invalid);
    counter(out, "batches_failed_total", "Batches refused because the log could not be written.",
            c->batches_failed);
    counter(out, "messages_sent_total", "Messages to walls.", s->messages_out);
    counter(out, "events_sent_total", "Events in messages to walls.", s->events_out);
    counter(out, "snapshots_total", "Snapshots begun.", s->snapshots);
    counter(out, "resumes_total", "Connections that resumed at a cursor.", s->resumes);
    counter(out, "messages_received_total", "Messages from walls.", s->messages_in);
    counter(out, "unknown_kinds_total", "Messages of unknown kind, ignored.", s->unknown_kinds);
    counter(out, "unknown_fields_total", "Fields of walls' messages that version 1 lacks.",
            s->unknown_fields);
    counter(out, "protocol_errors_total", "Connections ended for breaking the protocol.",
            s->protocol_errors);
    counter(out, "oversized_messages_total", "Messages over 1 MiB.", c->oversized_messages);
    counter(out, "dead_walls_total", "Walls cut because they answered no ping.", c->dead_walls);
    counter(out, "publishes_total", "Publish messages.", s->publishes);
    counter(out, "publishes_refused_total", "Publish messages refused.", s->refusals);
    goodbyes(s, out);
    walls(server, out);
}
