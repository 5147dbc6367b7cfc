#!/usr/bin/env python3
"""Models the inner loop for AMX on Sapphire Rapids: whether all that it does besides products takes less time than they.

    model-tiles.py FOLDER    of a build of the library for x86-64 (build-lib/native)

llvm-mca 19 knows no times of instructions for tiles. A product takes a cycle a row (Intel's optimization manual). Here
loads of tiles are as many loads of 64 bytes as they have rows, products are nothing, and calls are what they call: weights
that become bytes, and sums that become bits, as many rows in each step as there are steps for. Prints the cycles of a
step that llvm-mca finds, beside those of its products.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

# Tiles of a job, their rows, whether weights become bytes, rows of sums that become bits; of which layer this is.
STEPS = [
    (5, 16, True, 9, "3x3, 56x56x64, first jobs of 32 channels"),
    (5, 16, False, 9, "3x3, 56x56x64, others"),
    (5, 15, True, 2, "3x3, 14x14x256"),
    (4, 14, True, 1, "3x3, 7x7x512"),
]
BRANCH = re.compile(r"(j[a-z]+|call|ret)\b")


def functions(path):
    """The instructions of each function of an object."""
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", path], check=True, capture_output=True, text=True
    ).stdout
    found = {}
    for name, body in re.findall(r"^[0-9a-f]+ <([^>]+)>:\n((?:[ \t]+.*\n)+)", listing, re.M):
        lines = [line.split(":", 1)[1].split("#")[0].strip() for line in body.splitlines() if ":" in line]
        found[name] = [line for line in lines if line and not line.startswith("nop")]
    return found


def straight(lines):
    """What a body executes where no branch is taken and calls are nothing."""
    return [line for line in lines if not BRANCH.match(line)]


def step_of(body, tile_count):
    """The loop over steps of jobs of so many tiles: what is from one load of weights to the next."""
    starts = [i for i, line in enumerate(body) if re.match(r"tileloadd.*%tmm5$", line)] + [len(body)]
    for begin, end in zip(starts, starts[1:]):
        lines = body[begin:end]
        calls = [i for i, line in enumerate(lines) if line.startswith("call")]
        if sum(line.startswith("tdpbssd") for line in lines) == tile_count:
            return straight(lines[: calls[1]])
    sys.exit(f"there is no loop of {tile_count} tiles")


def row_of(body):
    """The loop over sums that become bits: from a comparison, whose bits the next instruction stores, to its branch."""
    begin = next(i for i, line in enumerate(body) if re.match(r"kmovw\s+%k\d,\(", line)) - 1
    return body[begin : next(i for i in range(begin, len(body)) if BRANCH.match(body[i]))]


def modelled(line, rows):
    load = re.match(r"tileloadd\s+(\([^)]*\)),%tmm(\d)", line)
    if load:
        count = 16 if load[2] == "5" else rows
        return [f"vmovdqu64 {load[1]},%zmm{16 + i % 8}" for i in range(count)]
    return [] if line.startswith("tdpbssd") else [line.replace("0x0(%rip)", "constant(%rip)")]


def cycles(lines):
    """Cycles of a round, over many."""
    rounds = 1000
    with tempfile.NamedTemporaryFile("w", suffix=".s") as source:
        source.write("\n".join(lines) + "\n.comm constant,64\n")
        source.flush()
        report = subprocess.run(
            ["llvm-mca-19", "-mcpu=sapphirerapids", f"-iterations={rounds}", source.name],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
    return int(re.search(r"Total Cycles:\s+(\d+)", report)[1]) / rounds


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    objects = Path(sys.argv[1]) / "CMakeFiles" / "bnnm_kernels.dir" / "Runtime" / "Kernels"
    multiply = functions(objects / "multiply_tiles_x86_amx.c.o")
    store = functions(objects / "store_accumulators_x86_avx512.c.o")
    row = row_of(store["bnnmk_store_accumulators"])
    print(f"{'step':50} {'products':>9} {'all else':>9}   cycles")
    for tile_count, rows, has_weights, sums, name in STEPS:
        lines = step_of(multiply["bnnmk_multiply_tiles"], tile_count)
        lines += straight(multiply["expand_weights"]) if has_weights else []
        lines = [part for line in lines + row * sums for part in modelled(line, rows)]
        print(f"{name:50} {tile_count * rows:9} {cycles(lines):9.1f}")


main()
