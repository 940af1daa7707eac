"""A picture that is being drawn, in coordinates of 480 by 270, at any scale."""

from __future__ import annotations

import functools
import io
import random
import unicodedata
from typing import List, Optional, Sequence, Tuple

from PIL import Image, ImageChops, ImageDraw, ImageFont

from .palette import Colour, mix

WIDTH, HEIGHT = 480, 270

_SPELT = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d"})

Point = Tuple[float, float]


class Canvas:
    """Shapes are drawn at twice the size that comes out, which smooths their edges.

    :param scale: pixels that come out for each unit; 1 gives 480x270.
    """

    def __init__(self, scale: int = 1) -> None:
        self._scale = scale * 2
        self._out = (WIDTH * scale, HEIGHT * scale)
        self.image = Image.new("RGB", (WIDTH * self._scale, HEIGHT * self._scale))
        self._draw = ImageDraw.Draw(self.image)

    def gradient(self, stops: Sequence[Colour], bottom: float = HEIGHT) -> None:
        """Fill from the top to `bottom` with colours that run through `stops`."""
        column = Image.new("RGB", (1, len(stops)))
        column.putdata(list(stops))
        # Half a stop is cut off at each end, where resizing would only repeat the outermost colour.
        box = (0, 0.5, 1, len(stops) - 0.5)
        size = (1, max(1, round(bottom * self._scale)))
        tall = column.resize(size, Image.Resampling.BILINEAR, box=box)
        self.image.paste(tall.resize((self.image.width, size[1]), Image.Resampling.NEAREST), (0, 0))

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=fill)

    def ellipse(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        """Fill an ellipse around (x, y); `width` and `height` are its radii."""
        scale = self._scale
        box = ((x - width) * scale, (y - height) * scale, (x + width) * scale, (y + height) * scale)
        self._draw.ellipse(box, fill=fill)

    def rectangle(self, left: float, top: float, right: float, bottom: float, fill: Colour) -> None:
        if right > left and bottom > top:
            scale = self._scale
            self._draw.rectangle((left * scale, top * scale, right * scale - 1, bottom * scale - 1), fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(scaled, fill=fill, width=max(1, round(width * self._scale)), joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
        """Add light that falls off from (x, y)."""
        size = max(2, round(radius * 2 * self._scale))
        left, top = round((x - radius) * self._scale), round((y - radius) * self._scale)
        mask = _falloff().resize((size, size), Image.Resampling.NEAREST)
        if strength < 1.0:
            mask = mask.point([round(value * strength) for value in range(256)])
        self.image.paste(colour, (left, top), mask)

    def veil(self, top: float, bottom: float, colour: Colour, strength: float, *, sinking: bool = True) -> None:
        """Lay mist over a band, densest at its bottom, or at its top where it is not `sinking`."""
        height = max(1, round((bottom - top) * self._scale))
        ramp = Image.linear_gradient("L").resize((1, height), Image.Resampling.BILINEAR)
        if not sinking:
            ramp = ramp.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        mask = ramp.point([round(value * strength) for value in range(256)]).resize((self.image.width, height))
        self.image.paste(colour, (0, round(top * self._scale)), mask)

    def soften(self, amount: int) -> None:
        """Throw all that was drawn so far out of focus."""
        small = self.image.reduce(amount)
        self.image.paste(small.resize(self.image.size, Image.Resampling.BILINEAR))

    def finished(self, grain_seed: int = 0) -> Image.Image:
        """Return the picture at its own size, with a vignette and grain."""
        picture = self.image.reduce(2)
        vignette, grain = _finish(self._out)
        picture = ImageChops.multiply(picture, vignette)
        shifted = ImageChops.offset(grain, grain_seed * 37 % self._out[0], grain_seed * 61 % self._out[1])
        return ImageChops.add(picture, shifted, 1, -128)


def ridge(chance: random.Random, level: float, height: float, waves: int, jagged: bool) -> List[Point]:
    """Return the skyline, from the left edge to the right, of land that rises `height` around `level`."""
    steps = 12 * waves if not jagged else 5 * waves
    points: List[Point] = []
    bumps = [chance.uniform(-1, 1) for _ in range(waves * 2 + 4)]
    for step in range(steps + 1):
        along = step / steps
        place = along * (len(bumps) - 2)
        index, share = int(place), place - int(place)
        if not jagged:
            share = share * share * (3 - 2 * share)
        rise = bumps[index] + (bumps[index + 1] - bumps[index]) * share
        if jagged:
            rise += chance.uniform(-0.28, 0.28)
        points.append((along * WIDTH, level - rise * height))
    return points


def burn_in(picture: Image.Image, text: str, corner: str, accent: Colour) -> None:
    """Write `text` into the lower left of `picture`, legible at a width of 160 pixels, and `corner` at its right."""
    scale = picture.width / WIDTH
    text = legible(text)
    size = 36
    while size > 18 and font(size).getlength(text) > WIDTH - 40:
        size -= 2
    strip = round((size + 12) * scale)
    box = (0, picture.height - strip, picture.width, picture.height)
    picture.paste(picture.crop(box).point(_darker()), box)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, box[1], round(7 * scale), picture.height), fill=accent)
    middle = picture.height - strip / 2
    draw.text(
        (18 * scale, middle), text, (255, 255, 255), font(round(size * scale)), "lm",
        stroke_width=round(0.6 * scale), stroke_fill=(255, 255, 255),
    )  # fmt: skip
    corner = legible(corner)
    if corner and font(size).getlength(text) + font(20).getlength(corner) < WIDTH - 60:
        colour = mix(accent, (255, 255, 255), 0.35)
        draw.text(((WIDTH - 14) * scale, middle), corner, colour, font(round(20 * scale)), "rm")


def legible(text: str) -> str:
    """Return `text` as the font that Pillow ships can write it, which is in ASCII: accents fall, other letters go."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPELT))
    return plain.encode("ascii", "ignore").decode("ascii")


@functools.lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that Pillow ships at `size` pixels."""
    loaded = ImageFont.load_default(size)
    assert isinstance(loaded, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return loaded


def jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


@functools.lru_cache(maxsize=1)
def _falloff() -> Image.Image:
    """A disc that is bright in the middle: the square of the distance to the edge, so that light has no rim."""
    squared = [0] * 256
    for value in range(256):
        squared[255 - value] = round((value / 255) ** 2 * 255)
    disc = Image.radial_gradient("L").point(_edge_to_zero(squared))
    # Smoothed once, at a size from which every glow is then taken without smoothing, which is several times faster.
    return disc.resize((512, 512), Image.Resampling.BICUBIC)


def _edge_to_zero(levels: List[int]) -> List[int]:
    # Pillow's gradient reaches 255 in the corners and about 180 at the middle of each side: the disc ends there.
    limit = 180
    return [levels[min(255, round(value / limit * 255))] if value < limit else 0 for value in range(256)]


@functools.lru_cache(maxsize=1)
def _darker() -> List[int]:
    return [round(value * 0.34) for value in range(256)] * 3


@functools.lru_cache(maxsize=4)
def _finish(size: Tuple[int, int]) -> Tuple[Image.Image, Image.Image]:
    corners = Image.radial_gradient("L").resize(size, Image.Resampling.BILINEAR)
    shade = corners.point([255 - round(max(0, value - 90) * 0.62) for value in range(256)])
    noise = Image.frombytes("L", size, random.Random(7).randbytes(size[0] * size[1]))
    soft = noise.point([128 + round((value - 127.5) * 0.055) for value in range(256)])
    return Image.merge("RGB", (shade,) * 3), Image.merge("RGB", (soft,) * 3)


def placeholder(size: Tuple[int, int] = (160, 90), text: Optional[str] = None) -> bytes:
    """Return a plain grey PNG with a clock face, or with `text`."""
    picture = Image.new("RGB", (size[0] * 2, size[1] * 2), (58, 62, 68))
    draw = ImageDraw.Draw(picture)
    middle_x, middle_y, radius = size[0], size[1], size[1] * 0.5
    if text is None:
        box = (middle_x - radius, middle_y - radius, middle_x + radius, middle_y + radius)
        draw.ellipse(box, outline=(150, 156, 164), width=8)
        hands = [(middle_x, middle_y - radius * 0.6), (middle_x, middle_y), (middle_x + radius * 0.45, middle_y)]
        draw.line(hands, fill=(150, 156, 164), width=8)
    else:
        draw.text((middle_x, middle_y), legible(text), (170, 176, 184), font(36), "mm")
    return png(picture.reduce(2))
