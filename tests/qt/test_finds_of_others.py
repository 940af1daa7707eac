"""A find of a client, or by a manager, that is none of ours."""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import Mock

import pytest
from shotgun_api3.lib import mockgun
from shotgun_api3.shotgun import Shotgun

from .pages import FIND, Pages, asked_for, connect
from .test_foreign_managers import StudioManager
from .waiting import Outcomes


class Studio(Shotgun):
    def find(self, *args: Any, **kwargs: Any) -> Any:
        return super().find(*args, **kwargs)


class Gives(Shotgun):
    """A studio's client that gives something else than a list."""

    gives: Any = None

    def find(self, *args: Any, **kwargs: Any) -> Any:
        return type(self).gives


def test_a_client_that_overrides_find_is_asked_once(site: Any, make_retriever: Any) -> None:
    sg = connect(site)
    sg.__class__ = Studio
    wanted = sg.find(*FIND)
    site.calls.clear()
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*FIND)
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.pages(uid) == [wanted]
    assert asked_for(site) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("gives", [None, {"a": 1}, 7, Mock(), iter([1, 2, 3])], ids=lambda one: type(one).__name__)
def test_what_is_no_list_of_rows_is_passed_on_as_it_is(
    site: Any, make_retriever: Any, monkeypatch: Any, gives: Any
) -> None:
    """Apps' tests hand in doubles whose ``find`` gives whatever it gives."""
    sg = connect(site)
    sg.__class__ = Gives
    monkeypatch.setattr(Gives, "gives", gives)
    retriever = make_retriever(sg=sg)
    outcomes = Outcomes(retriever)
    kind, data = outcomes.one(retriever.execute_find(*FIND))
    assert kind == "find"
    assert data["sg"] is gives
    assert outcomes.partial == []
    if hasattr(gives, "__next__"):
        assert list(data["sg"]) == [1, 2, 3]


def test_a_double_of_a_connection(make_retriever: Any) -> None:
    double = Mock()
    double.base_url = "https://studio.example.com"
    double.config = None
    double.find.return_value = [{"type": "Shot", "id": 1}]
    retriever = make_retriever(sg=double)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [], limit=900)
    assert outcomes.one(uid) == ("find", {"sg": [{"type": "Shot", "id": 1}]})
    assert outcomes.pages(uid) == [[{"type": "Shot", "id": 1}]]
    double.find.assert_called_once_with("Shot", [], limit=900)


def test_a_mockgun_is_asked_once(make_retriever: Any, mocked: Any) -> None:
    wanted = mocked.find("Shot", [], ["code"])
    retriever = make_retriever(sg=mocked)
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find("Shot", [], ["code"])
    assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert len(wanted) == 3
    assert outcomes.pages(uid) == [wanted]


@pytest.fixture
def mocked(site: Any, tmp_path: Any) -> Any:
    """A Mockgun with three shots."""
    mockgun.generate_schema(site.connect(), str(tmp_path / "schema"), str(tmp_path / "entities"))
    mockgun.Shotgun.set_schema_paths(str(tmp_path / "schema"), str(tmp_path / "entities"))
    double = mockgun.Shotgun("https://studio.example.com", "script", "key")
    for number in range(3):
        double.create("Shot", {"code": f"shot {number}"})
    return double


@pytest.mark.parametrize("here", [False, True], ids=["in threads", "in the calling thread"])
def test_a_manager_of_an_apps_own_reads_the_pages_too(site: Any, make_retriever: Any, here: bool) -> None:
    sg = connect(site, 2)
    wanted = sg.find(*FIND)
    retriever = make_retriever(sg=sg, manager=StudioManager(here), pages_at_once=4)
    outcomes = Outcomes(retriever)
    with Pages(site) as pages:
        pages.fail(3, 503, 503)
        uid = retriever.execute_find(*FIND)
        assert outcomes.one(uid) == ("find", {"sg": wanted})
    assert outcomes.rows(uid) == wanted
    assert pages.most <= 4


def test_the_pages_of_a_find_are_not_nested_in_the_calling_thread(site: Any, make_retriever: Any) -> None:
    """Two hundred would be more than Python has frames for: the thirtieth is as deep down as the fifth."""
    depths: list[int] = []

    class Measures(StudioManager):
        def add_task(self, cbl: Any, priority: Any = None, group: Any = None) -> int:
            depths.append(len(inspect.stack(0)))
            return super().add_task(cbl, priority, group)

    retriever = make_retriever(sg=connect(site, 1), manager=Measures(here=True))
    outcomes = Outcomes(retriever)
    kind, data = outcomes.one(retriever.execute_find(*FIND))
    assert (kind, len(data["sg"])) == ("find", 30)
    assert len(depths) >= 30
    assert max(depths[5:]) == max(depths[:5])


def test_one_page_is_one_task_of_a_manager_of_an_apps_own(site: Any, make_retriever: Any) -> None:
    retriever = make_retriever(sg=connect(site, 50), manager=StudioManager())
    outcomes = Outcomes(retriever)
    uid = retriever.execute_find(*FIND)
    outcomes.wait(uid)
    assert len(outcomes.pages(uid)) == 1
    assert asked_for(site) == [1]
