#!/usr/bin/env bash
# Runs the programs of Tests/Soundness, which use the library much and long, on the library that scripts/build-library.sh
# built: equal results, structures of the API, fork(), memory in the long run. ARM programs run under QEMU.
#
# Usage: scripts/check-soundness.sh native|aarch64|armhf   that library
#        scripts/check-soundness.sh thread                 models and sessions in many threads, with ThreadSanitizer
#        scripts/check-soundness.sh address                all of it with AddressSanitizer and UndefinedBehaviorSanitizer
#        scripts/check-soundness.sh native --record        writes the recorded results anew
# SOAK_SECONDS (20) is how long the soak and the storm of threads last; with SOAK_RUNS, the soak ends after so many
# executions instead. JOBS is the number of compilers at a time (1). BNNM names the compiler (.build/release/bnnm), which
# makes the models once, in build-lib/soundness. Prints lines `evidence: KEY NUMBER` (docs/reliability.md).
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-}
emulator=()
options=(-DBNNM_BUILD_CHECKS=ON)
bits=64
case "$name" in
  native) ;;
  aarch64) emulator=(qemu-aarch64-static) options+=(-DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64-linux-gnu.cmake") ;;
  armhf)
    emulator=(qemu-arm-static) options+=(-DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/arm-linux-gnueabihf.cmake") bits=32
    ;;
  thread) options+=(-DBNNM_SANITIZERS=thread -DBNNM_BUILD_EXAMPLES=OFF) ;;
  address) options+=("-DBNNM_SANITIZERS=address;undefined" -DBNNM_BUILD_EXAMPLES=OFF) ;;
  *) echo "usage: check-soundness.sh native|aarch64|armhf|thread|address [--record]" >&2; exit 2 ;;
esac
record=${2:-}
seconds=${SOAK_SECONDS:-20}
bnnm=${BNNM:-.build/release/bnnm}
folder=build-lib/$name
programs=$folder/Tests/Soundness
recorded=Tests/Soundness

fail() {
  echo "$name: $1" >&2
  exit 1
}

# The trained models and every fixture, with two checks each.
models=build-lib/soundness/models
mkdir -p "$models"
for graph in models/digits/*.onnx Tests/Fixtures/*/model.onnx; do
  model=$(basename "$graph" .onnx)
  [ "$model" = model ] && model=$(basename "$(dirname "$graph")")
  [ "$model" = unsupported ] && continue  # the fixture of what does not compile
  [ "$models/$model.bnnm" -nt "$bnnm" ] && continue
  [ -x "$bnnm" ] || fail "$bnnm is not there to compile $graph (make build makes it)"
  "$bnnm" compile "$graph" -o "$models/$model.bnnm" --with-check 2 >"$models/$model.log"
done
compiled=("$models"/*.bnnm)
seeds=(Tests/Fuzzing/Seeds/models/*.bnnm)
released=(Tests/FormatTests/released/*.bnnm)
few=("$models"/{chain-ts,dysign-dynamo,reactnet-a-tiny-ts,dybnn-prelu-tiny-ts}.bnnm
  Tests/Fuzzing/Seeds/models/every-operator.bnnm)

mkdir -p "$folder"
cmake -S . -B "$folder" -DCMAKE_INSTALL_LIBDIR=lib "${options[@]}" >"$folder/soundness.log" ||
  { cat "$folder/soundness.log" >&2; exit 1; }
target=soundness
[ "$name" = thread ] && target=thread_storm
cmake --build "$folder" --target "$target" -j "${JOBS:-1}" >>"$folder/soundness.log" 2>&1 ||
  { cat "$folder/soundness.log" >&2; exit 1; }

# A sanitizer's first finding ends the program.
export TSAN_OPTIONS=halt_on_error=1 UBSAN_OPTIONS=print_stacktrace=1

if [ "$name" = thread ]; then
  "$programs/thread_storm" "$seconds" "${few[@]}" | sed 's/^evidence: /&thread-sanitizer-/'
  echo "$name: no data race"
  exit 0
fi

# The structures that programs were compiled with.
layouts=$recorded/struct-layouts-$bits.txt
"${emulator[@]}" "$programs/struct_layouts" >"$folder/struct-layouts"
[ "$record" = --record ] && cp "$folder/struct-layouts" "$layouts"
diff "$layouts" "$folder/struct-layouts" >&2 || fail "bnnm.h's structures are not those of $layouts"

# The same results whatever the number of threads, and of chains of integers on every machine.
"${emulator[@]}" "$programs/determinism" "${compiled[@]}" "${seeds[@]}" "${released[@]}" >"$folder/determinism" ||
  fail "results depend on what they must not depend on"
grep '^integer ' "$folder/determinism" | LC_ALL=C sort >"$folder/integer-outputs"
[ "$record" = --record ] && cp "$folder/integer-outputs" $recorded/integer-outputs.txt
diff $recorded/integer-outputs.txt "$folder/integer-outputs" >&2 ||
  fail "chains of integers do not give what $recorded/integer-outputs.txt says"
grep '^evidence: ' "$folder/determinism" | sed "s/^evidence: /&$name-/"

# A process that others watch for what it leaves behind.
if [ ${#emulator[@]} -eq 0 ]; then
  "$programs/fork_safety" "${few[@]}" | sed "s/^evidence: /&$name-/"
  "$programs/thread_storm" "$seconds" "${few[@]}" | sed "s/^evidence: /&$name-/"
fi
# AddressSanitizer keeps freed memory, so that growth shows nothing there.
if [ "$name" = native ]; then
  length=(--seconds "$seconds")
  [ -z "${SOAK_RUNS:-}" ] || length=(--runs "$SOAK_RUNS")
  "$programs/soak" "${length[@]}" "${few[@]}"
fi
echo "$name: results, structures, fork() and memory are as they should be"
