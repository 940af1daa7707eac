"""Entity types that a production is made of: projects, sequences, shots, assets, tasks."""

from __future__ import annotations

from typing import List

from .definitions import (
    checkbox,
    date,
    date_time,
    every_type,
    expression,
    image,
    link,
    links,
    listing,
    number,
    reverse,
    statuses,
    text,
    typed,
    url,
)
from .fields import EntityType, Field

__all__ = ["entity_types"]

_PROJECT = link("project", "Project", "Project")
_TAGS = links("tags", "Tags", "Tag")
_FILMSTRIP = image("filmstrip_image", "Filmstrip Thumbnail")
_OPEN_NOTES = (
    'SELECT COUNT(*) FROM "link__Note__note_links" l JOIN "Note" n ON n.id = l.src_id'
    " WHERE l.dst_type = '%s' AND l.dst_id = {t}.id AND n.\"__retired\" = 0 AND n.sg_status_list <> 'clsd'"
)


def _open_notes(entity_type: str) -> Field:
    return expression("number", "open_notes_count", "Open Notes Count", "(" + _OPEN_NOTES % entity_type + ")")


def _kind(name: str, display: str, fields: List[Field], display_field: str = "code") -> EntityType:
    return EntityType.build(name, display, display_field, every_type(display_field) + fields)


