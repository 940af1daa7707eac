"""create, update, delete, batch, and the events that they leave."""

from __future__ import annotations

from typing import Any

import pytest
from shotgun_api3.shotgun import Fault, Shotgun

from .conftest import Studio


def test_create_gives_what_was_set_and_asked_for(fresh: Studio) -> None:
    made = fresh.sg.create(
        "Shot",
        {"code": "sh050", "project": fresh.project, "sg_sequence": fresh.sequences[0], "assets": fresh.assets},
        return_fields=["sg_status_list", "created_by"],
    )
    assert made["type"] == "Shot"
    assert made["sg_sequence"]["name"] == "sq10"
    assert [asset["name"] for asset in made["assets"]] == ["Bunny", "Forest"]
    assert made["sg_status_list"] == "wtg", "the default"
    assert made["created_by"]["name"] == "demo"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"foo": 1}, "API create() Shot.foo doesn't exist:"),
        ({"sg_cut_in": "a"}, "API create() Shot.sg_cut_in expected [Integer, NilClass] data type(s) but got String"),
        ({"sg_cut_in": True}, "but got TrueClass"),
        ({"code": 5}, "Shot.code expected [String, NilClass]"),
        ({"code": ""}, "Shot.code can't be blank"),
        ({"sg_hero_shot": None}, "expected [TrueClass, FalseClass]"),
        ({"sg_status_list": "zzz"}, "is not a valid value"),
        ({"sg_due_date": "tomorrow"}, "Invalid date format"),
        ({"sg_turnover_at": "noon"}, "Invalid date time format"),
        ({"color": "red"}, "not a valid color"),
        ({"sg_sequence": 5}, "expected a Hash"),
        ({"sg_sequence": {"type": "Asset", "id": 1}}, "can't link to an entity of type 'Asset'"),
        ({"sg_sequence": {"type": "Sequence", "id": 999}}, "can't link to Sequence 999"),
        ({"assets": {"type": "Asset", "id": 1}}, "expected [Array, NilClass]"),
        ({"sg_plate": {"local_path": "/nowhere/x.exr"}}, "not below any of the site's local storages"),
        ({"cached_display_name": "x"}, "is not editable"),
        ({"id": 7}, "is not editable"),
    ],
)
def test_wrong_values_are_named_and_nothing_is_made(studio: Studio, values: dict[str, Any], sentence: str) -> None:
    before = len(studio.codes([]))
    with pytest.raises(Fault) as raised:
        studio.sg.create("Shot", {"code": "bad", "project": studio.project, **values})
    assert sentence in str(raised.value)
    assert len(studio.codes([])) == before


def test_update_gives_the_fields_that_were_given(fresh: Studio) -> None:
    number = fresh.shots[0]["id"]
    changed = fresh.sg.update("Shot", number, {"description": "new", "sg_sequence": None})
    assert changed == {"type": "Shot", "id": number, "description": "new", "sg_sequence": None}
    with pytest.raises(Fault, match="editable on create only"):
        fresh.sg.update("Shot", number, {"created_at": "2020-01-01T00:00:00Z"})
    with pytest.raises(Fault, match=r"API update\(\) entity of type \[Shot\] with id=4711 doesn't exist"):
        fresh.sg.update("Shot", 4711, {"description": "x"})


def test_unique_fields(fresh: Studio) -> None:
    with pytest.raises(Fault, match="is not unique"):
        fresh.sg.create("Project", {"name": "Aurora"})


def test_multi_entity_update_modes(fresh: Studio) -> None:
    sg, shot, (bunny, forest) = fresh.sg, fresh.shots[2]["id"], fresh.assets

    def put(assets: list[dict[str, Any]], mode: str) -> list[str]:
        updated = sg.update("Shot", shot, {"assets": assets}, multi_entity_update_modes={"assets": mode})
        return [asset["name"] for asset in updated["assets"]]

    assert put([bunny], "add") == ["Bunny"]
    assert put([bunny, forest], "add") == ["Bunny", "Forest"]
    assert put([bunny], "remove") == ["Forest"]
    assert put([forest, bunny], "set") == ["Forest", "Bunny"], "the order given"
    assert put([bunny, forest], "set") == ["Bunny", "Forest"]
    assert put([], "set") == []
    with pytest.raises(Fault, match="invalid multi_entity_update_mode"):
        put([], "replace")


