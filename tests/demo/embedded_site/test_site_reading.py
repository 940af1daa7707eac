"""Columns, order, paging, and what retired and archived entities do."""

from __future__ import annotations

import datetime

import pytest
from shotgun_api3.shotgun import Fault

from shotgun_data.demo.site import EmbeddedSite

from .conftest import Studio


def test_columns_of_each_kind(studio: Studio) -> None:
    shot = studio.sg.find_one(
        "Shot",
        [["code", "is", "sh010"]],
        [
            "code",
            "project",
            "sg_sequence",
            "assets",
            "tasks",
            "sg_hero_shot",
            "sg_frame_rate",
            "sg_due_date",
            "sg_turnover_at",
            "tag_list",
            "sg_camera_data",
            "sg_plate",
            "image",
            "created_by",
            "cached_display_name",
            "open_notes_count",
            "sg_cut_out",
            "sg_sequence.Sequence.code",
            "sg_sequence.Sequence.shots",
            "sg_lead.HumanUser.name",
            "sg_lead.Group.code",
        ],
    )
    bunny = studio.assets[0]
    assert shot["type"] == "Shot"
    assert shot["project"] == {"type": "Project", "id": studio.project["id"], "name": "Aurora"}
    assert shot["sg_sequence"] == {"type": "Sequence", "id": studio.sequences[0]["id"], "name": "sq10"}
    assert [asset["name"] for asset in shot["assets"]] == ["Bunny", "Forest"]
    assert shot["assets"][0] == {"type": "Asset", "id": bunny["id"], "name": "Bunny"}
    assert [task["name"] for task in shot["tasks"]] == ["anim", "comp"]
    assert shot["sg_hero_shot"] is True
    assert shot["sg_frame_rate"] == 23.976
    assert shot["sg_due_date"] == "2026-01-10"
    assert shot["sg_turnover_at"] == datetime.datetime(2026, 1, 10, 8, 30, tzinfo=datetime.timezone.utc)
    assert shot["tag_list"] == ["night", "Rain"]
    assert shot["sg_camera_data"] == {"lens": 35}
    assert shot["sg_plate"]["link_type"] == "web"
    assert shot["sg_plate"]["url"] == "https://example.com/plate.exr"
    assert shot["sg_plate"]["type"] == "Attachment"
    assert shot["image"] is None
    assert shot["created_by"]["type"] == "ApiUser"
    assert shot["cached_display_name"] == "sh010"
    assert shot["open_notes_count"] == 0
    assert shot["sg_cut_out"] is None
    assert shot["sg_sequence.Sequence.code"] == "sq10"
    assert [other["name"] for other in shot["sg_sequence.Sequence.shots"]] == ["sh010", "sh020"]
    assert shot["sg_lead.HumanUser.name"] == "Ada Noël"
    assert shot["sg_lead.Group.code"] is None


def test_a_wrong_column_is_named(studio: Studio) -> None:
    with pytest.raises(Fault, match=r"API read\(\) Shot\.foo doesn't exist:"):
        studio.sg.find("Shot", [], ["code", "foo"])
    with pytest.raises(Fault, match="only single entity links"):
        studio.sg.find("Shot", [], ["tasks.Task.content"])


def test_order(studio: Studio) -> None:
    def by(*keys: tuple[str, str]) -> list[str]:
        return studio.codes([], order=[{"field_name": name, "direction": how} for name, how in keys])

    assert by(("code", "desc")) == ["sh040", "sh030", "sh020", "sh010"]
    assert by(("sg_sequence", "desc"), ("code", "asc")) == ["sh030", "sh010", "sh020", "sh040"]
    assert by(("sg_sequence.Sequence.code", "asc"), ("code", "desc")) == ["sh040", "sh020", "sh010", "sh030"]
    assert by(("sg_cut_in", "desc")) == ["sh030", "sh020", "sh010", "sh040"]
    assert by(("assets", "desc")) == ["sh010", "sh020", "sh030", "sh040"], "links to many do not sort"
    with pytest.raises(Fault, match=r"Shot\.foo doesn't exist"):
        by(("foo", "asc"))
    with pytest.raises(Fault, match="invalid sort direction"):
        by(("code", "sideways"))


