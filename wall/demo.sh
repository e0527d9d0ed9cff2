#!/bin/sh
# Builds Wallboard and shows a simulated district: the main job, end to end, on a bare Debian 12.
#   sh wall/demo.sh [OPTIONS OF wallboard]
# With a display: full screen (Esc leaves). Without one: draws offscreen and saves wallboard.png.
set -eu
cd "$(dirname "$0")/.."
. wall/packages.sh
# shellcheck disable=SC2086
packages_need $packages_build || exit 2

build=${WALLBOARD_BUILD:-build}
[ -f "$build/build.ninja" ] ||
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DWALLBOARD_TESTS=OFF
cmake --build "$build" --target wallboard wallboard-hub -j "$(nproc)"
exec "$build/wall/wallboard" --demo "$@"
