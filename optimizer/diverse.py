r"""Several good points, each in a region of its own.

Of n solutions the first is the best point; each next one is the best point at least a distance r
away from all better ones. So arms are made for one solution after the other: for the i-th what
counts is improvement over the best point known beyond r of the i - 1 better ones, and only points
beyond r of these are tried. The first solution's arms are those of an ordinary search.

Distances are Euclidean in model units, two different levels of a choice one apart. Left to itself r
is a fifth of the cube's half diagonal and some, less where many solutions must find room:

$$r = \min(0.2,\ \tfrac12 n^{-1/d})\,\sqrt d$$

References:
    Beasley, Bull and Martin (1993), Evolutionary Computation 1, 101, for looking for one optimum
    after the other by taking those found out of sight.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from armwright.optimizer.arguments import check_arguments, fit_of_each, goal_and_measurements
from armwright.optimizer.columns import Problem, to_model, to_values
from armwright.optimizer.deadline import Deadline, OutOfTimeError
from armwright.optimizer.fitted import fit_model
from armwright.optimizer.goal import Goal
from armwright.optimizer.held import HeldModel, Remainder
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.output_scale import OWN, WantedScale
from armwright.optimizer.policy import Policy
from armwright.optimizer.precision import double_precision
from armwright.optimizer.proposal import Proposal
from armwright.optimizer.scores import Scores
from armwright.optimizer.search import best_point
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Bool, Float, Int
from armwright.optimizer.suggestion import suggest
from armwright.optimizer.threads import one_blas_thread

__all__ = ["distance_between_solutions", "select_diverse", "suggest_diverse"]

_NEAR = 3  # points whose neighbourhoods are looked at


def distance_between_solutions(problem: Problem, count: int) -> float:
    """How far solutions lie apart at least where nobody says; model units."""
    width = len(problem.columns)
    return float(min(0.2, 0.5 * count ** (-1.0 / width)) * np.sqrt(width))


def select_diverse(
    problem: Problem,
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, " n"],
    count: int,
    *,
    distance: float | None = None,
    share: float = 1.0,
) -> Int[np.ndarray, " k"]:
    """Picks good points that lie apart.

    Args:
        problem: Columns.
        x: Points in model units.
        y: How good each is, larger is better; NaN for points that do not count.
        count: Points wanted, at least 1.
        distance: How far they are to lie apart at least. Where None, what
            `distance_between_solutions` says, halved up to twice until there are as many as wanted.
        share: Which part of the points is good enough, the best ones; but at least `count` points.
            Where these lie in too few places and there is no `distance`, the better half will do.

    Returns:
        Indices, the best first; fewer where the points lie in fewer places.
    """
    if count < 1:
        raise ValueError(f"count: expected at least 1, got {count}")
    order = np.argsort(-y, kind="stable")
    order = order[~np.isnan(y[order])]
    good, fair = (
        order[: max(count, int(np.ceil(part * len(order))))] for part in (share, max(share, 0.5))
    )
    if distance is not None:
        return _apart(problem, x, good, count, distance)
    least = 0.25 * distance_between_solutions(problem, count)  # nearer ones are one solution
    for enough, reach in ((good, 4 * least), (good, 2 * least), (good, least), (fair, least)):
        found = _apart(problem, x, enough, count, reach)
        if len(found) == count:
            break
    return found


def _apart(
    problem: Problem,
    x: Float[np.ndarray, "n d"],
    order: Int[np.ndarray, " k"],
    count: int,
    distance: float,
) -> Int[np.ndarray, " m"]:
    """The first points in an order that lie apart."""
    chosen: list[int] = []
    free = np.ones(len(x), bool)
    for at in order:
        if len(chosen) == count:
            break
        if free[at]:
            chosen.append(int(at))
            free &= _beyond(problem, x, x[at : at + 1], distance)
            free[at] = False
    return np.array(chosen, np.int64)


def _beyond(
    problem: Problem,
    x: Float[np.ndarray, "k d"],
    centers: Float[np.ndarray, "c d"],
    distance: float,
) -> Bool[np.ndarray, " k"]:
    """Which points lie at least a distance away from all centers; none lies away from itself."""
    choices = np.array([column.kind == "choice" for column in problem.columns])
    away = np.ones(len(x), bool)
    for center in centers:
        steps = np.where(choices, np.not_equal(x, center), x - center)
        squared = (steps**2).sum(axis=1)
        away &= (squared >= distance**2) & (squared > 0)
    return away


def suggest_diverse(
    problem: Problem,
    observations: Observations | Measurements,
    *,
    solutions: int,
    goal: Goal | None = None,
    pending: Float[np.ndarray, "p d"] | None = None,
    warm: Hyperparameters | Sequence[Hyperparameters | None] | None = None,
    seed: int,
    count: int = 1,
    failed: Float[np.ndarray, "l d"] | None = None,
    distance: float | None = None,
    policy: Policy | None = None,
    within: float | None = None,
    settings: Settings | None = None,
) -> Proposal:
    """Proposes the next points of a search for several good points in regions of their own.

    Arms take turns: with n points known, pending or failed the next is for solution n modulo
    `solutions`.

    Args:
        problem: Columns and constraints.
        observations: What is known; none at all gives space-filling points.
        solutions: How many good points are wanted, at least 1.
        goal: As for `suggest`, with one objective.
        pending: As for `suggest`.
        warm: As for `suggest`.
        seed: As for `suggest`.
        count: Points to propose.
        failed: As for `suggest`.
        distance: How far solutions lie apart at least, model units; see
            `distance_between_solutions`.
        policy: As for `suggest`; by improvement.
        within: As for `suggest`.
        settings: As for `suggest`.

    Returns:
        As `suggest` does; notes say for which solution a point is.
    """
    settings, policy, deadline = settings or Settings(), policy or Policy(), Deadline(within)
    measured, goal = goal_and_measurements(observations, goal)
    if solutions < 1 or goal.objectives != 1:
        raise ValueError(
            f"solutions: expected at least 1 and one objective, got {solutions} and "
            f"{goal.objectives} objectives"
        )
    if policy.search_for != "improvement":
        raise ValueError(f"several solutions are searched for by improvement, got {policy}")
    waiting, lost = (measured.x[:0] if one is None else one for one in (pending, failed))
    for points in (waiting, lost):
        check_arguments(problem, measured.x, points, seed, count)
    ordinary = partial(
        suggest,
        problem,
        observations,
        goal=goal,
        failed=lost,
        policy=policy,
        settings=settings,
    )
    if len(measured.x) == 0 or solutions == 1:
        return ordinary(pending=waiting, warm=warm, seed=seed, count=count, within=within)
    reach = distance_between_solutions(problem, solutions) if distance is None else distance
    used = SeenPoints(to_values(problem, np.concatenate([measured.x, waiting, lost])))
    # By turns no scale would do: every solution has turns of its own.
    is_any = settings.output_warp == "likeliest" and not policy.draws
    scale = WantedScale(name="likeliest") if is_any else OWN
    with double_precision(), one_blas_thread():
        try:
            fitted = fit_model(
                problem,
                measured,
                goal,
                pending=waiting,
                room=count - 1,
                warm=fit_of_each(warm, measured.outcomes),
                seed=seed,
                settings=settings,
                scale=scale,
                failed=lost,
                policy=policy,
                deadline=deadline,
            )
        except OutOfTimeError:
            return ordinary(pending=waiting, seed=seed, count=count, within=0.0)
        model, fits, notes = fitted.model, fitted.fits, fitted.notes
        if policy.draws:
            fits = model.draw(fits, seed=seed)
        eligible = goal.eligible(measured)
        value = goal.values(model.predict(measured.x)[0])[:, 0]
        value = np.where(eligible, value, np.nan)
        chosen, scores = [np.empty((0, len(problem.columns)))], []
        for place in range(count):
            turn = (len(measured.x) + len(waiting) + len(lost) + place) % solutions
            niche = _Niche(problem, model, measured, value, turn, reach)
            try:
                choice = best_point(
                    problem,
                    niche,
                    incumbents=to_values(problem, niche.incumbents),
                    seen=used,
                    seed=(seed, 3 + place),
                    settings=settings,
                )
            except OutOfTimeError:
                break
            if choice is None:
                break
            notes = (*notes, f"for solution {turn + 1} of {solutions}")
            used.add(choice.values)
            chosen.append(choice.values[None, :])
            scores.append(choice.score)
            model.add_pending(to_model(problem, choice.values[None, :]))
        values = np.concatenate(chosen)
        x = to_model(problem, values)
        if deadline.passed:
            deadline.shorten("the predictions")
            mean = sd = np.full((len(x), measured.outcomes), np.nan)
        else:
            mean, sd = model.predict(x)
    single = isinstance(observations, Observations)
    found = Proposal(
        values=values,
        x=x,
        mean=mean[:, 0] if single else mean,
        sd=sd[:, 0] if single else sd,
        log_acquisition=np.array(scores, np.float64),
        fits=fits,
        notes=(*notes, *deadline.notes),
        exhausted=False,
        bucket=model.bucket,
    )
    if len(values) == count:
        return found
    # No room is left beyond the better solutions, or no time: the rest are of an ordinary search.
    rest = ordinary(
        pending=np.concatenate([waiting, x]),
        warm=fits,
        seed=seed + 1,
        count=count - len(values),
        within=None if within is None else deadline.left,
    )
    return found.followed_by(rest)


class _Niche(HeldModel):
    """A model whose points count only beyond the better solutions, and against what is there."""

    def __init__(
        self,
        problem: Problem,
        model: Model,
        measured: Measurements,
        value: Float[np.ndarray, " n"],
        turn: int,
        reach: float,
    ) -> None:
        super().__init__(model, Remainder(problem, {}))
        self._problem, self._reach = problem, reach
        better = (
            _apart(problem, measured.x, _best_first(value), turn, reach)
            if turn
            else np.empty(0, np.int64)
        )
        self._centers = measured.x[better]
        beyond = _beyond(problem, measured.x, self._centers, reach)
        within = np.where(beyond, value, np.nan)
        order = _best_first(within)
        self.incumbents = measured.x[order[:_NEAR]]
        if not len(order):  # nothing is known there: anything beats the worst
            order = _best_first(np.where(np.isin(np.arange(len(value)), model.kept), value, np.nan))
            order = order[-1:]
        model.compete(order)

    def score(
        self,
        values: Float[np.ndarray, "k d"],
        *,
        local: int = 0,
        movable: Bool[np.ndarray, " d"] | None = None,
        **rest: Any,
    ) -> Scores:
        """See `Model.score`; -inf near a better solution."""
        allowed = self._allowed(values)
        if not allowed.any():
            nothing = values[:0]
            return Scores(
                candidates=np.full(len(values), -np.inf),
                found=nothing,
                found_scores=np.empty(0),
            )
        near = int(allowed[len(values) - local :].sum()) if local else 0
        scores = super().score(values[allowed], local=near, movable=movable, **rest)
        candidates = np.full(len(values), -np.inf)
        candidates[allowed] = scores.candidates
        kept = self._allowed(scores.found)
        return Scores(
            candidates=candidates,
            found=scores.found,
            found_scores=np.where(kept, scores.found_scores, -np.inf),
        )

    def _allowed(self, values: Float[np.ndarray, "k d"]) -> Bool[np.ndarray, " k"]:
        x = to_model(self._problem, values)
        return _beyond(self._problem, x, self._centers, self._reach)


def _best_first(value: Float[np.ndarray, " n"]) -> Int[np.ndarray, " k"]:
    order = np.argsort(-value, kind="stable")
    return np.asarray(order[~np.isnan(value[order])])
