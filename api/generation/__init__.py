"""From an experiment to arms: encoding, models, generation strategies.

Nothing here loads JAX before a model is fitted.
"""

from armwright.generation.generation_step import (
    DataRequiredError as DataRequiredError,
)
from armwright.generation.generation_step import (
    GenerationStep as GenerationStep,
)
from armwright.generation.generation_step import (
    MaxParallelismReachedException as MaxParallelismReachedException,
)
from armwright.generation.generation_strategy import (
    GenerationStrategy as GenerationStrategy,
)
from armwright.generation.generation_strategy import (
    choose_generation_strategy as choose_generation_strategy,
)
from armwright.generation.generation_strategy import (
    default_generation_strategy as default_generation_strategy,
)
from armwright.generation.models import Models as Models

__all__ = [
    "DataRequiredError",
    "GenerationStep",
    "GenerationStrategy",
    "MaxParallelismReachedException",
    "Models",
    "choose_generation_strategy",
    "default_generation_strategy",
]
