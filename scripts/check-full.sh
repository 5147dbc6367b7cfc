#!/usr/bin/env bash
# What `make test` leaves out because it takes longer, what finds most in the least time first: formatting; the documentation's
# links and commands; pages in a browser; the library under many threads, fork() and long runs, also with
# ThreadSanitizer; the tests of format, kernels, engine and whole networks under AddressSanitizer and
# UndefinedBehaviorSanitizer (`make check-sanitizers`: all tests); equal results on ARM; the fuzzers; static checks; the
# whole zoo; many more random networks.
set -euo pipefail
cd "$(dirname "$0")/.."
swift format lint --strict --parallel $(git ls-files -- '*.swift' ':!*.pb.swift')
scripts/check-links.py
scripts/generate-api-reference.py --check
scripts/check-commands.py
scripts/build-site.sh
scripts/check-pages.sh
scripts/reliability.sh check
scripts/check-soundness.sh native
scripts/check-soundness.sh thread
BNNM_RANDOM_GRAPHS=500 scripts/check-sanitizers.sh 'FormatTests|KernelTests|EngineTests|EndToEndTests'
scripts/check-soundness.sh aarch64
scripts/check-soundness.sh armhf
scripts/fuzz.sh models 30
scripts/fuzz.sh onnx 30
scripts/check-static.sh
# Every published network of models/zoo compiles.
BNNM_ZOO=all swift test -c release -Xswiftc -enable-testing --filter ZooTests
# More random networks than `make test` tries, from other seeds.
BNNM_RANDOM_SEED=1000000 BNNM_RANDOM_GRAPHS=10000 swift test -c release -Xswiftc -enable-testing --skip-build \
  --filter RandomNetworkTests
