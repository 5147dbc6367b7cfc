#!/usr/bin/env bash
# Checks a library that scripts/build-library.sh built: what it exports and needs, its size, and that programs which
# link it predict what was recorded. ARM programs run under QEMU.
#
# Usage: scripts/check-library.sh native|aarch64|armhf
# BNNM names the compiler (.build/release/bnnm); without it, nothing is run.
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-}
emulator=()
case "$name" in
  native) prefix="" ;;
  aarch64) prefix=aarch64-linux-gnu- emulator=(qemu-aarch64-static -L /usr/aarch64-linux-gnu) ;;
  armhf) prefix=arm-linux-gnueabihf- emulator=(qemu-arm-static -L /usr/arm-linux-gnueabihf) ;;
  *) echo "usage: check-library.sh native|aarch64|armhf" >&2; exit 2 ;;
esac
folder=build-lib/$name
installed=$folder/install
shared=$installed/lib/libbnnm.so
archive=$installed/lib/libbnnm.a
[ -f "$shared" ] || { echo "$shared is missing: make lib, lib-aarch64 or lib-armhf builds it" >&2; exit 1; }
scratch=$folder/check
rm -rf "$scratch"
mkdir -p "$scratch"

fail() {
  echo "$name: $1" >&2
  exit 1
}

# Names: defined ones are bnnm.h's functions, all of them and nothing else; undefined ones are allowed.
grep -oE '\bbnnm_[a-z0-9_]+\(' Runtime/API/include/bnnm.h | tr -d '(' | sort -u >"$scratch/declared"
grep -vE '^(#|$)' Runtime/allowed-symbols.txt >"$scratch/allowed"
for file in "$shared" "$archive"; do
  table=(-g)
  [ "$file" = "$shared" ] && table=(-D)
  "${prefix}nm" "${table[@]}" --defined-only "$file" | awk 'NF == 3 && $3 != "BNNM_0" { print $3 }' | sort -u \
    >"$scratch/defined"
  if [ "$file" = "$shared" ]; then
    if grep -v '@@BNNM_0$' "$scratch/defined" >&2; then fail "$file exports names without the version BNNM_0"; fi
    sed -i 's/@@BNNM_0$//' "$scratch/defined"
  fi
  diff "$scratch/declared" "$scratch/defined" >&2 || fail "$file does not define exactly the functions of bnnm.h"
  "${prefix}nm" "${table[@]}" --undefined-only "$file" | awk 'NF == 2 { print $2 }' | sort -u >"$scratch/versioned"
  sed 's/@.*//' "$scratch/versioned" >"$scratch/needed"
  [ -s "$scratch/needed" ] || fail "$file seems to need nothing at all: nm gave no undefined symbols"
  status=0
  grep -vxEf "$scratch/allowed" "$scratch/needed" >&2 || status=$?  # 1: no line is left
  [ $status -eq 1 ] || fail "$file needs symbols that Runtime/allowed-symbols.txt does not allow"
  newest=$(grep -oE '@GLIBC_[0-9.]+' "$scratch/versioned" | sed 's/@GLIBC_//' | sort -V | tail -n 1 || true)
  if [ -n "$newest" ] && [ "$(printf '%s\n2.34\n' "$newest" | sort -V | tail -n 1)" != 2.34 ]; then
    fail "$file needs glibc $newest; 2.34 has to be enough"
  fi
done

# The shared library's own record, and its size.
dynamic=$("${prefix}readelf" -d "$shared")
segments=$("${prefix}readelf" -lW "$shared")
grep -qF '[libbnnm.so.0]' <<<"$dynamic" || fail "the SONAME is not libbnnm.so.0"
others=$(sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' <<<"$dynamic" |
  grep -vE '^(libc|libm|libpthread|libgcc_s|ld-linux[-a-z0-9]*)\.so' || true)
[ -z "$others" ] || fail "it needs other libraries: $others"
grep -qE 'GNU_STACK.* RW ' <<<"$segments" || fail "it asks for an executable stack"
grep -q GNU_RELRO <<<"$segments" || fail "its relocations stay writable"
grep -qE 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || fail "it does not bind its symbols at once"
grep -q '^__stack_chk_fail' "$scratch/needed" || fail "it is built without a stack protector"
if grep -q TEXTREL <<<"$dynamic"; then fail "it has text relocations"; fi
size=$(stat -Lc %s "$shared")
[ "$size" -le 590000 ] || fail "libbnnm.so has $size bytes; 590000 is the limit"

