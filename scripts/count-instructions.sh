#!/usr/bin/env bash
# Counts the instructions that whole layers and networks execute on 64-bit and 32-bit ARM, under QEMU, and estimates the
# cycles of inner loops.
#
# Usage: scripts/count-instructions.sh [aarch64|armhf]...
# PARTS, a list of binary, float, networks and cycles, says what to count (all of it), NETWORKS which graphs of
# models/zoo. Counts are exact and repeatable:
# those of a second layer or inference, without start-up. Cycles are what llvm-mca says of the most executed loops, with
# all data in the first-level cache; it knows one core's timing of 32-bit ARM. "a55-unordered" is Cortex-A55 without its
# rule that results are written in order (scripts/in-order-cycles.py). Needs qemu-user (qemu-user-static has no
# plugins) and llvm-19, besides what building for ARM needs, and for networks the compiler (BNNM,
# .build/release/bnnm); it says so where one is missing. Builds in build-count/.
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

parts=" ${PARTS:-binary float networks cycles} "
bnnm=${BNNM:-.build/release/bnnm}

# count PROGRAM ARGUMENT... writes what the program prints to $folder/printed, and to $folder/executed the instructions
# from each of its marks to the next, a line each.
count() {
  local program=$folder/$name/Tests/KernelComparison/$1
  shift
  "$emulator" -plugin "$folder/counter.so" "$program" "$@" 2>"$folder/marks" >"$folder/printed" ||
    { cat "$folder/marks" >&2; exit 1; }
  # The last count is that of the program's end.
  sed -n 's/^executed instructions: //p' "$folder/marks" | head -n -1 |
    awk 'NR > 1 { printf "%.0f\n", $1 - before } { before = $1 }' >"$folder/executed"
}

# Whole binary convolutions.
count_binary() {
  echo "$name: multiply-accumulates an executed instruction, bits to bits; with float epilogue (bias, residual, RPReLU,"
  echo "values and bits); instructions an output that the epilogue takes more"
  printf '%-14s %-14s %-9s %8s %8s %8s\n' input output kernel bits epilogue more
  local shape bits
  for shape in 0 1 2 3 4 5 6 7 8 9; do
    count kernel_layer $shape bits 2
    bits=$(tail -n 1 "$folder/executed")
    count kernel_layer $shape epilogue 2
    awk -v bits="$bits" -v epilogue="$(tail -n 1 "$folder/executed")" '{
      printf "%-14s %-14s %-9s %8.1f %8.1f %8.2f\n", $1, $2, $3, $4 / bits, $4 / epilogue, (epilogue - bits) / $5
    }' "$folder/printed"
  done
}

# Whole float layers.
count_float() {
  echo "$name: multiply-accumulates, or taps, an executed instruction of float layers"
  printf '%-10s %-14s %-14s %-6s %12s %8s\n' layer input output kernel executed each
  local shape
  for shape in 0 1 2 3 4 5 6 7 8 9 10 11; do
    count float_layer $shape 2
    awk -v executed="$(tail -n 1 "$folder/executed")" '{
      printf "%-10s %-14s %-14s %-6s %12d %8.2f\n", $1, $2, $3, $4, executed, $5 / executed
    }' "$folder/printed"
  done
}

# One inference of each network, by layers. Those that run together, some rows at a time, are counted at their last one.
count_networks() {
  if [ ! -x "$bnnm" ]; then
    echo "$name: $bnnm is not there, so no network was counted (make build makes it)"
    return
  fi
  local network
  for network in ${NETWORKS:-quicknet bireal18 dybinarycct dysign-resnet18}; do
    "$bnnm" compile "models/zoo/graphs/$network.onnx" --random-weights 1 --target "$target" \
      -o "$folder/$network-$name.bnnm" >"$folder/$network-$name.log"
    count network_layers "$folder/$network-$name.bnnm"
    echo "$name: executed instructions of $network, and multiply-accumulates each"
    paste -d ' ' "$folder/executed" "$folder/printed" | awk '
      { printf "%12d %6.2f  %-16s %-16s %s\n", $1, $5 / ($1 > 0 ? $1 : 1), $2, $3, $6; sum += $1; macs += $5 }
      END { printf "%12d %6.2f  in all\n", sum, macs / sum }'
  done
}

# What inner loops take on some cores.
count_cycles() {
  local program=$folder/$name/Tests/KernelComparison/kernel_layer kernel processor work
  echo "$name: multiply-accumulates a cycle of inner loops"
  printf '%-26s' loop
  printf '%14s' "${processors[@]}" "${in_order[@]}"
  echo
  "${triple}-objdump" -d --no-show-raw-insn "$program" >"$folder/$name.dump"
  for kernel in bnnmk_count_shared_{8,7,4}_a64 bnnmk_count_words_{4,2}_a64 \
    bnnmk_count_shared_{8,7,4}_a55 bnnmk_count_words_{4,2}_a55 bnnmk_count_shared_2_a32 bnnmk_count_words_a32 count_one_word_8 \
    count_shared_8 count_shared_7 count_shared_4 count_box_8 count_box_4 count_few_words_4 count_partial_2; do
    scripts/inner-loop.awk -v kernel="$kernel" "$folder/$name.dump" >"$folder/loop.s"
    [ -s "$folder/loop.s" ] || continue
    # CNT compares 128 bits.
    work=$(($(grep -cE '^v?cnt' "$folder/loop.s") * 128))
    printf '%-26s' "$kernel"
    for processor in "${processors[@]}"; do
      llvm-mca-19 -mtriple="$triple" -mattr=+neon -mcpu="$processor" -iterations=100 "$folder/loop.s" 2>/dev/null |
        awk -v work="$work" '/^Total Cycles/ { printf "%14.1f", 100 * work / $3 }'
    done
    [ ${#in_order[@]} -eq 0 ] ||
      scripts/in-order-cycles.py <"$folder/loop.s" | awk -v work="$work" '{ printf "%14.1f", work / $1 }'
    echo
  done
}

for name in "$@"; do
  case "$name" in
    aarch64)
      triple=aarch64-linux-gnu emulator=qemu-aarch64 target=aarch64
      processors=(cortex-a53 cortex-a55 cortex-a510 cortex-a72 cortex-a76 neoverse-n1)
      in_order=(a55-unordered)  # scripts/in-order-cycles.py
      ;;
    armhf) triple=arm-linux-gnueabihf emulator=qemu-arm target=armv7 processors=(cortex-a72) in_order=() ;;
    *) echo "usage: count-instructions.sh [aarch64|armhf]..." >&2; exit 2 ;;
  esac
  cmake -S . -B "$folder/$name" -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/$triple.cmake" -DBNNM_BUILD_CHECKS=ON \
    >"$folder/$name.log" || { cat "$folder/$name.log" >&2; exit 1; }
  programs=(kernel_layer float_layer)
  [[ $parts != *" networks "* ]] || programs+=(network_layers)
  cmake --build "$folder/$name" --target "${programs[@]}" -j "${JOBS:-1}" >"$folder/$name.log" 2>&1 ||
    { cat "$folder/$name.log" >&2; exit 1; }
  for part in binary float networks cycles; do
    [[ $parts != *" $part "* ]] || "count_$part"
  done
done
