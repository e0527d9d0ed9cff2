#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/post.h"
#include "feeds/hub/simulate.h"
#include "wall/base/clock.h"
#include "wall/base/file.h"
#include "wall/base/when.h"

#define BATCH_EVENTS 5000
#define BATCH_BYTES (POST_MAX_BYTES - 256 * 1024) /* one event more always fits */
#define LIVE_NS INT64_C(200000000)                /* between two looks at the clock */

static const char usage[] =
    "usage: wallboard-hub simulate [--days D] [--per-day N] [--seed S] [--until TIME]\n"
    "           [--plan FILE.yaml] [--to URL [--token-file FILE] [--ca FILE] [--live]\n"
    "           [--speed X]]\n"
    "Prints a simulated district's events as JSON Lines in order of arrival, or sends them to\n"
    "a hub. The same arguments give the same events.\n"
    "  --days D       civil days up to the one of TIME (60)\n"
    "  --per-day N    tickets a day (900)\n"
    "  --seed S       another district of the same kind (1)\n"
    "  --until TIME   RFC 3339 or Unix milliseconds (now); later events are not sent\n"
    "  --plan FILE    another district's behaviour (assets/simulation/shijingshan.yaml)\n"
    "  --to URL       http://HOST:PORT of a hub\n"
    "  --live         go on after TIME, each event when it happens\n"
    "  --speed X      with --live: X simulated seconds a second (1)\n";

struct options {
    struct simulate_config config;
    const char *to, *token_file, *ca;
    bool live;
    double speed;
};

static bool
wrong(const char *name, const char *value, const char *need)
{
    fprintf(stderr, "simulate: %s %s: %s\n", name, value, need);
    return false;
}

static bool
parse_number(const char *name, const char *value, double low, double high, double *out)
{
    double number;
    if (!str_to_double(str_from(value), &number) || number < low || number > high) {
        fprintf(stderr, "simulate: %s %s: a number from %g to %g is needed\n", name, value, low,
                high);
        return false;
    }
    *out = number;
    return true;
}

/* An option with a value. */
static bool
parse_value(struct options *options, const char *name, const char *value)
{
    double number;
    int64_t whole;
    if (strcmp(name, "--days") == 0) {
        if (!str_to_i64(str_from(value), &whole) || whole < 1 || whole > 3660) {
            return wrong(name, value, "a whole number from 1 to 3660 is needed");
        }
        options->config.days = (int)whole;
    } else if (strcmp(name, "--per-day") == 0) {
        if (!parse_number(name, value, 1, 200000, &number)) {
            return false;
        }
        options->config.per_day = number;
    } else if (strcmp(name, "--seed") == 0) {
        if (!str_to_i64(str_from(value), &whole) || whole < 0 || whole > WHEN_MAX) {
            return wrong(name, value, "a whole number from 0 to 2^53 - 1 is needed");
        }
        options->config.seed = (uint64_t)whole;
    } else if (strcmp(name, "--until") == 0) {
        if (!when_parse_moment(str_from(value), &options->config.until_ms)) {
            return wrong(name, value, "write 2026-11-23T09:41:27+08:00 or Unix milliseconds");
        }
    } else if (strcmp(name, "--speed") == 0) {
        return parse_number(name, value, 0.001, 100000, &options->speed);
    } else if (strcmp(name, "--plan") == 0) {
        options->config.plan = value;
    } else if (strcmp(name, "--to") == 0) {
        options->to = value;
    } else if (strcmp(name, "--token-file") == 0) {
        options->token_file = value;
    } else if (strcmp(name, "--ca") == 0) {
        options->ca = value;
    } else {
        return wrong(name, value, "no such option; see --help");
    }
    return true;
}

static bool
parse(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--live") == 0) {
            options->live = true;
        } else if (i + 1 == argc) {
            return wrong(argv[i], "", "a value is missing, or no such option; see --help");
        } else if (!parse_value(options, argv[i], argv[i + 1])) {
            return false;
        } else {
            i++;
        }
    }
    if ((options->live || options->token_file || options->ca) && !options->to) {
        return wrong("--live, --token-file and --ca", "", "need --to URL");
    }
    return true;
}

