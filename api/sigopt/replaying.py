"""Making a suggestion again, for `armwright replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.persistence import replay as asked
from armwright.sigopt.exception import ApiException
from armwright.sigopt.suggester import Suggester

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.store import ExperimentFolder, State

__all__ = ["replay", "suggested_again"]


def replay(url: str | os.PathLike[str], trial: int) -> asked.Replay:
    """Makes the arm of a trial again, from what was known when it was made. Changes nothing.

    See `armwright.persistence.replay.replay`; this knows suggestions as well.
    """
    return asked.replay(url, trial, makers={"sigopt": suggested_again})


def suggested_again(
    folder: ExperimentFolder, then: State, free: int, deadline: float | None
) -> tuple[Experiment, Callable[[int], GeneratorRun]]:
    """What is known, and what makes the suggestion of a number from it.

    Args:
        folder: Of the experiment.
        then: Its state when the suggestion was made.
        free: The next free number then.
        deadline: When to be done, by `time.monotonic()`.
    """
    suggester = Suggester(folder)

    def make(number: int) -> GeneratorRun:
        try:
            return suggester.made(number, then, free, deadline=deadline)
        except ApiException as error:
            raise UsageError(str(error.message)) from error

    return suggester.experiment_of(then), make
