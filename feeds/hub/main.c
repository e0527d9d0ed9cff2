/* wallboard-hub: the command line. Reads the clock for nothing but defaults; everything it does is
 * in the files beside it. Exit status: 0 done, 1 it failed, 2 wrong arguments or configuration. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/log.h"
#include "wall/base/when.h"

#include "feeds/hub/hub.h"
#include "feeds/hub/import.h"
#include "feeds/hub/log.h"
#include "feeds/hub/simulate.h"
#include "feeds/hub/state.h"
#include "feeds/tickets/figures.h"

#define DEFAULT_LISTEN "127.0.0.1:8080"

static const char usage[] =
    "usage: wallboard-hub COMMAND [OPTION…]\n"
    "\n"
    "  serve --log FILE.db [--listen ADDR:PORT] [--profile F] [--directory F]\n"
    "        [--tokens F] [--tls-cert F --tls-key F]\n"
    "      Takes ticket events in (POST /events), keeps them in the log and serves\n"
    "      walls (ws://ADDR:PORT/feed/v1). Listens on " DEFAULT_LISTEN " unless told\n"
    "      otherwise; on another address than loopback only with a token file.\n"
    "      The first line it prints says where; port 0 takes any free one.\n"
    "      SIGHUP reads tokens and directory again; SIGTERM and SIGINT stop it.\n"
    "  import [--log FILE.db | --to URL] [--mapping M.yaml] FILE\n"
    "      Brings events or tickets from a file into a log or a hub.\n"
    "  simulate [--days D] [--per-day N] [--seed S] [--until TIME] [--to URL]\n"
    "      Prints or sends a simulated district's events.\n"
    "  export --log FILE.db [--from TIME] [--to-time TIME]\n"
    "      Prints the log's events, one a line, in the order of the log; only those\n"
    "      with from <= time < to-time.\n"
    "  figures --log FILE.db --at TIME [--profile F]\n"
    "      Prints the figures as at a moment as one JSON object.\n"
    "\n"
    "TIME is RFC 3339 (2026-11-23T09:41:27+08:00) or Unix milliseconds.\n"
    "import and simulate tell more with --help.\n";

struct options {
    const char *listen, *log, *profile, *directory, *tokens, *tls_cert, *tls_key;
    int64_t from_ms, to_ms, at_ms;
    bool has_at;
};

static bool
read_time(const char *name, const char *value, int64_t *out)
{
    if (when_parse_moment(str_from(value), out))
        return true;
    fprintf(stderr, "wallboard-hub: %s: must be RFC 3339 with an offset, or Unix milliseconds\n",
            name);
    return false;
}

/* Options are --name VALUE; allowed lists those of the command. */
static bool
read_options(int argc, char **argv, const char *const *allowed, struct options *o)
{
    const struct {
        const char *name;
        const char **out;
    } texts[] = {{"--listen", &o->listen},   {"--log", &o->log},
                 {"--profile", &o->profile}, {"--directory", &o->directory},
                 {"--tokens", &o->tokens},   {"--tls-cert", &o->tls_cert},
                 {"--tls-key", &o->tls_key}};
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        size_t k = 0;
        while (allowed[k] && strcmp(allowed[k], name) != 0)
            k++;
        if (!allowed[k]) {
            const char *near = yaml_near(str_from(name), allowed);
            fprintf(stderr, "wallboard-hub %s: unknown option %s%s%s%s\n", argv[0], name,
                    near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
            return false;
        }
        if (!value) {
            fprintf(stderr, "wallboard-hub %s: %s needs a value\n", argv[0], name);
            return false;
        }
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            if (strcmp(texts[t].name, name) == 0)
                *texts[t].out = value;
        }
        bool ok = true;
        if (strcmp(name, "--from") == 0)
            ok = read_time(name, value, &o->from_ms);
        else if (strcmp(name, "--to-time") == 0)
            ok = read_time(name, value, &o->to_ms);
        else if (strcmp(name, "--at") == 0)
            ok = o->has_at = read_time(name, value, &o->at_ms);
        if (!ok)
            return false;
    }
    if (!o->log)
        fprintf(stderr, "wallboard-hub %s: --log FILE.db is missing\n", argv[0]);
    return o->log != NULL;
}

/* The profile, and with it the zone. Before any thread starts. */
static bool
read_profile(const char *path, struct profile *profile)
{
    struct yaml_report report = {0};
    struct err err = {0};
    profile_default(profile);
    bool ok = !path || profile_load(path, profile, &report);
    if (!ok)
        fprintf(stderr, "%s", report.text.ptr);
    yaml_report_free(&report);
    if (ok && !when_set_zone(profile->zone, &err)) {
        fprintf(stderr, "wallboard-hub: %s\n", err.text);
        ok = false;
    }
    return ok;
}

