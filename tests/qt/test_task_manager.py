"""``BackgroundTaskManager``: order, dependencies, groups, stopping."""

from __future__ import annotations

import functools
import sys
import threading
from typing import Any

import pytest

from shotgun_data import BackgroundTaskManager

from .waiting import TaskSignals, settle, wait_until


class Gate:
    """A task that runs until the test lets it go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.released = threading.Event()

    def __call__(self, *_: Any, **__: Any) -> str:
        self.entered.set()
        assert self.released.wait(20)
        return "let go"


def test_a_task_gives_its_result_with_its_id_and_group(manager: Any) -> None:
    signals = TaskSignals(manager)
    uid = manager.add_task(lambda a, b: a + b, group="sum", task_args=[1], task_kwargs={"b": 2})
    signals.wait(uid)
    assert signals.of(uid) == [("completed", uid, "sum", 3)]


def test_a_task_that_raises_gives_message_and_traceback(manager: Any) -> None:
    signals = TaskSignals(manager)
    uid = manager.add_task(lambda: 1 / 0)
    signals.wait(uid)
    ((_, _, group, message, trace),) = signals.of(uid)
    assert (group, message) == (None, "division by zero")
    assert "ZeroDivisionError" in trace
    assert "1 / 0" in trace


def test_nothing_runs_before_start_processing_or_after_pause(make_manager: Any, qapp: Any) -> None:
    manager = make_manager(False)
    signals = TaskSignals(manager)
    ran: list[int] = []
    first = manager.add_task(functools.partial(ran.append, 1))
    settle(qapp)
    assert ran == []
    manager.start_processing()
    signals.wait(first)
    gate = Gate()
    running = manager.add_task(gate)
    gate.entered.wait(20)
    manager.pause_processing()
    waiting = manager.add_task(functools.partial(ran.append, 2))
    gate.released.set()
    signals.wait(running)  # what runs completes
    assert ran == [1]
    manager.start_processing()
    signals.wait(waiting)
    assert ran == [1, 2]


def test_higher_priority_first_and_first_in_first_out_within_one(make_manager: Any) -> None:
    manager = make_manager(False, max_threads=1)
    signals = TaskSignals(manager)
    ran: list[str] = []
    for name, priority in [("none", None), ("low", -1), ("a", 5), ("zero", 0), ("b", 5), ("high", 9)]:
        manager.add_task(functools.partial(ran.append, name), priority=priority)
    manager.start_processing()
    wait_until(lambda: len(signals.all) == 6)
    assert ran == ["high", "a", "b", "none", "zero", "low"]


@pytest.mark.parametrize("threads", [0, None])
def test_no_number_of_threads_means_eight(make_manager: Any, threads: Any) -> None:
    manager = make_manager(max_threads=threads)
    together = threading.Barrier(8)
    uids = [manager.add_task(functools.partial(together.wait, 20)) for _ in range(8)]
    signals = TaskSignals(manager)
    signals.wait(*uids)
    assert all(entry[0] == "completed" for entry in signals.all)


def test_a_task_waits_for_its_upstream_tasks_and_gets_their_dicts(manager: Any) -> None:
    signals = TaskSignals(manager)
    a = manager.add_task(lambda: {"x": 1, "y": 1})
    b = manager.add_task(lambda: {"z": 3})
    c = manager.add_task(lambda: "no dict")
    end = manager.add_task(lambda **found: found, upstream_task_ids=[a, b, c], task_kwargs={"own": 0, "y": 0})
    signals.wait(end)
    assert signals.of(end)[0][3] == {"own": 0, "x": 1, "y": 1, "z": 3}
    assert [entry[1] for entry in signals.all][-1] == end


def test_a_pass_through_task_gathers_its_upstream_results(manager: Any) -> None:
    signals = TaskSignals(manager)
    a = manager.add_task(lambda: {"x": 1})
    b = manager.add_task(lambda: {"y": 2})
    gathered = manager.add_pass_through_task(upstream_task_ids=[a, b], task_kwargs={"own": 0})
    end = manager.add_task(lambda own, x, y: (own, x, y), upstream_task_ids=[gathered])
    signals.wait(end)
    assert signals.of(gathered)[0][3] == {"own": 0, "x": 1, "y": 2}
    assert signals.of(end)[0][3] == (0, 1, 2)


def test_a_failed_task_fails_everything_downstream_once_each(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    gate = Gate()
    held = manager.add_task(gate)
    broken = manager.add_task(lambda: 1 / 0, upstream_task_ids=[held])
    left = manager.add_task(print, upstream_task_ids=[broken])
    right = manager.add_task(print, upstream_task_ids=[broken])
    bottom = manager.add_task(print, upstream_task_ids=[left, right])
    gate.released.set()
    signals.wait(broken, left, right, bottom)
    settle(qapp)
    for uid in (broken, left, right, bottom):
        ((kind, _, _, message, _),) = signals.of(uid)
        assert (kind, message) == ("failed", "division by zero")


def test_an_unknown_or_finished_upstream_task_is_not_waited_for(manager: Any) -> None:
    signals = TaskSignals(manager)
    done = manager.add_task(int)
    signals.wait(done)
    late = manager.add_task(int, upstream_task_ids=[done, 999_999_999])
    signals.wait(late)
    assert signals.of(late)[0][0] == "completed"


def test_a_group_is_finished_once_after_its_last_task(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    manager.add_task(int, group="g")
    manager.add_task(lambda: 1 / 0, group="g")
    wait_until(lambda: signals.finished)
    settle(qapp)
    assert [entry[0] for entry in signals.all][-1] == "finished"
    assert signals.finished == ["g"]
    assert len(signals.all) == 3


def test_a_task_added_to_the_group_in_its_slot_keeps_it_going(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    added: list[int] = []

    def add_another(uid: int, group: Any, result: Any) -> None:
        if not added:
            added.append(manager.add_task(int, group="g"))

    manager.task_completed.connect(add_another)
    manager.add_task(int, group="g")
    wait_until(lambda: signals.finished)
    settle(qapp)
    assert signals.finished == ["g"]
    assert signals.of(added[0])
    assert [entry[0] for entry in signals.all] == ["completed", "completed", "finished"]


def test_stopping_the_last_task_of_a_group_finishes_it(manager: Any) -> None:
    signals = TaskSignals(manager)
    gate = Gate()
    uid = manager.add_task(gate, group="g")
    gate.entered.wait(20)
    manager.stop_task(uid)
    wait_until(lambda: signals.finished == ["g"])
    gate.released.set()
    assert signals.of(uid) == []


def test_stopping_a_group_gives_no_signal_at_all(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    gate = Gate()
    manager.add_task(gate, group="g")
    manager.add_task(int, group="g", upstream_task_ids=[manager.add_task(gate, group="g")])
    gate.entered.wait(20)
    manager.stop_task_group("g")
    gate.released.set()
    other = manager.add_task(int, group="other")
    signals.wait(other)
    wait_until(lambda: signals.finished)
    settle(qapp)
    assert [entry[0] for entry in signals.all] == ["completed", "finished"]
    assert signals.finished == ["other"]


def test_stopping_the_group_in_its_slot_is_silent_from_then_on(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    manager.task_completed.connect(lambda *_: manager.stop_task_group("g"))
    for _ in range(20):
        manager.add_task(int, group="g")
    wait_until(lambda: signals.all)
    other = manager.add_task(int)
    signals.wait(other)
    settle(qapp)
    assert len([entry for entry in signals.all if entry[2:3] == ("g",)]) == 1
    assert signals.finished == []


def test_stop_all_tasks_is_silent_and_new_tasks_run(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    gate = Gate()
    for group in ("a", "b", None):
        manager.add_task(gate, group=group)
    gate.entered.wait(20)
    manager.stop_all_tasks()
    gate.released.set()
    after = manager.add_task(int)
    signals.wait(after)
    settle(qapp)
    assert signals.all == [("completed", after, None, 0)]


def test_stopping_reaches_up_and_down_only_where_asked(make_manager: Any) -> None:
    manager = make_manager(False)
    signals = TaskSignals(manager)
    top = manager.add_task(int)
    middle = manager.add_task(int, upstream_task_ids=[top])
    bottom = manager.add_task(int, upstream_task_ids=[middle])
    manager.stop_task(middle, stop_upstream=False, stop_downstream=False)
    top2 = manager.add_task(int)
    middle2 = manager.add_task(int, upstream_task_ids=[top2])
    manager.add_task(int, upstream_task_ids=[middle2])
    manager.stop_task(middle2)
    manager.start_processing()
    signals.wait(top, bottom)
    assert {entry[1] for entry in signals.all} == {top, bottom}


def test_stop_task_takes_an_int_a_string_or_none(make_manager: Any, qapp: Any) -> None:
    manager = make_manager(False)
    signals = TaskSignals(manager)
    manager.stop_task(manager.add_task(int))
    manager.stop_task(str(manager.add_task(int)))
    manager.stop_task(None)
    manager.stop_task("not a number")
    manager.stop_task(10**9)
    last = manager.add_task(int)
    manager.start_processing()
    signals.wait(last)
    settle(qapp)
    assert len(signals.all) == 1


def test_a_task_stopped_after_it_ended_but_before_it_was_delivered_is_silent(manager: Any, qapp: Any) -> None:
    signals = TaskSignals(manager)
    ended = threading.Event()
    uid = manager.add_task(int)
    manager.add_task(ended.set, upstream_task_ids=[uid])
    assert ended.wait(20)  # without running the event loop: both outcomes are under way
    manager.stop_task(uid, stop_downstream=False)
    wait_until(lambda: signals.all)
    settle(qapp)
    assert signals.of(uid) == []


def test_ids_are_numbers_that_are_never_zero_and_never_repeat(make_manager: Any) -> None:
    managers = [make_manager(False), make_manager(False)]
    uids = [manager.add_task(int) for manager in managers for _ in range(50)]
    assert all(isinstance(uid, int) and uid for uid in uids)
    assert len(set(uids)) == 100


def test_group_ids_never_equal_a_group_of_the_users(make_manager: Any) -> None:
    manager = make_manager(False)
    for group in range(200):
        manager.add_task(int, group=group)
    ids = {manager.next_group_id() for _ in range(200)}
    assert len(ids) == 200
    assert not ids & set(range(200))


def test_a_callable_of_any_kind_will_do(manager: Any) -> None:
    class Instance:
        def __call__(self) -> str:
            return "called"

    signals = TaskSignals(manager)
    uids = [manager.add_task(cbl) for cbl in (functools.partial(int, "7"), Instance(), "x".upper, int)]
    signals.wait(*uids)
    assert [signals.of(uid)[0][3] for uid in uids] == [7, "called", "X", 0]
    with pytest.raises(TypeError, match="can be called"):
        manager.add_task(None)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit("over")])
def test_not_even_an_exit_takes_a_worker_down(make_manager: Any, error: BaseException) -> None:
    manager = make_manager(max_threads=1)
    signals = TaskSignals(manager)

    def leave() -> None:
        raise error

    bad, good = manager.add_task(leave), manager.add_task(int)
    signals.wait(bad, good)
    assert type(error).__name__ in signals.of(bad)[0][3]


def test_tasks_may_be_added_and_stopped_from_a_worker(manager: Any) -> None:
    signals = TaskSignals(manager)
    inner: list[int] = []

    def outer() -> None:
        inner.append(manager.add_task(int))
        upstream = manager.add_task(threading.Event().wait, task_args=[0.01])
        manager.stop_task(manager.add_task(int, upstream_task_ids=[upstream]))

    uid = manager.add_task(outer)
    signals.wait(uid)
    signals.wait(inner[0])


def test_shut_down_waits_for_what_runs_and_silences_it(make_manager: Any, qapp: Any) -> None:
    manager = make_manager()
    signals = TaskSignals(manager)
    gate = Gate()
    ended: list[bool] = []
    manager.add_task(lambda: (gate(), ended.append(True)))
    gate.entered.wait(20)
    threading.Timer(0.05, gate.released.set).start()
    manager.shut_down()
    assert ended == [True]
    manager.shut_down()
    settle(qapp)
    assert signals.all == []
    manager.add_task(int)  # a warning in the log, and nothing else
    settle(qapp)
    assert signals.all == []


def test_no_thread_is_left_after_shut_down(make_manager: Any) -> None:
    before = set(threading.enumerate())
    manager = make_manager()
    signals = TaskSignals(manager)
    signals.wait(*[manager.add_task(int) for _ in range(100)])
    assert set(threading.enumerate()) - before
    manager.shut_down()
    assert not set(threading.enumerate()) - before


def test_a_manager_deleted_at_work_harms_nobody(qapp: Any) -> None:
    gate = Gate()
    manager = BackgroundTaskManager(None, True)
    for _ in range(20):
        manager.add_task(gate)
    gate.entered.wait(20)
    manager.deleteLater()
    settle(qapp)
    del manager
    gate.released.set()
    settle(qapp)


def test_signals_may_be_disconnected_before_and_after_shut_down(make_manager: Any, recwarn: Any) -> None:
    def slot(*_: Any) -> None: ...

    manager = make_manager()
    manager.task_completed.connect(slot)
    manager.task_completed.disconnect(slot)
    manager.task_failed.connect(slot)
    manager.shut_down()
    manager.task_failed.disconnect(slot)
    assert not recwarn.list


def test_a_slot_with_fewer_arguments_connects(manager: Any) -> None:
    got: list[int] = []
    manager.task_completed.connect(lambda uid: got.append(uid))
    uid = manager.add_task(int)
    wait_until(lambda: got == [uid])


def test_many_tasks_cost_the_same_each(manager: Any) -> None:
    """No scan of the queue: 20,000 tasks, a tenth of them stopped, in seconds. (The figures: `make bench`.)"""
    signals = TaskSignals(manager)
    manager.pause_processing()
    uids = [manager.add_task(int, priority=n % 7) for n in range(20_000)]
    for uid in uids[::10]:
        manager.stop_task(uid)
    manager.start_processing()
    wait_until(lambda: len(signals.all) == 18_000)
    assert sys.getrefcount(uids) < 10
