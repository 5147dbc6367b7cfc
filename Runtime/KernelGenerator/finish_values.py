"""Epilogues that layers of binary networks mostly have: counts of a tile through to float values and bytes of decisions.

`bnnmk_finished_tiles` of finish_values_a64.h is what the functions take.
"""

from assembly import function
from scheduling import REGISTERS, Core, Operation, schedule

COUNTS, VALUES, OPERAND, BYTES = "x1", "x2", "x3", "x4"
VALUE_STEP, OPERAND_STEP, BYTE_STEP, SCALE = "x5", "x6", "x7", "x8"
POINTS, SHIFT, FACTORS, SECOND_SHIFT, TILES = "x9", "x10", "x11", "x12", "w13"
BIAS, PLACES = "x14", "x15"

# What values go through, and the constants that stay in registers.
PROGRAMS = {
    "sum": ["add operand"],
    "sum_rprelu": ["add operand", "add shift", "rectify", "add second"],
    "normalized_sum": ["multiply", "add second", "add operand"],
    "relu_sum": ["clamp", "multiply", "add second", "add operand"],
    "relu_sum_relu": ["clamp", "multiply", "add second", "add operand", "clamp last"],
}
CONSTANTS = {"add shift": ("shift", SHIFT), "rectify": ("factors", FACTORS), "multiply": ("factors", FACTORS),
             "add second": ("second", SECOND_SHIFT)}

MINIMA = {"clamp": 144, "clamp last": 160}  # where they are in the structure

# Values of some pixels, two registers each, operands of one, counts of four.
SLOTS = [(0, 1), (2, 3), (4, 5), (6, 7)]
OPERANDS = (8, 9)
LOADED = [10, 11, 12, 13]
FIRST_CONSTANT = 14


class Epilogue:
    """The operations of a tile, in an order that computes the right thing."""

    def __init__(self, program: str, width: int) -> None:
        self.operations: list[Operation] = []
        self.written: dict[int, int] = {}  # register: the operation that wrote it last
        self.readers: dict[int, list[int]] = {}  # and those that have read that
        self.constants: dict[str, int] = {}
        self.temporaries = 0
        next_constant = FIRST_CONSTANT
        for name, count in [("half", 1), ("places", 1), ("scale", 2), ("points", 2)]:
            self.constants[name] = next_constant
            next_constant += count
        self.loads = []  # of constants: name and general register
        for step in PROGRAMS[program]:
            if step in CONSTANTS:
                name, address = CONSTANTS[step]
                self.constants[name] = next_constant
                self.loads.append((next_constant, address))
                next_constant += 2
            elif step in MINIMA:
                self.constants[step] = next_constant
                next_constant += 1
        self.free = list(range(next_constant, REGISTERS))
        self.width = width
        self.moved: dict[str, int] = {}  # address register: the operation that advanced it last

    def _add(self, text, reads=(), writes=(), address=None, **rest) -> int:
        """An operation on fixed registers `reads` and `writes`, beside temporaries in `rest`."""
        index = len(self.operations)
        operation = Operation(text, **rest)
        operation.reads += [self.written[r] for r in (*reads, *writes) if r in self.written]
        for register in writes:
            operation.follows += [o for o in self.readers.get(register, []) if o != index]
        if address is not None and address in self.moved:
            operation.follows.append(self.moved[address])
        if address is not None:
            self.moved[address] = index
        self.operations.append(operation)
        for register in reads:
            self.readers.setdefault(register, []).append(index)
        for register in writes:
            self.written[register] = index
            self.readers[register] = []
        return index

    def _new(self) -> int:
        self.temporaries += 1
        return self.temporaries

    def _on_both(self, mnemonic: str, slot: tuple[int, int], second: tuple[int, int]) -> None:
        for x, y in zip(slot, second):
            self._add(
                lambda _, x=x, y=y: f"{mnemonic} v{x}.4s, v{x}.4s, v{y}.4s",
                reads=[r for r in (y,) if r < FIRST_CONSTANT],
                writes=[x],
            )

    def _pair(self, name: str) -> tuple[int, int]:
        return self.constants[name], self.constants[name] + 1

    def load_counts(self, count: int) -> None:
        registers = LOADED[:count]
        names = ", ".join(f"v{r}.8h" for r in registers)
        self._add(
            lambda _: f"ld1 {{{names}}}, [{COUNTS}], #{16 * count}", writes=registers, address=COUNTS, moves=count
        )

    def scale(self, slot: tuple[int, int], counted: int) -> None:
        """bias + scale * (half - count), rounded once."""
        self._add(lambda _: f"ldp q{slot[0]}, q{slot[1]}, [{BIAS}]", writes=slot, moves=2)
        for half, (x, mnemonic, lanes) in enumerate(zip(slot, ("usubl", "usubl2"), ("4h", "8h"))):
            t = self._new()
            made = self._add(
                lambda held, t=t, m=mnemonic, lanes=lanes: (
                    f"{m} v{held[t]}.4s, v{self.constants['half']}.{lanes}, v{counted}.{lanes}"
                ),
                reads=[counted],
                makes=t,
            )
            subtracted, made = made, self._add(lambda held, t=t: f"scvtf v{held[t]}.4s, v{held[t]}.4s")
            self.operations[made].reads.append(subtracted)
            index = self._add(
                lambda held, t=t, x=x, half=half: f"fmla v{x}.4s, v{held[t]}.4s, v{self.constants['scale'] + half}.4s",
                writes=[x],
                last_use=[t],
            )
            self.operations[index].reads.append(made)

    def rectify(self, slot: tuple[int, int]) -> None:
        for x, slope in zip(slot, self._pair("factors")):
            t = self._new()
            made = self._add(
                lambda held, t=t, x=x, s=slope: f"fmul v{held[t]}.4s, v{x}.4s, v{s}.4s", reads=[x], makes=t
            )
            index = self._add(
                lambda held, t=t, x=x: f"fmax v{x}.4s, v{x}.4s, v{held[t]}.4s", writes=[x], last_use=[t]
            )
            self.operations[index].reads.append(made)

    def step(self, name: str, slot: tuple[int, int]) -> None:
        if name == "add operand":
            names = ", ".join(f"v{r}.4s" for r in OPERANDS)
            self._add(
                lambda _: f"ld1 {{{names}}}, [{OPERAND}], {OPERAND_STEP}", writes=OPERANDS, address=OPERAND, moves=2
            )
            self._on_both("fadd", slot, OPERANDS)
        elif name == "rectify":
            self.rectify(slot)
        elif name in MINIMA:
            self._on_both("fmax", slot, (self.constants[name],) * 2)
        else:
            self._on_both("fmul" if name == "multiply" else "fadd", slot, self._pair(CONSTANTS[name][0]))

    def store(self, slot: tuple[int, int]) -> None:
        self._add(
            lambda _: f"st1 {{v{slot[0]}.4s, v{slot[1]}.4s}}, [{VALUES}], {VALUE_STEP}",
            reads=slot,
            address=VALUES,
            moves=2,
        )

    def compare(self, slot: tuple[int, int]) -> tuple[int, int]:
        """All ones in 16-bit lanes where values are not below the points: a temporary, and what makes it."""
        made = []
        for x, point in zip(slot, self._pair("points")):
            t = self._new()
            index = self._add(
                lambda held, t=t, x=x, p=point: f"fcmge v{held[t]}.4s, v{x}.4s, v{p}.4s", reads=[x], makes=t
            )
            made.append((t, index))
        return self.join("uzp1", "8h", made[0], made[1])

    def join(self, mnemonic: str, lanes: str, low: tuple[int, int], high: tuple[int, int]) -> tuple[int, int]:
        """Two temporaries, each with what makes it, into the first of them."""
        index = self._add(
            lambda held: f"{mnemonic} v{held[low[0]]}.{lanes}, v{held[low[0]]}.{lanes}, v{held[high[0]]}.{lanes}",
            last_use=[high[0]] if high != low else [],
        )
        self.operations[index].reads += [low[1], high[1]]
        return low[0], index

    def places(self, low: tuple[int, int], high: tuple[int, int]) -> tuple[int, int]:
        """The bits of two pixels that are below their points."""
        t, made = self.join("uzp1", "16b", low, high)
        index = self._add(lambda held: f"bic v{held[t]}.16b, v{self.constants['places']}.16b, v{held[t]}.16b")
        self.operations[index].reads.append(made)
        return t, index

    def store_bytes(self, decisions: tuple[int, int]) -> None:
        for pixel in range(self.width):
            index = self._add(
                lambda held, p=pixel: f"st1 {{v{held[decisions[0]]}.b}}[{p}], [{BYTES}], {BYTE_STEP}",
                address=BYTES,
                moves=1,
                last_use=[decisions[0]] if pixel + 1 == self.width else [],
            )
            self.operations[index].reads.append(decisions[1])


