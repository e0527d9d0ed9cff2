/* bench_glass: the wall as a program, measured from outside. Not a test; tests/bench/glass.sh
 * builds and runs it.
 *
 *     bench_glass WALLBOARD [--size WxH] [--tickets N,N] [--rates R,R] [--seconds S] [--starts N]
 *                 [--open SHARE] [--scene NAME] [--together] [--ramp N,N] [--json FILE] [--log
 * FILE]
 *
 * A virtual X server, a minimal hub on loopback and the wall with --probe; what is on the glass is
 * read in the X server's framebuffer every 0.3 ms. Prints a table, and with --json appends one JSON
 * line a measurement. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/glass_peer.h"
#include "tests/bench/glass_screen.h"
#include "tests/bench/machine.h"
#include "tests/bench/samples.h"
#include "wall/base/clock.h"
#include "wall/base/when.h"

#define LIST 8
#define LOOK_NS 300000
#define SETTLE_NS INT64_C(2000000000)
#define START_NS INT64_C(120000000000)
#define STEP_NS INT64_C(5000000000) /* of the ramp */
#define RAMP_FROM 10000
#define RAMP_TO 640000

struct options {
    const char *wall, *scene, *json, *log;
    int width_px, height_px, starts;
    double tickets[LIST], rates[LIST], ramp[LIST];
    int tickets_count, rates_count, ramp_count;
    double seconds, open, again;
    bool together;
};

/* The wall under measurement and what was last seen of it. */
struct subject {
    const struct options *options;
    struct glass_screen *screen;
    struct glass_load *load;
    struct glass_peer *peer;
    pid_t pid;
    uint64_t cursor; /* drawn */
    uint32_t frame;
    double start_s, scene_s; /* exec to in sync on the glass, and to a first scene */
    double start_cpu_s;      /* what the wall's processors did until then */
    struct machine machine;
};

struct interval {
    struct samples event_ms, gap_ms;
    struct samples quick_event_ms, quick_gap_ms; /* of these, while the machine was at its speed */
    int64_t frames, began_ns, ended_ns, last_frame_ns;
    double wall_s, screen_s, self_s, machine_s; /* CPU at the beginning, then spent */
    double pss_mb;
};

static _Atomic bool stopping;

static void
on_signal(int number)
{
    (void)number;
    atomic_store(&stopping, true);
}

/* ---- the processes ---- */

static double
cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec spent = {0};
    if (clock_getcpuclockid(pid, &clock) == 0) {
        clock_gettime(clock, &spent);
    }
    return (double)spent.tv_sec + (double)spent.tv_nsec / 1e9;
}

/* What all of the machine's processors did other than wait, in seconds. */
static double
cpu_of_machine(void)
{
    double t[8] = {0}, busy = 0;
    FILE *file = fopen("/proc/stat", "r");
    if (file) {
        if (fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &t[0], &t[1], &t[2], &t[3], &t[4],
                   &t[5], &t[6], &t[7]) == 8) {
            busy = t[0] + t[1] + t[2] + t[5] + t[6] + t[7];
        }
        fclose(file);
    }
    return busy / (double)sysconf(_SC_CLK_TCK);
}

static double
pss_mb(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "Pss: %lf kB", &kb) == 1) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return kb / 1024;
}

static bool
spawn_wall(struct subject *subject)
{
    const struct options *options = subject->options;
    char feed[64], size[32];
    posix_spawn_file_actions_t files;
    snprintf(feed, sizeof feed, "ws://127.0.0.1:%d/feed/v1", glass_peer_port(subject->peer));
    snprintf(size, sizeof size, "%dx%d", options->width_px, options->height_px);
    const char *arguments[] = {
        options->wall, "--feed", feed,      "--scene",     options->scene,
        "--size",      size,     "--probe", "--log-level", options->again > 0 ? "debug" : "info",
        NULL};
    setenv("DISPLAY", glass_screen_display(subject->screen), 1);
    setenv("SDL_VIDEODRIVER", "x11", 1);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, options->log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&files, 1, 2);
    int failed = posix_spawn(&subject->pid, options->wall, &files, NULL,
                             (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed) {
        fprintf(stderr, "bench_glass: %s: %s\n", options->wall, strerror(failed));
        subject->pid = 0;
    }
    return !failed;
}

