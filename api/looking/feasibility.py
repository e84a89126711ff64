"""Where in the space trials fail or break a constraint, and how likely that is elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from armwright.errors import UsageError
from armwright.looking.posterior import expected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.experiment import SearchSpace, TParameterization, TParamValue
    from armwright.experiment.restriction import Restriction
    from armwright.generation import ModelBridge
    from armwright.looking.axis import Axis
    from armwright.looking.looked_at import LookedAt, SeenTrial

__all__ = [
    "BREAKS",
    "FAILED",
    "GAVE",
    "KEPT",
    "SAID",
    "UNKNOWN",
    "ChanceMap",
    "ChanceSlice",
    "Feasibility",
    "feasibility_of",
    "has_failed",
]

KEPT, BREAKS, FAILED = "a result that keeps all", "breaks a constraint", "failed"
UNKNOWN = "a constraint was not measured"
GAVE = "a result"  # where no constraint can be judged
SAID = {
    GAVE: "gave a result",
    KEPT: "gave a result that keeps all",
    BREAKS: "break a constraint",
    FAILED: "failed",
    UNKNOWN: "did not measure a constraint",
}
_GRID = 30  # points per side
_MOST = 6  # parameters along which the chance is drawn
_TRIED = 60  # parameters that are looked at to find these


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceSlice:
    """How likely an arm is to be feasible along one parameter, the others held.

    Attributes:
        axis: The parameter.
        x: Its values.
        chance: At each of them.
    """

    axis: Axis
    x: tuple[TParamValue, ...]
    chance: tuple[float, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChanceMap:
    """How likely an arm is to be feasible over two parameters, the others held.

    Attributes:
        across: The parameter from left to right.
        up: The parameter from below.
        x: Values of the first.
        y: Values of the second.
        parts: For each reason to be infeasible, in words, the chance to escape it: a row for each
            value of the second parameter.
    """

    across: Axis
    up: Axis
    x: tuple[TParamValue, ...]
    y: tuple[TParamValue, ...]
    parts: tuple[tuple[str, tuple[tuple[float, ...], ...]], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Feasibility:
    """Where trials fail or break a constraint.

    Attributes:
        fates: Each trial that ended for good, and whether it is KEPT, BREAKS, FAILED
            or UNKNOWN; GAVE instead of KEPT where no constraint can be judged.
        along: The chance along parameters, those first along which it changes most.
        map: The chance over the two numbers along which it changes most; None for fewer.
        around: The values of all parameters around which this is cut.
        left: Constraints of whose metric no model knows anything, or that are relative to a status
            quo without a result, in words.
        is_bounded: Whether there is an outcome constraint that can be judged.
    """

    fates: tuple[tuple[SeenTrial, str], ...]
    along: tuple[ChanceSlice, ...]
    map: ChanceMap | None
    around: Mapping[str, TParamValue]
    left: tuple[str, ...]
    is_bounded: bool


def feasibility_of(
    seen: LookedAt,
    space: SearchSpace,
    model: Callable[[], ModelBridge],
    around: Mapping[str, TParamValue],
    *,
    whole: Callable[[Mapping[str, TParamValue]], TParameterization] = dict,
) -> Feasibility:
    """How likely an arm is to give a result and to keep the outcome constraints.

    Args:
        seen: The experiment as records.
        space: Where arms come from.
        model: Gives a model of the results; called only where there are constraints to judge.
        around: Where parameters are held.
        whole: Gives an arm values for the parameters that it does not name.

    Raises:
        UsageError: Nothing failed and there is no constraint, or there is no model of these yet.
    """
    from armwright.generation.result_chance import result_chance

    restrictions = seen.judged
    fates = _fates(seen)
    failed = any(fate == FAILED for _, fate in fates)
    if not failed and not restrictions:
        judged = "that can be judged" if seen.restrictions else "on an outcome"
        raise UsageError(
            f"nothing failed in {seen.name!r} and there is no constraint {judged}, so that any arm "
            "is feasible as far as anybody knows"
        )
    bridge = None
    if restrictions:
        try:
            bridge = model()
        except UsageError:
            if not failed:
                raise
    known = [item for item in restrictions if bridge is not None and _is_known(bridge, item)]

    chances = None
    if failed:
        chances = result_chance(
            space,
            (whole(trial.parameters) for trial, fate in fates if fate != FAILED),
            (whole(trial.parameters) for trial, fate in fates if fate == FAILED),
        )

    def parts(points: Sequence[TParameterization]) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        if chances is not None:
            found["gives a result"] = chances(points)
        if known and bridge is not None:
            kept = np.ones(len(points))
            for item in known:
                kept = kept * _chance_to_keep(item, *expected(bridge, points, item.metric))
            found[f"keeps {known[0].text}" if len(known) == 1 else "keeps all constraints"] = kept
        return found

    axes = seen.tuned[:_TRIED]
    grids = [axis.grid(_GRID) for axis in axes]
    asked = [
        {**around, axis.name: value}
        for axis, grid in zip(axes, grids, strict=True)
        for value in grid
    ]
    at_all = parts(asked) if asked else {}
    if not at_all:
        raise UsageError(f"no model yet of what is feasible in {seen.name!r}")
    combined = np.prod(list(at_all.values()), axis=0)
    cuts = np.split(combined, np.cumsum([len(grid) for grid in grids])[:-1])
    along = [
        ChanceSlice(axis=axis, x=tuple(grid), chance=tuple(map(float, cut)))
        for axis, grid, cut in zip(axes, grids, cuts, strict=True)
    ]
    along.sort(key=lambda item: min(item.chance) - max(item.chance))
    numbers = [item.axis for item in along if item.axis.is_range]
    mapped = _map(numbers[0], numbers[1], parts, around) if len(numbers) > 1 else None
    return Feasibility(
        fates=fates,
        along=tuple(along[:_MOST]),
        map=mapped,
        around=dict(around),
        left=tuple(item.text for item in seen.restrictions if item not in known),
        is_bounded=bool(restrictions),
    )


def _map(
    across: Axis,
    up: Axis,
    parts: Callable[[Sequence[TParameterization]], dict[str, np.ndarray]],
    around: Mapping[str, TParamValue],
) -> ChanceMap:
    x, y = across.grid(_GRID), up.grid(_GRID)
    found = parts([{**around, across.name: at_x, up.name: at_y} for at_y in y for at_x in x])
    return ChanceMap(
        across=across,
        up=up,
        x=tuple(x),
        y=tuple(y),
        parts=tuple(
            (text, tuple(tuple(map(float, row)) for row in chance.reshape(len(y), len(x))))
            for text, chance in found.items()
        ),
    )


def has_failed(seen: LookedAt) -> bool:
    """Whether a trial came to nothing: it failed, or what it measured is no number."""
    return any(fate == FAILED for _, fate in _fates(seen))


def _fates(seen: LookedAt) -> tuple[tuple[SeenTrial, str], ...]:
    """What became of each trial that ended for good."""
    ended = (trial for trial in seen.trials if trial.status in ("completed", "failed"))
    return tuple((trial, _fate(seen, trial)) for trial in ended)


def _fate(seen: LookedAt, trial: SeenTrial) -> str:
    told = [trial.values[aim.metric] for aim in seen.aims if aim.metric in trial.values]
    if trial.status == "failed" or any(math.isnan(mean) for mean, _ in told):
        return FAILED
    if not seen.judged:
        return GAVE
    return {True: KEPT, False: BREAKS, None: UNKNOWN}[seen.keeps(trial)]


def _is_known(bridge: ModelBridge, item: Restriction) -> bool:
    from armwright.generation.diagnostics import models_of

    return item.metric in models_of(bridge).known


def _chance_to_keep(item: Restriction, mean: list[float], sd: list[float]) -> np.ndarray:
    """Of the noise-free metric; without uncertainty it keeps its bound or does not."""
    from scipy.special import ndtr

    inside = (np.array(mean) - item.limit) * (1.0 if item.is_lower else -1.0)
    spread = np.array(sd)
    with np.errstate(divide="ignore", invalid="ignore"):
        certain = np.where(inside >= 0, math.inf, -math.inf)
        return np.asarray(ndtr(np.where(spread > 0, inside / spread, certain)))
