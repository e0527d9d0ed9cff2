#!/bin/sh
# Measures the wall from outside, without a GPU: a virtual X server, a minimal hub, the finished
# scene, and the probe cells on the screen. Builds a release first. At the end: the goals,
# held or missed.
#   sh tests/bench/glass.sh          tests/bench/README.md's tables, and the goals (8 to 14 minutes)
#   sh tests/bench/glass.sh quick    100,000 tickets at 1920 x 1080, 0 and 1,000 events/s
# BUILD_DIR: another build than build-bench. Writes glass.txt and glass.jsonl there.
set -eu
cd "$(dirname "$0")/../.."
command -v Xvfb >/dev/null || {
    echo "glass.sh: Xvfb is missing: apt-get install xvfb" >&2
    exit 2
}
build=${BUILD_DIR:-build-bench}
[ -f "$build/build.ninja" ] || cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --target wallboard bench_glass bench_floor -j "$(nproc)" >"$build/glass-build.log" || {
    tail -n 20 "$build/glass-build.log" >&2
    exit 2
}
text=$build/glass.txt
json=$build/glass.jsonl

describe() {
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
    load=$(cut -d ' ' -f 1 /proc/loadavg)
    printf '{"measured":"machine","at":"%s","commit":"%s","cpu":"%s","cores":%s,"kernel":"%s","load":%s}\n' \
        "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$commit" "$model" "$(nproc)" "$(uname -r)" "$load"
}
floor() {
    "$build/tests/bench_floor" --json "$json" --size "$1" || echo "not measured: the floor"
}
bench() {
    "$build/tests/bench_glass" "$build/wall/wallboard" --json "$json" --log "$build/glass.log" "$@" ||
        echo "not measured: $*"
    echo
}
all() {
    describe | tee "$json"
    floor 1920x1080
    case ${1:-} in
    quick)
        bench --size 1920x1080 --tickets 100000 --rates 0,1000 --seconds 5
        ;;
    *)
        every="--tickets 10000,100000,1000000 --rates 0,10,1000,5000 --seconds 8"
        # shellcheck disable=SC2086
        bench --size 1920x1080 $every --starts 3 --ramp 100000
        floor 1920x1080
        floor 3840x2160
        # shellcheck disable=SC2086
        bench --size 3840x2160 $every
        floor 3840x2160
        bench --size 3840x1080 --tickets 100000 --rates 0,10,1000,5000
        bench --size 1920x1080 --tickets 100000 --rates 0,1000 --open 0.05
        bench --size 1920x1080 --tickets 100000 --rates 1000 --together
        for size in 1920x1080 3840x2160; do
            for _ in 1 2 3 4; do # a snapshot that comes to a running wall
                bench --size $size --tickets 100000 --rates 1000 --seconds 2 --again 1000000
            done
        done
        ;;
    esac
    floor 1920x1080
    quick=0
    [ "${1:-}" != quick ] || quick=1
    awk -v quick=$quick -f tests/bench/goals.awk "$json" || true # what is missed is told
}
: >"$build/glass.log"
all "$@" 2>&1 | tee "$text"
echo "Written: $text, $json; the wall's own words: $build/glass.log"
