/* paint_part: what the painters share: places, texts, bars, the words of windows and ages.
 *
 * Pure helpers over struct paint; main thread. Offsets are design pixels (1080 high) from the
 * panel's top left, turned into whole canvas pixels. Never used outside render/paint_*.c. */
#ifndef RENDER_PAINT_PART_H
#define RENDER_PAINT_PART_H

#include "render/motion.h"
#include "render/paint.h"

/* Canvas pixels of n design pixels, rounded; may be 0 or negative, unlike paint_px. */
float paint_part_px(const struct paint *p, float n);
/* Canvas coordinates of an offset from the panel's left or top edge. */
float paint_part_x(const struct paint *p, float n);
float paint_part_y(const struct paint *p, float n);
/* The panel's size in design pixels. */
float paint_part_width(const struct paint *p);
float paint_part_height(const struct paint *p);

bool paint_part_kiosk(const struct paint *p);
/* True where the panel's figures come from a feed that stopped; the header itself never is. */
bool paint_part_stale(const struct paint *p);

/* Text in a colour of the theme; returns the width in canvas pixels. */
float paint_part_text(const struct paint *p, struct text_style style, float x, float baseline,
                      enum draw_align align, enum theme_colour colour, const char *text);
/* The same, cut to max_width canvas pixels with an ellipsis. */
float paint_part_fit(const struct paint *p, struct text_style style, float x, float baseline,
                     float max_width, enum draw_align align, enum theme_colour colour,
                     struct str text);
/* Sans regular and figures of a weight, at a role's size. */
struct text_style paint_part_sans(const struct paint *p, enum theme_type type,
                                  enum text_weight weight);
struct text_style paint_part_figures(const struct paint *p, enum theme_type type,
                                     enum text_weight weight);
/* How far right of the pen the ink of the text's first character begins, whole canvas pixels: a
 * tabular 1 stands further in than a 4, and under a label the eye aligns ink. */
float paint_part_bearing(const struct paint *p, struct text_style style, struct str text);
/* A bar that begins at x and is centred on a line, width in canvas pixels; nothing for width 0. */
void paint_part_bar(const struct paint *p, float x, float centre, float width, float height,
                    enum theme_colour colour);
/* A mark of the given height (canvas pixels) that stands on the baseline, its left edge at x: up
 * or down. Returns its width. */
float paint_part_mark(const struct paint *p, float x, float baseline, float height, bool up,
                      enum theme_colour colour);

/* Whether the feed does not speak at all: its age then says how old the figures are. One that
 * speaks but is not in sync would look fresh by its age. */
bool paint_part_silent(const struct renderer_feed *feed);
/* A tag that says how long ago the feed spoke (`4 分前`), or for how long one that does speak has
 * not been in sync (`未同步 12 秒`); x is its left edge, middle or right edge. Returns its width in
 * canvas pixels. */
float paint_part_age_width(const struct paint *p);
float paint_part_age(const struct paint *p, float x, float baseline, enum draw_align align);

/* The line right in the title row: window and base. */
void paint_part_base(const struct paint *p, const char *text);

/* Whose figures the panel shows: the street's code it is bound to, else the scene's focus; "" for
 * the whole district. */
struct str paint_part_street(const struct paint *p);
/* That street's row, or the district's; NULL where there is none yet. */
const struct snapshot_row *paint_part_row(const struct paint *p);
/* The panel's metrics that the profile has, in the panel's order; all of them where the panel
 * names none. At most PANEL_METRICS; returns how many. */
int paint_part_metrics(const struct paint *p, const struct snapshot_metric **out);

/* A figure on its way to its value, to be drawn and not to be judged: colours, marks and the dump
 * follow the value itself. what and code: whose figure it is, within the panel; step: the least
 * difference that is seen. */
double paint_part_count(const struct paint *p, const char *what, struct str code, double value,
                        double step);
/* The step of a figure with so many decimals. */
double paint_part_step(int decimals);
/* Where a row that belongs at y (canvas pixels) is now; *travel gets how far it still has to go. */
float paint_part_place(const struct paint *p, const char *what, struct str code, float y,
                       float *travel);

/* Says in the panel's middle why it is empty. */
void paint_part_note(const struct paint *p, const char *text);

/* 今日, 当前周期 … and 市级, 区级 */
const char *paint_part_window(int window);
const char *paint_part_by(int by);
/* What a metric's base is counted in: 市级回访, 办结, 受理 …; long or in two characters. */
const char *paint_part_basis(const struct snapshot_metric *metric, int by, bool brief);
/* The window a change is measured against, or -1. */
int paint_part_before(int window);

/* Where a scale begins that is to show values from least on and ends at high: at a round number
 * (of tens) that leaves the least some length, never below 0. */
double paint_part_round_low(double least, double high);

/* A value with the metric's decimals, "—" for NaN. */
void paint_part_value(char *out, size_t size, double value, int decimals);
/* Whether a metric's value misses its target; false where either is NaN. */
bool paint_part_below(const struct snapshot_metric *metric, double value);
/* A metric's value, with as many decimals: what is below its target, or not quite all, does not
 * read as if it were ("79.96" of 80 is 79.9, not 80.0). */
void paint_part_rate(char *out, size_t size, const struct snapshot_metric *metric, double value,
                     int decimals);
/* "+12", "−6", "0" */
void paint_part_signed(char *out, size_t size, int64_t value);
/* "12 秒", "4 分", "2 小时", "3 天" */
void paint_part_span(char *out, size_t size, int64_t span_ms);
/* "响应率" without its 率; at most max_chars characters. */
struct str paint_part_short(const char *title, size_t max_chars);
/* A street's name without 街道 or 办事处 where at least two characters remain before it. */
struct str paint_part_street_name(struct str name);

/* s, or as many whole characters of it as fit into max_bytes. */
struct str paint_part_cut(struct str s, size_t max_bytes);
/* False where a low gauge panel has no title row; its window then stands in the corner. */
bool paint_part_titled(const struct paint *p);

#endif
