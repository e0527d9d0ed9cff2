#!/bin/bash
# One canvas over all displays of the desktop: --display all on a real X server with three (Xorg's
# dummy driver), whose last one stands lower, and on one with a single one.
set -u
# shellcheck source=tests/e2e/wall.bash
. "$(dirname "$0")/wall.bash"
need 'xvfb imagemagick nodejs node-ws' Xvfb import node
unset WAYLAND_DISPLAY SDL_VIDEODRIVER

started() { # file with the number
    filled "$folder/$1" || return 1
    DISPLAY=:$(cat "$folder/$1")
    export DISPLAY
}
# How many colours a part of the picture has.
colours() { convert "$folder/$1.png" -crop "$2" +repage -format '%k' info:; }
shown() { # picture: takes it; whether a wall is in it
    import -window root "$folder/$1.png" && [ "$(convert "$folder/$1.png" -format '%k' info:)" -gt 200 ]
}
settled() { # picture: takes it; whether it is a wall's and the one that was taken before
    cp "$folder/$1.png" "$folder/before.png" 2>/dev/null
    shown "$1" && cmp -s "$folder/$1.png" "$folder/before.png"
}
live_feed
show() { # log, options: the wall until it has tried the window out
    local log=$1
    shift
    "$wall" --feed "$(cat "$folder/url")" --motion none "$@" 2>"$folder/$log" &
    wall_pid=$!
    eventually grep -qs 'a whole picture' "$folder/$log"
    eventually shown "$log"
    kill $wall_pid
    wait $wall_pid
}

Xvfb -displayfd 4 -screen 0 1280x720x24 -nolisten tcp 4>"$folder/one" 2>/dev/null &
server=$!
started one || {
    echo "skipped: Xvfb does not start here"
    exit 77
}
[ "$("$wall" --list-displays)" = "$("$wall" --list-displays | grep '^0 ')" ]
say $? "--list-displays: one display alone is not told as all of them"
show single --display all
say $? "--display all on one display ends with 0 when asked to"
grep -q 'x11, 1280x720 at 60 Hz' "$folder/single" && [ "$(colours single 1280x720+0+0)" -gt 200 ]
say $? "it fills the display: $(grep -o 'x11, .* Hz' "$folder/single"), $(colours single 1280x720+0+0) colours"
kill $server
wait $server 2>/dev/null

xorg=/usr/lib/xorg/Xorg
[ -x $xorg ] && [ -e /usr/lib/xorg/modules/drivers/dummy_drv.so ] || {
    echo "not tested: several displays (Debian: xserver-xorg-core xserver-xorg-video-dummy)"
    exit $bad
}
{
    echo 'Section "Device"'
    echo ' Identifier "card"'
    echo ' Driver "dummy"'
    echo ' VideoRam 128000'
    for i in 0 1 2; do echo " Option \"Monitor-DUMMY$i\" \"out$i\""; done
    echo 'EndSection'
    for i in 0 1 2; do
        echo 'Section "Monitor"'
        echo " Identifier \"out$i\""
        echo ' HorizSync 1-300'
        echo ' VertRefresh 1-200'
        echo ' Modeline "small" 74.25 1280 1390 1430 1650 720 725 730 750 +hsync +vsync'
        echo ' Option "PreferredMode" "small"'
        echo ' Option "Enable" "true"'
        echo " Option \"Position\" \"$((i * 1280)) $((i / 2 * 80))\""
        echo 'EndSection'
    done
    echo 'Section "Screen"'
    echo ' Identifier "screen"'
    echo ' Device "card"'
    echo ' Monitor "out0"'
    echo ' DefaultDepth 24'
    echo ' SubSection "Display"'
    echo '  Depth 24'
    echo '  Virtual 3840 800'
    echo ' EndSubSection'
    echo 'EndSection'
} >"$folder/xorg.conf"
$xorg -displayfd 4 -config "$folder/xorg.conf" -logfile "$folder/xorg.log" -noreset -nolisten tcp \
    -novtswitch -sharevts vt7 4>"$folder/three" 2>/dev/null &
server=$!
started three && [ "$("$wall" --list-displays | grep -c 1280x720)" = 3 ] || {
    echo "not tested: several displays (Xorg's dummy driver gives no three here)"
    exit $bad
}
"$wall" --list-displays | grep -q '^all  3840x800 at 0,0  with gaps'
say $? "--list-displays: $("$wall" --list-displays | grep '^all')"
show several --display all
say $? "--display all on three displays ends with 0 when asked to"
grep -q '3 displays as one (with gaps that none shows), 3840x800 at 60 Hz' "$folder/several"
say $? "one canvas: $(grep -o 'x11, .* Hz' "$folder/several")"
for part in 1280x720+0+0 1280x720+1280+0 1280x720+2560+80; do
    [ "$(colours several $part)" -gt 50 ]
    say $? "the display at $part shows a part of it ($(colours several $part) colours)"
done
show each --display each
say $? "--display each ends with 0 when asked to"
grep -q '3 displays as one, a window each (with gaps that none shows), 3840x800 at 60 Hz' "$folder/each"
say $? "a window each: $(grep -o 'x11, .* Hz' "$folder/each")"
# One moment, so that only what it is drawn into differs.
moment=$(date +%s%3N)
for kind in all each; do
    "$wall" --feed "$(cat "$folder/url")" --motion none --display $kind --at "$moment" 2>"$folder/log" &
    wall_pid=$!
    eventually settled "at-$kind"
    kill $wall_pid
    wait $wall_pid
done
for part in 1280x719+0+0 1280x719+1280+0 1280x719+2560+80; do # the last row has the first marks
    for kind in all each; do
        convert "$folder/at-$kind.png" -crop "$part" +repage "$folder/$kind-part.png"
    done
    apart=$(compare -metric AE "$folder/all-part.png" "$folder/each-part.png" null: 2>&1)
    [ "$apart" = 0 ]
    say $? "what the window at $part shows is that part of the one canvas ($apart pixels differ)"
done
show second --display 1
grep -q 'x11, 1280x720 at 60 Hz' "$folder/second" && [ "$(colours second 1280x720+1280+0)" -gt 200 ] &&
    [ "$(colours second 1280x720+0+0)" -lt 10 ]
say $? "--display 1 fills the second one alone"
exit $bad
