/* figures_json: the snapshot as the JSON object of `wallboard-hub figures`. */
#include <math.h>

#include "feeds/tickets/figures.h"
#include "feeds/tickets/inside.h"

static void
put_string(struct buf *out, struct str s)
{
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_printf(out, "\\%c", c);
        } else if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_add(out, &s.ptr[i], 1);
        }
    }
    buf_add(out, "\"", 1);
}

/* A decimal point whatever the locale says. */
static void
put_number(struct buf *out, const char *name, double value)
{
    buf_printf(out, ",\"%s\":", name);
    if (!isfinite(value)) {
        buf_printf(out, "null");
        return;
    }
    size_t from = out->len;
    buf_printf(out, "%.15g", value);
    for (size_t i = from; i < out->len; i++) {
        if (out->ptr[i] == ',') {
            out->ptr[i] = '.';
        }
    }
}

static bool
is_empty(const struct snapshot_counts *c)
{
    return !c->received && !c->resolved && !c->by[0].effective && !c->by[1].effective;
}

static void
put_rate(struct buf *out, const struct snapshot_row *row, enum snapshot_group group,
         enum snapshot_window window, enum snapshot_by by, const struct snapshot *snapshot)
{
    const struct snapshot_counts *c = &row->counts[window];
    const struct snapshot_survey *s = &c->by[by];
    double n = s->effective ? (double)s->effective : (double)NAN;
    double response = s->responded / n, resolution = s->solved / n;
    double satisfaction = (s->satisfied + snapshot->basic_weight * s->basic) / n;
    buf_printf(out, "{\"window\":\"%s\",\"by\":\"%s\",\"group\":\"%s\",\"code\":",
               snapshot_window_name(window), snapshot_by_name(by), snapshot_group_name(group));
    put_string(out, row->code);
    buf_printf(out,
               ",\"received\":%u,\"resolved\":%u,\"resolved_late\":%u,\"effective\":%u,"
               "\"responded\":%u,\"solved\":%u,\"satisfied\":%u,\"basic\":%u",
               c->received, c->resolved, c->resolved_late, s->effective, s->responded, s->solved,
               s->satisfied, s->basic);
    put_number(out, "response", response);
    put_number(out, "resolution", resolution);
    put_number(out, "satisfaction", satisfaction);
    put_number(out, "composite",
               100 * (snapshot->weight_response * response +
                      snapshot->weight_resolution * resolution +
                      snapshot->weight_satisfaction * satisfaction));
    if (row->rank[window][by]) {
        buf_printf(out, ",\"rank\":%u}", row->rank[window][by]);
    } else {
        buf_printf(out, ",\"rank\":null}");
    }
}

static void
put_rates(struct buf *out, const struct snapshot *snapshot, enum snapshot_group last)
{
    const char *comma = "";
    buf_printf(out, "[");
    for (int w = 0; w < SNAPSHOT_WINDOW_EXPORTED; w++) {
        for (int g = 0; g <= (int)last; g++) {
            for (size_t i = 0; i < snapshot->groups[g].count; i++) {
                const struct snapshot_row *row = &snapshot->groups[g].rows[i];
                for (int by = 0; by < SNAPSHOT_BY_COUNT && !is_empty(&row->counts[w]); by++) {
                    buf_printf(out, "%s\n", comma);
                    put_rate(out, row, (enum snapshot_group)g, (enum snapshot_window)w,
                             (enum snapshot_by)by, snapshot);
                    comma = ",";
                }
            }
        }
    }
    buf_printf(out, "]");
}

static void
put_open(struct buf *out, const struct snapshot *snapshot)
{
    const char *comma = "";
    buf_printf(out, "[");
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        for (size_t i = 0; i < snapshot->groups[g].count; i++) {
            const struct snapshot_row *row = &snapshot->groups[g].rows[i];
            if (!row->open) {
                continue;
            }
            buf_printf(out, "%s\n{\"group\":\"%s\",\"code\":", comma,
                       snapshot_group_name((enum snapshot_group)g));
            put_string(out, row->code);
            buf_printf(out, ",\"open\":%u,\"due_soon\":%u,\"overdue\":%u", row->open, row->due_soon,
                       row->overdue);
            for (int s = 0; s < SNAPSHOT_STAGE_COUNT; s++) {
                buf_printf(out, ",\"overdue_%s\":%u", snapshot_stage_name((enum snapshot_stage)s),
                           row->overdue_stage[s]);
            }
            buf_printf(out, "}");
            comma = ",";
        }
    }
    buf_printf(out, "]");
}

static void
put_alarms(struct buf *out, const struct snapshot *snapshot)
{
    buf_printf(out, "[");
    for (size_t i = 0; i < snapshot->alarms_count; i++) {
        const struct snapshot_alarm *a = &snapshot->alarms[i];
        buf_printf(out, "%s\n{\"ticket\":", i ? "," : "");
        put_string(out, a->ticket);
        buf_printf(out, ",\"stage\":\"%s\",\"state\":\"%s\",\"due_ms\":%lld,\"since_ms\":%lld}",
                   snapshot_stage_name(a->stage), a->overdue ? "overdue" : "due_soon",
                   (long long)a->due_ms, (long long)a->since_ms);
    }
    buf_printf(out, "]");
}

/* The protocol's digest over the events up to the moment: as kept where all events have happened,
 * else summed anew. */
static uint64_t
digest_at(const struct store *store, int64_t at_ms)
{
    if (store->newest_ms <= at_ms) {
        return store->all.digest;
    }
    uint64_t digest = 0;
    for (uint32_t i = 0; i < store->count; i++) {
        const struct ticket *t = &store->tickets[i];
        if (!(t->flags & TICKET_REGISTERED)) {
            continue;
        }
        const struct milestone *m = store->milestones + t->first;
        bool registered = false;
        uint32_t count = 0;
        while (count < t->count && milestone_time(&m[count]) <= at_ms) {
            registered = registered || m[count].type == EVENT_REGISTERED;
            count++;
        }
        if (registered) {
            digest +=
                event_digest_term(store_number(store, i), count, milestone_time(&m[count - 1]));
        }
    }
    return digest;
}

void
figures_to_json(struct tickets *tickets, const struct snapshot *snapshot, struct buf *out)
{
    buf_printf(out, "{\"at\":%lld,\"profile\":", (long long)snapshot->at_ms);
    put_string(out, snapshot->profile);
    buf_printf(out, ",\"windows\":{");
    for (int w = 0; w < SNAPSHOT_WINDOW_EXPORTED; w++) {
        buf_printf(out, "%s\"%s\":{\"from\":%lld,\"to\":%lld}", w ? "," : "",
                   snapshot_window_name((enum snapshot_window)w),
                   (long long)snapshot->windows[w].from_ms, (long long)snapshot->windows[w].to_ms);
    }
    buf_printf(out, "},\n\"rates\":");
    put_rates(out, snapshot, SNAPSHOT_PROPERTY);
    buf_printf(out, ",\n\"open\":");
    put_open(out, snapshot);
    buf_printf(out, ",\n\"alarms\":");
    put_alarms(out, snapshot);
    buf_printf(out, ",\n\"digest\":\"%016llx\"}\n",
               (unsigned long long)digest_at(&tickets->state->store, snapshot->at_ms));
}

void
figures_board_json(const struct snapshot *snapshot, struct buf *out)
{
    put_rates(out, snapshot, SNAPSHOT_STREET);
}
