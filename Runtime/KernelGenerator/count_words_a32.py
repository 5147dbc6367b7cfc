"""Pixels of some words against the words of eight channels for 32-bit ARM, two pixels at a time.

`bnnmk_count_any_words` of count_words_arm.h says what the function takes.
"""

from assembly_a32 import function
from differences_a32 import COLUMNS, SUMS, Differences, join, names
from scheduling import Core, schedule

PIXELS, WEIGHTS, COUNTS, TURNS, WORDS = "r0", "r1", "r2", "r3", "r4"
SECOND, WEIGHT, WORD, STEP = "r5", "r6", "r7", "r8"
WORDS_AT = 4 * 9 + 8 * 8  # the fifth argument, below what is saved


def word(is_first: bool, core: Core) -> list[str]:
    sequence = Differences()
    sequence.load_weights(WEIGHT, None)
    for column, place in zip(COLUMNS, (PIXELS, SECOND)):
        sequence.load([column], place, None)
    sequence.accumulate(dict(enumerate(COLUMNS)), is_first)
    return ["  " + line for line in schedule(sequence.operations, [], core)]


def kernel(name: str, core: Core) -> list[str]:
    results = list(range(len(SUMS)))
    return function(
        name,
        [
            f"  ldr {WORDS}, [sp, #{WORDS_AT}]",
            f"  lsl {STEP}, {WORDS}, #4",
            "1:",
            f"  add {SECOND}, {PIXELS}, {STEP}",
            f"  mov {WEIGHT}, {WEIGHTS}",
            *word(True, core),
            f"  subs {WORD}, {WORDS}, #1",
            "  beq 3f",
            "2:",
            *word(False, core),
            f"  subs {WORD}, {WORD}, #1",
            "  bne 2b",
            "3:",
            *join(len(SUMS)),
            f"  mov {PIXELS}, {SECOND}",
            f"  vst1.16 {names(results)}, [{COUNTS}]!",
            f"  subs {TURNS}, {TURNS}, #1",
            "  bne 1b",
        ],
    )
