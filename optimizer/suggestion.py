"""The optimizer's front: from observations to the next points, and to predictions.

NumPy in, NumPy out. Every call enters float64 and one BLAS thread by itself and leaves the user's
JAX as it was. Equal arguments give equal bits on one kind of machine.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.columns import Problem, to_model, to_values
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.padding import bucket
from armwright.optimizer.precision import double_precision
from armwright.optimizer.search import best_point
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.threads import one_blas_thread

__all__ = ["Proposal", "predict", "suggest"]

_INCUMBENTS = 3
_CHEAP = 64  # observations up to which a fresh start beside the warm one costs next to nothing
_GROWTH = 1.2
_WARM_LIMIT = 15
_WORSE = 0.1  # nats per observation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proposal:
    """Points to try next.

    Attributes:
        values: Raw values, snapped, inside the space; one row per point.
        x: The same in model units.
        mean: What the model expects there, in the units of y; NaN where there is no model.
        sd: Its standard deviation, without noise; NaN likewise.
        log_acquisition: Log expected improvement, in standardised units; NaN likewise.
        hyperparameters: The fit, to be passed as `warm` next time; None where there is no model.
        notes: What was done other than planned, in words.
        exhausted: True where the space holds fewer new points than were asked for.
        bucket: Padded number of rows; 0 where there is no model.
    """

    values: Float[np.ndarray, "q d"]
    x: Float[np.ndarray, "q d"]
    mean: Float[np.ndarray, " q"]
    sd: Float[np.ndarray, " q"]
    log_acquisition: Float[np.ndarray, " q"]
    hyperparameters: Hyperparameters | None
    notes: tuple[str, ...]
    exhausted: bool
    bucket: int


def suggest(
    problem: Problem,
    observations: Observations,
    *,
    pending: Float[np.ndarray, "p d"] | None = None,
    warm: Hyperparameters | None = None,
    seed: int,
    count: int = 1,
    settings: Settings | None = None,
) -> Proposal:
    """Proposes the next points by expected improvement under a Gaussian process.

    Args:
        problem: Columns and constraints.
        observations: What is known; none at all gives space-filling points.
        pending: Points in model units whose results are awaited; new ones keep away from them as
            far as what they may turn out to be suggests.
        warm: An earlier fit, to start from.
        seed: Seed of everything random, not negative; use a new one for each call.
        count: Points wanted; each is chosen with the earlier ones pending.
        settings: Sizes; the defaults where None.

    Returns:
        `count` points, fewer only with `exhausted` set.
    """
    settings = settings or Settings()
    width = len(problem.columns)
    waiting = np.empty((0, width)) if pending is None else pending
    _check(problem, observations, waiting, seed, count)
    used = to_values(problem, np.concatenate([observations.x, waiting]))
    if len(observations.y) == 0:
        note = "no observations: the points fill the space"
        return _space_filling(problem, used, seed, count, (note,))
    with double_precision(), one_blas_thread():
        model = Model(
            problem,
            observations,
            pending=waiting,
            room=count - 1,
            rng=np.random.default_rng([seed, 2]),
            settings=settings,
        )
        fitted, notes = _fit(model, observations, warm, seed, settings)
        order = np.argsort(-observations.y, kind="stable")[:_INCUMBENTS]
        incumbents = to_values(problem, observations.x[order])
        seen, chosen, scores = SeenPoints(used), [np.empty((0, width))], []
        for place in range(count):
            choice = best_point(
                problem,
                model,
                incumbents=incumbents,
                seen=seen,
                seed=(seed, 3 + place),
                settings=settings,
            )
            if choice is None:
                break
            seen.add(choice.values)
            chosen.append(choice.values[None, :])
            scores.append(choice.score)
            model.add_pending(to_model(problem, choice.values[None, :]))
        values = np.concatenate(chosen)
        x = to_model(problem, values)
        mean, sd = model.predict(x)
    proposal = Proposal(
        values=values,
        x=x,
        mean=mean,
        sd=sd,
        log_acquisition=np.array(scores, np.float64),
        hyperparameters=fitted,
        notes=notes,
        exhausted=False,
        bucket=model.bucket,
    )
    if len(values) == count:
        return proposal
    note = "the search found no new point: the rest fill the space"
    used = np.concatenate([used, values])
    rest = _space_filling(problem, used, seed, count - len(values), (note,))
    return _joined(proposal, rest)


def predict(
    problem: Problem,
    observations: Observations,
    hyperparameters: Hyperparameters,
    x: Float[np.ndarray, "k d"],
    *,
    settings: Settings | None = None,
) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Mean and standard deviation of the noise-free function, in the units of y.

    Args:
        problem: Columns.
        observations: At least one.
        hyperparameters: A fit from `suggest` on the same columns.
        x: Points in model units.
        settings: As for `suggest`.
    """
    settings = settings or Settings()
    _check(problem, observations, x, seed=0, count=1)
    if len(observations.y) == 0:
        raise ValueError("observations: a prediction needs at least one")
    if len(hyperparameters.lengthscales) != len(problem.columns):
        raise ValueError(
            f"hyperparameters: expected {len(problem.columns)} lengthscales, "
            f"got {len(hyperparameters.lengthscales)}"
        )
    with double_precision(), one_blas_thread():
        model = Model(
            problem,
            observations,
            pending=x[:0],
            room=0,
            rng=np.random.default_rng(0),
            settings=settings,
        )
        model.use(hyperparameters)
        return model.predict(x)