# Programs: plain gcc by what pkg-config says, against either library.
export PKG_CONFIG_PATH=$installed/lib/pkgconfig PKG_CONFIG_LIBDIR=$installed/lib/pkgconfig
sources=(Runtime/examples/digits/main.c Runtime/examples/digits/npy.c)
read -ra compile <<<"$(pkg-config --cflags bnnm)"
read -ra link <<<"$(pkg-config --libs bnnm)"
warnings=(-std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror)
"${prefix}gcc" "${warnings[@]}" "${compile[@]}" "${sources[@]}" "${link[@]}" -lm -o "$scratch/digits-shared"
"${prefix}gcc" "${warnings[@]}" "${compile[@]}" "${sources[@]}" "$archive" -pthread -lm -o "$scratch/digits-static"
# And with nothing but static libraries, as small systems have it.
"${prefix}gcc" "${warnings[@]}" -static "${compile[@]}" "${sources[@]}" "$archive" -pthread -lm \
  -o "$scratch/digits-all-static"
programs=("$scratch/digits-shared" "$scratch/digits-static" "$scratch/digits-all-static")
"${prefix}g++" -std=c++17 -O2 -Wall -Wextra -pedantic -Werror -Wno-psabi "${compile[@]}" Runtime/examples/camera/*.cpp "$archive" \
  -pthread -o "$scratch/camera"
scripts/check-header.sh "$installed" "$prefix"

if [ "$name" = native ]; then
  # CMake's find_package, and an ordinary Swift program, whose own runtime must not meet the library's.
  cmake -S Runtime/examples -B "$scratch/examples" -DCMAKE_PREFIX_PATH="$PWD/$installed" >"$scratch/examples.log"
  cmake --build "$scratch/examples" >>"$scratch/examples.log"
  programs+=("$scratch/examples/digits" "$scratch/examples/digits_static")
  mkdir -p "$scratch/CBNNM"
  printf 'module CBNNM {\n    header "%s"\n    export *\n}\n' "$PWD/$installed/include/bnnm.h" \
    >"$scratch/CBNNM/module.modulemap"
  swiftc -O -swift-version 6 -module-cache-path "$scratch/cache" -I "$scratch/CBNNM" \
    Runtime/examples/swift/main.swift "$archive" -o "$scratch/swift-host"
fi
echo "$name: symbols, size ($size bytes) and links are as they should be"

# Assembly is what its generator writes, and every assembler takes it.
python3 Runtime/KernelGenerator/generate.py --check || fail "generated assembly is stale"
case "$name" in
  aarch64) assembly=(Runtime/Kernels/*_a64.S) flags=() ;;
  armhf) assembly=(Runtime/Kernels/*_a32.S) flags=(-mfpu=neon) ;;
  *) assembly=() ;;
esac
for file in "${assembly[@]}"; do
  "${prefix}gcc" "${flags[@]}" -c "$file" -o "$scratch/assembled.o"
  [ "$name" = armhf ] || "${prefix}readelf" -nW "$scratch/assembled.o" | grep -q 'AArch64 feature: BTI, PAC' ||
    fail "$file has no landing pads"
  [ "$name" = aarch64 ] || "${prefix}readelf" -u "$scratch/assembled.o" | grep -q cantunwind ||
    fail "$file does not say that it cannot be unwound"
  "${prefix}readelf" -SW "$scratch/assembled.o" | grep -q 'note.GNU-stack' || fail "$file asks for an executable stack"
done

# The kernels at every level, on random shapes.
cmake -S . -B "$folder" -DBNNM_BUILD_CHECKS=ON >"$scratch/checks.log"
cmake --build "$folder" --target kernel_comparison >>"$scratch/checks.log" || { cat "$scratch/checks.log" >&2; exit 1; }
cases=400
[ "$name" = native ] && cases=3000
"${emulator[@]}" "$folder/Tests/KernelComparison/kernel_comparison" $cases >"$scratch/kernels" ||
  { cat "$scratch/kernels" >&2; fail "a kernel computes something else than plain arithmetic"; }
echo "$name: $(grep -vc '^ok' "$scratch/kernels") levels of kernels $(grep '^ok' "$scratch/kernels")"

# Which core a thread is on, as these two number themselves.
if [ "$name" = aarch64 ]; then
  for core in cortex-a53=4100d030 neoverse-n1=4100d0c0; do
    found=$("${emulator[@]}" -cpu "${core%=*}" "$folder/Tests/KernelComparison/kernel_comparison" core)
    [ "$found" = "${core#*=}" ] || fail "a thread on ${core%=*} is told that its core is $found"
  done
fi

# Predictions: at every level of the CPU, as recorded.
bnnm=${BNNM:-.build/release/bnnm}
if [ ! -x "$bnnm" ]; then
  echo "$name: $bnnm is not there, so no model was run (make build makes it)"
  exit 0
fi
export LD_LIBRARY_PATH=$installed/lib
data=models/digits

# run_digits PROGRAM MODEL [ARGUMENT...] writes $scratch/result.
run_digits() {
  local program=$1 model=$2
  shift 2
  local run=("$program")
  [ "$name" = native ] || run=("${emulator[@]}" -E "LD_LIBRARY_PATH=$LD_LIBRARY_PATH" "$program")
  "${run[@]}" "$scratch/$model.bnnm" $data/test-images.npy $data/test-labels.npy "$data/${model%-*}-logits.npy" "$@" \
    >"$scratch/result" 2>&1
}

# check_digits PROGRAM MODEL THREADS
check_digits() {
  run_digits "$1" "$2" --threads "$3" ||
    { cat "$scratch/result" >&2; fail "$1 predicts otherwise than recorded ($2)"; }
  echo "$name: ${1##*/} $2, $3 thread(s):" "$(awk '
    /^instruction set/ { level = $3 }
    /^same prediction/ { same = $3 " of " $5 }
    /^logit difference/ { printf "%s%s %s, logits within %s", (n++ ? "; " : ""), level, same, $3 }' "$scratch/result")"
}

