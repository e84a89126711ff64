"""A goal in standardised units, as the program takes it."""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.acquisition import Aims
from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Standardised
from armwright.optimizer.pareto import inferred_reference
from armwright.optimizer.shapes import Float, Int, operand

__all__ = ["aims_of"]

_FAR = 1e100  # stands for no bound: its square is finite
_SHOCKS = 64
_SMALLEST = 5e-324  # a scale that rounded to zero


def aims_of(
    goal: Goal,
    measured: Measurements,
    known: Sequence[Standardised],
    *,
    size: int,
    rows: Int[np.ndarray, " m"],
    rng: np.random.Generator,
) -> Aims:
    """Puts a goal in the units of the standardised outcomes.

    Args:
        goal: Objectives and bounds.
        measured: What is known, in the outcomes' own units.
        known: The way into standardised units, for each outcome.
        size: Rows of the program, padding included.
        rows: Which of what is known is in its first rows.
        rng: Weighs the objectives where there are more than two.
    """
    width, many = goal.weights.shape[1], goal.objectives > 2
    scale = np.array([one.scale or _SMALLEST for one in known])
    center = np.array([one.center for one in known])
    eligible = np.zeros(size, bool)
    eligible[: len(rows)] = goal.eligible(measured)[rows]
    with np.errstate(over="ignore", under="ignore"):
        weights = goal.weights * scale[:width]
        largest = np.abs(weights).max(axis=1, initial=0.0, keepdims=True)
        weights = weights / largest
        lower = (goal.lower - center[width:]) / scale[width:]
        upper = (goal.upper - center[width:]) / scale[width:]
    reference = preference = np.zeros(goal.objectives)
    if goal.objectives > 1:
        reference, ideal = (
            _standardised(one, goal, center[:width], largest[:, 0])
            for one in _extent(goal, measured)
        )
        if many:
            share = rng.dirichlet(np.ones(goal.objectives))
            preference = np.maximum(share, 1e-3) / np.maximum(ideal - reference, 1e-6)
            reference = ideal
    return Aims(
        weights=operand(weights),
        lower=operand(np.clip(lower, -_FAR, _FAR)),
        upper=operand(np.clip(upper, -_FAR, _FAR)),
        reference=operand(reference),
        preference=operand(preference),
        shocks=operand(rng.standard_normal((goal.objectives if many else 0, _SHOCKS))),
        eligible=operand(eligible),
    )


def _extent(
    goal: Goal, measured: Measurements
) -> tuple[Float[np.ndarray, " g"], Float[np.ndarray, " g"]]:
    """The reference point, given or inferred from what keeps the bounds, and the ideal point."""
    values = goal.values(measured.y)
    complete = values[~np.isnan(values).any(axis=1)]
    eligible = values[goal.eligible(measured)]
    counted = eligible if len(eligible) else complete
    given = np.full(goal.objectives, np.nan) if goal.reference is None else goal.reference
    ideal = counted.max(axis=0) if len(counted) else np.zeros(goal.objectives)
    return np.where(np.isnan(given), inferred_reference(counted), given), ideal


def _standardised(
    values: Float[np.ndarray, " g"],
    goal: Goal,
    center: Float[np.ndarray, " w"],
    largest: Float[np.ndarray, " g"],
) -> Float[np.ndarray, " g"]:
    """Values of the objectives in the units of the program."""
    with np.errstate(over="ignore"):
        return np.asarray(np.clip((values - goal.weights @ center) / largest, -_FAR, _FAR))
