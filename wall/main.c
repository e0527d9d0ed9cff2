/* wallboard: builds the owners in order, runs the loop, tears them down in reverse. What is
 * shown gets its moment handed in from here: nothing that draws or counts reads a clock. */
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "wall/base/clock.h"
#include "wall/base/file.h"
#include "wall/base/log.h"
#include "wall/check.h"
#include "wall/dump.h"
#include "wall/input.h"
#include "wall/owners.h"
#include "wall/pace.h"
#include "wall/revive.h"
#include "wall/shot.h"

#define FOLD_NS 4000000       /* a frame's least share of a burst */
#define FOLD_MOST_NS 16000000 /* … and its largest: a slow frame must not become a hitch */
#define LOADING_NS 6000000    /* a turn's share of a snapshot that is coming in, at most */
#define FOLD_AT_ONCE 512      /* events, rows or tickets between two looks at the clock */
#define TURN_TOLD_NS 16000000 /* shorter turns of the loop are not told */
#define STATUS_EVERY_MS 5000
#define FIRST_WITHIN_MS 1000
#define LOADED_WITHIN_MS 2000
#define FIRST_LOOK_MS 50

enum { EXIT_DONE = 0, EXIT_WRONG_START = 2, EXIT_NOT_IN_SYNC = 3 };

/* What is on the glass, read back from what was presented. */
struct glass {
    uint64_t frame, seq, version;
    int64_t frame_ms, second;
    int64_t work_ms; /* the last frame's, shown or not, but for waiting for a display */
    bool stale, in_sync, connected, exposed;
    bool filled; /* figures were drawn: a change of all of them may take a few frames */
    bool behind; /* its figures are of another moment: those of this one are being made */
    bool drawn_stale;
    struct input_pointer pointer;
    int64_t pointed_ms; /* since when it rested in the last frame */
    int64_t synced_ms;  /* when the feed was last in sync, or had nothing to be so; monotonic */
    bool tried;         /* what the first presents found out was told */
    bool rehearsed;     /* the first picture was drawn as far as it is known */
    char scene[64];
    int64_t began_ms;   /* when the loop began, monotonic */
    int64_t started_ns; /* when the last frame began */
    struct revive revive;
    struct pace pace;
};

/* What the last status told the hub. */
struct told {
    int64_t when_ms; /* monotonic */
    uint64_t welcomes;
    bool stale;
    char scene[64];
};

/* --shot and --dump. */
struct goal {
    bool wanted, holding;
    int64_t deadline_ms, held_since_ms;
};

static int64_t
mono_ms(void)
{
    return clock_mono_ns() / 1000000;
}

/* ---- a frame ---- */

static void
describe_feed(const struct owners *own, const struct feed_state *state, struct renderer_feed *out)
{
    int64_t hub_ms = feed_hub_ms(own->feed, clock_wall_ms());
    bool live = own->config.at_ms < 0 && control_is_live(feed_control(own->feed), hub_ms);
    *out = (struct renderer_feed){
        .connected = state->connected,
        .in_sync = state->in_sync,
        .stale = state->stale,
        .age_ms = state->age_ms,
        .offset_ms = state->offset_ms,
        .live = live,
        .seq = state->seq,
    };
    snprintf(out->reason, sizeof out->reason, "%s",
             *state->reason ? state->reason
             : live         ? ""
                            : "历史时刻");
}

static int64_t
moment_now(const struct owners *own)
{
    int64_t hub_ms = feed_hub_ms(own->feed, clock_wall_ms());
    return own->config.at_ms >= 0 ? own->config.at_ms
                                  : control_moment(feed_control(own->feed), hub_ms);
}

static int64_t
period_ns(const struct owners *own)
{
    return 1000000000LL / display_rate(own->display);
}

static bool
saves_picture(const struct owners *own)
{
    return own->config.shot.len || own->config.dump.len;
}

/* The hub's time: all machines of a wall move in step. A picture to be saved shows where everything
 * is going. */
static int64_t
frame_time(const struct owners *own)
{
    return saves_picture(own) ? 0 : feed_hub_ms(own->feed, clock_wall_ms());
}

static bool
wanders(const struct config *config)
{
    return config->wander == CONFIG_WANDER_ALWAYS ||
           (config->wander == CONFIG_WANDER_IN_KIOSK && config->kiosk);
}

/* The figures of the moment. While they are being made the last ones stay, with their moment where
 * the picture is not the live one: a jump in time is shown at once or not at all. A picture to be
 * saved waits for them. */
