#!/usr/bin/env bash
# Checks that the installed bnnm.h compiles without a warning as C11 and as C++17, with gcc and clang, and imports into
# Swift, and that the programs run with the library.
#
# Usage: scripts/check-header.sh FOLDER [TARGET_PREFIX]
# FOLDER is an installed tree of scripts/build-library.sh. With the prefix of a cross compiler ("aarch64-linux-gnu-"), only
# its gcc compiles, and nothing is run.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f "${1:-}/include/bnnm.h" ] || { echo "usage: check-header.sh FOLDER [TARGET_PREFIX]" >&2; exit 2; }
installed=$1 prefix=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flags=(-Wall -Wextra -pedantic -Werror -I "$installed/include")
archive=$installed/lib/libbnnm.a

for compiler in "${prefix}gcc" $([ -n "$prefix" ] || echo clang); do
  for language in "c c11" "c++ c++17"; do
    read -r name standard <<<"$language"
    "$compiler" -x "$name" -std="$standard" "${flags[@]}" -c Tests/Header/use.c -o "$scratch/use.o"
    "$compiler" "$scratch/use.o" "$archive" -pthread -lm -o "$scratch/use"
    [ -n "$prefix" ] || (cd "$scratch" && ./use)
  done
done
if [ -z "$prefix" ]; then
  mkdir "$scratch/CBNNM"
  printf 'module CBNNM {\n    header "%s"\n    export *\n}\n' "$(realpath "$installed")/include/bnnm.h" \
    >"$scratch/CBNNM/module.modulemap"
  swiftc -O -swift-version 6 -warnings-as-errors -module-cache-path "$scratch/cache" -I "$scratch/CBNNM" \
    Tests/Header/use.swift "$archive" -lm -o "$scratch/use-swift"
  (cd "$scratch" && ./use-swift)
fi
