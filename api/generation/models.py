"""The registry of models: call a member to get a bridge that makes arms.

Models.SOBOL(search_space=space, seed=7).gen(5)
Models.GPEI(experiment=experiment, data=data).gen(1)
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Data, Experiment, SearchSpace
    from armwright.generation.model_bridge import ModelBridge

__all__ = ["Models"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Setup:
    """What a member is made of; classes by name, because numpy and the optimizer come with them.

    Attributes:
        bridge: `module.Class` of the bridge, within armwright.generation.
        model: The same of the model, whose keyword arguments users may give.
        preset: Keyword arguments of the model whose defaults are others for this member.
    """

    bridge: str
    model: str
    preset: Mapping[str, Any] = field(default_factory=dict)


_DESIGN = "design_bridge.DesignBridge"
_GP: dict[str, Any] = {
    "bridge": "gaussian_process_bridge.GaussianProcessBridge",
    "model": "gaussian_process.GaussianProcess",
}

_DRAWN = {"hyperparameter_draws": 16}

_SETUPS = {
    "Sobol": _Setup(bridge=_DESIGN, model="sobol_generator.SobolGenerator"),
    "Uniform": _Setup(bridge=_DESIGN, model="uniform_generator.UniformGenerator"),
    "Factorial": _Setup(
        bridge="design_bridge.FactorialBridge", model="factorial_generator.FactorialGenerator"
    ),
    "Thompson": _Setup(
        bridge="thompson_bridge.ThompsonBridge", model="thompson_sampler.ThompsonSampler"
    ),
    "EB": _Setup(
        bridge="thompson_bridge.ThompsonBridge",
        model="thompson_sampler.EmpiricalBayesThompsonSampler",
    ),
    "GPEI": _Setup(**_GP),
    "BO": _Setup(**_GP),
    "GPKG": _Setup(**_GP, preset={"search_for": "knowledge"}),
    "GPMES": _Setup(**_GP, preset={"search_for": "maximum"}),
    "MOO": _Setup(**_GP),
    "ST_MTGP": _Setup(**_GP),
    "FullyBayesian": _Setup(**_GP, preset=_DRAWN),
    "FullyBayesianMOO": _Setup(**_GP, preset=_DRAWN),
}


class Models(Enum):
    """The models that make arms. The value is the name in generator runs.

    SOBOL, UNIFORM and FACTORIAL need only a search space, the others an experiment with data.
    THOMPSON and EMPIRICAL_BAYES_THOMPSON want standard errors with them. The rest are Gaussian
    processes, for one objective or several, whose tasks (`is_task`) teach about each other and
    whose fidelities (`is_fidelity`) are stand-ins for the target:

        GPEI, BOTORCH, MOO, ST_MTGP      expected improvement, at the target fidelity
        GPMES                            max-value entropy search, over fidelities for their cost
        GPKG                             knowledge gradient, over fidelities for their cost
        FULLYBAYESIAN, FULLYBAYESIANMOO  expected improvement, averaged over draws of the
                                         hyperparameters from their posterior
    """

    SOBOL = "Sobol"
    GPEI = "GPEI"
    GPKG = "GPKG"
    GPMES = "GPMES"
    FACTORIAL = "Factorial"
    THOMPSON = "Thompson"
    EMPIRICAL_BAYES_THOMPSON = "EB"
    UNIFORM = "Uniform"
    BOTORCH = "BO"
    MOO = "MOO"
    ST_MTGP = "ST_MTGP"
    FULLYBAYESIAN = "FullyBayesian"
    FULLYBAYESIANMOO = "FullyBayesianMOO"

    def __call__(
        self,
        search_space: SearchSpace | None = None,
        experiment: Experiment | None = None,
        data: Data | None = None,
        silently_filter_kwargs: bool = False,
        **kwargs: Any,
    ) -> ModelBridge:
        """Makes a bridge; further keywords go to it or to its model, by their names.

        Args:
            search_space: Where arms come from; the experiment's own when left out.
            experiment: What to learn from.
            data: What it has measured; all that is attached to it when left out.
            silently_filter_kwargs: Whether to ignore keywords that nothing here takes.
            **kwargs: See `view_defaults`.

        Raises:
            TypeError: A keyword that neither the model nor the bridge takes.
            AssertionError: Neither a search space nor an experiment is given.
        """
        setup = _SETUPS[self.value]
        of_model, of_bridge = self.view_kwargs()
        unknown = sorted(set(kwargs) - set(of_model) - set(of_bridge))
        if unknown and not silently_filter_kwargs:
            raise TypeError(
                f"Models.{self.name} takes no {', '.join(unknown)}; it takes "
                f"{', '.join([*of_model, *of_bridge])}"
            )
        given = {name: value for name, value in kwargs.items() if name in of_model}
        bridge: ModelBridge = _class(setup.bridge)(
            _class(setup.model)(**{**setup.preset, **given}),
            search_space=search_space,
            experiment=experiment,
            data=data,
            model_key=self.value,
            model_kwargs={name: value for name, value in given.items() if name != "warm"},
            **{name: value for name, value in kwargs.items() if name in of_bridge},
        )
        return bridge

    def view_defaults(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Default keyword arguments of the model and of the bridge."""
        model, bridge = (
            {name: parameter.default for name, parameter in keywords.items()}
            for keywords in self._keywords()
        )
        return {**model, **_SETUPS[self.value].preset}, bridge

    def view_kwargs(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Annotations of the keyword arguments of the model and of the bridge."""
        model, bridge = (
            {name: parameter.annotation for name, parameter in keywords.items()}
            for keywords in self._keywords()
        )
        return model, bridge

    def _keywords(self) -> tuple[Any, Any]:
        from armwright.generation.model_bridge import keywords

        setup = _SETUPS[self.value]
        return keywords(_class(setup.model)), keywords(_class(setup.bridge))


def _class(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(f"armwright.generation.{module}"), attribute)
