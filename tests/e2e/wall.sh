#!/bin/bash
# The wall against an independent hub: JSON; MessagePack with a token; TLS with an authority.
set -u
here=$(cd "$(dirname "$0")" && pwd)
command -v node >/dev/null && [ -d /usr/share/nodejs/ws ] || {
    echo "skipped: install Debian's nodejs and node-ws"
    exit 77
}
# Mesa's modules are unloaded before the leak check, which then cannot name them.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
export TSAN_OPTIONS="suppressions=$SOURCE_DIR/tests/tsan.supp"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
token=peer-token-0123456789abcdef
echo "$token" >"$folder/token"
run=("$BUILD_DIR/wall/wallboard" --offscreen --size 640x360 --feed '{url}' --name test-wall
    --node test-node)
bad=0
node "$here/wall_peer.mjs" json "${run[@]}" || bad=1
PEER_TOKEN=$token node "$here/wall_peer.mjs" msgpack "${run[@]}" --token-file "$folder/token" || bad=1
PEER_TOKEN=another-$token PEER_REFUSED=1 node "$here/wall_peer.mjs" json "${run[@]}" \
    --token-file "$folder/token" || bad=1
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/hub.key" -out "$folder/hub.crt" \
        2>/dev/null
    export PEER_TLS=$folder/hub
    node "$here/wall_peer.mjs" json "${run[@]}" --ca "$folder/hub.crt" || bad=1
    PEER_REFUSED=1 node "$here/wall_peer.mjs" json "${run[@]}" || bad=1
fi
exit $bad
