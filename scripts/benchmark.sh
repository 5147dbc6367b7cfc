#!/usr/bin/env bash
# Measures the shipped library beside this CPU's limits and, where PyPI has them for this machine, ONNX Runtime and LiteRT,
# all in one run. Prints tables and writes build-lib/benchmark.json.
#
# Usage: scripts/benchmark.sh [ARGUMENT of Tests/Benchmark/benchmark.py ...]
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build-library.sh native -DBNNM_BUILD_BENCHMARK=ON
environment=.build-data/benchmark-python
if [ ! -x "$environment/bin/python" ]; then
  python3 -m venv "$environment"
fi
"$environment/bin/pip" install --quiet --disable-pip-version-check numpy 'onnx>=1.16'
# Rivals: each is left out where it cannot be installed.
"$environment/bin/pip" install --quiet --disable-pip-version-check onnxruntime || echo "without ONNX Runtime" >&2
"$environment/bin/pip" install --quiet --disable-pip-version-check ai-edge-litert tflite flatbuffers || echo "without LiteRT" >&2
"$environment/bin/python" Tests/Benchmark/benchmark.py --build build-lib/native --compiler .build/release/bnnm \
  --json build-lib/benchmark.json "$@"
