#!/usr/bin/env bash
# Fuzzes what reads strangers' files.
#
# Usage: scripts/fuzz.sh models [SECONDS [LIBFUZZER_OPTION...]]
#        scripts/fuzz.sh onnx [SECONDS [SEED]]
#   models   .bnnm files: opened, described, run with every instruction set of this machine, in one process with libFuzzer,
#            AddressSanitizer and UndefinedBehaviorSanitizer; inputs that reached new code stay in .build-fuzz/corpus
#   onnx     ONNX files: compiled by .build/release/bnnm (`make build`), each in a process of its own; needs Python with the
#            package onnx, from PYTHON or python3
# Ends with status 0 after SECONDS (60) without a finding; else the finding is a file in .build-fuzz/findings, which
# belongs into Tests/Fuzzing/Malformed once it is understood. How much was tried is printed as lines `evidence: KEY NUMBER`
# (docs/reliability.md). JOBS is the number of compilers at a time (1).
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
seconds=${2:-60}
findings=.build-fuzz/findings
mkdir -p "$findings"

fuzz_models() {
  mkdir -p .build-fuzz/corpus/models
  cmake -S Tests/Fuzzing -B .build-fuzz >.build-fuzz/configure.log || { cat .build-fuzz/configure.log >&2; exit 1; }
  cmake --build .build-fuzz --target build-fuzz-models -j "${JOBS:-1}" >.build-fuzz/build.log 2>&1 ||
    { cat .build-fuzz/build.log >&2; exit 1; }
  seeds=(Tests/Fuzzing/Seeds/models)
  [ ! -d Tests/Fuzzing/Malformed/models ] || seeds+=(Tests/Fuzzing/Malformed/models)
  # A trap of Swift's is a finding, told by the sanitizer and not by Swift's own debugger.
  export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=handle_sigill=1 UBSAN_OPTIONS=print_stacktrace=1
  .build-fuzz/fuzz-models -max_total_time="$seconds" -max_len=65536 -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$@" .build-fuzz/corpus/models "${seeds[@]}" 2>&1 | tee .build-fuzz/models.log
  sed -nE 's/^stat::number_of_executed_units: *([0-9]+)/evidence: fuzz-models-executions \1/p' .build-fuzz/models.log
  sed -nE 's/.* cov: ([0-9]+) .*/evidence: fuzz-models-coverage \1/p' .build-fuzz/models.log | tail -n 1
}

fuzz_onnx() {
  [ -x .build/release/bnnm ] || { echo "there is no .build/release/bnnm: make build" >&2; exit 1; }
  "${PYTHON:-python3}" -c 'import onnx' || { echo "needs Python with onnx (pip install onnx), named in PYTHON" >&2; exit 1; }
  "${PYTHON:-python3}" Tests/Fuzzing/ONNX/fuzz_compile.py .build/release/bnnm "$seconds" "${1:-$RANDOM}" "$findings" \
    Tests/Fuzzing/Seeds/onnx Tests/Fuzzing/Malformed/onnx ${BNNM_ONNX_NODE_TESTS:+"$BNNM_ONNX_NODE_TESTS"} |
    tee .build-fuzz/onnx.log
  sed -nE 's/^([0-9]+) mutated files .*, 0 findings$/evidence: fuzz-onnx-files \1/p' .build-fuzz/onnx.log
}

case "$name" in
  models) fuzz_models "${@:3}" ;;
  onnx) fuzz_onnx "${@:3}" ;;
  *) echo "usage: fuzz.sh models|onnx [SECONDS [...]]" >&2; exit 2 ;;
esac
