"""A production to look at: the short feature "Northern Lights", and a small second project that has only begun.

Everything is made up, and made the same way each time, from the number of shots alone.
"""

from __future__ import annotations

import random

from ..media_store import MediaStore
from ..store import Store
from . import crew, review, shots, story
from .calendar import Calendar

__all__ = ["fill"]


def fill(store: Store, media: MediaStore, shots_wanted: int) -> None:
    """Fill an empty `store`, as one transaction, with a production of `shots_wanted` shots in all.

    The second project is still before its first shot. Pictures and files are media keys only, which `media` draws or
    generates when they are asked for; nothing is put into it. 10,000 shots take a few seconds.
    """
    chance = random.Random("Northern Lights")
    calendar = Calendar()
    with store.transaction():
        people = crew.fill(store, chance)
        project = story.fill_project(store, people, calendar)
        sequences = story.fill_sequences(store, project, shots_wanted)
        assets = story.fill_assets(store, project, chance)
        steps = story.fill_steps(store)
        made = shots.fill(store, shots.Setting(project, sequences, assets, steps, people, calendar), chance)
        review.fill(store, project, people, made, calendar, chance)
        story.fill_second_project(store, people, steps, calendar, chance)
