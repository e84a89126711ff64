"""The names of `ax.modelbridge.factory`: a function for each model, in place of `Models`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.generation import Models

if TYPE_CHECKING:
    from armwright.experiment import Data, Experiment, OptimizationConfig, SearchSpace
    from armwright.generation import ModelBridge

__all__ = [
    "get_GPEI",
    "get_GPKG",
    "get_GPMES",
    "get_MTGP",
    "get_botorch",
    "get_empirical_bayes_thompson",
    "get_factorial",
    "get_sobol",
    "get_thompson",
    "get_uniform",
]


def get_sobol(
    search_space: SearchSpace,
    seed: int | None = None,
    deduplicate: bool = False,
    init_position: int = 0,
    scramble: bool = True,
) -> ModelBridge:
    """A bridge that makes quasi-random arms."""
    return Models.SOBOL(
        search_space=search_space,
        seed=seed,
        deduplicate=deduplicate,
        init_position=init_position,
        scramble=scramble,
    )


def get_uniform(
    search_space: SearchSpace, deduplicate: bool = False, seed: int | None = None
) -> ModelBridge:
    """A bridge that makes random arms."""
    return Models.UNIFORM(search_space=search_space, seed=seed, deduplicate=deduplicate)


def get_factorial(search_space: SearchSpace) -> ModelBridge:
    """A bridge that makes all combinations of discrete parameters: `gen(n=-1)`."""
    return Models.FACTORIAL(search_space=search_space)


def get_GPEI(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    **kwargs: Any,
) -> ModelBridge:
    """A Gaussian process with expected improvement; keywords as of `Models.GPEI`."""
    return Models.GPEI(experiment=experiment, data=data, search_space=search_space, **kwargs)


def get_botorch(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    optimization_config: OptimizationConfig | None = None,
    **kwargs: Any,
) -> ModelBridge:
    """The same Gaussian process; keywords as of `Models.BOTORCH`."""
    return Models.BOTORCH(
        experiment=experiment,
        data=data,
        search_space=search_space,
        optimization_config=optimization_config,
        **kwargs,
    )


def get_GPKG(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    **kwargs: Any,
) -> ModelBridge:
    """A Gaussian process with the knowledge gradient; keywords as of `Models.GPKG`."""
    return Models.GPKG(experiment=experiment, data=data, search_space=search_space, **kwargs)


def get_GPMES(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    **kwargs: Any,
) -> ModelBridge:
    """A Gaussian process with max-value entropy search; keywords as of `Models.GPMES`."""
    return Models.GPMES(experiment=experiment, data=data, search_space=search_space, **kwargs)


def get_MTGP(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    **kwargs: Any,
) -> ModelBridge:
    """A Gaussian process over several tasks; keywords as of `Models.ST_MTGP`."""
    return Models.ST_MTGP(experiment=experiment, data=data, search_space=search_space, **kwargs)


def get_thompson(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    num_samples: int = 10_000,
    min_weight: float | None = None,
    uniform_weights: bool = False,
) -> ModelBridge:
    """A bridge that weighs measured arms by the probability that they are the best."""
    return Models.THOMPSON(
        experiment=experiment,
        data=data,
        search_space=search_space,
        num_samples=num_samples,
        min_weight=min_weight,
        uniform_weights=uniform_weights,
    )


def get_empirical_bayes_thompson(
    experiment: Experiment,
    data: Data,
    search_space: SearchSpace | None = None,
    num_samples: int = 10_000,
    min_weight: float | None = None,
    uniform_weights: bool = False,
) -> ModelBridge:
    """The same on estimates that were shrunk toward each other."""
    return Models.EMPIRICAL_BAYES_THOMPSON(
        experiment=experiment,
        data=data,
        search_space=search_space,
        num_samples=num_samples,
        min_weight=min_weight,
        uniform_weights=uniform_weights,
    )
