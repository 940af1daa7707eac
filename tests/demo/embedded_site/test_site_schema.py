"""What the site says of its own fields, and changing them."""

from __future__ import annotations

from pathlib import Path

import pytest
from shotgun_api3.shotgun import Fault

from shotgun_data.demo.site import EmbeddedSite

from .conftest import Studio


def test_schema_read(studio: Studio) -> None:
    types = studio.sg.schema_entity_read()
    fields = studio.sg.schema_read()
    assert set(types) == set(fields)
    assert types["Shot"] == {
        "name": {"value": "Shot", "editable": False},
        "visible": {"value": True, "editable": False},
    }
    assert len(fields["Shot"]) >= 40
    for entity_type, known in fields.items():
        for name, field in known.items():
            assert field["entity_type"]["value"] == entity_type, name
            assert {"name", "description", "data_type", "editable", "mandatory", "unique", "visible"} <= set(field)
            assert {"default_value", "summary_default"} <= set(field["properties"]), name


def test_each_field_can_be_read_sorted_and_filtered(studio: Studio) -> None:
    for entity_type, fields in studio.sg.schema_read().items():
        for name in fields:
            studio.sg.find(entity_type, [], [name], order=[{"field_name": name, "direction": "asc"}], limit=1)
        studio.sg.find(entity_type, [], list(fields))


def test_schema_field_read(studio: Studio) -> None:
    shots = studio.sg.schema_field_read("Asset", "shots")["shots"]
    assert shots["data_type"] == {"value": "multi_entity", "editable": False}
    assert shots["properties"]["valid_types"]["value"] == ["Shot"]
    status = studio.sg.schema_field_read("Shot")["sg_status_list"]["properties"]
    assert "ip" in status["valid_values"]["value"]
    assert status["display_values"]["value"]["ip"] == "In Progress"
    assert status["default_value"]["value"] == "wtg"
    with pytest.raises(Fault, match=r"Shot\.foo doesn't exist"):
        studio.sg.schema_field_read("Shot", "foo")
    with pytest.raises(Fault, match="invalid/missing"):
        studio.sg.schema_field_read("Shoot")


def test_schema_of_a_project(studio: Studio) -> None:
    assert studio.sg.schema_entity_read(studio.project) == studio.sg.schema_entity_read()
    with pytest.raises(Fault, match="doesn't exist"):
        studio.sg.schema_read({"type": "Project", "id": 999})


def test_fields_can_be_made_changed_and_removed(tmp_path: Path) -> None:
    with EmbeddedSite(production=False, data_dir=tmp_path) as site:
        sg = site.connect()
        name = sg.schema_field_create("Shot", "list", "Weather", {"valid_values": ["rain", "snow"]})
        assert name == "sg_weather"
        assert sg.schema_field_create("Shot", "text", "Weather") == "sg_weather_1"
        linked = sg.schema_field_create("Shot", "multi_entity", "Doubles", {"valid_types": ["Shot"]})
        first = sg.create("Shot", {"code": "a", "sg_weather": "snow"})
        second = sg.create("Shot", {"code": "b", linked: [first]})
        assert sg.schema_field_update("Shot", name, {"name": "Sky", "description": "above"}) is True
        assert sg.schema_field_delete("Shot", "sg_weather_1") is True
        with pytest.raises(Fault, match="invalid property"):
            sg.schema_field_update("Shot", name, {"colour": "blue"})
        with pytest.raises(Fault, match="can't be deleted"):
            sg.schema_field_delete("Shot", "code")
    with EmbeddedSite(production=False, data_dir=tmp_path) as site:
        sg = site.connect()
        assert sg.schema_field_read("Shot", name)[name]["name"]["value"] == "Sky"
        assert [s["id"] for s in sg.find("Shot", [[name, "is", "snow"]])] == [first["id"]]
        assert [s["id"] for s in sg.find("Shot", [[linked, "is", first]])] == [second["id"]]
        with pytest.raises(Fault, match="doesn't exist"):
            sg.find("Shot", [], ["sg_weather_1"])


def test_preferences_subscriptions_and_working_days(fresh: Studio) -> None:
    sg, person = fresh.sg, fresh.people[0]
    assert sg.preferences_read(["hours_per_day", "no_such"]) == {"hours_per_day": 8.0}
    assert sg.user_subscriptions_create([{"humanUserId": person["id"], "subscription": "full"}]) is True
    assert {"humanUserId": person["id"], "subscription": "full"} in sg.user_subscriptions_read()
    sg.work_schedule_update("2026-01-01", False, "New Year")
    sg.work_schedule_update("2026-01-03", True, "Overtime", user={"type": "HumanUser", "id": person["id"]})
    days = sg.work_schedule_read("2026-01-01", "2026-01-04", None, person)
    assert days["2026-01-01"] == {"working": False, "reason": "STUDIO_EXCEPTION", "description": "New Year"}
    assert days["2026-01-02"] == {"working": True, "reason": "STUDIO_WORK_WEEK", "description": None}
    assert days["2026-01-03"]["reason"] == "USER_EXCEPTION"
    assert days["2026-01-04"]["working"] is False
