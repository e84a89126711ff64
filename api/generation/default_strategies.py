"""Which models make an experiment's arms where nobody says: on a store, and in the flat Ax API."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.generation.generation_step import GenerationStep
from armwright.generation.generation_strategy import GenerationStrategy
from armwright.generation.models import Models
from armwright.generation.seed import base_seed, checked_seed
from armwright.generation_options import checked_generation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import SearchSpace

__all__ = ["choose_generation_strategy", "default_generation_strategy"]


def default_generation_strategy(
    search_space: SearchSpace,
    *,
    seed: int,
    initial_trials: int | None = None,
    budget: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> GenerationStrategy:
    """What an experiment on a store uses: Sobol arms, then the Gaussian process, and no limits.

    Any number of workers ask at once, so nobody is refused: while too few of the first trials are
    completed there are further Sobol arms. Categorical parameters are modelled, not left to chance.

    Args:
        search_space: Where arms come from.
        seed: Decides every arm.
        initial_trials: How many Sobol arms; the default if None.
        budget: How many trials there are to be; None for no end.
        options: What the experiment says of the Gaussian process; see `generation_options`.

    Raises:
        UsageError: An option cannot be.
    """
    said = checked_generation(options)
    from armwright.optimizer import initial_points

    initial = initial_trials or initial_points(len(search_space.tunable_parameters))
    strategy = GenerationStrategy(
        [
            GenerationStep(
                model=Models.SOBOL,
                num_trials=initial,
                min_trials_observed=math.ceil(initial / 2),
                enforce_num_trials=False,
                model_kwargs={"deduplicate": True},
            ),
            GenerationStep(
                model=Models.GPEI,
                num_trials=-1,
                # Anyone may tell a result with or without its standard error.
                model_kwargs={"mixed_noise": True, "track": False, **said},
            ),
        ]
    )
    strategy._seed, strategy._budget = seed, budget
    return strategy


def choose_generation_strategy(
    search_space: SearchSpace,
    arms_per_trial: int = 1,
    enforce_sequential_optimization: bool = True,
    random_seed: int | None = None,
    *,
    num_trials: int | None = None,
    num_initialization_trials: int | None = None,
    max_parallelism_cap: int | None = None,
    max_parallelism_override: int | None = None,
    generation: Mapping[str, Any] | None = None,
) -> GenerationStrategy:
    """The strategy of the flat Ax API for a search space; its rules are those of that release.

    Args:
        search_space: Decides, by its parameters, whether a Gaussian process is used.
        arms_per_trial: One Sobol trial is enough when trials are batches.
        enforce_sequential_optimization: Refuse arms while results are missing, and limit how many
            trials run at once.
        random_seed: Decides the arms.
        num_trials: The budget, where it is known: a grid no larger is walked by Sobol arms alone,
            and a search that has pinned down an optimum looks for another while there is time.
        num_initialization_trials: How many Sobol trials, instead of max(5, number of parameters).
        max_parallelism_cap: An upper limit to how many model-made trials run at once.
        max_parallelism_override: The limit itself; -1 for none.
        generation: What there is to say of the Gaussian process; see
            `armwright.generation_options`.

    Raises:
        ValueError: Both a cap and an override are given, the seed is below 0, or something cannot
            be said of the Gaussian process.
    """
    said = checked_generation(generation)
    if random_seed is not None:
        random_seed = checked_seed(random_seed, "random_seed")
    if max_parallelism_cap is not None and max_parallelism_override is not None:
        raise ValueError(
            "max_parallelism_cap and max_parallelism_override exclude each other, got "
            f"{max_parallelism_cap} and {max_parallelism_override}"
        )
    parallelism: int | None = 3 if enforce_sequential_optimization else None
    if max_parallelism_override is not None:
        parallelism = None if max_parallelism_override == -1 else max_parallelism_override
    elif max_parallelism_cap is not None and parallelism is not None:
        parallelism = min(parallelism, max_parallelism_cap)

    sobol_kwargs = {"deduplicate": True, "seed": random_seed}
    if _is_modelled(search_space, num_trials):
        if num_initialization_trials is not None:
            initial = num_initialization_trials
        else:
            initial = 1 if arms_per_trial > 1 else max(5, len(search_space.parameters))
        steps = [
            GenerationStep(
                model=Models.SOBOL,
                num_trials=initial,
                min_trials_observed=math.ceil(initial / 2),
                enforce_num_trials=enforce_sequential_optimization,
                model_kwargs=sobol_kwargs,
            ),
            GenerationStep(
                model=Models.GPEI,
                num_trials=-1,
                max_parallelism=parallelism,
                model_kwargs=said or None,
            ),
        ]
        name = "Sobol+GPEI"
    else:
        steps = [GenerationStep(model=Models.SOBOL, num_trials=-1, model_kwargs=sobol_kwargs)]
        name = "Sobol"
    strategy = GenerationStrategy(steps, name)
    strategy._seed, strategy._budget = base_seed(random_seed), num_trials
    if random_seed is None:
        sobol_kwargs["seed"] = strategy._seed
    return strategy


def _is_modelled(search_space: SearchSpace, num_trials: int | None) -> bool:
    from armwright.experiment import ChoiceParameter, ParameterType, RangeParameter

    parameters: Sequence[Any] = list(search_space.parameters.values())
    ranges = [p for p in parameters if isinstance(p, RangeParameter)]
    choices = [len(p.values) for p in parameters if isinstance(p, ChoiceParameter)]
    if len(ranges) < sum(choices) or not ranges:
        return False
    if num_trials is None or any(p.parameter_type is not ParameterType.INT for p in ranges):
        return True
    grid = math.prod(int(p.upper) - int(p.lower) + 1 for p in ranges) * math.prod(choices)
    return grid > num_trials
