#!/usr/bin/env bash
# Checks the packages that scripts/build-packages.sh made: lintian has nothing to say, another build gives the same bytes,
# programs build against them with pkg-config and CMake and predict what was recorded. ARM programs run under QEMU;
# this machine's packages are also installed by apt, in an overlay of its file system.
#
# Usage: scripts/check-packages.sh [amd64|arm64|armhf ...]
# BNNM names the compiler (.build/release/bnnm). Installing needs root.
set -euo pipefail
cd "$(dirname "$0")/.."
bnnm=${BNNM:-.build/release/bnnm}
[ -x "$bnnm" ] || { echo "$bnnm is not there: make build makes it" >&2; exit 1; }
version=$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)
native=$(dpkg --print-architecture)
[ $# -gt 0 ] || set -- amd64 arm64 armhf
packages=(libbnnm0 libbnnm-dev bnnm-tools)

fail() {
  echo "$architecture: $1" >&2
  exit 1
}

# The program of README.md, made whole, which prints its logits.
readme_program() {
  local code
  code=$(awk '/^```c$/ { inside = 1; next } /^```/ { inside = 0 } inside' README.md)
  [ -n "$code" ] || { echo "README.md has no example in C" >&2; return 1; }
  printf '#include <stdio.h>\n%s\nint main(void) {\n%s\n' "$(grep '^#include' <<<"$code")" "$(grep -v '^#include' <<<"$code")"
  # shellcheck disable=SC2016
  printf '%s\n' 'for (int i = 0; i < 10; i++) printf("%g%c", logits[i], i < 9 ? 32 : 10);' \
    'bnnm_session_free(session);' 'bnnm_model_free(model);' '}'
}

# The options of --help stand in the manual page, and the other way around.
check_manual() {
  local pattern='--[a-z]+(-[a-z]+)*'
  diff <("${run[@]}" "$root/usr/bin/bnnm-profile" --help | grep -oE -- "$pattern" | sort -u) \
    <(gzip -dc "$root/usr/share/man/man1/bnnm-profile.1.gz" | sed 's/\\-/-/g' | grep -oE -- "$pattern" | sort -u) >&2 ||
    fail "the manual page of bnnm-profile (>) does not list the options of --help (<)"
  [ -x "$root/usr/bin/bnnm" ] || return 0
  diff <("$root/usr/bin/bnnm" --help | sed -n '/^SUBCOMMANDS/,$s/^  \([a-z]\+\) .*/\1/p' | sort) \
    <(gzip -dc "$root/usr/share/man/man1/bnnm.1.gz" | sed -n 's/^\.BI \([a-z]\+\) .*/\1/p' | sort) >&2 ||
    fail "the manual page of bnnm (>) does not list the commands of --help (<)"
}

check() {
  local triplet emulator prefix="" file
  case "$architecture" in
    amd64) triplet=x86_64-linux-gnu emulator=qemu-x86_64-static ;;
    arm64) triplet=aarch64-linux-gnu emulator=qemu-aarch64-static ;;
    armhf) triplet=arm-linux-gnueabihf emulator=qemu-arm-static ;;
    *) echo "usage: check-packages.sh [amd64|arm64|armhf ...]" >&2; exit 2 ;;
  esac
  local root=$PWD/build-deb/check/$architecture/root work=$PWD/build-deb/check/$architecture
  rm -rf "$work"
  mkdir -p "$root"
  local search="LD_LIBRARY_PATH=$root/usr/lib/$triplet" run
  if [ "$architecture" = "$native" ]; then
    run=(env "$search")
  else
    prefix=$triplet- run=("$emulator" -L "/usr/$triplet" -E "$search")
  fi

  for file in "${packages[@]}"; do
    [ -f "build-deb/${file}_${version}_$architecture.deb" ] || fail "$file is missing: make deb makes it"
    dpkg-deb -x "build-deb/${file}_${version}_$architecture.deb" "$root"
  done
  lintian --allow-root --fail-on error,warning build-deb/*_"${version}_$architecture".deb || fail "lintian is not content"

  # Programs, as a user of the packages would build them.
  (cd "$work" && "$bnnm_path" compile "$OLDPWD/models/digits/chain-ts.onnx" -o digits.bnnm --with-check 2 >compile.log)
  readme_program >"$work/readme.c"
  export PKG_CONFIG_LIBDIR=$root/usr/lib/$triplet/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
  export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
  local compile link
  read -ra compile <<<"$(pkg-config --cflags bnnm)"
  read -ra link <<<"$(pkg-config --libs bnnm)"
  [ "$(pkg-config --modversion bnnm)" = "$version" ] || fail "pkg-config knows another version"
  "${prefix}gcc" -std=c11 -Wall -Wextra -Werror "${compile[@]}" "$work/readme.c" "${link[@]}" -o "$work/readme"
  cmake -S Runtime/examples -B "$work/examples" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_C_COMPILER="${prefix}gcc" \
    -DCMAKE_CXX_COMPILER="${prefix}g++" -Dbnnm_DIR="$root/usr/lib/$triplet/cmake/bnnm" >"$work/examples.log"
  cmake --build "$work/examples" >>"$work/examples.log" 2>&1 || { cat "$work/examples.log" >&2; fail "the examples do not build"; }
  local program
  for program in digits digits_static; do
    "${run[@]}" "$work/examples/$program" "$work/digits.bnnm" models/digits/test-images.npy \
      models/digits/test-labels.npy models/digits/chain-logits.npy >"$work/$program.log" ||
      { cat "$work/$program.log" >&2; fail "$program predicts otherwise than recorded"; }
  done
  (cd "$work" && "${run[@]}" ./readme >readme.log && "${run[@]}" examples/minimal digits.bnnm | tail -n 1 >minimal.log)
  diff "$work/readme.log" "$work/minimal.log" >&2 || fail "the program of README.md gives other logits than minimal"
  "${run[@]}" "$root/usr/bin/bnnm-profile" "$work/digits.bnnm" --check >"$work/proof.log" ||
    { cat "$work/proof.log" >&2; fail "an embedded check fails"; }
  check_manual
  echo "$architecture: lintian is content; programs predict as recorded;" \
    "bnnm-profile passes $(grep -c passed "$work/proof.log") checks"
}

bnnm_path=$(realpath "$bnnm")
for architecture in "$@"; do check; done

architecture=all
sha256sum build-deb/*.deb >build-deb/check/before
scripts/build-packages.sh "$@" >/dev/null
sha256sum --quiet -c build-deb/check/before || fail "the same sources gave other packages"
echo "all: another build gives the same bytes"

for architecture in "$@"; do
  [ "$architecture" = "$native" ] || continue
  [ "$(id -u)" -eq 0 ] || { echo "$architecture: installing needs root; it was not tried"; exit 0; }
  unshare --mount scripts/check-installation.sh "$PWD/build-deb" "$version" "$architecture"
done
