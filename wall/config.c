#include "wall/config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wall/base/file.h"
#include "wall/base/when.h"

/* Where a setting may stand, each in one more place: the options, the file, and there in viewing
 * too (as in a scene). */
enum { OPTION_ONLY, OPTION_AND_FILE, OPTION_FILE_AND_VIEWING };

struct setting {
    struct yaml_field field; /* key as in the file; the option has '-' for '_' */
    int where;
    const char *value; /* in the help: "URL"; NULL for a switch */
    bool is_path;      /* in the file: relative to the file's folder */
};

#define AT(member) offsetof(struct config, member)

static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};
static const char *const wanders[] = {"kiosk", "true", "false", NULL};
static const char *const displays[] = {"all", "each", NULL}; /* -1, -2, as DISPLAY_ALL, _EACH */
static const char *const motions[] = {"full", "none", NULL};

/* Values that the compiler cannot check here are checked by yaml_read, once, for both sources. */
static const struct setting settings[] = {
    {{.key = "config", YAML_STR, AT(file), .help = "read settings from this YAML file"},
     OPTION_ONLY,
     "FILE",
     true},
    {{.key = "feed", YAML_STR, AT(feed), .help = "hub to follow, such as ws://hub:8080/feed/v1"},
     OPTION_AND_FILE,
     "URL",
     false},
    {{.key = "token_file", YAML_STR, AT(token_file), .help = "file whose first line is the token"},
     OPTION_AND_FILE,
     "FILE",
     true},
    {{.key = "ca",
      YAML_STR,
      AT(ca),
      .help = "certificate authority (PEM) that a wss hub must have"},
     OPTION_AND_FILE,
     "FILE",
     true},
    {{.key = "scene", YAML_STR, AT(scene), .help = "scene to show first (default district-daily)"},
     OPTION_AND_FILE,
     "NAME|FILE",
     false},
    {{.key = "profile", YAML_STR, AT(profile), .help = "clocks and formulas (default: default)"},
     OPTION_AND_FILE,
     "NAME|FILE",
     false},
    {{.key = "size",
      YAML_SIZE,
      AT(size),
      .help = "canvas in pixels; on a display: a window so big"},
     OPTION_AND_FILE,
     "WxH",
     false},
    {{.key = "theme",
      YAML_STR,
      AT(theme),
      .help = "colours for the room: night or day (else the scene's)"},
     OPTION_AND_FILE,
     "NAME",
     false},
    {{.key = "wall_height_mm",
      YAML_REAL,
      AT(wall.wall_height_mm),
      .min = 100,
      .max = 50000,
      .help = "height of the picture on the wall (else the scene's viewing)"},
     OPTION_FILE_AND_VIEWING,
     "MM",
     false},
    {{.key = "farthest_m",
      YAML_REAL,
      AT(wall.farthest_m),
      .min = 0.2,
      .max = 200,
      .help = "metres to the farthest viewer (else the scene's viewing)"},
     OPTION_FILE_AND_VIEWING,
     "M",
     false},
    {{.key = "tiles",
      YAML_SIZE,
      AT(wall.tiles),
      .help = "screens side by side and over each other, 1x1 = no seams (else the scene's)"},
     OPTION_AND_FILE,
     "WxH",
     false},
    {{.key = "bezels",
      YAML_STR,
      AT(bezels),
      .help = "what the frame between two of them covers: '4 px', '3.5 mm' (else the scene's)"},
     OPTION_AND_FILE,
     "WIDTH",
     false},
    {{.key = "display",
      YAML_INT,
      AT(display),
      .min = 0,
      .max = 63,
      .choices = displays,
      .help = "which to fill; all as one, or each with a window of its own (default 0)"},
     OPTION_AND_FILE,
     "N|all|each",
     false},
    {{.key = "name", YAML_STR, AT(name), .help = "this wall's name to the hub (default wall)"},
     OPTION_AND_FILE,
     "NAME",
     false},
    {{.key = "node", YAML_STR, AT(node), .help = "this machine's name (default: the host's)"},
     OPTION_AND_FILE,
     "NAME",
     false},
    {{.key = "kiosk", YAML_BOOL, AT(kiosk), .help = "no key ends the program"},
     OPTION_AND_FILE,
     NULL,
     false},
    {{.key = "motion",
      YAML_CHOICE,
      AT(motion),
      .choices = motions,
      .help = "full (default; as the scene says) or none: nothing moves or flashes"},
     OPTION_AND_FILE,
     "WHICH",
     false},
    {{.key = "wander",
      YAML_CHOICE,
      AT(wander),
      .choices = wanders,
      .help = "the picture wanders by 2 px against burn-in: true, false or kiosk (default)"},
     OPTION_AND_FILE,
     "WHEN",
     false},
    {{.key = "log_level",
      YAML_CHOICE,
      AT(log_level),
      .choices = log_levels,
      .help = "error, warning, info (default) or debug"},
     OPTION_AND_FILE,
     "LEVEL",
     false},
    {{.key = "offscreen", YAML_BOOL, AT(offscreen), .help = "draw without a display"},
     OPTION_ONLY,
     NULL,
     false},
    {{.key = "demo",
      YAML_BOOL,
      AT(demo),
      .help = "show a simulated district from a hub of its own"},
     OPTION_ONLY,
     NULL,
     false},
    {{.key = "at", YAML_STR, AT(at), .help = "show this moment (RFC 3339 or Unix ms), not now"},
     OPTION_ONLY,
     "TIME",
     false},
    {{.key = "shot", YAML_STR, AT(shot), .help = "once in sync, save the picture as PNG and end"},
     OPTION_ONLY,
     "FILE",
     true},
    {{.key = "dump", YAML_STR, AT(dump), .help = "once in sync, save every figure as JSON and end"},
     OPTION_ONLY,
     "FILE",
     true},
    {{.key = "timeout",
      YAML_REAL,
      AT(timeout_s),
      .min = 0,
      .max = 86400,
      .help = "seconds that --shot and --dump wait to be in sync (default 30)"},
     OPTION_ONLY,
     "S",
     false},
    {{.key = "hold",
      YAML_REAL,
      AT(hold_s),
      .min = 0,
      .max = 86400,
      .help = "seconds that --shot and --dump wait once in sync (default 0)"},
     OPTION_ONLY,
     "S",
     false},
    {{.key = "probe", YAML_BOOL, AT(probe), .help = "draw cells for measurement from outside"},
     OPTION_ONLY,
     NULL,
     false},
    {{.key = "check",
      YAML_BOOL,
      AT(check),
      .help = "check settings, scene, profile and map, then end"},
     OPTION_ONLY,
     NULL,
     false},
    {{.key = "list_displays", YAML_BOOL, AT(list_displays), .help = "list the displays, then end"},
     OPTION_ONLY,
     NULL,
     false},
    {{.key = "help", YAML_BOOL, AT(help), .help = "this text"}, OPTION_ONLY, NULL, false},
    {{.key = "version", YAML_BOOL, AT(version), .help = "the version"}, OPTION_ONLY, NULL, false},
};
#define SETTINGS (sizeof settings / sizeof *settings)

