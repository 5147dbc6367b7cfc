#!/usr/bin/env bash
# Checks the example `camera`: on frames of the digits in every format, of the model's size and twice as large, it gives
# the recorded classes, and it refuses damaged files with a message.
#
# Usage: scripts/check-camera.sh FOLDER MODEL.bnnm BYTES.bnnm COMMAND...
# FOLDER is where frames are made; MODEL is models/digits/chain, compiled, BYTES the same with --input-u8 0,16; COMMAND runs
# the program.
set -euo pipefail
[ $# -ge 4 ] || { echo "usage: check-camera.sh FOLDER MODEL.bnnm BYTES.bnnm COMMAND..." >&2; exit 2; }
folder=$1 model=$2 bytes=$3
shift 3
digits=$(dirname "$0")/../models/digits
frames=$(dirname "$0")/../Tests/Camera/frames.py
mkdir -p "$folder"
python3 "$frames" make "$digits/test-images.npy" "$folder"

# expect STATUS MESSAGE ARGUMENT...
expect() {
  local expected=$1 message=$2 status=0
  shift 2
  "${command[@]}" "$@" >"$folder/output" 2>"$folder/errors" || status=$?
  if [ $status -ne "$expected" ] || ! grep -qF -- "$message" "$folder/errors"; then
    cat "$folder/errors" >&2
    echo "camera $*: status $status instead of $expected with \"$message\"" >&2
    exit 1
  fi
}

command=("$@")
for arguments in "frames.npy" "frames.pgm" "frames.raw --size 8x8x1" "frames.ppm" "frames.ppm --resize nearest" \
  "frames.npy --threads 2"; do
  read -ra words <<<"$arguments"
  "${command[@]}" "$model" "$folder/${words[0]}" --scale 0.0625 "${words[@]:1}" >"$folder/output"
  python3 "$frames" compare "$digits/chain-logits.npy" "$folder/output"
  grep -q '^the model, latency: median' "$folder/output"
done
for file in frames.npy frames.ppm; do
  "${command[@]}" "$bytes" "$folder/$file" >"$folder/output"
  python3 "$frames" compare "$digits/chain-logits.npy" "$folder/output"
done
head -c 1000 "$folder/frames.npy" >"$folder/short.npy"
head -c 100 "$folder/frames.ppm" >"$folder/short.ppm"
: >"$folder/empty.pgm"
expect 1 "ends within a frame" "$model" "$folder/short.npy"
expect 1 "ends within a frame" "$model" "$folder/short.ppm"
expect 1 "has no frames" "$model" "$folder/empty.pgm"
expect 1 "--size WxHxC has to tell" "$model" "$folder/frames.raw"
expect 1 "cannot be opened" "$model" "$folder/absent.npy"
expect 1 "elements that are not uint8" "$model" "$digits/test-images.npy"
expect 1 "cannot be opened" "$model" /dev/video-absent
expect 1 "header of 64 bytes" "$folder/empty.pgm" "$folder/frames.npy"
expect 2 "is not valid" "$model" "$folder/frames.npy" --size 8x8
expect 2 "usage:" "$model"
