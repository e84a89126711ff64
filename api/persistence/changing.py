"""The next version of a configuration, with who changed what and why beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.store.surroundings import utc_now
from armwright.store.writer import current_writer, who

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.store import ExperimentFolder

__all__ = ["CHANGE", "add_change"]

CHANGE = "change"  # of a configuration: {"kind", "what", "reason", "at", "by"}


def add_change(
    folder: ExperimentFolder,
    parts: Mapping[str, Any],
    *,
    kind: str,
    words: Iterable[str] = (),
    reason: str = "",
) -> int:
    """Adds a version of the configuration in which some parts are others.

    Args:
        folder: Of the experiment.
        parts: The parts, by key.
        kind: A word for people, such as edited or stopped.
        words: What changes.
        reason: Why.

    Returns:
        The version's number.

    Raises:
        ConflictError: Somebody else changed it at the same moment.
    """
    state = folder.state
    change = {
        "kind": kind,
        "what": list(words),
        "reason": reason,
        "at": utc_now(),
        "by": who(current_writer().document()),
    }
    document = {**state.configs[state.version], **parts, CHANGE: change}
    return folder.add_config(document, base=state.version)
