"""State that can be looked at: frozen counts, taken in one moment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LaneStatistics:
    """One lane: jobs that wait, jobs that run, threads that exist, threads that may exist."""

    queued: int
    running: int
    threads: int
    width: int