def test_writing_a_reverse_field_writes_the_forward_link(fresh: Studio) -> None:
    sg, (sq10, sq20) = fresh.sg, fresh.sequences
    sg.update("Sequence", sq20["id"], {"shots": [fresh.shots[0]]}, multi_entity_update_modes={"shots": "add"})
    assert fresh.codes([["sg_sequence", "is", sq20]]) == ["sh010", "sh030"]
    sg.update("Sequence", sq10["id"], {"shots": []})
    assert fresh.codes([["sg_sequence", "is", None]]) == ["sh020", "sh040"]
    sg.update("Asset", fresh.assets[1]["id"], {"shots": [fresh.shots[3]]})
    found = sg.find("Shot", [["assets", "is", fresh.assets[1]]], ["code"])
    assert [shot["code"] for shot in found] == ["sh040"]


def test_batch_in_one_transaction(fresh: Studio) -> None:
    sg = fresh.sg
    create = {"request_type": "create", "entity_type": "Shot", "data": {"code": "new", "project": fresh.project}}
    update = {"request_type": "update", "entity_type": "Shot", "entity_id": 1, "data": {"description": "batched"}}
    delete = {"request_type": "delete", "entity_type": "Shot", "entity_id": 2}
    made, changed, deleted = sg.batch([create, update, delete])
    assert made["code"] == "new"
    assert changed == {"type": "Shot", "id": 1, "description": "batched"}
    assert deleted is True


def test_batch_is_all_or_nothing(fresh: Studio) -> None:
    sg = fresh.sg
    events = len(sg.find("EventLogEntry", []))
    good = {"request_type": "create", "entity_type": "Shot", "data": {"code": "new", "project": fresh.project}}
    bad = {"request_type": "update", "entity_type": "Shot", "entity_id": 1, "data": {"sg_cut_in": "a"}}
    with pytest.raises(Fault, match=r"Shot\.sg_cut_in expected"):
        sg.batch([good, {"request_type": "delete", "entity_type": "Shot", "entity_id": 3}, bad])
    assert fresh.codes([]) == ["sh010", "sh020", "sh030", "sh040"]
    assert len(sg.find("EventLogEntry", [])) == events, "nor an event"


def test_local_paths(fresh: Studio) -> None:
    sg = fresh.sg
    roots = {"linux_path": "/mnt/show", "mac_path": "/Volumes/show", "windows_path": "P:\\show"}
    sg.create("LocalStorage", {"code": "primary", **roots})
    path = {"local_path": "/mnt/show/sh010/plate.exr"}
    made = sg.create("PublishedFile", {"code": "plate", "project": fresh.project, "path": path})
    assert made["path"]["link_type"] == "local"
    assert made["path"]["name"] == "plate.exr"
    assert made["path"]["local_path_windows"] == "P:\\show\\sh010\\plate.exr"
    assert made["path"]["local_path_mac"] == "/Volumes/show/sh010/plate.exr"
    assert made["path"]["local_storage"]["name"] == "primary"


def _latest_event(sg: Shotgun) -> dict[str, Any]:
    newest = [{"field_name": "id", "direction": "desc"}]
    fields = ["event_type", "attribute_name", "meta", "user", "project", "entity", "description"]
    found: dict[str, Any] = sg.find_one("EventLogEntry", [], fields, order=newest)
    return found


def test_an_event_for_each_change(fresh: Studio) -> None:
    sg, shot = fresh.sg, fresh.shots[0]["id"]
    sg.update("Shot", shot, {"sg_status_list": "rev"})
    event = _latest_event(sg)
    assert event["event_type"] == "Shotgun_Shot_Change"
    assert event["attribute_name"] == "sg_status_list"
    assert event["meta"] == {
        "type": "attribute_change",
        "attribute_name": "sg_status_list",
        "entity_type": "Shot",
        "entity_id": shot,
        "field_data_type": "status_list",
        "old_value": "ip",
        "new_value": "rev",
    }
    assert event["user"]["name"] == "demo"
    assert event["project"]["name"] == "Aurora"
    assert event["entity"] == {"type": "Shot", "id": shot, "name": "sh010"}

    sg.update("Shot", shot, {"sg_status_list": "rev"})
    assert _latest_event(sg)["id"] == event["id"], "what did not change leaves no event"

    bunny, forest = ({"type": "Asset", "id": asset["id"]} for asset in fresh.assets)
    sg.update("Shot", shot, {"assets": [forest]})
    assert _latest_event(sg)["meta"]["removed"] == [bunny]
    made = sg.create("Shot", {"code": "sh060", "project": fresh.project})
    assert _latest_event(sg)["event_type"] == "Shotgun_Shot_New"
    sg.delete("Shot", made["id"])
    assert _latest_event(sg)["event_type"] == "Shotgun_Shot_Retirement"
    sg.revive("Shot", made["id"])
    assert _latest_event(sg)["event_type"] == "Shotgun_Shot_Revival"
