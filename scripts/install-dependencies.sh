#!/usr/bin/env bash
# Installs the Debian packages that building and testing need, where they are missing. This is the one place that names
# them.
#
#   install-dependencies.sh          what building and testing on this machine needs
#   install-dependencies.sh lib      what building the deployable library for this machine needs
#   install-dependencies.sh static   what scripts/check-static.sh needs
#   install-dependencies.sh pages    what opening pages in a browser needs
#   install-dependencies.sh cross    what building it for ARM and testing it under QEMU needs
#   install-dependencies.sh packages what making and checking Debian packages needs besides
set -euo pipefail

library=(libflatbuffers-dev cmake make gcc g++ binutils pkg-config)
case "${1:-}" in
  "") packages=(libflatbuffers-dev flatbuffers-compiler zlib1g-dev unzip) ;;
  lib) packages=("${library[@]}") ;;
  pages) packages=(chromium python3) ;;
  static) packages=(libflatbuffers-dev gcc g++ clang-tidy cppcheck) ;;
  cross)
    packages=("${library[@]}" qemu-user-static
      gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross libstdc++-12-dev-arm64-cross
      gcc-arm-linux-gnueabihf g++-arm-linux-gnueabihf libc6-dev-armhf-cross libstdc++-12-dev-armhf-cross)
    ;;
  packages) packages=(dpkg-dev lintian zlib1g-dev) ;;
  *) echo "usage: install-dependencies.sh [lib|static|pages|cross|packages]" >&2; exit 2 ;;
esac

if ! command -v swift >/dev/null; then
  echo "bnnm needs a Swift 6.2 or newer toolchain on the PATH: see https://www.swift.org/install/linux/" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null || {
  echo "missing: ${missing[*]}. These are Debian's package names; install their counterparts here." >&2
  exit 1
}
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "missing: ${missing[*]}. As root, run: apt-get install ${missing[*]}" >&2; exit 1; }
  root=(sudo)
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null 2>&1 ||
  { "${root[@]}" apt-get update -qq && "${root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null; } ||
  { echo "apt could not install ${missing[*]}; install them by hand, then run make again" >&2; exit 1; }
