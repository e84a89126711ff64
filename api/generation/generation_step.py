"""One stage of a generation strategy: which model, for how many trials, under which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ArmwrightError

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.generation.model_bridge import ModelBridge
    from armwright.generation.models import Models

__all__ = ["DataRequiredError", "GenerationStep", "MaxParallelismReachedException"]


@final
class DataRequiredError(ArmwrightError):
    """All trials of a step are made, and too few of them are completed to go on."""

    retryable = True


@final
class MaxParallelismReachedException(ArmwrightError):
    """As many trials of a step are running as it allows."""

    retryable = True


@final
@dataclass
class GenerationStep:
    """One stage of a generation strategy.

    Attributes:
        model: The model that generates this step's arms; or a function that makes a bridge, called
            with those of search_space, experiment, data and `model_kwargs` that it takes.
        num_trials: How many trials it makes; -1 for no end, in the last step only.
        min_trials_observed: How many of them must be completed before the next step.
        max_parallelism: How many of its trials may run at once; None for no limit.
        enforce_num_trials: Whether to refuse further trials while too few are completed; if not,
            this step makes more than `num_trials`.
        model_kwargs: Passed to the model.
        model_gen_kwargs: Passed to the model's `gen`.
        index: The step's position, set by its strategy.
    """

    model: Models | Callable[..., ModelBridge]
    num_trials: int
    min_trials_observed: int = 0
    max_parallelism: int | None = None
    enforce_num_trials: bool = True
    model_kwargs: dict[str, Any] | None = None
    model_gen_kwargs: dict[str, Any] | None = None
    index: int = -1

    @property
    def model_name(self) -> str:
        """What the model is called in generator runs; of a function, its own name."""
        name: str = getattr(self.model, "value", "") or getattr(self.model, "__name__", "")
        return name or type(self.model).__name__
