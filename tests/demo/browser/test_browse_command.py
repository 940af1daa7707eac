"""``shotgun-data browse`` as a person or a script runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shotgun_data.demo.browser import connection

COMMAND = [sys.executable, "-m", "shotgun_data", "browse"]


def environment(**more: str) -> dict[str, str]:
    """No screen, whatever the machine of the person who runs the tests has."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {**{name: value for name, value in os.environ.items() if name not in left_out}, **more}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(**more), capture_output=True, text=True, encoding="utf-8", timeout=60
    )


def test_paints_the_demo_without_a_screen_and_tells_what_it_did(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    done = run("--demo", "--shots", "30", "--size", "1200x700", "--png", str(picture), PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "30 shots" in done.stdout
    assert "downloaded" in done.stdout
    assert "0 failed" in done.stdout
    from shotgun_data.qt.binding import QtGui

    image = QtGui.QImage(str(picture))
    assert (image.width(), image.height()) == (1200, 700)
    colours = {image.pixel(x, y) for x in range(0, 1200, 7) for y in range(0, 700, 7)}
    assert len(colours) > 1000  # pictures, not only panels


def test_paints_a_site_that_the_environment_names_twice_the_second_time_from_the_cache(
    site: Any, tmp_path: Path
) -> None:
    access = {
        "SHOTGUN_DATA_URL": site.url,
        "SHOTGUN_DATA_SCRIPT": "demo",
        "SHOTGUN_DATA_KEY": "demo",
        "SHOTGUN_DATA_CACHE_DIR": str(tmp_path / "cache"),
    }
    first = run("--png", str(tmp_path / "one.png"), **access)
    assert (first.returncode, first.stderr) == (0, "")
    second = run("--png", str(tmp_path / "two.png"), **access)
    assert (second.returncode, second.stderr) == (0, "")
    assert " 0 from cache" in first.stdout
    assert " 0 downloaded" in second.stdout


def test_a_wrong_key_fails_with_a_sentence(site: Any, tmp_path: Path) -> None:
    access = {"SHOTGUN_DATA_URL": site.url, "SHOTGUN_DATA_SCRIPT": "demo", "SHOTGUN_DATA_KEY": "wrong-key"}
    done = run("--png", str(tmp_path / "one.png"), **access)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Projects could not be read" in done.stdout
    assert "wrong-key" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(["--shots", "many"], "many"), (["--shots", "-1"], "-1"), (["--size", "big"], "big"), (["--size", "1x1"], "1x1")],
)
def test_bad_arguments_are_named(arguments: list[str], named: str, capsys: Any) -> None:
    from shotgun_data.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["browse", *arguments])
    assert ended.value.code == 2
    assert f"'{named}'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "SHOTGUN_DATA_URL"),
        ({"SHOTGUN_DATA_URL": "http://x", "SHOTGUN_DATA_SCRIPT": "s"}, "SHOTGUN_DATA_KEY is not"),
        ({"SHOTGUN_DATA_URL": "http://x", "SHOTGUN_DATA_KEY": "secret"}, "SHOTGUN_DATA_SCRIPT is not"),
        ({"SHOTGUN_DATA_URL": "ftp://x"}, "'ftp://x' is not the address"),
        ({"SHOTGUN_DATA_URL": "http://u:secret@"}, "is not the address"),
        ({"SHOTGUN_DATA_URL": "http://x:99999"}, "is not the address"),
    ],
)
def test_what_is_missing_is_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(connection.CannotConnect) as error:
        connection.from_environment(given)
    assert said in str(error.value)
    assert "secret" not in str(error.value)


def test_a_login_needs_a_screen(site: Any) -> None:
    done = run(SHOTGUN_DATA_URL=site.url)
    assert done.returncode == 2
    assert "SHOTGUN_DATA_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_access_never_shows_its_key() -> None:
    assert "hidden" not in repr(connection.SiteAccess("http://x", "script", "hidden"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("number", ["SIGINT", "SIGKILL"])
def test_the_embedded_site_ends_with_the_window(number: str) -> None:
    """Whether the window is closed from the terminal or killed, the site's process ends, and the cache is removed."""
    # A screen that is not one: the window stays open, as it would on a screen.
    code = (
        "import os, sys; os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from shotgun_data.demo.browser import application\n"
        "from shotgun_data.demo.browser.embedded import EmbeddedSiteProcess\n"
        "from shotgun_data.demo.browser.window import BrowserWindow\n"
        "show = BrowserWindow.show\n"
        "def shown(self):\n"
        "    show(self)\n"
        "    self.settled.connect(lambda: print('settled', self.ledger.retriever is not None, flush=True))\n"
        "BrowserWindow.show = shown\n"
        "ready = EmbeddedSiteProcess._read\n"
        "def read(self):\n"
        "    ready(self)\n"
        "    print('site', self.process_id, flush=True)\n"
        "EmbeddedSiteProcess._read = read\n"
        "sys.exit(application.run(application.Options(demo=True, shots=5)))\n"
    )
    window = subprocess.Popen([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    try:
        site_process = 0
        for line in window.stdout:
            if line.startswith("site"):
                site_process = int(line.split()[1])
            if line.startswith("settled"):
                break
        assert site_process
        end = os.pidfd_open(site_process) if hasattr(os, "pidfd_open") else None
        window.send_signal(getattr(signal, number))
        window.wait(20)
        assert window.returncode == (130 if number == "SIGINT" else -signal.SIGKILL)
        if end is not None:
            import select

            assert select.select([end], [], [], 20)[0], "the site goes on without its window"
            os.close(end)
    finally:
        window.kill()
        window.stdout.close()
        window.wait()
