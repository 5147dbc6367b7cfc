#!/usr/bin/env python3
"""Writes the assembly of Runtime/Kernels for 64-bit and 32-bit ARM: generate.py [--check]

With --check, nothing is written: it fails where a file is another than the generator would write.
"""

import pathlib
import sys

import assembly
import assembly_a32
import convolve_floats
import count_shared
import count_shared_a32
import count_words
import count_words_a32
import finish_values
from scheduling import A53, A55

KERNELS = pathlib.Path(__file__).resolve().parent.parent / "Kernels"
SHARED_WIDTHS = range(4, 9)
SHARED_WIDTHS_A32 = (1, 2)
MOST_WORDS = 4
FINISHED_WIDTHS = (7, 8)
FLOAT_WIDTH = 8

# What files are, the header that says what they compute, and their twins in C.
HEADERS = {
    "count_shared": (
        "Tiles of binary convolutions three taps wide",
        "count_shared_arm.h",
        "count_shared_neon.h is the same in C.",
    ),
    "count_words": (
        "Binary convolutions of pixels that meet their words only",
        "count_words_arm.h",
        "count_box_neon.h and count_partial_neon.h have the same in C.",
    ),
    "finish_values": (
        "Epilogues of convolutions",
        "finish_values_a64.h",
        "finish_values_neon.c is the same in C.",
    ),
    "convolve_floats": (
        "Tiles of float convolutions",
        "convolve_floats_a64.h",
        "conv2d_f32_neon.c has the same in C.",
    ),
}


def text(name: str, machine: str, functions: list[list[str]]) -> str:
    purpose, header, twin = HEADERS[name]
    is_a32 = machine == "32-bit"
    return (
        assembly.HEADER.format(
            purpose=f"{purpose},\n// for {machine} ARM; {header} says what they compute.",
            twin=twin,
            condition=assembly_a32.CONDITION if is_a32 else assembly.CONDITION,
        )
        + "\n".join(line for lines in ([assembly_a32.PREAMBLE] if is_a32 else []) + functions for line in lines)
        + "\n"
        + (assembly_a32.FOOTER if is_a32 else assembly.FOOTER)
        + assembly.END
    )


def files() -> dict[str, str]:
    shared, words = [], []
    for core in (A53, A55):
        shared += [
            count_shared.kernel(f"bnnmk_count_shared_{width}_{core.name}", width, core) for width in SHARED_WIDTHS
        ]
        words += [
            count_words.kernel(f"bnnmk_count_words_{n}_{core.name}", n, False, core) for n in range(1, MOST_WORDS + 1)
        ]
        words.append(count_words.kernel(f"bnnmk_add_words_{MOST_WORDS}_{core.name}", MOST_WORDS, True, core))
    finish = [
        finish_values.kernel(f"bnnmk_finish_{program}_{width}_a64", program, width, A53)
        for program in finish_values.PROGRAMS
        for width in FINISHED_WIDTHS
    ] + [
        finish_values.kernel(f"bnnmk_finish_{program}_{FLOAT_WIDTH}_a64", program, FLOAT_WIDTH, A53)
        for program in finish_values.OF_FLOATS
    ]
    floats = [convolve_floats.kernel("bnnmk_convolve_floats_a64", A53)]
    shared_a32 = [
        count_shared_a32.kernel(f"bnnmk_count_shared_{width}_a32", width, A53) for width in SHARED_WIDTHS_A32
    ]
    words_a32 = [count_words_a32.kernel("bnnmk_count_words_a32", A53)]
    return {
        "count_shared_a64.S": text("count_shared", "64-bit", shared),
        "count_words_a64.S": text("count_words", "64-bit", words),
        "finish_values_a64.S": text("finish_values", "64-bit", finish),
        "convolve_floats_a64.S": text("convolve_floats", "64-bit", floats),
        "count_shared_a32.S": text("count_shared", "32-bit", shared_a32),
        "count_words_a32.S": text("count_words", "32-bit", words_a32),
    }


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
