#!/usr/bin/env bash
# Installs this machine's packages with apt in an overlay of its file system, which is thrown away, uses them as any
# program would, and removes them. Called by scripts/check-packages.sh, in a mount namespace of its own.
#
# Usage: unshare --mount scripts/check-installation.sh FOLDER_OF_PACKAGES VERSION ARCHITECTURE
set -euo pipefail
cd "$(dirname "$0")/.."
packages=$1 version=$2 architecture=$3
overlay=$(mktemp -d)
trap 'umount -R "$overlay/root" 2>/dev/null; umount "$overlay"; rmdir "$overlay"' EXIT
mount -t tmpfs tmpfs "$overlay"
mkdir "$overlay/upper" "$overlay/work" "$overlay/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$overlay/upper,workdir=$overlay/work" "$overlay/root"
mount --rbind /dev "$overlay/root/dev"
mount -t proc proc "$overlay/root/proc"
mkdir -p "$overlay/root/tried"
cp "$packages"/*_"${version}_$architecture".deb "$overlay/root/tried"
cp -r Runtime/examples models/digits "$overlay/root/tried"
cp "$packages/check/$architecture/digits.bnnm" "$packages/check/$architecture/readme.c" "$overlay/root/tried"

chroot "$overlay/root" /bin/bash -euo pipefail -s "$version" <<'INSIDE'
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
cd /tried
fail() { echo "installed: $1" >&2; exit 1; }
apt-get install -y ./*.deb >apt.log 2>&1 || { cat apt.log >&2; fail "apt does not install the packages"; }
ldconfig -p | grep -q 'libbnnm.so.0 ' || fail "the linker does not know libbnnm.so.0"
gcc -std=c11 readme.c $(pkg-config --cflags --libs bnnm) -o readme && ./readme >readme.log
cmake -S examples -B built >cmake.log && cmake --build built >>cmake.log || { cat cmake.log >&2; fail "CMake fails"; }
built/digits digits.bnnm digits/test-images.npy digits/test-labels.npy digits/chain-logits.npy >digits.log ||
  { cat digits.log >&2; fail "digits predicts otherwise than recorded"; }
bnnm-profile digits.bnnm --check >/dev/null || fail "an embedded check fails"
compiler=", no compiler"
if command -v bnnm >/dev/null; then
  [ "$(env PATH=/usr/bin:/bin bnnm --version)" = "$1" ] || fail "bnnm is of another version"
  env PATH=/usr/bin:/bin LD_LIBRARY_PATH= bnnm compile digits/chain-ts.onnx -o again.bnnm --with-check 2 >compile.log
  cmp again.bnnm digits.bnnm || fail "the packaged compiler gives another file"
  compiler=", and bnnm compiles to the same bytes"
fi
apt-get remove -y --purge libbnnm0 libbnnm-dev bnnm-tools >apt.log 2>&1 || { cat apt.log >&2; fail "apt does not remove them"; }
left=$(find /usr -name '*bnnm*' -not -path '/usr/share/doc-base/*' -not -path '/usr/local/*')
[ -z "$left" ] || fail "removing leaves $left"
echo "installed: apt installs and removes the packages; programs build and predict as recorded$compiler"
INSIDE
