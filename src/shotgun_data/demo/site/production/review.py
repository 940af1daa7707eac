"""What was made and said about it: versions, publishes, notes with replies and attachments, playlists."""

from __future__ import annotations

import random
from typing import Any, Dict, List, Tuple

from ..generated import Generated
from ..store import Store
from .calendar import Calendar
from .crew import Crew
from .shots import ShotMade
from .story import SHOT_STEPS

__all__ = ["HOSTILE_NAME", "LARGE_BYTES", "fill"]

Link = Dict[str, Any]
Row = Dict[str, Any]

LARGE_BYTES = 20 * 1024 * 1024
"""Size of the attachment that is large enough for its progress to be watched."""

HOSTILE_NAME = "../../x"
"""Name of an attachment that must stay in its folder all the same."""

_COMMENTS = (
    "first pass, timing only", "notes from dailies addressed", "new camera from layout", "eye line fixed",
    "lighter snow, less of it", "matched the neighbour's grade", "hero light moved up", "final render, full res",
)  # fmt: skip
_SUBJECTS = ("Timing of the turn", "Horizon", "Too dark on the left", "Scarf simulation", "Edge quality", "Cut point")
_BODIES = (
    "The turn starts four frames late; please overlap it with the door.",
    "Could we lose the second bird? It pulls the eye out of frame.",
    "Love the light now. Only the rim on the scarf still flickers around the middle.",
    "Please look at the attached frame: the marked edge should be softer.",
    "The horizon cuts through her head. A few pixels up would do.",
    "Director is happy with the framing. Go on to lighting.",
    "日本語の字幕が入る余白を残してください。",
)
_REPLIES = (
    "On it.",
    "Done in the next version.",
    "Could you mark the frame?",
    "Agreed, thank you!",
    "C'est noté, à demain.",
)

# Extension and content type of what a note may carry; a PNG is a frame with a reviewer's marks.
_FORMS = (
    ("png", "image/png"),
    ("png", "image/png"),
    ("txt", "text/plain"),
    ("pdf", "application/pdf"),
    ("json", "application/json"),
)


def fill(
    store: Store, project: Link, people: Crew, shots: List[ShotMade], calendar: Calendar, chance: random.Random
) -> None:
    """Make all of it for `shots`."""
    versions = _fill_versions(store, project, shots, calendar, chance)
    _fill_publishes(store, project, shots, versions, calendar)
    _fill_notes(store, project, people, shots, versions, calendar, chance)
    dailies = [
        {
            "code": f"Dailies {calendar.day(day)}",
            "description": "What is new since yesterday.",
            "sg_date_and_time": calendar.moment(day, 30),
            "project": project,
            "versions": [each[-1] for each in chance.sample(versions, min(12, len(versions)))],
        }
        for day in range(calendar.TODAY - 5, calendar.TODAY + 1)
    ]
    store.bulk_insert("Playlist", dailies)


def _fill_versions(
    store: Store, project: Link, shots: List[ShotMade], calendar: Calendar, chance: random.Random
) -> List[List[Link]]:
    """Make one to four versions of each shot; gives them by shot."""
    rows: List[Row] = []
    counts: List[int] = []
    for number, shot in enumerate(shots):
        count = min(4, max(1, shot.stage + chance.choice((-1, 0, 0, 1))))
        counts.append(count)
        step = SHOT_STEPS[min(shot.stage, len(SHOT_STEPS) - 1)]
        for take in range(1, count + 1):
            day = number * 110 // len(shots) + take * 9
            code = f"{shot.label}_{step.lower()}_v{take:03d}"
            rows.append(
                {
                    "code": code,
                    "description": chance.choice(_COMMENTS).capitalize() + ".",
                    "sg_status_list": chance.choice(("rev", "apr", "chg")) if take == count else "vwd",
                    "entity": shot.link,
                    "sg_task": shot.tasks[step],
                    "user": shot.artists[step],
                    "project": project,
                    "sg_first_frame": shot.first_frame,
                    "sg_last_frame": shot.last_frame,
                    "frame_count": shot.last_frame - shot.first_frame + 1,
                    "frame_range": f"{shot.first_frame}-{shot.last_frame}",
                    "sg_path_to_frames": f"/mnt/projects/northern_lights/{shot.label}/{code}.%04d.exr",
                    "sg_path_to_movie": f"/mnt/projects/northern_lights/{shot.label}/{code}.mov",
                    "sg_version_type": "Daily",
                    "image": shot.picture(take),
                    "created_at": calendar.moment(day, number % 480),
                    "updated_at": calendar.moment(day, number % 480),
                }
            )
    ids = iter(store.bulk_insert("Version", rows))
    return [[{"type": "Version", "id": next(ids)} for _ in range(count)] for count in counts]