static int
print_events(struct simulate *simulate, int64_t until_ms)
{
    struct buf line = {0};
    struct event event;
    bool fine = true;
    while (fine && simulate_next(simulate, until_ms, &event, NULL)) {
        buf_clear(&line);
        event_to_json(&event, &line);
        buf_add(&line, "\n", 1);
        fine = fwrite(line.ptr, 1, line.len, stdout) == line.len;
    }
    fine = fflush(stdout) == 0 && fine;
    buf_free(&line);
    if (!fine && errno != EPIPE) {
        fprintf(stderr, "simulate: the events cannot be written: %s\n", strerror(errno));
    }
    return fine ? 0 : 1;
}

/* Sends all that has arrived by the limit, in batches. */
static bool
send_events(struct simulate *simulate, struct post *post, int64_t limit_ms, struct buf *batch,
            int64_t *sent)
{
    struct event event;
    bool more = true;
    while (more) {
        int count = 0;
        buf_clear(batch);
        while (count < BATCH_EVENTS && batch->len < BATCH_BYTES &&
               (more = simulate_next(simulate, limit_ms, &event, NULL))) {
            buf_add(batch, count++ ? "," : "[", 1);
            event_to_json(&event, batch);
        }
        if (count == 0) {
            break;
        }
        buf_add(batch, "]", 1);
        struct post_reply reply;
        struct err err = {{0}};
        enum post_outcome outcome = post_events(post, buf_str(batch), &reply, &err);
        if (outcome != POST_TAKEN) {
            fprintf(stderr, "simulate: %s%s\n",
                    outcome == POST_REFUSED ? "the hub refused an event: " : "",
                    outcome == POST_REFUSED ? reply.refused : err.text);
            return false;
        }
        *sent += reply.accepted;
    }
    return true;
}

static char *
read_token(const char *path, struct err *err)
{
    struct buf text = {0};
    if (!file_read(path, 4096, &text, err)) {
        return NULL;
    }
    struct str token = buf_str(&text);
    while (token.len && strchr(" \t\r\n", token.ptr[token.len - 1])) {
        token.len--;
    }
    char *copy = str_dup(token);
    buf_free(&text);
    return copy;
}

static int
send_all(struct simulate *simulate, const struct options *options)
{
    struct err err = {{0}};
    char *token = options->token_file ? read_token(options->token_file, &err) : NULL;
    struct post *post =
        !options->token_file || token ? post_open(options->to, token, options->ca, &err) : NULL;
    free(token);
    if (!post) {
        fprintf(stderr, "simulate: %s\n", err.text);
        return 2;
    }
    struct buf batch = {0};
    int64_t sent = 0, began_ns = clock_mono_ns();
    bool fine = send_events(simulate, post, options->config.until_ms, &batch, &sent);
    fprintf(stderr, "simulate: %lld new events in the hub's log\n", (long long)sent);
    /* Sending the past took time, and events went on happening. */
    while (fine && options->live) {
        double elapsed_ms = (double)(clock_mono_ns() - began_ns) / 1e6 * options->speed;
        int64_t now_ms = options->config.until_ms + (int64_t)elapsed_ms;
        fine = send_events(simulate, post, now_ms, &batch, &sent);
        clock_sleep_ns(LIVE_NS);
    }
    buf_free(&batch);
    post_close(post);
    return fine ? 0 : 1;
}

int
simulate_main(int argc, char **argv)
{
    struct options options = {.config = {.days = 60, .per_day = 900, .seed = 1}, .speed = 1};
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    options.config.until_ms = clock_wall_ms();
    if (!parse(argc, argv, &options)) {
        return 2;
    }
    struct err err = {{0}};
    struct simulate *simulate = simulate_create(&options.config, &err);
    if (!simulate) {
        fprintf(stderr, "simulate: %s\n", err.text);
        return 2;
    }
    int status =
        options.to ? send_all(simulate, &options) : print_events(simulate, options.config.until_ms);
    simulate_destroy(simulate);
    return status;
}
