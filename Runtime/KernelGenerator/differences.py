"""Operations that count differing bits: one doubled word of a pixel against one word of eight channels.

  EOR    | 8 bytes of m0, 8 bytes of m1 |  x 4, bits of channels 0...7 that differ
  CNT    | 8 counts of m0, 8 counts of m1 |  x 4
  ADDP   | 4 of m0, m1, m2, m3 |  x 2
  ADDP   | 2 of m0, m1, ... m7 |
  UADALP | m0 m1 ... m7 |  added to 16-bit lanes
"""

from scheduling import Core, Kind, Operation

WEIGHT_REGISTERS = 4  # of a word of eight channels


class Sequence:
    """Operations in an order that computes the right thing, and what each has to wait for."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.operations: list[Operation] = []
        self.loaded: dict[int, int] = {}  # register: the operation that loaded it
        self.readers: dict[int, list[int]] = {}  # register: operations that read what it holds
        self.counted: dict[int, int] = {}  # register of counts: the operation that wrote it last
        self.stored: list[int] = []
        self.advanced: dict[str, int] = {}  # general register: the operation that added to it last
        self.temporaries = 0

    def add(self, operation: Operation) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    def load(self, registers: list[int], address: str, step: str | None = None) -> None:
        """Loads neighbouring registers, once what they held is read; then `address` goes on by `step`."""
        before = sorted(set(self.loaded.values())) + self.stored[-1:]  # addresses advance from load to load
        loads = self._move("ld", registers, "16b", address, step)
        for register, index in zip(registers, loads):
            self.operations[index].follows += self.readers.get(register, []) + before
            self.loaded[register] = index
            self.readers[register] = []

    def store(self, counts: list[int], address: str, step: str) -> None:
        """Stores neighbouring registers of counts, which then begin anew."""
        before = self.stored[-1:]
        stores = self._move("st", counts, "8h", address, step)
        for register, index in zip(counts, stores):
            self.operations[index].reads.append(self.counted.pop(register))
            self.operations[index].follows += before
            self.readers[register] = [index]
        self.stored.append(stores[-1])

    def _move(self, what: str, registers: list[int], lanes: str, address: str, step: str | None) -> list[int]:
        """For each register the operation that loads or stores it: one for all, or, as the core has it, one each."""
        kind = Kind.STORE if what == "st" else Kind.OTHER
        if self.core.most_moved > 1:
            names = ", ".join(f"v{r}.{lanes}" for r in registers)
            text = f"{what}1 {{{names}}}, [{address}]" + (f", {step}" if step else "")
            return [self.add(Operation(lambda _: text, moves=len(registers), kind=kind))] * len(registers)
        address_made = [self.advanced[address]] if address in self.advanced else []
        moves = [
            self.add(
                Operation(
                    lambda _, i=i, r=register: f"{what}r q{r}, [{address}, #{16 * i}]",
                    reads=address_made[:],
                    moves=1,
                    kind=kind,
                )
            )
            for i, register in enumerate(registers)
        ]
        if step:
            self.advanced[address] = self.add(
                Operation(
                    lambda _: f"add {address}, {address}, {step}", reads=address_made, follows=moves, kind=Kind.ADDRESS
                )
            )
        return moves

    def new_temporary(self) -> int:
        self.temporaries += 1
        return self.temporaries

    def differences(self, column: int, weights: list[int]) -> tuple[int, int]:
        """The tree up to ADDP: its temporary, and the operation that makes it."""
        level = []
        for weight in weights:
            temporary = self.new_temporary()
            index = self.add(
                Operation(
                    lambda held, t=temporary, w=weight: f"eor v{held[t]}.16b, v{column}.16b, v{w}.16b",
                    reads=[self.loaded[o] for o in (column, weight) if o in self.loaded],
                    makes=temporary,
                    kind=Kind.LOGIC,
                )
            )
            self.readers.setdefault(column, []).append(index)
            self.readers.setdefault(weight, []).append(index)
            level.append((temporary, index))
        level = [
            (t, self.add(Operation(lambda held, t=t: f"cnt v{held[t]}.16b, v{held[t]}.16b", reads=[o], kind=Kind.COUNT)))
            for t, o in level
        ]
        while len(level) > 1:
            level = [self._add_pairs(*level[i], *level[i + 1]) for i in range(0, len(level), 2)]
        return level[0]

    def _add_pairs(self, low: int, low_made: int, high: int, high_made: int) -> tuple[int, int]:
        index = self.add(
            Operation(
                lambda held: f"addp v{held[low]}.16b, v{held[low]}.16b, v{held[high]}.16b",
                reads=[low_made, high_made],
                last_use=[high],
                kind=Kind.PAIRS,
            )
        )
        return low, index

    def accumulate(self, counts: int, column: int, weights: list[int], is_first: bool = False) -> None:
        """counts[m] += popcount(column ^ weights[m]); with `is_first`, counts[m] = popcount(...)."""
        temporary, made = self.differences(column, weights)
        before = [made_by[counts] for made_by in (self.counted, self.loaded) if counts in made_by]
        self.counted[counts] = self.add(
            Operation(
                lambda held: f"{'uaddlp' if is_first else 'uadalp'} v{counts}.8h, v{held[temporary]}.16b",
                reads=[made] + before,
                follows=self.readers.get(counts, []) if is_first else [],
                last_use=[temporary],
            )
        )
