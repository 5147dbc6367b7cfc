#!/usr/bin/env bash
# Opens every kind of page that bnnm writes, and the documentation's site, in headless Chromium and checks them:
# Tests/Pages says what. Installs Chromium where it is missing, and fails where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-dependencies.sh pages
bnnm=${BNNM:-.build/release/bnnm}
[ -x "$bnnm" ] || { echo "check-pages.sh needs $bnnm: make build" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Trained thresholds and dynamic ones; names that try to leave their place, and a layer that could have been binary.
"$bnnm" compile models/digits/chain-ts.onnx -o "$folder/chain.bnnm" --report "$folder/chain-report.html" >/dev/null
"$bnnm" compile models/digits/dysign-ts.onnx -o "$folder/dysign.bnnm" >/dev/null
"$bnnm" compile Tests/Models/hostile-names.onnx -o "$folder/hostile.bnnm" --report "$folder/hostile-report.html" >/dev/null
"$bnnm" inspect "$folder/hostile.bnnm" --html "$folder/hostile-model.html" >/dev/null
"$bnnm" profile "$folder/hostile.bnnm" --runs 5 --html "$folder/hostile-profile.html" >/dev/null
"$bnnm" profile "$folder/dysign.bnnm" --threads 1,2 --runs 20 --html "$folder/dysign-profile.html" >/dev/null
# Many layers.
"$bnnm" compile models/zoo/graphs/bivit-tiny.onnx --random-weights 1 -o "$folder/large.bnnm" >/dev/null
"$bnnm" inspect "$folder/large.bnnm" --html "$folder/large-model.html" >/dev/null
python3 Tests/Pages/check_pages.py "$folder"/*.html

scripts/build-site.sh
python3 Tests/Pages/check_site.py build-site/html
