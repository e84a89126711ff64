"""Looking after an experiment's folder by its URL; each is a verb of the `armwright` command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    import os

    from armwright.store.compaction import CompactionReport
    from armwright.store.garbage import GarbageReport

__all__ = ["collect_garbage", "compact"]


def compact(url: str | os.PathLike[str], *, dry_run: bool = False) -> CompactionReport:
    """Puts trials that have ended into Parquet snapshots; workers do so now and then on their own.

    Args:
        url: Of the experiment.
        dry_run: Only say what would be made.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It cannot be read, or a snapshot not be written.
    """
    return ExperimentFolder.open(url).compact(dry_run=dry_run)


def collect_garbage(url: str | os.PathLike[str], *, dry_run: bool = False) -> GarbageReport:
    """Removes files that snapshots have replaced for an hour; loses nothing.

    Args:
        url: Of the experiment.
        dry_run: Only say what would go.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: Something could not be read, written or removed.
    """
    return ExperimentFolder.open(url).collect_garbage(dry_run=dry_run)
