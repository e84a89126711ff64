"""A model with its hyperparameters: of all observations, or where they are many of a part."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from armwright.optimizer.cache import cache_folder
from armwright.optimizer.columns import Problem
from armwright.optimizer.compiled import missing
from armwright.optimizer.compiling import compile_elsewhere
from armwright.optimizer.deadline import Deadline, OutOfTimeError
from armwright.optimizer.features import Features
from armwright.optimizer.fitting import fit
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.incumbents import incumbents
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.output_scale import OWN, WantedScale
from armwright.optimizer.policy import Policy
from armwright.optimizer.scale_choice import likeliest_fit, scale_of
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.subset import most_exact, rows_near, rows_to_fit
from armwright.optimizer.warp_choice import learned_warp

__all__ = ["Fitted", "fit_model", "given_model", "ready_in_time"]

_LONG = 30.0  # seconds in which programs are compiled here, with no need for another process


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A model ready to score points.

    Attributes:
        model: The model.
        fits: Its hyperparameters, for each outcome.
        notes: What there is to say of how they were found.
    """

    model: Model
    fits: tuple[Hyperparameters, ...]
    notes: tuple[str, ...]


def fit_model(
    problem: Problem,
    measured: Measurements,
    goal: Goal,
    *,
    pending: Float[np.ndarray, "p d"],
    room: int,
    warm: Sequence[Hyperparameters | None],
    seed: int,
    settings: Settings,
    size: int = 0,
    scale: WantedScale = OWN,
    failed: Float[np.ndarray, "l d"] | None = None,
    policy: Policy | None = None,
    only_learns: bool = False,
    as_expected: bool = False,
    deadline: Deadline | None = None,
) -> Fitted:
    """Fits the hyperparameters and conditions on the observations.

    Args:
        problem: Columns and constraints.
        measured: What is known; at least one point.
        goal: What points are scored for.
        pending: Points still running, model units.
        room: Rows to keep free for points that become pending.
        warm: An earlier fit for each outcome, or None.
        seed: Decides the fresh starts and the draws.
        settings: Sizes.
        size: Rows of the model at least, padding included.
        scale: Of the objective; see `Model`.
        failed: See `Model`.
        policy: See `Model`.
        only_learns: See `Model`.
        as_expected: See `Model`.
        deadline: When to be done, if at all.

    Raises:
        OutOfTimeError: The programs could not be compiled in time.
    """
    deadline = deadline or Deadline()
    make = partial(Model, problem, measured, goal, settings=settings)
    whole = partial(
        make,
        pending=pending,
        room=room,
        rng=np.random.default_rng([seed, 2]),
        size=size,
        failed=failed,
        policy=policy,
        only_learns=only_learns,
        as_expected=as_expected,
    )
    few = rows_to_fit(measured, goal, Features.of(problem), settings)
    if few is None:
        model, fits, notes = _fit(whole, scale, warm, seed, settings, deadline)
        if deadline.passed:
            raise OutOfTimeError
        return Fitted(model=model, fits=fits, notes=notes)
    # Its programs come first: where they are not at hand there is no use in a fit.
    most = most_exact(measured.outcomes, settings)
    part = np.arange(min(settings.local_rows, most)) if len(measured.x) > most else None
    ready_in_time(whole(rows=part), deadline)
    learning = partial(
        make,
        pending=pending[:0],
        room=0,
        rng=np.random.default_rng([seed, 5]),
        rows=few,
        only_learns=True,
    )
    learner, fits, notes = _fit(learning, scale, warm, seed, settings, deadline)
    notes = (*notes, f"hyperparameters were fitted to {len(few)} of {len(measured.x)} observations")
    rows = rows_near(
        incumbents(measured, goal), measured, goal, Features.of(problem), fits, settings
    )
    model = whole(rows=rows, scale=scale_of(fits[0]), warp=InputWarp.of(fits[0].input_warp))
    if deadline.passed:
        raise OutOfTimeError
    if deadline.seconds is not None and _seconds(learner, model) > deadline.left:
        raise OutOfTimeError
    model.deadline = deadline
    model.use(fits)
    if rows is not None:
        kept = f"the model keeps {len(rows)} of {len(measured.x)} observations"
        notes = (*notes, f"{kept}: the best, those nearest to them and some from everywhere")
    return Fitted(model=model, fits=fits, notes=notes)


def _fit(
    make: Callable[..., Model],
    scale: WantedScale,
    warm: Sequence[Hyperparameters | None],
    seed: int,
    settings: Settings,
    deadline: Deadline,
) -> tuple[Model, tuple[Hyperparameters, ...], tuple[str, ...]]:
    """A model on a scale, its inputs warped where that is wanted; its fits and what to say."""

    def made(wanted: WantedScale) -> Model:
        model = ready_in_time(make(scale=wanted), deadline)
        warp = learned_warp(model, warm[0], settings)
        if warp is None:
            return model
        return ready_in_time(make(scale=wanted, warp=warp), deadline)

    if scale.name == "likeliest":
        return likeliest_fit(made, warm, seed, settings, deadline)
    model = made(scale)
    return model, *fit(model, warm, seed, settings)


def _seconds(small: Model, large: Model) -> float:
    """How long conditioning a larger model takes at least, by that of a smaller one."""
    begun = time.monotonic()
    used = small.logarithms
    small.fit([one[None, :] for one in used], [1] * len(used))  # one evaluation, then conditions
    return (time.monotonic() - begun) * (large.bucket / small.bucket) ** 3 / 4.0


def ready_in_time(model: Model, deadline: Deadline) -> Model:
    """Gives the model its deadline, once its programs are at hand.

    What is not compiled is compiled in another process, so that the deadline can be kept and the
    next suggestion, also of another process, finds it on disk.

    Raises:
        OutOfTimeError: They are not, in time.
    """
    model.deadline = deadline
    if deadline.seconds is None or deadline.left > _LONG:
        return model
    lacking = missing(model.programs())
    if not lacking:
        return model
    if cache_folder() is None or not compile_elsewhere(lacking):
        raise OutOfTimeError
    while missing(lacking):
        if deadline.passed:
            raise OutOfTimeError
        time.sleep(0.02)
    return model


def given_model(
    problem: Problem,
    measured: Measurements,
    goal: Goal,
    fits: Sequence[Hyperparameters],
    *,
    centers: Float[np.ndarray, "c d"] | None = None,
    pending: Float[np.ndarray, "p d"],
    failed: Float[np.ndarray, "l d"] | None = None,
    seed: int,
    settings: Settings,
    size: int = 0,
) -> Model:
    """A model with given hyperparameters.

    Args:
        problem: Columns and constraints.
        measured: What is known; at least one point.
        goal: What points are scored for.
        fits: Hyperparameters of each outcome.
        centers: Where it is to be most exact, model units; around the best points where None.
        pending: Points still running, model units.
        failed: See `Model`.
        seed: Decides the draws.
        settings: Sizes.
        size: Rows of the model at least, padding included.
    """
    if centers is None:
        centers = incumbents(measured, goal)
    model = Model(
        problem,
        measured,
        goal,
        pending=pending,
        room=0,
        rng=np.random.default_rng([seed, 2]),
        settings=settings,
        failed=failed,
        size=size,
        rows=rows_near(centers, measured, goal, Features.of(problem), tuple(fits), settings),
        scale=scale_of(fits[0]),
        warp=InputWarp.of(fits[0].input_warp),
    )
    model.use(fits)
    return model