static const struct snapshot *
figures(struct owners *own, struct glass *glass, int64_t *moment_ms)
{
    const struct snapshot *snapshot = saves_picture(own)
                                          ? tickets_snapshot(own->tickets, *moment_ms)
                                          : tickets_glance(own->tickets, *moment_ms);
    glass->behind = snapshot && snapshot->at_ms != *moment_ms;
    int64_t hub_ms = feed_hub_ms(own->feed, clock_wall_ms());
    if (glass->behind &&
        (own->config.at_ms >= 0 || !control_is_live(feed_control(own->feed), hub_ms))) {
        *moment_ms = snapshot->at_ms;
    }
    return snapshot;
}

_Static_assert(DISPLAY_WINDOWS <= RENDERER_WINDOWS, "each window is presented to");

static void
swap(struct display *display, struct renderer *renderer)
{
    if (!display_swap(display)) {
        renderer_lose(renderer);
    }
}

/* Into one of the windows; true: that one is to be swapped. */
static bool
present(struct display *display, struct renderer *renderer, int window)
{
    struct renderer_window at = {.index = window};
    struct display_part part;
    display_size(display, &at.whole_w, &at.whole_h);
    display_enter(display, window, &part);
    at.x = part.x;
    at.y = part.y;
    at.w = part.w;
    at.h = part.h;
    if (renderer_swap_first(renderer, &at)) {
        swap(display, renderer);
    }
    return renderer_present_window(renderer, &at);
}

/* Into all windows. Returns how long the swaps took: a display may have been waited for. */
static int64_t
show(struct display *display, struct renderer *renderer)
{
    int64_t swapping_ns = 0;
    for (int i = display_windows(display); i-- > 0;) {
        if (present(display, renderer, i)) {
            int64_t before_ns = clock_mono_ns();
            swap(display, renderer);
            swapping_ns += clock_mono_ns() - before_ns;
        }
    }
    return swapping_ns;
}

/* Draws and, where any pixel changed, presents. Returns the snapshot drawn, or NULL. */
static const struct snapshot *
draw(struct owners *own, struct glass *glass, const struct feed_state *state, int64_t moment_ms)
{
    struct renderer *renderer = stage_renderer(own->stage);
    struct renderer_frame frame = {.moment_ms = moment_ms,
                                   .time_ms = frame_time(own),
                                   .still = own->config.motion == 1,
                                   .wander = wanders(&own->config),
                                   .probe = own->config.probe,
                                   .spread = glass->filled,
                                   .last_ms = glass->work_ms,
                                   .first = !glass->filled};
    int64_t swapping_ns = 0;
    glass->started_ns = clock_mono_ns();
    pace_beat(&glass->pace, glass->started_ns, period_ns(own));
    if (state->has_state) {
        frame.snapshot = figures(own, glass, &frame.moment_ms);
    }
    describe_feed(own, state, &frame.feed);
    frame.feed.unsynced_ms = state->in_sync ? 0 : mono_ms() - glass->synced_ms;
    glass->drawn_stale = renderer_feed_stale(&frame.feed);
    glass->pointed_ms = input_pointer_rests(&glass->pointer, mono_ms());
    if (glass->pointed_ms) {
        frame.pointer = renderer_point(renderer, glass->pointer.x, glass->pointer.y);
    }
    if (renderer_draw(renderer, &frame) || glass->exposed) {
        if (glass->exposed) {
            renderer_expose(renderer);
        }
        swapping_ns = show(own->display, renderer);
        pace_frame(&glass->pace, glass->started_ns, swapping_ns, period_ns(own));
        glass->frame_ms = (clock_mono_ns() - glass->started_ns + 999999) / 1000000;
        if (glass->frame++ == 0) {
            log_line(LOG_LEVEL_DEBUG, "start", "the first picture is in the window");
        }
        glass->exposed = false;
        if (!glass->tried && renderer_tried(renderer)) {
            log_line(LOG_LEVEL_INFO, "display", "%s", renderer_tried(renderer));
            glass->tried = true;
        }
    }
    glass->work_ms = (clock_mono_ns() - glass->started_ns - swapping_ns) / 1000000;
    glass->filled |= frame.snapshot != NULL;
    if (frame.snapshot) {
        stage_tell_left_out(own->stage);
    }
    glass->seq = state->seq;
    glass->stale = state->stale;
    glass->in_sync = state->in_sync;
    glass->connected = state->connected;
    glass->version = feed_version(own->feed);
    glass->second = moment_ms / 1000;
    snprintf(glass->scene, sizeof glass->scene, "%s", stage_scene(own->stage)->name);
    return frame.snapshot;
}

