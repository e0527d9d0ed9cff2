#!/bin/bash
# A real window under a virtual X server: it is drawn, keys change the scene, silence is drawn
# stale, Esc ends it with 0; without a display the wall does not start.
set -u
# shellcheck source=tests/e2e/x_server.bash
. "$(dirname "$0")/x_server.bash"

env -u DISPLAY "$wall" --feed ws://127.0.0.1:9/ 2>"$folder/none" >&2
[ $? = 2 ] && grep -q -- '--offscreen' "$folder/none"
say $? "without a display it ends with 2 and says what to do"
[ "$("$wall" --list-displays | grep -c 1280x720)" = 1 ]
say $? "--list-displays names the display"

live_feed
"$wall" --probe --feed "$(cat "$folder/url")" 2>"$folder/log" &
wall_pid=$!

shot() { import -window root "$folder/$1.png"; }
# How many pixels two pictures do not share.
differ() {
    local n
    n=$(compare -metric AE "$folder/$1.png" "$folder/$2.png" null: 2>&1)
    echo "${n%%.*}"
}
# How many pixels have a strong colour.
colour() {
    convert "$folder/$1.png" -colorspace HCL -channel G -separate +channel -threshold 40% \
        -format '%[fx:mean*w*h]' info: | awk '{ printf "%d", $1 }'
}
filled_window() { shot live && [ "$(convert "$folder/live.png" -format '%k' info:)" -gt 200 ]; }
eventually filled_window
say $? "the window fills the display with a picture"
# The 34 cells for measurement from outside, as a word of 0 and 1.
cells() {
    convert "$folder/$1.png" -crop 136x4+0+0 +repage -filter point -resize '34x1!' -threshold 50% \
        -depth 8 gray:- | od -An -v -tu1 | tr -s ' \n' '\n' | sed '/^$/d; s/255/1/' | tr -d '\n'
}
probed() { # file: sets probe and seq, the cursor in it
    shot "$1"
    probe=$(cells "$1")
    seq=0
    for bit in {23..0}; do seq=$((seq * 2 + ${probe:bit:1})); done
}
drawn_to() { probed live && [ $seq = "$1" ] && [ "${probe:30}" = 1101 ]; }
eventually drawn_to 600
say $? "--probe: cursor $seq, drawn, in sync, black, white ($probe)"
sleep 2 # what moves at the start has come to rest
shot live
ticked() { shot later && moved=$(differ live later) && [ "$moved" -gt 0 ]; }
eventually ticked && [ "$moved" -lt 60000 ]
say $? "a second later the clock has changed and little else ($moved pixels)"
echo events >&3
arrived() { probed more && [ $seq -gt 600 ] && [ "$(differ later more)" -gt "$moved" ]; }
eventually arrived
say $? "new tickets are drawn"

# A picture, a new one, pixels: whether they do not share so many.
changed() { shot "$2" && [ "$(differ "$1" "$2")" -gt "$3" ]; }
xdotool key 1
eventually changed more other 100000
say $? "key 1 shows the other scene"
sleep 2
shot other
xdotool key Tab
eventually changed other back 100000
say $? "Tab goes on to the next"
sleep 2
shot back

echo mute >&3
faded() { changed back stale 30000 && [ $((4 * $(colour stale))) -lt "$(colour back)" ]; }
eventually faded
say $? "after 15 s of silence it is drawn stale: coloured pixels $(colour back) -> $(colour stale)"

xdotool key Escape
ended() { ! kill -0 $wall_pid 2>/dev/null; }
if ! eventually ended; then say 1 "Esc ends it"; else
    wait $wall_pid
    say $? "Esc ends it with 0"
fi
echo end >&3
exit $bad