/* SIGHUP: a file with an error in it changes nothing. */
static void
read_again(struct hub *hub, const struct options *o)
{
    struct err err = {0};
    if (o->tokens && !hub_set_tokens(hub, o->tokens, &err))
        log_line(LOG_LEVEL_ERROR, "hub", "the tokens stay as they were: %s", err.text);
    else if (o->tokens)
        log_line(LOG_LEVEL_INFO, "hub", "tokens read again");
    if (o->directory && !hub_set_directory(hub, o->directory, &err))
        log_line(LOG_LEVEL_ERROR, "hub", "the directory stays as it was: %s", err.text);
    else if (o->directory)
        log_line(LOG_LEVEL_INFO, "hub", "directory read again");
}

static int
serve(int argc, char **argv)
{
    static const char *const allowed[] = {"--listen", "--log",      "--profile", "--directory",
                                          "--tokens", "--tls-cert", "--tls-key", NULL};
    struct options o = {.listen = DEFAULT_LISTEN};
    struct profile profile;
    struct err err = {0};
    if (!read_options(argc, argv, allowed, &o) || !read_profile(o.profile, &profile))
        return 2;
    /* Signals are waited for below; no thread is interrupted by one. A file size limit is an error
     * of the write, not the end. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    struct hub_config config = {.listen = o.listen,
                                .log = o.log,
                                .profile = &profile,
                                .directory = o.directory,
                                .tokens = o.tokens,
                                .tls_cert = o.tls_cert,
                                .tls_key = o.tls_key};
    struct hub *hub = hub_start(&config, &err);
    if (!hub) {
        fprintf(stderr, "wallboard-hub: %s\n", err.text);
        return 2;
    }
    int host = (int)(strrchr(o.listen, ':') - o.listen);
    printf("listening on %.*s:%d\n", host, o.listen, hub_port(hub));
    fflush(stdout);
    int signal_number = 0;
    while (sigwait(&signals, &signal_number) == 0 && signal_number == SIGHUP)
        read_again(hub, &o);
    hub_stop(hub);
    return 0;
}

static bool
print_entry(void *user, const struct log_entry *entry)
{
    const struct options *o = user;
    if (entry->time_ms >= o->from_ms && entry->time_ms < o->to_ms)
        printf("%.*s\n", STR_ARG(entry->json));
    return !ferror(stdout);
}

static int
done_printing(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    fprintf(stderr, "wallboard-hub: standard output cannot be written\n");
    return 1;
}

static int export(int argc, char **argv)
{
    static const char *const allowed[] = {"--log", "--from", "--to-time", NULL};
    struct options o = {.from_ms = INT64_MIN, .to_ms = INT64_MAX};
    struct err err = {0};
    if (!read_options(argc, argv, allowed, &o))
        return 2;
    struct log *log = log_open(o.log, LOG_READ, &err);
    bool ok = log && log_each(log, 0, INT64_MAX, print_entry, &o, &err);
    log_close(log);
    if (!ok) {
        fprintf(stderr, "wallboard-hub: %s\n", err.text);
        return log ? 1 : 2;
    }
    return done_printing();
}

static int
figures(int argc, char **argv)
{
    static const char *const allowed[] = {"--log", "--at", "--profile", NULL};
    struct options o = {0};
    struct profile profile;
    struct err err = {0};
    if (!read_options(argc, argv, allowed, &o) || !read_profile(o.profile, &profile))
        return 2;
    if (!o.has_at) {
        fprintf(stderr, "wallboard-hub figures: --at TIME is missing\n");
        return 2;
    }
    struct state *state = state_create(o.log, &profile, &err);
    if (!state) {
        fprintf(stderr, "wallboard-hub: %s\n", err.text);
        return 2;
    }
    struct buf out = {0};
    struct tickets *tickets = state_tickets(state);
    figures_to_json(tickets, tickets_snapshot(tickets, o.at_ms), &out);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
    buf_free(&out);
    state_destroy(state);
    return done_printing();
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {{"serve", serve},
                    {"import", import_main},
                    {"simulate", simulate_main},
                    {"export", export},
                    {"figures", figures}};
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        printf("%s", usage);
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        printf("wallboard-hub %s\n", WALLBOARD_VERSION);
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) != 0)
            continue;
        bool own = i != 1 && i != 2;
        if (own && argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
            printf("%s", usage);
            return 0;
        }
        return commands[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "%s", usage);
    return 2;
}
