"""Whether the outcome constraints of an experiment can mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.experiment import Experiment

__all__ = ["check_relative_constraints"]


def check_relative_constraints(experiment: Experiment) -> None:
    """Refuses a constraint relative to the status quo where there is none.

    Raises:
        UsageError: Also a ValueError; names the constraint.
    """
    config = experiment.optimization_config
    if config is None or experiment.status_quo is not None:
        return
    for constraint in config.outcome_constraints:
        if constraint.relative:
            raise UsageError(
                f"{constraint} is relative to a status quo, and the experiment has none",
                hint="write the bound without %, or name a status_quo",
            )
