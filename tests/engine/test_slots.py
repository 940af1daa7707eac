"""A lane of slots: jobs that are begun by whoever is there, and go on after their function has returned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from shotgun_data.engine.client import Client
from shotgun_data.engine.job import Job, current_job
from shotgun_data.engine.scheduler import Scheduler
from shotgun_data.errors import Stopped
from shotgun_data.requests import FLIGHT


@pytest.fixture
def make() -> Iterator[Callable[..., Scheduler]]:
    made: list[Scheduler] = []

    def scheduler(slots: int = 2, **arguments: Any) -> Scheduler:
        made.append(Scheduler({"work": 1, FLIGHT: slots}, **arguments))
        return made[-1]

    yield scheduler
    for each in made:
        each.close()


class Flights:
    """Work that holds its slot until it is told to land."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.begun: list[Any] = []
        self.up: dict[Any, Job] = {}

    def submit(self, name: Any, priority: int = 0) -> Job:
        return self.client.submit(lambda: self._begin(name), lane=FLIGHT, priority=priority)

    def _begin(self, name: Any) -> None:
        self.begun.append(name)
        self.up[name] = self.client.hold()

    def land(self, name: Any) -> None:
        self.up.pop(name).release()


def test_a_slot_is_held_until_it_is_released_and_then_the_most_wanted_begins(make: Any) -> None:
    scheduler = make(2)
    flights = Flights(Client(scheduler))
    for name, priority in [("a", 0), ("b", 0), ("c", 0), ("d", 5), ("e", 0)]:
        flights.submit(name, priority)
    assert flights.begun == ["a", "b"]  # in this thread, here and now
    assert scheduler.statistics()[FLIGHT].running == 2
    assert scheduler.statistics()[FLIGHT].threads == 0
    flights.land("b")
    assert flights.begun == ["a", "b", "d"]
    flights.land("a")
    flights.land("d")
    assert flights.begun == ["a", "b", "d", "c", "e"]


def test_what_ends_at_once_lets_all_others_begin_without_a_deeper_stack(make: Any) -> None:
    client = Client(make(1, paused=True))
    ran: list[int] = []
    for number in range(5000):
        client.submit(lambda number=number: ran.append(number), lane=FLIGHT, priority=0)
    client.start()
    assert ran == list(range(5000))


def test_a_release_before_the_function_returns_is_an_end_all_the_same(make: Any) -> None:
    scheduler = make(1)
    client = Client(scheduler)
    ran: list[str] = []

    def work() -> None:
        job = client.hold()
        other = threading.Thread(target=job.release)  # the transport was quicker
        other.start()
        other.join()
        ran.append("first")

    client.submit(work, lane=FLIGHT, priority=0)
    client.submit(lambda: ran.append("second"), lane=FLIGHT, priority=0)
    assert ran == ["first", "second"]
    assert scheduler.statistics()[FLIGHT].running == 0


def test_a_job_begun_from_inside_another_leaves_that_one_the_current(make: Any) -> None:
    client = Client(make())
    seen: list[bool] = []
    done = threading.Event()

    def outer() -> None:
        mine = current_job()
        client.submit(lambda: seen.append(current_job() is not mine), lane=FLIGHT, priority=0)
        seen.append(current_job() is mine)
        done.set()

    client.submit(outer, lane="work", priority=0)
    assert done.wait(20)
    assert seen == [True, True]


def test_a_held_job_can_be_neither_cancelled_nor_forgotten_by_stop(make: Any) -> None:
    scheduler = make(1)
    client = Client(scheduler)
    flights = Flights(client)
    job = flights.submit("a")
    waiting = flights.submit("b")
    assert not job.cancel()
    stopped = threading.Event()
    thread = threading.Thread(target=lambda: (client.stop(), stopped.set()))
    thread.start()
    assert not stopped.wait(0.05)
    flights.land("a")
    assert stopped.wait(20)
    thread.join()
    assert flights.begun == ["a"]
    assert not waiting.cancel()
    with pytest.raises(Stopped):
        flights.submit("late")


def test_paused_nothing_takes_off_and_what_flies_lands(make: Any) -> None:
    scheduler = make(1)
    flights = Flights(Client(scheduler))
    flights.submit("a")
    scheduler.pause()
    flights.submit("b")
    flights.land("a")
    assert flights.begun == ["a"]
    scheduler.resume()
    assert flights.begun == ["a", "b"]


def test_a_thread_is_free_while_its_job_is_held(make: Any) -> None:
    client = Client(make())
    up: list[Job] = []
    ran = threading.Event()
    client.submit(lambda: up.append(client.hold()), lane="work", priority=0)
    client.submit(ran.set, lane="work", priority=0)
    assert ran.wait(20)
    up[0].release()
    client.stop()


def test_what_nobody_waits_for_leaves_half_of_the_slots_free(make: Any) -> None:
    flights = Flights(Client(make(4)))
    for name in "abc":
        flights.submit(name, priority=-5)
    assert flights.begun == ["a", "b"]
    flights.submit("wanted", priority=5)
    assert flights.begun == ["a", "b", "wanted"]
    flights.land("wanted")
    assert flights.begun == ["a", "b", "wanted"]
    flights.land("a")
    assert flights.begun == ["a", "b", "wanted", "c"]


def test_a_job_that_is_moved_up_takes_a_free_slot_at_once(make: Any) -> None:
    flights = Flights(Client(make(2)))
    flights.submit("a", priority=-5)
    later = flights.submit("b", priority=-5)
    assert flights.begun == ["a"]
    later.set_priority(1)
    assert flights.begun == ["a", "b"]