def kernel(name: str, program: str, width: int, core: Core) -> list[str]:
    tile = Epilogue(program, width)
    pairs: list[tuple[int, int]] = []  # decisions of pixels, then of two, of four and of eight
    for pixel in range(width):
        if pixel % len(LOADED) == 0:
            tile.load_counts(min(len(LOADED), width - pixel))
        slot = SLOTS[pixel % len(SLOTS)]
        tile.scale(slot, LOADED[pixel % len(LOADED)])
        for step in PROGRAMS[program]:
            tile.step(step, slot)
        tile.store(slot)
        pairs.append(tile.compare(slot))
        if pixel % 2 == 1 or pixel + 1 == width:
            last = pairs.pop()
            pairs.append(tile.places(pairs.pop() if pixel % 2 == 1 else last, last))
        if pixel % 4 == 3 or pixel + 1 == width:
            last = pairs.pop()
            pairs.append(tile.join("addp", "16b", pairs.pop(), last))
    decisions = tile.join("addp", "16b", pairs[0], pairs[1])
    tile.store_bytes(tile.join("addp", "16b", decisions, decisions))
    constants = tile.constants
    return function(
        name,
        [
            f"  ldp {COUNTS}, {VALUES}, [x0]",
            f"  ldp {OPERAND}, {BYTES}, [x0, #16]",
            f"  ldp {VALUE_STEP}, {OPERAND_STEP}, [x0, #32]",
            f"  ldp {BYTE_STEP}, {SCALE}, [x0, #48]",
            f"  ldp {BIAS}, {POINTS}, [x0, #64]",
            f"  ldp {SHIFT}, {FACTORS}, [x0, #80]",
            f"  ldp {SECOND_SHIFT}, {PLACES}, [x0, #96]",
            f"  ldr {TILES}, [x0, #112]",
            f"  ldr q{constants['half']}, [x0, #128]",
            *(f"  ldr q{constants[name]}, [x0, #{at}]" for name, at in MINIMA.items() if name in constants),
            f"  ldr q{constants['places']}, [{PLACES}]",
            f"  ldp q{constants['scale']}, q{constants['scale'] + 1}, [{SCALE}]",
            f"  ldp q{constants['points']}, q{constants['points'] + 1}, [{POINTS}]",
            *(f"  ldp q{register}, q{register + 1}, [{address}]" for register, address in tile.loads),
            "1:",
            *("  " + line for line in schedule(tile.operations, tile.free, core)),
            f"  subs {TILES}, {TILES}, #1",
            "  b.ne 1b",
        ],
    )
