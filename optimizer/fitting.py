"""Fits the models of a suggestion: from earlier fits, and from as many fresh starts as pay."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armwright.optimizer.couplings import fresh_couplings
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.model import Model
from armwright.optimizer.padding import bucket
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.yeo_johnson import PowerScale

__all__ = ["fit", "fresh_starts"]

_CHEAP = 64  # observations up to which a fresh start beside the warm one costs next to nothing
_GROWTH = 1.2
_WARM_LIMIT = 15
_WORSE = 0.1  # nats per observation
_RUN = 8  # evaluations between two looks at the clock


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """How one outcome's model is fitted.

    Attributes:
        starts: Logarithms to fit from.
        again: More of them, should the fit come out worse than the earlier one; or None.
        limit: Most evaluations for each start.
        searched: Number of observations at the last fit from several fresh starts, this included.
    """

    starts: Float[np.ndarray, "f t"]
    again: Float[np.ndarray, "f t"] | None
    limit: int
    searched: int


def fit(
    model: Model, warm: Sequence[Hyperparameters | None], seed: int, settings: Settings
) -> tuple[tuple[Hyperparameters, ...], tuple[str, ...]]:
    """Fits the model of each outcome; afterwards `model` uses what was found.

    Args:
        model: Holds the observations.
        warm: An earlier fit for each outcome, or None.
        seed: Decides the fresh starts.
        settings: Sizes.

    Returns:
        The fits, and what there is to say of them.
    """
    fits, notes = _fit(model, [_on_scale(model, *one) for one in enumerate(warm)], seed, settings)
    return tuple(map(Hyperparameters.after, fits, warm)), notes


def _on_scale(model: Model, outcome: int, one: Hyperparameters | None) -> Hyperparameters | None:
    return None if one is None else one.on_scale(_scale(model, outcome)[0])


def _scale(model: Model, outcome: int) -> tuple[str, float | None]:
    """The name of the scale of an outcome's targets, and its power if it has one."""
    scale = model.units.scale if outcome == 0 else None
    if isinstance(scale, PowerScale):
        return "power", scale.power
    return ("own" if scale is None else "log"), None


def _fit(
    model: Model, warm: Sequence[Hyperparameters | None], seed: int, settings: Settings
) -> tuple[tuple[Hyperparameters, ...], tuple[str, ...]]:
    plans = [
        _plan(earlier, model, count, (seed, 1, outcome), settings)
        for outcome, (earlier, count) in enumerate(zip(warm, model.counts, strict=True))
    ]
    pace = _pace(plans, model)
    if pace * sum(len(plan.starts) * plan.limit for plan in plans) > 0.5 * model.deadline.left:
        return _fit_in_time(plans, model, pace), ()
    energies = model.fit([plan.starts for plan in plans], [plan.limit for plan in plans])
    searched = [plan.searched for plan in plans]
    worse = [
        earlier is not None and plan.again is not None and energy > earlier.energy + _WORSE
        for plan, earlier, energy in zip(plans, warm, energies, strict=True)
    ]
    if any(worse):
        more = model.fit(
            [plan.again if bad else None for plan, bad in zip(plans, worse, strict=True)],
            [settings.fit_limit] * len(plans),
        )
        energies = np.where(worse, more, energies)
        searched = [
            count if bad else before
            for count, bad, before in zip(model.counts, worse, searched, strict=True)
        ]
    notes = []
    if not np.isfinite(energies).all():
        notes.append("the fit failed from every start: hyperparameters are those it began with")
    elif model.jitter > 0:
        notes.append(f"the covariance would not factor: {model.jitter:g} was added to its diagonal")
    return _record(model, energies, searched), tuple(notes)


