#!/usr/bin/env bash
# Runs the AArch64 wheel under QEMU with Debian's own Python and NumPy for that machine, unpacked into a folder: nothing of
# them is installed. Called by scripts/check-wheel.sh.
#
# Usage: scripts/check-foreign-wheel.sh UNPACKED_WHEEL MODEL.bnnm IMAGES.npy FOLDER
# The last two are Tests/Wheel/check_foreign.py's. apt downloads 22 MB, once, to build-wheel/arm64.
set -euo pipefail
cd "$(dirname "$0")/.."
wheel=$(realpath "$1")
shift
place=$PWD/build-wheel/arm64
root=$place/root
scripts/install-dependencies.sh cross
if [ ! -x "$root/usr/bin/python3" ]; then
  rm -rf "$place"
  mkdir -p "$place"/{state/lists/partial,cache/archives/partial} "$place/unpacked"
  : >"$place/status"
  # A state of its own, in which nothing is installed, so that every dependency comes along.
  apt=(apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o "Dir::State=$place/state"
    -o "Dir::State::status=$place/status" -o "Dir::Cache=$place/cache" -o APT::Sandbox::User=root)
  "${apt[@]}" update
  "${apt[@]}" install --download-only -y --no-install-recommends python3-numpy >/dev/null
  for package in "$place"/cache/archives/*.deb; do dpkg-deb -x "$package" "$place/unpacked"; done
  mv "$place/unpacked" "$root"
fi
# Debian chooses among BLAS libraries when it installs one.
libraries=/usr/lib/aarch64-linux-gnu
qemu-aarch64-static -L "$root" -E "LD_LIBRARY_PATH=$libraries/blas:$libraries/lapack" -E "PYTHONPATH=$wheel" \
  -E PYTHONDONTWRITEBYTECODE=1 "$root/usr/bin/python3" "$PWD/Tests/Wheel/check_foreign.py" "$@"
