#!/bin/bash
# A request refused for its length or its encoding is refused whole: nothing of it reaches the log.
set -u
# shellcheck source=tests/e2e/hub.bash
. "$(dirname "$0")/hub.bash"
work=$(mktemp -d)
trap 'kill "$hub" 2>/dev/null; rm -rf "$work"' EXIT
printf -- '- {token: a-secret-of-the-test-0, name: sender, scope: all, rights: [write]}\n' >"$work/tokens.yaml"
chmod 600 "$work/tokens.yaml"
"$BUILD_DIR/feeds/wallboard-hub" serve --listen 127.0.0.1:0 --log "$work/log.db" \
    --tokens "$work/tokens.yaml" >"$work/out" 2>"$work/err" &
hub=$!
address=$(hub_address "$work/out" "$work/err") || exit 1
port=${address##*:}

/usr/bin/python3 - "$port" <<'PY' || exit 1
import json, socket, sys
event = json.dumps({"specversion": "1.0", "id": "1", "source": "/t", "type": "ticket.registered", "subject": "T-1",
                    "time": "2026-11-23T09:41:27+08:00", "data": {"channel": "c", "category": "k", "street": "S01"}})
n, chunk = len(event), f"{len(event):x}\r\n{event}\r\n0\r\n\r\n"
bad = 0
for headers, body in [(f"Content-Length: {n}", event), (f"Content-Length: {n}x", event), (f"Content-Length: +{n}", event),
                      (f"Content-Length: {n},{n}", event), ("Content-Length: 12, 13", event), (f"Content-Length: {n} ", event),
                      (f"Transfer-Encoding: chunked\r\nContent-Length: {len(chunk)}", chunk),
                      (f"Transfer-Encoding: gzip\r\nContent-Length: {n}", event), ("Transfer-Encoding: gzip", chunk),
                      ("Transfer-Encoding: chunked", chunk)]:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5) as s:
        s.sendall(f"POST /events HTTP/1.1\r\nHost: t\r\nContent-Type: application/cloudevents+json\r\n{headers}\r\n\r\n{body}".encode())
        answer = s.recv(4096)
    status = answer.split(b" ")[1:2]
    if status not in ([b"400"], [b"401"]):
        print(f"{headers!r}: answered {answer[:60]!r}")
        bad = 1
sys.exit(bad)
PY
kill -TERM "$hub" && wait "$hub"
logged=$("$BUILD_DIR/feeds/wallboard-hub" export --log "$work/log.db")
[ -z "$logged" ] || { echo "refused, and logged all the same: $logged"; exit 1; }
