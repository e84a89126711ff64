"""A generation strategy as a JSON value: its steps and its seed.

Where it stands is not kept, because it derives that from the experiment's trials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from armwright.generation import GenerationStep, GenerationStrategy, Models
from armwright.persistence import JSONDecodeError, JSONEncodeError, object_from_json, object_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["strategy_from_json", "strategy_to_json"]

_STEP_KEYS = (
    *("num_trials", "min_trials_observed", "max_parallelism", "enforce_num_trials"),
    *("model_kwargs", "model_gen_kwargs"),
)


def strategy_to_json(strategy: GenerationStrategy) -> dict[str, Any]:
    """The JSON value of a strategy.

    Raises:
        JSONEncodeError: A step has an argument that has no form in our documents.
    """
    for step in strategy._steps:
        if not isinstance(step.model, Models):
            raise JSONEncodeError(
                f"step {step.index} of {strategy.name!r} has a model of your own, {step.model!r}, "
                "which has no form in our documents"
            )
    return {
        "__type": "GenerationStrategy",
        "name": strategy._name,
        "seed": strategy._seed,
        "budget": strategy._budget,
        "steps": [
            {
                "__type": "GenerationStep",
                "model": {"__type": "Models", "name": cast("Models", step.model).name},
                **{key: object_to_json(getattr(step, key)) for key in _STEP_KEYS},
            }
            for step in strategy._steps
        ],
    }


def strategy_from_json(document: Mapping[str, Any]) -> GenerationStrategy:
    """The strategy a JSON value describes.

    Raises:
        JSONDecodeError: It is another kind of document, or incomplete.
    """
    try:
        strategy = GenerationStrategy(
            [
                GenerationStep(
                    model=Models[step["model"]["name"]],
                    **{key: object_from_json(step[key]) for key in _STEP_KEYS},
                )
                for step in document["steps"]
            ],
            document["name"],
        )
        strategy._seed, strategy._budget = document["seed"], document.get("budget")
    except (KeyError, TypeError, ValueError) as error:
        raise JSONDecodeError(f"no generation strategy can be read here: {error!r}") from error
    return strategy
