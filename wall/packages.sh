# Debian 12 packages, sourced by wall/demo.sh and tests/run.sh (POSIX sh).
# packages_build: what a build and a run need; packages_test: what the tests need besides.

packages_build="cmake ninja-build pkg-config gcc libc6-dev libsdl2-dev libepoxy-dev libgl1-mesa-dri
libegl1 libgl1 libgles2 libwebsockets-dev libssl-dev libfreetype-dev libharfbuzz-dev
libfontconfig-dev libjansson-dev libmsgpack-dev libyaml-dev libsqlite3-dev libpng-dev zlib1g-dev
libglu1-mesa-dev libshp-dev fonts-noto-cjk fonts-inter tzdata"

packages_test="libcmocka-dev clang-14 libclang-rt-14-dev clang-format-14 nodejs node-ws python3
python3-jsonschema openssl git xvfb xdotool x11-apps imagemagick sqlite3 curl procps
xserver-xorg-core xserver-xorg-video-dummy"

# packages_need NAME…: installs what is missing when it may, else prints the one command and fails.
packages_need() {
    missing=""
    for package in "$@"; do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$status" = "install ok installed" ] || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    if [ "$(id -u)" = 0 ]; then
        run=""
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        run="sudo"
    else
        echo "These Debian packages are missing. Install them, then start again:" >&2
        echo "  sudo apt-get install --no-install-recommends$missing" >&2
        return 1
    fi
    echo "Installing Debian packages:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 — the lists are words
    $run apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
        { $run apt-get update -qq &&
          $run apt-get install -y -qq --no-install-recommends $missing >/dev/null; } ||
        { echo "apt-get could not install:$missing" >&2; return 1; }
}
