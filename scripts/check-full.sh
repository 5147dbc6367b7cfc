#!/usr/bin/env bash
# What `make test` leaves out because it takes longer: the same tests of format, kernels and engine under sanitizers.
set -euo pipefail
cd "$(dirname "$0")/.."
export ASAN_OPTIONS=detect_leaks=0
swift test --scratch-path .build-address --sanitize=address --filter 'FormatTests|KernelTests|EngineTests'
