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
drawn=1
for _ in $(seq 100); do
    sleep 0.2
    shot live
    [ "$(convert "$folder/live.png" -format '%k' info:)" -gt 200 ] && drawn=0 && break
done
say $drawn "the window fills the display with a picture"
sleep 1.2
shot live
# The 34 cells for measurement from outside, as a word of 0 and 1.
cells() {
    convert "$folder/$1.png" -crop 136x4+0+0 +repage -filter point -resize '34x1!' -threshold 50% \
        -depth 8 gray:- | od -An -v -tu1 | tr -s ' \n' '\n' | sed '/^$/d; s/255/1/' | tr -d '\n'
}
probe=$(cells live)
seq=0
for bit in {23..0}; do seq=$((seq * 2 + ${probe:bit:1})); done
[ $seq = 600 ] && [ "${probe:30}" = 1101 ]
say $? "--probe: cursor $seq, drawn, in sync, black, white ($probe)"
sleep 1.2
shot later
moved=$(differ live later)
[ "$moved" -gt 0 ] && [ "$moved" -lt 60000 ]
say $? "a second later the clock has changed and little else ($moved pixels)"
echo events >&3
sleep 1.5
shot more
[ "$(differ later more)" -gt "$moved" ]
say $? "new tickets are drawn"

xdotool key 1
sleep 1.5
shot other
[ "$(differ more other)" -gt 100000 ]
say $? "key 1 shows the other scene"
xdotool key Tab
sleep 1.5
shot back
[ "$(differ back other)" -gt 100000 ]
say $? "Tab goes on to the next"

echo mute >&3
sleep 17
shot stale
[ "$(differ back stale)" -gt 30000 ] && [ $((4 * $(colour stale))) -lt "$(colour back)" ]
say $? "after 15 s of silence it is drawn stale: coloured pixels $(colour back) -> $(colour stale)"

xdotool key Escape
for _ in $(seq 50); do
    kill -0 $wall_pid 2>/dev/null || break
    sleep 0.1
done
if kill -0 $wall_pid 2>/dev/null; then say 1 "Esc ends it"; else
    wait $wall_pid
    say $? "Esc ends it with 0"
fi
echo end >&3
exit $bad
