"""Beginning a run, in an experiment or outside of one."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from armwright.sigopt.fields import checked_name, metadata_of
from armwright.sigopt.global_run import global_params
from armwright.sigopt.run_context import RunContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.run_folder import RunFolder

__all__ = ["default_name", "new_run"]

logger = logging.getLogger(__name__)


def default_name(project: str) -> str:
    """Of a run that is given none: its project and the time."""
    return f"{project} {time.strftime('%Y-%m-%d %H:%M:%S')}"


def new_run(
    folder: RunFolder,
    project: str,
    name: str | None,
    metadata: Mapping[str, Any] | None,
    about: Mapping[str, Any],
) -> RunContext:
    """Begins a run.

    Args:
        folder: Where it is kept.
        project: Its project.
        name: For people; the project and the time if None.
        metadata: Texts and numbers.
        about: What else it says of itself.
    """
    said = {
        "name": checked_name(default_name(project) if name is None else name, "the name of a run"),
        "project": project,
        "metadata": metadata_of(metadata),
        **about,
    }
    number, attempt = folder.add_run(said)
    run = RunContext.in_folder(folder, number, attempt, global_params())
    logger.info("run %s has begun", run.id)
    return run
