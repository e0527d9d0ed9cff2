#!/usr/bin/env bash
# Another city: a file of Boston's form becomes events, figures of its own profile, and its scene.
# The rows and the two neighbourhoods below are made up; each one's part is written beside it.
set -euo pipefail
# shellcheck source=tests/e2e/hub.bash
. "$(dirname "$0")/hub.bash"
command -v python3 >/dev/null || { echo "python3 is missing: install it to judge the figures"; exit 77; }
hub="$BUILD_DIR/feeds/wallboard-hub"
wall="$BUILD_DIR/wall/wallboard"
work=$(mktemp -d)
serving=
trap '[ -z "$serving" ] || kill "$serving" 2>/dev/null || true; rm -rf "$work"' EXIT
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" # Mesa's modules are gone before the check
fail() { echo "FAIL: $*"; exit 1; }
at=2021-06-23T12:00:00-04:00

cat >"$work/rows.csv" <<'CSV'
CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,CASE_STATUS,REASON,TYPE,Department,neighborhood,LATITUDE,LONGITUDE,Source
1001,2021-06-01 08:00:00,2021-06-05 08:00:00,2021-06-03 09:00:00,Closed,Recycling,Cart Return,PWDx,Dorchester,42.30,-71.06,App
1002,2021-06-02 08:00:00,2021-06-03 08:00:00,2021-06-10 09:00:00,Closed,Recycling,Cart Return,PWDx,Dorchester,42.31,-71.06,App
1003,2021-06-03 08:00:00,,2021-06-20 09:00:00,Closed,Trees,Tree Care,PARK,Allston / Brighton,42.35,-71.15,App
1004,2021-06-10 08:00:00,2021-06-20 08:00:00,2021-06-25 09:00:00,Closed,Trees,Tree Care,PARK,Dorchester,42.32,-71.07,App
1005,2021-06-20 08:00:00,2021-06-24 08:00:00,2021-06-24 07:00:00,Closed,Trees,Tree Care,PARK,Allston / Brighton,42.34,-71.15,App
1006,2021-05-20 08:00:00,,2021-07-01 07:00:00,Closed,Trees,Tree Care,PARK,Dorchester,42.33,-71.07,App
1007,2021-06-23 15:00:00,2021-06-24 08:00:00,2021-06-24 07:00:00,Closed,Trees,Tree Care,PARK,Dorchester,42.33,-71.07,App
CSV
# In June up to the moment: 1001 in time, 1002 late, 1003 without a target; open: 1004 overdue,
# 1005 due soon, 1006 without a target and far older than any default limit; 1007 is still to come.
mkdir "$work/maps"
cat >"$work/maps/boston_neighborhoods.geojson" <<'JSON'
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"neighborhood":"Dorchester"},"geometry":{"type":"Polygon","coordinates":
[[[-71.10,42.28],[-71.03,42.28],[-71.03,42.34],[-71.10,42.34],[-71.10,42.28]]]}},
{"type":"Feature","properties":{"neighborhood":"Brighton"},"geometry":{"type":"Polygon","coordinates":
[[[-71.18,42.33],[-71.12,42.33],[-71.12,42.37],[-71.18,42.37],[-71.18,42.33]]]}}]}
JSON

"$hub" import --log "$work/log.db" --mapping "$SOURCE_DIR/assets/profiles/boston-mapping.yaml" \
    --directory-out "$work/directory.yaml" "$work/rows.csv" >"$work/import.out" 2>&1 ||
    fail "import: $(cat "$work/import.out")"
"$hub" figures --log "$work/log.db" --at "$at" --profile "$SOURCE_DIR/assets/profiles/boston.yaml" \
    >"$work/figures.json"
export WALLBOARD_MAPS="$work/maps"
"$wall" --check --scene boston --profile boston || fail "--check of the scene"
"$hub" serve --log "$work/log.db" --listen 127.0.0.1:0 --directory "$work/directory.yaml" \
    --profile "$SOURCE_DIR/assets/profiles/boston.yaml" >"$work/serve.out" 2>"$work/serve.err" &
serving=$!
address=$(hub_address "$work/serve.out" "$work/serve.err")
"$wall" --offscreen --scene boston --profile boston --feed "ws://$address/feed/v1" \
    --at "$at" --dump "$work/dump.json" 2>"$work/wall.err" || fail "wall: $(cat "$work/wall.err")"

python3 - "$work/figures.json" "$work/dump.json" <<'PY'
import json, sys
figures, dump = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
def same(got, want, what):
    assert got == want, f"{what}: {got}, not {want}"
for shown in (figures, dump["figures"]):
    same(shown["profile"], "boston", "profile")
    period = shown["windows"]["period"]
    same((period["from"], period["to"]), (1622520000000, 1625112000000), "June in Boston")
    rate = {(r["group"], r["code"]): (r["received"], r["resolved"], r["resolved_late"])
            for r in shown["rates"] if r["window"] == "period" and r["by"] == "city"}
    same(rate["district", "all"], (5, 3, 1), "district")
    same(rate["street", "Dorchester"], (3, 2, 1), "Dorchester")
    same(rate["street", "Brighton"], (2, 1, 0), "Brighton")
    count = {(o["group"], o["code"]): (o["open"], o["due_soon"], o["overdue"])
             for o in shown["open"]}
    same(count["district", "all"], (3, 1, 1), "open")
    same(count["unit", "PARK"], (3, 1, 1), "PARK")
    same([(a["ticket"][-4:], a["stage"], a["state"]) for a in shown["alarms"]],
         [("1004", "resolve", "overdue"), ("1005", "resolve", "due_soon")], "alarms")
panels = {p["id"]: p for p in dump["panels"]}
on_time = next(f for f in panels["gauges"]["figures"] if f["name"] == "on_time")
same((on_time["value"], on_time["n"]), ("66.67", 3), "the gauge")
names = {f["name"] for f in panels["map"]["figures"]}
assert {"Dorchester:open", "Brighton:open"} <= names, names
print("Boston: figures, alarms, gauge and map as worked out by hand")
PY
