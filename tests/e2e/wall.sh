#!/bin/bash
# The wall against an independent hub, over JSON and over MessagePack, the latter with a token.
set -u
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null && [ -d /usr/share/nodejs/ws ] || {
    echo "skipped: install Debian's nodejs and node-ws"
    exit 77
}
# Mesa's modules are unloaded before the leak check, which then cannot name them.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
token=peer-token-0123456789abcdef
echo "$token" >"$folder/token"
run=("$BUILD_DIR/wall/wallboard" --offscreen --size 640x360 --feed '{url}' --name test-wall
    --node test-node)
bad=0
node "$here/wall_peer.mjs" json "${run[@]}" || bad=1
PEER_TOKEN=$token node "$here/wall_peer.mjs" msgpack "${run[@]}" --token-file "$folder/token" || bad=1
exit $bad