/* Whether nothing is shown yet because the first snapshot may come in any moment, or is coming: an
 * empty picture would only delay the full one. */
static bool
awaits_first(const struct glass *glass, const struct feed_state *state, bool loading,
             int64_t now_ms)
{
    return glass->frame == 0 && !state->has_state &&
           now_ms - glass->began_ms < (loading ? LOADED_WITHIN_MS : FIRST_WITHIN_MS);
}

/* Draws what is known before anything came, and never swaps: fonts, shaders and the window's memory
 * are ready for the rest. */
static void
rehearse(struct renderer *renderer, struct display *display, const struct renderer_frame *frame)
{
    if (renderer_draw(renderer, frame)) {
        for (int i = display_windows(display); i-- > 0;) {
            present(display, renderer, i);
        }
        renderer_try_out(renderer, clock_mono_ns); /* from the first that is swapped */
    }
}

/* The same in the time in which nothing comes. */
static void
rehearse_waiting(struct owners *own, struct glass *glass, const struct feed_state *state,
                 int64_t moment_ms)
{
    struct renderer_frame frame = {.moment_ms = moment_ms, .time_ms = frame_time(own)};
    if (!glass->rehearsed) {
        glass->rehearsed = true;
        describe_feed(own, state, &frame.feed);
        rehearse(stage_renderer(own->stage), own->display, &frame);
    }
}

/* The same while another thread still folds what came before the window was there; takes the feed
 * back from it. What it has folded already is not to wait for a rehearsal. */
static void
rehearse_ahead(struct owners *own, struct glass *glass)
{
    if (ahead_is_busy(&own->ahead)) {
        int64_t now_ms = clock_wall_ms(); /* this machine's: the hub's is not known here */
        struct renderer_frame frame = {.moment_ms =
                                           own->config.at_ms >= 0 ? own->config.at_ms : now_ms,
                                       .time_ms = saves_picture(own) ? 0 : now_ms};
        glass->rehearsed = true;
        rehearse(stage_renderer(own->stage), own->display, &frame);
    }
    ahead_stop(&own->ahead);
}

/* Whether there is a context to draw with. */
static bool
can_draw(struct owners *own, struct glass *glass, int64_t now_ms)
{
    struct renderer *renderer = stage_renderer(own->stage);
    enum revive_result result = revive_look(&glass->revive, own->display, renderer, now_ms);
    if (result == REVIVE_DONE) {
        renderer_try_out(renderer, clock_mono_ns);
        glass->tried = false;
        glass->exposed = true;
    }
    return result != REVIVE_LATER;
}

/* How long until something on the glass moves on or flashes though nothing comes in; INT64_MAX: it
 * will not. */
static int64_t
until_motion_ms(const struct owners *own)
{
    int64_t due_ms = renderer_due_ms(stage_renderer(own->stage));
    if (due_ms == INT64_MAX || frame_time(own) == 0) {
        return INT64_MAX;
    }
    int64_t until_ms = due_ms - frame_time(own);
    return until_ms > 0 ? until_ms : 0;
}

static bool
is_due(const struct owners *own, const struct glass *glass, const struct feed_state *state,
       int64_t moment_ms)
{
    return glass->frame == 0 || glass->exposed || glass->behind || until_motion_ms(own) == 0 ||
           glass->version != feed_version(own->feed) || glass->second != moment_ms / 1000 ||
           glass->stale != state->stale || glass->in_sync != state->in_sync ||
           glass->connected != state->connected ||
           glass->pointed_ms != input_pointer_rests(&glass->pointer, mono_ms());
}

static bool
is_time(const struct owners *own, const struct glass *glass)
{
    return clock_mono_ns() - glass->pace.beat_ns >= period_ns(own);
}

/* At most as many frames as the display has periods. */
static void
keep_pace(const struct owners *own, const struct glass *glass)
{
    int64_t least_ns = pace_least_ns(&glass->pace, period_ns(own));
    int64_t passed_ns = clock_mono_ns() - glass->pace.beat_ns;
    if (glass->frame > 0 && passed_ns < least_ns) {
        clock_sleep_ns(least_ns - passed_ns);
    }
}

/* ---- what happens between frames ---- */

/* Folds what has come in and makes the figures of the moment: of a burst as much as the time until
 * the next frame allows, and at least for as long as the last frame took: drawing hardly takes more
 * than half of the time while more waits, so that slow frames do not let a lag grow. True where
 * more is to do. */
