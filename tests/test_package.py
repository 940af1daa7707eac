"""The package as others see it: its names, what importing it costs, its settings and its errors."""

from __future__ import annotations

import dataclasses
import inspect
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import shotgun_data
from shotgun_data import BackgroundTaskManager, Settings, ShotgunDataRetriever, TankError, errors


def run(program: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, *options, "-c", program], capture_output=True, text=True, timeout=30, env=dict(os.environ)
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


# -- names ----------------------------------------------------------------------------------------------


def test_the_public_names_are_there() -> None:
    names = {"BackgroundTaskManager", "Settings", "ShotgunDataRetriever", "TankError"}
    assert set(shotgun_data.__all__) == names
    assert names <= set(dir(shotgun_data))
    with pytest.raises(AttributeError, match="nope"):
        _ = shotgun_data.nope  # type: ignore[attr-defined]


def test_distribution_version_and_types() -> None:
    assert metadata.version("shotgun-data") == shotgun_data.__version__
    assert (Path(shotgun_data.__file__).parent / "py.typed").is_file()
    (command,) = [entry for entry in metadata.distribution("shotgun-data").entry_points if entry.name == "shotgun-data"]
    assert callable(command.load())


SIGNATURES = {
    "start": "(self)",
    "stop": "(self)",
    "clear": "(self)",
    "stop_work": "(self, task_id)",
    "get_schema": "(self, project_id=None)",
    "execute_find": "(self, *args, **kwargs)",
    "execute_find_one": "(self, *args, **kwargs)",
    "execute_update": "(self, *args, **kwargs)",
    "execute_create": "(self, *args, **kwargs)",
    "execute_delete": "(self, *args, **kwargs)",
    "execute_method": "(self, method, *args, **kwargs)",
    "execute_text_search": "(self, *args, **kwargs)",
    "execute_nav_expand": "(self, *args, **kwargs)",
    "execute_nav_search_string": "(self, *args, **kwargs)",
    "execute_nav_search_entity": "(self, *args, **kwargs)",
    "request_attachment": "(self, attachment_entity)",
    "request_thumbnail": "(self, url, entity_type, entity_id, field='image', load_image=False, image_size=None)",
    "request_thumbnail_source": "(self, entity_type, entity_id, load_image=False, image_size=None)",
    "download_thumbnail": "(url, bundle)",
    "download_thumbnail_source": "(entity_type, entity_id, bundle)",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_method_of_the_specification_is_there_with_its_arguments(name: str) -> None:
    method = getattr(ShotgunDataRetriever, name)
    signature = inspect.signature(method)
    bare = signature.replace(
        parameters=[each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()],
        return_annotation=inspect.Signature.empty,
    )
    assert str(bare) == SIGNATURES[name]
    assert inspect.getdoc(method)
    if name.startswith("download_"):
        assert isinstance(inspect.getattr_static(ShotgunDataRetriever, name), staticmethod)


def test_arguments_of_the_two_classes() -> None:
    retriever = inspect.signature(ShotgunDataRetriever.__init__).parameters
    assert list(retriever)[1:] == ["parent", "sg", "bg_task_manager", "settings"]
    assert all(each.default is None for each in list(retriever.values())[1:])
    manager = inspect.signature(BackgroundTaskManager.__init__).parameters
    assert list(manager)[1:4] == ["parent", "start_processing", "max_threads"]
    assert [manager[name].default for name in ("start_processing", "max_threads")] == [False, 8]


# -- importing ------------------------------------------------------------------------------------------


def test_importing_needs_neither_qt_nor_sgtk_nor_the_demo() -> None:
    program = (
        "import sys, shotgun_data; shotgun_data.Settings(); shotgun_data.TankError; shotgun_data.__version__;"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in"
        " ('PySide6', 'PySide2', 'PyQt5', 'PyQt6', 'qtpy', 'sgtk', 'tank', 'aiohttp', 'PIL', 'shotgun_api3')"
        " or name.startswith(('shotgun_data.demo', 'shotgun_data.qt'))))"
    )
    assert run(program) == "[]"


def test_the_session_layer_needs_no_qt() -> None:
    program = (
        "import sys, shotgun_data.session.session, shotgun_data.synchronous;"
        "print([name for name in sys.modules if name.startswith(('PySide', 'PyQt', 'qtpy', 'shotgun_data.qt'))])"
    )
    assert run(program) == "[]"


def test_without_a_qt_binding_the_classes_say_what_to_install() -> None:
    program = """
import sys
for name in ("PySide6", "PySide2", "PyQt5", "PyQt6"):
    sys.modules[name] = None
import shotgun_data
try:
    shotgun_data.ShotgunDataRetriever
except shotgun_data.TankError as error:
    print(error)
"""
    assert "pip install 'shotgun-data[qt]'" in run(program)


def test_no_warning_on_import() -> None:
    assert run("import shotgun_data, shotgun_data.settings, shotgun_data.errors", "-W", "error") == ""


# -- errors ---------------------------------------------------------------------------------------------


def test_tank_error_is_sgtks_own_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "sgtk.py").write_text("class TankError(Exception): pass\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import sgtk, shotgun_data, shotgun_data.errors as e;"
        "print(shotgun_data.TankError is sgtk.TankError, issubclass(e.Stopped, sgtk.TankError))"
    )
    assert run(program) == "True True"
    (tmp_path / "sgtk.py").write_text("raise OSError('half installed')\n")
    assert run(program.replace("import sgtk, ", "import ").replace("sgtk.TankError", "Exception")) == "False True"


def test_every_error_of_ours_is_a_tank_error() -> None:
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), TankError)


# -- settings -------------------------------------------------------------------------------------------


def test_settings_are_frozen_and_have_defaults() -> None:
    settings = Settings()
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.max_threads = 1  # type: ignore[misc]
    assert settings == Settings()
    assert hash(settings) == hash(Settings())
    assert (settings.cache_dir, settings.max_threads) == (None, 8)


OTHER_VALUES = {"cache_dir": ("7", Path("7"), "5"), "transport": ("urllib3", "urllib3", "curl")}


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_every_setting_can_come_from_the_environment(field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = f"SHOTGUN_DATA_{field.name.upper()}"
    text, meant, passed = OTHER_VALUES.get(field.name, ("7", 7, 5))
    monkeypatch.setenv(variable, text)
    value = getattr(Settings(), field.name)
    assert value == meant
    assert str(getattr(Settings(**{field.name: passed}), field.name)) == str(passed)
    monkeypatch.setenv(variable, "  ")
    assert getattr(Settings(), field.name) != value
    if field.name != "cache_dir":
        monkeypatch.setenv(variable, "many")
        with pytest.raises(TankError, match=variable):
            Settings()


@pytest.mark.parametrize(
    "values",
    [{"max_threads": 0}, {"read_timeout": -1}, {"retry_delay": float("nan")}, {"max_threads": "8"}],
)
def test_values_that_make_no_sense_are_refused(values: Any) -> None:
    with pytest.raises(TankError, match=next(iter(values))):
        Settings(**values)