static void
end_wall(struct subject *subject)
{
    struct glass_cells cells;
    glass_peer_stop(subject->peer);
    subject->peer = NULL;
    if (subject->pid > 0) {
        kill(subject->pid, SIGTERM);
        for (int i = 0; i < 100 && waitpid(subject->pid, NULL, WNOHANG) == 0; i++) {
            clock_sleep_ns(50000000);
            if (i == 98) {
                kill(subject->pid, SIGKILL);
            }
        }
        subject->pid = 0;
    }
    for (int i = 0; i < 100 && glass_screen_read(subject->screen, &cells); i++) {
        clock_sleep_ns(20000000); /* until the server has cleared the window's place */
    }
}

/* ---- looking ---- */

static void
add_time(const struct subject *subject, int64_t from_ns, int64_t to_ns, struct samples *all,
         struct samples *quick)
{
    double ms = (double)(to_ns - from_ns) / 1e6;
    samples_add(all, ms);
    if (!machine_was_slow(&subject->machine, from_ns, to_ns)) {
        samples_add(quick, ms);
    }
}

/* One look; true where a frame came that was not seen before. */
static bool
look(struct subject *subject, struct interval *interval)
{
    struct glass_cells cells;
    if (!glass_screen_read(subject->screen, &cells)) {
        return false;
    }
    int64_t now_ns = clock_mono_ns(), due_ns, sent_ns;
    uint64_t cursor = subject->cursor + ((cells.cursor - subject->cursor) & 0xffffff);
    uint32_t frames = (cells.frame - subject->frame) & 63;
    if (cursor > subject->cursor && cursor - subject->cursor < 0x800000) {
        for (uint64_t seq = subject->cursor + 1; interval && seq <= cursor; seq++) {
            if (glass_peer_times(subject->peer, seq, &due_ns, &sent_ns) &&
                sent_ns >= interval->began_ns) {
                add_time(subject, sent_ns, now_ns, &interval->event_ms, &interval->quick_event_ms);
            }
        }
        subject->cursor = cursor;
    }
    if (frames == 0) {
        return false;
    }
    subject->frame = cells.frame;
    if (interval) {
        if (interval->last_frame_ns) {
            add_time(subject, interval->last_frame_ns, now_ns, &interval->gap_ms,
                     &interval->quick_gap_ms);
        }
        interval->frames += frames;
        interval->last_frame_ns = now_ns;
    }
    return true;
}

/* Looks until the moment; false: the run is no measurement any more. */
static bool
watch(struct subject *subject, struct interval *interval, int64_t until_ns)
{
    for (int64_t now_ns; (now_ns = clock_mono_ns()) < until_ns;) {
        machine_look(&subject->machine, now_ns);
        look(subject, interval);
        if (atomic_load(&stopping) || glass_peer_trouble(subject->peer) ||
            waitpid(subject->pid, NULL, WNOHANG) != 0) {
            return false;
        }
        clock_sleep_ns(LOOK_NS);
    }
    return true;
}

/* From exec until cells 30 and 31 are white. */
static bool
start_wall(struct subject *subject, struct err *err)
{
    struct glass_cells cells;
    subject->peer = glass_peer_start(subject->load, err);
    if (!subject->peer) {
        return false;
    }
    subject->scene_s = 0;
    int64_t began_ns = clock_mono_ns(), now_ns = began_ns;
    if (!spawn_wall(subject)) {
        return false;
    }
    while (now_ns - began_ns < START_NS && !atomic_load(&stopping)) {
        bool there = glass_screen_read(subject->screen, &cells);
        now_ns = clock_mono_ns();
        if (there && cells.scene && subject->scene_s == 0) {
            subject->scene_s = (double)(now_ns - began_ns) / 1e9;
        }
        if (there && cells.scene && cells.in_sync) {
            subject->start_s = (double)(now_ns - began_ns) / 1e9;
            subject->start_cpu_s = cpu_of(subject->pid);
            subject->cursor = glass_peer_sent(subject->peer);
            subject->frame = cells.frame;
            return true;
        }
        if (waitpid(subject->pid, NULL, WNOHANG) != 0) {
            subject->pid = 0;
            return err_set(err, "the wall ended; see %s", subject->options->log);
        }
        clock_sleep_ns(LOOK_NS);
    }
    return err_set(err, "the wall showed nothing in sync; see %s", subject->options->log);
}

