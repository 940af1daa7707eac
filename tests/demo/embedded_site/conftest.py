"""A small site of known contents, and a real client of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from shotgun_api3.shotgun import Shotgun

from shotgun_data.demo.site import EmbeddedSite

Entity = dict[str, Any]


class Studio(NamedTuple):
    """What the small site holds. Shots sh010 to sh040: the first two in sq10, the third in sq20, the last in none."""

    site: EmbeddedSite
    sg: Shotgun
    project: Entity
    other_project: Entity
    sequences: list[Entity]
    assets: list[Entity]
    shots: list[Entity]
    people: list[Entity]
    tasks: list[Entity]

    def codes(self, filters: Any, entity_type: str = "Shot", **more: Any) -> list[str]:
        """The names of the entities that a filter finds, by id."""
        field = "content" if entity_type == "Task" else "code"
        return [row[field] for row in self.sg.find(entity_type, filters, [field], **more)]


def fill(site: EmbeddedSite) -> Studio:
    sg = site.connect()
    project = sg.create("Project", {"name": "Aurora", "sg_status": "Active"})
    other = sg.create("Project", {"name": "Old Film", "archived": True})
    people = [
        sg.create("HumanUser", {"firstname": "Ada", "lastname": "Noël", "login": "ada"}),
        sg.create("HumanUser", {"firstname": "Bo", "lastname": "Li", "login": "bo"}),
    ]
    sequences = [sg.create("Sequence", {"code": code, "project": project}) for code in ("sq10", "sq20")]
    assets = [
        sg.create("Asset", {"code": "Bunny", "sg_asset_type": "Character", "project": project}),
        sg.create("Asset", {"code": "Forest", "sg_asset_type": "Environment", "project": project}),
    ]
    values: list[Entity] = [
        {
            "sg_sequence": sequences[0],
            "assets": assets,
            "sg_status_list": "ip",
            "sg_cut_in": 1001,
            "sg_cut_duration": 24,
            "sg_frame_rate": 23.976,
            "sg_complete": 25,
            "sg_hero_shot": True,
            "sg_due_date": "2026-01-10",
            "sg_turnover_at": "2026-01-10T08:30:00Z",
            "description": "A quiet MEADOW",
            "tag_list": ["night", "Rain"],
            "sg_camera_data": {"lens": 35},
            "sg_timecode_in": 86400000,
            "sg_bid_duration": 600,
            "sg_bid_cost": 1200.5,
            "color": "255,128,0",
            "sg_plate": {"url": "https://example.com/plate.exr", "name": "plate.exr"},
            "sg_lead": people[0],
            "sg_shot_type": "VFX",
        },
        {"sg_sequence": sequences[0], "assets": assets[:1], "sg_cut_in": 1050, "sg_due_date": "2026-02-20"},
        {"sg_sequence": sequences[1], "sg_status_list": "fin", "description": "Élan at dusk", "sg_cut_in": 1100},
        {"project": other, "sg_status_list": "omt"},
    ]
    codes = ("sh010", "sh020", "sh030", "sh040")
    shots = [sg.create("Shot", {"code": c, "project": project, **v}) for c, v in zip(codes, values)]
    tasks = [
        sg.create(
            "Task",
            {
                "content": name,
                "entity": link,
                "project": project,
                "task_assignees": who,
                "due_date": due,
                "sg_status_list": status,
            },
        )
        for name, link, who, due, status in (
            ("anim", shots[0], people[:1], "2026-01-03", "ip"),
            ("comp", shots[0], people, "2026-01-09", "wtg"),
            ("anim", shots[2], [], "2026-04-01", "fin"),
            ("model", assets[0], people[1:], None, "fin"),
        )
    ]
    return Studio(site, sg, project, other, sequences, assets, shots, people, tasks)


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    """For tests that only read, or that change what they made themselves."""
    with EmbeddedSite(production=False) as site:
        yield fill(site)


@pytest.fixture
def fresh() -> Iterator[Studio]:
    """For tests that change what is there."""
    with EmbeddedSite(production=False) as site:
        yield fill(site)
