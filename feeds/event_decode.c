#include <stdlib.h>
#include <string.h>

#include "feeds/event.h"
#include "feeds/event_codec.h"
#include "feeds/writer.h"
#include "wall/base/when.h"

#define CODE_BYTES 64
#define ID_BYTES 128
#define TEXT_CHARACTERS 200
#define SUMMARY_CHARACTERS 120
#define UNITS 32

struct str
event_keep(const struct event_store *store, struct str text)
{
    return store->copy ? arena_str(store->arena, text) : text;
}

/* ---- the kinds of field ---- */

static bool
put_code(const struct event_store *store, const char *name, const struct value *value,
         size_t max_bytes, struct str *out, struct err *err)
{
    if (value->kind != VALUE_STR || value->text.len < 1 || value->text.len > max_bytes ||
        !event_text_clean(value->text)) {
        return err_set(err, "%s: not a string of 1-%zu bytes without control characters", name,
                       max_bytes);
    }
    *out = event_keep(store, value->text);
    return true;
}

static bool
put_text(const struct event_store *store, const char *name, const struct value *value,
         size_t max_characters, bool free_text, struct str *out, struct err *err)
{
    if (value->kind != VALUE_STR || !event_text_clean(value->text) ||
        (value->text.len > max_characters && utf8_count(value->text) > max_characters)) {
        return err_set(err, "%s: not a string of at most %zu characters without control characters",
                       name, max_characters);
    }
    if (free_text && event_text_is_personal(value->text)) {
        return err_set(err,
                       "%s: holds what looks like a mobile or identity number; leave personal data "
                       "out",
                       name);
    }
    *out = event_keep(store, value->text);
    return true;
}

/* The index of the value among names from `first`; -1 with a message where it is none of them. */
static int
choice_of(const char *name, const struct value *value, const char *const *names, int first,
          int count, struct err *err)
{
    for (int i = first; value->kind == VALUE_STR && value->text.len && i < count; i++) {
        if (names[i][0] == value->text.ptr[0] && str_is(value->text, names[i])) {
            return i;
        }
    }
    char list[128] = "";
    for (int i = first; i < count; i++) {
        strncat(list, i > first ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, names[i], sizeof list - strlen(list) - 1);
    }
    err_set(err, "%s: not one of %s", name, list);
    return -1;
}

static bool
put_bool(const char *name, const struct value *value, bool *out, struct err *err)
{
    if (value->kind != VALUE_BOOL) {
        return err_set(err, "%s: not true or false", name);
    }
    *out = value->truth;
    return true;
}

static bool
put_ms(const char *name, const struct value *value, int64_t *out, struct err *err)
{
    return value_count(value, out) ||
           err_set(err, "%s: not an integer from 0 to 2^53-1, in milliseconds", name);
}

static bool
put_degrees(const char *name, const struct value *value, double limit, double *out, struct err *err)
{
    double number;
    if (!value_number(value, &number) || !(number >= -limit && number <= limit)) {
        return err_set(err, "%s: not a number within -%g and %g", name, limit, limit);
    }
    *out = number;
    return true;
}

static bool
put_units(const struct event_store *store, const struct value *value, struct event_data *out,
          struct err *err)
{
    if (value->kind != VALUE_LIST || value->count < 1 || value->count > UNITS) {
        return err_set(err, "units: not a list of 1-%d codes", UNITS);
    }
    out->units = arena_alloc(store->arena, value->count * sizeof *out->units);
    struct value unit;
    for (struct value_walk walk = value_walk(value); value_next(&walk, NULL, &unit);) {
        if (!put_code(store, "units", &unit, CODE_BYTES, &out->units[out->units_count], err)) {
            return false;
        }
        out->units_count++;
    }
    return true;
}

static bool
put_stage(const struct value *value, struct event_data *out, struct err *err)
{
    const char *names[EVENT_STAGE_COUNT];
    for (int i = 0; i < EVENT_STAGE_COUNT; i++) {
        names[i] = event_stage_name((enum event_stage)i);
    }
    int stage = choice_of("stage", value, names, 0, EVENT_STAGE_COUNT, err);
    out->stage = stage < 0 ? EVENT_ACCEPT : (enum event_stage)stage;
    return stage >= 0;
}

