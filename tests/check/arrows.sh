#!/bin/bash
# The house's arrows: who may include whom, one place per foreign library, and no absolute excuses.
set -u
cd "$SOURCE_DIR" || exit 2
bad=0
say() { echo "$1"; bad=1; }

# layer FILE -> name
layer() {
    case $1 in
    wall/base/*) echo base ;;
    feeds/client/*) echo client ;;
    feeds/tickets/*) echo tickets ;;
    feeds/hub/*) echo hub ;;
    feeds/*) echo feeds ;;
    layouts/*) echo layouts ;;
    render/*) echo render ;;
    wall/*) echo wall ;;
    *) echo none ;;
    esac
}
# allowed LAYER INCLUDE
allowed() {
    case $1 in
    base) case $2 in wall/base/*) return 0 ;; esac ;;
    feeds) case $2 in wall/base/* | feeds/*.h) case $2 in feeds/*/*) return 1 ;; esac; return 0 ;; esac ;;
    client) case $2 in wall/base/* | feeds/client/* | feeds/event*.h | feeds/message*.h) return 0 ;; esac ;;
    tickets) case $2 in wall/base/* | feeds/tickets/* | feeds/event*.h | feeds/message*.h) return 0 ;; esac ;;
    hub) case $2 in wall/base/* | feeds/hub/* | feeds/tickets/* | feeds/event*.h | feeds/message*.h) return 0 ;; esac ;;
    layouts) case $2 in wall/base/* | layouts/*) return 0 ;; esac ;;
    render) case $2 in wall/base/* | render/* | feeds/tickets/snapshot.h | layouts/*.h) return 0 ;; esac ;;
    wall) return 0 ;;
    esac
    return 1
}
while IFS=: read -r file include; do
    from=$(layer "$file")
    allowed "$from" "$include" || say "$file includes $include: not an arrow of layer $from"
    [ -f "$include" ] || say "$file includes $include: no such file"
done < <(grep -rhoHE '^#include "[^"]+"' wall feeds layouts render --include='*.[ch]' |
    sed -E 's/:#include "([^"]+)"/:\1/')

# lib PATTERN ALLOWED-REGEX
lib() {
    while IFS=: read -r file _; do
        echo "$file" | grep -qE "$2" || say "$file uses $1: its place is $2"
    done < <(grep -rHE "^#include <($1)" wall feeds layouts render --include='*.[ch]')
}
lib 'libwebsockets' '^feeds/hub/[a-z_]+\.c$'
lib 'openssl' '^feeds/client/(wire|upgrade)\.c$'
lib 'epoxy/|GL/gl\.h|GLES' '^render/gpu_[a-z_]+\.[ch]$'
lib 'GL/glu\.h' '^render/map/[a-z_]+\.c$'
lib 'hb|ft2build|freetype|fontconfig' '^render/text/'
lib 'SDL' '^wall/[a-z_]+\.[ch]$'
lib 'sqlite3' '^feeds/hub/[a-z_]+\.c$'
lib 'yaml\.h' '^wall/base/yaml[a-z_]*\.c$'
lib 'shapefil' '^render/map/[a-z_]+\.c$'
lib 'png' '^wall/[a-z_]+\.c$'
lib 'msgpack' '^feeds/[a-z_]+\.[ch]$'

# Only main.c and the network threads read a clock.
while IFS=: read -r file _; do
    case $file in wall/*.c | feeds/client/*.c | feeds/hub/*.c | wall/base/*) ;;
    *) say "$file reads a clock" ;;
    esac
done < <(grep -rHE 'clock_(wall_ms|mono_ns|gettime)\(|[^_a-z]time\(NULL\)' wall feeds layouts render --include='*.c')
exit $bad
