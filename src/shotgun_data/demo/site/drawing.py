"""The pictures of the demo production, drawn when they are first asked for, always the same for the same key.

Each sequence has a theme (:mod:`.palette`), each shot its own composition in it, with the shot's code burnt in, so that
a shot is recognised at a glance in a grid. Drawing a thumbnail takes about 10 ms.
"""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, replace
from typing import Callable, Dict
from urllib.parse import quote, unquote

from PIL import Image, ImageDraw

from . import figures, scenery
from .canvas import HEIGHT, WIDTH, Canvas, burn_in, font, jpeg, legible, png
from .canvas import placeholder as _plain_placeholder
from .palette import Theme, mix, theme_of

__all__ = ["Picture", "placeholder", "source", "thumbnail"]

_FIELDS = 4
_FRAME, _FRAMES = (WIDTH // 2, HEIGHT // 2), 8


@dataclass(frozen=True)
class Picture:
    """What is drawn.

    :param kind: ``shot``, ``filmstrip`` (of a shot), ``paintover`` (a shot with a reviewer's marks), ``sequence``,
        ``project``, ``asset`` or ``person``.
    :param place: the sequence's code, or the kind of asset: it gives the look.
    :param label: the code that is burnt in; with `place`, it gives the composition.
    :param take: 0, or the number of a version, which shows in the corner and moves things a little.
    """

    kind: str
    place: str
    label: str
    take: int = 0

    @property
    def key(self) -> str:
        """The picture written down so that it can stand in a url's path as it is: :meth:`from_key` reads it."""
        parts = (self.kind, self.place, self.label, str(self.take))
        return ",".join(quote(part, safe="").replace("%", "=") for part in parts)

    @classmethod
    def from_key(cls, key: str) -> Picture:
        """Return the picture that `key` names; ValueError where it names none."""
        parts = [unquote(part.replace("=", "%"), errors="strict") for part in key.split(",")]
        if len(parts) != _FIELDS or parts[0] not in _KINDS or not parts[3].isdigit():
            raise ValueError(f"not the key of a drawn picture: {key!r}")
        return cls(parts[0], parts[1], parts[2], int(parts[3]))


def thumbnail(picture: Picture) -> bytes:
    """Return `picture` as a JPEG of 480x270 pixels, or of eight frames of 240x135 side by side for a ``filmstrip``."""
    return jpeg(_KINDS[picture.kind](picture, 1, 0.0))


def source(picture: Picture) -> bytes:
    """Return `picture` as a PNG of 960x540 pixels."""
    return png(_KINDS[picture.kind](picture, 2, 0.0))


@functools.lru_cache(maxsize=1)
def placeholder() -> bytes:
    """Return the small PNG that stands in while a thumbnail is "being transcoded"."""
    return _plain_placeholder()


def _shot(picture: Picture, scale: int, moment: float) -> Image.Image:
    finished = _composed(picture, scale, moment)
    theme = theme_of(picture.place)
    burn_in(finished, picture.label, f"v{picture.take:03d}" if picture.take else theme.name, theme.accent)
    return finished


def _composed(picture: Picture, scale: int, moment: float) -> Image.Image:
    chance = random.Random(f"{picture.place}/{picture.label}")
    theme = _tinted(theme_of(picture.place), chance)
    canvas = Canvas(scale)
    framing = chance.choice(("wide", "wide", "medium", "two", "close", "close", "thing", "empty"))
    horizon = chance.uniform(100, 178) if framing in ("wide", "empty", "thing") else chance.uniform(96, 140)
    lamp_x = chance.uniform(50, WIDTH - 50)
    who = chance.choice(figures.CAST)
    x = chance.uniform(0.24, 0.4) * WIDTH if lamp_x > WIDTH / 2 else chance.uniform(0.6, 0.76) * WIDTH
    # A version is the same shot a little further on; so is a later moment of a filmstrip.
    drift = picture.take * 5.0 + moment * 70.0
    from_left = lamp_x < x
    scenery.draw_land(canvas, theme, chance, horizon, lamp_x)
    if framing == "close":
        canvas.soften(14)
        figures.draw_close_up(canvas, who, x + drift * 0.4, theme, from_left, chance.uniform(54, 70))
    elif framing == "medium":
        canvas.soften(6)
        _person(canvas, theme, who, x + drift, HEIGHT + 66, 265, from_left)
    elif framing == "two":
        canvas.soften(4)
        other = chance.choice([each for each in figures.CAST if each is not who])
        _person(canvas, theme, who, 0.33 * WIDTH + drift * 0.5, HEIGHT + 6, 196, lamp_x < WIDTH / 2)
        _person(canvas, theme, other, 0.67 * WIDTH - drift * 0.5, HEIGHT + 6, 196, lamp_x < WIDTH / 2)
    elif framing == "wide":
        _person(canvas, theme, who, x + drift, min(HEIGHT - 52, horizon + 62), chance.uniform(58, 96), from_left)
    elif framing == "thing":
        if theme.terrain in ("sea", "ice", "reef"):
            figures.draw_boat(canvas, theme, x + drift, horizon + 30, chance.uniform(44, 70))
        elif theme.terrain == "interior":
            _person(canvas, theme, who, x + drift, HEIGHT - 30, 150, from_left)
        else:
            figures.draw_house(canvas, theme, x, horizon + 58, chance.uniform(30, 48))
    scenery.draw_weather(canvas, theme, chance)
    return canvas.finished(chance.randrange(1000))


def _tinted(theme: Theme, chance: random.Random) -> Theme:
    """Return `theme` at another hour: shots of one sequence belong together, and still each has its own air."""
    tint = chance.choice(((255, 150, 90), (70, 110, 220), (240, 240, 255), (150, 70, 150), (40, 160, 140)))
    share = chance.uniform(0.0, 0.26)
    sky = tuple(mix(stop, tint, share) for stop in theme.sky)
    return replace(theme, sky=sky, far=mix(theme.far, tint, share * 0.8))


def _person(
    canvas: Canvas, theme: Theme, who: figures.Character, x: float, foot: float, size: float, from_left: bool
) -> None:
    canvas.ellipse(x, foot, size * 0.24, size * 0.035, mix(theme.near, (0, 0, 0), 0.35))
    rim = mix(theme.light, theme.sky[-1], 0.3)
    figures.draw_figure(canvas, who, x, foot, size, mix(theme.near, (0, 0, 0), 0.15), rim, from_left)


def _filmstrip(picture: Picture, scale: int, moment: float) -> Image.Image:
    strip = Image.new("RGB", (_FRAME[0] * scale * _FRAMES, _FRAME[1] * scale))
    for frame in range(_FRAMES):
        still = _composed(picture, scale, frame / (_FRAMES - 1)).reduce(2)
        strip.paste(still, (still.width * frame, 0))
    return strip


def _paintover(picture: Picture, scale: int, moment: float) -> Image.Image:
    canvas = Canvas(scale)
    under = _composed(Picture("shot", picture.place, picture.label, picture.take), scale, moment)
    canvas.image.paste(under.resize(canvas.image.size))
    chance = random.Random(f"paintover/{picture.place}/{picture.label}/{picture.take}")
    ink = chance.choice(((255, 60, 50), (255, 230, 40), (60, 255, 120)))
    x, y, size = chance.uniform(130, 350), chance.uniform(70, 150), chance.uniform(34, 60)
    for turn in range(2):
        loop = [
            (-1.0, 0.0),
            (-0.7, -0.7),
            (0.0, -1.0),
            (0.72, -0.66),
            (1.0, 0.05),
            (0.7, 0.75),
            (0.0, 0.96),
            (-0.75, 0.7),
        ]
        points = [(x + px * size * (1.2 + turn * 0.06), y + py * size * (0.8 + turn * 0.05)) for px, py in loop]
        canvas.line([*points, points[0]], ink, 3)
    tip = (x + size * 1.2, y + size * 0.2)
    canvas.line([(tip[0] + 70, tip[1] + 46), tip, (tip[0] + 22, tip[1] + 2)], ink, 3)
    canvas.line([tip, (tip[0] + 6, tip[1] + 22)], ink, 3)
    finished = canvas.image.reduce(2)
    burn_in(finished, picture.label, "paint-over", ink)
    return finished


def _title(picture: Picture, scale: int, moment: float, size: int) -> Image.Image:
    theme = theme_of(picture.place)
    chance = random.Random(f"{picture.kind}/{picture.place}")
    canvas = Canvas(scale)
    scenery.draw_land(canvas, theme, chance, 176, chance.uniform(80, WIDTH - 80))
    scenery.draw_weather(canvas, theme, chance)
    finished = canvas.finished(chance.randrange(1000))
    text = legible(picture.label)
    while size > 20 and font(size).getlength(text) > WIDTH - 60:
        size -= 4
    draw = ImageDraw.Draw(finished)
    middle = (finished.width / 2, finished.height * 0.44)
    shade = mix(theme.near, (0, 0, 0), 0.4)
    draw.text(middle, text, (255, 255, 255), font(size * scale), "mm", stroke_width=4 * scale, stroke_fill=shade)
    rule = finished.height * 0.44 + size * 0.8 * scale
    draw.rectangle((middle[0] - 60 * scale, rule, middle[0] + 60 * scale, rule + 4 * scale), fill=theme.accent)
    return finished


def _sequence(picture: Picture, scale: int, moment: float) -> Image.Image:
    return _title(picture, scale, moment, 76)


def _project(picture: Picture, scale: int, moment: float) -> Image.Image:
    return _title(picture, scale, moment, 60)


def _asset(picture: Picture, scale: int, moment: float) -> Image.Image:
    chance = random.Random(f"asset/{picture.label}")
    canvas = Canvas(scale)
    base = chance.choice(((84, 92, 104), (104, 94, 88), (82, 100, 94), (98, 88, 108)))
    canvas.gradient((mix(base, (0, 0, 0), 0.45), base, mix(base, (255, 255, 255), 0.25)), 190)
    canvas.rectangle(0, 188, WIDTH, HEIGHT, mix(base, (0, 0, 0), 0.25))
    canvas.glow(WIDTH / 2, 100, 200, (255, 255, 255), 0.4)
    canvas.ellipse(WIDTH / 2, 212, 120, 14, mix(base, (0, 0, 0), 0.6))
    theme = theme_of(f"NL{chance.randrange(12) * 10 + 10}")
    if picture.place == "Character":
        who = figures.CAST[chance.randrange(len(figures.CAST))]
        figures.draw_figure(canvas, who, WIDTH / 2, 212, 180, mix(base, (10, 10, 16), 0.8), (240, 240, 244), True)
    elif picture.place == "Vehicle":
        figures.draw_boat(canvas, theme, WIDTH / 2, 180, 90)
    elif picture.place == "Environment":
        scenery.draw_land(canvas, theme, chance, 140, chance.uniform(80, WIDTH - 80))
    else:
        _prop(canvas, chance)
    finished = canvas.finished(chance.randrange(1000))
    burn_in(finished, picture.label, picture.place, theme.accent)
    return finished


def _prop(canvas: Canvas, chance: random.Random) -> None:
    x, colour = WIDTH / 2, chance.choice(((200, 120, 50), (60, 130, 150), (170, 60, 60), (120, 140, 60)))
    dark, bright = mix(colour, (0, 0, 0), 0.45), mix(colour, (255, 255, 255), 0.45)
    shape = chance.choice(("crate", "lantern", "ball", "book"))
    if shape == "crate":
        canvas.polygon([(x - 80, 110), (x, 84), (x + 80, 110), (x, 140)], bright)
        canvas.polygon([(x - 80, 110), (x, 140), (x, 216), (x - 80, 184)], colour)
        canvas.polygon([(x, 140), (x + 80, 110), (x + 80, 184), (x, 216)], dark)
    elif shape == "lantern":
        canvas.line([(x - 30, 84), (x, 50), (x + 30, 84)], dark, 5)
        canvas.rectangle(x - 42, 82, x + 42, 98, dark)
        canvas.rectangle(x - 34, 98, x + 34, 196, (255, 226, 150))
        canvas.glow(x, 148, 110, (255, 206, 110), 0.8)
        canvas.rectangle(x - 44, 196, x + 44, 214, dark)
        canvas.rectangle(x - 3, 98, x + 3, 196, dark)
    elif shape == "ball":
        canvas.ellipse(x, 148, 66, 66, dark)
        canvas.ellipse(x - 6, 142, 58, 58, colour)
        canvas.glow(x - 24, 118, 44, (255, 255, 255), 0.9)
    else:
        canvas.polygon([(x - 96, 196), (x + 50, 212), (x + 110, 182), (x - 40, 168)], (240, 234, 216))
        canvas.polygon([(x - 96, 186), (x + 50, 202), (x + 110, 172), (x - 40, 158)], colour)
        canvas.line([(x - 60, 181), (x + 44, 192)], bright, 4)


def _person_portrait(picture: Picture, scale: int, moment: float) -> Image.Image:
    chance = random.Random(f"person/{picture.label}")
    canvas = Canvas(scale)
    figures.draw_portrait(canvas, chance)
    finished = canvas.finished(chance.randrange(1000))
    burn_in(finished, picture.label, picture.place, (255, 255, 255))
    return finished


_KINDS: Dict[str, Callable[[Picture, int, float], Image.Image]] = {
    "shot": _shot,
    "filmstrip": _filmstrip,
    "paintover": _paintover,
    "sequence": _sequence,
    "project": _project,
    "asset": _asset,
    "person": _person_portrait,
}