/* The fields that are one of a list. */
static bool
put_choice(enum event_key key, const struct value *value, struct event_data *out, struct err *err)
{
    const char *name = event_key_name(key);
    int i = -1;
    switch (key) {
    case EVENT_K_KIND:
        i = choice_of(name, value, event_kind_names, 1, EVENT_KIND_COUNT, err);
        out->kind = i < 0 ? EVENT_KIND_NONE : (enum event_kind)i;
        break;
    case EVENT_K_URGENCY:
        i = choice_of(name, value, event_urgency_names, 0, EVENT_URGENCY_COUNT, err);
        out->urgency = i < 0 ? EVENT_NORMAL : (enum event_urgency)i;
        break;
    case EVENT_K_MODE:
        i = choice_of(name, value, event_mode_names, 1, EVENT_MODE_COUNT, err);
        out->mode = i < 0 ? EVENT_MODE_NONE : (enum event_mode)i;
        break;
    case EVENT_K_ROUTE:
        i = choice_of(name, value, event_route_names, 1, EVENT_ROUTE_COUNT, err);
        out->route = i < 0 ? EVENT_ROUTE_NONE : (enum event_route)i;
        break;
    case EVENT_K_BY:
        i = choice_of(name, value, event_surveyor_names, 0, EVENT_BY_COUNT, err);
        out->surveyor = i < 0 ? EVENT_BY_CITY : (enum event_surveyor)i;
        break;
    default:
        i = choice_of(name, value, event_satisfied_names, 1, EVENT_SATISFIED_COUNT, err);
        out->satisfied = i < 0 ? EVENT_SATISFIED_NONE : (enum event_satisfied)i;
        break;
    }
    return i >= 0;
}

static bool
put_crs(const struct value *value, enum geo_crs *out, struct err *err)
{
    return (value->kind == VALUE_STR && geo_crs_parse(value->text, out)) ||
           err_set(err, "crs: not one of wgs84, cgcs2000, gcj02, bd09");
}

/* A field that is there and not null; long because it is the table of the protocol's fields. */
static bool
put_value(const struct event_store *store, enum event_type type, enum event_key key,
          const struct value *value, struct event_data *out, struct event_place *place,
          struct err *err)
{
    const char *name = event_key_name(key);
    switch (key) {
    case EVENT_K_CHANNEL:
        return put_code(store, name, value, CODE_BYTES, &out->channel, err);
    case EVENT_K_CATEGORY:
        return put_code(store, name, value, CODE_BYTES, &out->category, err);
    case EVENT_K_STREET:
        return put_code(store, name, value, CODE_BYTES, &out->street, err);
    case EVENT_K_COMMUNITY:
        return put_code(store, name, value, CODE_BYTES, &out->community, err);
    case EVENT_K_UNIT:
        return put_code(store, name, value, CODE_BYTES, &out->unit, err);
    case EVENT_K_PROPERTY:
        return put_code(store, name, value, CODE_BYTES, &out->property, err);
    case EVENT_K_SUMMARY:
        return put_text(store, name, value, SUMMARY_CHARACTERS, true, &out->summary, err);
    case EVENT_K_REASON:
        return put_text(store, name, value, TEXT_CHARACTERS, true, &out->reason, err);
    case EVENT_K_TEXT:
        return put_text(store, name, value, TEXT_CHARACTERS, true, &out->text, err);
    case EVENT_K_OUTCOME:
        return put_text(store, name, value, TEXT_CHARACTERS, true, &out->outcome, err);
    case EVENT_K_LON:
        place->lon = true;
        return put_degrees(name, value, 180.0, &out->lon, err);
    case EVENT_K_LAT:
        place->lat = true;
        return put_degrees(name, value, 90.0, &out->lat, err);
    case EVENT_K_CRS:
        place->crs = true;
        return put_crs(value, &out->crs, err);
    case EVENT_K_CONFIDENTIAL:
        return put_bool(name, value, &out->confidential, err);
    case EVENT_K_REACHED:
        return put_bool(name, value, &out->reached, err);
    case EVENT_K_RESPONDED:
        return put_bool(name, value, &out->responded, err);
    case EVENT_K_SOLVED:
        return put_bool(name, value, &out->solved, err);
    case EVENT_K_DUE:
        return put_ms(name, value, &out->due_ms, err);
    case EVENT_K_UNTIL:
        return put_ms(name, value, &out->until_ms, err);
    case EVENT_K_UNITS:
        return put_units(store, value, out, err);
    case EVENT_K_STAGE:
        return put_stage(value, out, err);
    case EVENT_K_BY:
        if (type != EVENT_SURVEYED) {
            return put_text(store, name, value, TEXT_CHARACTERS, false, &out->by, err);
        }
        return put_choice(key, value, out, err);
    default:
        return put_choice(key, value, out, err);
    }
}