/* ---- an interval at one rate ---- */

static void
begin_interval(struct subject *subject, struct interval *interval)
{
    *interval = (struct interval){.began_ns = clock_mono_ns()};
    interval->wall_s = cpu_of(subject->pid);
    interval->screen_s = cpu_of(glass_screen_pid(subject->screen));
    interval->self_s = cpu_of(getpid());
    interval->machine_s = cpu_of_machine();
}

static void
end_interval(struct subject *subject, struct interval *interval)
{
    interval->ended_ns = clock_mono_ns();
    interval->wall_s = cpu_of(subject->pid) - interval->wall_s;
    interval->screen_s = cpu_of(glass_screen_pid(subject->screen)) - interval->screen_s;
    interval->self_s = cpu_of(getpid()) - interval->self_s;
    interval->machine_s = cpu_of_machine() - interval->machine_s;
    interval->pss_mb = pss_mb(subject->pid);
}

static void
free_interval(struct interval *interval)
{
    free(interval->event_ms.items);
    free(interval->gap_ms.items);
    free(interval->quick_event_ms.items);
    free(interval->quick_gap_ms.items);
}

static void
put_number(FILE *file, const char *name, double value, int decimals)
{
    if (value == value) {
        fprintf(file, ",\"%s\":%.*f", name, decimals, value);
    } else {
        fprintf(file, ",\"%s\":null", name);
    }
}

static FILE *
open_json(const struct options *options, const char *what)
{
    FILE *file = options->json ? fopen(options->json, "a") : NULL;
    if (file) {
        fprintf(file, "{\"measured\":\"%s\",\"size\":\"%dx%d\",\"scene\":\"%s\"", what,
                options->width_px, options->height_px, options->scene);
    }
    return file;
}

static void
close_json(FILE *file, const struct subject *subject)
{
    const char *trouble = glass_peer_trouble(subject->peer);
    fprintf(file, ",\"trouble\":%s%s%s}\n", trouble ? "\"" : "", trouble ? trouble : "null",
            trouble ? "\"" : "");
    fclose(file);
}