def test_paging() -> None:
    with EmbeddedSite(production=False) as site:
        site.store.bulk_insert("Shot", [{"code": f"sh{number:04d}"} for number in range(1234)])
        sg = site.connect()
        site.calls.clear()
        everything = sg.find("Shot", [], ["code"], order=[{"field_name": "code", "direction": "asc"}])
        assert [shot["code"] for shot in everything] == [f"sh{number:04d}" for number in range(1234)]
        assert site.calls.count("read") == 3, "a full page means another one only where there is one"
        assert len(sg.find("Shot", [], limit=700)) == 700
        assert [s["code"] for s in sg.find("Shot", [], ["code"], limit=10, page=3)] == [
            f"sh{number:04d}" for number in range(20, 30)
        ]
        assert sg.find("Shot", [], limit=10, page=200) == []
        assert sg.find_one("Shot", [["code", "is", "sh9999"]]) is None
        counted = sg._call_rpc(
            "read",
            {
                "type": "Shot",
                "return_fields": ["id"],
                "filters": {"logical_operator": "and", "conditions": []},
                "paging": {"entities_per_page": 100, "current_page": 1},
                "return_paging_info": True,
            },
        )
        assert counted["paging_info"] == {
            "current_page": 1,
            "page_count": 13,
            "entity_count": 1234,
            "entities_per_page": 100,
        }
        too_many = {"type": "Shot", "paging": {"entities_per_page": 5000, "current_page": 1}}
        with pytest.raises(Fault, match="can't be more than 500"):
            sg._call_rpc("read", too_many)


def test_retired_and_revived(fresh: Studio) -> None:
    sg, shot = fresh.sg, fresh.shots[1]
    assert sg.delete("Shot", shot["id"]) is True
    assert sg.delete("Shot", shot["id"]) is False
    assert fresh.codes([]) == ["sh010", "sh030", "sh040"]
    assert [s["id"] for s in sg.find("Shot", [], retired_only=True)] == [shot["id"]]
    with pytest.raises(Fault, match="doesn't exist"):
        sg.update("Shot", shot["id"], {"description": "x"})
    assert sg.revive("Shot", shot["id"]) is True
    assert sg.revive("Shot", shot["id"]) is False
    assert fresh.codes([]) == ["sh010", "sh020", "sh030", "sh040"]
    with pytest.raises(Fault, match="doesn't exist"):
        sg.delete("Shot", 99999)


def test_a_link_to_something_retired_reads_as_empty(fresh: Studio) -> None:
    sg = fresh.sg
    sg.delete("Sequence", fresh.sequences[0]["id"])
    sg.delete("Asset", fresh.assets[0]["id"])
    shot = sg.find_one("Shot", [["code", "is", "sh010"]], ["sg_sequence", "sg_sequence.Sequence.code", "assets"])
    assert shot["sg_sequence"] is None
    assert shot["sg_sequence.Sequence.code"] is None
    assert [asset["name"] for asset in shot["assets"]] == ["Forest"]
    assert fresh.codes([["sg_sequence", "is", None]]) == ["sh010", "sh020", "sh040"]
    assert fresh.codes([["assets", "is", None]]) == ["sh020", "sh030", "sh040"]
    sg.revive("Sequence", fresh.sequences[0]["id"])
    assert fresh.codes([["sg_sequence", "is", fresh.sequences[0]]]) == ["sh010", "sh020"]


def test_archived_projects(studio: Studio) -> None:
    assert studio.codes([], include_archived_projects=False) == ["sh010", "sh020", "sh030"]
    assert [p["id"] for p in studio.sg.find("Project", [], include_archived_projects=False)] == [1]
    assert len(studio.codes([])) == 4


def test_latest_versions_preset(fresh: Studio) -> None:
    sg = fresh.sg
    for number in (1, 2, 3):
        for shot in fresh.shots[:2]:
            sg.create("Version", {"code": f"v{number}", "entity": shot, "project": fresh.project})
    latest = [{"preset_name": "LATEST", "latest_by": "ENTITIES_CREATED_AT"}]
    assert [v["code"] for v in sg.find("Version", [], ["code"], additional_filter_presets=latest)] == ["v3", "v3"]
    with pytest.raises(Fault, match="invalid filter preset"):
        sg.find("Version", [], additional_filter_presets=[{"preset_name": "OLDEST"}])