def _check(
    problem: Problem,
    observations: Observations,
    points: Float[np.ndarray, "p d"],
    seed: int,
    count: int,
) -> None:
    width = len(problem.columns)
    for name, array in (("x", observations.x), ("pending", points)):
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


def _fit(
    model: Model,
    observations: Observations,
    warm: Hyperparameters | None,
    seed: int,
    settings: Settings,
) -> tuple[Hyperparameters, tuple[str, ...]]:
    """Fits from the warm start and as many fresh ones as are worth their time."""
    count, width = observations.x.shape
    if warm is not None and len(warm.lengthscales) != width:
        warm = None
    fresh = _fresh_starts(width, np.random.default_rng([seed, 1]), settings.fit_starts)
    cold = warm is None or (
        count >= _GROWTH * warm.searched or bucket(count) != bucket(warm.searched)
    )
    searched = count if cold or warm is None else warm.searched
    if warm is None:
        energy = model.fit(fresh, limit=settings.fit_limit)
    elif cold or count <= _CHEAP:
        beside = fresh[: settings.fit_starts - 1 if cold else 1]
        starts = np.vstack([warm.logarithms, beside])[: settings.fit_starts]
        energy = model.fit(starts, limit=settings.fit_limit)
    else:
        energy = model.fit(warm.logarithms[None, :], limit=_WARM_LIMIT)
        if energy > warm.energy + _WORSE:
            starts = np.vstack([warm.logarithms, fresh])[: settings.fit_starts]
            energy, searched = model.fit(starts, limit=settings.fit_limit), count
    notes = []
    if not np.isfinite(energy):
        notes.append("the fit failed from every start: hyperparameters are those it began with")
    elif model.jitter > 0:
        notes.append(f"the covariance would not factor: {model.jitter:g} was added to its diagonal")
    return model.hyperparameters(energy=energy, searched=searched), tuple(notes)


def _fresh_starts(width: int, rng: np.random.Generator, count: int) -> Float[np.ndarray, "f t"]:
    """Logarithms to fit from: lengthscales that grow like sqrt(d), then random ones around them.

    Too short lengthscales at the start leave no gradient to follow in many columns (Papenmeier et
    al. 2025, arXiv:2502.09198).
    """
    lengths = np.full((count, width), np.log(0.2 * np.sqrt(width) + 0.2))
    lengths[1:] += 0.7 * rng.standard_normal((count - 1, width))
    outputscale = np.full((count, 1), np.log(2.0))
    noise = np.log(np.resize([1e-4, 1e-5, 1e-2, 1e-3], (count, 1)))
    return np.hstack([lengths, outputscale, noise])


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
        hyperparameters=None,
        notes=notes,
        exhausted=draw.exhausted,
        bucket=0,
    )


def _joined(first: Proposal, rest: Proposal) -> Proposal:
    """The model's points, then those without one."""
    return Proposal(
        values=np.concatenate([first.values, rest.values]),
        x=np.concatenate([first.x, rest.x]),
        mean=np.concatenate([first.mean, rest.mean]),
        sd=np.concatenate([first.sd, rest.sd]),
        log_acquisition=np.concatenate([first.log_acquisition, rest.log_acquisition]),
        hyperparameters=first.hyperparameters,
        notes=first.notes + rest.notes,
        exhausted=rest.exhausted,
        bucket=first.bucket,
    )
