#include <stdio.h>

#include "feeds/event.h"
#include "feeds/event_codec.h"
#include "feeds/writer.h"
#include "wall/base/when.h"

static void
pair_str(struct writer *writer, const char *key, struct str text)
{
    writer_key(writer, str_from(key));
    writer_str(writer, text);
}

static void
write_place(const struct event_data *data, struct writer *writer)
{
    writer_key(writer, STR("lon"));
    writer_real(writer, data->lon);
    writer_key(writer, STR("lat"));
    writer_real(writer, data->lat);
    if (data->crs != GEO_WGS84) {
        pair_str(writer, "crs", str_from(geo_crs_name(data->crs)));
    }
}

static void
write_units(const struct event_data *data, struct writer *writer)
{
    writer_list(writer, (size_t)data->units_count);
    for (int i = 0; i < data->units_count; i++) {
        writer_str(writer, data->units[i]);
    }
    writer_end(writer);
}

/* One field's value; the table of the protocol's fields. */
static void
write_value(enum event_type type, const struct event_data *data, enum event_key key,
            struct writer *writer)
{
    const struct str *texts[EVENT_K_NONE] = {
        [EVENT_K_CHANNEL] = &data->channel,   [EVENT_K_CATEGORY] = &data->category,
        [EVENT_K_STREET] = &data->street,     [EVENT_K_COMMUNITY] = &data->community,
        [EVENT_K_SUMMARY] = &data->summary,   [EVENT_K_UNIT] = &data->unit,
        [EVENT_K_PROPERTY] = &data->property, [EVENT_K_REASON] = &data->reason,
        [EVENT_K_TEXT] = &data->text,         [EVENT_K_OUTCOME] = &data->outcome,
    };
    if (texts[key]) {
        writer_str(writer, *texts[key]);
        return;
    }
    switch (key) {
    case EVENT_K_KIND:
        writer_str(writer, str_from(event_kind_names[data->kind]));
        break;
    case EVENT_K_URGENCY:
        writer_str(writer, str_from(event_urgency_names[data->urgency]));
        break;
    case EVENT_K_MODE:
        writer_str(writer, str_from(event_mode_names[data->mode]));
        break;
    case EVENT_K_ROUTE:
        writer_str(writer, str_from(event_route_names[data->route]));
        break;
    case EVENT_K_SATISFIED:
        writer_str(writer, str_from(event_satisfied_names[data->satisfied]));
        break;
    case EVENT_K_STAGE:
        writer_str(writer, str_from(event_stage_name(data->stage)));
        break;
    case EVENT_K_BY:
        writer_str(writer, type == EVENT_SURVEYED ? str_from(event_surveyor_names[data->surveyor])
                                                  : data->by);
        break;
    case EVENT_K_CONFIDENTIAL:
        writer_bool(writer, data->confidential);
        break;
    case EVENT_K_REACHED:
        writer_bool(writer, data->reached);
        break;
    case EVENT_K_RESPONDED:
        writer_bool(writer, data->responded);
        break;
    case EVENT_K_SOLVED:
        writer_bool(writer, data->solved);
        break;
    case EVENT_K_DUE:
        writer_int(writer, data->due_ms);
        break;
    case EVENT_K_UNTIL:
        writer_int(writer, data->until_ms);
        break;
    default:
        write_units(data, writer);
        break;
    }
}

void
event_data_write(enum event_type type, const struct event_data *data, struct writer *writer)
{
    uint32_t has = data->has & event_rules[type].allowed;
    uint32_t cleared = data->cleared & event_rules[type].allowed & ~has;
    writer_map(writer);
    for (int i = 0; (has | cleared) && i < EVENT_K_NONE; i++) {
        enum event_key key = (enum event_key)i;
        uint32_t bit = event_key_bit(key);
        if (!((has | cleared) & bit) || key == EVENT_K_LAT || key == EVENT_K_CRS) {
            continue;
        }
        if (cleared & bit) {
            writer_key(writer, str_from(event_key_name(key)));
            writer_null(writer);
            if (key == EVENT_K_LON) {
                writer_key(writer, STR("lat"));
                writer_null(writer);
            }
        } else if (key == EVENT_K_LON) {
            write_place(data, writer);
        } else {
            writer_key(writer, str_from(event_key_name(key)));
            write_value(type, data, key, writer);
        }
    }
    if (data->extra.len) {
        writer_json_pairs(writer, data->extra);
    }
    writer_end(writer);
}

/* The time in the zone set; where that would show a year outside the protocol's (an event of the
 * first or last day, sent from another zone), at the offset that shows it inside. */
static void
format_time(int64_t ms, char out[32])
{
    const int64_t offset = WHEN_DAY - WHEN_MINUTE;            /* 23:59 */
    const int64_t last_day = INT64_C(7258032000000);          /* 2199-12-31 */
    int64_t same, local = ms < 0 ? ms + offset : ms - offset; /* within a day of the bound */
    when_format(ms, out);
    if (when_parse(str_from(out), &same)) {
        return;
    }
    const char *date = ms < 0 ? "1970-01-01" : local < last_day ? "2199-12-30" : "2199-12-31";
    int64_t rest = (local % WHEN_DAY + WHEN_DAY) % WHEN_DAY;
    snprintf(out, 32, "%sT%02d:%02d:%02d.%03d%c23:59", date, (int)(rest / WHEN_HOUR),
             (int)(rest / WHEN_MINUTE % 60), (int)(rest / WHEN_SECOND % 60),
             (int)(rest % WHEN_SECOND), ms < 0 ? '+' : '-');
}

void
event_write(const struct event *event, struct writer *writer)
{
    char time[32];
    format_time(event->time_ms, time);
    writer_map(writer);
    pair_str(writer, "specversion", STR("1.0"));
    pair_str(writer, "id", event->id);
    pair_str(writer, "source", event->source);
    pair_str(writer, "type",
             event->type == EVENT_UNKNOWN ? event->type_name
                                          : str_from(event_rules[event->type].full_name));
    pair_str(writer, "subject", event->subject);
    pair_str(writer, "time", str_from(time));
    pair_str(writer, "datacontenttype", STR("application/json"));
    if (event->type != EVENT_UNKNOWN) {
        writer_key(writer, STR("data"));
        event_data_write(event->type, &event->data, writer);
    } else if (event->data.extra.len) {
        writer_key(writer, STR("data"));
        writer_json(writer, event->data.extra);
    }
    writer_end(writer);
}

void
event_to_json(const struct event *event, struct buf *out)
{
    struct writer writer = writer_to(out, false);
    event_write(event, &writer);
}
