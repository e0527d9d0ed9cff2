#!/bin/bash
# A pointer over a real window under a virtual X server: where it rests on a text that was cut, all
# of it is shown; that goes with the pointer and leaves nothing behind.
set -u
# shellcheck source=tests/e2e/x_server.bash
. "$(dirname "$0")/x_server.bash"
xdotool mousemove 1270 710

# A title that no panel has room for.
sed 's/title: 社区治理效果/title: 社区治理效果社区治理效果社区治理效果/' \
    "$SOURCE_DIR/layouts/scenes/street-duty.yaml" >"$folder/long.yaml"
live_feed
"$wall" --feed "$(cat "$folder/url")" --scene "$folder/long.yaml" 2>"$folder/log" &
wall_pid=$!

# The lower left quarter, where the panel with that title lies: no clock runs there.
shot() {
    import -window root "$folder/whole.png"
    convert "$folder/whole.png" -crop 680x220+0+490 +repage "$folder/$1.png"
}
differ() {
    local n
    n=$(compare -metric AE "$folder/$1.png" "$folder/$2.png" null: 2>&1)
    echo "${n%%.*}"
}
filled_window() { shot bare && [ "$(convert "$folder/whole.png" -format '%k' info:)" -gt 200 ]; }
eventually filled_window
say $? "the window shows a picture"
rest() { # picture: takes it when nothing has moved for a second
    shot "$1"
    sleep 1
    shot before && [ "$(differ "$1" before)" = 0 ]
}
sleep 2
eventually rest bare
xdotool mousemove 120 522
told() { rest tip && tip=$(differ bare tip) && [ "$tip" -gt 1500 ]; }
eventually told
say $? "a pointer rests on a title that was cut: all of it is shown ($tip pixels)"
xdotool mousemove 123 520
sleep 1
shot still
[ "$(differ tip still)" -lt 300 ] # the pointer's own picture, at most
say $? "a hand that trembles changes nothing"
xdotool mousemove 600 700
gone() { shot gone && [ "$(differ bare gone)" = 0 ]; }
eventually gone
say $? "it goes with the pointer, which hides itself, and leaves nothing behind"
kill "$wall_pid"
wait "$wall_pid"
[ $? = 0 ]
say $? "a signal ends the wall"
[ $bad = 0 ] || tail -n 20 "$folder/log"
exit $bad
