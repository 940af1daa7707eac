"""Every family of operators, through the real client."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from shotgun_api3.shotgun import Fault

from .conftest import Studio

ALL = ["sh010", "sh020", "sh030", "sh040"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        # text: without regard to case, beyond ASCII too
        (["code", "is", "SH010"], ["sh010"]),
        (["code", "is_not", "sh010"], ALL[1:]),
        (["code", "in", ["sh010", "Sh030"]], ["sh010", "sh030"]),
        (["code", "not_in", ["sh010", "sh030"]], ["sh020", "sh040"]),
        (["code", "starts_with", "SH0"], ALL),
        (["code", "ends_with", "30"], ["sh030"]),
        (["description", "contains", "meadow"], ["sh010"]),
        (["description", "contains", "éLAN"], ["sh030"]),
        (["description", "not_contains", "meadow"], ALL[1:]),
        (["description", "is", None], ["sh020", "sh040"]),
        (["description", "is_not", None], ["sh010", "sh030"]),
        # numbers
        (["sg_cut_in", "is", 1050], ["sh020"]),
        (["sg_cut_in", "is_not", 1050], ["sh010", "sh030", "sh040"]),
        (["sg_cut_in", "less_than", 1050], ["sh010"]),
        (["sg_cut_in", "greater_than", 1050], ["sh030"]),
        (["sg_cut_in", "between", 1001, 1050], ["sh010", "sh020"]),
        (["sg_cut_in", "between", [1001, 1050]], ["sh010", "sh020"]),
        (["sg_cut_in", "not_between", 1001, 1050], ["sh030", "sh040"]),
        (["sg_cut_in", "in", [1001, 1100, None]], ["sh010", "sh030", "sh040"]),
        (["sg_cut_in", "is", "1050"], ["sh020"]),
        (["id", "in", [1, 3]], ["sh010", "sh030"]),
        (["sg_frame_rate", "less_than", 24], ["sh010"]),
        (["sg_frame_rate", "is", 24.0], ALL[1:]),
        (["sg_complete", "greater_than", 20], ["sh010"]),
        (["sg_bid_cost", "greater_than", 1200], ["sh010"]),
        (["sg_bid_duration", "is", 600], ["sh010"]),
        (["sg_timecode_in", "is", 86400000], ["sh010"]),
        # check boxes, lists, statuses, colours
        (["sg_hero_shot", "is", True], ["sh010"]),
        (["sg_hero_shot", "is_not", True], ALL[1:]),
        (["sg_status_list", "is", "ip"], ["sh010"]),
        (["sg_status_list", "in", ["ip", "fin"]], ["sh010", "sh030"]),
        (["sg_status_list", "not_in", ["ip", "fin"]], ["sh020", "sh040"]),
        (["sg_shot_type", "is", "VFX"], ["sh010"]),
        (["sg_shot_type", "is_not", "VFX"], ALL[1:]),
        (["sg_shot_type", "is", "no such type"], []),
        (["color", "is", "255,128,0"], ["sh010"]),
        # dates and times
        (["sg_due_date", "is", "2026-01-10"], ["sh010"]),
        (["sg_due_date", "is", datetime.date(2026, 1, 10)], ["sh010"]),
        (["sg_due_date", "greater_than", "2026-01-10"], ["sh020"]),
        (["sg_due_date", "between", ["2026-01-01", "2026-01-31"]], ["sh010"]),
        (["sg_turnover_at", "less_than", "2026-01-10T09:00:00Z"], ["sh010"]),
        (["sg_turnover_at", "less_than", "2026-01-10T09:00:00+02:00"], []),
        (["created_at", "in_last", 1, "HOUR"], ALL),
        (["created_at", "in_last", [2, "DAY"]], ALL),
        (["created_at", "not_in_last", 1, "YEAR"], []),
        (["sg_due_date", "in_last", 100, "YEAR"], ["sh010", "sh020"]),
        (["sg_due_date", "in_next", 1, "WEEK"], []),
        (["sg_due_date", "not_in_next", 1, "MONTH"], ALL),
        (["created_at", "in_calendar_month", 0], ALL),
        (["created_at", "in_calendar_year", 1], []),
        (["created_at", "in_calendar_week", -1], []),
        # links
        (["sg_lead", "is_not", None], ["sh010"]),
        (["sg_lead", "type_is", "HumanUser"], ["sh010"]),
        (["sg_lead", "type_is_not", "HumanUser"], ALL[1:]),
        (["sg_lead", "name_contains", "noël"], ["sh010"]),
        (["sg_sequence", "name_is", "SQ20"], ["sh030"]),
        (["sg_sequence", "name_not_contains", "10"], ["sh030", "sh040"]),
        (["sg_sequence", "is", None], ["sh040"]),
        # several links
        (["assets", "is", None], ["sh030", "sh040"]),
        (["assets", "is_not", None], ["sh010", "sh020"]),
        (["assets", "name_contains", "for"], ["sh010"]),
        (["assets", "name_not_contains", "for"], ALL[1:]),
        (["assets", "type_is", "Asset"], ["sh010", "sh020"]),
        (["tasks", "is", None], ["sh020", "sh040"]),
        (["tasks", "name_is", "comp"], ["sh010"]),
        # paths through links
        (["sg_sequence.Sequence.code", "is", "sq10"], ["sh010", "sh020"]),
        (["project.Project.name", "starts_with", "auro"], ["sh010", "sh020", "sh030"]),
        (["sg_sequence.Sequence.project.Project.name", "is", "Aurora"], ["sh010", "sh020", "sh030"]),
        (["tasks.Task.content", "is", "anim"], ["sh010", "sh030"]),
        (["tasks.Task.task_assignees", "name_contains", "Bo"], ["sh010"]),
        (["tasks.Task.task_assignees.HumanUser.login", "is", "bo"], ["sh010"]),
        (["$FROM$Task.sg_status_list.entity", "is", "fin"], ["sh030"]),
        # the rest
        (["tag_list", "is", "rain"], ["sh010"]),
        (["tag_list", "name_contains", "igh"], ["sh010"]),
        (["tag_list", "is", None], ALL[1:]),
        (["sg_plate", "is_not", None], ["sh010"]),
        (["image", "is", None], ALL),
        (["sg_camera_data", "is", None], ALL[1:]),
        (["type", "is", "Shot"], ALL),
    ],
)
def test_operator(studio: Studio, condition: list[Any], found: list[str]) -> None:
    assert studio.codes([condition]) == found


def test_links_by_entity(studio: Studio) -> None:
    sq10, sq20 = studio.sequences
    bunny, forest = studio.assets
    assert studio.codes([["sg_sequence", "is", sq10]]) == ["sh010", "sh020"]
    assert studio.codes([["sg_sequence", "is_not", sq10]]) == ["sh030", "sh040"]
    assert studio.codes([["sg_sequence", "in", [sq10, sq20]]]) == ["sh010", "sh020", "sh030"]
    assert studio.codes([["sg_sequence", "in", sq10, None]]) == ["sh010", "sh020", "sh040"]
    assert studio.codes([["sg_sequence", "not_in", [sq10]]]) == ["sh030", "sh040"]
    assert studio.codes([["assets", "is", forest]]) == ["sh010"]
    assert studio.codes([["assets", "is_not", forest]]) == ["sh020", "sh030", "sh040"]
    assert studio.codes([["assets", "in", [bunny, forest]]]) == ["sh010", "sh020"]
    assert studio.codes([["assets", "not_in", [bunny, forest]]]) == ["sh030", "sh040"]
    assert studio.codes([["entity", "is", studio.shots[0]]], "Task") == ["anim", "comp"]
    assert studio.codes([["entity", "type_is", "Asset"]], "Task") == ["model"]
    assert studio.codes([["entity.Shot.sg_sequence", "is", sq10]], "Task") == ["anim", "comp"]
    assert studio.codes([["entity.Asset.sg_asset_type", "is", "Character"]], "Task") == ["model"]
    assert studio.codes([["shots", "is", studio.shots[1]]], "Asset") == ["Bunny"]


def test_groups(studio: Studio) -> None:
    either = {
        "filter_operator": "any",
        "filters": [
            ["code", "is", "sh030"],
            {"filter_operator": "all", "filters": [["code", "starts_with", "sh"], ["sg_cut_in", "is", 1001]]},
        ],
    }
    assert studio.codes([either]) == ["sh010", "sh030"]
    assert studio.codes([either, ["sg_status_list", "is", "fin"]]) == ["sh030"]
    assert studio.codes([["code", "is", "sh010"], ["code", "is", "sh020"]], filter_operator="any") == ALL[:2]
    assert studio.codes([]) == ALL
    assert studio.codes([{"filter_operator": "any", "filters": []}]) == ALL


@pytest.mark.parametrize(
    ("entity_type", "filters", "sentence"),
    [
        ("Shoot", [], "API read() invalid/missing string entity 'type'"),
        ("Shot", [["foo", "is", 1]], "API read() Shot.foo doesn't exist:"),
        ("Shot", [["sg_sequence.Sequence.foo", "is", 1]], "API read() Sequence.foo doesn't exist:"),
        ("Shot", [["sg_sequence.Nope.code", "is", 1]], "invalid entity type 'Nope'"),
        ("Shot", [["code.Shot.code", "is", "x"]], "Shot.code.Shot.code doesn't exist"),
        ("Shot", [["sg_sequence.Sequence", "is", "x"]], "doesn't exist"),
        (
            "Shot",
            [["code", "less_than", "x"]],
            "API read() Shot.code's 'text' data type doesn't support 'less_than' 'relation'",
        ),
        ("Shot", [["sg_cut_in", "contains", 1]], "'number' data type doesn't support 'contains'"),
        ("Shot", [["sg_cut_in", "is", 2.5]], "expected [String, Integer, NilClass] data type(s) but got Float: 2.5"),
        ("Shot", [["sg_cut_in", "is", "many"]], "Shot.sg_cut_in expected"),
        ("Shot", [["sg_cut_in", "between", 1]], "expected 2 values"),
        ("Shot", [["sg_sequence", "is", 12]], "expected [Hash, NilClass] data type(s) but got Integer: 12"),
        ("Shot", [["sg_hero_shot", "is", None]], "expected [TrueClass, FalseClass]"),
        ("Shot", [["created_at", "in_last", 1, "FORTNIGHT"]], "unit must be HOUR, DAY, WEEK, MONTH or YEAR"),
        ("Shot", [["created_at", "is", "yesterday"]], "Invalid date time format"),
        ("Shot", [["sg_due_date", "is", "10/01/2026"]], "Invalid date format"),
    ],
)
def test_what_is_wrong_is_named(studio: Studio, entity_type: str, filters: list[Any], sentence: str) -> None:
    with pytest.raises(Fault) as raised:
        studio.sg.find(entity_type, filters)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("path", "positive", "negative", "values"),
    [
        ("code", "is", "is_not", ["sh020"]),
        ("description", "contains", "not_contains", ["dusk"]),
        ("description", "in", "not_in", [["Élan at dusk", None]]),
        ("sg_cut_in", "in", "not_in", [[1001, None]]),
        ("sg_cut_in", "between", "not_between", [1000, 1060]),
        ("sg_due_date", "in_last", "not_in_last", [100, "YEAR"]),
        ("sg_turnover_at", "in_next", "not_in_next", [1, "DAY"]),
        ("tag_list", "is", "is_not", ["night"]),
        ("tag_list", "name_contains", "name_not_contains", ["ni"]),
        ("sg_lead", "is", "is_not", [None]),
        ("sg_lead", "type_is", "type_is_not", ["HumanUser"]),
        ("sg_sequence", "name_contains", "name_not_contains", ["1"]),
        ("assets", "is", "is_not", [None]),
        ("assets", "name_contains", "name_not_contains", ["bun"]),
        ("tasks", "type_is", "type_is_not", ["Task"]),
        ("sg_sequence.Sequence.code", "is", "is_not", ["sq10"]),
    ],
)
def test_a_negative_operator_finds_just_what_the_positive_one_does_not(
    studio: Studio, path: str, positive: str, negative: str, values: list[Any]
) -> None:
    found, others = (set(studio.codes([[path, relation, *values]])) for relation in (positive, negative))
    assert found | others == set(ALL)
    assert not found & others


def test_nothing_in_a_filter_reaches_sql(studio: Studio) -> None:
    for text in ("x' OR '1'='1", '"; DROP TABLE Shot; --', "%", "_"):
        assert studio.codes([["code", "is", text]]) == []
        assert studio.codes([["code", "contains", text]]) == []
    with pytest.raises(Fault):
        studio.sg.find("Shot", [['code" = code OR "code', "is", "x"]])
    assert studio.codes([]) == ALL
