#!/usr/bin/env bash
# Compiles the trained digits models and runs their held-out images through the C API, at every instruction set level
# of this CPU.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
data=models/digits
for model in chain-ts chain-dynamo dysign-ts dysign-dynamo; do
  echo "== $data/$model.onnx"
  .build/release/bnnm compile "$data/$model.onnx" -o "build/$model.bnnm"
  echo
  .build/release/digits "build/$model.bnnm" $data/test-images.npy $data/test-labels.npy "$data/${model%-*}-logits.npy"
  echo
done