bool
event_put_field(const struct event_store *store, enum event_type type, enum event_key key,
                const struct value *value, struct event_data *out, struct event_place *place,
                struct err *err)
{
    uint32_t bit = event_key_bit(key);
    bool is_null = value->kind == VALUE_NULL;
    if (bit == EVENT_F_PLACE) {
        /* its parts come in any order; event_place_done sets the bits */
        place->null |= is_null && key != EVENT_K_CRS;
        return is_null || put_value(store, type, key, value, out, place, err);
    }
    if (is_null) {
        out->cleared |= bit;
        return true;
    }
    out->has |= bit;
    return put_value(store, type, key, value, out, place, err);
}

bool
event_place_done(const struct event_place *place, struct event_data *out, struct err *err)
{
    if (place->lon != place->lat) {
        return err_set(err, "lon, lat: one without the other");
    }
    if (place->lon) {
        out->has |= EVENT_F_PLACE;
    } else {
        out->crs = GEO_WGS84; /* of no place */
        out->cleared |= place->null ? EVENT_F_PLACE : 0;
    }
    return true;
}

/* ---- data ---- */

/* The fields of the map whose keys the type does not have, as one JSON object text. */
static bool
keep_extra(const struct event_store *store, uint32_t allowed, const struct value *value,
           struct event_data *out, struct err *err)
{
    struct buf text = {0};
    struct writer writer = writer_to(&text, false);
    struct str key;
    struct value child;
    if (value_has_twins(value)) {
        return err_set(err, "data: a key stands twice in one object");
    }
    writer_map(&writer);
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        enum event_key known = event_key_of(key);
        if (known == EVENT_K_NONE || !(event_key_bit(known) & allowed)) {
            writer_key(&writer, key);
            value_write(&child, &writer);
        }
    }
    writer_end(&writer);
    out->extra = arena_str(store->arena, buf_str(&text));
    buf_free(&text);
    return true;
}

static bool
required_there(uint32_t required, const struct event_data *data, struct err *err)
{
    uint32_t missing = required & ~data->has;
    for (int key = 0; missing && key < EVENT_K_NONE; key++) {
        if (event_key_bit((enum event_key)key) & missing) {
            return err_set(err, "%s: missing (or null)", event_key_name((enum event_key)key));
        }
    }
    return true;
}

bool
event_data_from_value(const struct event_store *store, enum event_type type,
                      const struct value *value, bool relaxed, struct event_data *out, int *unknown,
                      struct err *err)
{
    const struct event_rule *rule = &event_rules[type];
    struct event_place place = {0};
    uint32_t seen = 0;
    int extra = 0;
    if (value->kind != VALUE_MAP && value->kind != VALUE_NULL) {
        return err_set(err, "data: not an object");
    }
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        enum event_key known = event_key_of(key);
        if (known == EVENT_K_NONE || !(event_key_bit(known) & rule->allowed)) {
            extra++;
            continue;
        }
        if (seen & (1u << known)) {
            return err_set(err, "%s: stands twice", event_key_name(known));
        }
        seen |= 1u << known;
        if (!event_put_field(store, type, known, &child, out, &place, err)) {
            return false;
        }
    }
    *unknown += extra;
    /* null is "absent" for what may be absent, and wrong for what the ticket must always have */
    uint32_t never_null = type == EVENT_AMENDED ? event_rules[EVENT_REGISTERED].required : 0;
    if (out->cleared & never_null) {
        return err_set(err, "channel, category and street cannot be null");
    }
    return event_place_done(&place, out, err) &&
           (relaxed || required_there(rule->required, out, err)) &&
           (extra == 0 || keep_extra(store, rule->allowed, value, out, err));
}

