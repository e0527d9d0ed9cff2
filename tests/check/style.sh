#!/bin/bash
# clang-format, file and function lengths, and no large files.
set -u
cd "$SOURCE_DIR" || exit 2
bad=0
files=$(find wall feeds layouts render tests -name '*.[ch]' | sort)
# shellcheck disable=SC2086
clang-format-14 --dry-run -Werror $files || bad=1

for file in $files; do
    lines=$(wc -l <"$file")
    [ "$lines" -le 800 ] || { echo "$file: $lines lines (at most 800)"; bad=1; }
done
# A definition's body stands between "{" and "}" in column one, as clang-format leaves them.
# shellcheck disable=SC2086
awk '
    FNR == 1 { open = 0 }
    /^\{/ { open = FNR; reason = 0; name = before }
    open && /(length|long)( on purpose|er than 60)?:/ { reason = 1 }
    /^\}/ && open {
        n = FNR - open - 1
        if (n > 100 || (n > 60 && !reason)) {
            printf "%s:%d: %s has %d lines\n", FILENAME, open, name, n
            bad = 1
        }
        open = 0
    }
    { if ($0 !~ /^[ \t{]/) before = $0 }
    END { exit bad }
' $(find wall feeds layouts render -name '*.c') || bad=1

# No file over 300 KB, no build products.
while read -r size file; do
    [ "$size" -le 300000 ] || { echo "$file: $size bytes (at most 300 KB)"; bad=1; }
done < <(git ls-files -z 2>/dev/null | xargs -0 -r stat -c '%s %n')
exit $bad
