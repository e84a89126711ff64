"""The registry of models: call a member to get a bridge that makes arms.

Models.SOBOL(search_space=space, seed=7).gen(5)
Models.GPEI(experiment=experiment, data=data).gen(1)
"""

from __future__ import annotations

import inspect
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armwright.generation.model_bridge import ModelBridge

__all__ = ["Models"]


class Models(Enum):
    """The models that make arms. The value is the name in generator runs."""

    SOBOL = "Sobol"
    GPEI = "GPEI"

    def __call__(self, **kwargs: Any) -> ModelBridge:
        """Makes the bridge; keywords go to the bridge or to its model, by their names."""
        bridge: ModelBridge = self._bridge(model_key=self.value, **kwargs)
        return bridge

    @property
    def _bridge(self) -> Any:
        # Imported here, because numpy and the optimizer come with them.
        if self is Models.SOBOL:
            from armwright.generation.sobol_bridge import SobolBridge

            return SobolBridge
        from armwright.generation.gaussian_process_bridge import GaussianProcessBridge

        return GaussianProcessBridge

    @property
    def _model(self) -> Any:
        if self is Models.SOBOL:
            from armwright.generation.sobol_bridge import SobolGenerator

            return SobolGenerator
        from armwright.generation.gaussian_process_bridge import GaussianProcess

        return GaussianProcess

    def view_defaults(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Default keyword arguments of the model and of the bridge."""
        return tuple(  # type: ignore[return-value] # two of them
            {
                name: parameter.default
                for name, parameter in _keywords(target).items()
                if parameter.default is not parameter.empty
            }
            for target in (self._model, self._bridge)
        )

    def view_kwargs(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Annotations of the keyword arguments of the model and of the bridge."""
        return tuple(  # type: ignore[return-value] # two of them
            {name: parameter.annotation for name, parameter in _keywords(target).items()}
            for target in (self._model, self._bridge)
        )


def _keywords(target: Any) -> dict[str, inspect.Parameter]:
    return {
        name: parameter
        for name, parameter in inspect.signature(target).parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD and name != "model_key"
    }
