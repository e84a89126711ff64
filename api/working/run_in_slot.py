"""A trial under way in one of a worker's slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from armwright.persistence import AskedTrial
    from armwright.store.heartbeat import Heartbeat
    from armwright.working.command_process import CommandProcess
    from armwright.working.printed_steps import PrintedSteps
    from armwright.working.work_folder import TrialFolder

__all__ = ["RunInSlot"]


@final
@dataclass(slots=True, kw_only=True, eq=False)
class RunInSlot:
    """A trial under way.

    Attributes:
        trial: What was taken.
        slot: Which of the commands side by side.
        folder: What it leaves.
        heartbeat: Says that it lives.
        steps: What it prints of how far it is.
        began: When, by the worker's clock.
        ended: When its command had ended, by that clock; 0 while it runs.
        command: Its process; None until it is started.
        told: Why it was told to end; empty if it was not.
        timed_out: Whether it ran for too long.
        kill_at: When it is to be killed, by the worker's clock; None for not.
    """

    trial: AskedTrial
    slot: int
    folder: TrialFolder
    heartbeat: Heartbeat
    steps: PrintedSteps
    began: float
    ended: float = 0.0
    command: CommandProcess | None = None
    told: str = ""
    timed_out: bool = False
    kill_at: float | None = None

    @property
    def process(self) -> CommandProcess:
        """The process; only asked for once it is started."""
        assert self.command is not None  # noqa: S101 - set right after it is made
        return self.command
