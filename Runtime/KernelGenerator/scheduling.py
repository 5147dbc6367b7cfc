"""Orders instructions for a core and gives their temporaries registers.

An Operation names its temporaries by numbers; operations come in an order that computes the right thing. `schedule`
issues them cycle by cycle, as a core would that waits for operands: the first ones that are ready, within a window. A
temporary gets a register when it is written and gives it back at its last use, so nothing is ever spilled: an instruction
waits for a register.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Callable


REGISTERS = 32  # for vectors
TREE_REGISTERS = 4  # of temporaries, where trees begin in batches


class Kind(Enum):
    """What operations do, where a core takes a time of its own for it."""

    LOGIC = auto()  # of bits
    COUNT = auto()  # of bits
    PAIRS = auto()  # additions of neighbours
    ADDRESS = auto()  # additions in general registers
    STORE = auto()
    OTHER = auto()


@dataclass
class Operation:
    text: Callable[[dict[int, int]], str]  # of the registers of temporaries
    reads: list[int] = field(default_factory=list)  # operations whose results it takes
    follows: list[int] = field(default_factory=list)  # operations that have to read their registers first
    makes: int | None = None  # the temporary that gets a register
    last_use: list[int] = field(default_factory=list)  # temporaries whose registers are free behind it
    moves: int = 0  # registers that it loads or stores
    kind: Kind = Kind.OTHER

    def is_vector(self) -> bool:
        return self.moves == 0 and self.kind is not Kind.ADDRESS


@dataclass(frozen=True)
class Core:
    """What a schedule is made for. Latencies are cycles."""

    name: str  # of functions
    vector_issue: int  # vector operations a cycle
    total_issue: int
    vector_latency: int
    load_latency: int
    load_interval: int  # cycles between loads, or stores, of one register
    latencies: dict[Kind, int] = field(default_factory=dict)  # other ones
    most_moved: int = 4  # registers that one instruction loads or stores
    # Trees begin one behind the other, once registers for all but one tree are free, until none is left; else each as it can.
    begins_in_batches: bool = False
    writes_in_order: bool = False  # no result before that of an operation in front
    ending: int = 8  # operations of a turn of a loop that run in the next one
    window: int = 64  # operations looked ahead

    def latency(self, operation: Operation) -> int:
        usual = self.load_latency + operation.moves - 1 if operation.moves else self.vector_latency
        return self.latencies.get(operation.kind, usual)


# Cortex-A53 issues in order, one operation on 128 bits a cycle, whose result is there six cycles later; three more leave
# room for loads in between. Cores that reorder run this at their limit too, and Cortex-A510 does better by it than by the
# other one: see docs/decisions/0016-assembly-for-64-bit-arm.md.
A53 = Core("a64", vector_issue=1, total_issue=2, vector_latency=9, load_latency=7, load_interval=2)

# Cortex-A55 takes one cycle for exclusive or and three or four for all else, but eleven for four registers at once. What
# is short waits for what is long and in front of it, at least in llvm-mca: batches make that rare, and cost nothing where
# a core does not wait.
A55 = Core(
    "a55",
    vector_issue=1,
    total_issue=2,
    vector_latency=4,
    load_latency=4,
    load_interval=2,
    latencies={Kind.LOGIC: 1, Kind.PAIRS: 3, Kind.ADDRESS: 3, Kind.STORE: 1},
    most_moved=1,
    begins_in_batches=True,
    writes_in_order=True,
)


class Schedule:
    """Operations of which some are issued."""

    def __init__(
        self,
        operations: list[Operation],
        registers: list[int],
        core: Core,
        held: dict[int, int] | None = None,
        wanted: dict[int, int] | None = None,
    ) -> None:
        """Of `registers`, those that are `held` by temporaries at first are not free; some temporaries, which are kept, want
        a certain one."""
        self.operations = operations
        self.core = core
        self.issued: list[int | None] = [None] * len(operations)
        self.ready: list[int] = [0] * len(operations)  # the cycle in which the result is
        self.held: dict[int, int] = held or {}
        self.wanted: dict[int, int] = wanted or {}
        self.free = [r for r in registers if r not in self.held.values()]
        self.batch = len(registers) - TREE_REGISTERS
        self.released: list[tuple[int, int]] = []
        self.order: list[int] = []
        self.cycle = self.first = self.next_move = self.last_write = 0
        self.is_beginning = False

    def window(self) -> list[int]:
        while self.issued[self.first] is not None:
            self.first += 1
        last = min(self.first + self.core.window, len(self.operations))
        return [i for i in range(self.first, last) if self.issued[i] is None]

    def register_for(self, temporary: int) -> int | None:
        """A free one, if possible none that another one wants."""
        if temporary in self.wanted:
            return self.wanted[temporary] if self.wanted[temporary] in self.free else None
        return min(self.free, key=lambda r: r in self.wanted.values(), default=None)

    def waits(self, operation: Operation) -> bool:
        """For operands, for those who read what it writes over, or for a register."""
        return (
            any(self.issued[o] is None or self.ready[o] > self.cycle for o in operation.reads)
            or any(self.issued[o] is None for o in operation.follows)
            or (operation.makes is not None and self.register_for(operation.makes) is None)
        )

    def may_issue(self, operation: Operation) -> bool:
        """Whether this is its turn, once it waits for nothing."""
        core = self.core
        latency = core.latency(operation)
        if core.writes_in_order and self.cycle + latency < self.last_write:
            return False
        if not core.begins_in_batches:
            return True
        # What takes longer would hold up those that begin.
        return latency <= core.latencies[Kind.LOGIC] if self.is_beginning else operation.makes is None

    def issue(self, i: int) -> None:
        operation = self.operations[i]
        if operation.makes is not None:
            self.held[operation.makes] = self.register_for(operation.makes)
            self.free.remove(self.held[operation.makes])
        self.order.append(i)
        self.issued[i] = self.cycle
        self.ready[i] = self.cycle + self.core.latency(operation)
        self.last_write = max(self.last_write, self.ready[i])
        if operation.moves:
            self.next_move = self.cycle + self.core.load_interval * operation.moves
        self.released += [(self.cycle + 1, self.held[t]) for t in operation.last_use]

    def run_cycle(self) -> None:
        core = self.core
        self.free += [register for when, register in self.released if when <= self.cycle]
        self.released = [pair for pair in self.released if pair[0] > self.cycle]
        window = self.window()
        if core.begins_in_batches:
            next_one = next((o for o in (self.operations[i] for i in window) if o.makes is not None), None)
            can_begin = next_one is not None and not self.waits(next_one)
            kept = sum(t in self.held for t in self.wanted)  # for the next turn: they do not become free
            self.is_beginning = can_begin and (self.is_beginning or len(self.free) + kept >= self.batch)
        vectors = total = 0
        no_new = False  # trees start in order, so that registers are left to end them
        for i in sorted(window, key=lambda i: (self.operations[i].is_vector(), i)):
            operation = self.operations[i]
            if total == core.total_issue:
                break
            if operation.moves and self.cycle < self.next_move or operation.is_vector() and vectors == core.vector_issue:
                continue
            if operation.makes is not None and no_new:
                continue
            if self.waits(operation) or not self.may_issue(operation):
                no_new = no_new or operation.makes is not None
                continue
            self.issue(i)
            total += 1
            vectors += operation.is_vector()
        self.cycle += 1

    def run(self) -> "Schedule":
        while len(self.order) < len(self.operations):
            self.run_cycle()
            assert self.cycle < 100 * len(self.operations) + 1000, "an operation waits for ever"
        return self


def schedule(operations: list[Operation], registers: list[int], core: Core) -> list[str]:
    result = Schedule(operations, registers, core).run()
    return [operations[i].text(result.held) for i in result.order]
