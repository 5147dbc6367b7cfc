"""Tiles of binary convolutions three taps wide for 32-bit ARM, of one or two pixels.

The structure bnnmk_shared_tiles of count_shared_arm.h is what the functions take.
"""

from assembly_a32 import function
from differences_a32 import COLUMNS, SUMS, Differences, join, names
from scheduling import Core, schedule

TAPS = 3

# General registers; r0 is the structure. SPARE is what it is used for at each place.
COLUMN, WEIGHT, COUNTS, TAP_STEP, ROW_STEP, WORD_STEP = "r1", "r2", "r3", "r4", "r5", "r6"
FIRST_COLUMN, TILES, LACKS_FIRST, WORD_WEIGHTS, ROW, WORD, SPARE = "r7", "r8", "r9", "r10", "r11", "r12", "lr"
IS_NOT_LAST = SPARE  # in tiles with an edge

# Offsets in the structure.
COLUMNS_AT, WEIGHTS_AT, COUNTS_AT, STARTS_AT, TAP_STEP_AT, ROW_STEP_AT, WORD_STEP_AT, LINE_STEP_AT = range(0, 32, 4)
ROWS_AT, WORDS_AT, LACKS_FIRST_AT, LACKS_LAST_AT, TILES_AT, LINES_AT = range(32, 56, 4)
FIRST_START, LAST_START = 4 * 16, 5 * 16
STARTS = [8, 9]  # registers, once nothing is counted


class Tile:
    def __init__(self, width: int, core: Core) -> None:
        self.width = width
        self.core = core

    def column_of(self, place: int) -> int:
        return COLUMNS[place % len(COLUMNS)]

    def load_columns(self, sequence: Differences, tap: int) -> None:
        """Those that the tap is the first to meet; the last load of a row goes on to the next row."""
        if tap == 0:
            sequence.load(COLUMNS[: self.width], COLUMN, None)
        else:
            place = tap + self.width - 1
            sequence.load([self.column_of(place)], COLUMN, ROW_STEP if tap == TAPS - 1 else None)

    def load_tap(self, sequence: Differences, tap: int) -> None:
        sequence.load_weights(WEIGHT, TAP_STEP)
        self.load_columns(sequence, tap)

    def columns(self, tap: int, pixels: range) -> dict[int, int]:
        return {pixel: self.column_of(pixel + tap) for pixel in pixels}

    def scheduled(self, sequence: Differences) -> list[str]:
        return ["  " + line for line in schedule(sequence.operations, [], self.core)]

    def whole_row(self) -> list[str]:
        """One word of one row of taps."""
        sequence = Differences()
        for tap in range(TAPS):
            self.load_tap(sequence, tap)
            sequence.accumulate(self.columns(tap, range(self.width)))
        return self.scheduled(sequence)

    def pixels(self, tap: int, pixels: range, keeps_weights: bool = False) -> list[str]:
        sequence = Differences()
        sequence.accumulate(self.columns(tap, pixels), keeps_weights=keeps_weights)
        return self.scheduled(sequence)

    def edge_row(self) -> list[str]:
        """The same; the first pixel may lack its first tap, and the last pixel its last."""
        first, middle, last = Differences(), Differences(), Differences()
        self.load_tap(first, 0)
        if self.width > 1:
            middle.accumulate(self.columns(0, range(1, self.width)))
        self.load_tap(middle, 1)
        middle.accumulate(self.columns(1, range(self.width)))
        self.load_tap(last, TAPS - 1)
        if self.width > 1:
            last.accumulate(self.columns(TAPS - 1, range(self.width - 1)), keeps_weights=True)
        return [
            *self.scheduled(first),
            f"  cmp {LACKS_FIRST}, #0",
            "  bne 8f",
            *self.pixels(0, range(1), keeps_weights=True),
            "8:",
            *self.scheduled(middle),
            *self.scheduled(last),
            f"  cmp {IS_NOT_LAST}, #0",
            "  beq 9f",
            *self.pixels(TAPS - 1, range(self.width - 1, self.width)),
            "9:",
        ]


def words_and_rows(label: int, row: list[str]) -> list[str]:
    """The loops over words, and over rows of taps of each."""
    return [
        f"{label}:",
        f"  ldr {ROW}, [r0, #{ROWS_AT}]",
        f"{label + 1}:",
        *row,
        f"  subs {ROW}, {ROW}, #1",
        f"  bne {label + 1}b",
        f"  add {COLUMN}, {COLUMN}, {WORD_STEP}",
        f"  add {WEIGHT}, {WEIGHT}, {WORD_WEIGHTS}",
        f"  subs {WORD}, {WORD}, #1",
        f"  bne {label}b",
    ]


