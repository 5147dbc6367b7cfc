"""Operations on registers that are assigned by hand, and what each of them has to wait for."""

from scheduling import Operation


class Sequence:
    """Operations in an order that computes the right thing; beside fixed registers they may have temporaries."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.written: dict[int, int] = {}  # register: the operation that wrote it last
        self.readers: dict[int, list[int]] = {}  # and those that have read that
        self.moved: dict[str, int] = {}  # address register: the operation that advanced it last

    def add(self, text, reads=(), writes=(), address=None, **rest) -> int:
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
