#!/usr/bin/env bash
# What `make test` leaves out because it takes longer: formatting; pages in a browser; the tests of format, kernels, engine and whole networks
# under the address sanitizer; the whole zoo; many more random networks. Optimised: in a debug build, Swift's raw pointers
# read and write inside the standard library, where the sanitizer does not see them.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel $(git ls-files -- '*.swift' ':!*.pb.swift')
scripts/check-pages.sh
# XCTest's own allocations at exit are no leaks of ours.
export ASAN_OPTIONS=detect_leaks=0
BNNM_RANDOM_GRAPHS=500 swift test -c release -Xswiftc -enable-testing --scratch-path .build-address --sanitize=address \
  --disable-swift-testing \
  --filter 'FormatTests|KernelTests|EngineTests|EndToEndTests'
# Every published network of models/zoo compiles.
BNNM_ZOO=all swift test -c release -Xswiftc -enable-testing --filter ZooTests
# More random networks than `make test` tries, from other seeds.
BNNM_RANDOM_SEED=1000000 BNNM_RANDOM_GRAPHS=10000 swift test -c release -Xswiftc -enable-testing --skip-build \
  --filter RandomNetworkTests
