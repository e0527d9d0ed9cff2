#!/bin/bash
# The README's tour of the tree against the tree: every folder of the tree is in the tour, and every
# path the tour names exists.
set -u
cd "$SOURCE_DIR" || exit 2
bad=0
# The tour is the fenced block after the heading "The tree"; a line begins with its path.
tour=$(awk '/^## The tree/ { on = 1 } on && /^```/ { if (++n == 2) exit; next } on && n == 1 && /^[a-z]/ { print $1 }' README.md)
[ -n "$tour" ] || { echo "README.md: no tour under '## The tree'"; exit 1; }
for path in $tour; do
    [ -e "$path" ] || { echo "README.md names $path, which is not there"; bad=1; }
done
folders=$( (git ls-files 2>/dev/null || find . -type f | sed 's,^\./,,') | grep / | grep -v '^\.' |
    grep -v '^build' | sed 's,/[^/]*$,,' | sort -u)
[ -n "$folders" ] || { echo "no files found"; exit 1; }
for folder in $folders; do
    case $folder in
    tests/fuzz/corpus/*) folder=tests/fuzz/corpus ;;
    esac
    echo "$tour" | grep -qx "$folder/" || { echo "README.md's tour does not name $folder/"; bad=1; }
done
exit $bad
