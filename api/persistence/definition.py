"""An experiment written as a file: TOML or JSON, with the keys of `ax.optimize`.

name = "digits"                                # optional; the URL's last part if left out
description = "support vector machine on handwritten digits"
budget = 25                                    # trials to make; optional
seed = 7                                       # optional

[objective]
metric = "accuracy"
minimize = false

[[parameters]]
name = "C"
type = "range"
bounds = [0.001, 1000.0]
log_scale = true

parameter_constraints = ["x1 + x2 <= 3"]       # optional, above the first [table] in TOML
outcome_constraints = ["latency <= 40"]        # optional
tracking_metrics = ["fit_seconds"]             # optional: recorded, neither optimized nor bounded
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import (
    Experiment,
    Metric,
    Objective,
    OptimizationConfig,
    SearchSpace,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text,
    parameter_constraint_from_text,
)
from armwright.experiment.parameter_dict import parameter_from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Definition", "definition_from_dict", "definition_from_text"]

_KEYS = {
    "name": str,
    "description": str,
    "parameters": list,
    "objective": dict,
    "parameter_constraints": list,
    "outcome_constraints": list,
    "tracking_metrics": list,
    "budget": int,
    "seed": int,
}
_REQUIRED = ("parameters", "objective")
_PARAMETER_KEYS = {
    "range": {"name", "type", "value_type", "bounds", "log_scale", "digits"},
    "choice": {"name", "type", "value_type", "values", "is_ordered", "is_task"},
    "fixed": {"name", "type", "value_type", "value"},
}
_ANY_PARAMETER_KEYS = {"is_fidelity", "target_value"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a definition file says.

    Attributes:
        experiment: The experiment, without trials.
        budget: How many trials to make; None for no end.
        seed: Decides every arm; None for fresh entropy.
    """

    experiment: Experiment
    budget: int | None
    seed: int | None


def definition_from_text(text: str, *, source: str) -> Definition:
    """Reads a definition; JSON if it begins with a brace, else TOML.

    Args:
        text: The file's content.
        source: What to call it in messages: its path, or "standard input".

    Raises:
        UsageError: It is neither, or `definition_from_dict` refuses it. Names the line or the key.
    """
    is_json = text.lstrip().startswith("{")
    try:
        document = json.loads(text) if is_json else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        language = "JSON" if is_json else "TOML"
        raise UsageError(
            f"{source} is not {language}: {error}",
            hint="an example is in the README, under 'From a shell'",
        ) from error
    return definition_from_dict(document, source=source)


def definition_from_dict(document: Mapping[str, Any], *, source: str = "definition") -> Definition:
    """Makes the experiment that a definition describes.

    Raises:
        UsageError: A key is missing, unknown or of the wrong kind; names it, what was expected and
            what came.
    """
    _check_keys(document, source)
    parameters = [
        _parameter(spec, f"{source}: parameters[{index}]")
        for index, spec in enumerate(document["parameters"])
    ]
    by_name = {parameter.name: parameter for parameter in parameters}
    space = _made(
        f"{source}: parameter_constraints",
        lambda: SearchSpace(
            parameters=parameters,
            parameter_constraints=[
                parameter_constraint_from_text(text, by_name)
                for text in document.get("parameter_constraints", [])
            ],
        ),
    )
    config = _made(
        f"{source}: outcome_constraints",
        lambda: OptimizationConfig(
            objective=_objective(document["objective"], source),
            outcome_constraints=[
                outcome_constraint_from_text(text)
                for text in document.get("outcome_constraints", [])
            ],
        ),
    )
    budget = document.get("budget")
    if budget is not None and budget < 1:
        raise UsageError(f"{source}: budget should be at least 1, got {budget}")
    return Definition(
        experiment=Experiment(
            search_space=space,
            name=document.get("name"),
            description=document.get("description"),
            optimization_config=config,
            tracking_metrics=[Metric(name=name) for name in document.get("tracking_metrics", [])],
        ),
        budget=budget,
        seed=document.get("seed"),
    )


def _check_keys(document: Mapping[str, Any], source: str) -> None:
    for key, value in document.items():
        if key not in _KEYS:
            raise UsageError(
                f"{source}: unknown key {key!r}; the keys are {', '.join(_KEYS)}",
                hint="in TOML, a key below a [table] belongs to that table: move it up",
            )
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            raise UsageError(f"{source}: {key} should be a {_KEYS[key].__name__}, got {value!r}")
    for key in _REQUIRED:
        if key not in document:
            raise UsageError(f"{source}: the key {key!r} is missing")
    if not document["parameters"]:
        raise UsageError(f"{source}: parameters should name at least one parameter, got none")


def _parameter(spec: Any, where: str) -> Any:
    if not isinstance(spec, dict):
        raise UsageError(f"{where} should be a table with name, type and bounds, got {spec!r}")
    known = _PARAMETER_KEYS.get(spec.get("type", ""), set().union(*_PARAMETER_KEYS.values()))
    unknown = sorted(set(spec) - known - _ANY_PARAMETER_KEYS)
    if unknown:
        raise UsageError(
            f"{where}: unknown key {unknown[0]!r} for a parameter of type {spec.get('type')!r}; "
            f"the keys are {', '.join(sorted(known | _ANY_PARAMETER_KEYS))}"
        )
    return _made(where, lambda: parameter_from_dict(spec))


def _objective(spec: Mapping[str, Any], source: str) -> Objective:
    unknown = sorted(set(spec) - {"metric", "minimize"})
    if unknown or not isinstance(spec.get("metric"), str):
        raise UsageError(
            f"{source}: objective should have metric, a name, and minimize, true or false; "
            f"got {dict(spec)!r}"
        )
    minimize = spec.get("minimize", False)
    if not isinstance(minimize, bool):
        raise UsageError(f"{source}: objective.minimize should be true or false, got {minimize!r}")
    return Objective(
        metric=Metric(name=spec["metric"], lower_is_better=minimize), minimize=minimize
    )


def _made(where: str, make: Callable[[], Any]) -> Any:
    """What `make` returns; the errors of the domain become usage errors that say where."""
    try:
        return make()
    except (AssertionError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{where}: {error.args[0] if error.args else error}") from error
