#include "feeds/event.h"

#include <string.h>

#include "feeds/event_codec.h"
#include "wall/base/hash.h"

#define TICKET_FIELDS                                                                              \
    (EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY | EVENT_F_KIND |      \
     EVENT_F_PLACE | EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL | EVENT_F_SUMMARY)
#define ALARM_FIELDS (EVENT_F_STAGE | EVENT_F_BY)

const struct event_rule event_rules[EVENT_TYPE_COUNT] = {
    [EVENT_UNKNOWN] = {NULL, 0, 0},
    [EVENT_REGISTERED] = {"ticket.registered", TICKET_FIELDS,
                          EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET},
    [EVENT_DISPATCHED] = {"ticket.dispatched",
                          EVENT_F_UNIT | EVENT_F_MODE | EVENT_F_ROUTE | EVENT_F_DUE |
                              EVENT_F_PROPERTY,
                          EVENT_F_UNIT | EVENT_F_MODE},
    [EVENT_ACCEPTED] = {"ticket.accepted", EVENT_F_UNIT, 0},
    [EVENT_RETURNED] = {"ticket.returned", EVENT_F_UNIT | EVENT_F_REASON, 0},
    [EVENT_WHISTLED] = {"ticket.whistled", EVENT_F_UNITS, EVENT_F_UNITS},
    [EVENT_REPORTED] = {"ticket.reported", EVENT_F_UNIT, EVENT_F_UNIT},
    [EVENT_EXTENDED] = {"ticket.extended", EVENT_F_DUE, EVENT_F_DUE},
    [EVENT_EXPEDITED] = {"ticket.expedited", EVENT_F_BY, 0},
    [EVENT_SUPERVISED] = {"ticket.supervised", EVENT_F_BY, 0},
    [EVENT_SUSPENDED] = {"ticket.suspended", EVENT_F_REASON, 0},
    [EVENT_RESUMED] = {"ticket.resumed", EVENT_F_REASON, 0},
    [EVENT_RESOLVED] = {"ticket.resolved", EVENT_F_UNIT, 0},
    [EVENT_SURVEYED] = {"ticket.surveyed",
                        EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED |
                            EVENT_F_SATISFIED,
                        EVENT_F_BY | EVENT_F_REACHED},
    [EVENT_REOPENED] = {"ticket.reopened", EVENT_F_REASON, 0},
    [EVENT_EXCLUDED] = {"ticket.excluded", EVENT_F_REASON, 0},
    [EVENT_INCLUDED] = {"ticket.included", EVENT_F_REASON, 0},
    [EVENT_ARCHIVED] = {"ticket.archived", 0, 0},
    [EVENT_AMENDED] = {"ticket.amended", TICKET_FIELDS, 0},
    [EVENT_REMOVED] = {"ticket.removed", EVENT_F_REASON, 0},
    [EVENT_ALARM_ACKNOWLEDGED] = {"alarm.acknowledged", ALARM_FIELDS, ALARM_FIELDS},
    [EVENT_ALARM_SHELVED] = {"alarm.shelved", ALARM_FIELDS | EVENT_F_UNTIL | EVENT_F_REASON,
                             ALARM_FIELDS | EVENT_F_UNTIL},
    [EVENT_ALARM_UNSHELVED] = {"alarm.unshelved", ALARM_FIELDS | EVENT_F_UNTIL | EVENT_F_REASON,
                               ALARM_FIELDS},
    [EVENT_MEETING_COMMITTED] = {"meeting.committed", EVENT_F_UNIT | EVENT_F_TEXT | EVENT_F_DUE,
                                 EVENT_F_UNIT | EVENT_F_TEXT},
    [EVENT_MEETING_SETTLED] = {"meeting.settled", EVENT_F_UNIT | EVENT_F_TEXT | EVENT_F_OUTCOME,
                               EVENT_F_UNIT | EVENT_F_TEXT},
};

const char *const event_kind_names[EVENT_KIND_COUNT] = {NULL,        "consult", "help",
                                                        "complaint", "report",  "suggestion"};
