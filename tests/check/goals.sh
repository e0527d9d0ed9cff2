#!/usr/bin/env bash
# What glass.sh says of the goals: figures as good as the goals hold them, a slower machine holds
# them by the floor, and what is worse, in trouble or not there is missed.
set -euo pipefail
cd "$SOURCE_DIR"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# slow times as long for the floor, and for what is computed
measured() {
    awk -v slow="$1" 'BEGIN {
        printf "{\"measured\":\"floor\",\"size\":\"1920x1080\",\"times\":%.3f}\n", slow
        printf "{\"measured\":\"floor\",\"size\":\"3840x2160\",\"times\":%.3f}\n", slow
        split("1920x1080 100000 0|1920x1080 100000 1000|1920x1080 1000000 0|1920x1080 1000000 1000|3840x2160 100000 1000", rows, "|")
        for (i = 1; i <= 5; i++) {
            split(rows[i], row, " ")
            printf "{\"measured\":\"rate\",\"size\":\"%s\",\"tickets\":%s,\"open\":1.00,\"events_per_s\":%s,\"together\":false,\"seconds\":8.00,\"start_s\":%.3f,\"event_ms_p50\":%.2f,\"frames_per_s\":59.90,\"gap_ms_p50\":16.67,\"quick_event_ms_p99\":%.2f,\"quick_gap_ms_p99\":18.00,\"wall_cores\":%.4f,\"pss_mb\":%d,\"trouble\":null}\n", \
                row[1], row[2], row[3], (row[2] > 100000 ? 0.79 : 0.29) * slow, 17 * slow, 29 * slow, (row[3] > 0 ? 0.34 : 0.004) * slow, (row[2] > 100000 ? 329 : 129)
        }
        print "{\"measured\":\"highest_rate\",\"events_per_s\":160000,\"trouble\":null}"
        for (i = 0; i < 2; i++) {
            printf "{\"measured\":\"again\",\"size\":\"%s\",\"in_sync_s\":1.2,\"quick_turn_ms_max\":%.1f,\"trouble\":null}\n", i ? "3840x2160" : "1920x1080", 32 * slow
        }
    }'
}
# The number of goals that are told to be missed; fails where the exit status says otherwise.
missed() {
    local status=0
    awk -f tests/bench/goals.awk "$1" >"$work/told" || status=$?
    local count
    count=$(grep -cE 'MISSED|NOT MEASURED' "$work/told" || true)
    [ $((count > 0)) = "$status" ] || { echo "exit status $status"; cat "$work/told"; exit 1; }
    echo "$count"
}
expect() {
    [ "$2" = "$3" ] || { echo "$1: $2 goals missed, not $3"; cat "$work/told"; exit 1; }
}

measured 1 >"$work/good"
expect "as good as the goals" "$(missed "$work/good")" 0
if grep -q 'by the floor$' "$work/told"; then
    echo "nothing is slower"; cat "$work/told"; exit 1
fi
measured 1.5 >"$work/slow"
expect "a slower machine" "$(missed "$work/slow")" 0
grep -q 'CPU of the wall, cores .* 0.510 *0.340 *held by the floor' "$work/told"
grep -v floor "$work/slow" >"$work/same" || true
[ "$(missed "$work/same")" -ge 10 ] || { echo "slower without a reason"; cat "$work/told"; exit 1; }
sed 's/"pss_mb":129/"pss_mb":131/' "$work/slow" >"$work/worse"
expect "memory, which no floor excuses" "$(missed "$work/worse")" 1
sed 's/"trouble":null/"trouble":"a gap"/' "$work/good" >"$work/worse"
expect "a wall in trouble" "$(missed "$work/worse")" 18
grep -v again "$work/good" >"$work/worse"
expect "not measured" "$(missed "$work/worse")" 2
sed 's/"event_ms_p50":[0-9.]*/"event_ms_p50":null/; s/"frames_per_s":59.90/"frames_per_s":43.00/; s/"quick_gap_ms_p99":18/"quick_gap_ms_p99":33/' \
    "$work/good" >"$work/worse"
expect "no event seen, and every other frame late" "$(missed "$work/worse")" 5
echo "ok"
