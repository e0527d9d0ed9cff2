#!/usr/bin/env bash
# The simulated district through the real programs: the same bytes twice; the same figures whether
# its events are imported from a file or sent to a running hub; sent again, nothing is new.
set -euo pipefail
# shellcheck source=tests/e2e/hub.bash
. "$(dirname "$0")/hub.bash"
hub="$BUILD_DIR/feeds/wallboard-hub"
work=$(mktemp -d)
serving=
trap '[ -z "$serving" ] || kill "$serving" 2>/dev/null || true; rm -rf "$work"' EXIT
at=2026-11-23T09:41:27+08:00
args=(--days 9 --per-day 200 --seed 5 --until "$at")
fail() { echo "FAIL: $*"; exit 1; }

"$hub" simulate "${args[@]}" >"$work/events.jsonl"
"$hub" simulate "${args[@]}" | cmp - "$work/events.jsonl" || fail "two runs differ"
lines=$(wc -l <"$work/events.jsonl")
[ "$lines" -gt 8000 ] || fail "only $lines events"
status=0
"$hub" simulate "${args[@]}" | head -n 1 >/dev/null || status=$?
[ "$status" -le 1 ] || [ "$status" = 141 ] || fail "a reader that leaves ends it with $status"

"$hub" import --log "$work/imported.db" "$work/events.jsonl" >"$work/import.out" 2>&1 ||
    fail "import: $(cat "$work/import.out")"
"$hub" figures --log "$work/imported.db" --at "$at" >"$work/imported.json"
grep -q '"stage":"resolve","state":"due_soon"' "$work/imported.json" || fail "nothing is due soon"

"$hub" serve --log "$work/sent.db" --listen 127.0.0.1:0 >"$work/serve.out" 2>"$work/serve.err" &
serving=$!
address=$(hub_address "$work/serve.out" "$work/serve.err")
"$hub" simulate "${args[@]}" --to "http://$address" 2>"$work/send.out"
grep -q "^simulate: $lines new events" "$work/send.out" || fail "$(cat "$work/send.out"), not $lines"
"$hub" simulate "${args[@]}" --to "http://$address" 2>"$work/send.out"
grep -q "^simulate: 0 new events" "$work/send.out" || fail "sent again: $(cat "$work/send.out")"
kill -TERM "$serving"
wait "$serving" || fail "the hub ended with $?: $(cat "$work/serve.err")"
serving=
"$hub" figures --log "$work/sent.db" --at "$at" >"$work/sent.json"
cmp "$work/imported.json" "$work/sent.json" || fail "figures of the file and of the hub differ"

status=0
"$hub" simulate "${args[@]}" --to "ftp://127.0.0.1" 2>/dev/null || status=$?
[ "$status" = 2 ] || fail "a wrong address gives $status, not 2"
echo "$lines events: printed, imported and sent alike"
