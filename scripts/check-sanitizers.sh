#!/usr/bin/env bash
# Runs the tests with AddressSanitizer, and with UndefinedBehaviorSanitizer in C and C++ (Swift has none to look for).
# Optimised: in a debug build, Swift's raw pointers read and write inside the standard library, where the sanitizer does
# not see them.
#
# Usage: scripts/check-sanitizers.sh [FILTER]    FILTER is what `swift test --filter` takes; without it, every test runs
# Prints lines `evidence: sanitized-tests NUMBER` (docs/reliability.md).
set -euo pipefail
cd "$(dirname "$0")/.."
filter=()
[ $# -eq 0 ] || filter=(--filter "$1")
# XCTest's own allocations at exit are no leaks of ours; the first finding ends the tests.
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
mkdir -p .build-address
# vptr needs the type information that the C++ code is built without.
swift test -c release -Xswiftc -enable-testing --scratch-path .build-address --sanitize=address -Xcc -fsanitize=undefined \
  -Xcc -fno-sanitize=vptr "${filter[@]}" 2>&1 | tee .build-address/tests.log
scripts/count-tests.sh sanitized-tests .build-address/tests.log