def entity_types() -> List[EntityType]:
    """Project, Phase, Episode, Sequence, Shot, Asset, Step and Task."""
    return [
        _kind(
            "Project",
            "Project",
            [
                text("name", "Project Name", mandatory=True, unique=True),
                text("code", "Code"),
                text("tank_name", "Tank Name"),
                listing("sg_status", "Status", ["Active", "Bidding", "On Hold", "Completed", "Lost"]),
                listing("sg_type", "Type", ["Feature", "Short", "Episodic", "Commercial", "Game"]),
                text("sg_description", "Description"),
                checkbox("archived", "Archived"),
                checkbox("is_template", "Template"),
                checkbox("is_demo", "Demo"),
                date("start_date", "Start Date"),
                date("end_date", "End Date"),
                typed("color", "color", "Color"),
                typed("duration", "duration", "Duration"),
                links("users", "People", "HumanUser"),
                reverse("phases", "Phases", "Phase", "project"),
                image(),
                _FILMSTRIP,
                expression(
                    "date_time",
                    "last_accessed_by_current_user",
                    "Last Accessed by You",
                    '(SELECT a.at FROM "__project_access" a WHERE a.project_id = {t}.id'
                    " AND a.user_id = current_user_id())",
                ),
                _TAGS,
            ],
            display_field="name",
        ),
        _kind(
            "Phase",
            "Phase",
            [text("code", "Phase Name"), _PROJECT, date("start_date", "Start Date"), date("end_date", "End Date")],
        ),
        _kind(
            "Episode",
            "Episode",
            [
                text("code", "Episode"),
                text("description", "Description"),
                statuses("wtg ip fin omt", "wtg"),
                _PROJECT,
                reverse("sequences", "Sequences", "Sequence", "episode"),
                image(),
                _TAGS,
            ],
        ),
        _kind(
            "Sequence",
            "Sequence",
            [
                text("code", "Sequence Name", mandatory=True),
                text("description", "Description"),
                statuses("wtg ip hld apr fin omt", "wtg"),
                listing("sg_sequence_type", "Type", ["Full CG", "Live Action", "Mixed"]),
                number("sg_cut_order", "Cut Order"),
                _PROJECT,
                link("episode", "Episode", "Episode"),
                reverse("shots", "Shots", "Shot", "sg_sequence"),
                links("assets", "Assets", "Asset"),
                reverse("tasks", "Tasks", "Task", "entity"),
                reverse("notes", "Notes", "Note", "note_links"),
                reverse("sg_versions", "Versions", "Version", "entity"),
                reverse("sg_published_files", "Published Files", "PublishedFile", "entity"),
                _open_notes("Sequence"),
                image(),
                _FILMSTRIP,
                _TAGS,
            ],
        ),
        _kind(
            "Shot",
            "Shot",
            [
                text("code", "Shot Code", mandatory=True),
                text("description", "Description"),
                statuses("wtg rdy ip hld rev apr fin dlvr omt na", "wtg"),
                link("sg_sequence", "Sequence", "Sequence"),
                _PROJECT,
                listing("sg_shot_type", "Type", ["VFX", "Full CG", "2D", "Insert", "Title"]),
                number("sg_cut_in", "Cut In"),
                number("sg_cut_out", "Cut Out"),
                number("sg_cut_duration", "Cut Duration", summary_default="sum"),
                number("sg_cut_order", "Cut Order"),
                number("sg_head_in", "Head In"),
                number("sg_tail_out", "Tail Out"),
                number("sg_working_duration", "Working Duration", summary_default="sum"),
                typed("float", "sg_frame_rate", "Frame Rate", default=24.0),
                typed("float", "sg_fps", "Frames per Second"),
                typed("percent", "sg_complete", "Complete"),
                typed("currency", "sg_bid_cost", "Bid Cost", summary_default="sum"),
                typed("duration", "sg_bid_duration", "Bid", summary_default="sum"),
                typed("timecode", "sg_timecode_in", "Timecode In"),
                typed("timecode", "sg_timecode_out", "Timecode Out"),
                typed("footage", "sg_footage", "Footage"),
                typed("serializable", "sg_camera_data", "Camera Data"),
                typed("color", "color", "Gantt Bar Color", default="pipeline_step"),
                typed("uuid", "sg_editorial_uuid", "Editorial UUID"),
                typed("tag_list", "tag_list", "Old Tags"),
                checkbox("sg_hero_shot", "Hero Shot"),
                date("sg_due_date", "Due Date"),
                date_time("sg_turnover_at", "Turnover At"),
                url("sg_plate", "Plate"),
                text("sg_notes_to_artist", "Notes to Artist"),
                links("assets", "Assets", "Asset"),
                links("sg_shots_alike", "Related Shots", "Shot"),
                link("sg_lead", "Lead", "HumanUser", "Group"),
                reverse("tasks", "Tasks", "Task", "entity"),
                reverse("notes", "Notes", "Note", "note_links"),
                reverse("sg_versions", "Versions", "Version", "entity"),
                reverse("sg_published_files", "Published Files", "PublishedFile", "entity"),
                _open_notes("Shot"),
                image(),
                _FILMSTRIP,
                _TAGS,
            ],
        ),
        _kind(
            "Asset",
            "Asset",
            [
                text("code", "Asset Name", mandatory=True),
                text("description", "Description"),
                statuses("wtg rdy ip hld rev apr fin omt na", "wtg"),
                listing(
                    "sg_asset_type",
                    "Type",
                    ["Character", "Environment", "FX", "Graphic", "Matte Painting", "Prop", "Vehicle"],
                ),
                _PROJECT,
                reverse("shots", "Shots", "Shot", "assets"),
                reverse("sequences", "Sequences", "Sequence", "assets"),
                links("assets", "Sub Assets", "Asset"),
                reverse("parents", "Parents", "Asset", "assets"),
                reverse("tasks", "Tasks", "Task", "entity"),
                reverse("notes", "Notes", "Note", "note_links"),
                reverse("sg_versions", "Versions", "Version", "entity"),
                reverse("sg_published_files", "Published Files", "PublishedFile", "entity"),
                _open_notes("Asset"),
                image(),
                _FILMSTRIP,
                _TAGS,
            ],
        ),
        _kind(
            "Step",
            "Pipeline Step",
            [
                text("code", "Step Name", mandatory=True),
                text("short_name", "Short Code"),
                typed("entity_type", "entity_type", "Linked Entity Type"),
                typed("color", "color", "Color"),
                number("list_order", "Order"),
                text("description", "Description"),
                link("department", "Department", "Department"),
            ],
        ),
        _kind(
            "Task",
            "Task",
            [
                text("content", "Task Name", mandatory=True),
                link("entity", "Link", "Shot", "Asset", "Sequence", "Episode", "CustomEntity01"),
                _PROJECT,
                link("step", "Pipeline Step", "Step"),
                statuses("wtg rdy ip hld rev apr fin omt na", "wtg"),
                links("task_assignees", "Assigned To", "HumanUser", "Group"),
                links("task_reviewers", "Reviewer", "HumanUser", "Group"),
                links("addressings_cc", "Cc", "HumanUser", "Group"),
                links("upstream_tasks", "Upstream Dependency", "Task"),
                reverse("downstream_tasks", "Downstream Dependency", "Task", "upstream_tasks"),
                date("start_date", "Start Date"),
                date("due_date", "Due Date", summary_default="latest"),
                typed("duration", "duration", "Duration", summary_default="sum"),
                typed("duration", "est_in_mins", "Bid", summary_default="sum"),
                typed("duration", "time_logs_sum", "Time Logged", summary_default="sum"),
                typed("percent", "time_percent_of_est", "% of Bid"),
                number("sg_sort_order", "Sort Order"),
                text("sg_description", "Description"),
                checkbox("milestone", "Milestone"),
                checkbox("pinned", "Pinned"),
                typed("color", "color", "Gantt Bar Color", default="pipeline_step"),
                reverse("sg_versions", "Versions", "Version", "sg_task"),
                reverse("sg_published_files", "Published Files", "PublishedFile", "task"),
                reverse("notes", "Notes", "Note", "tasks"),
                image(),
                _TAGS,
            ],
            display_field="content",
        ),
    ]
