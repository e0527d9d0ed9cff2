#include "feeds/writer.h"

#include <assert.h>
#include <math.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/value.h"

static int
append(void *out, const char *bytes, size_t len)
{
    buf_add(out, bytes, len);
    return 0;
}

static msgpack_packer
packer(struct writer *writer)
{
    return (msgpack_packer){.data = writer->out, .callback = append};
}

struct writer
writer_to(struct buf *out, bool pack)
{
    struct writer writer;
    writer.out = out;
    writer.pack = pack;
    writer.after_key = false;
    writer.depth = 0;
    writer.open[0].count = 0;
    writer.open[0].map = false;
    return writer;
}

/* Before each value: its place is counted, and JSON gets its comma. */
static void
begin_value(struct writer *writer)
{
    if (writer->after_key) {
        writer->after_key = false;
        return;
    }
    if (!writer->pack && writer->depth > 0 && writer->open[writer->depth].count > 0) {
        buf_add(writer->out, ",", 1);
    }
    writer->open[writer->depth].count++;
}

static void
open_container(struct writer *writer, bool map)
{
    assert(writer->depth < WRITER_MAX_DEPTH);
    writer->depth++;
    writer->open[writer->depth].at = writer->out->len;
    writer->open[writer->depth].count = 0;
    writer->open[writer->depth].map = map;
}

void
writer_map(struct writer *writer)
{
    begin_value(writer);
    open_container(writer, true);
    buf_add(writer->out, writer->pack ? "\x80" : "{", 1); /* writer_end puts the count in */
}

void
writer_list(struct writer *writer, size_t count)
{
    begin_value(writer);
    open_container(writer, false);
    if (writer->pack) {
        msgpack_packer pk = packer(writer);
        msgpack_pack_array(&pk, count);
    } else {
        buf_add(writer->out, "[", 1);
    }
}

/* The count of a map is known at its end only: one byte was left for it, and a map of more than 15
 * pairs is moved by the bytes that its longer head needs. */
static void
finish_pack_map(struct writer *writer, size_t at, uint32_t count)
{
    struct buf *out = writer->out;
    if (count < 16) {
        out->ptr[at] = (char)(0x80 | count);
        return;
    }
    size_t more = count < 65536 ? 2 : 4, len = out->len - at - 1;
    buf_add(out, "\0\0\0\0", more);
    memmove(out->ptr + at + 1 + more, out->ptr + at + 1, len);
    out->ptr[at] = (char)(more == 2 ? 0xde : 0xdf);
    for (size_t i = 0; i < more; i++) {
        out->ptr[at + 1 + i] = (char)(count >> (8 * (more - 1 - i)) & 0xff);
    }
}

void
writer_end(struct writer *writer)
{
    assert(writer->depth > 0 && !writer->after_key);
    int depth = writer->depth--;
    bool map = writer->open[depth].map;
    if (!writer->pack) {
        buf_add(writer->out, map ? "}" : "]", 1);
    } else if (map) {
        finish_pack_map(writer, writer->open[depth].at, writer->open[depth].count);
    }
}

/* The text in quotes, escaped as RFC 8259 asks. */
static void
add_quoted(struct buf *out, struct str text)
{
    size_t from = 0;
    buf_reserve(out, text.len + 2);
    buf_add(out, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_add(out, text.ptr + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\') {
            buf_add(out, (char[]){'\\', (char)c}, 2);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    if (from < text.len) {
        buf_add(out, text.ptr + from, text.len - from);
    }
    buf_add(out, "\"", 1);
}

static void
add_text(struct writer *writer, struct str text)
{
    if (!writer->pack) {
        add_quoted(writer->out, text);
        return;
    }
    msgpack_packer pk = packer(writer);
    msgpack_pack_str(&pk, text.len);
    buf_add_str(writer->out, text);
}

void
writer_key(struct writer *writer, struct str key)
{
    assert(writer->open[writer->depth].map && !writer->after_key);
    begin_value(writer);
    add_text(writer, key);
    if (!writer->pack) {
        buf_add(writer->out, ":", 1);
    }
    writer->after_key = true;
}

void
writer_str(struct writer *writer, struct str text)
{
    begin_value(writer);
    add_text(writer, text);
}

/* Decimal digits of value; returns where they begin in the 24 bytes at text. */
static size_t
digits_of(int64_t value, char text[24])
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = 24;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        text[--at] = '-';
    }
    return at;
}

