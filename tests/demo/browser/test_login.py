"""Logging in, with the site's refusal shown where one typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from shotgun_data import Settings
from shotgun_data.demo.browser.login import LoginDialog
from shotgun_data.demo.browser.window import BrowserWindow

from .waiting import run_until


@pytest.fixture
def dialog(qapp: Any, site: Any, cache_dir: Any) -> Iterator[Any]:
    dialog = LoginDialog(site.url, Settings(cache_dir=cache_dir, max_attempts=2, retry_delay=0.01))
    dialog.show()
    yield dialog
    dialog.close()
    dialog.deleteLater()


def fill(dialog: Any, login: str, password: str) -> None:
    dialog.login.setText(login)
    dialog.password.setText(password)
    dialog.enter.click()


def test_a_login_opens_the_window(dialog: Any, site: Any) -> None:
    entered: list[Any] = []
    dialog.entered.connect(lambda retriever, url: entered.append((retriever, url)))
    fill(dialog, "artist", "demo")
    run_until(lambda: entered)
    assert not dialog.isVisible()
    assert dialog.password.text() == ""
    retriever, url = entered[0]
    assert url == site.url
    window = BrowserWindow(retriever, url)
    window.show()
    run_until(window.is_settled)
    assert window.shots.total
    window.close()


def test_a_wrong_password_is_told_in_the_dialog(dialog: Any) -> None:
    fill(dialog, "artist", "not-this-one")
    run_until(lambda: dialog.message.isVisible())
    assert dialog.isVisible()
    assert dialog.enter.isEnabled()
    assert "not-this-one" not in dialog.message.text()


def test_nonsense_for_a_site_is_told_in_the_dialog(dialog: Any) -> None:
    dialog.site.setText("what site?")
    fill(dialog, "artist", "demo")
    assert "what site?" in dialog.message.text()


def test_nothing_is_asked_without_a_password(dialog: Any, site: Any) -> None:
    fill(dialog, "artist", "")
    assert dialog.message.isVisible()
    assert len(site.calls) == 0
