#!/usr/bin/env bash
# Fuzzes what reads strangers' files.
#
# Usage: scripts/fuzz.sh models|onnx [SECONDS [LIBFUZZER_OPTION...]]
#        scripts/fuzz.sh onnx-processes [SECONDS [SEED]]
#   models           .bnnm files: opened, described, run with every instruction set of this machine
#   onnx             ONNX files: compiled, opened, run; needs what `make build` fetches
#   onnx-processes   ONNX files: compiled by .build/release/bnnm (`make build`), each in a process of its own with limits on
#                    memory and time; needs Python with the package onnx, from PYTHON or python3
# The first two run in one process with libFuzzer and AddressSanitizer, for C and C++ with UndefinedBehaviorSanitizer too;
# inputs that reached new code stay in .build-fuzz/corpus.
# Ends with status 0 after SECONDS (60) without a finding; else the finding is a file in .build-fuzz/findings, which
# belongs into Tests/Fuzzing/Malformed once it is understood. How much was tried is printed as lines `evidence: KEY NUMBER`
# (docs/reliability.md). JOBS is the number of compilers at a time (1).
# BNNM_ONNX_NODE_TESTS names a folder of further ONNX files to start from.
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
seconds=${2:-60}
findings=.build-fuzz/findings
mkdir -p "$findings"

fuzz_in_process() {
  mkdir -p ".build-fuzz/corpus/$name"
  cmake -S Tests/Fuzzing -B .build-fuzz >.build-fuzz/configure.log || { cat .build-fuzz/configure.log >&2; exit 1; }
  cmake --build .build-fuzz --target "build-fuzz-$name" -j "${JOBS:-1}" >.build-fuzz/build.log 2>&1 ||
    { cat .build-fuzz/build.log >&2; exit 1; }
  seeds=("Tests/Fuzzing/Seeds/$name")
  [ ! -d "Tests/Fuzzing/Malformed/$name" ] || seeds+=("Tests/Fuzzing/Malformed/$name")
  [ "$name" != onnx ] || [ -z "${BNNM_ONNX_NODE_TESTS:-}" ] || seeds+=("$BNNM_ONNX_NODE_TESTS")
  # A trap of Swift's is a finding, told by the sanitizer and not by Swift's own debugger.
  export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=handle_sigill=1 UBSAN_OPTIONS=print_stacktrace=1
  ".build-fuzz/fuzz-$name" -max_total_time="$seconds" -max_len=65536 -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$@" ".build-fuzz/corpus/$name" "${seeds[@]}" 2>&1 | tee ".build-fuzz/$name.log"
  sed -nE "s/^stat::number_of_executed_units: *([0-9]+)/evidence: fuzz-$name-executions \\1/p" ".build-fuzz/$name.log"
  sed -nE "s/.* cov: ([0-9]+) .*/evidence: fuzz-$name-coverage \\1/p" ".build-fuzz/$name.log" | tail -n 1
}

fuzz_processes() {
  [ -x .build/release/bnnm ] || { echo "there is no .build/release/bnnm: make build" >&2; exit 1; }
  "${PYTHON:-python3}" -c 'import onnx' || { echo "needs Python with onnx (pip install onnx), named in PYTHON" >&2; exit 1; }
  "${PYTHON:-python3}" Tests/Fuzzing/ONNX/fuzz_compile.py .build/release/bnnm "$seconds" "${1:-$RANDOM}" "$findings" \
    Tests/Fuzzing/Seeds/onnx Tests/Fuzzing/Malformed/onnx ${BNNM_ONNX_NODE_TESTS:+"$BNNM_ONNX_NODE_TESTS"} |
    tee .build-fuzz/onnx-processes.log
  sed -nE 's/^([0-9]+) mutated files .*, 0 findings$/evidence: fuzz-onnx-files \1/p' .build-fuzz/onnx-processes.log
}

case "$name" in
  models | onnx) fuzz_in_process "${@:3}" ;;
  onnx-processes) fuzz_processes "${@:3}" ;;
  *) echo "usage: fuzz.sh models|onnx|onnx-processes [SECONDS [...]]" >&2; exit 2 ;;
esac
