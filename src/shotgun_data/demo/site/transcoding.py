"""What hosted sites make of an uploaded picture: a JPEG of fixed size, and a filmstrip."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

WIDTH, HEIGHT = 480, 270
FRAME_WIDTH, FRAME_HEIGHT = 240, 135

_BACKGROUND = (0, 0, 0)


def thumbnail(data: bytes) -> bytes:
    """Return the picture `data` as a JPEG of 480x270 pixels, whole, with black bars; ValueError where it is none."""
    return _jpeg(_fitted(_opened(data), WIDTH, HEIGHT))


def filmstrip(data: bytes) -> bytes:
    """Return the picture `data` as a filmstrip: a JPEG 135 pixels high of one or more frames, 240 pixels wide each.

    A picture that is wide enough to be a filmstrip already keeps its frames; any other is the one frame.
    """
    picture = _opened(data)
    frames = max(1, round(picture.width / max(1, picture.height) / (FRAME_WIDTH / FRAME_HEIGHT)))
    return _jpeg(_fitted(picture, FRAME_WIDTH * frames, FRAME_HEIGHT))


def _opened(data: bytes) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(data))
        # JPEG decodes at a fraction of its size many times faster; other formats ignore this.
        opened.draft("RGB", (WIDTH * 2, HEIGHT * 2))
        opened.load()
        picture: Image.Image = opened
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"not a picture: {type(error).__name__}") from None
    if picture.mode in ("RGBA", "LA", "P"):
        layered = picture.convert("RGBA")
        flat = Image.new("RGBA", layered.size, _BACKGROUND + (255,))
        flat.alpha_composite(layered)
        picture = flat
    return picture.convert("RGB")


def _fitted(picture: Image.Image, width: int, height: int) -> Image.Image:
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    canvas = Image.new("RGB", (width, height), _BACKGROUND)
    resized = picture.resize(size, Image.Resampling.LANCZOS)
    canvas.paste(resized, ((width - size[0]) // 2, (height - size[1]) // 2))
    return canvas


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