def kernel(name: str, width: int, core: Core) -> list[str]:
    tile = Tile(width, core)
    starts, results = STARTS[:width], list(range(width))
    last_offset = 16 * (width + TAPS - 2)  # from a row's first column to its last
    return function(
        name,
        [
            f"  ldr {FIRST_COLUMN}, [r0, #{COLUMNS_AT}]",
            f"  ldr {COUNTS}, [r0, #{COUNTS_AT}]",
            f"  ldr {TAP_STEP}, [r0, #{TAP_STEP_AT}]",
            f"  ldr {ROW_STEP}, [r0, #{ROW_STEP_AT}]",
            f"  ldr {WORD_STEP}, [r0, #{WORD_STEP_AT}]",
            f"  ldr {ROW}, [r0, #{ROWS_AT}]",
            f"  ldr {TILES}, [r0, #{TILES_AT}]",
            f"  ldr {LACKS_FIRST}, [r0, #{LACKS_FIRST_AT}]",
            "  @ From the last row of a word to the first of the next one, and from the last loads of a row and a tap on.",
            f"  mul {SPARE}, {ROW}, {ROW_STEP}",
            f"  sub {WORD_STEP}, {WORD_STEP}, {SPARE}",
            f"  add {ROW}, {ROW}, {ROW}, lsl #1",
            f"  mul {WORD_WEIGHTS}, {ROW}, {TAP_STEP}",
            f"  rsb {WORD_WEIGHTS}, {WORD_WEIGHTS}, #64",
            f"  sub {TAP_STEP}, {TAP_STEP}, #32",
            f"  sub {ROW_STEP}, {ROW_STEP}, #{last_offset}",
            "1:",
            *(f"  vmov.i16 q{r}, #0" for sums in SUMS[:width] for r in sums),
            f"  mov {COLUMN}, {FIRST_COLUMN}",
            f"  ldr {WEIGHT}, [r0, #{WEIGHTS_AT}]",
            f"  ldr {WORD}, [r0, #{WORDS_AT}]",
            f"  ldr {SPARE}, [r0, #{LACKS_LAST_AT}]",
            "  @ The last pixel lacks a tap where that, 1 or 0, is the number of tiles left.",
            f"  subs {IS_NOT_LAST}, {TILES}, {SPARE}",
            f"  cmpne {LACKS_FIRST}, #1",
            "  beq 7f",
            *words_and_rows(2, tile.whole_row()),
            f"  ldr {SPARE}, [r0, #{STARTS_AT}]",
            f"  vld1.16 {names(starts)}, [{SPARE}]",
            "4:",
            *join(width),
            *(f"  vadd.i16 q{result}, q{result}, q{start}" for result, start in zip(results, starts)),
            f"  vst1.16 {names(results)}, [{COUNTS}]!",
            f"  add {FIRST_COLUMN}, {FIRST_COLUMN}, #{16 * width}",
            f"  subs {TILES}, {TILES}, #1",
            "  bne 1b",
            "  @ The next row of the output.",
            f"  ldr {ROW}, [r0, #{LINES_AT}]",
            f"  ldr {COLUMN}, [r0, #{LINE_STEP_AT}]",
            f"  ldr {LACKS_FIRST}, [r0, #{LACKS_FIRST_AT}]",
            f"  ldr {TILES}, [r0, #{TILES_AT}]",
            f"  add {FIRST_COLUMN}, {FIRST_COLUMN}, {COLUMN}",
            f"  subs {ROW}, {ROW}, #1",
            f"  str {ROW}, [r0, #{LINES_AT}]",
            "  bne 1b",
            "  b 12f",
            "7:  @ A tile with an edge.",
            *words_and_rows(10, tile.edge_row()),
            f"  ldr {ROW}, [r0, #{STARTS_AT}]",
            f"  vld1.16 {names(starts)}, [{ROW}]",
            f"  cmp {LACKS_FIRST}, #0",
            f"  addne {COLUMN}, {ROW}, #{FIRST_START}",
            "  beq 8f",
            f"  vld1.16 {names(starts[:1])}, [{COLUMN}]",
            "8:",
            f"  cmp {IS_NOT_LAST}, #0",
            f"  addeq {COLUMN}, {ROW}, #{LAST_START}",
            "  bne 9f",
            f"  vld1.16 {names(starts[-1:])}, [{COLUMN}]",
            "9:",
            f"  mov {LACKS_FIRST}, #0",
            "  b 4b",
            "12:",
        ],
    )
