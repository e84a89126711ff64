"""The optimizer's front: from observations to the next points.

NumPy in, NumPy out. Every call enters float64 and one BLAS thread by itself and leaves the user's
JAX as it was. Equal arguments give equal bits on one kind of machine.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from armwright.optimizer.arguments import check_arguments, fit_of_each, goal_and_measurements
from armwright.optimizer.averaging import AVERAGED, sees_noise
from armwright.optimizer.believing import takes_as_expected
from armwright.optimizer.candidates import global_candidates, local_candidates
from armwright.optimizer.columns import Problem, feasible, to_model, to_values
from armwright.optimizer.deadline import Deadline, OutOfTimeError
from armwright.optimizer.elsewhere import has_a_peak, is_pinned_down, without_peak
from armwright.optimizer.fitted import fit_model
from armwright.optimizer.goal import Goal
from armwright.optimizer.held import HeldModel, Remainder
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.incumbents import incumbents
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.model import Model
from armwright.optimizer.observations import Observations
from armwright.optimizer.output_scale import OWN
from armwright.optimizer.policy import Policy
from armwright.optimizer.precision import double_precision
from armwright.optimizer.proposal import Proposal
from armwright.optimizer.scale_choice import wanted_scale
from armwright.optimizer.search import Choice, best_point
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.tail import Tail
from armwright.optimizer.threads import one_blas_thread
from armwright.optimizer.trust_region import is_local, trust_region
from armwright.optimizer.warming import compile_next, is_at_hand

__all__ = ["suggest"]

_TRIED, _NEAR, _WIDE = 64, 128, 320  # points that the maximum may be at
_SEVERAL = "several objectives: searched for improvement"
_AVERAGED = f"noise is seen: averaged over {AVERAGED.draws} draws of the hyperparameters"
_ELSEWHERE = "an optimum is pinned down: this looks for another one elsewhere"

_TOO_LATE = "the deadline left no time for a model: the points fill the space"


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
    held: Mapping[int, float] | None = None,
    failed: Float[np.ndarray, "l d"] | None = None,
    policy: Policy | None = None,
    within: float | None = None,
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
        count: Points wanted; each is chosen with the earlier ones pending. With 0 the outcomes are
            fitted all the same, and that is all.
        remaining: Points still to be tried in all, these included, where that is known: with time
            left, a search that has pinned down an optimum looks for another.
        held: Raw values that every point is to have, by column.
        failed: Points in model units whose trials came to nothing: new ones keep away from them,
            and they are not tried again.
        policy: How points are judged; by improvement where None.
        within: Seconds after which no further step begins; the notes say what was left out. In the
            worst case the points fill the space.
        settings: Sizes; the defaults where None.

    Returns:
        `count` points, fewer only with `exhausted` set.
    """
    settings, policy, deadline = settings or Settings(), policy or Policy(), Deadline(within)
    width = len(problem.columns)
    waiting, lost = (np.empty((0, width)) if one is None else one for one in (pending, failed))
    measured, goal = goal_and_measurements(observations, goal)
    for points in (waiting, lost):
        check_arguments(problem, measured.x, points, seed, count or 1)
    used = to_values(problem, np.concatenate([measured.x, waiting, lost]))
    rest = Remainder(problem, held or {})
    is_plain = policy == Policy()
    tried, has_peak = len(used), has_a_peak(measured, goal) and is_plain and not held
    believes = takes_as_expected(columns=len(rest.problem.columns), awaited=len(waiting))
    if len(measured.x) == 0:
        note = "no observations: the points fill the space"
        return _space_filling(problem, rest, used, seed, count, (note,))
    if deadline.passed:
        return _space_filling(problem, rest, used, seed, count, (_TOO_LATE,))
    earlier = fit_of_each(warm, measured.outcomes)
    with double_precision(), one_blas_thread():
        alone = count == 1 and not len(waiting) and not len(lost)
        noisy = has_peak and alone and sees_noise(problem, measured, earlier, settings)
        if noisy and is_at_hand(problem, goal, len(measured.x), AVERAGED, settings, deadline):
            policy = AVERAGED
        is_boxed = has_peak and not policy.draws
        try:
            fitted = fit_model(
                problem,
                measured,
                goal,
                pending=waiting,
                room=max(count - 1, 0),
                warm=earlier,
                seed=seed,
                settings=settings,
                scale=wanted_scale(settings, tried, remaining) if is_boxed else OWN,
                failed=lost,
                policy=policy,
                only_learns=not count,
                as_expected=has_peak and believes and is_local(tried, remaining=remaining),
                deadline=deadline,
            )
        except OutOfTimeError:
            return _space_filling(problem, rest, used, seed, count, (_TOO_LATE,))
        model, fits, notes = fitted.model, fitted.fits, fitted.notes
        centers = rest.reduce(to_values(problem, incumbents(measured, goal)))
        if policy.draws:
            fits = model.draw(fits, seed=seed)
            notes = (*notes, _AVERAGED) if is_plain else notes
        if not count:
            return _only_fitted(measured, fits, notes, model.bucket, observations)
        if model.looks_ahead:
            model.look_ahead(
                _around(rest, centers, measured, problem, seed),
                rng=np.random.default_rng([seed, 6]),
            )
        elif policy.search_for != "improvement":
            notes = (*notes, _SEVERAL)
        seen, chosen, scores = SeenPoints(rest.having(used)), [np.empty((0, width))], []
        has_peak = has_peak and not model.couplings
        is_judged = has_peak and not (len(lost) or isinstance(model.units.scale, Tail))
        is_boxed = is_boxed and has_peak
        region = trust_region(problem, measured, goal, fits[0]) if is_boxed else None
        for place in range(count):
            if place and deadline.passed:
                deadline.shorten("the choice of later points")
                break
            left = None if remaining is None else remaining - place
            is_near = region is not None and is_local(tried + place, remaining=left)
            model.take_pending(as_expected=is_near and believes)
            try:
                choice = best_point(
                    rest.problem,
                    HeldModel(model, rest),
                    incumbents=centers,
                    seen=seen,
                    seed=(seed, 3 + place),
                    settings=settings,
                    within=region if is_near else None,
                )
            except OutOfTimeError:
                break
            if choice is None:
                break
            if is_judged and is_pinned_down(
                choice.score,
                columns=len(rest.problem.columns),
                tried=tried + place,
                remaining=left,
                together=len(waiting) + count,
                noisy=has_peak and policy.draws > 0,
            ):
                elsewhere = _elsewhere(
                    model, problem, rest, measured, goal, seen, seed + place, settings, deadline
                )
                if elsewhere is not None:
                    choice = elsewhere
                    notes = tuple(dict.fromkeys([*notes, _ELSEWHERE]))
            seen.add(choice.values)
            chosen.append(rest.lift(choice.values[None, :]))
            scores.append(choice.score)
            model.add_pending(to_model(problem, chosen[-1]))
        values = np.concatenate(chosen)
        x = to_model(problem, values)
        if deadline.passed:
            deadline.shorten("the predictions")
            mean = sd = np.full((len(x), measured.outcomes), np.nan)
        else:
            mean, sd = model.predict(x)
        if is_plain:
            compile_next(problem, goal, model, settings)
    single = isinstance(observations, Observations)
    proposal = Proposal(
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
        return proposal
    note = "the search found no new point: the rest fill the space"
    used = np.concatenate([used, values])
    return proposal.followed_by(
        _space_filling(problem, rest, used, seed, count - len(values), (note,))
    )


def _only_fitted(
    measured: Measurements,
    fits: tuple[Hyperparameters, ...],
    notes: tuple[str, ...],
    bucket: int,
    observations: Observations | Measurements,
) -> Proposal:
    """A proposal of no point."""
    points = np.empty((0, measured.x.shape[1]))
    single = isinstance(observations, Observations)
    nothing = np.empty(0 if single else (0, measured.outcomes))
    return Proposal(
        values=points,
        x=points,
        mean=nothing,
        sd=nothing,
        log_acquisition=np.empty(0),
        fits=fits,
        notes=notes,
        exhausted=False,
        bucket=bucket,
    )


def _around(
    rest: Remainder,
    centers: Float[np.ndarray, "c e"],
    measured: Measurements,
    problem: Problem,
    seed: int,
) -> Float[np.ndarray, "k d"]:
    """Raw values that the maximum may be at: spread over the space, near the best, and tried."""
    inside = centers[feasible(rest.problem, centers)]
    tried = to_values(problem, measured.x[-_TRIED:])
    tried = rest.lift(rest.reduce(tried))
    wide = global_candidates(rest.problem, seed=(seed, 8), count=_WIDE, inside=inside)
    near = wide[:0]
    if len(inside):
        rng = np.random.default_rng([seed, 9])
        near = local_candidates(rest.problem, inside, rng=rng, count=_NEAR)
    tried = tried[feasible(problem, tried)]
    return np.concatenate([tried, rest.lift(np.concatenate([near, wide]))])


def _elsewhere(
    model: Model,
    problem: Problem,
    space: Remainder,
    measured: Measurements,
    goal: Goal,
    seen: SeenPoints,
    seed: int,
    settings: Settings,
    deadline: Deadline,
) -> Choice | None:
    """The best point under what is known away from the incumbent; None where that is too little."""
    rest = without_peak(problem, measured, goal)
    if rest is None:
        return None
    try:
        other = fit_model(
            problem,
            rest,
            goal,
            pending=model.pending,
            room=0,
            warm=[None] * rest.outcomes,
            seed=seed,
            settings=settings,
            size=model.bucket,  # so that the program is the same one
            deadline=deadline,
        ).model
    except OutOfTimeError:
        return None
    return best_point(
        space.problem,
        HeldModel(other, space),
        incumbents=space.reduce(to_values(problem, incumbents(rest, goal))),
        seen=seen,
        seed=(seed, 3),
        settings=settings,
    )


def _space_filling(
    problem: Problem,
    rest: Remainder,
    used: Float[np.ndarray, "n d"],
    seed: int,
    count: int,
    notes: tuple[str, ...],
) -> Proposal:
    """A proposal without a model."""
    draw = sobol(rest.problem, seed=seed, start=len(used), count=count, exclude=rest.having(used))
    values = rest.lift(draw.values)
    nothing = np.full(len(draw.values), np.nan)
    if draw.exhausted:
        notes = ("every point of the space has been tried or is pending",)
    return Proposal(
        values=values,
        x=to_model(problem, values),
        mean=nothing,
        sd=nothing,
        log_acquisition=nothing,
        fits=(),
        notes=notes,
        exhausted=draw.exhausted,
        bucket=0,
    )
