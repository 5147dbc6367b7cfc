#!/usr/bin/env bash
# Says how many tests passed, from what `swift test` printed: lines `evidence: KEY NUMBER`, one for XCTest and one for
# Swift Testing (docs/reliability.md).
#
# Usage: scripts/count-tests.sh KEY LOG
set -euo pipefail
awk -v key="$1" '
  /Executed [0-9]+ tests?, with .* 0 failures/ { executed = $2; skipped = /skipped/ ? $5 : 0 }
  /Test run with [0-9]+ tests? .* passed/ { for (i = 1; i < NF; i++) if ($i == "with") print "evidence:", key, $(i + 1) }
  END { if (executed) print "evidence:", key, executed - skipped }' "$2"
