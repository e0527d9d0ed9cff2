#!/usr/bin/env bash
# An import is exact and can be repeated: cut off by SIGKILL and started again it ends with the same
# log as one in peace, and so does one that goes to a hub.
set -euo pipefail
# shellcheck source=tests/e2e/hub.bash
. "$(dirname "$0")/hub.bash"
hub="$BUILD_DIR/feeds/wallboard-hub"
work=$(mktemp -d)
serving=
trap '[ -z "$serving" ] || kill "$serving" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "FAIL: $*"; exit 1; }

rows=6000
cat >"$work/mapping.yaml" <<'YAML'
source: /test/csv
zone: Asia/Shanghai
times: "%d.%m.%Y %H:%M"
delimiter: ";"
ticket: {column: number, prefix: T-}
events:
  - type: ticket.registered
    time: opened
    channel: {constant: web}
    category: type
    street: {column: district, values: {"1": S01}, default: none}
  - type: ticket.resolved
    when: {column: state, is: [done]}
    time: closed
    unit: office
YAML
# one row in 100 has no time and is refused, one in three is not done yet
awk -v rows=$rows 'BEGIN {
    print "number;opened;type;district;state;closed;office"
    for (i = 1; i <= rows; i++)
        printf "%d;%s;\"street \"\"light\"\"; %d\";%s;%s;02.03.2026 %02d:%02d;U%d\n", i,
            i % 100 ? sprintf("01.03.2026 %02d:%02d", i % 24, i % 60) : "", i % 7,
            i % 5 == 0 ? "1" : i % 5 == 1 ? "" : "S02", i % 3 ? "done" : "open", i % 24, i % 60, i % 4
}' >"$work/rows.csv"
refused=$((rows / 100))
not_done=$((rows / 3 - rows / 300)) # taken, without a second event
events=$(((rows - refused) * 2 - not_done))

import() { "$hub" import --mapping "$work/mapping.yaml" "$@" "$work/rows.csv"; }

import --log "$work/peace.db" >"$work/peace.out"
grep -q "^rows read $rows, taken $((rows - refused)), refused $refused\$" "$work/peace.out" ||
    fail "the report: $(cat "$work/peace.out")"
grep -q "^events new $events, known before 0\$" "$work/peace.out" ||
    fail "the report: $(cat "$work/peace.out")"
grep -q "^refused $refused: ticket.registered: time: opened is empty (first at line 101)\$" \
    "$work/peace.out" || fail "the reason: $(cat "$work/peace.out")"
"$hub" export --log "$work/peace.db" >"$work/peace.jsonl"
[ "$(wc -l <"$work/peace.jsonl")" = "$events" ] || fail "the log does not hold $events events"

# killed again and again, a little later each time, then left in peace
killed=0
for delay in 0.02 0.05 0.1 0.15 0.2 0.3 0.5; do
    "$hub" import --mapping "$work/mapping.yaml" --log "$work/killed.db" "$work/rows.csv" \
        >/dev/null 2>"$work/killed.err" &
    victim=$!
    sleep "$delay"
    kill -KILL "$victim" 2>/dev/null || true
    status=0
    wait "$victim" 2>/dev/null || status=$?
    case $status in
    0) ;;
    137) killed=$((killed + 1)) ;;
    *) fail "an import after $killed that were killed: $(cat "$work/killed.err")" ;;
    esac
done
[ "$killed" -gt 0 ] || fail "no import was cut off: nothing was tested"
import --log "$work/killed.db" >"$work/last.out" || fail "$(cat "$work/last.out")"
"$hub" export --log "$work/killed.db" | cmp - "$work/peace.jsonl" ||
    fail "after $killed kills the log is another one"

"$hub" serve --listen 127.0.0.1:0 --log "$work/served.db" >"$work/serve.out" 2>"$work/serve.err" &
serving=$!
address=$(hub_address "$work/serve.out" "$work/serve.err")
import --to "http://$address" >"$work/to.out" || fail "import --to: $(cat "$work/to.out")"
grep -q "^events new $events, known before 0\$" "$work/to.out" || fail "$(cat "$work/to.out")"
import --to "http://$address" >"$work/to.out"
grep -q "^events new 0, known before $events\$" "$work/to.out" || fail "$(cat "$work/to.out")"
kill "$serving"
wait "$serving" || true
serving=
"$hub" export --log "$work/served.db" | cmp - "$work/peace.jsonl" || fail "the hub's log is another one"

# what was exported can be imported, and is the same again
"$hub" import --log "$work/again.db" "$work/peace.jsonl" >"$work/again.out"
"$hub" export --log "$work/again.db" | cmp - "$work/peace.jsonl" || fail "JSON Lines changed the log"
echo "$events events; $killed imports were killed"
