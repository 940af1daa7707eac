"""Who and what stands in a shot: people near and far, a boat, a house, and the portraits of the crew."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Tuple

from .canvas import HEIGHT, WIDTH, Canvas
from .palette import Colour, Theme, mix


@dataclass(frozen=True)
class Character:
    """Someone who can be told from the others by outline alone."""

    name: str
    height: float
    hair: str
    scarf: Colour


CAST = (
    Character("Mira", 1.0, "bun", (232, 64, 60)),
    Character("Tove", 0.68, "hood", (255, 190, 40)),
    Character("Aslak", 1.12, "hat", (60, 150, 220)),
    Character("Grandmother", 0.86, "shawl", (190, 90, 200)),
    Character("Jon", 1.05, "short", (80, 200, 130)),
)


def draw_figure(
    canvas: Canvas, who: Character, x: float, foot: float, size: float, colour: Colour, rim: Colour, from_left: bool
) -> None:
    """Draw someone standing at (x, foot), `size` units tall if of average height, lit from one side."""
    tall = size * who.height
    for dx, fill in ((-size * 0.022 if from_left else size * 0.022, rim), (0.0, colour)):
        cx, head = x + dx, tall * 0.085
        top = foot - tall
        wide = tall * (0.17 if who.hair != "shawl" else 0.22)
        canvas.rectangle(cx - wide * 0.55, foot - tall * 0.34, cx - wide * 0.1, foot, fill)
        canvas.rectangle(cx + wide * 0.1, foot - tall * 0.34, cx + wide * 0.55, foot, fill)
        shoulder = top + tall * 0.2
        canvas.polygon(
            [
                (cx - wide * 0.62, shoulder + tall * 0.02), (cx - wide * 0.3, shoulder - tall * 0.02),
                (cx + wide * 0.3, shoulder - tall * 0.02), (cx + wide * 0.62, shoulder + tall * 0.02),
                (cx + wide * 0.95, foot - tall * 0.42), (cx + wide * 0.72, foot - tall * 0.26),
                (cx - wide * 0.72, foot - tall * 0.26), (cx - wide * 0.95, foot - tall * 0.42),
            ],
            fill,
        )  # fmt: skip
        _head(canvas, who, cx, top + head * 1.1, head, fill)
    canvas.rectangle(x - tall * 0.07, foot - tall * 0.83, x + tall * 0.07, foot - tall * 0.79, who.scarf)
    canvas.rectangle(x + tall * 0.02, foot - tall * 0.8, x + tall * 0.06, foot - tall * 0.62, who.scarf)


def draw_close_up(canvas: Canvas, who: Character, x: float, theme: Theme, from_left: bool, size: float = 62) -> None:
    """Draw head and shoulders that fill the frame; `size` is the radius of the head."""
    eyes = 92 + (62 - size) * 0.6
    colour = mix(theme.near, (0, 0, 0), 0.15)
    side = -1 if from_left else 1
    for dx, fill in ((side * 5.0, mix(theme.light, who.scarf, 0.15)), (0.0, colour)):
        cx = x + dx
        canvas.ellipse(cx, HEIGHT + size * 0.9, size * 2.3, size * 1.9, fill)
        canvas.rectangle(cx - size * 0.42, eyes, cx + size * 0.42, HEIGHT, fill)
        _head(canvas, who, cx, eyes, size * 0.98, fill)
    face = mix(colour, theme.light, 0.13)
    canvas.ellipse(x + side * size * 0.2, eyes + size * 0.14, size * 0.62, size * 0.74, face)
    for eye in (-0.12, 0.42):
        ex, ey = x + side * size * (eye + 0.08), eyes + size * 0.06
        canvas.ellipse(ex, ey, size * 0.105, size * 0.075, mix(theme.light, (255, 255, 255), 0.4))
        canvas.ellipse(ex + side * size * 0.03, ey, size * 0.05, size * 0.065, colour)
    canvas.line([(x + side * size * 0.06, eyes + size * 0.5), (x + side * size * 0.42, eyes + size * 0.47)], colour, 3)
    neck = eyes + size * 1.06
    canvas.polygon(
        [(x - size * 0.7, neck), (x + size * 0.7, neck - 6), (x + size * 1.0, neck + 34), (x - size * 1.0, neck + 38)],
        who.scarf,
    )
    canvas.line([(x - size * 0.84, neck + 18), (x + size * 0.84, neck + 13)], mix(who.scarf, (0, 0, 0), 0.3), 3)


def _head(canvas: Canvas, who: Character, x: float, y: float, size: float, fill: Colour) -> None:
    canvas.ellipse(x, y, size * 0.86, size, fill)
    if who.hair == "bun":
        canvas.ellipse(x, y - size * 0.15, size * 1.0, size * 0.95, fill)
        canvas.ellipse(x + size * 0.35, y - size * 1.15, size * 0.46, size * 0.44, fill)
    elif who.hair == "hood":
        canvas.polygon([(x - size * 1.2, y + size), (x - size * 0.1, y - size * 1.6), (x + size * 1.2, y + size)], fill)
        canvas.ellipse(x, y, size * 1.12, size * 1.08, fill)
    elif who.hair == "hat":
        canvas.ellipse(x, y - size * 0.62, size * 1.5, size * 0.26, fill)
        canvas.rectangle(x - size * 0.75, y - size * 1.45, x + size * 0.75, y - size * 0.6, fill)
    elif who.hair == "shawl":
        canvas.ellipse(x, y + size * 0.1, size * 1.18, size * 1.16, fill)
        canvas.polygon(
            [
                (x - size * 1.15, y),
                (x + size * 1.15, y),
                (x + size * 1.7, y + size * 2),
                (x - size * 1.7, y + size * 2),
            ],
            fill,
        )
    else:
        canvas.ellipse(x - size * 0.1, y - size * 0.4, size * 0.98, size * 0.74, fill)


def draw_boat(canvas: Canvas, theme: Theme, x: float, y: float, size: float) -> None:
    canvas.polygon(
        [(x - size, y), (x + size, y), (x + size * 0.72, y + size * 0.34), (x - size * 0.66, y + size * 0.34)],
        theme.accent,
    )
    canvas.rectangle(x - size * 0.5, y - size * 0.42, x + size * 0.06, y, (240, 236, 224))
    canvas.rectangle(x - size * 0.38, y - size * 0.32, x - size * 0.12, y - size * 0.16, theme.near)
    canvas.line([(x + size * 0.34, y), (x + size * 0.34, y - size * 1.1)], theme.near, size * 0.05)
    canvas.polygon(
        [(x + size * 0.4, y - size * 1.05), (x + size * 0.4, y - size * 0.1), (x + size * 0.92, y - size * 0.1)],
        theme.light,
    )


def draw_house(canvas: Canvas, theme: Theme, x: float, foot: float, size: float) -> None:
    wall = mix(theme.near, theme.accent, 0.34)
    canvas.rectangle(x - size, foot - size * 0.9, x + size, foot, wall)
    roof = mix(theme.near, (0, 0, 0), 0.25)
    canvas.polygon(
        [(x - size * 1.25, foot - size * 0.85), (x, foot - size * 1.75), (x + size * 1.25, foot - size * 0.85)], roof
    )
    canvas.rectangle(x + size * 0.5, foot - size * 1.8, x + size * 0.75, foot - size * 1.2, roof)
    for side in (-0.55, 0.15):
        canvas.rectangle(
            x + size * side, foot - size * 0.65, x + size * (side + 0.4), foot - size * 0.25, (255, 216, 120)
        )
        canvas.glow(x + size * (side + 0.2), foot - size * 0.45, size * 0.9, (255, 206, 110), 0.4)


_SKINS: Tuple[Colour, ...] = ((255, 219, 190), (240, 194, 158), (206, 150, 112), (158, 104, 74), (104, 68, 50))
_HAIRS: Tuple[Colour, ...] = (
    (32, 26, 28),
    (84, 54, 36),
    (150, 98, 52),
    (214, 176, 104),
    (170, 60, 40),
    (190, 190, 196),
)
_BACKS: Tuple[Tuple[Colour, Colour], ...] = (
    ((70, 130, 180), (30, 60, 110)), ((226, 140, 90), (150, 64, 60)), ((110, 170, 130), (36, 90, 84)),
    ((170, 130, 200), (80, 56, 130)), ((230, 190, 96), (176, 110, 48)), ((120, 140, 160), (52, 64, 80)),
)  # fmt: skip


def draw_portrait(canvas: Canvas, chance: random.Random) -> None:
    """Draw one of the crew, in flat colours."""
    upper, lower = chance.choice(_BACKS)
    canvas.gradient((upper, lower))
    x, y, size = WIDTH / 2, 112.0, 64.0
    canvas.glow(x, y, 190, (255, 255, 255), 0.35)
    skin, hair = chance.choice(_SKINS), chance.choice(_HAIRS)
    shirt = chance.choice(((40, 50, 70), (196, 70, 66), (236, 232, 222), (60, 110, 96), (226, 176, 70)))
    style = chance.choice(("short", "long", "bun", "curls", "bald", "cap"))
    if style == "long":
        canvas.ellipse(x, y + 10, size * 1.14, size * 1.2, hair)
        canvas.rectangle(x - size * 1.12, y + 10, x + size * 1.12, y + size * 1.7, hair)
    if style == "bun":
        canvas.ellipse(x, y - size * 1.1, size * 0.46, size * 0.4, hair)
    canvas.ellipse(x, HEIGHT + 50, 128, 122, shirt)
    canvas.rectangle(x - 24, y + 30, x + 24, y + 92, mix(skin, (90, 40, 30), 0.22))
    canvas.ellipse(x, y + 90, 25, 18, mix(skin, (90, 40, 30), 0.22))
    canvas.ellipse(x, y, size * 0.84, size * 1.02, skin)
    for side in (-1, 1):
        canvas.ellipse(x + side * size * 0.84, y + 6, 9, 14, mix(skin, (120, 60, 50), 0.12))
        canvas.ellipse(x + side * 22, y + 2, 5.6, 6.6, (40, 32, 34))
        canvas.ellipse(x + side * 22 + 1.6, y - 0.4, 1.8, 2, (255, 255, 255))
        canvas.line([(x + side * 13, y - 13), (x + side * 32, y - 15)], mix(hair, (20, 20, 20), 0.3), 3.4)
    canvas.line([(x, y + 8), (x - 5, y + 22), (x + 3, y + 23)], mix(skin, (90, 40, 30), 0.4), 2.4)
    smile = chance.uniform(3, 9)
    canvas.line([(x - 17, y + 36), (x, y + 36 + smile), (x + 17, y + 36)], (150, 56, 56), 3.6)
    if style == "curls":
        for curl in range(9):
            offset = (curl - 4) * 15
            canvas.ellipse(x + offset, y - size * 0.86 + abs(curl - 4) ** 2 * 2.4, 19, 18, hair)
    elif style == "cap":
        canvas.ellipse(x, y - size * 0.66, size * 0.86, size * 0.44, shirt)
        canvas.rectangle(x - size * 0.9, y - size * 0.62, x + size * 1.3, y - size * 0.48, mix(shirt, (0, 0, 0), 0.3))
    elif style != "bald":
        canvas.ellipse(x, y - size * 0.78, size * 0.84, size * 0.42, hair)
        canvas.ellipse(x - size * 0.5, y - size * 0.6, size * 0.42, size * 0.4, hair)
    if chance.random() < 0.35:
        for side in (-1, 1):
            frame = [(x + side * 9, y - 7), (x + side * 36, y - 7), (x + side * 36, y + 13), (x + side * 9, y + 13)]
            canvas.line([*frame, frame[0]], (30, 30, 34), 2.4)
    if style in ("bald", "short", "cap") and chance.random() < 0.5:
        canvas.ellipse(x, y + size * 0.86, size * 0.5, size * 0.26, mix(hair, skin, 0.25))
