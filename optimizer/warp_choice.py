"""The warp of inputs that a model works under: learned from enough observations of one outcome."""

import numpy as np

from armwright.optimizer.compiled import Wanted, warp
from armwright.optimizer.fitting import fresh_starts
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.input_warp import WarpLesson
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.model import Model
from armwright.optimizer.pace import has_time_to_warp
from armwright.optimizer.padding import bucket
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float, operand
from armwright.optimizer.subset import SLACK

__all__ = ["learned_warp", "warp_program"]

_FEWEST = 20  # observations


def learned_warp(
    model: Model, earlier: Hyperparameters | None, settings: Settings
) -> InputWarp | None:
    """The most probable warp, or None where there is to be none.

    Learned of the observations of the only outcome; where a deadline leaves no time for that the
    earlier one stays.

    Args:
        model: One without a warp.
        earlier: A fit to begin with, of any scale.
        settings: Say whether inputs are warped.
    """
    if not settings.input_warp or len(model.counts) > 1 or model.counts[0] < _FEWEST:
        return None
    known = earlier if earlier and len(earlier.logarithms) == model.parameters else None
    start = InputWarp.of(known.input_warp) if known else None
    begin = known.logarithms if known else fresh_starts(model, np.random.default_rng(0), 1)[0]
    shapes = np.zeros((2, model.width)) if start is None else np.log([start.a, start.b])
    lesson = _lesson(model, begin, shapes, limit=settings.fit_limit)
    if not has_time_to_warp(lesson, model.deadline):
        return start
    return InputWarp(*np.exp(np.asarray(warp(lesson))))


def warp_program(model: Model, settings: Settings) -> list[Wanted]:
    """The program that would learn the warp of a model of so many rows; none where none is to be.

    Args:
        model: One of made-up observations.
        settings: Say whether inputs are warped, and how many observations that is learned of.
    """
    most = bucket(int(SLACK * settings.fit_rows))
    if not settings.input_warp or len(model.counts) > 1 or not _FEWEST <= model.bucket <= most:
        return []
    nothing = np.zeros(model.parameters), np.zeros((2, model.width))
    return [("warp", 0, _lesson(model, *nothing, limit=0))]


def _lesson(
    model: Model,
    start: Float[np.ndarray, " t"],
    shapes: Float[np.ndarray, "2 d"],
    *,
    limit: int,
) -> WarpLesson:
    """The program's arguments: the only outcome's observations, and where to begin."""
    rows = model.lesson().rows
    own = {name: operand(getattr(rows, name)[0]) for name in ("y", "noise", "observed")}
    return WarpLesson(
        rows=rows._replace(**own),
        start=operand(start),
        shapes=operand(shapes),
        warps=operand(model.features.warpable),
        limit=operand(np.int32(limit)),
    )
