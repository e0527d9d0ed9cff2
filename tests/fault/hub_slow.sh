#!/bin/bash
# See hub_slow.mjs.
set -eu
command -v node >/dev/null || { echo "node is missing"; exit 77; }
node -e "require('fs').existsSync('/usr/share/nodejs/ws') || require.resolve('ws')" 2>/dev/null ||
    { echo "node-ws is missing"; exit 77; }
exec node "$SOURCE_DIR/tests/fault/hub_slow.mjs" "$BUILD_DIR/feeds/wallboard-hub"
