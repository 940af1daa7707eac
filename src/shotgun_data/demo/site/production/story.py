"""What is told: the projects, their sequences, the assets, and the pipeline steps that each goes through."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from ..drawing import Picture
from ..store import Store
from .calendar import Calendar
from .crew import Crew

__all__ = [
    "ASSET_STEPS",
    "SHOT_STEPS",
    "Sequence",
    "fill_assets",
    "fill_project",
    "fill_second_project",
    "fill_sequences",
    "fill_steps",
]

Link = Dict[str, Any]

_SEQUENCES: Tuple[Tuple[str, str], ...] = (
    ("NL010", "The first night. Mira sees the lights from the roof."),
    ("NL020", "Harvest. The village does not believe her."),
    ("NL030", "At the harbour she meets Aslak and his red boat."),
    ("NL040", "Through the forest, with Tove following in secret."),
    ("NL050", "The city where nobody has seen the sky for years."),
    ("NL060", "The salt desert. Heat, mirages, the long walk."),
    ("NL070", "Caught in the storm on the ice."),
    ("NL080", "The burnt town, and what grandmother never told."),
    ("NL090", "Thaw. Everything is loud and green again."),
    ("NL100", "Under the water, where the colours are kept."),
    ("NL110", "In the cabin. Jon repairs the lantern."),
    ("NL120", "Morning. The lights come home."),
)

_ASSETS: Tuple[Tuple[str, str, str], ...] = (
    ("mira", "Character", "Nine years old, red scarf, never stands still."),
    ("tove", "Character", "Her little sister, always in the yellow hood."),
    ("aslak", "Character", "Fisherman. The hat stays on."),
    ("grandmother", "Character", "Purple shawl, slow hands."),
    ("jon", "Character", "Repairs lanterns."),
    ("reindeer", "Character", "Herd of twelve, two hero animals."),
    ("lantern", "Prop", "Brass, with one cracked pane."),
    ("crate_fish", "Prop", "Stacks; three wear states."),
    ("book_of_skies", "Prop", "Opens; pages simulated."),
    ("glass_ball", "Prop", "Holds the first light."),
    ("rope_coil", "Prop", "Wet and dry."),
    ("sledge", "Prop", "Breaks in NL070."),
    ("boat_red", "Vehicle", "Aslak's boat, the Linnea."),
    ("boat_ferry", "Vehicle", "Background only."),
    ("tram", "Vehicle", "Night city, interior lit."),
    ("village", "Environment", "Forty houses, four seasons."),
    ("harbour", "Environment", "Pier, cranes, tide."),
    ("forest", "Environment", "Scattered; three densities."),
    ("night_city", "Environment", "Modular blocks, rain."),
    ("salt_flat", "Environment", "Matte beyond 400 m."),
    ("ice_field", "Environment", "Fractures on cue."),
    ("burnt_town", "Environment", "Embers and smoke."),
    ("reef", "Environment", "Coral library, caustics."),
    ("cabin", "Environment", "Interior, practical lights."),
)

_SECOND_ASSETS: Tuple[Tuple[str, str], ...] = (
    ("paper_boat", "Vehicle"),
    ("umbrella", "Prop"),
    ("lamp_post", "Prop"),
    ("child", "Character"),
    ("street", "Environment"),
    ("puddle", "Environment"),
)

SHOT_STEPS = ("Layout", "Animation", "Lighting", "Compositing")
ASSET_STEPS = ("Model", "Rig", "Surface")
_STEP_COLOURS = (
    "160,200,230",
    "240,170,170",
    "250,220,130",
    "170,220,170",
    "210,180,230",
    "230,190,140",
    "150,210,200",
)


@dataclass(frozen=True)
class Sequence:
    """A sequence, and how many of the production's shots it has."""

    link: Link
    code: str
    shots: int


def fill_project(store: Store, people: Crew, calendar: Calendar) -> Link:
    """Make the main project."""
    project = {
        "name": "Northern Lights",
        "code": "nl",
        "tank_name": "northern_lights",
        "sg_status": "Active",
        "sg_type": "Short",
        "sg_description": "A girl walks north to find out who switched off the sky. 42 minutes, full CG.",
        "start_date": calendar.day(0),
        "end_date": calendar.day(320),
        "color": "90,170,160",
        "is_demo": True,
        "users": people.everyone,
        "image": Picture("project", "NL010", "Northern Lights").key,
    }
    return {"type": "Project", "id": store.bulk_insert("Project", [project])[0]}


