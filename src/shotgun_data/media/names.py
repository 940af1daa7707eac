"""Any string as a file name that is safe everywhere.

An attachment is named by whoever uploaded it. On its way to a disk that name can climb out of its folder,
name a device, hide the file, or be one that another artist's system cannot open.
"""

from __future__ import annotations

import re
import unicodedata

#: UTF-8 bytes of the longest name given out. File systems take 255; encrypted home directories and the
#: folders above need some of it.
MAX_NAME_BYTES = 200
MAX_EXTENSION_BYTES = 24
UNNAMED = "unnamed"

_FORBIDDEN = frozenset('<>:"/\\|?*')
_JOINERS = frozenset("\u200c\u200d")  # needed to write some languages, and harmless
_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])",
    re.I,
)


def safe_name(name: str) -> str:
    """One path component, legal on Linux, Windows and macOS, that keeps as much of the name as it can.

    At most :data:`MAX_NAME_BYTES` long, extension kept; never empty, hidden, or a device. The same name gives
    the same result on every system, and a safe name gives itself.
    """
    text = "".join(map(_safe_character, unicodedata.normalize("NFC", name)))
    text = text.strip().rstrip(". ")
    if text.startswith("."):
        text = "_" + text[1:]  # neither hidden, nor mistaken for one of the cache's temporaries
    text = _fit(text)
    if _DEVICES.fullmatch(text.partition(".")[0].rstrip()):
        text = _fit("_" + text)
    return text or UNNAMED


def _fit(text: str) -> str:
    stem, extension = _split(text)
    limit = MAX_NAME_BYTES - len(extension.encode("utf-8"))
    if len(stem.encode("utf-8")) > limit:
        stem = stem.encode("utf-8")[:limit].decode("utf-8", "ignore").rstrip(". ")
    return stem + extension


def _safe_character(character: str) -> str:
    if character.isascii():  # nearly every character of nearly every name
        return "_" if character in _FORBIDDEN or character < " " or character == "\x7f" else character
    if character in _JOINERS:
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") or ord(character) & 0xFFFE == 0xFFFE:
        return "_"
    if "\ufdd0" <= character <= "\ufdef":  # never a character, and refused by some file systems
        return "_"
    # A full-width slash is one again after a best-fit conversion to a Windows code page; so are other
    # look-alikes of what may not stand in a name, and of the dots of "..".
    plain = unicodedata.normalize("NFKC", character)
    if any(part in _FORBIDDEN or part == "." for part in plain):
        return "_"
    return " " if plain.isspace() else character


def _split(text: str) -> tuple[str, str]:
    """Stem and extension with its dot; a long tail after a dot is prose, not an extension."""
    stem, dot, extension = text.rpartition(".")
    if not stem or not extension or len(extension.encode("utf-8")) > MAX_EXTENSION_BYTES:
        return text, ""
    return stem, dot + extension
