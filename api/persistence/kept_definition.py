"""What other code of ours keeps beside a configuration, as far as asking and telling go by it.

The SigOpt facade keeps the fields of its experiment under "sigopt": they say which parameters are
there under which conditions, which metrics every result has, and whether it was archived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.generation_options import GENERATION
from armwright.persistence.json_codec import object_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import OptimizationConfig
    from armwright.store import State, TrialFacts

__all__ = [
    "KEY",
    "check_has_model",
    "given_parameters",
    "kept_definition",
    "needed_metrics",
    "shown_parameters",
    "with_fields",
]

Json = dict[str, Any]

_MODELLED = "offline"  # the type whose arms a model makes
KEY = "sigopt"  # of a configuration, and of a trial's document


def kept_definition(state: State) -> Json:
    """The SigOpt fields of the experiment; empty where it has none."""
    definition: Json = state.configs[state.version].get(KEY) or {}
    return definition


def check_has_model(
    definition: Mapping[str, Any], generation: Mapping[str, Any], *, source: str = ""
) -> None:
    """Refuses what is said of a model where SigOpt's fields want none.

    Args:
        definition: The SigOpt fields; empty where there are none.
        generation: What is said; see `armwright.generation_options`.
        source: What to call the file in messages; empty for none.

    Raises:
        UsageError: Something is said, and the type is another one than offline.
    """
    kind = definition.get("type", _MODELLED)
    if generation and kind != _MODELLED:
        begin = f"{source}: " if source else ""
        raise UsageError(
            f"{begin}{GENERATION} is about a model, and the type {kind} has none",
            hint=f"leave out {GENERATION}, or make an experiment of the type {_MODELLED}",
            path=(GENERATION,),
        )


def needed_metrics(state: State, config: OptimizationConfig | None) -> list[str]:
    """The metrics without which there is no result.

    Args:
        state: Of the experiment.
        config: What is optimized.
    """
    metrics = kept_definition(state).get("metrics")
    if metrics:  # an objective that stands for constraints alone is measured by nobody
        return [str(metric["name"]) for metric in metrics]
    return list(config.metrics if config else ())


def given_parameters(facts: TrialFacts) -> Json:
    """What a trial of one arm gives to whoever runs it: all of its arm, but what is switched off.

    Empty where it has no arm yet.
    """
    arms = (facts.arm or {}).get("arms") or [{"parameters": {}}]
    found: Json = object_from_json(shown_parameters(facts, arms[0]))
    return found


def shown_parameters(facts: TrialFacts, arm: Mapping[str, Any]) -> Json:
    """The same of an arm's document, as JSON.

    Args:
        facts: Of the trial.
        arm: One of its arms.
    """
    said = ((facts.arm or {}).get(KEY) or {}).get("assignments")
    parameters: Json = arm["parameters"]
    # What is said of a run is known to hold for its only arm.
    return (
        dict(said) if isinstance(said, dict) and len((facts.arm or {})["arms"]) == 1 else parameters
    )


def with_fields(state: State, changes: Mapping[str, Any]) -> Json:
    """The definition with some fields changed, as a part of a configuration; empty without one."""
    definition = kept_definition(state)
    return {KEY: {**definition, **changes}} if definition else {}
