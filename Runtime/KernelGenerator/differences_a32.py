"""The operations that count differing bits on 32-bit ARM: one doubled word of each of two pixels against one word of eight
channels. Adding neighbours takes it twice the instructions of 64-bit ARM, so that counts stay apart until the end.

  VEOR   | 8 bytes of m0, 8 bytes of m1 |  x 4, bits of channels 0...7 that differ
  VCNT   | 8 counts of m0, 8 counts of m1 |  x 4
  VPADAL | 4 of m0, 4 of m1 |  x 4, added to 16-bit lanes
  VPADD  | m0 m1 ... m7 |  once a pixel
"""

from fixed_registers import Sequence

# Registers of 128 bits: four of counts a pixel, those of weights, of columns, and what is between.
SUMS = [[0, 1, 2, 3], [4, 5, 6, 7]]
WEIGHTS = [8, 9, 10, 11]
COLUMNS = [12, 13]
TEMPORARIES = [14, 15]


def names(registers: list[int]) -> str:
    """Registers of 128 bits that follow each other, as loads and stores name them."""
    return f"{{d{2 * registers[0]}-d{2 * registers[-1] + 1}}}"


class Differences(Sequence):
    def load(self, registers: list[int], address: str, step: str | None) -> None:
        """Steps on by `step`, or by what is loaded."""
        text = f"vld1.64 {names(registers)}, [{address}]" + ("!" if step is None else f", {step}")
        self.add(lambda _: text, writes=registers, address=address, moves=len(registers))

    def load_weights(self, address: str, step: str | None) -> None:
        self.load(WEIGHTS[:2], address, None)
        self.load(WEIGHTS[2:], address, step)

    def accumulate(self, columns: dict[int, int], is_first: bool = False, keeps_weights: bool = False) -> None:
        """Of pixels and their columns. What the last pixel differs takes the place of the weights, unless it keeps them."""
        last = max(columns)
        for i, weight in enumerate(WEIGHTS):
            for pixel, column in columns.items():
                in_place = pixel == last and not keeps_weights
                to = weight if in_place else TEMPORARIES[i % len(TEMPORARIES)]
                sums = SUMS[pixel][i]
                add = "vpaddl" if is_first else "vpadal"
                self.add(
                    lambda _, to=to, c=column, w=weight: f"veor q{to}, q{c}, q{w}",
                    reads=[column] if in_place else [column, weight],
                    writes=[to],
                )
                self.add(lambda _, to=to: f"vcnt.8 q{to}, q{to}", writes=[to])
                self.add(
                    lambda _, to=to, s=sums, a=add: f"{a}.u8 q{s}, q{to}",
                    reads=[to] if is_first else [to, sums],
                    writes=[sums],
                )


def join(width: int) -> list[str]:
    """The sums of all pixels, one register each, in the first registers."""
    lines = []
    for pixel in range(width):
        first = 8 * pixel  # registers of 64 bits
        lines += [f"  vpadd.i16 d{first + i}, d{first + 2 * i}, d{first + 2 * i + 1}" for i in range(4)]
        lines += [f"  vpadd.i16 d{2 * pixel + i}, d{first + 2 * i}, d{first + 2 * i + 1}" for i in range(2)]
    return lines