static bool
fold_in(const struct owners *own, const struct glass *glass)
{
    int64_t share_ns = feed_is_loading(own->feed) ? 0 : glass->frame_ms * 1000000;
    share_ns = share_ns < FOLD_MOST_NS ? share_ns : FOLD_MOST_NS;
    int64_t began_ns = clock_mono_ns();
    int64_t until_ns = began_ns + (share_ns > FOLD_NS ? share_ns : FOLD_NS);
    int64_t next_ns = glass->pace.beat_ns + period_ns(own);
    until_ns = next_ns > until_ns ? next_ns : until_ns;
    while (feed_fold(own->feed, moment_now(own), FOLD_AT_ONCE)) {
        int64_t now_ns = clock_mono_ns();
        if (now_ns >= until_ns || (feed_is_loading(own->feed) && now_ns - began_ns >= LOADING_NS)) {
            return true;
        }
    }
    return false;
}

/* false: the program is to end. */
static bool
take_events(struct owners *own, struct glass *glass)
{
    struct display_event event;
    while (display_poll(own->display, &event)) {
        int tab = 0, w = 0, h = 0;
        switch (event.kind) {
        case DISPLAY_QUIT:
            return false;
        case DISPLAY_KEY:
            switch (input_key(event.key, own->config.kiosk, stage_tabs(own->stage),
                              stage_tab_now(own->stage), &tab)) {
            case INPUT_QUIT:
                return false;
            case INPUT_TAB:
                stage_show_tab(own->stage, tab);
                glass->exposed = true;
                break;
            default:
                break;
            }
            break;
        case DISPLAY_POINTER:
            input_pointer(&glass->pointer, &event, mono_ms());
            break;
        case DISPLAY_RESIZED:
            if (!own->config.offscreen) {
                display_size(own->display, &w, &h);
                stage_resize(own->stage, w, h);
            }
            glass->exposed = true;
            break;
        default:
            glass->exposed = true;
            break;
        }
    }
    return true;
}

/* What the hub's operator wants, when it is due. A moment named on the command line stands. */
static void
obey(struct owners *own, struct glass *glass)
{
    struct control *control = feed_control(own->feed);
    if (!control_turn(control, feed_hub_ms(own->feed, clock_wall_ms()))) {
        return;
    }
    const char *scene = *control->now.scene ? control->now.scene : stage_scene(own->stage)->name;
    if (!stage_show(own->stage, scene, control->now.focus)) {
        log_line(LOG_LEVEL_WARNING, "scene", "the hub asks for a scene that cannot be shown");
    }
    glass->exposed = true;
}

/* Every five seconds, and at once after a welcome and where the scene or staleness changed. */
static void
report_status(struct owners *own, struct told *told, const struct glass *glass,
              const struct feed_state *state, int64_t now_ms)
{
    bool due = now_ms - told->when_ms >= STATUS_EVERY_MS ||
               told->welcomes != feed_welcomes(own->feed) || told->stale != glass->drawn_stale ||
               strcmp(told->scene, glass->scene) != 0;
    if (!state->connected || !due || glass->frame == 0) {
        return;
    }
    struct client_status status = {
        .seq = glass->seq,
        .frame = glass->frame,
        .frame_ms = glass->frame_ms,
        .offset_ms = state->offset_ms,
        .stale = glass->drawn_stale,
    };
    memcpy(status.scene, glass->scene, sizeof status.scene);
    feed_status(own->feed, &status);
    *told = (struct told){now_ms, feed_welcomes(own->feed), glass->drawn_stale, ""};
    memcpy(told->scene, glass->scene, sizeof told->scene);
}

/* ---- --shot and --dump ---- */

static bool
save(struct owners *own, const struct snapshot *snapshot, const struct feed_state *state)
{
    struct err err = {""};
    bool good = true;
    if (own->config.shot.len) {
        good = shot_write(stage_renderer(own->stage), own->config.shot.ptr, &err);
    }
    if (good && own->config.dump.len) {
        struct buf out = {0};
        dump_write(own->tickets, snapshot, stage_scene(own->stage), stage_renderer(own->stage),
                   state, &out);
        good = file_write(own->config.dump.ptr, buf_str(&out), &err);
        buf_free(&out);
    }
    if (!good) {
        fprintf(stderr, "wallboard: %s\n", err.text);
    }
    return good;
}

