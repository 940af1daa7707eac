"""Every example runs as it stands, as a program of its own, against the embedded site."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name: str, site: Any, cache_dir: Path, key: str = "demo") -> subprocess.CompletedProcess[str]:
    environment = dict(
        os.environ,
        SHOTGUN_DATA_URL=site.url,
        SHOTGUN_DATA_SCRIPT="demo",
        SHOTGUN_DATA_KEY=key,
        SHOTGUN_DATA_CACHE_DIR=str(cache_dir),
        PYTHONIOENCODING="utf-8",
    )
    return subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )


def test_the_specification_s_sample_prints_the_shots(site: Any, cache_dir: Path) -> None:
    done = run("specification_sample.py", site, cache_dir)
    assert (done.returncode, done.stderr) == (0, "")
    shots = site.connect().find("Shot", [], ["code"])
    assert done.stdout.strip() == f"Data arrived: {{'sg': {shots}}}"


def test_the_specification_s_sample_says_what_is_wrong_with_a_key(site: Any, cache_dir: Path) -> None:
    done = run("specification_sample.py", site, cache_dir, key="not-the-key")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Error: find on Shot failed: ")
    assert "not-the-key" not in done.stdout


@pytest.mark.parametrize("again", [False, True])
def test_thumbnails_are_downloaded_once_and_found_then(site: Any, cache_dir: Path, again: bool) -> None:
    if again:
        run("thumbnails.py", site, cache_dir)
    done = run("thumbnails.py", site, cache_dir)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 20
    with_picture = [line for line in lines if "no thumbnail" not in line]
    assert all(line.endswith("(check_thumbnail)" if again else "(download_thumbnail)") for line in with_picture)
    for line in with_picture:
        path = Path(line.split(": ", 1)[1].rsplit(" (", 1)[0])
        assert path.read_bytes().startswith(b"\xff\xd8")


def test_every_example_is_run_here() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == {"specification_sample.py", "thumbnails.py"}
