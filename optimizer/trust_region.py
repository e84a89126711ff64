r"""A box around the incumbent that grows with success and shrinks with failure.

Expected improvement over the whole space keeps visiting what is unknown, also when what is known
would repay a closer look. So every other arm, and the last fifth of a budget where it is known, is
the best one inside a box. Its sides are in proportion to the lengthscales,

$$L\,\frac{\ell_j}{(\prod_k \ell_k)^{1/d}},$$

each factor kept between 1/5 and 5; L begins at 0.4 of the space, doubles after two improvements in
a row, halves after six arms without one, and begins again below 0.02. All this is read off the
observations in their order, so that no state is kept and any worker comes to the same box.

References:
    Eriksson et al. (2019), "Scalable Global Optimization via Local Bayesian Optimization" (TuRBO);
    the turns are ours, scripts/bench/README.md has what they are worth.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.columns import Problem, feasible, to_model, to_values
from armwright.optimizer.features import Features
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.initial_design import initial_points
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.shapes import Bool, Float

__all__ = ["TrustRegion", "edges", "is_local", "trust_region"]

_FINAL = 0.2  # of a budget
_FEWEST_FINAL = 3
_FIRST, _LARGEST, _SMALLEST = 0.4, 1.6, 0.02  # L
_WINS, _LOSSES = 2, 6  # in a row
_STRETCH = 5.0
_GAIN = 1e-3  # of what was gained on the first arms, below which nothing is an improvement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrustRegion:
    """A box in model units; levels of a choice are not confined.

    Attributes:
        lower: Of each column.
        upper: Of each column.
    """

    lower: Float[np.ndarray, " d"]
    upper: Float[np.ndarray, " d"]

    def squeezed(
        self, problem: Problem, values: Float[np.ndarray, "k d"]
    ) -> Float[np.ndarray, "m d"]:
        """Raw values spread over the space, spread over the box instead; feasible ones alone."""
        x = to_model(problem, values)
        return self._kept(problem, np.where(self._confines(problem), self._scaled(x), x))

    def clipped(
        self, problem: Problem, values: Float[np.ndarray, "k d"]
    ) -> Float[np.ndarray, "m d"]:
        """Raw values, moved to the edge where they are outside; feasible ones alone."""
        x = to_model(problem, values)
        inside = np.clip(x, self.lower, self.upper)
        return self._kept(problem, np.where(self._confines(problem), inside, x))

    def _scaled(self, x: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
        return np.asarray(self.lower + x * (self.upper - self.lower))

    @staticmethod
    def _confines(problem: Problem) -> Bool[np.ndarray, " d"]:
        return np.array([column.kind == "range" for column in problem.columns])

    @staticmethod
    def _kept(problem: Problem, x: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "m d"]:
        values = to_values(problem, x)
        return np.asarray(values[feasible(problem, values)])


def edges(
    region: TrustRegion | None, features: Features
) -> tuple[Float[np.ndarray, " D"], Float[np.ndarray, " D"]]:
    """Least and largest value of each feature inside a box, or of all there are."""
    lower, upper = np.zeros(features.width), np.ones(features.width)
    if region is not None:
        ranges = list(features.ranges)  # their features come first
        low, high = features.edges(region.lower), features.edges(region.upper)
        lower[: len(ranges)], upper[: len(ranges)] = low[ranges], high[ranges]
    return lower, upper


def is_local(tried: int, *, remaining: int | None) -> bool:
    """Whether an arm is one for the box: every other one, and all at the end of a budget.

    Args:
        tried: Arms before it.
        remaining: Arms left, this one included, where that is known.
    """
    if remaining is not None:
        final = max(_FEWEST_FINAL, round(_FINAL * (tried + remaining)))
        if remaining <= final:
            return True
    return tried % 2 == 0


def trust_region(
    problem: Problem, measured: Measurements, goal: Goal, fit: Hyperparameters
) -> TrustRegion:
    """The box around the incumbent.

    Args:
        problem: Columns.
        measured: What is known, in the order in which it was tried; one point is eligible.
        goal: Of one objective.
        fit: Of the objective's model.
    """
    eligible = goal.eligible(measured)
    values = np.where(eligible, goal.values(measured.y)[:, 0], -np.inf)
    center = measured.x[int(np.argmax(values))]
    ranges = np.array([column.kind == "range" for column in problem.columns])
    lengths = np.clip(np.asarray(fit.lengthscales)[: len(ranges)], 1e-3, 1e2)
    share = lengths / np.exp(np.mean(np.log(lengths[ranges]))) if ranges.any() else lengths
    half = 0.5 * _side(values, len(ranges)) * np.clip(share, 1.0 / _STRETCH, _STRETCH)
    return TrustRegion(
        lower=np.where(ranges, np.clip(center - half, 0.0, 1.0), 0.0),
        upper=np.where(ranges, np.clip(center + half, 0.0, 1.0), 1.0),
    )


def _side(values: Float[np.ndarray, " n"], width: int) -> float:
    """L, after the arms that came before; those that filled the space at first do not count."""
    begin = initial_points(width)
    known = values[np.isfinite(values)]
    with np.errstate(over="ignore"):
        gain = _GAIN * known.max() - _GAIN * np.median(known[:begin])
        goals = np.maximum.accumulate(values) + gain
    side, wins, losses = _FIRST, 0, 0
    for wanted, value in zip(goals[begin - 1 :], values[begin:], strict=False):
        if value > wanted:
            wins, losses = wins + 1, 0
        else:
            wins, losses = 0, losses + 1
        if wins == _WINS:
            side, wins = min(2.0 * side, _LARGEST), 0
        if losses == _LOSSES:
            side, losses = 0.5 * side, 0
        if side < _SMALLEST:
            side = _FIRST
    return side
