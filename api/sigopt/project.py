"""Projects: a word on each experiment and run, by which people sort them."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

__all__ = ["check_project_id", "choose_project", "current_project", "normalize_project_id"]

_LEGAL = re.compile(r"[a-z0-9\-_.]{1,32}")
_ILLEGAL = re.compile(r"[^a-z0-9\-_.]")
_lock = threading.Lock()
_chosen: list[str] = []


def check_project_id(project: str) -> str:
    """The id, if it can be one.

    Raises:
        ValueError: It is not of 1 to 32 lower-case letters, digits, -, _ and dots.
    """
    if not isinstance(project, str) or not _LEGAL.fullmatch(project):
        raise ValueError(
            f"a project's id should be 1 to 32 of a-z, 0-9, '-', '_' and '.', got {project!r}"
        )
    return project


def choose_project(project: str | None) -> None:
    """The project of what this process makes from now on; None for the default."""
    with _lock:
        _chosen[:] = [] if project is None else [check_project_id(project)]


def current_project() -> str:
    """The one that was chosen, else `SIGOPT_PROJECT`, else the name of the current directory.

    Raises:
        ValueError: `SIGOPT_PROJECT` cannot be an id.
    """
    with _lock:
        if _chosen:
            return _chosen[0]
    named = os.environ.get("SIGOPT_PROJECT")
    if named:
        return check_project_id(named)
    return normalize_project_id(Path.cwd().name)[:32] or "default"


def normalize_project_id(name: str) -> str:
    """A name with what no id can hold left out."""
    return _ILLEGAL.sub("", name.lower())
