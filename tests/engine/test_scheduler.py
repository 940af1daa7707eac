"""The scheduler without Qt: order, cancelling, moving, delays by a clock that the test moves, closing."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Iterator
from typing import Any, Callable, Optional

import pytest

from shotgun_data.engine.client import Client
from shotgun_data.engine.job import current_job
from shotgun_data.engine.scheduler import Scheduler
from shotgun_data.errors import Stopped


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def make() -> Iterator[Callable[..., Scheduler]]:
    made: list[Scheduler] = []

    def scheduler(width: int = 1, **arguments: Any) -> Scheduler:
        made.append(Scheduler({"work": width, "other": width}, **arguments))
        return made[-1]

    yield scheduler
    for each in made:
        each.close()


class Recorder:
    """Work that writes down when it ran, and can be waited for."""

    def __init__(self) -> None:
        self.ran: list[Any] = []
        self._changed = threading.Condition()

    def note(self, name: Any, again: Optional[float] = None) -> Callable[[], Optional[float]]:
        def work() -> Optional[float]:
            with self._changed:
                self.ran.append(name)
                first = self.ran.count(name) == 1
                self._changed.notify_all()
            return again if first else None

        return work

    def wait(self, count: int) -> list[Any]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.ran) >= count, 20)
            return list(self.ran)


def held(client: Client, lane: str = "work") -> threading.Event:
    """Occupy one thread of a lane until the event is set."""
    entered, let_go = threading.Event(), threading.Event()

    def work() -> None:
        entered.set()
        assert let_go.wait(20)

    client.submit(work, lane=lane, priority=1000)
    assert entered.wait(20)
    return let_go


def test_higher_priority_first_then_first_in_first_out(make: Any) -> None:
    client, recorder = Client(make(paused=True)), Recorder()
    for name, priority in [("a", 1), ("b", 2), ("c", 1), ("d", 3), ("e", 2), ("f", -1)]:
        client.submit(recorder.note(name), lane="work", priority=priority)
    client.start()
    assert recorder.wait(6) == ["d", "b", "e", "a", "c", "f"]


def test_a_lane_does_not_wait_for_another(make: Any) -> None:
    client, recorder = Client(make()), Recorder()
    let_go = held(client, "other")
    client.submit(recorder.note("work"), lane="work", priority=0)
    assert recorder.wait(1) == ["work"]
    let_go.set()


def test_a_cancelled_job_never_runs(make: Any) -> None:
    client, recorder = Client(make(paused=True)), Recorder()
    job = client.submit(recorder.note("cancelled"), lane="work", priority=9)
    assert job.cancel()
    assert not job.cancel()
    last = client.submit(recorder.note("last"), lane="work", priority=0)
    client.start()
    assert recorder.wait(1) == ["last"]
    client.stop()
    assert not last.cancel()


def test_a_running_job_cannot_be_taken_back(make: Any) -> None:
    client = Client(make())
    entered, let_go = threading.Event(), threading.Event()
    job = client.submit(lambda: (entered.set(), let_go.wait(20))[0], lane="work", priority=0)
    assert entered.wait(20)
    assert not job.cancel()
    let_go.set()


def test_a_job_can_be_moved_while_it_waits(make: Any) -> None:
    client, recorder = Client(make(paused=True)), Recorder()
    jobs = {name: client.submit(recorder.note(name), lane="work", priority=0) for name in "abcd"}
    jobs["d"].set_priority(5)
    jobs["a"].set_priority(-5)
    client.start()
    assert recorder.wait(4) == ["d", "b", "c", "a"]


def test_a_job_that_was_moved_and_moved_back_keeps_its_place(make: Any) -> None:
    client, recorder = Client(make(paused=True)), Recorder()
    jobs = {name: client.submit(recorder.note(name), lane="work", priority=0) for name in "abc"}
    for _ in range(3):
        for job in jobs.values():
            job.set_priority(1)
            job.set_priority(0)
    client.start()
    assert recorder.wait(3) == ["a", "b", "c"]


def test_moving_and_cancelling_many_keeps_the_heap_small(make: Any) -> None:
    scheduler = make(paused=True)
    client, recorder = Client(scheduler), Recorder()
    jobs = [client.submit(recorder.note(n), lane="work", priority=0) for n in range(100)]
    for turn in range(50):
        for job in jobs:
            job.set_priority(turn + 1)
    for job in jobs[:-1]:
        job.cancel()
    assert scheduler.statistics()["work"].queued == 1
    assert len(scheduler._lanes["work"]._heap) < 300  # dead entries are not kept for good
    client.start()
    assert recorder.wait(1) == [99]


def test_a_delayed_job_runs_when_its_time_has_come(make: Any) -> None:
    clock = Clock()
    scheduler = make(clock=clock)
    client, recorder = Client(scheduler), Recorder()
    client.submit(recorder.note("again", again=5.0), lane="work", priority=0)
    recorder.wait(1)
    client.submit(recorder.note("meanwhile"), lane="work", priority=0)
    assert recorder.wait(2) == ["again", "meanwhile"]
    clock.now += 5.0
    client.submit(recorder.note("after"), lane="work", priority=-1)  # wakes the thread
    assert recorder.wait(4) == ["again", "meanwhile", "again", "after"]


def test_a_delayed_job_can_be_cancelled_and_holds_no_thread(make: Any) -> None:
    scheduler = make(clock=Clock())
    client, recorder = Client(scheduler), Recorder()
    job = client.submit(recorder.note("later", again=3600.0), lane="work", priority=0)
    recorder.wait(1)
    client.submit(recorder.note("now"), lane="work", priority=0)
    recorder.wait(2)
    assert job.cancel()
    assert scheduler.statistics()["work"].queued == 0


def test_a_delay_on_the_real_clock_needs_nobody_to_wake_it(make: Any) -> None:
    client, recorder = Client(make(width=2)), Recorder()
    client.submit(recorder.note("again", again=0.02), lane="work", priority=0)
    assert recorder.wait(2) == ["again", "again"]


def test_pause_begins_nothing_more_and_resume_goes_on(make: Any) -> None:
    scheduler = make()
    client, recorder = Client(scheduler), Recorder()
    let_go = held(client)
    scheduler.pause()
    client.submit(recorder.note("waits"), lane="work", priority=0)
    let_go.set()
    assert scheduler.paused
    assert recorder.ran == []
    scheduler.resume()
    assert recorder.wait(1) == ["waits"]


def test_stopping_one_client_leaves_the_others(make: Any) -> None:
    scheduler = make()
    one, other, recorder = Client(scheduler), Client(scheduler), Recorder()
    let_go = held(other)
    one.submit(recorder.note("one"), lane="work", priority=5)
    other.submit(recorder.note("other"), lane="work", priority=0)
    one.stop()
    one.stop()
    let_go.set()
    assert recorder.wait(1) == ["other"]
    with pytest.raises(Stopped):
        one.submit(recorder.note("late"), lane="work", priority=0)
    assert (one.closed, other.closed) == (True, False)


def test_stop_waits_for_what_runs_but_not_for_the_job_that_calls_it(make: Any) -> None:
    client = Client(make(width=2))
    let_go = held(client)
    stopped = threading.Event()

    def stop() -> None:
        assert current_job() is not None
        client.stop()
        stopped.set()

    client.submit(stop, lane="work", priority=0)
    assert not stopped.wait(0.05)  # the other job still runs
    let_go.set()
    assert stopped.wait(20)
    assert current_job() is None


def test_close_ends_the_threads_and_takes_no_more(make: Any) -> None:
    scheduler = make(width=3)
    client, recorder = Client(scheduler), Recorder()
    for n in range(20):
        client.submit(recorder.note(n), lane="work", priority=0)
    recorder.wait(20)
    assert 1 <= scheduler.statistics()["work"].threads <= 3
    scheduler.close()
    scheduler.close()
    assert scheduler.statistics()["work"].threads == 0
    assert "closed" in repr(scheduler)
    with pytest.raises(Stopped):
        client.submit(recorder.note("late"), lane="work", priority=0)


def test_threads_begin_when_there_is_work_and_not_before(make: Any) -> None:
    scheduler = make(width=8)
    assert scheduler.statistics()["work"].threads == 0
    client, recorder = Client(scheduler), Recorder()
    for n in range(1, 6):
        client.submit(recorder.note(n), lane="work", priority=0)
        recorder.wait(n)
    assert scheduler.statistics()["work"].threads < 8
    assert scheduler.statistics()["other"].threads == 0


def test_work_that_raises_takes_no_thread_down(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    client, recorder = Client(make()), Recorder()

    def broken() -> None:
        raise SystemExit("a promise broken")

    with caplog.at_level(logging.ERROR):
        client.submit(broken, lane="work", priority=0)
        client.submit(recorder.note("next"), lane="work", priority=0)
        assert recorder.wait(1) == ["next"]
    assert "broke its promise" in caplog.text


def test_what_the_work_held_is_let_go_of(make: Any) -> None:
    class Big:
        pass

    client = Client(make())
    big = Big()
    gone = weakref.ref(big)
    done = threading.Event()
    kept = [client.submit(lambda big=big: done.set(), lane="work", priority=0)]
    cancelled = Client(make(paused=True)).submit(lambda big=big: None, lane="work", priority=0)
    assert done.wait(20)
    cancelled.cancel()
    client.stop()
    del big
    gc.collect()
    assert gone() is None
    assert "done" in repr(kept[0])
    assert "cancelled" in repr(cancelled)
