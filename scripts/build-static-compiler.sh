#!/usr/bin/env bash
# Builds the program `bnnm` with Swift's libraries inside, for machines that have no Swift: for packages and wheels.
#
# Usage: scripts/build-static-compiler.sh FILE
# Leaves it, stripped, at FILE.
set -euo pipefail
file=$(realpath -m "${1:?usage: build-static-compiler.sh FILE}")
cd "$(dirname "$0")/.."
scripts/generate-format.sh
swift build -c release --product bnnm --static-swift-stdlib --disable-local-rpath --scratch-path .build-static
install -D .build-static/release/bnnm "$file"
strip --remove-section=.comment --remove-section=.note "$file"
