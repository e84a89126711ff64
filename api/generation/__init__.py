"""From an experiment to arms: encoding, models, generation strategies.

Nothing here loads JAX before a model is fitted.
"""

from armwright.generation.default_strategies import (
    choose_generation_strategy,
    default_generation_strategy,
)
from armwright.generation.exhausted import SearchSpaceExhausted
from armwright.generation.generation_step import (
    DataRequiredError,
    GenerationStep,
    MaxParallelismReachedException,
)
from armwright.generation.generation_strategy import GenerationStrategy
from armwright.generation.model_bridge import ModelBridge
from armwright.generation.models import Models

__all__ = [
    "DataRequiredError",
    "GenerationStep",
    "GenerationStrategy",
    "MaxParallelismReachedException",
    "ModelBridge",
    "Models",
    "SearchSpaceExhausted",
    "choose_generation_strategy",
    "default_generation_strategy",
]
