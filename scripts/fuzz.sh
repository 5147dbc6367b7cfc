#!/usr/bin/env bash
# Fuzzes what reads strangers' files, with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
#
# Usage: scripts/fuzz.sh models|onnx [SECONDS [LIBFUZZER_OPTION...]]
#   models   .bnnm files: opened, described, run with every instruction set of this machine
#   onnx     ONNX files: imported, compiled, packed, and the result read
# Ends with status 0 after SECONDS (60) without a finding; else the finding is a file in .build-fuzz/findings, which
# belongs into Tests/Fuzzing/Malformed once it is understood. Inputs that reached new code stay in .build-fuzz/corpus. JOBS
# is the number of compilers at a time (1).
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-}
seconds=${2:-60}
case "$name" in
  models) memory=2048 ;;
  onnx)
    memory=4096
    [ -d .build/checkouts/swift-protobuf ] || swift package resolve
    ;;
  *) echo "usage: fuzz.sh models|onnx [SECONDS [LIBFUZZER_OPTION...]]" >&2; exit 2 ;;
esac

mkdir -p ".build-fuzz/corpus/$name" .build-fuzz/findings
cmake -S Tests/Fuzzing -B .build-fuzz >.build-fuzz/configure.log || { cat .build-fuzz/configure.log >&2; exit 1; }
cmake --build .build-fuzz --target "build-fuzz-$name" -j "${JOBS:-1}" >.build-fuzz/build.log 2>&1 ||
  { cat .build-fuzz/build.log >&2; exit 1; }

# A trap of Swift's is a finding, told by the sanitizer and not by Swift's own debugger.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=handle_sigill=1 UBSAN_OPTIONS=print_stacktrace=1
seeds=()
for folder in "Tests/Fuzzing/Seeds/$name" "Tests/Fuzzing/Malformed/$name"; do
  [ ! -d "$folder" ] || seeds+=("$folder")
done
".build-fuzz/fuzz-$name" -max_total_time="$seconds" -max_len=65536 -timeout=60 -rss_limit_mb="$memory" \
  -print_final_stats=1 -artifact_prefix=.build-fuzz/findings/ "${@:3}" ".build-fuzz/corpus/$name" "${seeds[@]}"
