"""The optimizer's front: from observations to the next points, and to predictions.

NumPy in, NumPy out. Every call enters float64 and one BLAS thread by itself and leaves the user's
JAX as it was. Equal arguments give equal bits on one kind of machine.
"""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.columns import Problem, to_model, to_values
from armwright.optimizer.elsewhere import is_pinned_down, without_peak
from armwright.optimizer.fitting import fit
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.incumbents import incumbents
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.precision import double_precision
from armwright.optimizer.proposal import Proposal
from armwright.optimizer.search import Choice, best_point
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.threads import one_blas_thread

__all__ = ["predict", "suggest", "utility"]

_ELSEWHERE = "an optimum is pinned down: this looks for another one elsewhere"


def suggest(
    problem: Problem,
    observations: Observations | Measurements,
    *,
    goal: Goal | None = None,
    pending: Float[np.ndarray, "p d"] | None = None,
    warm: Hyperparameters | Sequence[Hyperparameters | None] | None = None,
    seed: int,
    count: int = 1,
    remaining: int | None = None,
    settings: Settings | None = None,
) -> Proposal:
    """Proposes the next points by expected improvement under a Gaussian process of each outcome.

    Args:
        problem: Columns and constraints.
        observations: What is known; none at all gives space-filling points.
        goal: What is to be made large and what is to be kept within bounds; needed where there are
            several outcomes.
        pending: Points in model units whose results are awaited; new ones keep away from them as
            far as what they may turn out to be suggests.
        warm: Earlier fits to start from, one for each outcome.
        seed: Seed of everything random, not negative; use a new one for each call.
        count: Points wanted; each is chosen with the earlier ones pending.
        remaining: Points still to be tried in all, these included, where that is known: with time
            left, a search that has pinned down an optimum looks for another.
        settings: Sizes; the defaults where None.

    Returns:
        `count` points, fewer only with `exhausted` set.
    """
    settings = settings or Settings()
    width = len(problem.columns)
    waiting = np.empty((0, width)) if pending is None else pending
    measured, goal = _measured(observations, goal)
    _check(problem, measured.x, waiting, seed, count)
    used = to_values(problem, np.concatenate([measured.x, waiting]))
    if len(measured.x) == 0:
        note = "no observations: the points fill the space"
        return _space_filling(problem, used, seed, count, (note,))
    with double_precision(), one_blas_thread():
        model = Model(
            problem,
            measured,
            goal,
            pending=waiting,
            room=count - 1,
            rng=np.random.default_rng([seed, 2]),
            settings=settings,
        )
        fits, notes = fit(model, _each(warm, measured.outcomes), seed, settings)
        centers = to_values(problem, incumbents(measured, goal))
        seen, chosen, scores = SeenPoints(used), [np.empty((0, width))], []
        for place in range(count):
            choice = best_point(
                problem,
                model,
                incumbents=centers,
                seen=seen,
                seed=(seed, 3 + place),
                settings=settings,
            )
            if choice is None:
                break
            left = None if remaining is None else remaining - place
            if is_pinned_down(choice.score, remaining=left):
                elsewhere = _elsewhere(model, problem, measured, goal, seen, seed + place, settings)
                if elsewhere is not None:
                    choice = elsewhere
                    notes = tuple(dict.fromkeys([*notes, _ELSEWHERE]))
            seen.add(choice.values)
            chosen.append(choice.values[None, :])
            scores.append(choice.score)
            model.add_pending(to_model(problem, choice.values[None, :]))
        values = np.concatenate(chosen)
        x = to_model(problem, values)
        mean, sd = model.predict(x)
    single = isinstance(observations, Observations)
    proposal = Proposal(
        values=values,
        x=x,
        mean=mean[:, 0] if single else mean,
        sd=sd[:, 0] if single else sd,
        log_acquisition=np.array(scores, np.float64),
        fits=fits,
        notes=notes,
        exhausted=False,
        bucket=model.bucket,
    )
    if len(values) == count:
        return proposal
    note = "the search found no new point: the rest fill the space"
    used = np.concatenate([used, values])
    return proposal.followed_by(_space_filling(problem, used, seed, count - len(values), (note,)))


def _elsewhere(
    model: Model,
    problem: Problem,
    measured: Measurements,
    goal: Goal,
    seen: SeenPoints,
    seed: int,
    settings: Settings,
) -> Choice | None:
    """The best point under what is known away from the incumbent; None where that is too little."""
    rest = without_peak(problem, measured, goal)
    if rest is None:
        return None
    pending = model.pending
    other = Model(
        problem,
        rest,
        goal,
        pending=pending,
        room=model.bucket - len(rest.x) - len(pending),  # so that the program is the same one
        rng=np.random.default_rng([seed, 2]),
        settings=settings,
    )
    fit(other, [None] * rest.outcomes, seed, settings)
    return best_point(
        problem,
        other,
        incumbents=to_values(problem, incumbents(rest, goal)),
        seen=seen,
        seed=(seed, 3),
        settings=settings,
    )


