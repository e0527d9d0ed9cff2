# Sourced by the tests of a real window: what they need, how they say what they saw, and a virtual X
# server of 1280 x 720 that is gone with them. Ends the test where something is missing.
here=$(cd "$(dirname "$0")" && pwd)
for tool in Xvfb xdotool import compare node; do
    command -v "$tool" >/dev/null || {
        echo "skipped: $tool is missing (Debian: xvfb xdotool imagemagick nodejs node-ws)"
        exit 77
    }
done
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
    kill "${wall_pid:-}" "${xvfb_pid:-}" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT

# The server picks a free number itself.
Xvfb -displayfd 4 -screen 0 1280x720x24 -nolisten tcp 4>"$folder/display" 2>/dev/null &
xvfb_pid=$!
for _ in $(seq 100); do
    [ -s "$folder/display" ] && break
    sleep 0.1
done
[ -s "$folder/display" ] || {
    echo "skipped: Xvfb does not start here"
    exit 77
}
DISPLAY=:$(cat "$folder/display")
export DISPLAY
unset WAYLAND_DISPLAY SDL_VIDEODRIVER