def fill_sequences(store: Store, project: Link, shots: int) -> List[Sequence]:
    """Make the sequences and spread `shots` over them, the middle of the story getting the most."""
    weights = [6 + min(index, len(_SEQUENCES) - 1 - index) for index in range(len(_SEQUENCES))]
    shares = [shots * weight // sum(weights) for weight in weights]
    for index in range(shots - sum(shares)):
        shares[index % len(shares)] += 1
    rows = [
        {
            "code": code,
            "description": description,
            "project": project,
            "sg_sequence_type": "Full CG",
            "sg_cut_order": index + 1,
            "sg_status_list": "apr" if index < 3 else "ip" if index < 9 else "wtg",
            "image": Picture("sequence", code, code).key,
        }
        for index, (code, description) in enumerate(_SEQUENCES)
    ]
    ids = store.bulk_insert("Sequence", rows)
    return [
        Sequence({"type": "Sequence", "id": each}, code, share)
        for each, (code, _), share in zip(ids, _SEQUENCES, shares)
    ]


def fill_assets(store: Store, project: Link, chance: random.Random) -> List[Link]:
    """Make the assets of the main project."""
    rows = [
        {
            "code": code,
            "sg_asset_type": kind,
            "description": description,
            "project": project,
            "sg_status_list": chance.choice(("apr", "apr", "fin", "ip")),
            "image": Picture("asset", kind, code).key,
        }
        for code, kind, description in _ASSETS
    ]
    return [{"type": "Asset", "id": each} for each in store.bulk_insert("Asset", rows)]


def fill_steps(store: Store) -> Dict[str, Link]:
    """Make the pipeline steps; gives them by name."""
    names = SHOT_STEPS + ASSET_STEPS
    rows = [
        {
            "code": name,
            "short_name": name[:4].lower(),
            "entity_type": "Shot" if name in SHOT_STEPS else "Asset",
            "color": colour,
            "list_order": order + 1,
        }
        for order, (name, colour) in enumerate(zip(names, _STEP_COLOURS))
    ]
    return {name: {"type": "Step", "id": each} for name, each in zip(names, store.bulk_insert("Step", rows))}


def fill_second_project(
    store: Store, people: Crew, steps: Dict[str, Link], calendar: Calendar, chance: random.Random
) -> None:
    """Make a project in pre-production: two sequences on paper, six assets in work, no shot yet."""
    project = {
        "name": "Paper Boats",
        "code": "pb",
        "tank_name": "paper_boats",
        "sg_status": "Bidding",
        "sg_type": "Commercial",
        "sg_description": "Ninety seconds about rain. Assets first; the edit is not locked.",
        "start_date": calendar.day(130),
        "end_date": calendar.day(220),
        "is_demo": True,
        "users": people.everyone[:8],
        "image": Picture("project", "PB030", "Paper Boats").key,
    }
    link = {"type": "Project", "id": store.bulk_insert("Project", [project])[0]}
    sequences = [("PB010", "The gutter."), ("PB030", "The river.")]
    store.bulk_insert(
        "Sequence",
        [
            {"code": code, "description": text, "project": link, "image": Picture("sequence", code, code).key}
            for code, text in sequences
        ],
    )
    rows = [
        {"code": code, "sg_asset_type": kind, "project": link, "image": Picture("asset", kind, code).key}
        for code, kind in _SECOND_ASSETS
    ]
    tasks = [
        {
            "content": name,
            "entity": {"type": "Asset", "id": asset},
            "project": link,
            "step": steps[name],
            "sg_status_list": "ip" if name == "Model" else "wtg",
            "task_assignees": [people.anyone("Assets", chance)],
            "start_date": calendar.day(134),
            "due_date": calendar.day(150),
        }
        for asset in store.bulk_insert("Asset", rows)
        for name in ASSET_STEPS
    ]
    store.bulk_insert("Task", tasks)
