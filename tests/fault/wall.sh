#!/bin/bash
# A wall through the faults of its hub: too long messages, floods, death, silence.
set -u
command -v node >/dev/null && [ -d /usr/share/nodejs/ws ] || {
    echo "skipped: install Debian's nodejs and node-ws"
    exit 77
}
# Mesa's modules are unloaded before the leak check, which then cannot name them.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
export TSAN_OPTIONS="suppressions=$SOURCE_DIR/tests/tsan.supp"
exec node "$SOURCE_DIR/tests/e2e/wall_faults.mjs" "$BUILD_DIR/wall/wallboard" --offscreen \
    --size 640x360 --feed '{url}'
