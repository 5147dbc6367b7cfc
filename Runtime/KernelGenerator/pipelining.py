"""Loops whose turns overlap: what ends a turn runs in the next one, among the operations that begin that.

  begin                    of the first turn
  top:   end and begin     of the turn before and of the next one, mixed
  rest:                    where the first turn goes on
  end                      of the last turn

Nothing is executed more often than without, but for a jump into the loop.
"""

from dataclasses import dataclass, replace
from typing import Callable

from scheduling import Core, Kind, Operation, Schedule


@dataclass
class Loop:
    begin: list[str]
    top: list[str]
    rest: list[str]
    end: list[str]

    def lines(self, top: int, turn_ends: list[str]) -> list[str]:
        """With the labels `top` and the number behind it; `turn_ends` leads on to `top`."""
        return [
            *self.begin,
            f"  b {top + 1}f",
            f"{top}:",
            *self.top,
            f"{top + 1}:",
            *self.rest,
            *turn_ends,
            *self.end,
        ]


def _ending(operations: list[Operation], registers: list[int], core: Core) -> set[int]:
    """The last operations of a turn, `core.ending` of them, that neither begin trees nor load for the next turn."""
    ending: set[int] = set()
    for i in reversed(Schedule(operations, registers, core).run().order):
        operation = operations[i]
        if operation.makes is not None or len(ending) == core.ending:
            break
        if operation.is_vector() or operation.kind is Kind.STORE:
            ending.add(i)
    # And addresses that go on behind what was stored.
    return ending | {i for i, o in enumerate(operations) if o.kind is Kind.ADDRESS and ending.intersection(o.follows)}


def pipelined(add_turn: Callable[[], None], operations: list[Operation], registers: list[int], core: Core) -> Loop:
    """`add_turn` adds the operations of a turn to `operations`."""
    add_turn()
    count = len(operations)
    ending = _ending(operations[:], registers, core)
    add_turn()
    # Of two turns the end of the first, and the second without its own.
    body = [i for i in range(2 * count) if (i in ending if i < count else i - count not in ending)]
    places = {i: place for place, i in enumerate(body)}
    kept = [
        replace(
            operations[i],
            reads=[places[o] for o in operations[i].reads if o in places],
            follows=[places[o] for o in operations[i].follows if o in places],
        )
        for i in body
    ]
    # Temporaries that go from turn to turn have the same registers in each.
    made = {o.makes for o in kept} - {None}
    used = {t for o in kept for t in o.last_use}
    held = dict(zip(sorted(used - made), registers))
    wanted = dict(zip(sorted(made - used), registers))
    schedule = Schedule(kept, registers, core, held, wanted).run()
    is_ending = [i < len(ending) for i in schedule.order]
    lines = ["  " + kept[i].text(schedule.held) for i in schedule.order]
    cut = len(lines) - is_ending[::-1].index(True)
    return Loop(
        begin=[line for line, ends in zip(lines[:cut], is_ending) if not ends],
        top=lines[:cut],
        rest=lines[cut:],
        end=[line for line, ends in zip(lines[:cut], is_ending) if ends],
    )
