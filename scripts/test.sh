#!/usr/bin/env bash
# The tests: one optimised build with testing enabled, then every test target, ONNX's node tests included where they can
# be had.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/generate-format.sh --check
scripts/check-diagnostics.py
scripts/check-embedded.sh
if node_tests=$(Tests/fetch-onnx-node-tests.sh); then
  export BNNM_ONNX_NODE_TESTS=$(tail -n 1 <<<"$node_tests")
else
  [ "${CI:-}" = true ] && { echo "CI needs ONNX's node tests" >&2; exit 1; }
  echo "ONNX's node tests cannot be fetched; they are skipped" >&2
fi
swift build -c release -Xswiftc -enable-testing --build-tests
swift test -c release -Xswiftc -enable-testing --skip-build 2>&1 | tee .build/tests.log
scripts/count-tests.sh tests .build/tests.log
