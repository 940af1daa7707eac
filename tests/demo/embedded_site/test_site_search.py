"""Text search, navigation, summaries, threads, streams, followers: shapes as the client documents them."""

from __future__ import annotations

from typing import Any

import pytest
from shotgun_api3.shotgun import Fault

from .conftest import Studio


def test_text_search(studio: Studio) -> None:
    found = studio.sg.text_search("SH01", {"Shot": []})
    shot = studio.shots[0]
    assert found == {
        "matches": [
            {
                "id": shot["id"],
                "type": "Shot",
                "name": "sh010",
                "project_id": studio.project["id"],
                "image": None,
                "links": ["", ""],
                "status": "ip",
            }
        ],
        "terms": ["sh01"],
    }
    tasks = studio.sg.text_search("comp", {"Task": [], "Asset": []})["matches"]
    assert [task["links"] for task in tasks] == [["Shot", "sh010"]]
    limited = {"Shot": [["sg_status_list", "is", "fin"]]}
    assert [m["name"] for m in studio.sg.text_search("sh0", limited)["matches"]] == ["sh030"]
    in_project = studio.sg.text_search("sh0", {"Shot": []}, project_ids=[studio.project["id"]])
    assert [m["name"] for m in in_project["matches"]] == ["sh010", "sh020", "sh030"]
    assert len(studio.sg.text_search("sh0", {"Shot": []}, limit=2)["matches"]) == 2
    with pytest.raises(Fault, match="at least 3 characters"):
        studio.sg.text_search("sh", {"Shot": []})
    with pytest.raises(Fault, match="invalid/missing string entity 'type'"):
        studio.sg.text_search("sh0", {"Shoot": []})


def test_nav_expand_level_by_level(studio: Studio) -> None:
    sg, project, sequence = studio.sg, studio.project["id"], studio.sequences[0]["id"]
    root = sg.nav_expand("/")
    assert [child["label"] for child in root["children"]] == ["Aurora"], "archived projects are not shown"
    top = sg.nav_expand(root["children"][0]["path"])
    assert top["ref"] == {"kind": "entity", "value": {"type": "Project", "id": project}}
    assert (top["path"], top["parent_path"], top["has_children"]) == (f"/Project/{project}", "/", True)
    assert [(c["label"], c["ref"]) for c in top["children"]] == [
        ("Assets", {"kind": "entity_type", "value": "Asset"}),
        ("Shots", {"kind": "entity_type", "value": "Shot"}),
    ]
    shots = sg.nav_expand(f"/Project/{project}/Shot")
    assert [child["label"] for child in shots["children"]] == ["sq10", "sq20"]
    in_sequence = sg.nav_expand(f"/Project/{project}/Shot/sg_sequence/Sequence/{sequence}")
    first, second = in_sequence["children"]
    assert first["label"] == "sh010"
    assert first["path"].endswith(f"/id/{studio.shots[0]['id']}")
    assert (first["has_children"], second["has_children"]) == (True, False), "it has tasks, the other none"
    tasks = sg.nav_expand(sg.nav_expand(first["path"])["children"][0]["path"])
    assert [task["label"] for task in tasks["children"]] == ["anim", "comp"]
    characters = sg.nav_expand(f"/Project/{project}/Asset/sg_asset_type/Character")
    assert [asset["label"] for asset in characters["children"]] == ["Bunny"]


def test_nav_expand_entity_fields_and_seed(fresh: Studio) -> None:
    sg, project = fresh.sg, fresh.project["id"]
    path = f"/Project/{project}/Shot/sg_sequence/Sequence/{fresh.sequences[0]['id']}"
    fields = [{"entity": "Shot", "fields": ["sg_status_list"]}]
    node = sg.nav_expand(path, seed_entity_field="Version.entity", entity_fields=fields)
    assert node["children"][0]["ref"]["value"]["sg_status_list"] == "ip"
    for shot in fresh.shots:
        sg.create("Version", {"code": f"v{shot['id']}", "entity": shot, "project": fresh.project})
    presets = node["target_entities"]["additional_filter_presets"]
    found = sg.find("Version", [], ["entity"], additional_filter_presets=presets)
    assert [version["entity"]["name"] for version in found] == ["sh010", "sh020"]


@pytest.mark.parametrize("path", ["", "Shot", "/Foo", "/Project", "/Project/x", "/Project/1/Cat", "/Project/1/Shot/x"])
def test_nav_expand_of_a_wrong_path(studio: Studio, path: str) -> None:
    with pytest.raises(Fault):
        studio.sg.nav_expand(path)


def test_nav_expand_of_a_missing_project(studio: Studio) -> None:
    with pytest.raises(Fault, match="Unexpected result looking for project: 999: 0 found"):
        studio.sg.nav_expand("/Project/999")


