#!/usr/bin/env bash
# Makes Debian packages: libbnnm0, libbnnm-dev and bnnm-tools, for this machine and, cross-compiled, for ARM.
#
# Usage: scripts/build-packages.sh [amd64|arm64|armhf ...]
# Without arguments, all three. Leaves build-deb/NAME_VERSION_ARCHITECTURE.deb. Every file in them has the date of
# SOURCE_DATE_EPOCH, by default the changelog's, so that the same sources give the same packages of the same maintainer:
# DEBFULLNAME and DEBEMAIL, else whom the changelog's first entry names, else, where that is the project's placeholder,
# whom Git does.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
umask 022
scripts/install-dependencies.sh packages

changelog=packaging/debian/changelog
version=$(dpkg-parsechangelog -l $changelog -S Version)
grep -qF "\"$version\"" Runtime/API/include/bnnm.h ||
  { echo "$changelog begins with version $version, which is not BNNM_VERSION_STRING of bnnm.h" >&2; exit 1; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(dpkg-parsechangelog -l $changelog -S Timestamp)}
placeholder="The bnnm authors <authors@bnnm.example>"
maintainer=$(dpkg-parsechangelog -l $changelog -S Maintainer)
if [ -n "${DEBEMAIL:-}" ] || [ "$maintainer" = "$placeholder" ]; then
  name=${DEBFULLNAME:-$(git config user.name || true)} address=${DEBEMAIL:-$(git config user.email || true)}
  if [ -n "$name" ] && [ -n "$address" ]; then maintainer="$name <$address>"; fi
fi
[ "$maintainer" != "$placeholder" ] ||
  echo "the packages name no maintainer that mail reaches: set DEBFULLNAME and DEBEMAIL before they are published" >&2
native=$(dpkg --print-architecture)

# executables FOLDER: the programs and shared libraries below it.
executables() { find "$1" -type f \( -path '*/bin/*' -o -name '*.so.*' \) | sort; }

# library_dependencies PREFIX FOLDER: the packages that its programs and libraries need. Those of another architecture
# may need nothing but libc6; its version is that of the newest symbol.
library_dependencies() {
  local file files newest
  mapfile -t files < <(executables "$2")
  [ ${#files[@]} -gt 0 ] || return 0
  if [ -z "$1" ]; then
    mkdir -p build-deb/shlibdeps/debian
    printf 'Source: bnnm\n\nPackage: any\nArchitecture: any\n' >build-deb/shlibdeps/debian/control
    files=("${files[@]/#/$PWD/}")
    (cd build-deb/shlibdeps && dpkg-shlibdeps -O "${files[@]}" 2>log || { cat log >&2; exit 1; }) |
      sed 's/^shlibs:Depends=//'
    return
  fi
  for file in "${files[@]}"; do
    if "$1readelf" -d "$file" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|ld-linux[-a-z0-9]*)\.so' >&2
    then
      echo "$file needs these libraries, whose packages are not known here" >&2
      return 1
    fi
  done
  newest=$("$1readelf" -V "${files[@]}" | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
  echo "libc6 (>= $newest)"
}

# close_package NAME ARCHITECTURE FOLDER DEPENDENCIES: makes a package of a staged tree.
close_package() {
  local name=$1 architecture=$2 folder=$3 documentation=$3/usr/share/doc/$1
  mkdir -p "$documentation" "$folder/DEBIAN"
  cp packaging/debian/copyright "$documentation/copyright"
  awk -v from="$placeholder" -v to="$maintainer" '{ at = index($0, from)
    print at ? substr($0, 1, at - 1) to substr($0, at + length(from)) : $0 }' $changelog |
    gzip -9n >"$documentation/changelog.gz"
  [ ! -d "$folder/usr/share/man" ] || gzip -9n "$folder"/usr/share/man/man1/*
  (cd "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  {
    printf 'Package: %s\nSource: bnnm\nVersion: %s\nArchitecture: %s\nMaintainer: %s\n' \
      "$name" "$version" "$architecture" "$maintainer"
    # As dpkg-gencontrol counts: files in whole kilobytes, one for anything else.
    echo "Installed-Size: $(find "$folder/usr" -printf '%y %s\n' |
      awk '{ sum += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print sum }')"
    [ -z "$4" ] || echo "Depends: $4"
    echo "Priority: optional"
    cat "packaging/debian/$name.control"
  } >"$folder/DEBIAN/control"
  find "$folder" -type d -exec chmod 755 {} +
  find "$folder" -type f -exec chmod 644 {} +
  [ ! -d "$folder/usr/bin" ] || chmod 755 "$folder"/usr/bin/*
  find "$folder" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz --build "$folder" "build-deb/${name}_${version}_$architecture.deb"
}

# What only the shared library's package has: which names it exports since when, for packages that will need it.
add_library_records() {
  local prefix=$1 folder=$2 library
  library=$(echo "$folder"/usr/lib/*/libbnnm.so."$version")
  mkdir -p "$folder/DEBIAN"
  diff <(sed -n 's/^ \(.*@BNNM_0\) .*/\1/p' packaging/debian/libbnnm0.symbols | sort) \
    <("${prefix}nm" -D --defined-only "$library" | awk '{ sub("@@", "@", $3); print $3 ~ /@/ ? $3 : $3 "@BNNM_0" }' |
      sort) >&2 ||
    { echo "packaging/debian/libbnnm0.symbols (<) does not list what $library exports (>)" >&2; exit 1; }
  cp packaging/debian/libbnnm0.symbols "$folder/DEBIAN/symbols"
  cp packaging/debian/libbnnm0.triggers "$folder/DEBIAN/triggers"
  echo "libbnnm 0 libbnnm0 (>= $version)" >"$folder/DEBIAN/shlibs"
}

build() {
  local architecture=$1 name prefix="" triplet stage=build-deb/stage/$1
  case "$architecture" in
    amd64) name=x86_64 triplet=x86_64-linux-gnu ;;
    arm64) name=aarch64 triplet=aarch64-linux-gnu ;;
    armhf) name=armhf triplet=arm-linux-gnueabihf ;;
    *) echo "usage: build-packages.sh [amd64|arm64|armhf ...]" >&2; exit 2 ;;
  esac
  if [ "$architecture" = "$native" ]; then name=native; else prefix=$triplet-; fi
  scripts/build-library.sh $name
  rm -rf "$stage"
  cmake -S . -B build-lib/$name -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR=lib/$triplet >/dev/null
  local component
  for component in runtime:libbnnm0 development:libbnnm-dev tools:bnnm-tools; do
    DESTDIR=$PWD/$stage/${component#*:} cmake --install build-lib/$name --component "${component%:*}" >/dev/null
  done
  if [ "$architecture" = amd64 ]; then
    scripts/build-static-compiler.sh "$stage/bnnm-tools/usr/bin/bnnm"
    install -Dm 644 packaging/man/bnnm.1 "$stage/bnnm-tools/usr/share/man/man1/bnnm.1"
  fi
  add_library_records "$prefix" "$stage/libbnnm0"
  local package needed
  for package in libbnnm0 bnnm-tools; do
    needed=$(library_dependencies "$prefix" "$stage/$package")
    close_package $package "$architecture" "$stage/$package" "$needed"
  done
  close_package libbnnm-dev "$architecture" "$stage/libbnnm-dev" "libbnnm0 (= $version)"
}

mkdir -p build-deb
[ $# -gt 0 ] || set -- amd64 arm64 armhf
for architecture in "$@"; do build "$architecture"; done
