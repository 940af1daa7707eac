"""The shots of the main project, and the tasks on them and on the assets."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Tuple

from ..drawing import Picture
from ..store import Store
from .calendar import Calendar
from .crew import Crew
from .story import ASSET_STEPS, SHOT_STEPS, Sequence

__all__ = ["Setting", "ShotMade", "fill"]

Link = Dict[str, Any]

_NO_THUMBNAIL = 23
"""One shot in so many has none."""

# What is appended to the codes of some shots: names that are not ASCII must work everywhere.
_UNUSUAL = {("NL020", 2): "_été", ("NL050", 1): "_日本", ("NL070", 3): "_Østfjord", ("NL120", 0): "_ñandú"}

_WHO = ("Mira", "Tove", "Aslak", "Grandmother", "Jon", "The herd", "The boat", "The camera")
_DOES = (
    "crosses left to right", "stops and looks up", "turns towards the light", "holds still for four beats",
    "walks away from us", "leans into the wind", "hears something behind", "comes into focus",
)  # fmt: skip
_HOW = (
    "slow push in", "locked off", "handheld", "crane up", "dolly with", "long lens", "low horizon", "over the shoulder",
)  # fmt: skip
_TAGS = ("hero", "crowd", "water", "snow", "fire", "stereo check", "retime", "matte painting")


@dataclass(frozen=True)
class Setting:
    """What shots are made from."""

    project: Link
    sequences: List[Sequence]
    assets: List[Link]
    steps: Dict[str, Link]
    people: Crew
    calendar: Calendar


@dataclass
class ShotMade:
    """A shot that was made: ``label`` is its code as it is burnt in, ``stage`` how many of its steps are done."""

    sequence: str
    label: str
    stage: int
    first_frame: int
    last_frame: int
    link: Link = field(default_factory=dict)
    tasks: Dict[str, Link] = field(default_factory=dict)
    artists: Dict[str, Link] = field(default_factory=dict)

    def picture(self, take: int = 0, kind: str = "shot") -> str:
        """Return the media key of the shot's picture, or of one of its versions'."""
        return Picture(kind, self.sequence, self.label, take).key


def fill(store: Store, setting: Setting, chance: random.Random) -> List[ShotMade]:
    """Make the tags, the shots and all tasks; gives the shots in the order of the cut."""
    tags = [{"type": "Tag", "id": each} for each in store.bulk_insert("Tag", [{"name": name} for name in _TAGS])]
    made: List[ShotMade] = []
    rows: List[Dict[str, Any]] = []
    for position, sequence in enumerate(setting.sequences):
        cut = 1
        for index in range(sequence.shots):
            shot, row = _shot(setting, sequence, position, index, len(rows), chance)
            row["sg_cut_in"], row["sg_cut_out"] = cut, cut + row["sg_cut_duration"] - 1
            cut += row["sg_cut_duration"]
            if chance.random() < 0.15:
                row["tags"] = chance.sample(tags, chance.randint(1, 2))
            rows.append(row)
            made.append(shot)
    for shot, entity_id in zip(made, store.bulk_insert("Shot", rows)):
        shot.link = {"type": "Shot", "id": entity_id}
    _fill_tasks(store, setting, made, chance)
    _fill_asset_tasks(store, setting, chance)
    return made


def _shot(
    setting: Setting, sequence: Sequence, position: int, index: int, number: int, chance: random.Random
) -> Tuple[ShotMade, Dict[str, Any]]:
    label = f"{sequence.code}_{(index + 1) * 10:04d}"
    duration = chance.randint(28, 180)
    handles = 8
    first, last = 1001, 1001 + duration + 2 * handles - 1
    # Work goes through the story from its beginning, and not evenly.
    stage = min(len(SHOT_STEPS), max(0, round(chance.gauss(4.6 - position * 0.42, 0.9))))
    shot = ShotMade(sequence.code, label, stage, first, last)
    status = _status(stage, chance)
    thumbnail: Optional[str] = shot.picture() if number % _NO_THUMBNAIL != 7 else None
    return shot, {
        "code": label + _UNUSUAL.get((sequence.code, index), ""),
        "description": f"{chance.choice(_WHO)} {chance.choice(_DOES)}; {chance.choice(_HOW)}.",
        "sg_status_list": status,
        "sg_sequence": sequence.link,
        "project": setting.project,
        "sg_shot_type": "Full CG",
        "sg_cut_duration": duration,
        "sg_cut_order": index + 1,
        "sg_head_in": first,
        "sg_tail_out": last,
        "sg_working_duration": last - first + 1,
        "sg_complete": round(100 * stage / len(SHOT_STEPS)),
        "sg_due_date": setting.calendar.day(60 + position * 18 + index % 20),
        "sg_hero_shot": chance.random() < 0.05,
        "sg_lead": setting.people.reviewers[position % len(setting.people.reviewers)],
        "assets": chance.sample(setting.assets, chance.randint(2, 4)),
        "image": thumbnail,
        "filmstrip_image": None if thumbnail is None else shot.picture(kind="filmstrip"),
        "created_at": setting.calendar.moment(position // 3, index % 400),
        "updated_at": setting.calendar.moment(40 + (number * 7) % 110, number % 480),
    }


def _status(stage: int, chance: random.Random) -> str:
    if chance.random() < 0.03:
        return chance.choice(("hld", "omt"))
    return ("wtg", "rdy", "ip", "rev", "apr")[stage] if stage < len(SHOT_STEPS) else chance.choice(("apr", "fin"))


def _fill_tasks(store: Store, setting: Setting, made: List[ShotMade], chance: random.Random) -> None:
    rows: List[Dict[str, Any]] = []
    for number, shot in enumerate(made):
        start = number * 110 // max(1, len(made))
        for order, name in enumerate(SHOT_STEPS):
            artist = setting.people.anyone(name, chance)
            shot.artists[name] = artist
            days = chance.randint(3, 9)
            done, current = order < shot.stage, order == shot.stage
            rows.append(
                {
                    "content": name,
                    "entity": shot.link,
                    "project": setting.project,
                    "step": setting.steps[name],
                    "sg_status_list": "fin" if done else chance.choice(("ip", "rdy", "rev")) if current else "wtg",
                    "task_assignees": [artist],
                    "start_date": setting.calendar.day(start),
                    "due_date": setting.calendar.day(start + days),
                    "duration": days * 480,
                    "est_in_mins": days * 420,
                    "sg_sort_order": order + 1,
                }
            )
            start += days
    ids = iter(store.bulk_insert("Task", rows))
    for shot in made:
        shot.tasks = {name: {"type": "Task", "id": next(ids)} for name in SHOT_STEPS}


def _fill_asset_tasks(store: Store, setting: Setting, chance: random.Random) -> None:
    rows = [
        {
            "content": name,
            "entity": asset,
            "project": setting.project,
            "step": setting.steps[name],
            "sg_status_list": "fin" if order < 2 else chance.choice(("fin", "rev", "ip")),
            "task_assignees": [setting.people.anyone("Assets", chance)],
            "start_date": setting.calendar.day(order * 12),
            "due_date": setting.calendar.day(order * 12 + 10),
            "sg_sort_order": order + 1,
        }
        for asset in setting.assets
        for order, name in enumerate(ASSET_STEPS)
    ]
    store.bulk_insert("Task", rows)
