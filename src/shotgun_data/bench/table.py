"""Tables for a terminal, or in Markdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

Row = Sequence[str]


def table(head: Row, rows: Sequence[Row], right: Sequence[int], markdown: bool) -> str:
    """Rows of text under a head.

    :param right: numbers of the columns that are set to the right.
    """
    widths = [max(_width(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [_line(row, widths, right, markdown) for row in [head, *rows]]
    rule = [("-" * (width - 1) + ":") if column in right else "-" * width for column, width in enumerate(widths)]
    if markdown:
        lines.insert(1, "| " + " | ".join(rule) + " |")
    else:
        lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def _line(row: Row, widths: Sequence[int], right: Sequence[int], markdown: bool) -> str:
    cells = []
    for column, (text, width) in enumerate(zip(row, widths)):
        space = " " * (width - _width(text))
        cells.append(space + text if column in right else text + space)
    return "| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