def _record(
    model: Model, energies: Float[np.ndarray, " o"], searched: Sequence[int]
) -> tuple[Hyperparameters, ...]:
    """What the model of each outcome uses, as a record."""
    width = model.width
    return tuple(
        Hyperparameters(
            lengthscales=tuple(map(float, np.exp(values[:width]))),
            outputscale=float(np.exp(values[-2])),
            noise=float(np.exp(values[-1])),
            couplings=tuple(map(float, values[width:-2])),
            energy=float(energy) if np.isfinite(energy) else 0.0,
            observations=count,
            searched=many,
            drawn_in=_scale(model, outcome)[0] == "log",
            power=_scale(model, outcome)[1],
            input_warp=() if model.features.warp is None else model.features.warp.pairs,
        )
        for outcome, (values, energy, count, many) in enumerate(
            zip(model.logarithms, energies, model.counts, searched, strict=True)
        )
    )


def _pace(plans: Sequence[_Plan], model: Model) -> float:
    """Seconds that one evaluation of every outcome takes at most; 0 without a deadline."""
    if model.deadline.seconds is None:
        return 0.0
    for _ in range(2):  # the first call may load the program
        begun = time.monotonic()
        model.fit([plan.starts[:1] for plan in plans], [1] * len(plans))
        seconds = time.monotonic() - begun
        if model.deadline.passed:
            break
    return seconds


def _fit_in_time(plans: Sequence[_Plan], model: Model, pace: float) -> tuple[Hyperparameters, ...]:
    """Fits in short runs from one start after the other, for half of the time there is."""
    model.deadline.shorten("the fit of hyperparameters")
    reserve = 0.5 * model.deadline.left
    best, energies = model.logarithms, np.full(len(plans), np.inf)
    if model.deadline.passed:
        return _record(model, energies, model.counts)
    for index in range(max(len(plan.starts) for plan in plans)):
        places = [plan.starts[min(index, len(plan.starts) - 1)] for plan in plans]
        for done in range(0, max(plan.limit for plan in plans), _RUN):
            steps = int(min((model.deadline.left - reserve) / pace, _RUN))
            if steps < 1 and (index or done):
                break
            found = model.fit([place[None, :] for place in places], [max(steps, 1)] * len(plans))
            better = found < energies
            best = np.where(better[:, None], model.logarithms, best)
            energies, places = np.where(better, found, energies), list(model.logarithms)
            if not better.any():
                break
    model.logarithms = best
    return _record(model, energies, model.counts)


def _plan(
    warm: Hyperparameters | None,
    model: Model,
    count: int,
    seed: tuple[int, ...],
    settings: Settings,
) -> _Plan:
    if warm is not None and len(warm.logarithms) != model.parameters:
        warm = None
    fresh = fresh_starts(model, np.random.default_rng(seed), settings.fit_starts)
    if warm is None:
        return _Plan(starts=fresh, again=None, limit=settings.fit_limit, searched=count)
    cold = count >= _GROWTH * warm.searched or bucket(count) != bucket(warm.searched)
    if cold or count <= _CHEAP:
        beside = fresh[: settings.fit_starts - 1 if cold else 1]
        return _Plan(
            starts=np.vstack([warm.logarithms, beside])[: settings.fit_starts],
            again=None,
            limit=settings.fit_limit,
            searched=count if cold else warm.searched,
        )
    return _Plan(
        starts=warm.logarithms[None, :],
        again=np.vstack([warm.logarithms, fresh])[: settings.fit_starts],
        limit=_WARM_LIMIT,
        searched=warm.searched,
    )


def fresh_starts(model: Model, rng: np.random.Generator, count: int) -> Float[np.ndarray, "f t"]:
    """Logarithms to fit from: lengthscales that grow like sqrt(d), then random ones around them.

    Too short lengthscales at the start leave no gradient to follow in many columns (Papenmeier et
    al. 2025, arXiv:2502.09198).
    """
    width = model.width
    lengths = np.full((count, width), np.log(0.2 * np.sqrt(width) + 0.2))
    lengths[1:] += 0.7 * rng.standard_normal((count - 1, width))
    outputscale = np.full((count, 1), np.log(2.0))
    noise = np.log(np.resize([1e-4, 1e-5, 1e-2, 1e-3], (count, 1)))
    if model.couplings is None:
        return np.hstack([lengths, outputscale, noise])
    return np.hstack([lengths, fresh_couplings(model.couplings, rng, count), outputscale, noise])
