#include "wall/dump.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wall/base/intern.h"

/* Text in quotes; anything but well-formed UTF-8 cannot come here, but must not break the file. */
static void
add_text(struct buf *out, struct str text)
{
    bool valid = utf8_valid(text);
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c < 0x20 || (c >= 0x80 && !valid)) {
            buf_printf(out, "\\u%04x", c < 0x20 ? c : 0xfffdu);
        } else {
            buf_add(out, &text.ptr[i], 1);
        }
    }
    buf_add(out, "\"", 1);
}

static void
add_key(struct buf *out, const char *key)
{
    add_text(out, str_from(key));
    buf_add(out, ":", 1);
}

static void
add_text_pair(struct buf *out, const char *key, const char *value)
{
    add_key(out, key);
    add_text(out, str_from(value));
    buf_add(out, ",", 1);
}

static void
add_faults(struct buf *out, const struct message_faults *faults)
{
    const struct {
        const char *name;
        int64_t count;
    } list[] = {
        {"unknown_kinds", faults->unknown_kinds},   {"unknown_types", faults->unknown_types},
        {"unknown_fields", faults->unknown_fields}, {"invalid_events", faults->invalid_events},
        {"bad_messages", faults->bad_messages},     {"gaps", faults->gaps},
        {"divergences", faults->divergences},       {"resyncs", faults->resyncs},
        {"reconnects", faults->reconnects},
    };
    add_key(out, "faults");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        buf_printf(out, "%s\"%s\":%lld", i ? "," : "{", list[i].name, (long long)list[i].count);
    }
    buf_printf(out, "},");
}

static bool
note_confidential(void *user, const struct event_ticket *row)
{
    if (row->fields.confidential) {
        intern_add(user, row->ticket);
    }
    return true;
}

/* A few more are asked for, so that leaving the confidential ones out still fills the list. */
static void
add_tickets(struct buf *out, struct tickets *tickets, const struct snapshot_key *key,
            const struct intern *confidential)
{
    struct str found[DUMP_TICKETS * 4];
    size_t count = tickets_behind(tickets, key, found, DUMP_TICKETS * 4), shown = 0;
    add_key(out, "tickets");
    buf_add(out, "[", 1);
    for (size_t i = 0; i < count && shown < DUMP_TICKETS; i++) {
        if (intern_find(confidential, found[i]) != INTERN_NONE) {
            continue;
        }
        if (shown++) {
            buf_add(out, ",", 1);
        }
        add_text(out, found[i]);
    }
    buf_add(out, "]", 1);
}

static void
add_figure(struct buf *out, struct tickets *tickets, const struct snapshot *snapshot,
           const struct renderer_figure *figure, const struct intern *confidential)
{
    buf_printf(out, "{");
    add_text_pair(out, "name", figure->name);
    add_text_pair(out, "value", figure->value);
    add_key(out, "number");
    if (isfinite(figure->number)) {
        buf_printf(out, "%.17g,", figure->number);
    } else {
        buf_printf(out, "null,");
    }
    buf_printf(out, "\"n\":%u,", figure->n);
    add_text_pair(out, "formula", figure->formula);
    if (figure->has_key) {
        add_text_pair(out, "window", snapshot_window_name(figure->key.window));
    }
    buf_printf(out, "\"as_of_ms\":%lld,", (long long)snapshot->at_ms);
    if (figure->has_key) {
        add_tickets(out, tickets, &figure->key, confidential);
    } else {
        buf_printf(out, "\"tickets\":[]");
    }
    buf_printf(out, "}");
}

static void
add_panel(struct buf *out, struct tickets *tickets, const struct snapshot *snapshot,
          const struct scene *scene, int index, const struct renderer *renderer,
          const struct intern *confidential)
{
    const struct panel *panel = &scene->panels[index];
    size_t count = 0, shown = 0;
    const struct renderer_figure *figures = renderer_figures(renderer, &count);
    buf_printf(out, "%s{", index ? "," : "");
    add_text_pair(out, "id", panel->id);
    add_text_pair(out, "kind", scene_kinds[panel->kind]);
    add_text_pair(out, "title", panel->title);
    add_text_pair(out, "window", snapshot_window_name((enum snapshot_window)panel->window));
    add_key(out, "figures");
    buf_add(out, "[", 1);
    for (size_t i = 0; i < count; i++) {
        if (figures[i].panel == index) {
            if (shown++) {
                buf_add(out, ",", 1);
            }
            add_figure(out, tickets, snapshot, &figures[i], confidential);
        }
    }
    buf_printf(out, "]}");
}

void
dump_write(struct tickets *tickets, const struct snapshot *snapshot, const struct scene *scene,
           const struct renderer *renderer, const struct feed_state *feed, struct buf *out)
{
    struct intern confidential = {0};
    tickets_visit(tickets, STR(""), 0, note_confidential, &confidential);
    buf_printf(out, "{");
    add_text_pair(out, "scene", scene->name);
    buf_printf(out, "\"at\":%lld,", (long long)snapshot->at_ms);
    add_text_pair(out, "log", feed->log);
    buf_printf(out, "\"seq\":%llu,\"tickets\":%llu,\"digest\":\"%016llx\",\"stale\":%s,",
               (unsigned long long)feed->seq, (unsigned long long)snapshot->tickets,
               (unsigned long long)snapshot->digest, feed->stale ? "true" : "false");
    add_faults(out, &feed->faults);
    add_key(out, "panels");
    buf_add(out, "[", 1);
    for (int i = 0; i < scene->panels_count; i++) {
        add_panel(out, tickets, snapshot, scene, i, renderer, &confidential);
    }
    buf_printf(out, "],");
    /* Last: it may compute the state as at another moment, which ends the snapshot's life. */
    add_key(out, "figures");
    figures_to_json(tickets, snapshot, out);
    buf_printf(out, "}\n");
    intern_free(&confidential);
}