static void
print_interval(struct subject *subject, struct interval *interval, double tickets, double rate)
{
    const struct options *options = subject->options;
    double s = (double)(interval->ended_ns - interval->began_ns) / 1e9;
    double other = interval->machine_s - interval->wall_s - interval->screen_s - interval->self_s;
    double event_50 = samples_quantile(&interval->event_ms, 0.5);
    double event_99 = samples_quantile(&interval->event_ms, 0.99);
    double gap_99 = samples_quantile(&interval->gap_ms, 0.99);
    double quick_event_99 = samples_quantile(&interval->quick_event_ms, 0.99);
    double quick_gap_99 = samples_quantile(&interval->quick_gap_ms, 0.99);
    double slow = machine_slow_share(&subject->machine, interval->began_ns, interval->ended_ns);
    uint64_t behind = glass_peer_sent(subject->peer) - subject->cursor;
    const char *trouble = glass_peer_trouble(subject->peer);
    printf(
        "%9.0f %6.0f | %6.2f %5.2f | %6.1f %6.1f | %5.1f %6.1f | %6.3f %6.3f %6.2f | %5.0f | %4.1f "
        "%6.1f %6.1f%s%s\n",
        tickets, rate, subject->start_s, subject->start_cpu_s, event_50, event_99,
        (double)interval->frames / s, gap_99, interval->wall_s / s, interval->screen_s / s,
        other / s, interval->pss_mb, slow * 100, quick_event_99, quick_gap_99, trouble ? " | " : "",
        trouble ? trouble : "");
    FILE *file = open_json(options, "rate");
    if (!file) {
        return;
    }
    put_number(file, "tickets", tickets, 0);
    put_number(file, "open", options->open, 2);
    put_number(file, "events_per_s", rate, 0);
    fprintf(file, ",\"together\":%s", options->together ? "true" : "false");
    put_number(file, "seconds", s, 2);
    put_number(file, "start_s", subject->start_s, 3);
    put_number(file, "start_cpu_s", subject->start_cpu_s, 3);
    put_number(file, "first_scene_s", subject->scene_s, 3);
    put_number(file, "event_ms_p50", event_50, 2);
    put_number(file, "event_ms_p99", event_99, 2);
    put_number(file, "event_ms_max", samples_quantile(&interval->event_ms, 1), 2);
    put_number(file, "events_seen", (double)interval->event_ms.count, 0);
    put_number(file, "frames_per_s", (double)interval->frames / s, 2);
    put_number(file, "gap_ms_p50", samples_quantile(&interval->gap_ms, 0.5), 2);
    put_number(file, "gap_ms_p99", gap_99, 2);
    put_number(file, "gap_ms_max", samples_quantile(&interval->gap_ms, 1), 2);
    put_number(file, "machine_slow", slow, 3);
    put_number(file, "quick_event_ms_p99", quick_event_99, 2);
    put_number(file, "quick_gap_ms_p99", quick_gap_99, 2);
    put_number(file, "wall_cores", interval->wall_s / s, 4);
    put_number(file, "xserver_cores", interval->screen_s / s, 4);
    put_number(file, "bench_cores", interval->self_s / s, 4);
    put_number(file, "other_cores", other / s, 3);
    put_number(file, "pss_mb", interval->pss_mb, 1);
    put_number(file, "events_behind_at_end", (double)behind, 0);
    close_json(file, subject);
}

static bool
measure(struct subject *subject, double tickets, double rate)
{
    struct interval interval;
    glass_peer_rate(subject->peer, rate, subject->options->together);
    bool good = watch(subject, NULL, clock_mono_ns() + SETTLE_NS);
    begin_interval(subject, &interval);
    good = good && watch(subject, &interval,
                         interval.began_ns + (int64_t)(subject->options->seconds * 1e9));
    end_interval(subject, &interval);
    print_interval(subject, &interval, tickets, rate);
    fflush(stdout);
    free_interval(&interval);
    return good;
}

/* ---- the highest rate ---- */

/* How long ago the event drawn now was due: waiting in the socket counts. */
static double
lag_ms(const struct subject *subject)
{
    int64_t due_ns, sent_ns;
    uint64_t next = subject->cursor + 1;
    if (!glass_peer_times(subject->peer, next, &due_ns, &sent_ns)) {
        return next > glass_peer_sent(subject->peer) ? 0 : 1e6;
    }
    return (double)(clock_mono_ns() - due_ns) / 1e6;
}

/* Whether the lag at the end is still that of the beginning, three seconds before: a wall that
 * takes a tenth less than what comes loses 300 ms in that time. */
static bool
keeps_up(struct subject *subject, double rate, double *early_ms, double *late_ms)
{
    struct samples early = {0}, late = {0};
    int64_t began_ns = clock_mono_ns(), now_ns = began_ns;
    bool good = true;
    glass_peer_rate(subject->peer, rate, false);
    while (good && now_ns - began_ns < STEP_NS) {
        good = watch(subject, NULL, now_ns + 5000000);
        now_ns = clock_mono_ns();
        double share = (double)(now_ns - began_ns) / (double)STEP_NS;
        if (share > 0.2 && share < 0.4) {
            samples_add(&early, lag_ms(subject));
        } else if (share > 0.8) {
            samples_add(&late, lag_ms(subject));
        }
    }
    *early_ms = samples_quantile(&early, 0.5);
    *late_ms = samples_quantile(&late, 0.5);
    free(early.items);
    free(late.items);
    return good && *late_ms <= *early_ms + 250;
}

