r"""How much of a function's variance each column makes: first-order and total Sobol indices.

With X uniform over the space (steps and levels alike, log columns in the logarithm),

$$S_i = \frac{\mathrm{Var}(E[f(X) \mid X_i])}{\mathrm{Var} f(X)},\qquad
T_i = \frac{E[\mathrm{Var}(f(X) \mid X_{\ne i})]}{\mathrm{Var} f(X)}$$

the share that column i makes alone, and with all it does together with others. No scale of the
inputs or of f comes in. Linear constraints make columns depend on each other; then the same
definitions hold with conditional draws (Kucherenko), and T may be below S: what a column says of f
may be what it says of other columns.

References:
    Saltelli et al. (2010), Computer Physics Communications 181, 259, for the design and the
    estimator of S; Jansen (1999), ibid. 117, 35, for that of T, with the variance of the same pairs
    below the line, Janon et al. (2014), ESAIM: Probability and Statistics 18, 342; Kucherenko,
    Tarantola and Annoni (2012), Computer Physics Communications 183, 937, for columns that depend
    on each other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from armwright.optimizer.candidates import global_candidates
from armwright.optimizer.columns import Problem, feasible, from_unit
from armwright.optimizer.sequence import sobol_points
from armwright.optimizer.shapes import Bool, Float

__all__ = ["Sensitivity", "sobol_indices"]

_RESAMPLES = 200
_LARGE = 1e100  # whose square is a number, with room for sums
_INTERVAL = (2.5, 97.5)  # percent
_SWEEPS = 12  # of draws one column at a time, where columns depend on each other

_Function = Callable[[Float[np.ndarray, "k d"]], Float[np.ndarray, "k o"]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensitivity:
    """Sobol indices of several functions, a row each.

    Attributes:
        first: First-order indices, a column per column of the problem.
        total: Total indices.
        first_interval: 95 % interval of each index, within 0 and 1 as the index itself: the 2.5th
            and 97.5th percentile of estimates from points drawn anew with replacement. It tells how
            far the number of points was enough, not how well the function itself is known. The
            points fill the space more evenly than such draws, so that it holds the index more often
            than that, unless they are few and the function is rough.
        total_interval: The same for the total indices.
        variance: Of each function over the space, in its units squared; where it is zero, so are
            all indices. Infinite where it is no number any more.
    """

    first: Float[np.ndarray, "o d"]
    total: Float[np.ndarray, "o d"]
    first_interval: Float[np.ndarray, "o d 2"]
    total_interval: Float[np.ndarray, "o d 2"]
    variance: Float[np.ndarray, " o"]


def sobol_indices(
    function: _Function,
    problem: Problem,
    *,
    seed: int,
    points: int = 1024,
    held: dict[int, float] | None = None,
) -> Sensitivity:
    """Estimates the Sobol indices of functions over a problem's space.

    Args:
        function: Takes raw values, a row per point, and gives a column per function.
        problem: Columns and constraints.
        seed: Decides the points, not negative.
        points: Number of base points; the functions are evaluated at points * (columns + 2), or
            (2 * columns + 1) where there are linear constraints. A power of two is best.
        held: Raw values that columns have at every point; their indices are 0.

    Raises:
        ValueError: No point keeps the constraints, or there are fewer than 8 points.
    """
    if points < 8:
        raise ValueError(f"points: expected at least 8, got {points}")
    # What does not count where it does not count makes no difference; so it may vary there.
    problem = replace(problem, conditions=())
    held = held or {}
    free = [j for j in range(len(problem.columns)) if j not in held]
    rng = np.random.default_rng([seed, 11])
    if problem.constrained:
        base, changes = _dependent(problem, free, held, rng, seed, points)
    else:
        base, changes = _independent(problem, free, held, seed, points)
    at_base = function(base)
    # Shares have no unit: what is too large to be squared is measured in units of itself.
    size = np.abs(at_base).max(axis=0, initial=0.0)
    unit = np.where(size > _LARGE, size, 1.0)
    at_base = at_base / unit
    at_other = at_base if changes.other is None else function(changes.other) / unit
    kept = np.zeros((len(problem.columns), *at_base.shape))
    changed = np.zeros_like(kept)
    for j in free:
        changed[j] = function(changes.total[j]) / unit
        kept[j] = changed[j] if changes.first is None else function(changes.first[j]) / unit
    estimate = _estimate(at_base, at_other, kept, changed, free)
    resampled = np.array(
        [
            _estimate(at_base[rows], at_other[rows], kept[:, rows], changed[:, rows], free)
            for rows in rng.integers(len(base), size=(_RESAMPLES, len(base)))
        ]
    )
    low, high = np.percentile(resampled, _INTERVAL, axis=0)
    spread = np.stack([np.minimum(low, estimate), np.maximum(high, estimate)], axis=-1)
    with np.errstate(over="ignore"):
        variance = np.concatenate([at_base, at_other]).var(axis=0) * unit**2
    return Sensitivity(
        first=estimate[0],
        total=estimate[1],
        first_interval=spread[0],
        total_interval=spread[1],
        variance=np.asarray(variance),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Changes:
    """Points that share something with others.

    Attributes:
        other: Points that share column j with `first[j]`, or with `total[j]` where that is None;
            the base points themselves where it is None.
        total: For each free column the base points with that one drawn anew.
        first: For each free column points with all but that one drawn anew.
    """

    other: Float[np.ndarray, "k d"] | None
    total: dict[int, Float[np.ndarray, "k d"]]
    first: dict[int, Float[np.ndarray, "k d"]] | None


def _estimate(
    base: Float[np.ndarray, "k o"],
    other: Float[np.ndarray, "k o"],
    kept: Float[np.ndarray, "d k o"],
    changed: Float[np.ndarray, "d k o"],
    free: list[int],
) -> Float[np.ndarray, "2 o d"]:
    """First-order and total indices, within 0 and 1: what lies outside is the points' chance.

    Args:
        base: Function values at the base points.
        other: At the other points.
        kept: At points that share one column with the other points and nothing else.
        changed: At the base points with one column changed.
        free: The columns that change.
    """
    both = np.concatenate([base, other])
    variance = both.var(axis=0)
    size = np.abs(both).max(axis=0)
    constant = variance <= (1e-13 * size) ** 2
    safe = np.where(constant, 1.0, variance)
    found = np.zeros((2, base.shape[1], len(kept)))
    centre = both.mean(axis=0)
    for j in free:
        # Of points that share one column, the covariance is the variance that column makes alone.
        pair = (other - centre) * (kept[j] - centre)
        if other is not base:  # independent columns: what the base points say is noise, taken out
            pair = (other - centre) * (kept[j] - base)
        found[0, :, j] = np.where(constant, 0.0, pair.mean(axis=0) / safe)
        # Measured against the same points' variance: 1 less their correlation, as both vary alike.
        apart = 0.5 * ((base - changed[j]) ** 2).mean(axis=0)
        around = np.where(constant, 1.0, np.concatenate([base, changed[j]]).var(axis=0))
        found[1, :, j] = np.where(constant, 0.0, apart / np.where(around > 0, around, 1.0))
    return np.clip(found, 0.0, 1.0)


def _independent(
    problem: Problem, free: list[int], held: dict[int, float], seed: int, points: int
) -> tuple[Float[np.ndarray, "k d"], _Changes]:
    """Saltelli's design: two sets of points, and the first with one column of the second."""
    width = len(problem.columns)
    unit = sobol_points(2 * width, seed=(seed, 11), start=0, count=points)
    base, other = from_unit(problem, unit[:, :width]), from_unit(problem, unit[:, width:])
    for j, value in held.items():
        base[:, j] = other[:, j] = value
    total = {}
    for j in free:
        total[j] = base.copy()
        total[j][:, j] = other[:, j]
    return base, _Changes(other=other, total=total, first=None)


