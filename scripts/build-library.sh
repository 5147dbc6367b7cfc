#!/usr/bin/env bash
# Builds the deployable library with CMake and installs it below build-lib/.
#
# Usage: scripts/build-library.sh native|aarch64|armhf [CMAKE_ARGUMENT...]
# Leaves build-lib/NAME/install: include/, lib/ with libbnnm.a, libbnnm.so, pkg-config and find_package files,
# bin/bnnm-profile. JOBS is the number of compilers at a time (1).
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-}
case "$name" in
  native) toolchain=() needs=lib ;;
  aarch64) toolchain=(-DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/aarch64-linux-gnu.cmake") needs=cross ;;
  armhf) toolchain=(-DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/arm-linux-gnueabihf.cmake") needs=cross ;;
  *) echo "usage: build-library.sh native|aarch64|armhf [CMAKE_ARGUMENT...]" >&2; exit 2 ;;
esac
shift
scripts/install-dependencies.sh "$needs"

folder=build-lib/$name
mkdir -p "$folder"
cmake -S . -B "$folder" "${toolchain[@]}" -DCMAKE_INSTALL_PREFIX=/usr/local -DCMAKE_INSTALL_LIBDIR=lib "$@" >"$folder/configure.log" ||
  { cat "$folder/configure.log" >&2; exit 1; }
cmake --build "$folder" -j "${JOBS:-1}" >"$folder/build.log" 2>&1 || { cat "$folder/build.log" >&2; exit 1; }
rm -rf "$folder/install"
cmake --install "$folder" --prefix "$folder/install" >/dev/null
echo "$folder/install: libbnnm.so $(stat -Lc %s "$folder/install/lib/libbnnm.so") bytes," \
  "libbnnm.a $(stat -c %s "$folder/install/lib/libbnnm.a") bytes"
