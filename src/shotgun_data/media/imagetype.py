"""What an image is, by its own first bytes: headers lie, and error pages come with status 200."""

from __future__ import annotations

from typing import Optional

#: So many bytes of a file's beginning are enough for :func:`image_extension`.
HEAD_BYTES = 64

_MAGIC = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"II+\x00", "tif"),  # BigTIFF
    (b"MM\x00+", "tif"),
    (b"\x76\x2f\x31\x01", "exr"),
    (b"SDPX", "dpx"),
    (b"XPDS", "dpx"),
    (b"\x80\x2a\x5f\xd7", "cin"),
    (b"8BPS", "psd"),
    (b"#?RADIANCE", "hdr"),
    (b"#?RGBE", "hdr"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51", "j2k"),
    (b"\x00\x00\x01\x00", "ico"),
)
_ISO_BRANDS = {
    b"avif": "avif",
    b"avis": "avif",
    b"heic": "heic",
    b"heix": "heic",
    b"mif1": "heic",
    b"msf1": "heic",
}

_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})  # bytes; "BM" alone begins many a text


def image_extension(head: bytes) -> Optional[str]:
    """The usual extension of the image that begins with these bytes; None where it is no image we know."""
    for magic, extension in _MAGIC:
        if head.startswith(magic):
            return extension
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    if head[4:8] == b"ftyp":
        return _ISO_BRANDS.get(head[8:12])
    return None


def is_cut_short(extension: str, head: bytes, tail: bytes, size: int) -> bool:
    """Whether an image certainly lacks its end.

    Asked only of bodies that ended with the connection, where HTTP itself cannot tell a whole one from a
    broken one. Formats that do not mark their end are given the benefit of the doubt.

    :param tail: the file's last bytes (4 KB: some writers append a little after the end mark).
    """
    if extension == "jpg":
        return b"\xff\xd9" not in tail
    if extension == "png":
        return b"IEND" not in tail
    if extension == "gif":
        return b"\x3b" not in tail[-16:]
    if extension == "webp":
        return size < int.from_bytes(head[4:8], "little") + 8
    if extension == "bmp":
        return size < int.from_bytes(head[2:6], "little")
    return False