def _fill_publishes(
    store: Store, project: Link, shots: List[ShotMade], versions: List[List[Link]], calendar: Calendar
) -> None:
    """Make a published scene for the latest version of each shot, with its path on the studio's storage."""
    roots = {"linux_path": "/mnt/projects", "mac_path": "/Volumes/projects", "windows_path": "P:\\projects"}
    storage = store.bulk_insert("LocalStorage", [{"code": "primary", **roots}])[0]
    kind = store.bulk_insert("PublishedFileType", [{"code": "Maya Scene", "short_name": "maya"}])[0]
    files: List[Row] = []
    for shot, made in zip(shots, versions):
        name = f"{shot.label}_v{len(made):03d}.mb"
        relative = f"northern_lights/{shot.sequence}/{shot.label}/{name}"
        windows = relative.replace("/", "\\")
        files.append(
            {
                "link_type": "local",
                "name": name,
                "content_type": "application/octet-stream",
                "relative_path": relative,
                "local_storage": {"type": "LocalStorage", "id": storage, "name": "primary"},
                "local_path_linux": f"/mnt/projects/{relative}",
                "local_path_mac": f"/Volumes/projects/{relative}",
                "local_path_windows": f"P:\\projects\\{windows}",
            }
        )
    held = [{"display_name": f["name"], "filename": f["name"], "project": project, "this_file": f} for f in files]
    attachments = store.bulk_insert("Attachment", held)
    rows = [
        {
            "code": file["name"],
            "name": f"{shot.label}.mb",
            "version_number": len(made),
            "path": {**file, "id": attachment},
            "path_cache": file["relative_path"],
            "published_file_type": {"type": "PublishedFileType", "id": kind},
            "entity": shot.link,
            "task": shot.tasks["Animation"],
            "version": made[-1],
            "project": project,
            "sg_status_list": "cmpt",
            "image": shot.picture(len(made)),
            "created_at": calendar.moment(60, number % 480),
        }
        for number, (shot, made, file, attachment) in enumerate(zip(shots, versions, files, attachments))
    ]
    store.bulk_insert("PublishedFile", rows)


def _fill_notes(
    store: Store,
    project: Link,
    people: Crew,
    shots: List[ShotMade],
    versions: List[List[Link]],
    calendar: Calendar,
    chance: random.Random,
) -> None:
    """Make one to three notes for two shots in five, and for the first few whatever comes."""
    notes: List[Row] = []
    files: List[Row] = []
    carried: List[Tuple[int, int]] = []  # which note carries which file
    for number, (shot, made) in enumerate(zip(shots, versions)):
        if number > 3 and chance.random() > 0.4:
            continue
        for _ in range(chance.randint(1, 3)):
            author = chance.choice(people.reviewers)
            day = calendar.TODAY - chance.randint(0, 60)
            for file in _files(number, shot, len(made), len(files), chance):
                carried.append((len(notes), len(files)))
                files.append({**file, "project": project, "attachment_links": [shot.link]})
            notes.append(
                {
                    "subject": f"{chance.choice(_SUBJECTS)} ({shot.label})",
                    "content": chance.choice(_BODIES),
                    "note_links": [shot.link, made[-1]],
                    "tasks": [shot.tasks[SHOT_STEPS[min(shot.stage, 3)]]],
                    "addressings_to": [shot.artists[SHOT_STEPS[min(shot.stage, 3)]]],
                    "user": author,
                    "project": project,
                    "sg_status_list": chance.choice(("opn", "opn", "ip", "clsd")),
                    "sg_note_type": chance.choice(("Internal", "Internal", "Director", "Client")),
                    "attachments": [],
                    "created_by": author,
                    "created_at": calendar.moment(day, number % 480),
                    "updated_at": calendar.moment(day, number % 480 + 40),
                }
            )
    ids = store.bulk_insert("Attachment", files)
    for note, file_index in carried:
        notes[note]["attachments"].append({"type": "Attachment", "id": ids[file_index]})
    made_notes = store.bulk_insert("Note", notes)
    replies = [
        {
            "content": chance.choice(_REPLIES),
            "entity": {"type": "Note", "id": entity_id},
            "user": chance.choice(note["addressings_to"] + [note["user"]]),
            "project": project,
            "created_at": note["updated_at"],
        }
        for entity_id, note in zip(made_notes, notes)
        for _ in range(chance.choice((0, 1, 1, 2)))
    ]
    store.bulk_insert("Reply", replies)


def _files(number: int, shot: ShotMade, take: int, seed: int, chance: random.Random) -> List[Row]:
    """Return the Attachments of one note, without project and links."""
    files: List[Row] = []
    if number == 0 and seed == 0:
        plates = Generated("bin", 1, LARGE_BYTES)
        files.append(_file(f"{shot.label}_plates.bin", plates.content_type, plates.key))
    if number == 1:
        files.append(_file(HOSTILE_NAME, "text/plain", Generated("txt", seed).key))
    if chance.random() < 0.6:
        form, content_type = chance.choice(_FORMS)
        if form == "png":
            files.append(_file(f"{shot.label}_paintover.png", content_type, shot.picture(take, "paintover")))
        else:
            # Many notes carry a file of this one name: caches must keep them apart.
            files.append(_file(f"review_notes.{form}", content_type, Generated(form, seed).key))
    return files


def _file(name: str, content_type: str, key: str) -> Row:
    row: Row = {
        "display_name": name,
        "filename": name,
        "original_fname": name,
        "file_extension": name.rpartition(".")[2] if "." in name.strip("./") else None,
        "this_file": {"name": name, "content_type": content_type, "key": key},
    }
    if Generated.owns(key):
        row["file_size"] = Generated.from_key(key).length
    return row
