"""The modules of `ax.modelbridge`, and the names it had itself."""

from armwright.ax.modelbridge import (
    base,
    dispatch_utils,
    factory,
    generation_strategy,
    modelbridge_utils,
    registry,
)
from armwright.ax.modelbridge.factory import (
    get_botorch,
    get_empirical_bayes_thompson,
    get_factorial,
    get_GPEI,
    get_sobol,
    get_thompson,
    get_uniform,
)
from armwright.generation import ModelBridge, Models

__all__ = [
    "ModelBridge",
    "Models",
    "base",
    "dispatch_utils",
    "factory",
    "generation_strategy",
    "get_GPEI",
    "get_botorch",
    "get_empirical_bayes_thompson",
    "get_factorial",
    "get_sobol",
    "get_thompson",
    "get_uniform",
    "modelbridge_utils",
    "registry",
]
