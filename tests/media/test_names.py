"""Any string as a file name; hypothesis tries the strings that nobody thinks of."""

from __future__ import annotations

import ntpath
import posixpath
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shotgun_data.media.cache import attachment_folder
from shotgun_data.media.names import MAX_NAME_BYTES, safe_name

DEVICES = {"CON", "PRN", "AUX", "NUL", *(f"{kind}{n}" for kind in ("COM", "LPT") for n in range(10))}

hostile = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                "/",
                "\\",
                "..",
                ".",
                " ",
                "C:",
                "\\\\?\\",
                "con",
                "NUL",
                "com1.",
                "LPT\u00b9",
                "\0",
                "\r\n",
                "\x7f",
            ]
            + [
                "\uff0f",
                "\uff3c",
                "\u2025",
                "\uff0e",
                "\ufe52",
                "\u202e",
                "\u2028",
                "\ufeff",
                "\u3000",
                "\u037e",
            ]
            + ["\ud800", "\U0001f3ac", "e\u0301", "~", "*?", ".tar.gz", "x" * 4096, "\u65e5" * 300]
        ),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=500)
@given(hostile)
@example("")
@example("..")
@example("../../../etc/passwd")
@example("CON.txt")
@example("nul .txt")
@example(". . .")
@example("COM0." + "x" * 300)
@example("con" + " " * 250 + "x.txt")
@example("a" * 5000 + ".jpg")
def test_every_string_becomes_one_legal_component(name: str) -> None:
    result = safe_name(name)
    assert result
    assert len(result.encode("utf-8")) <= MAX_NAME_BYTES  # encodable at all, too
    assert result == posixpath.basename(result) == ntpath.basename(result)
    assert ntpath.splitdrive(result)[0] == ""
    assert not result.startswith((".", " "))
    assert not result.endswith((".", " "))
    assert result.partition(".")[0].rstrip(" ").upper() not in DEVICES
    assert not set(result) & set('<>:"/\\|?*')
    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in result)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert not set(unicodedata.normalize(form, result)) & set('/\\:*"<>|'), form
    assert safe_name(result) == result


@given(hostile)
def test_an_attachment_stays_in_its_folder(name: str) -> None:
    folder = attachment_folder(Path("/cache"), "https://h/file_serve/attachment/1")
    path = Path(posixpath.normpath(folder / safe_name(name)))
    assert path.parent == folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plate_v003.0101.exr", "plate_v003.0101.exr"),
        ("Ünïcode 日本 🎬.mov", "Ünïcode 日本 🎬.mov"),
        ("e\u0301.txt", "é.txt"),
        ("../../x", "_._.._x"),
        ("C:\\temp\\a.txt", "C__temp_a.txt"),
        ("aux.h", "_aux.h"),
        ("a\uff0fb", "a_b"),
        ("notes. ", "notes"),
        ("", "unnamed"),
        (".bashrc", "_bashrc"),
    ],
)
def test_names_stay_recognisable(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_the_extension_of_a_long_name_is_kept() -> None:
    result = safe_name("日" * 2000 + ".abc")
    assert result.endswith("日.abc")
    assert 195 <= len(result.encode("utf-8")) <= MAX_NAME_BYTES