const char *const event_urgency_names[EVENT_URGENCY_COUNT] = {"normal", "urgent", "emergency"};
const char *const event_mode_names[EVENT_MODE_COUNT] = {NULL, "internal", "external"};
const char *const event_route_names[EVENT_ROUTE_COUNT] = {NULL, "direct", "district"};
const char *const event_surveyor_names[EVENT_BY_COUNT] = {"city", "district"};
const char *const event_satisfied_names[EVENT_SATISFIED_COUNT] = {NULL, "yes", "basic", "no"};
static const char *const stage_names[EVENT_STAGE_COUNT] = {"accept", "resolve", "expedite",
                                                           "report", "burst"};

const struct event_key_rule event_keys[EVENT_K_NONE] = {
    [EVENT_K_CHANNEL] = {"channel", EVENT_F_CHANNEL},
    [EVENT_K_CATEGORY] = {"category", EVENT_F_CATEGORY},
    [EVENT_K_STREET] = {"street", EVENT_F_STREET},
    [EVENT_K_COMMUNITY] = {"community", EVENT_F_COMMUNITY},
    [EVENT_K_KIND] = {"kind", EVENT_F_KIND},
    [EVENT_K_LON] = {"lon", EVENT_F_PLACE},
    [EVENT_K_LAT] = {"lat", EVENT_F_PLACE},
    [EVENT_K_CRS] = {"crs", EVENT_F_PLACE},
    [EVENT_K_URGENCY] = {"urgency", EVENT_F_URGENCY},
    [EVENT_K_CONFIDENTIAL] = {"confidential", EVENT_F_CONFIDENTIAL},
    [EVENT_K_SUMMARY] = {"summary", EVENT_F_SUMMARY},
    [EVENT_K_UNIT] = {"unit", EVENT_F_UNIT},
    [EVENT_K_MODE] = {"mode", EVENT_F_MODE},
    [EVENT_K_ROUTE] = {"route", EVENT_F_ROUTE},
    [EVENT_K_DUE] = {"due_ms", EVENT_F_DUE},
    [EVENT_K_PROPERTY] = {"property", EVENT_F_PROPERTY},
    [EVENT_K_REASON] = {"reason", EVENT_F_REASON},
    [EVENT_K_UNITS] = {"units", EVENT_F_UNITS},
    [EVENT_K_BY] = {"by", EVENT_F_BY},
    [EVENT_K_REACHED] = {"reached", EVENT_F_REACHED},
    [EVENT_K_RESPONDED] = {"responded", EVENT_F_RESPONDED},
    [EVENT_K_SOLVED] = {"solved", EVENT_F_SOLVED},
    [EVENT_K_SATISFIED] = {"satisfied", EVENT_F_SATISFIED},
    [EVENT_K_STAGE] = {"stage", EVENT_F_STAGE},
    [EVENT_K_UNTIL] = {"until_ms", EVENT_F_UNTIL},
    [EVENT_K_TEXT] = {"text", EVENT_F_TEXT},
    [EVENT_K_OUTCOME] = {"outcome", EVENT_F_OUTCOME},
};

const struct event_data event_no_data = {0};

