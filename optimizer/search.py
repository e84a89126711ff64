"""The point of largest acquisition that is feasible, snapped and new.

A screen of points over the space and around the incumbents, quasi-Newton searches from the best of
them with stepped columns relaxed, and where there are discrete columns one-step moves on the
snapped points, each round with the continuous columns polished again. A small countable space is
enumerated instead.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.candidates import global_candidates, local_candidates, neighbours
from armwright.optimizer.columns import Problem, feasible, lattice
from armwright.optimizer.deadline import OutOfTimeError
from armwright.optimizer.held import HeldModel
from armwright.optimizer.model import Model
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Bool, Float
from armwright.optimizer.trust_region import TrustRegion

__all__ = ["Choice", "best_point"]

_ENUMERATED = 4096
_ROUNDS = 16
_GAIN = 1e-6  # nats of log-EI; a round that gains less is the last
_PULLS = (0.0, 1e-12, 1e-9, 1e-6, 1e-3, 0.03, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A chosen point.

    Attributes:
        values: Raw values.
        score: Log acquisition.
    """

    values: Float[np.ndarray, " d"]
    score: float


def best_point(
    problem: Problem,
    model: Model | HeldModel,
    *,
    incumbents: Float[np.ndarray, "c d"],
    seen: SeenPoints,
    seed: tuple[int, ...],
    settings: Settings,
    within: TrustRegion | None = None,
) -> Choice | None:
    """Searches for the best point not seen; None where no new point with a finite score came up.

    Args:
        problem: Columns and constraints.
        model: Scores points; fitted.
        incumbents: Raw values of good points, best first; feasible ones seed the neighbourhoods.
        seen: Points not to return.
        seed: Seed of the candidates.
        settings: Sizes.
        within: A box to search in; a countable space is looked at whole all the same.
    """
    size = settings.global_candidates + settings.local_candidates
    points = lattice(problem, limit=_ENUMERATED)
    if points is not None:
        return _enumerate(model, points[~seen.contains(points)], size)
    inside = incumbents[feasible(problem, incumbents)]
    rng = np.random.default_rng([*seed, 7])
    wide = global_candidates(problem, seed=seed, count=settings.global_candidates, inside=inside)
    centers = inside if len(inside) else wide[:1]
    near = np.empty((0, len(problem.columns)))
    if len(centers):
        near = local_candidates(problem, centers, rng=rng, count=settings.local_candidates)
    if within is not None:
        wide, near = within.squeezed(problem, wide), within.clipped(problem, near)
    points = np.concatenate([wide, near])
    if not len(points):
        return None
    ranges = np.array([column.kind == "range" for column in problem.columns])
    scores = model.score(points, local=len(near), movable=ranges, within=within)
    pool = _Pool(problem, seen)
    pool.add(points, scores.candidates)
    found = _pulled_inside(problem, scores.found, points[int(np.argmax(scores.candidates))])
    if not any(column.discrete for column in problem.columns):
        pool.add(found, scores.found_scores)
        return pool.best()
    _climb(problem, model, pool, found, size, within)
    return pool.best()


class _Pool:
    """Scored feasible points: those to go on from, and the best that may be returned."""

    def __init__(self, problem: Problem, seen: SeenPoints) -> None:
        self._problem, self._seen = problem, seen
        self._values = np.empty((0, len(problem.columns)))
        self._scores = np.empty(0)

    def add(self, values: Float[np.ndarray, "k d"], scores: Float[np.ndarray, " k"]) -> None:
        keep = np.isfinite(scores) & feasible(self._problem, values)
        everything = np.concatenate([self._values, values[keep]])
        all_scores = np.concatenate([self._scores, scores[keep]])
        order = np.argsort(-all_scores, kind="stable")
        self._values, self._scores = everything[order], all_scores[order]

    def top(self, count: int) -> Float[np.ndarray, "k d"]:
        """The best points, seen or not, each once."""
        chosen, have = [np.empty((0, self._values.shape[1]))], SeenPoints(self._values[:0])
        for row in self._values:
            if len(have) == count:
                break
            if row not in have:
                have.add(row)
                chosen.append(row[None, :])
        return np.concatenate(chosen)

    def best(self) -> Choice | None:
        """The best point that has not been seen."""
        for row, score in zip(self._values, self._scores, strict=True):
            if row not in self._seen:
                return Choice(values=row, score=float(score))
        return None


def _enumerate(
    model: Model | HeldModel, points: Float[np.ndarray, "k d"], size: int
) -> Choice | None:
    best: Choice | None = None
    for begin in range(0, len(points), size):
        part = points[begin : begin + size]
        try:
            scores = model.score(part).candidates
        except OutOfTimeError:
            break
        top = int(np.argmax(scores))
        if np.isfinite(scores[top]) and (best is None or scores[top] > best.score):
            best = Choice(values=part[top], score=float(scores[top]))
    return best


def _climb(
    problem: Problem,
    model: Model | HeldModel,
    pool: _Pool,
    found: Float[np.ndarray, "m d"],
    size: int,
    within: TrustRegion | None,
) -> None:
    """One-step moves in discrete columns, continuous ones polished, until a round gains nothing."""
    free = np.array([column.kind == "range" and not column.discrete for column in problem.columns])
    found = found[feasible(problem, found)]
    before = -np.inf
    for _ in range(_ROUNDS):
        points = _around(problem, np.concatenate([found, pool.top(4)]), size)
        try:
            scores = model.score(points, movable=free if free.any() else None, within=within)
        except OutOfTimeError:
            return
        pool.add(points, scores.candidates)
        if free.any():
            pool.add(_pulled_inside(problem, scores.found, points[0]), scores.found_scores)
        found = found[:0]
        after = pool.best()
        gained = (after.score if after else -np.inf) - before
        if not gained > _GAIN:
            return
        before = after.score if after else before


def _around(
    problem: Problem, centers: Float[np.ndarray, "c d"], size: int
) -> Float[np.ndarray, "k d"]:
    """Centers, then their neighbours, each point once, center by center until the size is met."""
    have = SeenPoints(centers[:0])
    points: list[Float[np.ndarray, " d"]] = []
    for group in [centers, *(neighbours(problem, center[None, :]) for center in centers)]:
        for row in group:
            if row not in have and len(points) < size:
                have.add(row)
                points.append(row)
    return np.array(points)


def _pulled_inside(
    problem: Problem, values: Float[np.ndarray, "k d"], anchor: Float[np.ndarray, " d"]
) -> Float[np.ndarray, "k d"]:
    """Points that miss a constraint by rounding, moved in their continuous columns to an anchor.

    The anchor is feasible. A point that no small move brings inside stays as it is, and is refused
    by whoever checks.
    """
    if not problem.constrained:
        return values
    free: Bool[np.ndarray, " d"] = np.array([not column.discrete for column in problem.columns])
    pulled = values.copy()
    for i, row in enumerate(values):
        for share in _PULLS:
            tried = np.where(free, row + share * (anchor - row), row)
            if feasible(problem, tried[None, :])[0]:
                pulled[i] = tried
                break
    return pulled
