# Sourced by the tests of a real window: what wall.bash has, what they need, and a virtual X server of
# 1280 x 720 that is gone with them. Ends the test where something is missing.
# shellcheck source=tests/e2e/wall.bash
. "$(dirname "$0")/wall.bash"
need 'xvfb xdotool imagemagick nodejs node-ws' Xvfb xdotool import compare node

# The server picks a free number itself.
Xvfb -displayfd 4 -screen 0 1280x720x24 -nolisten tcp 4>"$folder/display" 2>/dev/null &
filled "$folder/display" || {
    echo "skipped: Xvfb does not start here"
    exit 77
}
DISPLAY=:$(cat "$folder/display")
export DISPLAY
unset WAYLAND_DISPLAY SDL_VIDEODRIVER
