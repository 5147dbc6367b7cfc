#!/usr/bin/env bash
# Counts the instructions that whole binary convolutions execute on 64-bit and 32-bit ARM, under QEMU, and estimates
# the cycles of their inner loops.
#
# Usage: scripts/count-instructions.sh [aarch64|armhf]...
# Counts are exact and repeatable: those of a second layer, without start-up. Cycles are what llvm-mca says of the most
# executed loops, with all data in the first-level cache; it knows one core's timing of 32-bit ARM. Needs qemu-user (qemu-user-static has no plugins) and llvm-19,
# besides what building for ARM needs; it says so where one is missing. Builds in build-count/.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- aarch64 armhf
scripts/install-dependencies.sh cross
for tool in qemu-aarch64 qemu-arm llvm-mca-19 gcc; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install qemu-user llvm-19 gcc" >&2; exit 1; }
done

folder=build-count
mkdir -p "$folder"
gcc -O2 -Wall -Wextra -shared -fPIC -o "$folder/counter.so" Tests/KernelComparison/instruction_counter.c

# executed ARGUMENT... prints the instructions of one layer: twice minus once.
executed() {
  local counts=() times
  for times in 1 2; do
    counts+=("$("$emulator" -plugin "$folder/counter.so" "$program" "$@" 2 $times 2>&1 >"$folder/layer" |
      sed -n 's/^executed instructions: //p')")
  done
  echo $((counts[1] - counts[0]))
}

for name in "$@"; do
  case "$name" in
    aarch64) triple=aarch64-linux-gnu emulator=qemu-aarch64 processors=(cortex-a53 cortex-a55 cortex-a72 cortex-a76 neoverse-n1) ;;
    armhf) triple=arm-linux-gnueabihf emulator=qemu-arm processors=(cortex-a72) ;;
    *) echo "usage: count-instructions.sh [aarch64|armhf]..." >&2; exit 2 ;;
  esac
  cmake -S . -B "$folder/$name" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/$triple.cmake" -DBNNM_BUILD_CHECKS=ON \
    >"$folder/$name.log" || { cat "$folder/$name.log" >&2; exit 1; }
  cmake --build "$folder/$name" --target kernel_layer -j "${JOBS:-1}" >"$folder/$name.log" 2>&1 ||
    { cat "$folder/$name.log" >&2; exit 1; }
  program=$folder/$name/Tests/KernelComparison/kernel_layer

  echo "$name: multiply-accumulates an executed instruction, bits to bits; with float epilogue (bias, residual, RPReLU,"
  echo "values and bits); instructions an output that the epilogue takes more"
  printf '%-14s %-14s %-9s %8s %8s %8s\n' input output kernel bits epilogue more
  for shape in 0 1 2 3 4 5 6 7 8 9; do
    bits=$(executed $shape bits)
    epilogue=$(executed $shape epilogue)
    awk -v bits="$bits" -v epilogue="$epilogue" '{
      printf "%-14s %-14s %-9s %8.1f %8.1f %8.2f\n", $1, $2, $3, $4 / bits, $4 / epilogue, (epilogue - bits) / $5
    }' "$folder/layer"
  done

  echo "$name: multiply-accumulates a cycle of inner loops"
  printf '%-22s' loop
  printf '%12s' "${processors[@]}"
  echo
  "${triple}-objdump" -d --no-show-raw-insn "$program" >"$folder/$name.dump"
  for kernel in count_one_word_8 count_shared_8 count_shared_7 count_shared_4 count_box_8 count_box_4 \
    count_few_words_4; do
    scripts/inner-loop.awk -v kernel="$kernel" "$folder/$name.dump" >"$folder/loop.s"
    [ -s "$folder/loop.s" ] || continue
    # CNT compares 128 bits.
    work=$(($(grep -cE '^v?cnt' "$folder/loop.s") * 128))
    printf '%-22s' "$kernel"
    for processor in "${processors[@]}"; do
      llvm-mca-19 -mtriple="$triple" -mattr=+neon -mcpu="$processor" -iterations=100 "$folder/loop.s" 2>/dev/null |
        awk -v work="$work" '/^Total Cycles/ { printf "%12.1f", 100 * work / $3 }'
    done
    echo
  done
done
