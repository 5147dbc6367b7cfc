#!/usr/bin/env bash
# Checks (or with --fix, makes) the formatting that .swift-format and .clang-format describe, and the table of
# docs/reliability.md.
set -euo pipefail
cd "$(dirname "$0")/.."
swift_files=$(git ls-files -co --exclude-standard -- '*.swift' ':!*.pb.swift')
c_files=$(git ls-files -co --exclude-standard -- '*.c' '*.h' '*.cpp' '*.hpp' ':!*generated*')
clang-format --version 2>/dev/null | grep -q "version 19\." ||
  { echo "lint needs clang-format 19, others format otherwise: pip install clang-format==19.1.7" >&2; exit 1; }
if [ "${1:-}" = --fix ]; then
  swift format format --in-place --parallel $swift_files
  clang-format -i $c_files
  scripts/reliability.sh render
else
  swift format lint --strict --parallel $swift_files
  clang-format --dry-run --Werror $c_files
  scripts/reliability.sh check
fi
