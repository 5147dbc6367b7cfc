#!/usr/bin/env bash
# What `make test` leaves out because it takes longer: formatting; the documentation's links and commands; static checks
# of C and C++; pages in a browser; the library in many threads, after fork() and for long, also under ThreadSanitizer,
# and its results on ARM; the whole zoo; many more random networks; every test under AddressSanitizer and
# UndefinedBehaviorSanitizer; fuzzing for half a minute each; wheels and packages.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel $(git ls-files -- '*.swift' ':!*.pb.swift')
scripts/check-links.py
scripts/generate-api-reference.py --check
scripts/reliability.sh check
scripts/check-commands.py
scripts/check-static.sh
scripts/check-pages.sh
scripts/check-soundness.sh native
scripts/check-soundness.sh aarch64
scripts/check-soundness.sh armhf
scripts/check-soundness.sh thread
# Every published network of models/zoo compiles.
BNNM_ZOO=all swift test -c release -Xswiftc -enable-testing --filter ZooTests
# More random networks than `make test` tries, from other seeds.
BNNM_RANDOM_SEED=1000000 BNNM_RANDOM_GRAPHS=10000 swift test -c release -Xswiftc -enable-testing --skip-build \
  --filter RandomNetworkTests
scripts/check-sanitizers.sh
export JOBS=2
scripts/fuzz.sh models 30
scripts/fuzz.sh onnx 30
make check-wheel
make check-packages