/* What is still under way is drawn before the next step. */
static bool
drain(struct subject *subject)
{
    int64_t until_ns = clock_mono_ns() + START_NS / 2;
    glass_peer_rate(subject->peer, 0, false);
    bool good = watch(subject, NULL, clock_mono_ns() + 500000000);
    while (good && subject->cursor < glass_peer_sent(subject->peer) && clock_mono_ns() < until_ns) {
        good = watch(subject, NULL, clock_mono_ns() + 50000000);
    }
    return good && subject->cursor == glass_peer_sent(subject->peer);
}

static void
ramp(struct subject *subject, double tickets)
{
    double best = 0, worst = 0, early_ms, late_ms;
    for (int step = 0; step < 9; step++) {
        double rate = worst == 0 ? (best == 0 ? RAMP_FROM : best * 2) : (best + worst) / 2;
        if (rate > RAMP_TO || (worst > 0 && best > 0 && worst / best < 1.2) || rate < 1000) {
            break;
        }
        bool kept = keeps_up(subject, rate, &early_ms, &late_ms);
        if (!kept && drain(subject)) { /* a second time: something else may have been busy */
            kept = keeps_up(subject, rate, &early_ms, &late_ms);
        }
        printf("%9.0f tickets, %6.0f events/s, one message an event: lag %.0f ms, then %.0f ms: "
               "%s\n",
               tickets, rate, early_ms, late_ms, kept ? "keeps up" : "falls behind");
        fflush(stdout);
        best = kept ? rate : best;
        worst = kept ? worst : rate;
        if (!drain(subject)) {
            break;
        }
    }
    FILE *file = open_json(subject->options, "highest_rate");
    if (file) {
        put_number(file, "tickets", tickets, 0);
        put_number(file, "open", subject->options->open, 2);
        put_number(file, "events_per_s", best, 0);
        put_number(file, "falls_behind_at", worst, 0);
        close_json(file, subject);
    }
    printf("%9.0f tickets: keeps up with %.0f events/s%s\n", tickets, best,
           glass_peer_trouble(subject->peer) ? ", then in trouble" : "");
}

/* ---- another snapshot ---- */

struct turns {
    double longest_ms, quick_ms; /* of all, and while the machine was at its speed; 0: all short */
};

/* The longest turns of the wall's loop that its log tells of behind the place, which moves to the
 * log's end. */
static struct turns
longest_turns(const struct subject *subject, long *place)
{
    static const char says[] = "turn of the loop took ";
    char line[512];
    struct turns turns = {0};
    FILE *file = fopen(subject->options->log, "r");
    if (!file) {
        return turns;
    }
    int64_t ahead_ns = clock_wall_ms() * 1000000 - clock_mono_ns(), ended_ms;
    fseek(file, *place, SEEK_SET);
    while (fgets(line, sizeof line, file)) {
        const char *at = strstr(line, says);
        if (!at || !when_parse((struct str){line, strcspn(line, " ")}, &ended_ms)) {
            continue;
        }
        double ms = strtod(at + strlen(says), NULL);
        int64_t ended_ns = ended_ms * 1000000 - ahead_ns, began_ns = ended_ns - (int64_t)(ms * 1e6);
        bool slow = machine_was_slow(&subject->machine, began_ns, ended_ns);
        turns.longest_ms = ms > turns.longest_ms ? ms : turns.longest_ms;
        turns.quick_ms = ms > turns.quick_ms && !slow ? ms : turns.quick_ms;
    }
    *place = ftell(file);
    fclose(file);
    return turns;
}