def test_nav_search(studio: Studio) -> None:
    sg, project = studio.sg, studio.project["id"]
    sequence, shot, task = studio.sequences[0]["id"], studio.shots[0]["id"], studio.tasks[1]["id"]
    shot_path = f"/Project/{project}/Shot/sg_sequence/Sequence/{sequence}/id/{shot}"
    ways = [f"/Project/{project}", f"/Project/{project}/Shot", shot_path.rsplit("/id", 1)[0], shot_path]
    expected = {
        "label": "sh010",
        "incremental_path": ways,
        "path_label": "Shots > sq10",
        "project_id": project,
        "ref": {"type": "Shot", "id": shot},
    }
    assert sg.nav_search_entity("/", studio.shots[0]) == [expected]
    assert sg.nav_search_string(f"/Project/{project}", "sh01") == [expected]
    found = sg.nav_search_entity("/", studio.tasks[1])
    assert found[0]["path_label"] == "Shots > sq10 > sh010 > Tasks"
    assert found[0]["incremental_path"][-1] == f"{shot_path}/Task/id/{task}"
    assert [s["label"] for s in sg.nav_search_string("/", "sq1")] == ["sq10"]
    assert sg.nav_search_entity(f"/Project/{studio.other_project['id']}", studio.shots[0]) == []
    assert sg.nav_search_entity("/", studio.people[0]) == []
    with pytest.raises(Fault, match="'Project'"):
        sg.nav_search_entity("/", studio.project)
    with pytest.raises(Fault, match="size must be 1"):
        sg._call_rpc("nav_search", {"root_path": "/", "search_criteria": {"entity_type": "Shot"}})


def test_every_path_that_is_found_can_be_expanded(studio: Studio) -> None:
    for found in studio.sg.nav_search_string("/", "sh0") + studio.sg.nav_search_string("/", "Bunny"):
        for path in found["incremental_path"]:
            assert studio.sg.nav_expand(path)["path"] == path


@pytest.mark.parametrize(
    ("entity_type", "field", "kind", "value"),
    [
        ("Shot", "id", "record_count", 4),
        ("Shot", "id", "count", 4),
        ("Shot", "description", "count", 2),
        ("Shot", "description", "record_count", 4),
        ("Shot", "sg_cut_in", "sum", 3151),
        ("Shot", "sg_cut_in", "maximum", 1100),
        ("Shot", "sg_cut_in", "minimum", 1001),
        ("Shot", "sg_cut_in", "average", 3151 / 3),
        ("Shot", "sg_due_date", "earliest", "2026-01-10"),
        ("Shot", "sg_due_date", "latest", "2026-02-20"),
        ("Shot", "sg_hero_shot", "checked", 1),
        ("Shot", "sg_hero_shot", "unchecked", 3),
        ("Shot", "sg_hero_shot", "percentage", 25),
        ("Shot", "sg_status_list", "status_list", "ip"),
        ("Asset", "sg_status_list", "status_list", "wtg"),
    ],
)
def test_summary_types(studio: Studio, entity_type: str, field: str, kind: str, value: Any) -> None:
    found = studio.sg.summarize(entity_type, [], [{"field": field, "type": kind}])
    assert found == {"groups": [], "summaries": {field: value}}


def test_share_of_a_status(studio: Studio) -> None:
    def share(kind: str) -> Any:
        wanted = [{"field": "sg_status_list", "type": kind, "value": "fin"}]
        return studio.sg.summarize("Task", [], wanted)["summaries"]["sg_status_list"]

    assert share("status_percentage") == 50
    assert share("status_percentage_as_float") == 0.5


def test_summaries_by_group(studio: Studio) -> None:
    found = studio.sg.summarize(
        "Task",
        [["entity", "type_is", "Shot"]],
        [{"field": "id", "type": "count"}, {"field": "due_date", "type": "latest"}],
        grouping=[
            {"field": "entity", "type": "exact", "direction": "desc"},
            {"field": "content", "type": "firstletter", "direction": "asc"},
        ],
    )
    assert found["summaries"] == {"id": 3, "due_date": "2026-04-01"}
    last, first = found["groups"]
    assert last["group_name"] == "sh030"
    assert first["group_value"] == {"type": "Shot", "id": studio.shots[0]["id"], "name": "sh010", "valid": "valid"}
    assert first["summaries"] == {"id": 2, "due_date": "2026-01-09"}
    assert [(g["group_name"], g["summaries"]["id"]) for g in first["groups"]] == [("A", 1), ("C", 1)]


