#!/usr/bin/env bash
# Compiles the trained digits model and runs its held-out images through the C API.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
for model in chain-ts chain-dynamo; do
  echo "== models/digits/$model.onnx"
  .build/release/bnnm compile "models/digits/$model.onnx" -o "build/$model.bnnm"
  echo
  .build/release/digits "build/$model.bnnm" models/digits/test-images.npy models/digits/test-labels.npy models/digits/chain-logits.npy
  echo
done
