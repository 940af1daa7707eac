"""Full garbage collections wait for the end of a burst, and the host's own settings come back."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from shotgun_data.engine.collector import Burst, FullCollections

THEIRS = (701, 11, 12)


@pytest.fixture(autouse=True)
def host_settings() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*THEIRS)
    yield
    gc.set_threshold(*before)


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_no_full_collection_during_a_burst_and_young_ones_as_ever() -> None:
    generations: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            generations.append(info["generation"])

    burst = Burst(10.0, FullCollections())
    kept: list[list[int]] = []
    gc.callbacks.append(note)
    try:
        burst.begin()
        kept.extend([number] for number in range(500_000))
        during, generations[:] = set(generations), []
        burst.check(idle=True)
        kept.extend([number] for number in range(500_000))
    finally:
        gc.callbacks.remove(note)
    assert during == {0, 1}
    assert 2 in generations


def test_the_last_burst_to_end_gives_the_threshold_back() -> None:
    collections = FullCollections()
    one, other = Burst(10.0, collections), Burst(10.0, collections)
    one.begin()
    one.begin()
    other.begin()
    one.end()
    one.end()
    assert gc.get_threshold()[:2] == THEIRS[:2]
    assert gc.get_threshold()[2] > THEIRS[2]
    other.check(idle=False)
    assert other.is_on
    other.check(idle=True)
    assert gc.get_threshold() == THEIRS
    assert not other.is_on


def test_a_burst_that_does_not_end_postpones_only_for_so_long() -> None:
    clock = Clock()
    burst = Burst(10.0, FullCollections(), clock)
    burst.begin()
    clock.now += 9.9
    burst.check(idle=False)
    assert burst.is_on
    clock.now += 0.2
    burst.check(idle=False)
    assert gc.get_threshold() == THEIRS


def test_a_host_that_says_otherwise_meanwhile_is_right() -> None:
    burst = Burst(10.0, FullCollections())
    burst.begin()
    gc.set_threshold(5, 6, 7)
    burst.end()
    assert gc.get_threshold() == (5, 6, 7)


def test_a_host_without_the_collector_and_a_setting_of_zero_are_left_alone() -> None:
    Burst(0.0, FullCollections()).begin()
    assert gc.get_threshold() == THEIRS
    burst = Burst(10.0, FullCollections())
    gc.disable()
    try:
        burst.begin()
        assert gc.get_threshold() == THEIRS
        burst.end()
    finally:
        gc.enable()
    assert gc.get_threshold() == THEIRS