def _dependent(
    problem: Problem,
    free: list[int],
    held: dict[int, float],
    rng: np.random.Generator,
    seed: int,
    points: int,
) -> tuple[Float[np.ndarray, "k d"], _Changes]:
    """Feasible points, and for each column draws of it, and of all others, given the rest."""
    width = len(problem.columns)
    base = global_candidates(problem, seed=(seed, 11), count=points, inside=np.empty((0, width)))
    for j, value in held.items():
        base[:, j] = value
    base = base[feasible(problem, base)]
    if len(base) < 8:
        raise ValueError("no point with the values that are held keeps the constraints")
    weights = problem.constraint_weights
    assert weights is not None  # noqa: S101 - the problem is constrained
    tied = np.asarray((weights != 0).any(axis=0))
    total, first = {}, {}
    for j in free:
        total[j] = _redrawn(problem, base, j, rng)
        rest = base.copy()
        others = [k for k in free if k != j]
        for k in [k for k in others if not tied[k]]:
            rest = _redrawn(problem, rest, k, rng)
        knotted = np.array([k for k in others if tied[k]], np.intp)
        for _ in range(_SWEEPS if len(knotted) > 1 else 1):
            for k in rng.permutation(knotted):
                rest = _redrawn(problem, rest, int(k), rng)
        first[j] = rest
    return base, _Changes(other=None, total=total, first=first)


def _redrawn(
    problem: Problem, values: Float[np.ndarray, "k d"], j: int, rng: np.random.Generator
) -> Float[np.ndarray, "k d"]:
    """The points with column j drawn anew from what the others allow."""
    column, fresh = problem.columns[j], values.copy()
    if column.kind == "choice":
        fresh[:, j] = rng.integers(column.levels, size=len(values))
        return fresh
    low, high = _allowed(problem, values, j)
    if column.step > 0:  # half a step more at both ends, so that the ends are not rare
        first, last = column.multiples
        low = np.clip(np.ceil(np.round(low / column.step, 9)), first, last)
        high = np.clip(np.floor(np.round(high / column.step, 9)), first, last)
        begin, end = (low - 0.5) * column.step, (high + 0.5) * column.step
        if column.log:
            begin = np.maximum(begin, 0.5 * low * column.step)
    else:
        begin, end = low, high
    share = rng.random(len(values))
    if column.log:
        drawn = np.exp(np.log(begin) + share * (np.log(end) - np.log(begin)))
    else:
        drawn = begin + share * (end - begin)
    if column.step > 0:
        drawn = column.at(np.clip(np.rint(drawn / column.step), low, high))
    else:
        drawn = np.clip(drawn, column.lower, column.upper)
    fresh[:, j] = drawn
    good: Bool[np.ndarray, " k"] = feasible(problem, fresh)
    fresh[~good, j] = values[~good, j]
    return fresh


def _allowed(
    problem: Problem, values: Float[np.ndarray, "k d"], j: int
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """The interval of a range column at each point that its bounds and the constraints leave."""
    column = problem.columns[j]
    low = np.full(len(values), column.lower)
    high = np.full(len(values), column.upper)
    weights, bounds = problem.constraint_weights, problem.constraint_bounds
    assert weights is not None  # noqa: S101 - the problem is constrained
    assert bounds is not None  # noqa: S101 - likewise
    for row, bound in zip(weights, bounds, strict=True):
        if row[j] == 0:
            continue
        rest = bound - values @ row + values[:, j] * row[j]
        edge = rest / row[j]
        if row[j] > 0:
            high = np.minimum(high, edge)
        else:
            low = np.maximum(low, edge)
    return np.minimum(low, values[:, j]), np.maximum(high, values[:, j])