for model in chain-ts chain-dynamo dysign-ts dysign-dynamo; do
  "$bnnm" compile "$data/$model.onnx" -o "$scratch/$model.bnnm" >"$scratch/$model.log"
  check_digits "$scratch/digits-static" $model 2
  if [ "$name" = native ]; then
    "$scratch/swift-host" "$scratch/$model.bnnm" $data/test-images.npy "$data/${model%-*}-logits.npy"
  fi
done
for program in "${programs[@]}"; do
  check_digits "$program" chain-ts 1
done

# The loop over frames.
"$bnnm" compile "$data/chain-ts.onnx" -o "$scratch/chain-bytes.bnnm" --input-u8 0,16 >"$scratch/chain-bytes.log"
scripts/check-camera.sh "$scratch/camera-frames" "$scratch/chain-ts.bnnm" "$scratch/chain-bytes.bnnm" "${emulator[@]}" \
  "$scratch/camera"
echo "$name: camera classifies frames of every format as recorded"

# The profiler: the checks embedded in a model, and a report.
"$bnnm" compile "$data/dysign-ts.onnx" -o "$scratch/checked.bnnm" --with-check 2 >"$scratch/checked.log"
# Exact zeros, which a denormal number tells from what is above them.
for arguments in "" "--input-u8 127,58"; do
  read -ra words <<<"$arguments"
  "$bnnm" compile Tests/Models/sign-of-relu.onnx -o "$scratch/zeros.bnnm" --with-check 2 "${words[@]}" >"$scratch/checked.log"
  "${emulator[@]}" "$installed/bin/bnnm-profile" "$scratch/zeros.bnnm" --check >"$scratch/proof" ||
    { cat "$scratch/proof" >&2; fail "exact zeros are decided otherwise"; }
done
profile=("${emulator[@]}" "$installed/bin/bnnm-profile" "$scratch/checked.bnnm" --threads 1,2)
"${profile[@]}" --check >"$scratch/proof" || { cat "$scratch/proof" >&2; fail "an embedded check fails"; }
"${profile[@]}" --runs 3 --json >"$scratch/profile.json" || fail "bnnm-profile fails"
python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["runs"]) == 2' "$scratch/profile.json"
echo "$name: bnnm-profile passes $(grep -c passed "$scratch/proof") checks," \
  "$(stat -Lc %s "$installed/bin/bnnm-profile") bytes"

# A CPU without VFPv4 is refused before anything runs.
if [ "$name" = armhf ]; then
  emulator+=(-cpu cortex-a9)
  if run_digits "$scratch/digits-static" chain-ts; then fail "a CPU without VFPv4 was not refused"; fi
  grep -q 'needs NEON and VFPv4' "$scratch/result" ||
    { cat "$scratch/result" >&2; fail "the refusal does not say why"; }
  echo "$name: a CPU without VFPv4 is refused"
fi
