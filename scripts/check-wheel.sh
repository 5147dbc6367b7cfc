#!/usr/bin/env bash
# Checks the wheels that scripts/build-wheels.sh made: this machine's one is installed in a fresh virtual environment, its
# type hints are checked, and it is compared with `bnnm run`; that for AArch64 runs under QEMU; of all, every program and
# library is for the machine that the name says and needs no newer glibc.
#
# Usage: scripts/check-wheel.sh
# BNNM names the compiler (.build/release/bnnm). pip downloads NumPy and mypy, apt Python for AArch64.
set -euo pipefail
cd "$(dirname "$0")/.."
bnnm=$(realpath "${BNNM:-.build/release/bnnm}")
[ -x "$bnnm" ] || { echo "$bnnm is not there: make build makes it" >&2; exit 1; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for wheel in build-wheel/*.whl; do
  case "$wheel" in
    *x86_64.whl) machine="X86-64" ;;
    *aarch64.whl) machine="AArch64" ;;
    *) echo "$wheel: no wheel of build-wheels.sh" >&2; exit 1 ;;
  esac
  folder=$scratch/$(basename "$wheel" .whl)
  python3 -m zipfile -e "$wheel" "$folder"
  for file in "$folder"/bnnm/libbnnm.so.0 "$folder"/bnnm/bin/*; do
    readelf -h "$file" | grep -q "Machine:.*$machine" || { echo "$wheel: ${file##*/} is for another machine" >&2; exit 1; }
    newest=$(readelf -V "$file" | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
    limit=$(sed 's/.*manylinux_2_\([0-9]*\)_.*/2.\1/' <<<"$wheel")
    [ "$(printf '%s\n%s\n' "$newest" "$limit" | sort -V | tail -n 1)" = "$limit" ] ||
      { echo "$wheel: ${file##*/} needs glibc $newest, but the name says $limit" >&2; exit 1; }
  done
  [ -f "$folder/bnnm/py.typed" ] || { echo "$wheel: py.typed is missing" >&2; exit 1; }
done

python3 -m venv "$scratch/environment"
"$scratch/environment/bin/pip" install -q --disable-pip-version-check build-wheel/*"_$(uname -m).whl"

# Its type hints hold, and say what a program needs.
"$scratch/environment/bin/pip" install -q --disable-pip-version-check mypy==2.4.1
(cd "$scratch" && environment/bin/mypy --strict -p bnnm && environment/bin/mypy --strict "$OLDPWD/Tests/Wheel/typed_use.py")

digits=$PWD/models/digits
for model in chain-ts dysign-ts; do
  folder=$scratch/$model
  mkdir "$folder"
  "$bnnm" compile "$digits/$model.onnx" -o "$folder/$model.bnnm" >/dev/null
  "$bnnm" run "$folder/$model.bnnm" --input "$digits/test-images.npy" --output-dir "$folder/outputs" >/dev/null
  "$scratch/environment/bin/python" -c 'import numpy, sys; numpy.save(sys.argv[2], numpy.load(sys.argv[1])[:1])' \
    "$digits/test-images.npy" "$folder/first.npy"
  "$bnnm" run "$folder/$model.bnnm" --input "$folder/first.npy" --output-dir "$folder/first" --probe-dir "$folder/probes" \
    >/dev/null
  (cd "$scratch" && PATH=$(dirname "$bnnm"):$PATH environment/bin/python "$OLDPWD/Tests/Wheel/check.py" \
    "$digits/$model.onnx" "$folder/$model.bnnm" "$digits/test-images.npy" "$folder")
  for wheel in "$scratch"/bnnm-*aarch64; do
    scripts/check-foreign-wheel.sh "$wheel" "$folder/$model.bnnm" "$digits/test-images.npy" "$folder"
  done
done
