"""The origin's Shots: fifteen fields of the kinds that a production has, the same in each run."""

from __future__ import annotations

import datetime
from typing import Any

ENTITY_TYPE = "Shot"

#: Text, list, numbers, float, duration, checkbox, date, date-times, image, entity links, multi-entity, tags.
FIELDS = (
    "code",
    "description",
    "sg_status_list",
    "sg_cut_in",
    "sg_complexity",
    "sg_bid_duration",
    "sg_delivered",
    "due_date",
    "created_at",
    "updated_at",
    "image",
    "project",
    "sg_sequence",
    "assets",
    "tags",
)

_STATUSES = ("wtg", "rdy", "ip", "rev", "apr", "fin", "omt", "hld")
_WORDS = (
    "the hero enters from camera left, rain on the lens, plate needs a stabilise before roto; "
    "über-wide — keep the 日本 signage, match the practical light of the previous shot & hold for 12 frames "
)
_TAGS = ("cg", "2d", "roto", "paint", "trailer", "stereo", "review")
_FIRST_DAY = datetime.datetime(2024, 1, 8, 7, 30, 0)


def row(number: int) -> dict[str, Any]:
    """Shot ``number`` (from 1) as the site's JSON has it."""
    sequence = number // 40
    created = _FIRST_DAY + datetime.timedelta(minutes=37 * number)
    start = number * 7 % len(_WORDS)
    return {
        "type": ENTITY_TYPE,
        "id": 1000 + number,
        "code": f"SQ{sequence:04d}_SH{number % 40 * 10:04d}",
        "description": None if number % 11 == 0 else (_WORDS[start:] + _WORDS)[: 30 + number % 90],
        "sg_status_list": _STATUSES[number % len(_STATUSES)],
        "sg_cut_in": 1001 + number % 24,
        "sg_complexity": round(number % 97 / 9.7, 3),
        "sg_bid_duration": 60 * (number % 80),
        "sg_delivered": number % 3 == 0,
        "due_date": (created + datetime.timedelta(days=90)).strftime("%Y-%m-%d"),
        "created_at": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at": (created + datetime.timedelta(seconds=86_399 * (number % 50))).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "image": (
            f"https://media.example.com/thumbnails/{number:06d}_t.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            f"&X-Amz-Credential=BENCH%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z"
            f"&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature={number:064x}"
        ),
        "project": {"type": "Project", "id": 70 + number % 3, "name": f"Production {number % 3}"},
        "sg_sequence": None
        if number % 53 == 0
        else {"type": "Sequence", "id": 500 + sequence, "name": f"SQ{sequence:04d}"},
        "assets": [
            {"type": "Asset", "id": 2000 + (number * each) % 300, "name": f"chr_asset{(number * each) % 300:03d}"}
            for each in range(1, 1 + number % 5)
        ],
        "tags": [
            {"type": "Tag", "id": 40 + each, "name": _TAGS[each]} for each in range(number % 4)
        ],
    }
