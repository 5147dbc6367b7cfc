"""Tiles of binary convolutions three taps wide: each column of a row is loaded once for the pixels and taps that share it.

The structure bnnmk_shared_tiles of count_shared_arm.h is what the functions take.
"""

from assembly import function
from differences import WEIGHT_REGISTERS, Sequence
from pipelining import pipelined
from scheduling import REGISTERS, Core

TAPS = 3

# General registers; x0 is the structure. The last pixel lacks a tap where LACKS_LAST, 1 or 0, is the number of tiles left.
COLUMNS, WEIGHTS, COUNTS, TAP_STEP, ROW_STEP, WORD_STEP = "x1", "x2", "x3", "x4", "x5", "x6"
ROWS, WORDS, TILES, LACKS_FIRST, LACKS_LAST, STARTS = "w7", "w8", "w9", "w10", "w11", "x12"
COLUMN, WEIGHT, ROW, WORD, WORD_WEIGHTS = "x13", "x14", "w15", "w16", "x17"

# Offsets in the structure.
COLUMNS_AT, COUNTS_AT, STARTS_AT, TAP_STEP_AT, WORD_STEP_AT, LINE_STEP_AT = 0, 16, 24, 32, 48, 56
ROWS_AT, LACKS_AT, TILES_AT, LINES_AT = 64, 72, 80, 84
FIRST_START, LAST_START = 4 * 16, 5 * 16


class Tile:
    """The registers of a tile of `width` pixels: counts, columns, the weights of one tap, and the rest."""

    def __init__(self, width: int, core: Core) -> None:
        self.width = width
        self.core = core
        self.columns = list(range(width, 2 * width + TAPS - 1))
        self.weights = list(range(2 * width + TAPS - 1, 2 * width + TAPS - 1 + WEIGHT_REGISTERS))
        self.temporaries = list(range(self.weights[-1] + 1, REGISTERS))

    def column_loads(self) -> list[list[int]]:
        """As few loads as can be, none of more than four registers, where the core has such loads; the first one, waited
        for, is the shortest."""
        if self.core.most_moved == 1:
            return [self.columns]
        first = len(self.columns) % 4 or 4
        return [self.columns[:first]] + [self.columns[i : i + 4] for i in range(first, len(self.columns), 4)]

    def last_offset(self) -> int:
        """Bytes from a row's first column to those of its last load."""
        return 16 * (len(self.columns) - len(self.column_loads()[-1]))

    def load_columns(self, sequence: Sequence) -> None:
        loads = self.column_loads()
        for i, registers in enumerate(loads):
            step = f"#{16 * len(registers)}" if i + 1 < len(loads) else ROW_STEP
            sequence.load(registers, COLUMN, step)

    def add_row(self, sequence: Sequence, lacks_first: bool, lacks_last: bool) -> None:
        """One word of one row of taps, but for the first tap of the first, or the last one of the last pixel."""
        for tap in range(TAPS):
            sequence.load(self.weights, WEIGHT, TAP_STEP)
            if tap == 0:
                self.load_columns(sequence)
            for pixel in range(lacks_first and tap == 0, self.width - (lacks_last and tap == TAPS - 1)):
                sequence.accumulate(pixel, self.columns[pixel + tap], self.weights)

    def words_and_rows(self, label: int, lacks_first: bool = False, lacks_last: bool = False) -> list[str]:
        """The loops over words, and over rows of taps of each; labels are `label` and the two behind it."""
        sequence = Sequence(self.core)
        loop = pipelined(
            lambda: self.add_row(sequence, lacks_first, lacks_last), sequence.operations, self.temporaries, self.core
        )
        return loop.lines(
            label,
            [
                f"  subs {ROW}, {ROW}, #1",
                f"  b.ne {label}b",
                f"  subs {WORD}, {WORD}, #1",
                f"  b.eq {label + 2}f",
                f"  add {COLUMN}, {COLUMN}, {WORD_STEP}",
                f"  add {WEIGHT}, {WEIGHT}, {WORD_WEIGHTS}",
                f"  mov {ROW}, {ROWS}",
                f"  b {label}b",
                f"{label + 2}:",
            ],
        )


