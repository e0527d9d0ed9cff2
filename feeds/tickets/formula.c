#include "feeds/tickets/formula.h"

#include <string.h>

struct parsing {
    struct str text;
    size_t at;
    struct err *err;
};

struct sum {
    double weights[SNAPSHOT_TERMS];
    enum snapshot_measure measures[SNAPSHOT_TERMS];
    int count;
};

static void
skip_spaces(struct parsing *p)
{
    while (p->at < p->text.len && p->text.ptr[p->at] == ' ') {
        p->at++;
    }
}

static bool
take_char(struct parsing *p, char c)
{
    skip_spaces(p);
    if (p->at < p->text.len && p->text.ptr[p->at] == c) {
        p->at++;
        return true;
    }
    return false;
}

static bool
is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

static bool
is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

/* A number and the * behind it; absent: 1. */
static bool
take_factor(struct parsing *p, double *out)
{
    skip_spaces(p);
    size_t from = p->at;
    while (p->at < p->text.len && is_digit(p->text.ptr[p->at])) {
        p->at++;
    }
    *out = 1;
    if (p->at == from) {
        return true;
    }
    if (!str_to_double((struct str){p->text.ptr + from, p->at - from}, out)) {
        p->at = from;
        return err_set(p->err, "not a number");
    }
    return take_char(p, '*') || err_set(p->err, "a number is followed by *");
}

static bool
take_measure(struct parsing *p, enum snapshot_measure *out)
{
    skip_spaces(p);
    size_t from = p->at;
    while (p->at < p->text.len && is_letter(p->text.ptr[p->at])) {
        p->at++;
    }
    struct str word = {p->text.ptr + from, p->at - from};
    for (int m = 0; m < SNAPSHOT_MEASURE_COUNT; m++) {
        if (str_is(word, snapshot_measure_name((enum snapshot_measure)m))) {
            *out = (enum snapshot_measure)m;
            return true;
        }
    }
    p->at = from;
    return err_set(p->err,
                   word.len ? "'%.*s' is no count: received, resolved, resolved_late, "
                              "effective, responded, solved, satisfied, basic, open, "
                              "due_soon, overdue or overdue_STAGE"
                            : "a count such as 'resolved' is expected%.*s",
                   STR_ARG(word));
}

static bool
take_term(struct parsing *p, double sign, struct sum *sum)
{
    double weight;
    enum snapshot_measure measure = SNAPSHOT_RECEIVED;
    if (!take_factor(p, &weight) || !take_measure(p, &measure)) {
        return false;
    }
    if (sum->count == SNAPSHOT_TERMS) {
        return err_set(p->err, "a sum has at most %d terms", SNAPSHOT_TERMS);
    }
    sum->weights[sum->count] = sign * weight;
    sum->measures[sum->count++] = measure;
    return true;
}

/* One term, or several in brackets. */
static bool
take_sum(struct parsing *p, struct sum *sum)
{
    sum->count = 0;
    if (!take_char(p, '(')) {
        return take_term(p, 1, sum);
    }
    double sign = take_char(p, '-') ? -1 : 1;
    for (;;) {
        if (!take_term(p, sign, sum)) {
            return false;
        }
        if (take_char(p, ')')) {
            return true;
        }
        if (take_char(p, '+')) {
            sign = 1;
        } else if (take_char(p, '-')) {
            sign = -1;
        } else {
            return err_set(p->err, "expected +, - or )");
        }
    }
}

/* "100 * (" is a scale, "0.5 * solved" a term: look behind the star. */
static bool
take_scale(struct parsing *p, double *scale)
{
    size_t from = p->at;
    if (!take_factor(p, scale)) {
        return false;
    }
    skip_spaces(p);
    if (p->at < p->text.len && p->text.ptr[p->at] != '(') {
        char next = p->text.ptr[p->at];
        if (is_letter(next)) {
            return true; /* scale × one count, the same either way */
        }
        p->at = from;
    }
    return true;
}

static void
set(struct snapshot_metric *out, const struct sum *over, const struct sum *under)
{
    for (int i = 0; i < over->count; i++) {
        out->over[i].weight = over->weights[i];
        out->over[i].measure = over->measures[i];
    }
    for (int i = 0; i < under->count; i++) {
        out->under[i].weight = under->weights[i];
        out->under[i].measure = under->measures[i];
    }
    out->over_count = over->count;
    out->under_count = under->count;
}

bool
formula_parse(struct str text, struct snapshot_metric *out, int *at, struct err *err)
{
    struct parsing p = {text, 0, err};
    struct sum over, under;
    double scale;
    bool done = false;
    if (text.len >= sizeof out->formula) {
        p.at = sizeof out->formula - 1;
        err_set(err, "longer than %zu bytes", sizeof out->formula - 1);
    } else if (take_scale(&p, &scale) && take_sum(&p, &over)) {
        if (!take_char(&p, '/')) {
            err_set(err, "expected / and what to divide by");
        } else if (take_sum(&p, &under)) {
            skip_spaces(&p);
            done = p.at == text.len;
            if (!done) {
                err_set(err, "nothing is expected behind the divisor");
            }
        }
    }
    *at = (int)p.at + 1;
    if (done) {
        memset(out->formula, 0, sizeof out->formula);
        memcpy(out->formula, text.ptr, text.len);
        out->scale = scale;
        set(out, &over, &under);
    }
    return done;
}
