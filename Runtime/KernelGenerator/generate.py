#!/usr/bin/env python3
"""Writes the assembly of Runtime/Kernels for 64-bit ARM: generate.py [--check]

With --check, nothing is written: it fails where a file is another than the generator would write.
"""

import pathlib
import sys

import assembly
import count_shared
from scheduling import IN_ORDER

KERNELS = pathlib.Path(__file__).resolve().parent.parent / "Kernels"
SHARED_WIDTHS = range(4, 9)


def files() -> dict[str, str]:
    shared = []
    for width in SHARED_WIDTHS:
        shared += count_shared.kernel(f"bnnmk_count_shared_{width}_a64", width, IN_ORDER)
    header = assembly.HEADER.format(
        purpose="Tiles of binary convolutions\n// three taps wide for 64-bit ARM; count_shared_a64.h says what they compute.",
        twin="count_shared_neon.h is the same in C.",
    )
    return {"count_shared_a64.S": header + "\n".join(shared) + "\n" + assembly.FOOTER}


def main() -> int:
    is_check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not is_check:
        print(__doc__, file=sys.stderr)
        return 2
    different = []
    for name, text in files().items():
        path = KERNELS / name
        if not is_check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            different.append(str(path))
    for path in different:
        print(f"{path} is not what Runtime/KernelGenerator/generate.py writes: run it", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
