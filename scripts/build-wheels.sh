#!/usr/bin/env bash
# Makes Python wheels of python/bnnm, for x86-64 (with the compiler inside) and AArch64.
#
# Usage: scripts/build-wheels.sh [x86_64|aarch64 ...]
# Without arguments, both. Leaves build-wheel/bnnm-VERSION-py3-none-manylinux_GLIBC_MACHINE.whl.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- x86_64 aarch64
for machine in "$@"; do
  rm -f build-wheel/*_"$machine".whl
  library=native compiler=()
  [ "$machine" = "$(uname -m)" ] || library=$machine
  scripts/build-library.sh "$library"
  if [ "$machine" = x86_64 ]; then
    scripts/build-static-compiler.sh build-wheel/bnnm
    compiler=(--compiler build-wheel/bnnm)
  fi
  python3 python/build_wheel.py "build-lib/$library/install" "$machine" build-wheel "${compiler[@]}"
done