/* -1: go on; else the exit status. */
static int
pursue(struct owners *own, struct glass *glass, struct goal *goal, const struct feed_state *state,
       int64_t now_ms)
{
    bool there = state->in_sync && !state->stale && state->has_state;
    if (!there) {
        goal->holding = false;
        if (now_ms < goal->deadline_ms) {
            return -1;
        }
        fprintf(stderr, "wallboard: not in sync within %g s: %s\n", own->config.timeout_s,
                *state->why ? state->why : "the feed is silent");
        return EXIT_NOT_IN_SYNC;
    }
    if (!goal->holding) {
        goal->holding = true;
        goal->held_since_ms = now_ms;
    }
    if ((double)(now_ms - goal->held_since_ms) < own->config.hold_s * 1000) {
        return -1;
    }
    const struct snapshot *snapshot = draw(own, glass, state, moment_now(own));
    return save(own, snapshot, state) ? EXIT_DONE : EXIT_WRONG_START;
}

/* ---- the loop ---- */

static int
sleep_ms(const struct owners *own, const struct goal *goal, const struct glass *glass,
         int64_t moment_ms, int64_t now_ms)
{
    const struct control *control = feed_control(own->feed);
    int64_t wait = 1000 - moment_ms % 1000; /* the clock's next second */
    if (own->config.at_ms >= 0) {
        wait = 1000;
    } else if (control->has_now && control->now.moment == MESSAGE_REPLAY) {
        wait = 16; /* its seconds may be short */
    }
    int64_t motion = until_motion_ms(own);
    wait = motion < wait ? motion : wait;
    int64_t pointer = input_pointer_wait_ms(&glass->pointer, now_ms);
    wait = pointer < wait ? pointer : wait;
    if (control->has_next) {
        int64_t hub_ms = feed_hub_ms(own->feed, clock_wall_ms());
        int64_t until = control->next.present_ms - hub_ms;
        wait = until < wait ? until : wait;
    }
    if (goal->wanted && goal->holding) {
        int64_t rest = goal->held_since_ms + (int64_t)(own->config.hold_s * 1000) + 1 - now_ms;
        wait = rest < wait ? rest : wait;
    } else if (goal->wanted && goal->deadline_ms - now_ms < wait) {
        wait = goal->deadline_ms - now_ms;
    }
    return wait > 1 ? (int)wait : 1;
}

/* A turn of the loop, from where it woke up: monotonic nanoseconds, and this thread's. */
struct turn {
    int64_t woke_ns, woke_spent_ns, folded_ns, folded_spent_ns;
};

/* Tells of a turn that was longer than a frame: for whoever looks for what held the picture up.
 * Where it was long and little was computed, other programs had the processor. */
static void
tell_long_turn(const struct glass *glass, const struct turn *turn)
{
    int64_t took_ns = clock_mono_ns() - turn->woke_ns;
    if (took_ns > TURN_TOLD_NS) {
        log_line(
            LOG_LEVEL_DEBUG, "pace",
            "a turn of the loop took %.1f ms (%.1f computing), folding %.1f (%.1f); frame %llu",
            (double)took_ns / 1e6, (double)(clock_spent_ns() - turn->woke_spent_ns) / 1e6,
            (double)(turn->folded_ns - turn->woke_ns) / 1e6,
            (double)(turn->folded_spent_ns - turn->woke_spent_ns) / 1e6,
            (unsigned long long)glass->frame);
    }
}

