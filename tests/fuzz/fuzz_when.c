/* Any bytes as a time, a span, a zone's offset and a number. */
#include <stdlib.h>
#include <string.h>

#include "wall/base/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    int64_t ms, again;
    double real;
    char written[32];
    if (when_parse(text, &ms)) {
        must(ms > -2 * WHEN_DAY && ms < INT64_C(7258118400000) + 2 * WHEN_DAY);
        when_format(ms, written);
        if (ms >= 0 && ms < INT64_C(7258089600000)) { /* else the zone's year is another */
            must(when_parse(str_from(written), &again) && again == ms);
        }
        struct when_civil c = when_civil(ms);
        must(when_instant(c.year, c.month, c.day, c.hour, c.minute, c.second) + c.millisecond ==
             ms);
        must(when_day(ms, 0) <= ms && when_day(ms, 1) > ms);
    }
    if (when_parse_span(text, &ms)) {
        must(ms >= 1 && ms <= WHEN_MAX);
    }
    if (when_parse_moment(text, &ms)) {
        must(ms <= WHEN_MAX);
    }
    must(!str_to_i64(text, &ms) || size > 0);
    must(!str_to_double(text, &real) || size > 0);
    return 0;
}
