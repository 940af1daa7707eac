"""A ShotGrid site to run beside the tests and the demo: a real HTTP server for the unmodified ``shotgun_api3``."""

from __future__ import annotations

from .faults import Fault, FaultPlan
from .server import EmbeddedSite, SiteNotStarted

__all__ = ["EmbeddedSite", "Fault", "FaultPlan", "SiteNotStarted"]
