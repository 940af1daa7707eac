"""How much work: the full counts, and small ones that only prove that everything runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Counts of what each case does.

    :param rounds: where the command line names no number.
    :param cached: thumbnails that are looked up on disk; ``cached_few`` and ``cached_many`` for the cost of one.
    :param images: thumbnails that arrive as pictures.
    :param views: so many ask for ``shared`` thumbnails in all, ``distinct`` different ones.
    :param at_once: requests for one thumbnail at the same moment.
    :param queued: downloads that ``finds`` finds are submitted behind.
    :param imports: fresh interpreters in one round.
    :param near: milliseconds until the near origin answers.
    :param far: milliseconds until the far one does.
    """

    short: bool
    rounds: int
    cached: int
    cached_few: int
    cached_many: int
    tasks: int
    downloads: int
    rows: int
    images: int
    views: int
    shared: int
    distinct: int
    at_once: int
    queued: int
    finds: int
    imports: int
    near: int = 0
    far: int = 40


FULL = Scale(
    short=False,
    rounds=3,
    cached=4_000,
    cached_few=1_000,
    cached_many=20_000,
    tasks=10_000,
    downloads=1_000,
    rows=10_000,
    images=1_000,
    views=10,
    shared=1_000,
    distinct=10,
    at_once=32,
    queued=2_000,
    finds=5,
    imports=5,
)

SHORT = Scale(
    short=True,
    rounds=1,
    cached=100,
    cached_few=50,
    cached_many=200,
    tasks=200,
    downloads=40,
    rows=1_000,
    images=40,
    views=4,
    shared=40,
    distinct=5,
    at_once=8,
    queued=60,
    finds=2,
    imports=1,
)

#: Rows that a page of the site's answer has, and the first of which a user waits for.
PAGE = 500
