"""Epilogues that layers of binary networks mostly have: counts of a tile, or floats, through to float values and bytes of
decisions.

`bnnmk_finished_tiles` of finish_values_a64.h is what the functions take.
"""

from assembly import function
from fixed_registers import Sequence
from scheduling import REGISTERS, Core, schedule

INPUT, VALUES, OPERAND, BYTES = "x1", "x2", "x3", "x4"
VALUE_STEP, OPERAND_STEP, BYTE_STEP, SCALE = "x5", "x6", "x7", "x8"
POINTS, SHIFT, FACTORS, SECOND_SHIFT, TILES = "x9", "x10", "x11", "x12", "w13"
BIAS, INPUT_STEP = "x14", "x15"

# What values go through, and the constants that stay in registers.
PROGRAMS = {
    "sum": ["add operand"],
    "sum_rprelu": ["add operand", "add shift", "rectify", "add second"],
    "normalized_sum": ["multiply", "add second", "add operand"],
    "relu_sum": ["clamp", "multiply", "add second", "add operand"],
    "relu_sum_relu": ["clamp", "multiply", "add second", "add operand", "clamp last"],
}
OF_FLOATS = {
    "normalized_floats": ["multiply", "add second"],
    "normalized_relu_floats": ["multiply", "add second", "clamp last"],
}
CONSTANTS = {"add shift": ("shift", SHIFT), "rectify": ("factors", FACTORS), "multiply": ("factors", FACTORS),
             "add second": ("second", SECOND_SHIFT)}

MINIMA = {"clamp": 160, "clamp last": 176}  # where they are in the structure

# Values of some pixels, two registers each, operands of one, counts of four.
SLOTS = [(0, 1), (2, 3), (4, 5), (6, 7)]
OPERANDS = (8, 9)
LOADED = [10, 11, 12, 13]
FIRST_CONSTANT = 14


