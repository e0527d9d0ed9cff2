#!/bin/bash
# The whole path: a simulated district in a hub's log, over the websocket into a wall. What the wall
# dumps is what the hub computes from its log, at every moment asked for; then the hub is killed and
# started again under a wall that runs.
set -u
# shellcheck source=tests/e2e/wall.bash
. "$(dirname "$0")/wall.bash"
# shellcheck source=tests/e2e/hub.bash
. "$(dirname "$0")/hub.bash"
need nodejs node
hub=$BUILD_DIR/feeds/wallboard-hub

serve() { # address; sets address and url
    rm -f "$folder/hub.out"
    "$hub" serve --log "$folder/log.db" --listen "$1" \
        --directory "$SOURCE_DIR/assets/directories/shijingshan.yaml" \
        >"$folder/hub.out" 2>>"$folder/hub.log" &
    hub_pid=$!
    address=$(hub_address "$folder/hub.out" "$folder/hub.log") || exit 1
    url=ws://$address/feed/v1
}

until=2026-11-23T09:41:27+08:00
"$hub" simulate --days 21 --per-day 60 --seed 5 --until $until >"$folder/events.jsonl"
"$hub" import --log "$folder/log.db" "$folder/events.jsonl" >"$folder/import" 2>&1
say $? "$(wc -l <"$folder/events.jsonl") events of a simulated district are in the log"
serve 127.0.0.1:0

cat >"$folder/same.mjs" <<'JS'
// The wall's figures and the hub's: the same rows, whatever their order.
import { readFileSync } from 'node:fs';
const [dump, hub] = process.argv.slice(2).map(f => JSON.parse(readFileSync(f, 'utf8')));
const rows = list => list.map(r => JSON.stringify(r, Object.keys(r).sort())).sort().join('\n');
const wall = dump.figures;
for (const list of ['rates', 'open', 'alarms']) {
    if (wall[list].length === 0) throw new Error(`no ${list}`);
    if (rows(wall[list]) !== rows(hub[list])) throw new Error(`${list} differ`);
}
for (const key of ['at', 'profile', 'digest', 'windows']) {
    if (JSON.stringify(wall[key]) !== JSON.stringify(hub[key])) throw new Error(`${key} differs`);
}
if (dump.at !== wall.at || dump.stale !== false) throw new Error('at or stale');
const figures = dump.panels.flatMap(p => p.figures);
const missing = figures.filter(f => !f.name || !f.formula || f.as_of_ms !== dump.at ||
    f.tickets.length > 50);
if (figures.length < 20 || missing.length) throw new Error(JSON.stringify(missing.slice(0, 2)));
const received = dump.panels.find(p => p.kind === 'kpi')?.figures.find(f => f.name === 'received');
const all = hub.rates.find(r => r.group === 'district' && r.window === 'today');
if (received && received.number !== (all?.received ?? 0)) throw new Error('the glass and the figures');
JS
for at in $until 2026-11-20T00:00:00+08:00 1794700000000; do
    "$wall" --feed "$url" --offscreen --size 1920x540 --at $at --dump "$folder/wall.json" \
        --shot "$folder/wall.png" 2>"$folder/wall.log"
    say $? "the wall dumps the moment $at"
    "$hub" figures --log "$folder/log.db" --at $at >"$folder/hub.json"
    node "$folder/same.mjs" "$folder/wall.json" "$folder/hub.json"
    say $? "its figures are the hub's"
done

"$wall" --feed "$url" --offscreen --size 640x360 2>"$folder/wall.log" &
wall_pid=$!
# Only a wall that has the whole snapshot can resume: it says itself what it has drawn.
drawn() {
    curl -s "http://$address/metrics" | grep -qE '^wallboard_hub_wall_drawn_cursor\{.*\} [1-9]'
}
eventually drawn
kill -9 $hub_pid
wait $hub_pid 2>/dev/null
serve "$address"
eventually grep -q 'resuming' "$folder/wall.log"
say $? "a hub killed and started again: the wall resumes"
sleep 1
! grep -q 'differs' "$folder/wall.log"
say $? "and holds the same state"
kill $wall_pid
wait $wall_pid
say $? "asked to end it ends with 0"
exit $bad
