#!/usr/bin/env python3
"""Cycles that a turn of a loop takes on Cortex-A55, from assembly on standard input: with llvm-mca's latencies, but
without its rule that no result is written before that of an instruction in front.

Two instructions a cycle begin in order, one of them on vectors of 128 bits; a register of these takes the load unit two
cycles. The instructions are those of loops that count bits.
"""

import re
import sys

LATENCIES = {"eor": 1, "cnt": 4, "addp": 3, "uaddlp": 3, "uadalp": 4, "ldr": 3, "ld1": 5, "ld1r": 4}
CYCLES_PER_REGISTER = 2  # of loads and stores
TURNS, FIRST_TURNS = 100, 20


def parse(line: str) -> tuple[str, list[int], list[int]]:
    """Name, and the vector registers that are written, and read or stored."""
    name, _, operands = line.strip().partition("\t" if "\t" in line.strip() else " ")
    registers = [int(r) for r in re.findall(r"\b[vqd](\d+)\b", operands)]
    span = re.search(r"v(\d+)\.\w+ ?- ?v(\d+)\.", operands)
    if span:
        registers = list(range(int(span[1]), int(span[2]) + 1))
    if name.startswith("st"):
        return name, [], registers
    if name.startswith("ld"):
        return name, registers, []
    # Accumulation needs the sum late, when the next one is there.
    return name, registers[:1], registers if name == "uadalp" else registers[1:]


def cycles(lines: list[str]) -> float:
    instructions = [parse(line) for line in lines]
    ready: dict[int, int] = {}
    cycle = slots = vectors = unit = 0
    ends = []
    for _ in range(TURNS):
        for name, written, read in instructions:
            moves = name.startswith(("ld", "st"))
            is_vector = not moves and bool(written)
            start = max([cycle] + [ready.get(r, 0) for r in read] + ([unit] if moves else []))
            if start == cycle and (slots == 2 or is_vector and vectors == 1):
                start += 1
            if start > cycle:
                cycle, slots, vectors = start, 0, 0
            slots += 1
            vectors += is_vector
            count = len(written) + len(read) if moves else 0
            if moves:
                unit = cycle + CYCLES_PER_REGISTER * count
            # Of several registers the last one's, for all of them.
            latency = LATENCIES.get(name, 1) + CYCLES_PER_REGISTER * (max(len(written), 1) - 1)
            ready |= dict.fromkeys(written, cycle + latency)
        ends.append(cycle)
    return (ends[-1] - ends[FIRST_TURNS - 1]) / (TURNS - FIRST_TURNS)


if __name__ == "__main__":
    print(cycles([line for line in sys.stdin if line.strip()]))