/* From telling the wall that it missed something until its glass shows the new state in sync. */
static bool
run_again(struct subject *subject, double tickets, long *place, struct err *err)
{
    const struct options *options = subject->options;
    struct glass_load_config config = {
        .tickets = (size_t)options->again, .open = options->open, .now_ms = clock_wall_ms()};
    struct glass_load *load = glass_load_create(&config, err);
    struct glass_cells cells = {0};
    struct interval interval;
    struct turns start = longest_turns(subject, place), turns;
    double whole_s = 0;
    uint64_t first = load ? glass_load_seq(load) : 0;
    bool good = load && watch(subject, NULL, clock_mono_ns() + SETTLE_NS);
    begin_interval(subject, &interval);
    if (good) {
        glass_peer_again(subject->peer, load);
    }
    while (good && whole_s == 0 && clock_mono_ns() - interval.began_ns < START_NS) {
        good = watch(subject, &interval, clock_mono_ns() + LOOK_NS);
        if (subject->cursor >= first && glass_screen_read(subject->screen, &cells) &&
            cells.in_sync) {
            whole_s = (double)(clock_mono_ns() - interval.began_ns) / 1e9;
        }
    }
    good = good && watch(subject, &interval, clock_mono_ns() + SETTLE_NS);
    end_interval(subject, &interval);
    turns = longest_turns(subject, place);
    printf(
        "%9.0f tickets come to a wall that shows %.0f: in sync after %.2f s, longest gap between "
        "frames %.1f ms of %lld, longest turn of the loop %.1f ms (while the machine was not slow "
        "%.1f ms; at the start %.1f ms), wall %.2f s CPU, PSS %.0f MB, machine slow %.1f %%\n",
        options->again, tickets, whole_s, samples_quantile(&interval.gap_ms, 1),
        (long long)interval.frames, turns.longest_ms, turns.quick_ms, start.longest_ms,
        interval.wall_s, interval.pss_mb,
        100 * machine_slow_share(&subject->machine, interval.began_ns, interval.ended_ns));
    FILE *file = open_json(options, "again");
    if (file) {
        put_number(file, "tickets", tickets, 0);
        put_number(file, "again", options->again, 0);
        put_number(file, "in_sync_s", whole_s, 3);
        put_number(file, "gap_ms_max", samples_quantile(&interval.gap_ms, 1), 2);
        put_number(file, "turn_ms_max", turns.longest_ms, 1);
        put_number(file, "quick_turn_ms_max", turns.quick_ms, 1);
        put_number(file, "start_turn_ms_max", start.longest_ms, 1);
        put_number(file, "wall_cpu_s", interval.wall_s, 3);
        close_json(file, subject);
    }
    free_interval(&interval);
    end_wall(subject);
    glass_load_destroy(load);
    return good && whole_s > 0;
}

/* ---- a run ---- */

static bool
has(const double *list, int count, double value)
{
    for (int i = 0; i < count; i++) {
        if (list[i] == value) {
            return true;
        }
    }
    return false;
}

/* The median of several starts; the last wall stays. */
static bool
start_often(struct subject *subject, struct err *err)
{
    struct samples starts = {0};
    bool good = true;
    for (int i = 0; good && i < subject->options->starts; i++) {
        if (i > 0) {
            end_wall(subject);
        }
        good = start_wall(subject, err);
        samples_add(&starts, subject->start_s);
    }
    subject->start_s = samples_quantile(&starts, 0.5);
    free(starts.items);
    return good;
}

static bool
run_tickets(struct subject *subject, double tickets, struct err *err)
{
    const struct options *options = subject->options;
    struct glass_load_config config = {
        .tickets = (size_t)tickets, .open = options->open, .now_ms = clock_wall_ms()};
    long place = 0;
    longest_turns(subject, &place);
    subject->load = glass_load_create(&config, err);
    bool good = subject->load && start_often(subject, err);
    for (int i = 0; good && i < options->rates_count; i++) {
        good = measure(subject, tickets, options->rates[i]);
    }
    if (good && options->again > 0) {
        good = run_again(subject, tickets, &place, err);
    }
    if (good && options->again <= 0 && has(options->ramp, options->ramp_count, tickets)) {
        ramp(subject, tickets);
    }
    if (!good && !*err->text && subject->peer) {
        const char *trouble = glass_peer_trouble(subject->peer);
        err_set(err, "%s; see %s", trouble ? trouble : "the wall ended, or was stopped",
                options->log);
    }
    end_wall(subject);
    glass_load_destroy(subject->load);
    subject->load = NULL;
    return good;
}

