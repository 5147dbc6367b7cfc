"""Pixels of at most four words, as many of them as there are, against the words of eight channels, which stay in registers.

`bnnmk_count_words` of count_words_arm.h says what the functions take.
"""

from assembly import function
from differences import WEIGHT_REGISTERS, Sequence
from pipelining import pipelined
from scheduling import REGISTERS, Core

PIXELS, WEIGHTS, COUNTS, TURNS, PIXEL_STEP = "x0", "x1", "x2", "w3", "x4"
TILE = 4  # pixels whose counts are stored at once
TURN = 8  # pixels


def names(registers: list[int], lanes: str) -> str:
    return "{" + ", ".join(f"v{r}.{lanes}" for r in registers) + "}"


def kernel(name: str, word_count: int, adds: bool, core: Core) -> list[str]:
    """With `adds`, counts are added to those in memory."""
    counts = list(range(TILE))
    weights = [list(range(r, r + 4)) for r in range(TILE, TILE + word_count * WEIGHT_REGISTERS, WEIGHT_REGISTERS)]
    columns = list(range(weights[-1][-1] + 1, weights[-1][-1] + 1 + word_count))
    sequence = Sequence(core)

    def add_turn() -> None:
        """Each pixel's words are loaded behind the one before, the first ones of the next turn at the end of this."""
        for pixel in range(TURN):
            if adds and pixel % TILE == 0:
                sequence.load(counts, COUNTS)
            for column, word in zip(columns, weights):
                sequence.accumulate(counts[pixel % TILE], column, word, is_first=not adds and column == columns[0])
            sequence.load(columns, PIXELS, PIXEL_STEP)
            if (pixel + 1) % TILE == 0:
                sequence.store(counts, COUNTS, f"#{16 * TILE}")

    loop = pipelined(add_turn, sequence.operations, list(range(columns[-1] + 1, REGISTERS)), core)
    return function(
        name,
        [
            *(f"  ld1 {names(word, '16b')}, [{WEIGHTS}], #64" for word in weights),
            f"  ld1 {names(columns, '16b')}, [{PIXELS}], {PIXEL_STEP}",
            *loop.lines(1, [f"  subs {TURNS}, {TURNS}, #1", "  b.ne 1b"]),
        ],
    )
