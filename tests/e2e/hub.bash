# Sourced by the tests that start a hub.

# The address at which a hub listens that was started a moment ago: what it prints goes to the first
# file (which may not even be there yet), what it complains of to the second.
hub_address() {
    local address
    for _ in $(seq 100); do
        address=$(sed -n 's/^listening on \([0-9.]*:[0-9]*\).*/\1/p' "$1" 2>/dev/null || true)
        if [ -n "$address" ]; then
            echo "$address"
            return 0
        fi
        sleep 0.1
    done
    echo "FAIL: the hub does not listen: $(cat "$2")" >&2
    return 1
}
