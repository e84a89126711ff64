"""The warp of inputs that a model works under: learned from enough observations of one outcome."""

import numpy as np

from armwright.optimizer.compiled import warp
from armwright.optimizer.fitting import fresh_starts
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.input_warp import WarpLesson
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.model import Model
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import operand

__all__ = ["learned_warp"]

_FEWEST = 20  # observations


def learned_warp(
    model: Model, earlier: Hyperparameters | None, settings: Settings
) -> InputWarp | None:
    """The most probable warp, or None where there is to be none.

    Learned of the observations of the only outcome; with a deadline the earlier one stays, for its
    program may have to be compiled.

    Args:
        model: One without a warp.
        earlier: A fit to begin with, of any scale.
        settings: Say whether inputs are warped.
    """
    if not settings.input_warp or len(model.counts) > 1 or model.counts[0] < _FEWEST:
        return None
    known = earlier if earlier and len(earlier.logarithms) == model.parameters else None
    start = InputWarp.of(known.input_warp) if known else None
    if model.deadline.seconds is not None:
        model.deadline.shorten("the learning of the inputs' warp")
        return start
    rows = model.lesson().rows
    own = {name: operand(getattr(rows, name)[0]) for name in ("y", "noise", "observed")}
    begin = known.logarithms if known else fresh_starts(model, np.random.default_rng(0), 1)[0]
    shapes = np.zeros((2, model.width)) if start is None else np.log([start.a, start.b])
    lesson = WarpLesson(
        rows=rows._replace(**own),
        start=operand(begin),
        shapes=operand(shapes),
        warps=operand(model.features.warpable),
        limit=operand(np.int32(settings.fit_limit)),
    )
    return InputWarp(*np.exp(np.asarray(warp(lesson))))
