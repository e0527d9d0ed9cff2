#!/bin/bash
# Holds real messages and events, as the encoder writes them, against the published JSON Schema, and
# the AsyncAPI document's references against both. The schema must also refuse what is wrong.
set -u
samples="$BUILD_DIR/tests/unit_feeds_samples"
[ -x "$samples" ] || { echo "$samples is not built"; exit 1; }
python3 -c 'import jsonschema' 2>/dev/null || { echo "python3-jsonschema is missing"; exit 77; }
"$samples" print | python3 "$SOURCE_DIR/tests/check/schema.py" "$SOURCE_DIR/assets/schema"
