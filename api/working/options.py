"""How a worker works."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["WorkerOptions"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker works; seconds are of this process's own clock.

    Attributes:
        parallel: How many commands run side by side.
        count: How many trials to run at most; None for no limit.
        time_limit: Seconds after which all is to be handed back; None for no limit but that of the
            Slurm job, where there is one.
        margin: How long before that the commands are told to stop; at most a tenth of the limit.
        grace: Seconds that a command has to end once it was told to; then it is killed.
        timeout: Seconds that a command may run; then the trial has failed.
        kinds: Exit codes to kinds of failure.
        most_crashes: After so many crashes in a row, without a result before, it gives up; 0 never.
            A command killed for its memory, or one that leaves no result, counts too; one that says
            that its arm is infeasible, or takes too long, does not.
        folder: Where what the commands leave is kept; beside the experiment if None.
        tops_up: Whether to make trials ahead of need where many workers share an experiment and
            nobody else does.
        waits: Whether, when nothing is left to take, to wait until the running trials of others
            have ended, and to take up those that were lost.
        requeues: Whether, at the end of a Slurm job's time, to have the job queued again.
        most_fruitless: After so many times in a row that this brought it no further, it no longer
            does: no trial ended, none told of a later step, and of one without steps nothing was
            new in its checkpoint folder.
        looks_every: Seconds from one look for workers that have gone to the next.
        steps_every: Seconds from one look at what commands print of how far they are to the next.
    """

    parallel: int = 1
    count: int | None = None
    time_limit: float | None = None
    margin: float = 60.0
    grace: float = 20.0
    timeout: float | None = None
    kinds: Mapping[int, str] = field(default_factory=dict)
    most_crashes: int = 5
    folder: Path | None = None
    tops_up: bool = True
    waits: bool = False
    requeues: bool = False
    most_fruitless: int = 3
    looks_every: float = 30.0
    steps_every: float = 1.0

    def __post_init__(self) -> None:
        for name, least in (
            ("parallel", 1),
            ("count", 1),
            ("most_crashes", 0),
            ("most_fruitless", 0),
        ):
            value = getattr(self, name)
            if value is not None and value < least:
                raise UsageError(f"{name} should be a whole number from {least} on, got {value}")
        for name in ("time_limit", "timeout", "grace", "margin", "looks_every", "steps_every"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise UsageError(f"{name} should be seconds, got {value}")
