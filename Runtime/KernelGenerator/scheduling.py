"""Orders instructions for a core and gives their temporaries registers.

An Operation names its temporaries by numbers; operations come in an order that computes the right thing. `schedule`
issues them cycle by cycle, as a core would that waits for operands: the first ones that are ready, within a window. A
temporary gets a register when it is written and gives it back at its last use, so nothing is ever spilled: an instruction
waits for a register.
"""

from dataclasses import dataclass, field
from typing import Callable


REGISTERS = 32  # for vectors


@dataclass
class Core:
    """What a schedule is made for. Latencies are cycles."""

    vector_issue: int  # vector operations a cycle
    total_issue: int
    vector_latency: int
    load_latency: int
    load_interval: int  # cycles between loads, or stores, of one register
    window: int = 64  # operations looked ahead


# Cortex-A53 issues in order, one operation on 128 bits a cycle, whose result is there six cycles later; three more leave
# room for loads in between. Cores that reorder run this at their limit too, so that there is one schedule: see
# docs/decisions/0016-assembly-for-64-bit-arm.md.
IN_ORDER = Core(vector_issue=1, total_issue=2, vector_latency=9, load_latency=7, load_interval=2)


@dataclass
class Operation:
    text: Callable[[dict[int, int]], str]  # of the registers of temporaries
    reads: list[int] = field(default_factory=list)  # operations whose results it takes
    follows: list[int] = field(default_factory=list)  # operations that have to read their registers first
    makes: int | None = None  # the temporary that gets a register
    last_use: list[int] = field(default_factory=list)  # temporaries whose registers are free behind it
    moves: int = 0  # registers that it loads or stores


def schedule(operations: list[Operation], registers: list[int], core: Core) -> list[str]:
    issued: list[int | None] = [None] * len(operations)
    ready: list[int] = [0] * len(operations)  # the cycle in which the result is
    free = list(registers)
    released: list[tuple[int, int]] = []
    held: dict[int, int] = {}
    lines: list[str] = []
    cycle = first = next_move = 0
    while len(lines) < len(operations):
        free += [register for when, register in released if when <= cycle]
        released = [pair for pair in released if pair[0] > cycle]
        while issued[first] is not None:
            first += 1
        window = [i for i in range(first, min(first + core.window, len(operations))) if issued[i] is None]
        vectors = 0
        total = 0
        no_new = False  # trees start in order, so that registers are left to end them
        for i in sorted(window, key=lambda i: (operations[i].moves == 0, i)):
            operation = operations[i]
            if total == core.total_issue:
                break
            if operation.moves and cycle < next_move or not operation.moves and vectors == core.vector_issue:
                continue
            if operation.makes is not None and no_new:
                continue
            waits = any(issued[o] is None or ready[o] > cycle for o in operation.reads)
            waits = waits or any(issued[o] is None for o in operation.follows)
            if waits or (operation.makes is not None and not free):
                no_new = no_new or operation.makes is not None
                continue
            if operation.makes is not None:
                held[operation.makes] = free.pop(0)
            lines.append(operation.text(held))
            issued[i] = cycle
            total += 1
            if operation.moves:
                next_move = cycle + core.load_interval * operation.moves
                ready[i] = cycle + core.load_latency + operation.moves - 1
            else:
                vectors += 1
                ready[i] = cycle + core.vector_latency
            released += [(cycle + 1, held[t]) for t in operation.last_use]
        cycle += 1
        assert cycle < 100 * len(operations) + 1000, "an operation waits for ever"
    return lines