static void
option_name(const struct setting *setting, char out[48])
{
    size_t i = 0;
    out[i++] = '-';
    out[i++] = '-';
    for (const char *c = setting->field.key; *c && i < 47; c++) {
        out[i++] = *c == '_' ? '-' : *c;
    }
    out[i] = '\0';
}

void
config_help(struct buf *out)
{
    buf_printf(out, "Usage: wallboard [OPTION]…\n"
                    "Shows the state of a 12345 hotline's tickets on a wall, following a hub.\n\n");
    for (size_t i = 0; i < SETTINGS; i++) {
        char name[48], head[80];
        option_name(&settings[i], name);
        snprintf(head, sizeof head, "%s%s%s", name, settings[i].value ? " " : "",
                 settings[i].value ? settings[i].value : "");
        buf_printf(out, "  %-22s %s%s\n", head, settings[i].field.help,
                   settings[i].where != OPTION_ONLY ? " *" : "");
    }
    buf_printf(out, "\nSettings marked * may stand in the --config file too, as key: value with _ "
                    "for -.\n"
                    "Keys on the wall: 1-8 and Tab change the scene, Esc or q ends the program.\n"
                    "Ends with 0 when done, 2 when it cannot start, 3 when --shot or --dump was "
                    "not in sync in time.\n");
}

