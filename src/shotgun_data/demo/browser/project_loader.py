"""Reads a project's sequences and shots in the background; the first shots are shown while the rest are read."""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, List, Mapping, Optional

from shotgun_data.qt.binding import QtCore

from .ledger import Batch, Ledger, rows
from .shots_model import SHOT_FIELDS, Shot
from .site_fields import SiteFields
from .statuses import STATUS_FIELDS, Statuses, read_shot_status_field

_PROJECT_FIELDS = ["name", "sg_status", "is_template", "last_accessed_by_current_user"]
_SEQUENCE_FIELDS = ["code", "description", "sg_status_list"]


def count_shots(sg: Any) -> Dict[int, int]:
    """Runs in a worker thread: how many shots each project has, counted by the site."""
    answer = sg.summarize(
        "Shot",
        [],
        [{"field": "id", "type": "count"}],
        grouping=[{"field": "project", "type": "exact", "direction": "asc"}],
    )
    groups = [group for group in answer["groups"] if isinstance(group["group_value"], Mapping)]
    return {int(group["group_value"]["id"]): int(group["summaries"]["id"]) for group in groups}


class ProjectLoader(QtCore.QObject):
    """Loads the list of projects, then one of them."""

    #: ``(list projects, dict counts)``: entities by name, and how many shots each has by its id, where known.
    projects_ready = QtCore.Signal(object, object)
    #: ``(list sequences)``
    sequences_ready = QtCore.Signal(object)
    #: ``(list of Shot)``: the next ones.
    shots_arrived = QtCore.Signal(object)
    #: All shots of the project have arrived.
    finished = QtCore.Signal()
    #: ``(str message, object what to call to try again)``
    failed = QtCore.Signal(str, object)

    def __init__(
        self, ledger: Ledger, statuses: Statuses, fields: SiteFields, parent: Optional[QtCore.QObject] = None
    ) -> None:
        super().__init__(parent)
        self._ledger = ledger
        self._statuses = statuses
        self._fields = fields
        self._site = Batch(ledger)
        self._project = Batch(ledger)
        self._projects: Optional[List[Mapping[str, Any]]] = None
        self._counts: Optional[Dict[int, int]] = None
        self.loading = False

    def load_site(self) -> None:
        """Everything that is not of one project: the projects, the statuses, the schema."""
        self._site.drop()
        self._project.drop()
        retriever = self._ledger.retriever
        self._projects, self._counts = None, None
        self._site.expect(
            retriever.execute_find(
                "Project",
                [["archived", "is", False]],
                _PROJECT_FIELDS,
                [{"field_name": "name", "direction": "asc"}],
            ),
            self._projects_arrived,
            self._failure("Projects could not be read", self.load_site),
        )
        self._site.expect(retriever.execute_method(count_shots), self._counted, lambda _message: self._count({}))
        self._load_statuses()
        self._load_schema()

    def load_project(self, project: Mapping[str, Any]) -> None:
        """The sequences and shots of a project; what was under way for another is dropped."""
        self._project.drop()
        self.loading = True
        retriever = self._ledger.retriever
        again = functools.partial(self.load_project, project)
        link = {"type": "Project", "id": project["id"]}
        self._project.expect(
            retriever.execute_find(
                "Shot",
                [["project", "is", link]],
                list(SHOT_FIELDS),
                [{"field_name": "code", "direction": "asc"}, {"field_name": "id", "direction": "asc"}],
            ),
            lambda _data: self._all_arrived(),  # and each of them has been told of before
            functools.partial(self._shots_missed, again),
            partial=lambda data: self.shots_arrived.emit([Shot.from_entity(entity) for entity in rows(data)]),
        )
        self._project.expect(
            retriever.execute_find(
                "Sequence",
                [["project", "is", link]],
                _SEQUENCE_FIELDS,
                [{"field_name": "code", "direction": "asc"}],
            ),
            lambda data: self.sequences_ready.emit(rows(data)),
            self._failure("Sequences could not be read", again),
        )
        self._project.expect(
            retriever.execute_method(read_shot_status_field, project["id"]),
            lambda data: self._statuses.allow(data["return_value"][0]),
            self._failure("The statuses of shots could not be read", again),
        )

    # --------------------------------------------------------------------------------------------------

    def _failure(self, what: str, again: Callable[[], None]) -> Callable[[str], None]:
        def failed(message: str) -> None:
            self.failed.emit(f"{what}: {message}", again)

        return failed

    def _load_statuses(self) -> None:
        self._site.expect(
            self._ledger.retriever.execute_find("Status", [], list(STATUS_FIELDS)),
            lambda data: self._statuses.learn(rows(data)),
            self._failure("Statuses could not be read", self._load_statuses),
        )

    def _load_schema(self) -> None:
        # Without a schema one sees less of a shot, or is told which field is missing: no error of its own.
        self._site.expect(
            self._ledger.retriever.get_schema(),
            lambda data: self._fields.learn(data["fields"]),
            lambda _message: self._fields.learn(None),
        )

    def _projects_arrived(self, data: Dict[str, Any]) -> None:
        self._projects = [project for project in rows(data) if not project.get("is_template")]
        self._tell_projects()

    def _counted(self, data: Dict[str, Any]) -> None:
        self._count(data["return_value"])

    def _count(self, counts: Dict[int, int]) -> None:
        self._counts = counts
        self._tell_projects()

    def _tell_projects(self) -> None:
        if self._projects is not None and self._counts is not None:
            self.projects_ready.emit(self._projects, self._counts)

    def _all_arrived(self) -> None:
        self.loading = False
        self.finished.emit()

    def _shots_missed(self, again: Callable[[], None], message: str) -> None:
        # Those that have come stay, and trying again reads them all.
        self.loading = False
        self.failed.emit(f"Shots could not be read: {message}", again)