def quads(width: int) -> list[str]:
    """The registers of counts, at most four in a list."""
    groups = [range(p, min(p + 4, width)) for p in range(0, width, 4)]
    return ["{" + ", ".join(f"v{p}.8h" for p in group) + "}" for group in groups]


def kernel(name: str, width: int, core: Core) -> list[str]:
    tile = Tile(width, core)
    first_start = f"  ldr q0, [{STARTS}, #{FIRST_START}]"
    last_start = f"  ldr q{width - 1}, [{STARTS}, #{LAST_START}]"
    sizes = [min(4, width - p) for p in range(0, width, 4)]
    return function(
        name,
        [
            f"  ldp {COLUMNS}, {WEIGHTS}, [x0, #{COLUMNS_AT}]",
            f"  ldp {COUNTS}, {STARTS}, [x0, #{COUNTS_AT}]",
            f"  ldp {TAP_STEP}, {ROW_STEP}, [x0, #{TAP_STEP_AT}]",
            f"  ldr {WORD_STEP}, [x0, #{WORD_STEP_AT}]",
            f"  ldp {ROWS}, {WORDS}, [x0, #{ROWS_AT}]",
            f"  ldp {LACKS_FIRST}, {LACKS_LAST}, [x0, #{LACKS_AT}]",
            f"  ldr {TILES}, [x0, #{TILES_AT}]",
            "  // From the last row of a word to the first of the next one, and from the last load of a row on.",
            f"  umsubl {WORD_STEP}, {ROWS}, w{ROW_STEP[1:]}, {WORD_STEP}",
            f"  sub {ROW_STEP}, {ROW_STEP}, #{tile.last_offset()}",
            f"  add {ROW}, {ROWS}, {ROWS}, lsl #1",
            "  mov w17, #64",
            f"  umsubl {WORD_WEIGHTS}, {ROW}, w{TAP_STEP[1:]}, {WORD_WEIGHTS}",
            "1:",
            *(f"  ld1 {quad}, [{STARTS}]" for quad in quads(width)),
            f"  mov {COLUMN}, {COLUMNS}",
            f"  mov {WEIGHT}, {WEIGHTS}",
            f"  mov {WORD}, {WORDS}",
            f"  mov {ROW}, {ROWS}",
            f"  cmp {TILES}, {LACKS_LAST}",
            f"  ccmp {LACKS_FIRST}, #0, #0, ne",
            "  b.ne 3f",
            *tile.words_and_rows(11),
            "2:",
            f"  add {COLUMNS}, {COLUMNS}, #{16 * width}",
            *(f"  st1 {quad}, [{COUNTS}], #{16 * size}" for quad, size in zip(quads(width), sizes)),
            f"  subs {TILES}, {TILES}, #1",
            "  b.ne 1b",
            "  // The next row of the output.",
            f"  ldr {ROW}, [x0, #{LINES_AT}]",
            f"  ldr {COLUMN}, [x0, #{LINE_STEP_AT}]",
            f"  ldr {LACKS_FIRST}, [x0, #{LACKS_AT}]",
            f"  ldr {TILES}, [x0, #{TILES_AT}]",
            f"  add {COLUMNS}, {COLUMNS}, {COLUMN}",
            f"  subs {ROW}, {ROW}, #1",
            f"  str {ROW}, [x0, #{LINES_AT}]",
            "  b.ne 1b",
            "  b 7f",
            "3:  // A tile with an edge: the first pixel lacks a tap,",
            f"  cmp {TILES}, {LACKS_LAST}",
            "  b.eq 4f",
            first_start,
            *tile.words_and_rows(21, lacks_first=True),
            "  b 6f",
            "4:  // or the last one,",
            last_start,
            f"  cbnz {LACKS_FIRST}, 5f",
            *tile.words_and_rows(31, lacks_last=True),
            "  b 2b",
            "5:  // or both.",
            first_start,
            *tile.words_and_rows(41, lacks_first=True, lacks_last=True),
            "6:",
            f"  mov {LACKS_FIRST}, #0",
            "  b 2b",
            "7:",
        ],
    )
