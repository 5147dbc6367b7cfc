#!/usr/bin/env bash
# Writes the table of docs/operators.md anew, from the compiler's operator decoders.
set -euo pipefail
cd "$(dirname "$0")/.."
BNNM_BLESS=1 swift test -c release -Xswiftc -enable-testing --filter OperatorTableTests