/* ---- the envelope ---- */

enum envelope_key {
    KEY_SPECVERSION,
    KEY_ID,
    KEY_SOURCE,
    KEY_TYPE,
    KEY_SUBJECT,
    KEY_TIME,
    KEY_CONTENT,
    KEY_DATA,
    KEY_BASE64,
    KEY_COUNT
};
static const char *const envelope_names[KEY_COUNT] = {
    "specversion",     "id",   "source",     "type", "subject", "time",
    "datacontenttype", "data", "data_base64"};

static enum envelope_key
envelope_key_of(struct str key)
{
    enum envelope_key guess = KEY_COUNT;
    switch (key.len) {
    case 2:
        guess = KEY_ID;
        break;
    case 4:
        guess = key.ptr[0] == 'd' ? KEY_DATA : key.ptr[1] == 'y' ? KEY_TYPE : KEY_TIME;
        break;
    case 6:
        guess = KEY_SOURCE;
        break;
    case 7:
        guess = KEY_SUBJECT;
        break;
    case 11:
        guess = key.ptr[0] == 's' ? KEY_SPECVERSION : KEY_BASE64;
        break;
    case 15:
        guess = KEY_CONTENT;
        break;
    default:
        break;
    }
    return guess != KEY_COUNT && memcmp(key.ptr, envelope_names[guess], key.len) == 0 ? guess
                                                                                      : KEY_COUNT;
}

/* "application/json", in any case, with or without parameters. */
static bool
is_json_type(const struct value *value)
{
    static const char name[] = "application/json";
    size_t len = sizeof name - 1;
    if (value->kind == VALUE_NULL) {
        return true;
    }
    if (value->kind != VALUE_STR || value->text.len < len ||
        strncasecmp(value->text.ptr, name, len) != 0) {
        return false;
    }
    char behind = value->text.len > len ? value->text.ptr[len] : ';';
    return behind == ';' || behind == ' ';
}

/* Everything of the envelope but data. */
static bool
put_envelope(const struct event_store *store, const struct value v[KEY_COUNT], struct event *out,
             struct err *err)
{
    if (v[KEY_SPECVERSION].kind != VALUE_STR || !str_is(v[KEY_SPECVERSION].text, "1.0")) {
        return err_set(err, "specversion: not \"1.0\"");
    }
    if (!put_code(store, "id", &v[KEY_ID], ID_BYTES, &out->id, err) ||
        !put_code(store, "source", &v[KEY_SOURCE], ID_BYTES, &out->source, err) ||
        !put_code(store, "type", &v[KEY_TYPE], ID_BYTES, &out->type_name, err)) {
        return false;
    }
    if (v[KEY_SUBJECT].kind != VALUE_STR || !event_subject_valid(v[KEY_SUBJECT].text)) {
        return err_set(err, "subject: not 1-64 printable ASCII bytes");
    }
    out->subject = event_keep(store, v[KEY_SUBJECT].text);
    if (v[KEY_TIME].kind != VALUE_STR || !when_parse(v[KEY_TIME].text, &out->time_ms)) {
        return err_set(err, "time: not an RFC 3339 time with an offset, of the years 1970-2199");
    }
    if (!is_json_type(&v[KEY_CONTENT])) {
        return err_set(err, "datacontenttype: not application/json");
    }
    if (v[KEY_BASE64].kind != VALUE_NULL) {
        return err_set(err, "data_base64: not taken, send data");
    }
    return true;
}