class Epilogue(Sequence):
    """The operations of a tile, in an order that computes the right thing."""

    def __init__(self, steps: list[str], width: int, is_of_counts: bool) -> None:
        super().__init__()
        self.constants: dict[str, int] = {}
        self.temporaries = 0
        next_constant = FIRST_CONSTANT
        of_counts = [("scale", 2)] if is_of_counts else []
        for name, count in [("half", 1), ("places", 1), ("points", 2), *of_counts]:
            self.constants[name] = next_constant
            next_constant += count
        self.loads = []  # of constants: name and general register
        for step in steps:
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

    def _new(self) -> int:
        self.temporaries += 1
        return self.temporaries

    def _on_both(self, mnemonic: str, slot: tuple[int, int], second: tuple[int, int]) -> None:
        for x, y in zip(slot, second):
            self.add(
                lambda _, x=x, y=y: f"{mnemonic} v{x}.4s, v{x}.4s, v{y}.4s",
                reads=[r for r in (y,) if r < FIRST_CONSTANT],
                writes=[x],
            )

    def _pair(self, name: str) -> tuple[int, int]:
        return self.constants[name], self.constants[name] + 1

    def load_counts(self, count: int) -> None:
        registers = LOADED[:count]
        names = ", ".join(f"v{r}.8h" for r in registers)
        self.add(
            lambda _: f"ld1 {{{names}}}, [{INPUT}], #{16 * count}", writes=registers, address=INPUT, moves=count
        )

    def load_floats(self, slot: tuple[int, int]) -> None:
        self.add(
            lambda _: f"ld1 {{v{slot[0]}.4s, v{slot[1]}.4s}}, [{INPUT}], {INPUT_STEP}",
            writes=slot,
            address=INPUT,
            moves=2,
        )

    def scale(self, slot: tuple[int, int], counted: int) -> None:
        """bias + scale * (half - count), rounded once."""
        self.add(lambda _: f"ldp q{slot[0]}, q{slot[1]}, [{BIAS}]", writes=slot, moves=2)
        for half, (x, mnemonic, lanes) in enumerate(zip(slot, ("usubl", "usubl2"), ("4h", "8h"))):
            t = self._new()
            made = self.add(
                lambda held, t=t, m=mnemonic, lanes=lanes: (
                    f"{m} v{held[t]}.4s, v{self.constants['half']}.{lanes}, v{counted}.{lanes}"
                ),
                reads=[counted],
                makes=t,
            )
            subtracted, made = made, self.add(lambda held, t=t: f"scvtf v{held[t]}.4s, v{held[t]}.4s")
            self.operations[made].reads.append(subtracted)
            index = self.add(
                lambda held, t=t, x=x, half=half: f"fmla v{x}.4s, v{held[t]}.4s, v{self.constants['scale'] + half}.4s",
                writes=[x],
                last_use=[t],
            )
            self.operations[index].reads.append(made)

    def rectify(self, slot: tuple[int, int]) -> None:
        for x, slope in zip(slot, self._pair("factors")):
            t = self._new()
            made = self.add(
                lambda held, t=t, x=x, s=slope: f"fmul v{held[t]}.4s, v{x}.4s, v{s}.4s", reads=[x], makes=t
            )
            index = self.add(
                lambda held, t=t, x=x: f"fmax v{x}.4s, v{x}.4s, v{held[t]}.4s", writes=[x], last_use=[t]
            )
            self.operations[index].reads.append(made)

    def step(self, name: str, slot: tuple[int, int]) -> None:
        if name == "add operand":
            names = ", ".join(f"v{r}.4s" for r in OPERANDS)
            self.add(
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
        self.add(
            lambda _: f"st1 {{v{slot[0]}.4s, v{slot[1]}.4s}}, [{VALUES}], {VALUE_STEP}",
            reads=slot,
            address=VALUES,
            moves=2,
        )

    def compare(self, slot: tuple[int, int], byte: int, before: tuple[int, int] | None) -> tuple[int, int]:
        """A pixel's decisions: a temporary, and the operation that made it.

        Each of four lanes has a byte of up to four pixels, of the pixels `before` too; of a byte's halves the first one is all
        ones where the lane's low channel is not below its point, the second one of its high channel.
        """
        low, high = (self._compare(x, point) for x, point in zip(slot, self._pair("points")))
        index = self._insert(low, high, 4)
        if before is None:
            return low[0], index
        return before[0], self._insert((before[0], before[1]), (low[0], index), 8 * byte)

    def _compare(self, x: int, point: int) -> tuple[int, int]:
        t = self._new()
        return t, self.add(lambda held: f"fcmge v{held[t]}.4s, v{x}.4s, v{point}.4s", reads=[x], makes=t)

    def _insert(self, into: tuple[int, int], from_: tuple[int, int], shift: int) -> int:
        """What is left of the first one are its `shift` lowest bits."""
        index = self.add(
            lambda held: f"sli v{held[into[0]]}.4s, v{held[from_[0]]}.4s, #{shift}", last_use=[from_[0]]
        )
        self.operations[index].reads += [into[1], from_[1]]
        return index

    def places(self, decided: tuple[int, int]) -> tuple[int, int]:
        """The bits of up to four pixels that are below their points, each in the lane of its channels."""
        index = self.add(
            lambda held: f"bic v{held[decided[0]]}.16b, v{self.constants['places']}.16b, v{held[decided[0]]}.16b"
        )
        self.operations[index].reads.append(decided[1])
        return decided[0], index

    def add_lanes(self, low: tuple[int, int], high: tuple[int, int]) -> tuple[int, int]:
        """The sums of neighbouring lanes, of the first one before those of the second, which may be the same."""
        index = self.add(
            lambda held: f"addp v{held[low[0]]}.4s, v{held[low[0]]}.4s, v{held[high[0]]}.4s",
            last_use=[high[0]] if high != low else [],
        )
        self.operations[index].reads += [low[1], high[1]]
        return low[0], index

    def store_bytes(self, decisions: tuple[int, int]) -> None:
        for pixel in range(self.width):
            index = self.add(
                lambda held, p=pixel: f"st1 {{v{held[decisions[0]]}.b}}[{p}], [{BYTES}], {BYTE_STEP}",
                address=BYTES,
                moves=1,
                last_use=[decisions[0]] if pixel + 1 == self.width else [],
            )
            self.operations[index].reads.append(decisions[1])


def kernel(name: str, program: str, width: int, core: Core) -> list[str]:
    is_of_counts = program in PROGRAMS
    steps = PROGRAMS[program] if is_of_counts else OF_FLOATS[program]
    tile = Epilogue(steps, width, is_of_counts)
    fours: list[tuple[int, int]] = []  # decisions of four pixels each
    for pixel in range(width):
        slot = SLOTS[pixel % len(SLOTS)]
        if is_of_counts:
            if pixel % len(LOADED) == 0:
                tile.load_counts(min(len(LOADED), width - pixel))
            tile.scale(slot, LOADED[pixel % len(LOADED)])
        else:
            tile.load_floats(slot)
        for step in steps:
            tile.step(step, slot)
        tile.store(slot)
        if pixel % 4 == 0:
            fours.append(tile.compare(slot, 0, None))
        else:
            fours[-1] = tile.compare(slot, pixel % 4, fours[-1])
    decisions = tile.add_lanes(*(tile.places(decided) for decided in fours))
    tile.store_bytes(tile.add_lanes(decisions, decisions))
    constants = tile.constants
    of_counts = [
        f"  ldp {BIAS}, {POINTS}, [x0, #64]",
        f"  ldp q{constants['scale']}, q{constants['scale'] + 1}, [{SCALE}]",
    ] if is_of_counts else [f"  ldr {POINTS}, [x0, #72]", f"  ldr {INPUT_STEP}, [x0, #112]"]
    return function(
        name,
        [
            f"  ldp {INPUT}, {VALUES}, [x0]",
            f"  ldp {OPERAND}, {BYTES}, [x0, #16]",
            f"  ldp {VALUE_STEP}, {OPERAND_STEP}, [x0, #32]",
            f"  ldp {BYTE_STEP}, {SCALE}, [x0, #48]",
            f"  ldp {SHIFT}, {FACTORS}, [x0, #80]",
            "  // The number of tiles has 32 bits, of which the lower ones are taken.",
            f"  ldp {SECOND_SHIFT}, x{TILES[1:]}, [x0, #96]",
            f"  ldp q{constants['half']}, q{constants['places']}, [x0, #128]",
            *of_counts,
            *(f"  ldr q{constants[name]}, [x0, #{at}]" for name, at in MINIMA.items() if name in constants),
            f"  ldp q{constants['points']}, q{constants['points'] + 1}, [{POINTS}]",
            *(f"  ldp q{register}, q{register + 1}, [{address}]" for register, address in tile.loads),
            "1:",
            *("  " + line for line in schedule(tile.operations, tile.free, core)),
            f"  subs {TILES}, {TILES}, #1",
            "  b.ne 1b",
        ],
    )