static bool
run(const struct options *options, struct err *err)
{
    struct subject subject = {.options = options};
    machine_learn(&subject.machine);
    subject.screen = glass_screen_start(options->width_px, options->height_px, err);
    bool good = subject.screen != NULL;
    if (good) {
        printf(
            "%s, %d x %d px, %.0f %% of the tickets open, %s\n"
            "  tickets  ev./s | start   CPU | event->glass  | frames       |      CPU, cores      |"
            "  PSS  | machine slow\n"
            "                 |      s     s | med ms p99 ms |   /s p99 ms | wall   X srv  others |"
            "   MB  |  %% else p99, gap\n",
            options->scene, options->width_px, options->height_px, options->open * 100,
            options->together ? "at most 60 messages/s" : "one message an event");
    }
    for (int i = 0; good && i < options->tickets_count; i++) {
        good = run_tickets(&subject, options->tickets[i], err);
    }
    glass_screen_stop(subject.screen);
    machine_free(&subject.machine);
    return good;
}

/* ---- arguments ---- */

static bool
parse_list(const char *text, double out[LIST], int *count)
{
    *count = 0;
    while (*text && *count < LIST) {
        size_t len = strcspn(text, ",");
        if (!str_to_double((struct str){text, len}, &out[*count]) || out[*count] < 0) {
            return false;
        }
        ++*count;
        text += len + (text[len] == ',');
    }
    return *text == '\0';
}

static bool
parse(struct options *options, const char *name, const char *value)
{
    int end = 0;
    struct str text = str_from(value);
    double starts = 1;
    if (strcmp(name, "--size") == 0) {
        return sscanf(value, "%dx%d%n", &options->width_px, &options->height_px, &end) == 2 &&
               !value[end] && options->width_px >= 320 && options->height_px >= 180;
    }
    if (strcmp(name, "--tickets") == 0) {
        return parse_list(value, options->tickets, &options->tickets_count);
    }
    if (strcmp(name, "--rates") == 0) {
        return parse_list(value, options->rates, &options->rates_count);
    }
    if (strcmp(name, "--ramp") == 0) {
        return parse_list(value, options->ramp, &options->ramp_count);
    }
    if (strcmp(name, "--seconds") == 0) {
        return str_to_double(text, &options->seconds) && options->seconds > 0;
    }
    if (strcmp(name, "--open") == 0) {
        return str_to_double(text, &options->open) && options->open >= 0 && options->open <= 1;
    }
    if (strcmp(name, "--again") == 0) {
        return str_to_double(text, &options->again) && options->again > 0;
    }
    if (strcmp(name, "--starts") == 0) {
        bool good = str_to_double(text, &starts) && starts >= 1 && starts <= 99;
        options->starts = (int)starts;
        return good;
    }
    const char **texts[] = {&options->scene, &options->json, &options->log};
    static const char *const names[] = {"--scene", "--json", "--log"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) == 0) {
            *texts[i] = value;
            return true;
        }
    }
    return false;
}

int
main(int argc, char **argv)
{
    struct options options = {
        .wall = argc > 1 ? argv[1] : NULL,
        .scene = "district-daily",
        .log = "/dev/null",
        .width_px = 1920,
        .height_px = 1080,
        .starts = 1,
        .tickets = {100000},
        .tickets_count = 1,
        .rates = {0, 1000},
        .rates_count = 2,
        .seconds = 10,
        .open = 1,
    };
    bool good = argc > 1;
    for (int i = 2; good && i < argc; i++) {
        if (strcmp(argv[i], "--together") == 0) {
            options.together = true;
        } else {
            good = i + 1 < argc && parse(&options, argv[i], argv[i + 1]);
            i++;
        }
    }
    if (!good) {
        fprintf(stderr, "usage: bench_glass WALLBOARD [--size WxH] [--tickets N,N] [--rates R,R]\n"
                        "           [--seconds S] [--starts N] [--open SHARE] [--scene NAME]\n"
                        "           [--together] [--ramp N,N] [--json FILE] [--log FILE]\n"
                        "           [--again N --log FILE: then a snapshot of N tickets comes]\n");
        return 2;
    }
    struct err err = {""};
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1000);
    if (!run(&options, &err)) {
        fprintf(stderr, "bench_glass: %s\n", err.text);
        return 1;
    }
    return 0;
}
