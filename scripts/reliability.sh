#!/usr/bin/env bash
# Makes the table of docs/reliability.md from what tests and programs say they tried.
#
# Usage: scripts/reliability.sh collect LOG...   adds the lines `evidence: KEY NUMBER` of logs to docs/reliability.json, with
#                                                date, commit and tools, and renders; only logs of runs that succeeded
#        scripts/reliability.sh render           writes the table anew from docs/reliability.json
#        scripts/reliability.sh check            fails where the table is not what docs/reliability.json renders to
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 Tests/Soundness/reliability.py "$@"
