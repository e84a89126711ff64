"""What the functions of the optimizer's front accept: put into one form, or refused."""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.columns import Problem
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations
from armwright.optimizer.shapes import Float

__all__ = ["check_arguments", "fit_of_each", "goal_and_measurements"]


def goal_and_measurements(
    observations: Observations | Measurements, goal: Goal | None
) -> tuple[Measurements, Goal]:
    """The measurements with the goal that fits them."""
    measured = (
        Measurements.of(observations) if isinstance(observations, Observations) else observations
    )
    goal = goal or Goal.single()
    if goal.outcomes != measured.outcomes:
        raise ValueError(
            f"goal: expected one of {measured.outcomes} outcomes, as y has, got {goal.outcomes}"
        )
    return measured, goal


def fit_of_each(
    given: Hyperparameters | Sequence[Hyperparameters | None] | None, outcomes: int
) -> Sequence[Hyperparameters | None]:
    """One fit, or None, for each outcome."""
    if given is None:
        return [None] * outcomes
    fits = [given] if isinstance(given, Hyperparameters) else given
    if len(fits) != outcomes:
        raise ValueError(f"expected a fit for each of {outcomes} outcomes, got {len(fits)}")
    return fits


def check_arguments(
    problem: Problem,
    x: Float[np.ndarray, "n e"],
    points: Float[np.ndarray, "p d"],
    seed: int,
    count: int,
) -> None:
    """Refuses points that are not of the problem, and numbers that are too small.

    Args:
        problem: Columns.
        x: Observed points, model units.
        points: Other points, model units.
        seed: At least 0.
        count: At least 1.
    """
    width = len(problem.columns)
    for name, array in (("x", x), ("pending", points)):
        if array.ndim != 2 or array.shape[1] != width:
            raise ValueError(f"{name}: expected {width} columns, got shape {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite")
        for j, column in enumerate(problem.columns):
            top = column.levels - 1 if column.kind == "choice" else 1.0
            if (array[:, j] < -1e-9).any() or (array[:, j] > top + 1e-9).any():
                raise ValueError(f"{name}: column {j} is in model units, 0 to {top:g}")
    if seed < 0 or count < 1:
        raise ValueError(f"expected seed >= 0 and count >= 1, got {seed} and {count}")