/* The value as a double-quoted YAML scalar, so that options pass through the file's checks. */
static void
quote(struct buf *out, const char *value)
{
    buf_printf(out, "\"");
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') {
            buf_printf(out, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)*c);
        } else {
            buf_add(out, c, 1);
        }
    }
    buf_printf(out, "\"");
}

/* Strings get their own memory, so that no document need outlive this file. */
static void
keep_string(struct config *config, const struct setting *setting, const char *folder_of)
{
    if (setting->field.kind != YAML_STR) {
        return;
    }
    struct str *s = (struct str *)(void *)((char *)config + setting->field.offset);
    bool scene_path =
        (setting->field.offset == AT(scene) || setting->field.offset == AT(profile)) &&
        str_ends(*s, ".yaml");
    if (folder_of && s->len && s->ptr[0] != '/' && (setting->is_path || scene_path)) {
        struct str folder = file_folder(folder_of);
        *s = str_from(arena_printf(&config->arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(*s)));
    } else {
        *s = arena_str(&config->arena, *s);
    }
}

static void
take_option(struct config *config, const struct setting *setting, const char *value,
            struct yaml_report *report)
{
    char name[48];
    struct yaml_field fields[2] = {setting->field, {.key = NULL}};
    struct buf text = {0};
    option_name(setting, name);
    buf_printf(&text, "%s: ", setting->field.key);
    quote(&text, value);
    struct yaml_doc *doc = yaml_parse(name, buf_str(&text), report);
    if (doc) {
        yaml_read(yaml_root(doc), fields, config, report);
        keep_string(config, setting, NULL);
    }
    yaml_free(doc);
    buf_free(&text);
}

static void
unknown_option(const char *given, struct yaml_report *report)
{
    char names[SETTINGS][48];
    const char *list[SETTINGS + 1];
    for (size_t i = 0; i < SETTINGS; i++) {
        option_name(&settings[i], names[i]);
        list[i] = names[i];
    }
    list[SETTINGS] = NULL;
    const char *near = yaml_near(str_from(given), list);
    if (near) {
        yaml_error_at(report, given, 1, 1, "unknown option; did you mean '%s'?", near);
    } else {
        yaml_error_at(report, given, 1, 1, "unknown option; --help lists them");
    }
}

static const struct setting *
find_option(const char *arg, size_t len)
{
    char name[48];
    for (size_t i = 0; i < SETTINGS; i++) {
        option_name(&settings[i], name);
        if (strlen(name) == len && memcmp(name, arg, len) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

/* only: read nothing but --config (true), or everything else (false). */
static void
read_options(struct config *config, int argc, char **argv, bool only_config,
             struct yaml_report *report)
{
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *equals = strchr(arg, '=');
        size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
        const struct setting *setting = find_option(arg, len);
        const char *value = equals ? equals + 1 : NULL;
        if (!setting) {
            if (!only_config) {
                unknown_option(arg, report);
            }
            continue;
        }
        if (setting->value && !value) {
            value = i + 1 < argc ? argv[++i] : NULL;
        }
        bool is_config = setting->field.offset == AT(file);
        if (is_config != only_config) {
            continue;
        }
        if (setting->value && (!value || !*value)) {
            yaml_error_at(report, arg, 1, 1, "a value is missing: %s", setting->value);
        } else {
            take_option(config, setting, value ? value : "true", report);
        }
    }
}

/* The fields of the settings that may stand there or in more places, with an end behind them; out
 * has room for SETTINGS + 1. Returns how many, without the end. */
static size_t
list_fields(struct yaml_field *out, int least)
{
    size_t count = 0;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].where >= least) {
            out[count++] = settings[i].field;
        }
    }
    out[count] = (struct yaml_field){.key = NULL};
    return count;
}

