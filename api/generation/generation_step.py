"""One stage of a generation strategy: which model, for how many trials, under which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armwright.generation.models import Models

__all__ = ["DataRequiredError", "GenerationStep", "MaxParallelismReachedException"]


class DataRequiredError(Exception):
    """All trials of a step are made, and too few of them are completed to go on."""


class MaxParallelismReachedException(Exception):
    """As many trials of a step are running as it allows."""


@dataclass
class GenerationStep:
    """One stage of a generation strategy.

    Attributes:
        model: The model that generates this step's arms.
        num_trials: How many trials it makes; -1 for no end, in the last step only.
        min_trials_observed: How many of them must be completed before the next step.
        max_parallelism: How many of its trials may run at once; None for no limit.
        enforce_num_trials: Whether to refuse further trials while too few are completed; if not,
            this step makes more than `num_trials`.
        model_kwargs: Passed to the model.
        model_gen_kwargs: Passed to the model's `gen`.
        index: The step's position, set by its strategy.
    """

    model: Models
    num_trials: int
    min_trials_observed: int = 0
    max_parallelism: int | None = None
    enforce_num_trials: bool = True
    model_kwargs: dict[str, Any] | None = None
    model_gen_kwargs: dict[str, Any] | None = None
    index: int = -1
