#!/usr/bin/env bash
# Reads all C and C++ without running it: warnings of clang and gcc, for ARM too, as errors, then clang-tidy and cppcheck
# with the checks that find mistakes rather than taste.
#
# Usage: scripts/check-static.sh [warnings|tidy|cppcheck]...   (all of them)
# Prints lines `evidence: KEY NUMBER` (docs/reliability.md).
set -euo pipefail
cd "$(dirname "$0")/.."
parts=" ${*:-warnings tidy cppcheck} "
scripts/install-dependencies.sh static
scripts/install-dependencies.sh cross

warnings=(-Wall -Wextra -Wconversion -Werror)
resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": *"\(.*\)".*/\1/p')
clang=$(readlink -f "$resources/../../bin")/clang
includes=(-IRuntime/API/include -IRuntime/Kernels/include -IRuntime/Kernels -IRuntime/Platform/include
  -IRuntime/Profile/include -ISources/BNNMFormat/include -ITests/Soundness)
c_flags=(-std=gnu11 -D_GNU_SOURCE= "${includes[@]}")
cpp_flags=(-std=c++17 -fno-exceptions -fno-rtti "${includes[@]}")
mapfile -t c_files < <(git ls-files -- 'Runtime/*.c' 'Sources/*.c' 'Tests/KernelComparison/*.c' 'Tests/Benchmark/*.c' \
  'Tests/Soundness/*.c')
mapfile -t cpp_files < <(git ls-files -- 'Sources/*.cpp')

# What reads strangers' bytes and talks to the operating system; kernels are checked by running them. Examples end
# without giving memory back.
mapfile -t outer_c_files < <(git ls-files -- 'Runtime/Platform/*.c' 'Runtime/API/*.c' 'Runtime/Profile/*.c' \
  'Sources/*.c' 'Tests/Soundness/*.c')
checks='-*,clang-analyzer-*,bugprone-*,cert-fio38-c,cert-mem57-cpp,misc-redundant-expression,performance-*'
# Taste, or what the file format asks for: names of headers' guards, neighbouring arguments of one type, memcpy of bits.
checks+=',-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-bugprone-narrowing-conversions'
checks+=',-bugprone-implicit-widening-of-multiplication-result,-clang-analyzer-security.insecureAPI.*'
checks+=',-performance-no-int-to-ptr,-bugprone-branch-clone'
# clang-tidy 14 does not see that va_start initializes its list.
checks+=',-clang-analyzer-valist.Uninitialized'

if [[ $parts == *" warnings "* ]]; then
  for file in "${c_files[@]}"; do
    "$clang" "${warnings[@]}" "${c_flags[@]}" -fsyntax-only "$file"
    gcc "${warnings[@]}" "${c_flags[@]}" -fsyntax-only "$file"
    aarch64-linux-gnu-gcc "${warnings[@]}" "${c_flags[@]}" -fsyntax-only "$file"
    arm-linux-gnueabihf-gcc -mfpu=neon-vfpv4 "${warnings[@]}" "${c_flags[@]}" -fsyntax-only "$file"
  done
  for file in "${cpp_files[@]}"; do
    "$clang++" "${warnings[@]}" "${cpp_flags[@]}" -fsyntax-only "$file"
    g++ "${warnings[@]}" "${cpp_flags[@]}" -fsyntax-only "$file"
  done
  echo "evidence: static-files-without-warnings $((${#c_files[@]} + ${#cpp_files[@]}))"
fi
if [[ $parts == *" tidy "* ]]; then
  clang-tidy --quiet --checks="$checks" --warnings-as-errors='*' "${outer_c_files[@]}" -- "${c_flags[@]}"
  clang-tidy --quiet --checks="$checks" --warnings-as-errors='*' "${cpp_files[@]}" -- "${cpp_flags[@]}"
  echo "evidence: static-files-tidy $((${#outer_c_files[@]} + ${#cpp_files[@]}))"
fi
if [[ $parts == *" cppcheck "* ]]; then
  cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr --std=c11 --suppress=missingIncludeSystem \
    "${includes[@]}" "${outer_c_files[@]}"
  # FlatBuffers' headers are left out, but not the macros that its generated code needs.
  cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr --std=c++17 "${includes[@]}" \
    '-DFLATBUFFERS_MANUALLY_ALIGNED_STRUCT(alignment)=struct' -DFLATBUFFERS_FINAL_CLASS= \
    '-DFLATBUFFERS_STRUCT_END(name,size)=' --suppress='*:*bnnm_generated.h' "${cpp_files[@]}"
  echo "evidence: static-files-cppcheck $((${#outer_c_files[@]} + ${#cpp_files[@]}))"
fi
