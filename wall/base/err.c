#include "wall/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
err_set(struct err *err, const char *format, ...)
{
    if (!err) {
        return false;
    }
    /* Into a copy first: an argument may be the text that is there. */
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(err->text, text, sizeof text);
    return false;
}

bool
err_prefix(struct err *err, const char *format, ...)
{
    if (!err) {
        return false;
    }
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof text) {
        size_t left = sizeof text - (size_t)len;
        if (left > 3) {
            snprintf(text + len, left, ": %.*s", (int)(left - 3), err->text);
        }
    }
    memcpy(err->text, text, sizeof text);
    return false;
}
