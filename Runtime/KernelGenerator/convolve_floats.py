"""Tiles of float convolutions: five pixels times sixteen output channels, as many input elements as there are.

`bnnmk_convolved_tiles` of convolve_floats_a64.h is what the function takes. Weights of an element are sixteen neighbours.
"""

from assembly import function
from fixed_registers import Sequence
from scheduling import Core, schedule

PIXELS, VECTORS, LANES = 5, 4, 4

# Sums [pixel][vector], values of each pixel, and weights, which are loaded into one part while the other one is in use.
SUMS = [list(range(VECTORS * p, VECTORS * (p + 1))) for p in range(PIXELS)]
VALUES = list(range(20, 25))
WEIGHT_PARTS = ([25, 26, 27], [28, 29, 30, 31])

# General registers; x0 is the structure.
PLACES = ["x1", "x2", "x3", "x4", "x5"]  # of the pixels
WEIGHT, OUTPUT, INPUT, WEIGHTS, BIAS, PIXEL_STEP, OUTPUT_STEP = "x6", "x7", "x8", "x9", "x10", "x11", "x12"
ROWS, RUNS, COUNT, FOURS, TILES = "w13", "w14", "w15", "w16", "w17"
JUMP = "x15"  # while nothing is counted

# Offsets in the structure.
INPUT_AT, BIAS_AT, PIXEL_STEP_AT = 0, 16, 32
INPUT_RUN_JUMP_AT, WEIGHTS_RUN_JUMP_AT, INPUT_ROW_JUMP_AT, WEIGHTS_ROW_JUMP_AT = 48, 56, 64, 72
ROWS_AT, RUNS_AT, FOURS_AT, REST_AT, TILES_AT = 80, 84, 88, 92, 96


def names(registers: list[int]) -> str:
    return "{" + ", ".join(f"v{r}.4s" for r in registers) + "}"


class Elements(Sequence):
    """Some elements of all pixels."""

    def load_values(self, count: int) -> None:
        for value, place in zip(VALUES, PLACES):
            text = f"ldr q{value}, [{place}], #16" if count == LANES else f"ld1r {{v{value}.4s}}, [{place}], #4"
            self.add(lambda _, text=text: text, writes=[value], moves=1)

    def load_weights(self, registers: list[int]) -> None:
        text = f"ld1 {names(registers)}, [{WEIGHT}], #{16 * len(registers)}"
        self.add(lambda _: text, writes=registers, address=WEIGHT, moves=len(registers))

    def accumulate(self, pixel: int, vector: int, weight: int, lane: int | None) -> None:
        value = f"v{VALUES[pixel]}.4s" if lane is None else f"v{VALUES[pixel]}.s[{lane}]"
        sum_register = SUMS[pixel][vector]
        text = f"fmla v{sum_register}.4s, v{weight}.4s, {value}"
        self.add(lambda _: text, reads=[weight, VALUES[pixel]], writes=[sum_register])


def four_elements(core: Core) -> list[str]:
    elements = Elements()
    vectors = [(lane, v) for lane in range(LANES) for v in range(VECTORS)]
    part = 0
    for _ in range(2):  # both parts are free
        elements.load_weights(WEIGHT_PARTS[part])
        if part == 0:
            elements.load_values(LANES)
        part = 1 - part
    loaded = sum(len(registers) for registers in WEIGHT_PARTS)
    part = 0
    while vectors:
        registers = WEIGHT_PARTS[part]
        now, vectors = vectors[: len(registers)], vectors[len(registers) :]
        for pixel in range(PIXELS):
            for weight, (lane, v) in zip(registers, now):
                elements.accumulate(pixel, v, weight, lane)
        count = min(len(registers), LANES * VECTORS - loaded)
        if count > 0:
            elements.load_weights(registers[:count])
            loaded += count
        part = 1 - part
    return schedule(elements.operations, [], core)


def one_element(core: Core) -> list[str]:
    elements = Elements()
    weights = WEIGHT_PARTS[1]
    elements.load_weights(weights)
    elements.load_values(1)
    for pixel in range(PIXELS):
        for v, weight in enumerate(weights):
            elements.accumulate(pixel, v, weight, None)
    return schedule(elements.operations, [], core)


def jump(input_at: int, weights_at: int) -> list[str]:
    return [
        f"  ldr {JUMP}, [x0, #{input_at}]",
        *(f"  add {place}, {place}, {JUMP}" for place in PLACES),
        f"  ldr {JUMP}, [x0, #{weights_at}]",
        f"  add {WEIGHT}, {WEIGHT}, {JUMP}",
    ]


def counted(label: int, body: list[str]) -> list[str]:
    return [f"{label}:", *("  " + line for line in body), f"  subs {COUNT}, {COUNT}, #1", f"  b.ne {label}b"]


def kernel(name: str, core: Core) -> list[str]:
    return function(
        name,
        [
            f"  ldp {INPUT}, {WEIGHTS}, [x0, #{INPUT_AT}]",
            f"  ldp {BIAS}, {OUTPUT}, [x0, #{BIAS_AT}]",
            f"  ldp {PIXEL_STEP}, {OUTPUT_STEP}, [x0, #{PIXEL_STEP_AT}]",
            f"  ldr {FOURS}, [x0, #{FOURS_AT}]",
            f"  ldr {TILES}, [x0, #{TILES_AT}]",
            "1:",
            *(f"  ld1 {names(sums)}, [{BIAS}]" for sums in SUMS),
            f"  mov {PLACES[0]}, {INPUT}",
            *(f"  add {place}, {before}, {PIXEL_STEP}" for before, place in zip(PLACES, PLACES[1:])),
            f"  add {INPUT}, {PLACES[-1]}, {PIXEL_STEP}",
            f"  mov {WEIGHT}, {WEIGHTS}",
            f"  ldr {ROWS}, [x0, #{ROWS_AT}]",
            "2:",
            f"  ldr {RUNS}, [x0, #{RUNS_AT}]",
            "3:",
            f"  mov {COUNT}, {FOURS}",
            f"  cbz {COUNT}, 5f",
            *counted(4, four_elements(core)),
            "5:",
            f"  ldr {COUNT}, [x0, #{REST_AT}]",
            f"  cbz {COUNT}, 7f",
            *counted(6, one_element(core)),
            "7:",
            f"  subs {RUNS}, {RUNS}, #1",
            "  b.eq 8f",
            *jump(INPUT_RUN_JUMP_AT, WEIGHTS_RUN_JUMP_AT),
            "  b 3b",
            "8:",
            f"  subs {ROWS}, {ROWS}, #1",
            "  b.eq 9f",
            *jump(INPUT_ROW_JUMP_AT, WEIGHTS_ROW_JUMP_AT),
            "  b 2b",
            "9:",
            *(f"  st1 {names(sums)}, [{OUTPUT}], {OUTPUT_STEP}" for sums in SUMS),
            f"  subs {TILES}, {TILES}, #1",
            "  b.ne 1b",
        ],
    )
