"""The people of the production, with portraits, in departments and groups."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Dict, List, Tuple

from ..drawing import Picture
from ..store import Store

__all__ = ["Crew", "fill"]

Link = Dict[str, Any]

# Name, role and department; the login is the first name in ASCII, but for the one that the demo logs in as.
_PEOPLE: Tuple[Tuple[str, str, str, str], ...] = (
    ("Demo Artist", "artist", "Artist", "Lighting"),
    ("Solveig Østby", "solveig", "Producer", "Production"),
    ("Håkon Lie", "hakon", "Supervisor", "Production"),
    ("Amélie Garnier", "amelie", "Coordinator", "Production"),
    ("田中 美咲", "misaki", "Supervisor", "Animation"),
    ("Jonas Weber", "jonas", "Lead", "Layout"),
    ("Priya Raman", "priya", "Artist", "Layout"),
    ("Marek Nowak", "marek", "Artist", "Layout"),
    ("Elena Rossi", "elena", "Lead", "Animation"),
    ("Tomás Herrera", "tomas", "Artist", "Animation"),
    ("Aino Virtanen", "aino", "Artist", "Animation"),
    ("Kwame Mensah", "kwame", "Artist", "Animation"),
    ("Zoë Martin", "zoe", "Lead", "Lighting"),
    ("Ravi Shah", "ravi", "Artist", "Lighting"),
    ("Ingrid Dahl", "ingrid", "Artist", "Lighting"),
    ("Chen Wei", "chen", "Lead", "Compositing"),
    ("Nadia Haddad", "nadia", "Artist", "Compositing"),
    ("Oliver Brandt", "oliver", "Artist", "Compositing"),
    ("Fatou Diallo", "fatou", "Lead", "Assets"),
    ("Lukas Novák", "lukas", "Artist", "Assets"),
    ("Sara Lindholm", "sara", "Artist", "Assets"),
)
_DEPARTMENTS = ("Production", "Assets", "Layout", "Animation", "Lighting", "Compositing")
_COLOURS = ("200,200,200", "230,190,140", "160,200,230", "240,170,170", "250,220,130", "170,220,170")


@dataclass(frozen=True)
class Crew:
    """Everyone by department; those who direct reviews are in `reviewers`."""

    everyone: List[Link]
    by_department: Dict[str, List[Link]]
    reviewers: List[Link]

    def anyone(self, department: str, chance: random.Random) -> Link:
        return chance.choice(self.by_department[department])


def fill(store: Store, chance: random.Random) -> Crew:
    """Make departments, people and groups."""
    departments = dict(
        zip(
            _DEPARTMENTS,
            store.bulk_insert(
                "Department",
                [
                    {"name": name, "code": name[:4].upper(), "color": colour}
                    for name, colour in zip(_DEPARTMENTS, _COLOURS)
                ],
            ),
        )
    )
    rows = [
        {
            "name": name,
            "login": login,
            "email": f"{login}@example.com",
            "sg_role": role,
            "department": {"type": "Department", "id": departments[department]},
            # Burnt in is what the font can write: the login where the name is in another script.
            "image": Picture("person", role, name if name.split()[0][0].isascii() else login.title()).key,
        }
        for name, login, role, department in _PEOPLE
    ]
    everyone = [{"type": "HumanUser", "id": each} for each in store.bulk_insert("HumanUser", rows)]
    by_department: Dict[str, List[Link]] = {name: [] for name in _DEPARTMENTS}
    for (_, _, _, department), link in zip(_PEOPLE, everyone):
        by_department[department].append(link)
    reviewers = [link for (_, _, role, _), link in zip(_PEOPLE, everyone) if role in ("Supervisor", "Lead")]
    groups = [{"code": name, "users": members} for name, members in by_department.items()]
    groups.append({"code": "Leads and supervisors", "users": reviewers})
    store.bulk_insert("Group", groups)
    return Crew(everyone, by_department, reviewers)
