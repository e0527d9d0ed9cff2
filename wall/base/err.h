/* err: the one-line message of a failed call.
 *
 * Owns nothing; lives on the caller's stack. Any thread. The text names what failed and what to do,
 * in plain English, without a trailing newline; it never holds personal data. */
#ifndef WALL_BASE_ERR_H
#define WALL_BASE_ERR_H

#include <stdbool.h>

struct err {
    char text[512]; /* "" while nothing failed */
};

/* Writes a printf-style message (cut at the array's end) and returns false, so that a failing
 * function ends in `return err_set(err, …);`. err may be NULL: then only false is returned. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the text that is there; returns false. */
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
