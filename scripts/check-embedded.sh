#!/bin/sh
# Compiles the engine as Embedded Swift, as the deployable library does, and checks that it needs nothing but libc's
# memory functions, the API's and the contracts' own symbols: no Swift heap, no Unicode tables, no traps' printing.
#
# Usage: scripts/check-embedded.sh [OUTPUT_FOLDER]    (else a temporary folder, removed at the end)
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
swiftc=${SWIFTC:-swiftc}
target=${TARGET:-x86_64-unknown-linux-gnu}

if [ $# -ge 1 ]; then
    out=$1
    mkdir -p "$out"
else
    out=$(mktemp -d)
    trap 'rm -rf "$out"' EXIT
fi

# A clang module for each C interface, as SwiftPM makes them.
add_module() {
    mkdir -p "$out/modules/$1"
    name=$1
    folder=$2
    shift 2
    {
        echo "module $name {"
        for header in "$@"; do echo "    header \"$root/$folder/$header\""; done
        echo "    export *"
        echo "}"
    } >"$out/modules/$name/module.modulemap"
}
add_module BNNMFormat Sources/BNNMFormat/include bnnm_format.h bnnm_reader.h
add_module BNNMKernels Runtime/Kernels/include bnnm_kernels.h
add_module BNNMPlatform Runtime/Platform/include bnnm_platform.h
add_module CBNNM Runtime/API/include bnnm.h

# shellcheck disable=SC2086  # EXTRA_FLAGS is a list
find "$root/Runtime/Engine" -name '*.swift' -print0 | sort -z | xargs -0 \
    "$swiftc" -target "$target" -swift-version 6 -enable-experimental-feature Embedded -wmo -O -parse-as-library \
    -Xfrontend -function-sections -module-name BNNMEngine \
    -module-cache-path "$out/cache" \
    -I "$out/modules/BNNMFormat" -I "$out/modules/BNNMKernels" -I "$out/modules/BNNMPlatform" -I "$out/modules/CBNNM" \
    ${EXTRA_FLAGS:-} -c -o "$out/engine.o"

# What remains when only the API is kept, as in the library.
printf '{ global: bnnm_*; local: *; };\n' >"$out/api.map"
"${LD:-ld}" -shared --gc-sections --version-script="$out/api.map" "$out/engine.o" -o "$out/engine.so"
undefined=$(nm -D -u "$out/engine.so" | awk '{ print $NF }' | sort)
echo "undefined symbols:"
echo "$undefined" | sed 's/^/    /'
unexpected=$(echo "$undefined" | grep -vxE 'bnnm[fkp]_[a-z0-9_]+|mem(cpy|move|set|cmp)|__stack_chk_fail' || true)
if [ -n "$unexpected" ]; then
    echo "the engine must not need:" >&2
    echo "$unexpected" | sed 's/^/    /' >&2
    exit 1
fi

# Every function of the public header is there.
missing=0
for name in $(grep -oE '\bbnnm_[a-z0-9_]+\(' "$root/Runtime/API/include/bnnm.h" | tr -d '(' | sort -u); do
    if ! nm -D --defined-only "$out/engine.so" | awk '{ print $NF }' | grep -qx "$name"; then
        echo "bnnm.h declares $name, which the engine does not define" >&2
        missing=1
    fi
done
[ "$missing" -eq 0 ]
echo "the Embedded engine is complete and needs only what is allowed"
