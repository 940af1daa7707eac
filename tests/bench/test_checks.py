"""A figure is worth something only where wrong work is noticed."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shotgun_data.bench import finds
from shotgun_data.bench.case import OURS, Case, Figure, Way, WrongResult
from shotgun_data.bench.fresh import fresh
from shotgun_data.bench.place import Place
from shotgun_data.bench.plain_downloads import check_files
from shotgun_data.bench.report import compared, report
from shotgun_data.bench.results import Results
from shotgun_data.bench.rounds import measure
from shotgun_data.bench.scale import FULL, Scale
from shotgun_data.bench.stock import age, check_used, stocked


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "pictures").mkdir()
    for number in range(2):
        (tmp_path / "pictures" / f"{number}.jpg").write_bytes(b"picture %d" % number)
    return Place({0: "http://a"}, {0: "http://m"}, "http://c", tmp_path, FULL)


def figures(scale: Scale) -> list[Figure]:
    return [Figure("all", "the work", "s", "half of theirs", lambda of: of(OURS, "all") <= of("theirs", "all") / 2)]


def case(ours: Any, theirs: Any) -> Case:
    return Case("P1", (Way(OURS, ours), Way("theirs", theirs)), figures)


def run(case: Case, place: Place, rounds: int = 3) -> Results:
    return measure([case], place, rounds, lambda text: None)


def test_rounds_go_in_turn_and_medians_count(place: Place) -> None:
    order: list[str] = []
    times = {"ours": iter([9.0, 1.0, 2.0]), "theirs": iter([4.0, 5.0, 60.0])}

    def way(name: str) -> Any:
        def work(_: Place) -> Mapping[str, float]:
            order.append(name)
            return {"all": next(times[name])}

        return work

    results = run(case(way("ours"), way("theirs")), place)
    assert order == ["ours", "theirs"] * 3
    (figure,) = results.figures
    ours, theirs = figure.ways
    assert (ours.median, ours.least, theirs.median) == (2.0, 1.0, 5.0)
    assert (figure.times(theirs), figure.times(ours), figure.reached) == (2.5, None, True)
    again = Results.from_json(results.to_json())
    assert again.to_json() == results.to_json()


def test_a_wrong_result_is_named_and_has_no_time(place: Place) -> None:
    def lose_a_row(_: Place) -> Mapping[str, float]:
        raise WrongResult("9 of 10 rows came")

    results = run(case(lambda _: {"all": 1.0}, lose_a_row), place)
    assert results.wrong == ("P1, theirs: 9 of 10 rows came",)
    (figure,) = results.figures
    assert figure.ways[1].values == ()
    assert figure.reached is None
    table = report(results, markdown=False)
    assert "wrong result" in table
    assert "cannot be judged here" in table


def test_a_way_that_raises_anything_is_wrong(place: Place) -> None:
    results = run(case(lambda _: {}[0], lambda _: {"all": 1.0}), place)
    assert results.wrong == (f"P1, {OURS}: KeyError: 0",)


def test_a_target_that_is_missed_is_not_an_error(place: Place) -> None:
    results = run(case(lambda _: {"all": 8.0}, lambda _: {"all": 1.0}), place)
    assert (results.figures[0].reached, results.wrong) == (False, ())
    assert "target half of theirs: NOT reached" in report(results, markdown=False)


def test_what_changed_is_a_ratio_of_each_way(place: Place) -> None:
    old = run(case(lambda _: {"all": 8.0}, lambda _: {"all": 1.0}), place)
    new = run(case(lambda _: {"all": 2.0}, lambda _: {"all": 1.0}), place)
    ours, theirs = compared(old, new, markdown=False).splitlines()[-2:]
    assert ours.split()[-6:] == ["8", "s", "2", "s", "0.250", "x"]
    assert theirs.split()[-6:] == ["1", "s", "1", "s", "1.00", "x"]


def test_other_work_is_not_compared(place: Place) -> None:
    old = run(case(lambda _: {"all": 8.0}, lambda _: {"all": 1.0}), place)
    told = old.to_json()
    told["figures"][0]["work"] = "twice the work"
    table = compared(Results.from_json(told), old, markdown=False)
    assert table.count("other work") == 2


def test_a_file_that_differs_in_one_byte_is_noticed(place: Place, tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file, picture in zip(files, place.pictures):
        file.write_bytes(picture.read_bytes())
    check_files(place, files)
    files[1].write_bytes(b"picture 2")
    with pytest.raises(WrongResult, match="1 of 2 files"):
        check_files(place, files)


def test_a_hit_that_is_not_marked_on_disk_is_noticed(place: Place) -> None:
    _, files = stocked(place, place.thumbnails(3), "stock", [b"jpeg"])
    for file in files:
        os.utime(file)
    check_used(files)
    age(files[:1])
    with pytest.raises(WrongResult, match="1 of 3 files"):
        check_used(files)


def test_rows_that_differ_are_noticed() -> None:
    finds.compare_rows([{"id": 1}], [{"id": 1}])
    for found in ([{"id": 2}], [], [{"id": 1}, {"id": 1}]):
        with pytest.raises(WrongResult):
            finds.compare_rows(found, [{"id": 1}])


RUNS = """
import importlib
import os
import subprocess
import sys
from shotgun_data.bench.case import WrongResult

def fails(place):
    raise WrongResult(f"{place.scale.rows} rows, all wrong")

def crashes(place):
    os._exit(7)

def counts(place):
    return {"rows": place.scale.rows, "process": os.getpid()}
"""


def test_a_run_in_a_process_of_its_own_says_what_went_wrong(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs_apart.py").write_text(RUNS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    runs = importlib.import_module("runs_apart")
    told = fresh(runs.counts)(place)
    assert told["rows"] == FULL.rows
    assert told["process"] != os.getpid()
    with pytest.raises(WrongResult, match=f"{FULL.rows} rows, all wrong"):
        fresh(runs.fails)(place)
    with pytest.raises(WrongResult, match="code 7"):
        fresh(runs.crashes)(place)


def test_a_run_that_stands_still_ends_and_tells_where_its_threads_are() -> None:
    program = (
        "import threading; from shotgun_data.bench.standstill import ends_when_it_stands_still\n"
        "def wait_for_ever(): threading.Lock().acquire(); threading.Event().wait()\n"
        "with ends_when_it_stands_still(60): pass\n"
        "with ends_when_it_stands_still(0.2): wait_for_ever()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "wait_for_ever" in done.stderr
