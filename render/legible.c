#include "render/legible.h"

/* Read in full by everyone: body. Captions and small text only have to be made out. */
struct role {
    enum panel_kind kind;
    enum theme_type type;
    bool body, chinese;
};

static const struct role ROLES[] = {
    {PANEL_HEADER, THEME_HEADLINE, true, true},    {PANEL_HEADER, THEME_NAME, true, true},
    {PANEL_HEADER, THEME_CLOCK, true, false},      {PANEL_KPI, THEME_KPI, true, false},
    {PANEL_KPI, THEME_CAPTION, false, true},       {PANEL_GAUGES, THEME_TITLE, true, true},
    {PANEL_GAUGES, THEME_NAME, true, true},        {PANEL_GAUGES, THEME_BIG, true, false},
    {PANEL_GAUGES, THEME_CAPTION, false, true},    {PANEL_GAUGES, THEME_SMALL, false, true},
    {PANEL_TREND, THEME_TITLE, true, true},        {PANEL_TREND, THEME_CAPTION, false, true},
    {PANEL_TREND, THEME_SMALL, false, false},      {PANEL_CATEGORIES, THEME_TITLE, true, true},
    {PANEL_CATEGORIES, THEME_LIST, true, true},    {PANEL_CATEGORIES, THEME_CAPTION, false, true},
    {PANEL_MAP, THEME_TITLE, true, true},          {PANEL_MAP, THEME_NAME, true, true},
    {PANEL_MAP, THEME_CAPTION, false, true},       {PANEL_MAP, THEME_SMALL, false, true},
    {PANEL_HOT, THEME_LIST, true, true},           {PANEL_HOT, THEME_CAPTION, false, true},
    {PANEL_WHISTLES, THEME_LIST, true, true},      {PANEL_WHISTLES, THEME_CAPTION, false, true},
    {PANEL_TIMEBAR, THEME_SMALL, false, true},     {PANEL_BOARD, THEME_TITLE, true, true},
    {PANEL_BOARD, THEME_NAME, true, true},         {PANEL_BOARD, THEME_ROW_FIGURE, true, false},
    {PANEL_BOARD, THEME_CAPTION, false, true},     {PANEL_BOARD, THEME_SMALL, false, true},
    {PANEL_ALARMS, THEME_TITLE, true, true},       {PANEL_ALARMS, THEME_NAME, true, true},
    {PANEL_ALARMS, THEME_ROW_FIGURE, true, false}, {PANEL_ALARMS, THEME_CAPTION, false, true},
};

int
legible_check(const struct scene *scene, const struct theme *theme, struct yaml_report *report)
{
    struct scene_text texts[sizeof ROLES / sizeof *ROLES];
    size_t count = sizeof ROLES / sizeof *ROLES;
    for (size_t i = 0; i < count; i++) {
        texts[i] = (struct scene_text){
            .kind = ROLES[i].kind,
            .role = theme_type_name(ROLES[i].type),
            .px = theme->sizes[ROLES[i].type][scene->kiosk_scale],
            .body = ROLES[i].body,
            .chinese = ROLES[i].chinese,
        };
    }
    return scene_check_legibility(scene, texts, count, report);
}