void
writer_int(struct writer *writer, int64_t value)
{
    begin_value(writer);
    if (writer->pack) {
        msgpack_packer pk = packer(writer);
        msgpack_pack_int64(&pk, value);
        return;
    }
    char text[24];
    size_t at = digits_of(value, text);
    buf_add(writer->out, text + at, sizeof text - at);
}

/* Coordinates, rates and the like have at most seven decimals: an integer and a point, where that
 * reads back as the same double. */
static bool
add_short_real(struct buf *out, double value)
{
    double scaled = nearbyint(value * 1e7);
    if (!(fabs(scaled) < 9e15)) {
        return false;
    }
    double back = scaled / 1e7;
    if (back < value || back > value || (value <= 0 && signbit(value) && scaled >= 0)) {
        return false;
    }
    char text[24], number[40];
    int64_t whole = (int64_t)scaled;
    bool negative = whole < 0;
    whole = negative ? -whole : whole;
    size_t at = digits_of(whole / 10000000, text), len = 0;
    if (negative) {
        number[len++] = '-';
    }
    memcpy(number + len, text + at, sizeof text - at);
    len += sizeof text - at;
    number[len++] = '.';
    int64_t rest = whole % 10000000;
    for (int64_t unit = 1000000; unit > 0 && (rest > 0 || number[len - 1] == '.'); unit /= 10) {
        number[len++] = (char)('0' + rest / unit);
        rest %= unit;
    }
    buf_add(out, number, len);
    return true;
}

void
writer_real(struct writer *writer, double value)
{
    if (!isfinite(value)) {
        writer_null(writer);
        return;
    }
    begin_value(writer);
    if (writer->pack) {
        msgpack_packer pk = packer(writer);
        msgpack_pack_double(&pk, value);
        return;
    }
    if (add_short_real(writer->out, value)) {
        return;
    }
    char text[40];
    snprintf(text, sizeof text, "%.17g", value);
    for (char *c = text; *c; c++) {
        *c = *c == ',' ? '.' : *c; /* a locale's decimal comma */
    }
    buf_add_str(writer->out, str_from(text));
    if (!strpbrk(text, ".e")) {
        buf_add(writer->out, ".0", 2); /* stays a real number */
    }
}

void
writer_bool(struct writer *writer, bool value)
{
    begin_value(writer);
    if (writer->pack) {
        buf_add(writer->out, value ? "\xc3" : "\xc2", 1);
    } else {
        buf_add_str(writer->out, value ? STR("true") : STR("false"));
    }
}

void
writer_null(struct writer *writer)
{
    begin_value(writer);
    buf_add_str(writer->out, writer->pack ? STR("\xc0") : STR("null"));
}

void
writer_raw(struct writer *writer, struct str encoded)
{
    begin_value(writer);
    buf_add_str(writer->out, encoded);
}

void
writer_raw_list(struct writer *writer, struct str encoded, size_t count)
{
    if (count == 0) {
        return;
    }
    begin_value(writer);
    writer->open[writer->depth].count += (uint32_t)(count - 1);
    buf_add_str(writer->out, encoded);
}

void
writer_json(struct writer *writer, struct str json)
{
    struct value_doc doc;
    struct value root;
    if (!writer->pack) {
        writer_raw(writer, json);
    } else if (value_parse_json(json, VALUE_MAX_DEPTH, true, &doc, &root, NULL)) {
        value_write(&root, writer);
        value_finish(&doc);
    } else {
        writer_null(writer); /* the caller's promise was broken; a hole is still well-formed */
    }
}

void
writer_json_pairs(struct writer *writer, struct str json)
{
    struct value_doc doc;
    struct value root;
    if (!value_parse_json(json, VALUE_MAX_DEPTH, false, &doc, &root, NULL)) {
        return;
    }
    struct str key;
    struct value child;
    for (struct value_walk walk = value_walk(&root);
         root.kind == VALUE_MAP && value_next(&walk, &key, &child);) {
        writer_key(writer, key);
        value_write(&child, writer);
    }
    value_finish(&doc);
}
