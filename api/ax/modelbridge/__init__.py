"""The modules of `ax.modelbridge`, and the names it had itself."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from armwright.ax.modelbridge import (
    base,
    cross_validation,
    dispatch_utils,
    factory,
    generation_strategy,
    modelbridge_utils,
    random,
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
from armwright.ax.modelbridge.random import RandomModelBridge
from armwright.generation import ModelBridge, Models

if TYPE_CHECKING:
    from armwright.ax.modelbridge import torch
    from armwright.ax.modelbridge.torch import TorchModelBridge

__all__ = [
    "ModelBridge",
    "Models",
    "RandomModelBridge",
    "TorchModelBridge",
    "base",
    "cross_validation",
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
    "random",
    "registry",
    "torch",
]


def __getattr__(name: str) -> Any:
    """Loads the Gaussian process, and JAX with it, when it is first asked for."""
    if name == "TorchModelBridge":
        return import_module("armwright.ax.modelbridge.torch").TorchModelBridge
    if name == "torch":
        return import_module("armwright.ax.modelbridge.torch")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
