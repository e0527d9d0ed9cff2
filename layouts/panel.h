/* panel: rectangles and what each shows; plain data that layouts/ makes and render/ draws.
 *
 * Immutable once solved; owned by the scene. Any thread. Units: canvas pixels, origin top left. */
#ifndef LAYOUTS_PANEL_H
#define LAYOUTS_PANEL_H

#include "wall/base/str.h"

struct panel_rect {
    int x, y, w, h; /* pixels */
};

enum panel_kind {
    PANEL_HEADER,     /* place and scene, scene tabs, freshness, date, clock */
    PANEL_KPI,        /* strip: label over figure, change beside it */
    PANEL_GAUGES,     /* a 240° arc per metric */
    PANEL_TREND,      /* a line per metric over days */
    PANEL_CATEGORIES, /* bars of the top categories with change */
    PANEL_MAP,        /* layers, points, labels, legend, callouts */
    PANEL_HOT,        /* 高发: communities with most requests today */
    PANEL_WHISTLES,   /* 吹哨未报到 */
    PANEL_TIMEBAR,    /* arrivals over the day with the play-head */
    PANEL_BOARD,      /* ranking board */
    PANEL_ALARMS,     /* due-soon and overdue, by time left */
    PANEL_KIND_COUNT
};

#define PANEL_METRICS 6
#define PANEL_KPIS 8

/* One figure of a KPI strip. */
enum panel_kpi {
    PANEL_KPI_RECEIVED, /* 今日受理, change against yesterday so far */
    PANEL_KPI_OPEN,     /* 在办 */
    PANEL_KPI_RESOLVED, /* 今日办结, with change */
    PANEL_KPI_WHISTLES, /* 吹哨未报到 */
    PANEL_KPI_DUE_SOON, /* 将超期 */
    PANEL_KPI_OVERDUE,  /* 已超期 */
    PANEL_KPI_EXPEDITE, /* 催办 */
    PANEL_KPI_COUNT
};

struct panel {
    char id[32];
    enum panel_kind kind;
    struct panel_rect rect; /* the panel's box */
    bool framed;            /* has the panel ground; false: drawn straight on what lies below */
    char title[64];         /* "" = the kind's own title */
    int window;             /* enum snapshot_window */
    int by;                 /* enum snapshot_by */
    int group;              /* enum snapshot_group */
    char street[65];        /* only this street's; "" = all (or the scene's focus) */
    char metrics[PANEL_METRICS][32]; /* metric ids of the profile */
    int metrics_count;
    int metrics_line, metrics_column; /* where the scene file names them; 0 = it does not */
    enum panel_kpi kpis[PANEL_KPIS];
    int kpis_count;
    int rows;     /* most rows shown; 0 = as many as fit */
    int priority; /* what does not fit goes by the greatest number first */
};

#endif