/* The candidates by length and first letter, so that a key is compared once or twice. */
enum event_key
event_key_of(struct str key)
{
    static const signed char by_len[13][6] = {
        [2] = {EVENT_K_BY, -1},
        [3] = {EVENT_K_LON, EVENT_K_LAT, EVENT_K_CRS, -1},
        [4] = {EVENT_K_UNIT, EVENT_K_MODE, EVENT_K_KIND, EVENT_K_TEXT, -1},
        [5] = {EVENT_K_ROUTE, EVENT_K_UNITS, EVENT_K_STAGE, -1},
        [6] = {EVENT_K_STREET, EVENT_K_DUE, EVENT_K_REASON, EVENT_K_SOLVED, -1},
        [7] = {EVENT_K_CHANNEL, EVENT_K_SUMMARY, EVENT_K_URGENCY, EVENT_K_REACHED, EVENT_K_OUTCOME,
               -1},
        [8] = {EVENT_K_CATEGORY, EVENT_K_PROPERTY, EVENT_K_UNTIL, -1},
        [9] = {EVENT_K_COMMUNITY, EVENT_K_RESPONDED, EVENT_K_SATISFIED, -1},
        [12] = {EVENT_K_CONFIDENTIAL, -1},
    };
    if (key.len < 2 || (key.len > 9 && key.len != 12)) {
        return EVENT_K_NONE;
    }
    for (const signed char *at = by_len[key.len]; *at >= 0; at++) {
        const char *name = event_keys[*at].name;
        if (name[0] == key.ptr[0] && memcmp(name, key.ptr, key.len) == 0) {
            return (enum event_key) * at;
        }
    }
    return EVENT_K_NONE;
}

const char *
event_type_name(enum event_type type)
{
    const char *name = event_rules[type].full_name;
    return type != EVENT_UNKNOWN && type <= EVENT_TICKET_LAST ? name + strlen("ticket.") : name;
}

enum event_type
event_type_parse(struct str full_name)
{
    if (full_name.len < 13 || full_name.len > 18) {
        return EVENT_UNKNOWN;
    }
    for (int type = 1; type < EVENT_TYPE_COUNT; type++) {
        const char *name = event_rules[type].full_name;
        /* the letter behind "ticket." settles most comparisons */
        if (name[8] == full_name.ptr[8] && str_is(full_name, name)) {
            return (enum event_type)type;
        }
    }
    return EVENT_UNKNOWN;
}

/* The candidates by length, the commonest first. */
enum event_type
event_milestone_parse(struct str name)
{
    static const unsigned char by_len[11][11] = {
        [7] = {EVENT_RESUMED, EVENT_AMENDED, EVENT_REMOVED},
        [8] = {EVENT_ACCEPTED, EVENT_RESOLVED, EVENT_SURVEYED, EVENT_ARCHIVED, EVENT_EXTENDED,
               EVENT_WHISTLED, EVENT_REPORTED, EVENT_RETURNED, EVENT_REOPENED, EVENT_EXCLUDED,
               EVENT_INCLUDED},
        [9] = {EVENT_SUSPENDED, EVENT_EXPEDITED},
        [10] = {EVENT_REGISTERED, EVENT_DISPATCHED, EVENT_SUPERVISED},
    };
    if (name.len < 7 || name.len > 10) {
        return EVENT_UNKNOWN;
    }
    const unsigned char *at = by_len[name.len];
    for (size_t i = 0; i < sizeof by_len[0] && at[i] != EVENT_UNKNOWN; i++) {
        const char *known = event_rules[at[i]].full_name + sizeof "ticket." - 1;
        /* two letters settle most comparisons */
        if (known[0] == name.ptr[0] && known[2] == name.ptr[2] &&
            memcmp(known, name.ptr, name.len) == 0) {
            return (enum event_type)at[i];
        }
    }
    return EVENT_UNKNOWN;
}

const char *
event_stage_name(enum event_stage stage)
{
    return stage_names[stage];
}

bool
event_text_clean(struct str text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    if (event_text_printable(text)) {
        return true;
    }
    for (size_t i = 0; i < text.len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f || (p[i] == 0xc2 && i + 1 < text.len && p[i + 1] < 0xa0)) {
            return false;
        }
    }
    return true;
}

bool
event_subject_valid(struct str text)
{
    return text.len >= 1 && text.len <= 64 && event_text_printable(text);
}

/* ---- personal data ---- */

/* What a character is to a run of digits. */
enum piece { PIECE_DIGIT, PIECE_JOIN, PIECE_X, PIECE_OTHER };

/* Full-width forms count as their ASCII ones; of spaces, hyphens and dots the forms that input
 * methods write count too. */
