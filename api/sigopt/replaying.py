"""Making a suggestion again, for `armwright replay`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.sigopt.exception import ApiException
from armwright.sigopt.suggester import Suggester

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.store import ExperimentFolder, State

__all__ = ["suggested_again"]


def suggested_again(
    folder: ExperimentFolder, then: State, free: int, deadline: float | None
) -> tuple[Experiment, Callable[[int], GeneratorRun]]:
    """What is known, and what makes the suggestion of a number from it.

    Args:
        folder: Of the experiment.
        then: Its state when the suggestion was made.
        free: The next free number then.
        deadline: Of no use: suggestions have none.
    """
    del deadline
    suggester = Suggester(folder)

    def make(number: int) -> GeneratorRun:
        try:
            return suggester.made(number, then, free)
        except ApiException as error:
            raise UsageError(str(error.message)) from error

    return suggester.experiment_of(then), make