static void
read_file(struct config *config, struct yaml_report *report)
{
    struct yaml_field fields[SETTINGS + 2], in_viewing[SETTINGS + 1];
    size_t count = list_fields(fields, OPTION_AND_FILE);
    list_fields(in_viewing, OPTION_FILE_AND_VIEWING);
    fields[count++] = (struct yaml_field){.key = "viewing",
                                          .kind = YAML_SUB,
                                          .offset = 0, /* the fields are the config's own */
                                          .fields = in_viewing};
    fields[count] = (struct yaml_field){.key = NULL};
    struct yaml_doc *doc = yaml_load(config->file.ptr, report);
    if (doc) {
        const struct yaml_node *root = yaml_root(doc);
        yaml_read(root, fields, config, report);
        const struct yaml_node *viewing = yaml_get(root, "viewing");
        for (const struct yaml_field *field = in_viewing; viewing && field->key; field++) {
            if (yaml_get(root, field->key) && yaml_get(viewing, field->key)) {
                yaml_error(report, yaml_get(root, field->key),
                           "%s: is in viewing too; remove one of them", field->key);
            }
        }
        for (size_t i = 0; i < SETTINGS; i++) {
            if (settings[i].where != OPTION_ONLY && yaml_get(root, settings[i].field.key)) {
                keep_string(config, &settings[i], config->file.ptr);
            }
        }
    }
    yaml_free(doc);
}

static void
check_together(struct config *config, struct yaml_report *report)
{
    const char *file = config->file.len ? config->file.ptr : "options";
    if (config->feed.len && !str_starts(config->feed, "ws://") &&
        !str_starts(config->feed, "wss://")) {
        yaml_error_at(report, file, 1, 1, "feed: must begin with ws:// or wss://");
    }
    if (config->at.len && !when_parse_moment(config->at, &config->at_ms)) {
        yaml_error_at(report, "--at", 1, 1,
                      "not a moment: give RFC 3339 with an offset, or Unix milliseconds");
    }
    if (config->demo && config->feed.len) {
        yaml_error_at(report, file, 1, 1, "--demo follows its own hub: leave the feed out");
    }
    if (config->size[0] > 16384 || config->size[1] > 16384) {
        yaml_error_at(report, file, 1, 1, "size: at most 16384x16384");
    }
    if (config->theme.len && !scene_theme_valid(config->theme)) {
        yaml_error_at(report, file, 1, 1,
                      "theme: expected the name of a theme, such as night or day");
    } else if (config->theme.len) {
        memcpy(config->wall.theme, config->theme.ptr, config->theme.len);
    }
    if (config->bezels.len) {
        config->wall.has_bezel =
            scene_bezel_parse(config->bezels, &config->wall.bezel, &config->wall.mm);
        if (!config->wall.has_bezel) {
            yaml_error_at(report, file, 1, 1,
                          "bezels: expected what the frame between two tiles covers, such as "
                          "'4 px' or '3.5 mm', at most 200");
        }
    }
    if (config->wall.tiles[0] > 64 || config->wall.tiles[1] > 64) {
        yaml_error_at(report, file, 1, 1, "tiles: at most 64x64");
    }
    struct str names[] = {config->name, config->node};
    for (size_t i = 0; i < 2; i++) {
        if (names[i].len > 128 || !utf8_valid(names[i])) {
            yaml_error_at(report, file, 1, 1, "%s: at most 128 bytes of UTF-8",
                          i ? "node" : "name");
        }
    }
}

bool
config_read(struct config *config, int argc, char **argv, struct yaml_report *report)
{
    int before = report->count;
    *config = (struct config){.timeout_s = 30, .log_level = 2, .at_ms = -1};
    config->scene = STR("district-daily");
    config->profile = STR("default");
    config->name = STR("wall");
    char host[256] = "";
    if (gethostname(host, sizeof host - 1) != 0 || !*host) {
        snprintf(host, sizeof host, "localhost");
    }
    config->node = arena_str(&config->arena, str_from(host));
    read_options(config, argc, argv, true, report);
    if (config->file.len && report->count == before) {
        read_file(config, report);
    }
    read_options(config, argc, argv, false, report);
    check_together(config, report);
    return report->count == before;
}

void
config_free(struct config *config)
{
    arena_free(&config->arena);
}

enum config_run
config_run(const struct config *config)
{
    if (config->help) {
        return CONFIG_RUN_HELP;
    }
    if (config->version) {
        return CONFIG_RUN_VERSION;
    }
    if (config->list_displays) {
        return CONFIG_RUN_DISPLAYS;
    }
    return config->check ? CONFIG_RUN_CHECK : CONFIG_RUN_WALL;
}
