"""What is looked at in a view, in the order in which one looks, and what will be looked at next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Sequence, Tuple, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Outlook(Generic[T]):
    """:ivar middle: in the middle of the view: what eyes rest on. The middle first.
    :ivar around: the rest of what can be seen, the nearest to the middle first.
    :ivar ahead: out of view, in the direction in which one goes, the next first.
    """

    middle: Sequence[T] = ()
    around: Sequence[T] = ()
    ahead: Sequence[T] = ()


def rows(first: int, end: int, columns: int, ahead: Tuple[int, int], down: bool) -> Outlook[int]:
    """The outlook on the rows of a model that fill a grid.

    :param first: the first row in view, which is at the left side.
    :param end: the one past the last in view.
    :param columns: rows of the model in a line of the grid.
    :param ahead: from which row to before which to look ahead.
    :param down: the direction in which one goes.
    """
    lines = -(-(end - first) // columns)
    centre = first + lines * columns / 2 - 0.5

    def distance(row: int) -> Tuple[float, int]:
        # By lines: what is in one line is equally near, and read from the left.
        line = row // columns * columns + (columns - 1) / 2
        return abs(line - centre), row

    seen = sorted(range(first, end), key=distance)
    # A third of the lines, at least one.
    middle = max(1, lines // 3) * columns
    next_ones = range(ahead[0], ahead[1])
    return Outlook(seen[:middle], seen[middle:], next_ones if down else next_ones[::-1])
