/* config: what the operator asked for, from the command line and a YAML file.
 *
 * One settings table (config.c) feeds the options, the file's keys, the range checks and the help
 * text. Read once at start on the main thread; the strings belong to the config until config_free
 * and end in NUL. Never holds a secret: the token stays in its file. */
#ifndef WALL_CONFIG_H
#define WALL_CONFIG_H

#include "layouts/scene.h"
#include "wall/base/arena.h"
#include "wall/base/yaml.h"

enum config_run {
    CONFIG_RUN_WALL,
    CONFIG_RUN_HELP,
    CONFIG_RUN_VERSION,
    CONFIG_RUN_CHECK,
    CONFIG_RUN_DISPLAYS,
    CONFIG_RUN_COUNT
};

/* Whether the picture wanders by ±2 px over minutes, which spares screens that burn in. */
enum config_wander { CONFIG_WANDER_IN_KIOSK, CONFIG_WANDER_ALWAYS, CONFIG_WANDER_NEVER };

struct config {
    /* Strings: .len 0 = not given; .ptr ends in NUL wherever .len > 0. */
    struct str file;       /* --config */
    struct str feed;       /* ws:// or wss:// */
    struct str token_file; /* one line: the bearer token */
    struct str ca;         /* PEM file */
    struct str name, node; /* of this wall and of this machine, in hello and status */
    struct str scene;      /* of the assets, or a path that ends in .yaml */
    struct str profile;    /* of the assets, or a path that ends in .yaml */
    struct str shot, dump; /* files to write */
    struct str at;
    int size[2];            /* pixels; 0 = the display's, or offscreen the scene's */
    struct scene_wall wall; /* where the scenes hang; 0 = as their files say */
    struct str theme;       /* as given, as are bezels; .wall has what they mean */
    struct str bezels;
    int64_t display; /* from 0, or DISPLAY_ALL, _EACH (display.h) */
    double timeout_s, hold_s;
    bool offscreen, demo, probe, kiosk, check, list_displays, help, version;
    int log_level; /* enum log_level */
    int wander;    /* enum config_wander */
    int motion;    /* 1: none, whatever the scene says */
    int64_t at_ms; /* -1 = live */
    struct arena arena;
};

/* Reads the options and, where one is named, the file; an option beats the file's key. false: every
 * error is in the report. On either outcome config_free. */
bool config_read(struct config *config, int argc, char **argv, struct yaml_report *report);
void config_free(struct config *config);
enum config_run config_run(const struct config *config);
/* "Usage: …" with one line a setting, appended to out. */
void config_help(struct buf *out);

#endif
