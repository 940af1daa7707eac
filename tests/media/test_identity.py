"""Which file belongs to which url, and that files of other tools are found."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shotgun_data.errors import MediaRejected
from shotgun_data.media.address import MediaAddress
from shotgun_data.media.cache import MediaCache
from shotgun_data.media.identity import media_key, media_path, url_extension

URL = "https://media.example.com/thumbs/2026/Sh%C3%B6t_t.jpg?X-Amz-Signature=abc"


def stored_by_another_tool(root: Path, url_path: str, extension: str, body: bytes = b"pixels") -> Path:
    digest = hashlib.md5(url_path.encode("utf-8")).hexdigest()
    path = root / "thumbs" / digest[0:2] / digest[2:4] / f"{digest[4:]}{extension}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def test_the_path_as_it_stands_is_the_identity() -> None:
    assert media_key(URL) == hashlib.md5(b"/thumbs/2026/Sh%C3%B6t_t.jpg").hexdigest()
    assert media_key(URL) == media_key("http://elsewhere/thumbs/2026/Sh%C3%B6t_t.jpg?X-Amz-Signature=other#x")
    assert media_key("https://h/a/Shöt.jpg") == hashlib.md5("/a/Shöt.jpg".encode()).hexdigest()


_ODD = st.text(alphabet="aAhtps:/?#[]@;=&%. \\^_`{|}~!$\"'()*+,<>-\t\n\x00é０", max_size=30)  # noqa: RUF001


@given(_ODD | st.builds("http://{}".format, _ODD) | st.builds("https://host/{}".format, _ODD) | st.text(max_size=20))
def test_the_quick_way_to_a_path_is_the_way_of_the_standard_library(url: str) -> None:
    try:
        expected = urlsplit(url).path
    except ValueError:
        expected = url.partition("?")[0]
    assert media_path(url) == expected


_NEARLY_PLAIN = st.text(alphabet="aZ09.-_:/?#@%&=;!$'()*+,~[]{}\\^|\"<> \té", max_size=25)


@given(
    st.builds("http://h{}".format, _NEARLY_PLAIN)
    | st.builds("https://a.b:8080/{}".format, _NEARLY_PLAIN)
    | st.builds("http://{}".format, _NEARLY_PLAIN)
)
def test_the_quick_way_to_an_address_is_the_long_way(url: str) -> None:
    def outcome(parse: Callable[..., MediaAddress]) -> object:
        try:
            return parse(url, None)
        except MediaRejected as error:
            return str(error)

    assert outcome(MediaAddress.parse) == outcome(MediaAddress._parse_any)


@pytest.mark.parametrize("extension", [".jpg", ".jpeg", ".png", ".JPG", ""])
def test_files_of_other_tools_are_found_whatever_their_extension(tmp_path: Path, extension: str) -> None:
    path = stored_by_another_tool(tmp_path, "/thumbs/2026/Sh%C3%B6t_t.jpg", extension)
    assert MediaCache(tmp_path).find_thumbnail(URL) == path


def test_a_url_without_an_extension_is_found_again(tmp_path: Path) -> None:
    path = stored_by_another_tool(tmp_path, "/thumbnail/full/Shot/12", ".png")
    assert MediaCache(tmp_path).find_thumbnail("https://studio.example.com/thumbnail/full/Shot/12") == path


def test_neither_empty_files_nor_temporaries_nor_folders_are_hits(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path)
    path = stored_by_another_tool(tmp_path, "/a.jpg", ".jpg", b"")
    (path.parent / f".incoming-{path.stem}.part").write_bytes(b"half")
    (path.parent / f"{path.stem}x.jpg").write_bytes(b"another's")
    (path.parent / f"{path.stem}.png").mkdir()
    assert cache.find_thumbnail("https://h/a.jpg") is None
    assert cache.find_thumbnail("https://h/never-seen.jpg") is None
    assert cache.find_thumbnail("not a url [at all") is None


def test_a_hit_refreshes_its_modification_time_but_not_within_a_minute(tmp_path: Path) -> None:
    path = stored_by_another_tool(tmp_path, "/a.jpg", ".jpg")
    cache, now = MediaCache(tmp_path), time.time()
    for then in (now - 59 * 86400, now + 30 * 86400):  # long ago; and by a clock that ran ahead
        os.utime(path, (then, then))
        assert cache.find_thumbnail("https://h/a.jpg")
        assert abs(path.stat().st_mtime - now) < 30
    os.utime(path, (now - 30, now - 30))
    assert cache.find_thumbnail("https://h/a.jpg")
    assert path.stat().st_mtime == pytest.approx(now - 30, abs=1)


def test_making_a_cache_touches_no_disk(tmp_path: Path) -> None:
    cache = MediaCache(tmp_path / "not" / "there")
    assert cache.find_thumbnail(URL) is None
    assert cache.find_attachment(URL, "a.txt") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "extension"),
    [
        ("https://h/a/b.JPG?x=.png", "jpg"),
        ("https://h/a.b/c", ""),
        ("https://h/a/.jpg", ""),
        ("https://h/a/b.tar.gz", "gz"),
        ("https://h/a/b.p%20g", ""),
        ("https://h/a/b.longer", ""),
        ("https://h", ""),
    ],
)
def test_only_plain_extensions_are_taken(url: str, extension: str) -> None:
    assert url_extension(url) == extension


@given(st.text())
def test_no_text_at_all_leaves_the_two_folder_levels(text: str) -> None:
    key = media_key(text)
    assert len(key) == 32
    assert set(key) <= set("0123456789abcdef")
    assert url_extension(text).isalnum() or url_extension(text) == ""


def test_an_address_shows_no_query_and_no_password() -> None:
    address = MediaAddress.parse("https://me:secret@Media.Example.com:443/a b?Signature=secret#secret")
    assert str(address) == "https://media.example.com/a%20b"
    assert "secret" not in repr(address)
    assert address.origin == MediaAddress.parse("HTTPS://media.example.com/").origin
    assert "secret" not in address.authority
