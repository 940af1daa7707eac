"""The transport's thread stores by itself on a quick disk, and leaves a slow one to the disk lane."""

from __future__ import annotations

from shotgun_data.session.disk_pace import PATIENCE, SLOW, DiskPace


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_quick_disk_is_waited_for_and_one_delay_changes_nothing() -> None:
    pace = DiskPace(Clock())
    assert pace.is_quick()
    for seconds in [SLOW / 10] * 20 + [1.0] + [SLOW / 10] * 20:
        pace.took(seconds)
        assert pace.is_quick()


def test_a_slow_disk_is_left_to_the_disk_lane_and_tried_again_later() -> None:
    clock = Clock()
    pace = DiskPace(clock)
    for turn in range(3):
        tries = 0
        while pace.is_quick():
            pace.took(2 * SLOW)
            tries += 1
            assert tries < 30, turn
        clock.now += PATIENCE - 0.1
        assert not pace.is_quick()
        clock.now += 0.1
        assert pace.is_quick()
