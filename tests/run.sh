#!/bin/sh
# Builds everything and runs every test.
#   sh tests/run.sh                   gcc, warnings are errors: the plain run
#   sh tests/run.sh clang asan tsan   further builds, each with all tests
#   sh tests/run.sh release           the build that is installed: without a warning, no tests
# Test names may be narrowed with CTEST_ARGS, e.g. CTEST_ARGS="-R unit_".
set -eu
cd "$(dirname "$0")/.."
. wall/packages.sh
# shellcheck disable=SC2086
packages_need $packages_build $packages_test || exit 2
[ $# -gt 0 ] || set -- gcc

root=${WALLBOARD_BUILD:-build-test}
for what in "$@"; do
    case $what in
    gcc) set -- -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo ;;
    clang) set -- -DCMAKE_C_COMPILER=clang-14 -DCMAKE_BUILD_TYPE=RelWithDebInfo ;;
    release) set -- -DCMAKE_BUILD_TYPE=Release -DWALLBOARD_TESTS=OFF ;;
    asan) set -- -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DWALLBOARD_SANITIZE=address,undefined ;;
    tsan) set -- -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DWALLBOARD_SANITIZE=thread ;;
    *) echo "tests/run.sh: unknown build '$what' (gcc, clang, asan, tsan, release)" >&2; exit 2 ;;
    esac
    echo "== $what"
    cmake -S . -B "$root-$what" -G Ninja -DWALLBOARD_WERROR=ON "$@" >"$root-$what.log" 2>&1 ||
        { cat "$root-$what.log"; exit 1; }
    rm -f "$root-$what.log"
    cmake --build "$root-$what" -j 2
    [ "$what" != release ] || continue
    # shellcheck disable=SC2086
    ctest --test-dir "$root-$what" --output-on-failure -j 2 ${CTEST_ARGS:-}
done
