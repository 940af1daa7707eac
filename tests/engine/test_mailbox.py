"""From worker threads to the receiver: one wake for a batch, a bounded share of each turn."""

from __future__ import annotations

import threading

from shotgun_data.engine.mailbox import Left, Mailbox


class Receiver:
    """Counts how often it was woken, and how often another turn was asked for."""

    def __init__(self, budget: float = 10.0) -> None:
        self.wakes = 0
        self.turns = 0
        self.got: list[int] = []
        self.mailbox: Mailbox[int] = Mailbox(self.wake, budget)

    def wake(self) -> None:
        self.wakes += 1

    def another_turn(self) -> None:
        self.turns += 1

    def drain(self, more: bool = False) -> Left:
        return self.mailbox.drain(self.got.append, self.another_turn, lambda: more)


def test_a_batch_wakes_once() -> None:
    receiver = Receiver()
    for n in range(10):
        receiver.mailbox.put(n)
    assert (receiver.wakes, len(receiver.mailbox)) == (1, 10)
    assert receiver.drain() is Left.NOTHING
    assert receiver.got == list(range(10))
    receiver.mailbox.put(10)
    assert receiver.wakes == 2


def test_a_turn_handles_one_at_least_and_asks_for_another() -> None:
    receiver = Receiver(budget=0.0)
    for n in range(3):
        receiver.mailbox.put(n)
    assert receiver.drain() is Left.MORE
    assert receiver.got == [0]
    assert receiver.turns
    assert receiver.drain() is Left.MORE
    assert receiver.drain() is Left.NOTHING
    assert receiver.got == [0, 1, 2]
    assert receiver.drain() is Left.NOTHING


def test_nobody_is_woken_while_the_receiver_looks_by_itself() -> None:
    receiver = Receiver()
    receiver.mailbox.put(0)
    assert receiver.drain(more=True) is Left.SILENCE
    receiver.mailbox.put(1)
    assert receiver.wakes == 1
    assert receiver.drain(more=True) is Left.SILENCE
    assert receiver.got == [0, 1]
    assert receiver.drain(more=True) is Left.NOTHING  # nothing came: what is expected takes longer
    receiver.mailbox.put(2)
    assert receiver.wakes == 2


def test_a_handler_may_drain_again_as_a_nested_event_loop_does() -> None:
    receiver = Receiver()

    def handle(item: int) -> None:
        receiver.got.append(item)
        if item == 0:
            assert receiver.turns  # asked for before the first was handled: the nested loop gets its turn
            receiver.mailbox.drain(handle, receiver.another_turn)
            receiver.got.append(-1)

    for n in range(4):
        receiver.mailbox.put(n)
    receiver.mailbox.drain(handle, receiver.another_turn)
    assert receiver.got == [0, 1, 2, 3, -1]


def test_clear_throws_away_what_is_there() -> None:
    receiver = Receiver()
    receiver.mailbox.put(1)
    receiver.mailbox.clear()
    assert receiver.drain() is Left.NOTHING
    assert receiver.got == []


def test_nothing_is_lost_between_threads() -> None:
    woken = threading.Event()
    got: list[int] = []
    mailbox: Mailbox[int] = Mailbox(woken.set, 10.0)
    threads = [
        threading.Thread(target=lambda start=start: [mailbox.put(start + n) for n in range(2000)])
        for start in (0, 10_000, 20_000)
    ]
    for thread in threads:
        thread.start()
    while len(got) < 6000:
        assert woken.wait(20), "an item was put and nobody was woken"
        woken.clear()
        mailbox.drain(got.append, lambda: None)
    assert len(set(got)) == 6000
    for start in (0, 10_000, 20_000):  # in the order of each thread
        mine = [item for item in got if start <= item < start + 10_000]
        assert mine == sorted(mine)
    for thread in threads:
        thread.join()