static enum piece
piece_of(uint32_t c, char *digit)
{
    if (c >= 0xff01 && c <= 0xff5e) {
        c -= 0xfee0;
    }
    if (c >= '0' && c <= '9') {
        *digit = (char)c;
        return PIECE_DIGIT;
    }
    if (c == ' ' || c == '-' || c == '.' || c == 0xa0 || c == 0x3000 || c == 0x2212 ||
        (c >= 0x2010 && c <= 0x2015)) {
        return PIECE_JOIN;
    }
    return c == 'x' || c == 'X' ? PIECE_X : PIECE_OTHER;
}

/* run: the first 19 digits at most of a maximal run of `count`; x: an X stands right behind it. */
static bool
run_is_personal(const char *run, size_t count, bool x)
{
    if (count == 18 || (count == 17 && x)) {
        return true;
    }
    if (count == 15 && memcmp(run, "0086", 4) == 0) {
        run += 4;
    } else if (count == 13 && memcmp(run, "86", 2) == 0) {
        run += 2;
    } else if (count != 11) {
        return false;
    }
    return run[0] == '1' && run[1] >= '3';
}

/* Digits, and first bytes that full-width ones share: a bound that is quick to count. */
static size_t
digits_at_most(struct str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        count += (c >= '0' && c <= '9') || c == 0xef;
    }
    return count;
}

bool
event_text_is_personal(struct str text)
{
    if (digits_at_most(text) < 11) {
        return false; /* as most texts: the shortest number has eleven */
    }
    char run[19], digit = 0;
    size_t count = 0;
    bool joined = false; /* something to drop stands between the run and here */
    for (size_t i = 0; i < text.len;) {
        uint32_t c =
            (unsigned char)text.ptr[i] < 0x80 ? (unsigned char)text.ptr[i++] : utf8_next(text, &i);
        switch (piece_of(c, &digit)) {
        case PIECE_DIGIT:
            if (count < sizeof run) {
                run[count++] = digit;
            }
            joined = false;
            break;
        case PIECE_JOIN:
            joined = true;
            break;
        case PIECE_X:
        case PIECE_OTHER:
        default:
            if (count && run_is_personal(run, count, !joined && piece_of(c, &digit) == PIECE_X)) {
                return true;
            }
            count = 0;
            joined = false;
            break;
        }
    }
    return count && run_is_personal(run, count, false);
}

/* ---- what the protocol and tables ask of a ticket ---- */

static uint64_t
fnv_more(uint64_t h, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

/* The digits of v before text[at], two at a time; at least `least` of them. */
static size_t
put_digits(char *text, size_t at, uint32_t v, size_t least)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    size_t until = at - least;
    while (v >= 100) {
        at -= 2;
        memcpy(text + at, pairs + (size_t)(v % 100) * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        at -= 2;
        memcpy(text + at, pairs + (size_t)v * 2, 2);
    } else if (v > 0 || at > until) {
        text[--at] = (char)('0' + v);
    }
    while (at > until) {
        text[--at] = '0';
    }
    return at;
}

static uint64_t
fnv_number(uint64_t h, int64_t value)
{
    char text[24];
    size_t at = sizeof text;
    uint64_t v = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    for (; v >= 100000000; v /= 100000000) { /* of a time: once */
        at = put_digits(text, at, (uint32_t)(v % 100000000), 8);
    }
    at = put_digits(text, at, (uint32_t)v, 1);
    if (value < 0) {
        text[--at] = '-';
    }
    text[--at] = '|';
    return fnv_more(h, text + at, sizeof text - at);
}

uint64_t
event_digest_term(struct str ticket, uint32_t milestones, int64_t newest_ms)
{
    uint64_t h = fnv_more(UINT64_C(0xcbf29ce484222325), ticket.ptr, ticket.len);
    return fnv_number(fnv_number(h, milestones), newest_ms);
}

void
event_ticket_sum(struct event_ticket *row)
{
    size_t count = row->milestones_count;
    row->hash = hash_keyed(row->ticket);
    row->term = event_digest_term(row->ticket, (uint32_t)count,
                                  count ? row->milestones[count - 1].time_ms : 0);
}
