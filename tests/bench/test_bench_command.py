"""``shotgun-data bench`` as a person runs it: a process, its table, its file, its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NUMBERS = [f"P{number}" for number in range(1, 12)]


def bench(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shotgun_data", "bench", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=55,
        check=False,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One short run of everything: its outcome, its file, and the folder that it had for temporary files."""
    temporary = tmp_path_factory.mktemp("temporary")
    file = tmp_path_factory.mktemp("results") / "short.json"
    return bench("--short", "--json", str(file), "--folder", str(temporary)), file, temporary


def test_the_short_form_runs_every_case(whole: Any) -> None:
    done, _, _ = whole
    assert (done.returncode, done.stderr) == (0, "")
    named = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("P")]
    assert named == NUMBERS
    assert "short form" in done.stdout
    assert "NOT reached" not in done.stdout  # nothing is judged by small counts


def test_the_file_has_every_value_and_the_machine(whole: Any) -> None:
    told = json.loads(whole[1].read_text(encoding="utf-8"))
    assert told["short"] is True
    assert told["wrong"] == []
    facts = {"python", "qt_binding", "cores", "platform", "shotgun_data", "transport", "file_system"}
    assert facts <= set(told["machine"])
    assert list(dict.fromkeys(figure["case"] for figure in told["figures"])) == NUMBERS
    for figure in told["figures"]:
        ours, *others = figure["ways"]
        assert ours["name"] == "shotgun-data"
        assert others
        for way in figure["ways"]:
            assert way["absent"] or (len(way["values"]) == told["rounds"] == 1 and way["median"] == way["min"] >= 0)
    assert "SHOTGUN" not in whole[1].read_text(encoding="utf-8")


def test_shared_downloads_are_counted(whole: Any) -> None:
    """The one case whose figures do not depend on the machine."""
    told = json.loads(whole[1].read_text(encoding="utf-8"))
    views, one = (figure for figure in told["figures"] if figure["case"] == "P9")
    assert (views["ways"][0]["values"], one["ways"][0]["values"]) == ([5], [1])


def test_nothing_is_left_behind(whole: Any) -> None:
    temporary = whole[2]
    assert list(temporary.iterdir()) == []
    assert processes_that_name(temporary) == []


def test_a_run_is_compared_with_an_older_one(whole: Any) -> None:
    done = bench("--short", "--only", "p2,P11", "--compare", str(whole[1]))
    assert (done.returncode, done.stderr) == (0, "")
    compared = done.stdout.partition("Compared with the run of ")[2]
    ours = [line for line in compared.splitlines() if "shotgun-data" in line]
    assert len(ours) == 3  # P2, and two of P11
    assert all(line.rstrip().endswith(" x") for line in ours)


def test_markdown(whole: Any) -> None:
    done = bench("--short", "--only", "P2", "--rounds", "2", "--compare", str(whole[1]), "--markdown")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(lines) == 2 * 4
    assert len({line.count("|") for line in lines}) == 1
    assert "2 rounds" in done.stdout


def test_without_curl_its_line_says_so(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    done = bench("--short", "--only", "P4", "--json", str(file), PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "curl is not installed" in done.stdout
    (figure,) = json.loads(file.read_text(encoding="utf-8"))["figures"]
    assert [bool(way["values"]) for way in figure["ways"]] == [True, False, True, True]


def test_a_folder_that_is_none_is_said_before_anything_runs(tmp_path: Path) -> None:
    done = bench("--short", "--folder", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "--folder" in done.stderr
    assert done.stdout == ""


def test_the_settings_that_count_are_told(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    told = {"SHOTGUN_DATA_TRANSFER_THREADS": "5", "SHOTGUN_DATA_KEY": "secret"}
    done = bench("--short", "--only", "P4", "--json", str(file), **told)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Not at the default settings: transfer_threads 5." in done.stdout
    machine = json.loads(file.read_text(encoding="utf-8"))["machine"]
    assert machine["settings"] == {"transfer_threads": "5"}
    assert machine["transport"].split()[0] in ("pycurl", "urllib3")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "P12"], "P12 is no case"),
        (["--only", ","], "nothing is no case"),
        (["--rounds", "0"], "'0' is not a number of rounds"),
        (["--rounds", "many"], "'many' is not a number of rounds"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str], said: str) -> None:
    done = bench("--short", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_files_are_looked_at_before_anything_is_measured(tmp_path: Path, whole: Any) -> None:
    (tmp_path / "other.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    for arguments, said in [
        (["--compare", str(tmp_path / "none.json")], "cannot be read: No such file"),
        (["--compare", str(tmp_path / "other.json")], "is not what this version's --json writes"),
        (["--compare", str(tmp_path / "broken.json")], "is not what this version's --json writes"),
        (["--compare", str(whole[1])], "add --short"),
        (["--json", str(tmp_path / "no" / "folder.json")], "cannot be written"),
        (["--json", str(tmp_path)], "cannot be written"),
    ]:
        done = bench("--only", "P2", *arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_without_qt_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nfor name in ('PySide6', 'PySide2', 'PyQt5', 'PyQt6'):\n    sys.modules[name] = None\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = bench("--short", PYTHONPATH=path)
    assert done.returncode == 1
    assert "pip install 'shotgun-data[qt]'" in done.stderr
    assert "Traceback" not in done.stderr


def processes_that_name(path: Path) -> list[str]:
    """Those whose command line has this path. Elsewhere than on Linux there is no telling: none."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue  # it has ended meanwhile
        if str(path) in line:
            found.append(line)
    return found