static int
loop(struct owners *own)
{
    struct glass glass = {.second = -1, .began_ms = mono_ms()};
    struct told told = {.stale = true};
    struct goal goal = {
        .wanted = own->config.shot.len || own->config.dump.len,
        .deadline_ms = mono_ms() + (int64_t)(own->config.timeout_s * 1000),
    };
    rehearse_ahead(own, &glass);
    for (bool more = false;;) {
        struct feed_state state;
        if (!take_events(own, &glass)) {
            return EXIT_DONE;
        }
        display_show_pointer(own->display, input_pointer_seen(&glass.pointer, mono_ms()));
        bool loading = feed_is_loading(own->feed);
        if (!more && !loading) { /* else what comes is folded while the next frame is waited for */
            keep_pace(own, &glass);
        }
        struct turn turn = {.woke_ns = clock_mono_ns(), .woke_spent_ns = clock_spent_ns()};
        obey(own, &glass);
        more = fold_in(own, &glass) || (glass.behind && !feed_is_loading(own->feed));
        turn.folded_ns = clock_mono_ns();
        turn.folded_spent_ns = clock_spent_ns();
        int64_t now_ms = mono_ms(), moment_ms = moment_now(own);
        feed_look(own->feed, now_ms, &state);
        if (state.in_sync || !state.has_state) {
            glass.synced_ms = now_ms;
        }
        if (goal.wanted && !more) {
            int status = pursue(own, &glass, &goal, &state, now_ms);
            if (status >= 0) {
                return status;
            }
        }
        bool awaits = awaits_first(&glass, &state, loading, now_ms);
        if (awaits && !more) {
            rehearse_waiting(own, &glass, &state, moment_ms);
        } else if (!awaits && (!loading || is_time(own, &glass)) &&
                   is_due(own, &glass, &state, moment_ms) && can_draw(own, &glass, now_ms)) {
            draw(own, &glass, &state, moment_ms);
        }
        kiosk_alive(&own->kiosk, now_ms);
        report_status(own, &told, &glass, &state, now_ms);
        tell_long_turn(&glass, &turn);
        if (!more) {
            int wait_ms = sleep_ms(own, &goal, &glass, moment_now(own), mono_ms());
            display_wait(own->display, awaits && wait_ms > FIRST_LOOK_MS ? FIRST_LOOK_MS : wait_ms);
        }
    }
}

/* ---- the program ---- */

static void
print_report(const struct yaml_report *report)
{
    if (report->text.len) {
        fputs(report->text.ptr, stderr);
    }
}

/* As moment_now; called by the thread that has the feed until the loop begins. */
static int64_t
moment_ahead(void *own)
{
    return moment_now(own);
}

static bool
start(struct owners *own)
{
    struct yaml_report report = {0};
    struct err err = {""};
    bool good = owners_start(own, clock_wall_ms(), moment_ahead, &report, &err);
    print_report(&report);
    yaml_report_free(&report);
    if (*err.text) {
        fprintf(stderr, "wallboard: %s\n", err.text);
    }
    return good;
}

static int
run_wall(struct owners *own)
{
    log_line(LOG_LEVEL_DEBUG, "start", "the settings are read");
    display_prepare();
    if (!start(own)) {
        owners_finish(own);
        return EXIT_WRONG_START;
    }
    kiosk_init(&own->kiosk);
    int status = loop(own);
    if (own->demo && own->config.shot.len && status == EXIT_DONE) {
        printf("Saved %s.\n", own->config.shot.ptr);
    }
    owners_finish(own);
    return status;
}

static int
run_check(const struct config *config)
{
    struct yaml_report report = {0};
    struct buf table = {0};
    bool good = check_all(config, &report, &table);
    fputs(table.len ? table.ptr : "", stdout);
    fflush(stdout);
    buf_free(&table);
    print_report(&report);
    yaml_report_free(&report);
    if (good) {
        puts("ok");
    }
    return good ? EXIT_DONE : EXIT_WRONG_START;
}

static int
run_text(enum config_run what)
{
    struct buf out = {0};
    struct err err = {""};
    bool good = true;
    if (what == CONFIG_RUN_HELP) {
        config_help(&out);
    } else if (what == CONFIG_RUN_VERSION) {
        buf_printf(&out, "wallboard %s\n", WALLBOARD_VERSION);
    } else {
        good = display_list(&out, &err);
    }
    if (out.len) {
        fputs(out.ptr, stdout);
    }
    if (!good) {
        fprintf(stderr, "wallboard: %s\n", err.text);
    }
    buf_free(&out);
    return good ? EXIT_DONE : EXIT_WRONG_START;
}

/* Arrays that grow for months lie in mappings of their own, which grow without holes. glibc would
 * raise its bound with every large block that goes, and keep them in the heap from then on: several
 * megabytes of holes in ten minutes of 1,000 events/s (bench_growth). */
static void
bound_the_heap(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 512 * 1024);
#endif
}

int
main(int argc, char **argv)
{
    bound_the_heap();
    static struct owners own = {.kiosk = {.fd = -1}};
    struct yaml_report report = {0};
    int status = EXIT_WRONG_START;
    bool good = config_read(&own.config, argc, argv, &report);
    print_report(&report);
    yaml_report_free(&report);
    if (good) {
        log_set_level((enum log_level)own.config.log_level);
        switch (config_run(&own.config)) {
        case CONFIG_RUN_WALL:
            status = run_wall(&own);
            break;
        case CONFIG_RUN_CHECK:
            status = run_check(&own.config);
            break;
        default:
            status = run_text(config_run(&own.config));
            break;
        }
    }
    config_free(&own.config);
    return status;
}
