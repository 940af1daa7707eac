"""A request whose look at the disk came just before a download's end does not download it once more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

from shotgun_data.engine.retry import RetryPolicy
from shotgun_data.session.transfers import JUST_ENDED, Transfers
from shotgun_data.settings import Settings


class HereAndNow:
    """A runner, as an app's own manager may be one, that runs work in the thread that hands it over."""

    closed = False

    def submit(self, work: Any, *, lane: str, priority: int, delay: float = 0.0) -> Any:
        work()
        return self

    def cancel(self) -> bool:
        return False

    def set_priority(self, priority: int) -> None:
        pass


class NoTransports:
    hold = None

    def concurrent(self) -> None:
        return None

    def waited_for(self) -> Any:
        return None


class Waiter:
    priority = 0
    is_decoded = False

    def __init__(self) -> None:
        self.ends: list[Optional[Path]] = []

    def transfer_progress(self, received: int, total: Optional[int]) -> None:
        raise AssertionError("nothing is received here")

    def transfer_ended(self, path: Optional[Path], error: Optional[BaseException], on_disk_lane: bool) -> None:
        assert error is None
        self.ends.append(path)


def fetch_of(path: Optional[Path]) -> Any:
    def fetch(transfer: Any) -> Iterator[Any]:
        return path
        yield

    return fetch


def test_whoever_comes_just_after_the_end_is_told_to_look_again() -> None:
    runner: Any = HereAndNow()
    transports: Any = NoTransports()
    transfers = Transfers(runner, RetryPolicy.of(Settings()), transports)
    first, late = Waiter(), Waiter()
    assert transfers.join("a", first, fetch_of(Path("a.jpg")), flies=True) is not None
    assert transfers.join("a", late, fetch_of(Path("a.jpg")), flies=True) is None
    assert (first.ends, late.ends) == ([Path("a.jpg")], [])
    # It looked, and somebody has taken the file away.
    assert transfers.join("a", late, fetch_of(Path("a.jpg")), flies=True, looked_again=True) is not None
    assert late.ends == [Path("a.jpg")]


def test_an_end_without_a_file_and_one_of_long_ago_are_not_looked_for() -> None:
    runner: Any = HereAndNow()
    transports: Any = NoTransports()
    transfers = Transfers(runner, RetryPolicy.of(Settings()), transports)
    assert transfers.join("none", Waiter(), fetch_of(None), flies=True) is not None
    assert transfers.join("none", Waiter(), fetch_of(None), flies=True) is not None
    for number in range(JUST_ENDED + 1):
        assert transfers.join(number, Waiter(), fetch_of(Path("x")), flies=True) is not None
    assert transfers.join(0, Waiter(), fetch_of(Path("x")), flies=True) is not None
    assert transfers.join(JUST_ENDED, Waiter(), fetch_of(Path("x")), flies=True) is None
