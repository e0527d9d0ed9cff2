#!/bin/bash
# The wall's command line: exit statuses, --check with every error and its place, the demonstration
# without a display, and what systemd is told.
set -u
# shellcheck source=tests/e2e/wall.bash
. "$(dirname "$0")/wall.bash"
# Runs the wall; its status in $status, what it said in $folder/said.
try() {
    "$wall" "$@" >"$folder/said" 2>&1
    status=$?
}
told() { # words, the line that must be there
    grep -qF -- "$2" "$folder/said"
    local found=$?
    say $found "$1"
    [ $found = 0 ] || sed 's/^/     /' "$folder/said"
}
ends() { # status, words
    [ $status = "$1" ]
    say $? "$2 (ends with $status)"
}

try --version
ends 0 "--version"
try --help
ends 0 "--help"
told "help names the exit status of --shot" "3 when --shot or --dump was not in sync"
try --offscreen
ends 2 "no feed"
told "it says what to give" "give --feed URL"
try --sence x --size big --offscreen
ends 2 "wrong options"
told "the near option is named" "did you mean '--scene'"
told "the other error is there too" "--size:1:7: size"
try --feed ws://127.0.0.1:9/ --offscreen --size 320x180 --shot "$folder/x.png" --timeout 1
ends 3 "not in sync in time"
told "one line says why" "wallboard: not in sync within 1 s: not connected"
[ ! -e "$folder/x.png" ]
say $? "and nothing is written"
try --feed ws://127.0.0.1:9/ --offscreen --token-file "$folder/none"
ends 2 "a token file that is not there"

try --check
ends 0 "--check of the defaults"
try --check --scene street-duty
ends 0 "--check of the other scene"
told "every panel's text is in the table, by the arc that it covers" "  alarms         row_figure"
told "other canvases of the scene are looked at too" "street-duty on 1080x1920: legible"
told "and the colours, as those see them who lack a cone" "amber, red      full "
try --check --size 1080x1920
ends 0 "--check of one canvas"
told "what has no room there is named" \
    "district-daily: on a canvas of 1080x1920 there is no place for 'trend', 'categories', "
try --check --theme day
ends 0 "--check in a bright room's theme"
try --check --theme dusk
ends 2 "a theme that is not there"
told "and which there are" "no such theme; use night, day"
sed -e 's/farthest_m: 6}/farthest_m: 14}/' "$SOURCE_DIR/layouts/scenes/district-daily.yaml" \
    >"$folder/far.yaml"
try --check --scene "$folder/far.yaml"
ends 2 "--check of a scene that its farthest viewer cannot read"
told "with panel, size and place" "$folder/far.yaml:$(grep -n '^viewing' "$folder/far.yaml" |
    cut -d: -f1):10: panel 'header' on 3840x1080: name text of 52 px ('"
cat >"$folder/wall.yaml" <<'YAML'
feed: ws://hub.example/feed/v1
scene: mine.yaml
token_file: token.txt
heigth: 3
YAML
try --check --config "$folder/wall.yaml"
ends 2 "--check of a wrong configuration"
told "with its place" "$folder/wall.yaml:4:1: unknown key 'heigth'"
sed -i /heigth/d "$folder/wall.yaml"
{
    sed -n '/^name:/,$p' "$SOURCE_DIR/layouts/scenes/district-daily.yaml" |
        sed -e 's/kind: gauges/kind: gauge/' -e 's/^theme: night/theme: nihgt/'
} >"$folder/mine.yaml"
try --check --config "$folder/wall.yaml"
ends 2 "--check of a wrong scene"
told "its panel is named with line and column" "$folder/mine.yaml:"
told "and the near word" "gauges"
told "the token file that is missing is named in the same pass" "$folder/token.txt"
sed -e 's/resolution/resolutoin/' "$SOURCE_DIR/layouts/scenes/street-duty.yaml" >"$folder/metric.yaml"
try --check --scene "$folder/metric.yaml"
ends 2 "--check of a scene that names a metric the profile does not have"
told "with its place and the near one" "has no metric 'resolutoin'; did you mean resolution?"
told "in the scene's file" "$folder/metric.yaml:"
try --offscreen --feed ws://127.0.0.1:1/feed/v1 --shot "$folder/never.png" --scene "$folder/metric.yaml"
ends 2 "such a scene does not start"
cat >"$folder/city.yaml" <<'YAML'
name: city
clocks:
  accept: {limit: soon}
YAML
try --check --profile "$folder/city.yaml"
ends 2 "--check of a wrong profile"
told "with its place" "$folder/city.yaml:"
try --check --profile nowhere
ends 2 "a profile that is not there"

mkdir "$folder/here"
(
    cd "$folder/here" &&
        env -u DISPLAY -u WAYLAND_DISPLAY TMPDIR="$folder" "$wall" --demo --size 960x270
) >"$folder/said" 2>&1
status=$?
ends 0 "--demo without a display"
told "it says that it drew offscreen, and how to see it live" "No display was found"
[ "$(head -c 4 "$folder/here/wallboard.png" | tail -c 3)" = PNG ]
say $? "wallboard.png is saved"
[ -z "$(find "$folder" -maxdepth 1 -name 'wallboard-demo-*')" ]
say $? "its hub's folder is gone"

MESA_GL_VERSION_OVERRIDE=3.0 TMPDIR="$folder" try --demo --offscreen --size 640x360 \
    --shot "$folder/es.png"
ends 0 "a GPU without OpenGL 3.3"
told "draws with OpenGL ES" "OpenGL ES"

if command -v python3 >/dev/null; then
    python3 - "$wall" "$folder/notify" >"$folder/said" 2>&1 <<'PY'
import os, socket, subprocess, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[2])
s.settimeout(20)
env = dict(os.environ, NOTIFY_SOCKET=sys.argv[2], WATCHDOG_USEC="2000000")
p = subprocess.Popen([sys.argv[1], "--feed", "ws://127.0.0.1:9/", "--offscreen", "--size",
                      "320x180"], env=env)
said = [s.recv(200).decode()]
began = time.monotonic()
said.append(s.recv(200).decode())
took = time.monotonic() - began
p.terminate()
print(said, "%.1f s" % took, p.wait())
sys.exit(0 if said == ["READY=1", "WATCHDOG=1"] and took < 2 else 1)
PY
    say $? "systemd is told READY and WATCHDOG in time: $(tail -1 "$folder/said")"
fi
exit $bad
