# Sourced by the tests of the wall's program: where it lies, a folder that is gone with the test, as
# is all that it has started, and how it says what it saw.
here=$(cd "$(dirname "$0")" && pwd)
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
export TSAN_OPTIONS="suppressions=$SOURCE_DIR/tests/tsan.supp"
wall=$BUILD_DIR/wall/wallboard
folder=$(mktemp -d)
bad=0
say() { # result, words
    if [ "$1" = 0 ]; then echo "ok   $2"; else
        echo "FAIL $2"
        bad=1
    fi
}
cleanup() {
    exec 3>&-
    # shellcheck disable=SC2046
    kill $(jobs -p) 2>/dev/null
    wait 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT

need() { # Debian's packages, tools: ends the test where one is missing
    local packages=$1 tool
    shift
    for tool in "$@"; do
        command -v "$tool" >/dev/null || {
            echo "skipped: $tool is missing (Debian: $packages)"
            exit 77
        }
    done
}
# A command that looks for itself: whether it comes to hold within half a minute. On a busy machine
# nothing happens after so many seconds.
eventually() {
    local end=$((SECONDS + 30))
    while [ $SECONDS -lt $end ]; do
        "$@" && return 0
        sleep 0.2
    done
    return 1
}
filled() { eventually test -s "$1"; } # file: whether something comes to stand in it
# A feed whose address stands in $folder/url; it does what it reads from descriptor 3.
live_feed() {
    mkfifo "$folder/in"
    node "$here/wall_live.mjs" <"$folder/in" >"$folder/url" &
    exec 3>"$folder/in"
    filled "$folder/url"
}
