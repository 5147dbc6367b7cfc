#!/bin/sh
# Fetches the operator tests of the ONNX project (models, inputs, expected outputs) from the onnx wheel on PyPI into
# .build-data/onnx-node-tests, once, and prints the folder of the cases:
#
#     BNNM_ONNX_NODE_TESTS="$(Tests/fetch-onnx-node-tests.sh)" swift test --filter NodeTests
#
# Needs Python 3 with pip, and the network the first time. Exits with 3 where the wheel cannot be had.
set -eu

version=1.16.2
root="$(cd "$(dirname "$0")/.." && pwd)"
target="$root/.build-data/onnx-node-tests"
cases="$target/onnx/backend/test/data/node"
stamp="$target/complete-$version"

if [ ! -e "$stamp" ]; then
    python="${PYTHON:-python3}"
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
    if ! "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        "onnx==$version" -d "$work" >&2; then
        echo "fetch-onnx-node-tests: onnx $version cannot be downloaded from PyPI; the node tests are left out" >&2
        exit 3
    fi
    rm -rf "$target"
    mkdir -p "$target"
    "$python" - "$work"/onnx-*.whl "$target" >&2 <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith("onnx/backend/test/data/node/"):
            wheel.extract(name, sys.argv[2])
PYTHON
    : > "$stamp"
fi
echo "$cases"