/* All of an unknown type's data as text, unchecked but for what no reader could take. */
static bool
keep_unknown(const struct event_store *store, const struct value *data, struct event *out,
             struct err *err)
{
    if (data->kind == VALUE_NULL) {
        return true;
    }
    if (value_has_twins(data)) {
        return err_set(err, "data: a key stands twice in one object");
    }
    struct buf text = {0};
    struct writer writer = writer_to(&text, false);
    value_write(data, &writer);
    out->data.extra = arena_str(store->arena, buf_str(&text));
    buf_free(&text);
    return true;
}

bool
event_from_value(const struct event_store *store, const struct value *value, bool holds_nul,
                 struct event *out, struct err *err)
{
    struct value fields[KEY_COUNT];
    memset(fields, 0, sizeof fields); /* VALUE_NULL: absent and null are the same here */
    *out = (struct event){0};
    if (value->kind != VALUE_MAP) {
        return err_set(err, "not an object");
    }
    unsigned seen = 0;
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(value); value_next(&walk, &key, &child);) {
        enum envelope_key known = envelope_key_of(key);
        if (known == KEY_COUNT) {
            out->unknown_fields++;
            continue;
        }
        if (seen & (1u << known)) {
            return err_set(err, "%s: stands twice", envelope_names[known]);
        }
        seen |= 1u << known;
        fields[known] = child;
    }
    if (holds_nul && value_has_nul(value)) {
        return err_set(err, "a string holds a NUL or half a surrogate pair");
    }
    if (!put_envelope(store, fields, out, err)) {
        return false;
    }
    out->type = event_type_parse(out->type_name);
    if (out->type == EVENT_UNKNOWN) {
        return keep_unknown(store, &fields[KEY_DATA], out, err);
    }
    return event_data_from_value(store, out->type, &fields[KEY_DATA], false, &out->data,
                                 &out->unknown_fields, err);
}

/* ---- whole texts ---- */

/* Copies the text without the white space between its tokens. The text is valid JSON. */
static struct str
compact(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (quoted) {
            copy[len++] = c;
            if (c == '\\') {
                copy[len++] = text.ptr[++i];
            } else {
                quoted = c != '"';
            }
        } else if (c != ' ' && c != '\n' && c != '\t' && c != '\r') {
            copy[len++] = c;
            quoted = c == '"';
        }
    }
    copy[len] = '\0';
    return (struct str){copy, len};
}

bool
event_from_text(struct str text, bool keep_json, struct arena *arena, struct event *out,
                enum value_fault *fault, struct err *err)
{
    struct value_doc doc;
    struct value root;
    struct event_store store = {arena, true};
    *fault = VALUE_FAULT_NONE;
    if (text.len > EVENT_MAX_BYTES) {
        return err_set(err, "longer than %d bytes", EVENT_MAX_BYTES);
    }
    if (!value_parse_json(text, EVENT_MAX_DEPTH, true, &doc, &root, err)) {
        *fault = doc.fault;
        return false;
    }
    bool valid = event_from_value(&store, &root, doc.holds_nul, out, err);
    value_finish(&doc);
    if (valid && keep_json) {
        out->json = compact(arena, text);
    }
    return valid;
}

bool
event_from_json(struct str text, bool keep_json, struct arena *arena, struct event *out,
                struct err *err)
{
    enum value_fault fault;
    return event_from_text(text, keep_json, arena, out, &fault, err);
}

bool
event_from_pack(struct str bytes, struct arena *arena, struct event *out, struct err *err)
{
    struct value_doc doc;
    struct value root;
    struct event_store store = {arena, false};
    if (bytes.len > EVENT_MAX_BYTES) {
        return err_set(err, "longer than %d bytes", EVENT_MAX_BYTES);
    }
    return value_parse_pack(bytes, EVENT_MAX_DEPTH, NULL, &doc, &root, err) &&
           event_from_value(&store, &root, doc.holds_nul, out, err);
}
