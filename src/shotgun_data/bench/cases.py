"""All cases, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from . import cached, downloads, finds, gui_thread, memory, precedence, shared, start_up, tasks
from .case import Case

CASES: Sequence[Case] = (
    cached.CASE,
    tasks.CASE,
    downloads.FAR,
    downloads.NEAR,
    finds.NEAR,
    finds.FAR,
    gui_thread.CASE,
    memory.CASE,
    shared.CASE,
    precedence.CASE,
    start_up.CASE,
)

NUMBERS = tuple(case.number for case in CASES)