def predict(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    x: Float[np.ndarray, "k d"],
    *,
    goal: Goal | None = None,
    settings: Settings | None = None,
) -> tuple[Float[np.ndarray, "k *o"], Float[np.ndarray, "k *o"]]:
    """Mean and standard deviation of the noise-free function, in the units of y.

    Args:
        problem: Columns.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        x: Points in model units.
        goal: As for `suggest`, so that both are answered by one program; predictions do not
            depend on it.
        settings: As for `suggest`.
    """
    settings = settings or Settings()
    measured, goal = _measured(observations, goal)
    _check(problem, measured.x, x, seed=0, count=1)
    if len(measured.x) == 0:
        raise ValueError("observations: a prediction needs at least one")
    with double_precision(), one_blas_thread():
        model = _fitted(problem, measured, goal, hyperparameters, x[:0], 0, settings)
        mean, sd = model.predict(x)
    if isinstance(observations, Observations):
        return mean[:, 0], sd[:, 0]
    return mean, sd


def utility(
    problem: Problem,
    observations: Observations | Measurements,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    x: Float[np.ndarray, "k d"],
    *,
    goal: Goal | None = None,
    pending: Float[np.ndarray, "p d"] | None = None,
    seed: int = 0,
    settings: Settings | None = None,
) -> Float[np.ndarray, " k"]:
    """What `suggest` makes large: the log acquisition of points; -inf where it is not finite.

    Args:
        problem: Columns.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns, one for each outcome.
        x: Points in model units.
        goal: As for `suggest`.
        pending: As for `suggest`.
        seed: Seed of the draws of what is pending.
        settings: As for `suggest`.
    """
    settings = settings or Settings()
    waiting = x[:0] if pending is None else pending
    measured, goal = _measured(observations, goal)
    _check(problem, measured.x, np.concatenate([x, waiting]), seed, count=1)
    if len(measured.x) == 0:
        raise ValueError("observations: a model needs at least one")
    with double_precision(), one_blas_thread():
        model = _fitted(problem, measured, goal, hyperparameters, waiting, seed, settings)
        values, size = to_values(problem, x), settings.global_candidates
        parts = [
            model.score(values[begin : begin + size]).candidates
            for begin in range(0, len(values), size)
        ]
    return np.concatenate([np.empty(0), *parts])


def _fitted(
    problem: Problem,
    measured: Measurements,
    goal: Goal,
    hyperparameters: Hyperparameters | Sequence[Hyperparameters],
    pending: Float[np.ndarray, "p d"],
    seed: int,
    settings: Settings,
) -> Model:
    """A model with given hyperparameters instead of a fit."""
    fits = [one for one in _each(hyperparameters, measured.outcomes) if one is not None]
    for one in fits:
        if len(one.lengthscales) != len(problem.columns):
            raise ValueError(
                f"hyperparameters: expected {len(problem.columns)} lengthscales, "
                f"got {len(one.lengthscales)}"
            )
    model = Model(
        problem,
        measured,
        goal,
        pending=pending,
        room=0,
        rng=np.random.default_rng([seed, 2]),
        settings=settings,
    )
    model.use(fits)
    return model


def _measured(
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


def _each(
    given: Hyperparameters | Sequence[Hyperparameters | None] | None, outcomes: int
) -> Sequence[Hyperparameters | None]:
    """One fit, or None, for each outcome."""
    if given is None:
        return [None] * outcomes
    fits = [given] if isinstance(given, Hyperparameters) else given
    if len(fits) != outcomes:
        raise ValueError(f"expected a fit for each of {outcomes} outcomes, got {len(fits)}")
    return fits


def _check(
    problem: Problem,
    x: Float[np.ndarray, "n e"],
    points: Float[np.ndarray, "p d"],
    seed: int,
    count: int,
) -> None:
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


def _space_filling(
    problem: Problem,
    used: Float[np.ndarray, "n d"],
    seed: int,
    count: int,
    notes: tuple[str, ...],
) -> Proposal:
    """A proposal without a model."""
    draw = sobol(problem, seed=seed, start=len(used), count=count, exclude=used)
    nothing = np.full(len(draw.values), np.nan)
    if draw.exhausted:
        notes = ("every point of the space has been tried or is pending",)
    return Proposal(
        values=draw.values,
        x=to_model(problem, draw.values),
        mean=nothing,
        sd=nothing,
        log_acquisition=nothing,
        fits=(),
        notes=notes,
        exhausted=draw.exhausted,
        bucket=0,
    )
