#!/bin/bash
# Every header compiles alone, and opens with a comment that says what it is.
set -u
cd "$SOURCE_DIR" || exit 2
bad=0
for header in $(find wall feeds layouts render -name '*.h' | sort); do
    # -xc: a header is not precompiled; the flags are the build's strictest
    gcc -std=gnu11 -D_GNU_SOURCE -I. $(pkg-config --cflags sdl2 msgpack jansson) -Wall -Wextra -Wpedantic -Werror \
        -fsyntax-only -xc "$header" || { echo "$header does not compile alone"; bad=1; }
    head -c 2 "$header" | grep -q '/\*' || { echo "$header does not open with a comment"; bad=1; }
done
exit $bad
