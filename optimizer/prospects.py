"""What judging a point needs besides the goal: draws of the maximum, points to know, cost, chance.

All arrays are arguments of the search's program; what is None is no part of it.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from armwright.optimizer.chance import Chance
from armwright.optimizer.columns import Column, Problem
from armwright.optimizer.features import Features
from armwright.optimizer.policy import Cost
from armwright.optimizer.shapes import Array, Float, operand

__all__ = ["Expense", "Prospects", "expense_of", "log_expense"]

_GRID = 129


class Expense(NamedTuple):
    """What an observation costs, by its fidelities.

    Attributes:
        intercept: Of every observation.
        picks: One row per ranged fidelity: 1 at its feature.
        shares: Its weighted share of the target's cost, over a grid on [0, 1] of the feature.
        levels: The same of the features of unordered fidelities; 0 for all others.
    """

    intercept: Float[Array, ""]
    picks: Float[Array, "h D"]
    shares: Float[Array, "h G"]
    levels: Float[Array, " D"]


class Prospects(NamedTuple):
    """What is asked of a point; see `worth`.

    Attributes:
        noise: Noise variance of each outcome where it would be observed, standardised.
        maxima: Draws of the largest value of the objective; None unless searched for.
        anchors: Features of points whose means are to be known; None unless searched for.
        expense: What an observation costs; None where all cost the same.
        chance: Where trials failed; None where none did.
    """

    noise: Float[Array, " o"]
    maxima: Float[Array, " z"] | None = None
    anchors: Float[Array, "i D"] | None = None
    expense: Expense | None = None
    chance: Chance | None = None


def log_expense(features: Float[Array, "k D"], expense: Expense) -> Float[Array, " k"]:
    """Log of what an observation at each point costs."""
    total = expense.intercept + jnp.sum(features * expense.levels, axis=1)
    grid = jnp.linspace(0.0, 1.0, _GRID)
    for index in range(expense.picks.shape[0]):
        at = jnp.sum(features * expense.picks[index], axis=1)
        total = total + jnp.interp(at, grid, expense.shares[index])
    return jnp.log(total)


def expense_of(problem: Problem, features: Features, cost: Cost) -> Expense | None:
    """The cost in terms of features; None where the problem has no fidelities."""
    fidelities = [j for j, column in enumerate(problem.columns) if column.role == "fidelity"]
    if not fidelities:
        return None
    ranged = [j for j in fidelities if problem.columns[j].kind == "range"]
    picks, shares = np.zeros((len(ranged), features.width)), np.zeros((len(ranged), _GRID))
    for i, j in enumerate(ranged):
        picks[i] = features.membership[j] > 0
        shares[i] = cost.weights.get(j, 1.0) * _shares(problem.columns[j], cost.shares.get(j))
    levels = np.zeros(features.width)
    for j in set(fidelities) - set(ranged):
        given = cost.shares.get(j, (1.0,) * problem.columns[j].levels)
        levels[features.membership[j] > 0] = cost.weights.get(j, 1.0) * np.array(given)
    return Expense(
        intercept=operand(np.float64(cost.intercept)),
        picks=operand(picks),
        shares=operand(shares),
        levels=operand(levels),
    )


def _shares(column: Column, given: tuple[float, ...] | None) -> Float[np.ndarray, " G"]:
    """Value over target, never negative, along the feature of a ranged column."""
    grid = np.linspace(0.0, 1.0, _GRID)
    if column.log:
        values = np.exp(np.log(column.lower) + grid * np.log(column.upper / column.lower))
    else:
        values = column.lower + grid * (column.upper - column.lower)
    if given is not None:
        return np.asarray(np.interp(values, column.lower + np.arange(len(given)), given))
    target = float(column.target or 0.0)
    if target > 0 and column.lower >= 0:
        return np.asarray(values / target)
    # Where values are no amounts, the nearness to the target stands for them.
    apart = np.abs(values - target)
    return np.asarray(1.0 - apart / max(float(apart.max()), 1e-300))
