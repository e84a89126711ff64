"""The Pareto front: the trials that no other one equals or beats in every objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.looking.looked_at import Aim, LookedAt

__all__ = ["Front", "FrontPoint", "front_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPoint:
    """One trial that measured all objectives.

    Attributes:
        trial: Its number.
        arm: The arm's name.
        values: Of each objective, in their order.
        sems: Likewise; NaN where unknown.
        is_feasible: Whether it keeps the outcome constraints; None where that is not known.
        on_front: Whether no other feasible one equals or beats it in every objective.
        beaten_by: A trial on the front that equals or beats it in every objective; None for one
            that is on the front or breaks a constraint.
    """

    trial: int
    arm: str
    values: tuple[float, ...]
    sems: tuple[float, ...]
    is_feasible: bool | None
    on_front: bool
    beaten_by: int | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The trials that measured all objectives.

    Attributes:
        aims: The objectives.
        points: In the order of the trials.
    """

    aims: tuple[Aim, ...]
    points: tuple[FrontPoint, ...]


def front_of(seen: LookedAt) -> Front:
    """The trade-offs between the objectives.

    Raises:
        UsageError: There are fewer than two objectives.
    """
    aims = seen.aims
    if len(aims) < 2:
        raise UsageError(f"a front needs two objectives, {seen.name!r} has {len(aims)}")
    trials = [
        trial
        for trial in seen.measured(aims[0].metric)
        if all(trial.mean(aim.metric) == trial.mean(aim.metric) for aim in aims)
    ]
    values = [tuple(trial.mean(aim.metric) for aim in aims) for trial in trials]
    kept = [seen.keeps(trial) for trial in trials]
    scores = [
        tuple(-value if aim.minimize else value for aim, value in zip(aims, row, strict=True))
        for row in values
    ]
    best = _best(sorted({score for score, keep in zip(scores, kept, strict=True) if keep}))
    first: dict[tuple[float, ...], int] = {}  # the first trial with each of the best scores
    for trial, score, keep in zip(trials, scores, kept, strict=True):
        if keep and score in best:
            first.setdefault(score, trial.trial)
    points = tuple(
        FrontPoint(
            trial=trial.trial,
            arm=trial.arm,
            values=row,
            sems=tuple(trial.values[aim.metric][1] for aim in aims),
            is_feasible=keep,
            on_front=keep is True and score in best,
            beaten_by=_beaten_by(score, first) if keep and score not in best else None,
        )
        for trial, row, keep, score in zip(trials, values, kept, scores, strict=True)
    )
    return Front(aims=aims, points=points)


def _best(scores: list[tuple[float, ...]]) -> set[tuple[float, ...]]:
    """Whoever comes later in the order of the first objective is beaten by nobody before."""
    front: list[tuple[float, ...]] = []
    for score in reversed(scores):
        if not any(all(a >= b for a, b in zip(other, score, strict=True)) for other in front):
            front.append(score)
    return set(front)


def _beaten_by(score: tuple[float, ...], first: dict[tuple[float, ...], int]) -> int:
    return next(
        trial
        for other, trial in first.items()
        if all(a >= b for a, b in zip(other, score, strict=True))
    )
