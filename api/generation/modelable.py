"""What the Gaussian process can model, asked before anything is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.experiment import Arm, OptimizationConfig, SearchSpace

__all__ = ["check_modelable"]


def check_modelable(
    config: OptimizationConfig | None, search_space: SearchSpace, status_quo: Arm | None = None
) -> None:
    """Refuses what the Gaussian process cannot model.

    Raises:
        UsageError: There is no objective, a constraint is relative and there is no status quo, or
            the target of a task or fidelity is none of its values.
    """
    if config is None:
        raise UsageError("the Gaussian process needs an objective, got no optimization config")
    for constraint in config.outcome_constraints:
        if constraint.relative and status_quo is None:
            raise UsageError(
                f"{constraint} is relative to the status quo, and the experiment has none",
                hint="give it one, status_quo with a value of each parameter; or write the bound "
                "without %",
            )
    from armwright.generation.encoding import encode

    try:
        encode(search_space)
    except ValueError as error:
        raise UsageError(str(error)) from error