@pytest.mark.parametrize(
    ("field", "kind", "names"),
    [
        ("sg_cut_in", "exact", ["", "1001", "1050", "1100"]),
        ("sg_cut_in", "tens", ["", "1000-1009", "1050-1059", "1100-1109"]),
        ("sg_cut_in", "hundreds", ["", "1000-1099", "1100-1199"]),
        ("sg_cut_in", "thousands", ["", "1000-1999"]),
        ("sg_cut_in", "tensofthousands", ["", "0-9999"]),
        ("sg_cut_in", "hundredsofthousands", ["", "0-99999"]),
        ("sg_cut_in", "millions", ["", "0-999999"]),
        ("sg_due_date", "day", ["", "2026-01-10", "2026-02-20"]),
        ("sg_due_date", "oneday", ["", "2026-01-10", "2026-02-20"]),
        ("sg_due_date", "week", ["", "Week of 2026-01-05", "Week of 2026-02-16"]),
        ("sg_due_date", "month", ["", "January 2026", "February 2026"]),
        ("sg_due_date", "quarter", ["", "Q1 2026"]),
        ("sg_due_date", "year", ["", "2026"]),
        ("sg_due_date", "clustered_date", ["", "January 2026", "February 2026"]),
        ("sg_hero_shot", "exact", ["Unchecked", "Checked"]),
        ("assets", "exact", ["", "Bunny", "Forest"]),
        ("sg_lead", "entitytype", ["", "HumanUser"]),
        ("code", "firstletter", ["S"]),
    ],
)
def test_grouping_types(studio: Studio, field: str, kind: str, names: list[str]) -> None:
    found = studio.sg.summarize(
        "Shot", [], [{"field": "id", "type": "count"}], grouping=[{"field": field, "type": kind, "direction": "asc"}]
    )
    assert [group["group_name"] for group in found["groups"]] == names


def test_what_is_wrong_in_a_summary_is_named(studio: Studio) -> None:
    for summary, sentence in (
        ({"field": "foo", "type": "count"}, "Shot.foo doesn't exist"),
        ({"field": "id", "type": "median"}, "type must be one of: record_count"),
        ({"field": "code", "type": "sum"}, "doesn't support the summary type 'sum'"),
    ):
        with pytest.raises(Fault, match=sentence):
            studio.sg.summarize("Shot", [], [summary])
    with pytest.raises(Fault, match="invalid grouping type"):
        studio.sg.summarize(
            "Shot", [], [{"field": "id", "type": "count"}], grouping=[{"field": "code", "type": "roundish"}]
        )


def test_note_thread(fresh: Studio) -> None:
    sg = fresh.sg
    note = sg.create(
        "Note",
        {"subject": "Sky", "content": "Too blue.", "project": fresh.project, "note_links": [fresh.shots[0]]},
    )
    sg.create("Reply", {"content": "Less blue.", "entity": note, "user": fresh.people[0]})
    thread = sg.note_thread_read(note["id"], {"Note": ["subject"]})
    assert [(entry["type"], entry["content"]) for entry in thread] == [("Note", "Too blue."), ("Reply", "Less blue.")]
    assert thread[0]["subject"] == "Sky"
    assert thread[0]["created_at"].endswith(" UTC")
    assert thread[1]["user"] == {
        "id": fresh.people[0]["id"],
        "name": "Ada Noël",
        "type": "HumanUser",
        "valid": "valid",
        "status": "act",
    }
    assert sg.find_one("Shot", [["code", "is", "sh010"]], ["open_notes_count"])["open_notes_count"] == 1
    with pytest.raises(Fault, match="doesn't exist"):
        sg.note_thread_read(4711)


def test_activity_stream(fresh: Studio) -> None:
    sg, shot = fresh.sg, fresh.shots[0]
    sg.update("Shot", shot["id"], {"description": "new"})
    stream = sg.activity_stream_read("Shot", shot["id"], {"Shot": ["sg_cut_in"]})
    assert (stream["entity_type"], stream["entity_id"]) == ("Shot", shot["id"])
    newest, oldest = stream["updates"]
    assert (newest["update_type"], oldest["update_type"]) == ("update", "create")
    assert newest["primary_entity"] == {
        "type": "Shot",
        "id": shot["id"],
        "name": "sh010",
        "status": "ip",
        "sg_cut_in": 1001,
    }
    assert stream["latest_update_id"] == newest["id"]
    later = sg.activity_stream_read("Shot", shot["id"], min_id=newest["id"])
    assert [update["id"] for update in later["updates"]] == [newest["id"]]
    assert len(sg.activity_stream_read("Project", fresh.project["id"], limit=3)["updates"]) == 3


def test_followers(fresh: Studio) -> None:
    sg, ada, shot = fresh.sg, fresh.people[0], fresh.shots[0]
    who, what = {"type": "HumanUser", "id": ada["id"]}, {"type": "Shot", "id": shot["id"]}
    assert sg.follow(who, what) == {"followed": True, "user": who, "entity": what}
    sg.follow(who, what)
    assert [person["name"] for person in sg.followers(what)] == ["Ada Noël"]
    assert sg.following(who) == [what]
    assert sg.following(who, entity_type="Task") == []
    assert sg.following(who, project=fresh.other_project) == []
    assert sg.unfollow(who, what)["unfollowed"] is True
    assert sg.followers(what) == []


def test_last_accessed_is_each_person_s_own(fresh: Studio) -> None:
    field = "last_accessed_by_current_user"
    ada, bo = (fresh.site.connect(login=login, password="demo") for login in ("ada", "bo"))
    ada.update_project_last_accessed(fresh.project)
    assert ada.find_one("Project", [["id", "is", fresh.project["id"]]], [field])[field] is not None
    assert bo.find_one("Project", [["id", "is", fresh.project["id"]]], [field])[field] is None
